//===- Generator.cpp - Text from a prompt ---------------------------------===//

#include "runtime/Run/Generator.h"
#include "runtime/Text/StreamDecoder.h"

#include <algorithm>
#include <chrono>

using namespace tern;

namespace {

class Stopwatch {
public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); }

private:
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
};

/// One generation on its way.
class Loop {
public:
  Loop(TokenSequence &sequence, const Tokenizer &tokenizer, const GenerationRequest &request, Sampler sampler,
       StopRules rules)
      : sequence(sequence), request(request), sampler(std::move(sampler)), rules(std::move(rules)),
        stream(tokenizer, /*skipSpecial=*/true), history(request.prompt) {}

  Result<Generation> run() {
    if (Status status = readPrompt(); !status)
      return status.problem();
    Stopwatch watch;
    while (!done) {
      if (Status status = nextToken(); !status)
        return status.problem();
      result.decodeSeconds = watch.seconds();
    }
    return std::move(result);
  }

private:
  /// With nothing to generate the prompt is still read: it is then in the sequence.
  Status readPrompt() {
    result.reason = rules.atStart();
    done = result.reason.has_value();
    Stopwatch watch;
    PrefillOptions options;
    options.progress = request.progress;
    options.cancel = request.cancel;
    Result<LogitsView> read = sequence.prefill(request.prompt, options);
    result.prefillSeconds = watch.seconds();
    if (!read)
      return read.problem();
    logits = *read;
    done |= logits.cancelled;
    return Done{};
  }

  Status nextToken() {
    Result<Candidate> next = sampler.sample({logits.values, static_cast<std::size_t>(logits.vocabulary)}, history);
    if (!next)
      return next.problem();
    history.push_back(next->token);
    result.ids.push_back(next->token);
    Result<std::string> bytes = stream.feed(next->token);
    if (!bytes)
      return bytes.problem();
    StopRules::Step step = rules.push(next->token, *bytes);
    show(next->token, step.text);
    if (step.reason) {
      result.reason = step.reason;
      if (*step.reason != StopReason::StopString)
        show(std::nullopt, stream.finish());
      done = true;
    }
    if (done)
      return Done{};
    Result<LogitsView> following = sequence.decode(next->token, request.cancel);
    if (!following)
      return following.problem();
    logits = *following;
    if (logits.cancelled) {
      show(std::nullopt, rules.finish() + stream.finish());
      done = true;
    }
    return Done{};
  }

  void show(std::optional<TokenId> token, const std::string &text) {
    result.text += text;
    if (request.stream && (token || !text.empty()) && !request.stream(token, text))
      done = true;
  }

  TokenSequence &sequence;
  const GenerationRequest &request;
  Sampler sampler;
  StopRules rules;
  StreamDecoder stream;
  std::vector<TokenId> history;
  LogitsView logits;
  Generation result;
  bool done = false;
};

} // namespace

std::int64_t SlotSequence::room() const {
  std::int64_t limit = context > 0 ? std::min(context, decoder.context()) : decoder.context();
  return limit - decoder.length(slot);
}

Result<LogitsView> SlotSequence::prefill(const std::vector<TokenId> &ids, const PrefillOptions &options) {
  return decoder.prefill(slot, ids, options);
}

Result<LogitsView> SlotSequence::decode(TokenId token, const std::atomic<bool> *cancel) {
  return decoder.decode({{slot, token}}, cancel);
}

Result<Generation> tern::generate(TokenSequence &sequence, const Tokenizer &tokenizer,
                                  const GenerationRequest &request) {
  auto length = static_cast<std::int64_t>(request.prompt.size());
  if (length == 0)
    return Problem{"prompt", "has no tokens", "give a prompt with text in it"};
  if (length > sequence.room())
    return Problem{"prompt",
                   "has " + std::to_string(length) + " tokens, and the context has room for " +
                       std::to_string(sequence.room()),
                   "shorten the prompt or ask for a longer context (--max-context)"};
  Result<Sampler> sampler = Sampler::create(request.sampler, static_cast<std::size_t>(sequence.vocabulary()));
  if (!sampler)
    return sampler.problem();
  StopOptions stops = request.stops;
  // The last token that is generated needs no room: nothing is computed from it.
  stops.contextRoom = sequence.room() - length + 1;
  Result<StopRules> rules = StopRules::create(stops);
  if (!rules)
    return rules.problem();
  return Loop(sequence, tokenizer, request, std::move(*sampler), std::move(*rules)).run();
}
