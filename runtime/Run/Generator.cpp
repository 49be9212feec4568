//===- Generator.cpp - Text from a prompt ---------------------------------===//

#include "runtime/Run/Generator.h"

#include "runtime/Run/ContextShift.h"
#include "runtime/Run/DryBreakers.h"
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

  /// Reads the prompt and then goes on.
  Result<Generation> run() {
    Stopwatch watch;
    PrefillOptions options;
    options.progress = request.progress;
    options.cancel = request.cancel;
    Result<LogitsView> read = sequence.prefill(request.prompt, options);
    if (!read)
      return read.problem();
    result.prefillSeconds = watch.seconds();
    return runAfter(*read);
  }

  /// Generates from the logits that follow the prompt. With nothing to generate the prompt is in the sequence all the
  /// same.
  Result<Generation> runAfter(const LogitsView &afterPrompt) {
    logits = afterPrompt;
    result.reason = rules.atStart();
    done = result.reason.has_value() || logits.cancelled;
    if (keepFirst && !logits.cancelled)
      keepFirst->assign(logits.values, logits.values + logits.vocabulary);
    Stopwatch watch;
    while (!done) {
      if (Status status = nextToken(); !status)
        return status.problem();
      result.decodeSeconds = watch.seconds();
    }
    return std::move(result);
  }

  std::vector<float> *keepFirst = nullptr; ///< Where the logits after the prompt go, if anywhere.
  std::optional<std::int64_t> keep;        ///< Of a sequence that is full; nothing ends it there.

private:
  Status nextToken() {
    Logits row(logits.values, static_cast<std::size_t>(logits.vocabulary));
    Result<Candidate> next = sampler.sample(row, history);
    if (!next)
      return next.problem();
    if (request.sampler.logprobs >= 0) {
      Result<Logprobs> logprobs = sampler.logprobs(row, next->token);
      if (!logprobs)
        return logprobs.problem();
      if (request.logprobs)
        request.logprobs(*logprobs);
      result.logprobs.push_back(std::move(*logprobs));
    }
    if (Status status = take(next->token); !status || done)
      return status;
    return readAfter(next->token);
  }

  /// A token of the result.
  Status take(TokenId token) {
    history.push_back(token);
    result.ids.push_back(token);
    bool ends = rules.isEnd(token);
    Result<std::string> bytes = ends ? Result<std::string>(std::string()) : stream.feed(token);
    if (!bytes)
      return bytes.problem();
    StopRules::Step step = rules.push(token, *bytes);
    result.reason = step.reason;
    done = step.reason.has_value();
    show(token, step.text);
    if (step.reason && step.reason != StopReason::StopString)
      showRest();
    return Done{};
  }

  /// The steps from `token` on that a device takes by itself, and then the logits after the last token that came of it.
  Status readAfter(TokenId token) {
    Status status = Done{};
    auto takeNext = [&](TokenId next) {
      token = next;
      status = take(next);
      return status && !done;
    };
    while (sampler.takesLargest() && request.sampler.logprobs < 0 && sequence.room() > 0) {
      Result<std::int64_t> steps = sequence.decodeGreedily(token, stepsLeft(), takeNext, request.cancel);
      if (!steps)
        return steps.problem();
      if (!status || done)
        return status;
      if (*steps == 0)
        break;
    }
    return readNext(token);
  }

  /// Tokens that can still be wanted.
  std::int64_t stepsLeft() const {
    std::int64_t most = request.stops.maxTokens;
    std::int64_t left = most < 0 ? sequence.room() : most - static_cast<std::int64_t>(result.ids.size());
    return std::min(left, sequence.room());
  }

  Status readNext(TokenId token) {
    if (keep && sequence.room() == 0) {
      Result<bool> finished = shiftContext(sequence, *keep, request.cancel);
      if (!finished)
        return finished.problem();
      if (!*finished)
        return cancelled();
      ++result.shifts;
    }
    Result<LogitsView> following = sequence.decode(token, request.cancel);
    if (!following)
      return following.problem();
    logits = *following;
    return logits.cancelled ? cancelled() : Status(Done{});
  }

  Status cancelled() {
    showRest();
    done = true;
    return Done{};
  }

  /// What was held back, for text that could have followed.
  void showRest() {
    StopRules::Step rest = rules.finish(stream.finish());
    if (rest.reason)
      result.reason = rest.reason;
    show(std::nullopt, rest.text);
  }

  void show(std::optional<TokenId> token, const std::string &text) {
    result.text += text;
    if (request.stream && !told && (token || !text.empty()) && !request.stream(token, text))
      told = done = true;
  }

  TokenSequence &sequence;
  const GenerationRequest &request;
  Sampler sampler;
  StopRules rules;
  StreamDecoder stream;
  std::vector<TokenId> history;
  LogitsView logits;
  Generation result;
  bool done = false, told = false; ///< `told`: by whoever is shown the text.
};

} // namespace

Result<LogitsView> SlotSequence::prefill(const std::vector<TokenId> &ids, const PrefillOptions &options) {
  return decoder.prefill(slot, ids, options);
}

Result<LogitsView> SlotSequence::decode(TokenId token, const std::atomic<bool> *cancel) {
  return decoder.decode({{slot, token}}, cancel);
}

Result<std::int64_t> SlotSequence::decodeGreedily(TokenId token, std::int64_t count,
                                                  const std::function<bool(TokenId next)> &take,
                                                  const std::atomic<bool> *cancel) {
  return decoder.decodeGreedily(
      {{slot, token}}, count, [&](const std::vector<TokenId> &next) { return take(next.front()); }, cancel);
}

/// The sampler's options with breakers as tokens, for which each token of the vocabulary is looked at.
static Result<SamplerOptions> samplerOptions(const Tokenizer &tokenizer, const GenerationRequest &request,
                                             std::int64_t vocabulary) {
  SamplerOptions options = request.sampler;
  if (options.dryMultiplier == 0)
    return options;
  Result<std::vector<std::vector<TokenId>>> breakers = dryBreakersOf(tokenizer, request.dryBreakers, vocabulary);
  if (!breakers)
    return breakers.problem();
  options.dryBreakers.insert(options.dryBreakers.end(), breakers->begin(), breakers->end());
  return options;
}

/// A loop, once everything is checked that can be before. `start` and `room` are of the sequence before the prompt.
static Result<Loop> prepareLoop(TokenSequence &sequence, const Tokenizer &tokenizer, const GenerationRequest &request,
                                SamplerOptions options, std::int64_t start, std::int64_t room) {
  auto length = static_cast<std::int64_t>(request.prompt.size());
  if (length == 0)
    return Problem{"prompt", "has no tokens", "give a prompt with text in it"};
  if (length > room)
    return Problem{"prompt",
                   "has " + std::to_string(length) + " tokens, and the context has room for " + std::to_string(room),
                   "shorten the prompt or ask for a longer context (--max-context)"};
  Result<Sampler> sampler = Sampler::create(std::move(options), static_cast<std::size_t>(sequence.vocabulary()));
  if (!sampler)
    return sampler.problem();
  StopOptions stops = request.stops;
  // The last token that is generated needs no room: nothing is computed from it.
  if (!request.shiftKeep)
    stops.contextRoom = room - length + 1;
  Result<StopRules> rules = StopRules::create(stops);
  if (!rules)
    return rules.problem();
  Loop loop(sequence, tokenizer, request, std::move(*sampler), std::move(*rules));
  if (!request.shiftKeep)
    return loop;
  std::int64_t most = start + room;
  loop.keep = *request.shiftKeep == -1 ? start + length : *request.shiftKeep;
  if (*loop.keep < 0 || *loop.keep >= most)
    return Problem{"context_shift",
                   "must keep -1, which is the prompt, or 0 to " + std::to_string(most - 1) +
                       " tokens in a context of " + std::to_string(most) + ", not " + std::to_string(*loop.keep),
                   "keep fewer or ask for a longer context (--max-context)"};
  return loop;
}

Result<Generation> tern::generate(TokenSequence &sequence, const Tokenizer &tokenizer,
                                  const GenerationRequest &request) {
  Result<SamplerOptions> options = samplerOptions(tokenizer, request, sequence.vocabulary());
  if (!options)
    return options.problem();
  Result<Loop> loop =
      prepareLoop(sequence, tokenizer, request, std::move(*options), sequence.length(), sequence.room());
  return loop ? loop->run() : Result<Generation>(loop.problem());
}

/// Puts a sequence back to what it held before a prompt, `before`, of which a shifted one has lost a part.
static Status restore(TokenSequence &sequence, const std::vector<TokenId> &before, bool isShifted) {
  if (!isShifted)
    return sequence.rewind(static_cast<std::int64_t>(before.size()));
  if (Status status = sequence.rewind(0); !status || before.empty())
    return status;
  Result<LogitsView> read = sequence.prefill(before, {});
  return read ? Status(Done{}) : Status(read.problem());
}

Result<std::vector<Generation>> tern::generateSamples(TokenSequence &sequence, const Tokenizer &tokenizer,
                                                      const GenerationRequest &request, std::int64_t count,
                                                      const SampleEvents &events) {
  if (count < 1)
    return Problem{"samples", "must be at least 1, not " + std::to_string(count), ""};
  Result<SamplerOptions> options = samplerOptions(tokenizer, request, sequence.vocabulary());
  if (!options)
    return options.problem();
  const std::vector<TokenId> before = sequence.ids();
  std::int64_t start = sequence.length(), room = sequence.room();
  auto promptEnd = start + static_cast<std::int64_t>(request.prompt.size());
  std::vector<float> afterPrompt;
  std::vector<Generation> results;
  for (std::int64_t sample = 0; sample < count; ++sample, ++options->stream) {
    Result<Loop> loop = prepareLoop(sequence, tokenizer, request, *options, start, room);
    if (!loop)
      return loop.problem();
    loop->keepFirst = sample == 0 && count > 1 ? &afterPrompt : nullptr;
    if (events.begin)
      events.begin(sample);
    bool isShifted = sample > 0 && results.back().shifts > 0;
    bool atPromptEnd = sample > 0 && !isShifted && sequence.rewind(promptEnd);
    if (sample > 0 && !atPromptEnd)
      if (Status status = restore(sequence, before, isShifted); !status)
        return status.problem();
    LogitsView kept{afterPrompt.data(), 1, static_cast<std::int64_t>(afterPrompt.size()), false};
    Result<Generation> generation = atPromptEnd ? loop->runAfter(kept) : loop->run();
    if (!generation)
      return generation.problem();
    results.push_back(std::move(*generation));
    if (events.end)
      events.end(sample, results.back());
    if (!results.back().reason) // cancelled, or told to stop
      break;
  }
  return results;
}
