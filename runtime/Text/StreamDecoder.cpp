//===- StreamDecoder.cpp - Text from ids as they come ---------------------===//

#include "runtime/Text/StreamDecoder.h"

#include "runtime/Text/TokenizerPipeline.h"

using namespace tern;

namespace {

/// The end of the chain: text that is certain.
class Output final : public TokenSink {
public:
  void text(std::string_view part) override { certain += part; }
  void endToken() override {}
  void end() override {}

  std::string take() { return std::exchange(certain, {}); }

private:
  std::string certain;
};

} // namespace

/// The chain refers to itself, so it stays where it is when the decoder moves.
struct StreamDecoder::State {
  const TokenizerPipeline &pipeline;
  bool skipSpecial;
  Output output;
  std::vector<std::unique_ptr<TokenSink>> stages;

  TokenSink &front() { return stages.empty() ? output : *stages.back(); }
};

StreamDecoder::StreamDecoder(const Tokenizer &tokenizer, bool skipSpecial)
    : state(new State{*tokenizer.pipeline, skipSpecial, {}, {}}) {
  state->pipeline.decoder->start(state->output, state->stages);
}
StreamDecoder::StreamDecoder(StreamDecoder &&) noexcept = default;
StreamDecoder &StreamDecoder::operator=(StreamDecoder &&) noexcept = default;
StreamDecoder::~StreamDecoder() = default;

Result<std::string> StreamDecoder::feed(std::int32_t id) {
  const TokenizerPipeline &pipeline = state->pipeline;
  if (!pipeline.has(id))
    return Problem{pipeline.where,
                   "token ids are below " + std::to_string(pipeline.size) +
                       " and in the vocabulary: " + std::to_string(id) + " is not",
                   ""};
  if (!state->skipSpecial || !pipeline.isSpecial(id)) {
    state->front().text(pipeline.text(id));
    state->front().endToken();
  }
  return state->output.take();
}

std::string StreamDecoder::finish() {
  state->front().end();
  return state->output.take();
}
