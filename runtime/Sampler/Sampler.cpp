//===- Sampler.cpp - From logits to the next token ------------------------===//

#include "runtime/Sampler/Sampler.h"

#include "runtime/Sampler/LogitPasses.h"
#include "runtime/Sampler/OptionChecks.h"
#include "runtime/Sampler/Philox.h"
#include "runtime/Sampler/Repetition.h"
#include "runtime/Sampler/Selection.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <sstream>

using namespace tern;

Sampler::Sampler(SamplerOptions given, std::size_t vocabularySize)
    : options(std::move(given)), vocabularySize(vocabularySize), breakers(options.dryBreakers, vocabularySize) {
  if (options.allowedTokens.empty() && options.bannedTokens.empty())
    return;
  permitted.assign((vocabularySize + 31) / 32, options.allowedTokens.empty() ? ~0u : 0);
  for (TokenId token : options.allowedTokens)
    permitted[static_cast<std::size_t>(token) / 32] |= 1u << (token % 32);
  for (TokenId token : options.bannedTokens)
    permitted[static_cast<std::size_t>(token) / 32] &= ~(1u << (token % 32));
}

Result<Sampler> Sampler::create(SamplerOptions options, std::size_t vocabularySize) {
  if (Status status = checkOptions(options, vocabularySize); !status)
    return status.problem();
  return Sampler(std::move(options), vocabularySize);
}

bool Sampler::hasPenalties() const { return tern::hasPenalties(options); }

//===----------------------------------------------------------------------===//
// Logits
//===----------------------------------------------------------------------===//

static Problem wrongCount(std::size_t count, std::size_t vocabularySize) {
  return Problem{"logits",
                 "must have one entry for each of " + std::to_string(vocabularySize) + " tokens, not " +
                     std::to_string(count),
                 ""};
}

static Problem notFinite(Logits logits) {
  std::size_t token = 0;
  while (logits.values[token] < INFINITY)
    ++token;
  std::ostringstream text;
  text << "must be finite or -inf, and token " << token << " has " << logits.values[token];
  return Problem{"logits", text.str(), ""};
}

static Problem allMasked() { return Problem{"logits", "leave no token to draw: each is -inf, banned or masked", ""}; }

Status Sampler::prepare(Logits logits, const std::vector<TokenId> &history) {
  if (logits.count != vocabularySize)
    return wrongCount(logits.count, vocabularySize);
  if (!set.assign(logits.values, logits.count))
    return notFinite(logits);
  if (Status status = applyMasks(history); !status)
    return status;
  for (const auto &[token, bias] : options.logitBias)
    set.adjust(token, [bias = bias](double logit) { return logit + bias; });
  return set.empty() ? Status(allMasked()) : Status(Done{});
}

Status Sampler::applyMasks(const std::vector<TokenId> &history) {
  const std::uint32_t *bits = permitted.empty() ? nullptr : permitted.data();
  if (options.mask) {
    Result<const std::uint32_t *> mask = options.mask(history);
    if (!mask)
      return mask.problem();
    if (*mask && bits) {
      combined.resize(permitted.size());
      std::transform(permitted.begin(), permitted.end(), *mask, combined.begin(), std::bit_and<>());
      bits = combined.data();
    } else if (*mask) {
      bits = *mask;
    }
  }
  if (bits)
    set.mask(bits);
  return Done{};
}

//===----------------------------------------------------------------------===//
// What the text so far changes
//===----------------------------------------------------------------------===//

static std::size_t windowOf(std::int64_t window, const std::vector<TokenId> &history) {
  return window < 0 ? history.size() : std::min(history.size(), static_cast<std::size_t>(window));
}

Status Sampler::checkHistory(const std::vector<TokenId> &history, std::size_t window) const {
  for (auto token = history.end() - static_cast<std::ptrdiff_t>(window); token != history.end(); ++token)
    if (*token < 0 || static_cast<std::size_t>(*token) >= vocabularySize)
      return Problem{"history", "must hold tokens of the vocabulary, not " + std::to_string(*token), ""};
  return Done{};
}

Status Sampler::penalize(const std::vector<TokenId> &history) {
  if (!hasPenalties())
    return Done{};
  std::size_t window = windowOf(options.penaltyWindow, history);
  if (Status status = checkHistory(history, window); !status)
    return status;
  counts.resize(vocabularySize); // Zeros, to which they return.
  touched.clear();
  for (auto token = history.end() - static_cast<std::ptrdiff_t>(window); token != history.end(); ++token)
    if (counts[static_cast<std::size_t>(*token)]++ == 0)
      touched.push_back(*token);
  for (TokenId token : touched) {
    double count = std::exchange(counts[static_cast<std::size_t>(token)], 0);
    set.adjust(token, [&](double logit) {
      double scaled = logit > 0 ? logit / options.repetitionPenalty : logit * options.repetitionPenalty;
      return std::max(scaled - (options.presencePenalty + options.frequencyPenalty * count), -DBL_MAX);
    });
  }
  return Done{};
}

/// multiplier * base^power by repeated products, the same everywhere; more than f32 can hold is as good as infinite.
static double dryPenalty(double multiplier, double base, std::uint64_t power) {
  double penalty = multiplier;
  for (; power != 0 && penalty < FLT_MAX && base > 1; --power)
    penalty *= base;
  return std::min<double>(penalty, FLT_MAX);
}

Status Sampler::applyDry(const std::vector<TokenId> &history) {
  std::size_t window = windowOf(options.dryWindow, history);
  auto allowed = static_cast<std::uint64_t>(options.dryAllowedLength);
  if (options.dryMultiplier == 0 || window <= allowed)
    return Done{};
  if (Status status = checkHistory(history, window); !status)
    return status;
  std::uint32_t limit = breakers.lengthSince(history, window);
  if (limit < allowed)
    return Done{};
  std::vector<std::uint32_t> lengths = repeatedLengths(history, window, limit);
  counts.resize(vocabularySize); // The longest repetition that each token would continue.
  touched.clear();
  for (std::size_t place = 1; place < window; ++place) {
    TokenId following = *(history.end() - static_cast<std::ptrdiff_t>(place));
    std::uint32_t &longest = counts[static_cast<std::size_t>(following)];
    if (lengths[place] < allowed || breakers.has(following))
      continue;
    if (longest == 0)
      touched.push_back(following);
    longest = std::max(longest, lengths[place]);
  }
  for (TokenId token : touched)
    set.adjust(token, [&](double logit) {
      std::uint64_t longest = counts[static_cast<std::size_t>(token)];
      return logit - dryPenalty(options.dryMultiplier, options.dryBase, longest - allowed);
    });
  for (TokenId token : touched)
    counts[static_cast<std::size_t>(token)] = 0;
  return Done{};
}

//===----------------------------------------------------------------------===//
// The chain
//===----------------------------------------------------------------------===//

Status Sampler::applyStage(SamplerStage stage, const std::vector<TokenId> &history) {
  bool cuts = !isGreedy();
  switch (stage) {
  case SamplerStage::Penalties:
    return penalize(history);
  case SamplerStage::Dry:
    return applyDry(history);
  case SamplerStage::Temperature:
    if (cuts)
      set.scale(static_cast<float>(1 / options.temperature));
    break;
  case SamplerStage::TopK:
    if (cuts)
      set.keepTopK(options.topK);
    break;
  case SamplerStage::TopP:
    if (cuts)
      set.keepTopP(options.topP);
    break;
  case SamplerStage::MinP:
    if (cuts)
      set.keepMinP(options.minP);
    break;
  case SamplerStage::TypicalP:
    if (cuts)
      set.keepTypical(options.typicalP);
    break;
  }
  return Done{};
}

Status Sampler::applyChain(Logits logits, const std::vector<TokenId> &history) {
  if (Status status = prepare(logits, history); !status)
    return status;
  for (SamplerStage stage : options.stages)
    if (Status status = applyStage(stage, history); !status)
      return status;
  return Done{};
}

Candidate Sampler::candidateAt(std::size_t place) {
  if (isGreedy())
    return {set.token(place), set.logit(place), 1.0};
  double total = static_cast<double>(set.totalWeight());
  return {set.token(place), set.logit(place), static_cast<double>(set.weight(place)) / total};
}

Result<std::vector<Candidate>> Sampler::candidates(Logits logits, const std::vector<TokenId> &history) {
  if (Status status = applyChain(logits, history); !status)
    return status.problem();
  std::vector<Candidate> result;
  if (isGreedy())
    return std::vector<Candidate>{candidateAt(set.firstLargest())};
  set.totalWeight();
  for (std::size_t place = 0; place != set.size(); ++place)
    if (set.weight(place) != 0)
      result.push_back(candidateAt(place));
  return result;
}

/// Where nothing changes the logits: no copy, which a fast model notices.
Result<Candidate> Sampler::greedy(Logits logits) const {
  if (logits.count != vocabularySize)
    return wrongCount(logits.count, vocabularySize);
  passes::Range range = passes::range(logits.values, logits.count);
  if (!range.isBelowInfinity)
    return notFinite(logits);
  if (range.largest == -INFINITY)
    return allMasked();
  std::size_t first = passes::find(logits.values, logits.count, range.largest);
  return Candidate{static_cast<TokenId>(first), range.largest, 1.0};
}

bool Sampler::takesLargest() const {
  bool isPlain = permitted.empty() && !options.mask && options.logitBias.empty();
  return isGreedy() && isPlain && !hasPenalties() && options.dryMultiplier == 0;
}

Result<Candidate> Sampler::sample(Logits logits, const std::vector<TokenId> &history) {
  if (takesLargest())
    return greedy(logits);
  if (Status status = applyChain(logits, history); !status)
    return status.problem();
  if (isGreedy())
    return candidateAt(set.firstLargest());
  std::uint64_t bits = randomBits(options.seed, options.stream, step++);
  return candidateAt(set.placeAt(scaledTo(bits, set.totalWeight())));
}

//===----------------------------------------------------------------------===//
// What the model says
//===----------------------------------------------------------------------===//

/// The tokens of the `count` largest logits, falling, without masked ones.
std::vector<TokenId> Sampler::likeliest(Logits logits, std::int64_t count) {
  std::vector<TokenId> tokens;
  if (count <= 0)
    return tokens;
  auto wanted = static_cast<std::size_t>(std::min<std::int64_t>(count, static_cast<std::int64_t>(logits.count)));
  if (isFew(logits.count, wanted)) {
    std::vector<std::uint32_t> places = findFew(logits.values, logits.count, wanted, maxima, flags);
    tokens.assign(places.begin(), places.end());
  } else {
    for (std::size_t token = 0; token != logits.count; ++token)
      if (logits.values[token] > -INFINITY)
        tokens.push_back(static_cast<TokenId>(token));
  }
  std::stable_sort(tokens.begin(), tokens.end(),
                   [&](TokenId one, TokenId other) { return logits.values[one] > logits.values[other]; });
  tokens.resize(std::min(tokens.size(), wanted));
  return tokens;
}

Result<Logprobs> Sampler::logprobs(Logits logits, TokenId drawn) {
  if (logits.count != vocabularySize)
    return wrongCount(logits.count, vocabularySize);
  if (drawn < 0 || static_cast<std::size_t>(drawn) >= vocabularySize)
    return Problem{"logprobs", "token " + std::to_string(drawn) + " is not of the vocabulary", ""};
  passes::Range range = passes::range(logits.values, logits.count);
  if (!range.isBelowInfinity)
    return notFinite(logits);
  if (range.largest == -INFINITY)
    return allMasked();
  double shift = range.largest + std::log(passes::sumOfExponentials(logits.values, logits.count, range.largest));
  auto logprob = [&](TokenId token) { return TokenLogprob{token, static_cast<double>(logits.values[token]) - shift}; };
  Logprobs result{logprob(drawn), {}};
  for (TokenId token : likeliest(logits, options.logprobs))
    result.top.push_back(logprob(token));
  return result;
}
