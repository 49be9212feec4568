//===- Verification.cpp - Whether an artifact computes what it must -------===//

#include "runtime/Run/Verification.h"

#include "runtime/Artifact/Golden.h"

#include <algorithm>
#include <cstdio>

using namespace tern;

/// Adds what `logits` are after `prompt`. Problem: not what they must be.
static Status compareWith(const GoldenPrompt &prompt, const LogitsView &logits, const std::string &path,
                          Verification &result) {
  GoldenDifference difference = compareGolden(prompt, logits.values);
  if (!(difference.divergence <= result.allowed)) { // NaN too
    char numbers[96];
    std::snprintf(numbers, sizeof numbers, "%.3g nats, and %.3g are allowed", difference.divergence, result.allowed);
    return Problem{path,
                   "computes something else than it must: after the golden prompt '" + prompt.text +
                       "' the divergence from " + result.reference + " is " + numbers,
                   "compile the model on this machine; if that does not help, report it"};
  }
  result.maxDivergence = std::max(result.maxDivergence, difference.divergence);
  result.maxError = std::max(result.maxError, difference.maxError);
  return Done{};
}

Result<Verification> tern::verifyModel(const LoadedModel &loaded) {
  if (Status status = loaded.artifact().verifyWeights(loaded.executor()->program()); !status)
    return status.problem();
  Result<Golden> golden = readGolden(loaded.artifact());
  if (!golden)
    return golden.problem();
  Verification result{golden->prompts.size(), 0, golden->maxDivergence, 0, golden->reference};
  std::size_t longest = 1;
  for (const GoldenPrompt &prompt : golden->prompts)
    longest = std::max(longest, prompt.tokens.size());
  Result<std::unique_ptr<Decoder>> decoder = Decoder::create(loaded.executor(), 1, static_cast<std::int64_t>(longest));
  if (!decoder)
    return decoder.problem();
  for (const GoldenPrompt &prompt : golden->prompts)
    for (bool step : {false, true}) {
      (*decoder)->reset(0);
      Result<LogitsView> logits = step ? LogitsView() : (*decoder)->prefill(0, prompt.tokens);
      for (std::size_t i = 0; step && logits && i != prompt.tokens.size(); ++i)
        logits = (*decoder)->decode({{0, prompt.tokens[i]}});
      if (!logits)
        return logits.problem();
      if (Status status = compareWith(prompt, *logits, loaded.artifact().path(), result); !status)
        return status.problem();
    }
  return result;
}
