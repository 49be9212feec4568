//===- Generator.cpp - Text from a prompt ---------------------------------===//

#include "runtime/Run/Generator.h"
#include "runtime/Text/StreamDecoder.h"

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
  Loop(Decoder &decoder, const Tokenizer &tokenizer, const GenerationRequest &request, Sampler sampler, StopRules rules)
      : decoder(decoder), request(request), sampler(std::move(sampler)), rules(std::move(rules)),
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
  /// With nothing to generate the prompt is still read: it is then in the slot.
  Status readPrompt() {
    result.reason = rules.atStart();
    done = result.reason.has_value();
    Stopwatch watch;
    PrefillOptions options;
    options.progress = request.progress;
    options.cancel = request.cancel;
    Result<LogitsView> read = decoder.prefill(request.slot, request.prompt, options);
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
    Result<LogitsView> following = decoder.decode({{request.slot, next->token}}, request.cancel);
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

  Decoder &decoder;
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

Result<Generation> tern::generate(Decoder &decoder, const Tokenizer &tokenizer, const GenerationRequest &request) {
  if (request.slot < 0 || request.slot >= decoder.slots())
    return Problem{"slot " + std::to_string(request.slot),
                   "the session has slots 0 to " + std::to_string(decoder.slots() - 1), ""};
  Result<Sampler> sampler = Sampler::create(request.sampler, static_cast<std::size_t>(decoder.vocabulary()));
  if (!sampler)
    return sampler.problem();
  StopOptions stops = request.stops;
  // The last token that is generated needs no room: nothing is computed from it.
  stops.contextRoom =
      decoder.context() - decoder.length(request.slot) - static_cast<std::int64_t>(request.prompt.size()) + 1;
  if (stops.contextRoom < 1)
    stops.contextRoom = -1; // The prompt does not fit, and prefill says so with the numbers.
  Result<StopRules> rules = StopRules::create(stops);
  if (!rules)
    return rules.problem();
  return Loop(decoder, tokenizer, request, std::move(*sampler), std::move(*rules)).run();
}
