//===- Sampler.cpp - From logits to the next token ------------------------===//

#include "runtime/Sampler/Sampler.h"

#include "runtime/Sampler/Philox.h"
#include "runtime/Sampler/SamplerStages.h"

#include <algorithm>
#include <cmath>
#include <sstream>

using namespace tern;

//===----------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------===//

static std::string shown(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

/// Nothing, or the problem with an option that must satisfy `holds`.
static bool check(bool holds, const char *option, const char *rule, double value, Problem &problem) {
  if (!holds && problem.what.empty())
    problem = Problem{option, std::string(rule) + ", not " + shown(value), ""};
  return holds;
}

static void checkStages(const std::vector<SamplerStage> &stages, Problem &problem) {
  std::vector<SamplerStage> sorted = stages;
  std::sort(sorted.begin(), sorted.end());
  bool once = sorted.size() == 5 && std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end() &&
              sorted.back() <= SamplerStage::TypicalP;
  if (!once && problem.what.empty())
    problem = Problem{"stages", "must name each stage exactly once", ""};
}

static void checkBias(const SamplerOptions &options, std::size_t vocabularySize, Problem &problem) {
  std::vector<TokenId> tokens;
  for (const auto &[token, bias] : options.logitBias) {
    bool known = token >= 0 && static_cast<std::size_t>(token) < vocabularySize;
    check(known, "logit_bias", "must name tokens of the vocabulary", token, problem);
    check(!std::isnan(bias) && bias < INFINITY, "logit_bias", "must be finite, or -inf to ban a token", bias, problem);
    tokens.push_back(token);
  }
  std::sort(tokens.begin(), tokens.end());
  if (auto twice = std::adjacent_find(tokens.begin(), tokens.end()); twice != tokens.end() && problem.what.empty())
    problem = Problem{"logit_bias", "token " + std::to_string(*twice) + " is given twice", ""};
}

Result<Sampler> Sampler::create(SamplerOptions options, std::size_t vocabularySize) {
  Problem problem;
  // Written so that not-a-number fails every one.
  check(vocabularySize > 0 && vocabularySize <= INT32_MAX, "vocabulary", "must have between 1 and 2^31 - 1 tokens",
        static_cast<double>(vocabularySize), problem);
  check(options.temperature >= 0 && std::isfinite(options.temperature), "temperature",
        "must be a finite number of at least 0", options.temperature, problem);
  check(options.topK >= 0, "top_k", "must be at least 0", static_cast<double>(options.topK), problem);
  check(options.topP > 0 && options.topP <= 1, "top_p", "must be above 0 and at most 1", options.topP, problem);
  check(options.minP >= 0 && options.minP <= 1, "min_p", "must be between 0 and 1", options.minP, problem);
  check(options.typicalP > 0 && options.typicalP <= 1, "typical_p", "must be above 0 and at most 1", options.typicalP,
        problem);
  check(options.repetitionPenalty > 0 && std::isfinite(options.repetitionPenalty), "repetition_penalty",
        "must be a finite number above 0", options.repetitionPenalty, problem);
  check(std::isfinite(options.presencePenalty), "presence_penalty", "must be finite", options.presencePenalty, problem);
  check(std::isfinite(options.frequencyPenalty), "frequency_penalty", "must be finite", options.frequencyPenalty,
        problem);
  check(options.penaltyWindow >= -1, "penalty_window", "must be at least -1",
        static_cast<double>(options.penaltyWindow), problem);
  checkStages(options.stages, problem);
  checkBias(options, vocabularySize, problem);
  if (!problem.what.empty())
    return problem;
  return Sampler(std::move(options), vocabularySize);
}

//===----------------------------------------------------------------------===//
// The chain
//===----------------------------------------------------------------------===//

/// Keeps extreme penalties and temperatures from making infinities, whose differences are not numbers.
static double bounded(double logit) { return std::min(std::max(logit, -1e300), 1e300); }

bool Sampler::hasPenalties() const {
  return options.repetitionPenalty != 1 || options.presencePenalty != 0 || options.frequencyPenalty != 0;
}

Status Sampler::penalize(std::vector<double> &values, const std::vector<TokenId> &history) const {
  std::size_t window = options.penaltyWindow < 0
                           ? history.size()
                           : std::min(history.size(), static_cast<std::size_t>(options.penaltyWindow));
  if (!hasPenalties())
    return Done{};
  std::vector<TokenId> recent(history.end() - static_cast<std::ptrdiff_t>(window), history.end());
  std::sort(recent.begin(), recent.end());
  for (auto first = recent.begin(); first != recent.end();) {
    auto last = std::upper_bound(first, recent.end(), *first);
    if (*first < 0 || static_cast<std::size_t>(*first) >= vocabularySize)
      return Problem{"history", "must hold tokens of the vocabulary, not " + std::to_string(*first), ""};
    double &logit = values[static_cast<std::size_t>(*first)];
    logit = logit > 0 ? logit / options.repetitionPenalty : logit * options.repetitionPenalty;
    logit -= options.presencePenalty + options.frequencyPenalty * static_cast<double>(last - first);
    first = last;
  }
  return Done{};
}

Status Sampler::checkLogits(Logits logits) const {
  if (logits.count != vocabularySize)
    return Problem{"logits",
                   "must have one entry for each of " + std::to_string(vocabularySize) + " tokens, not " +
                       std::to_string(logits.count),
                   ""};
  // First the question, which vectorises, and then the token, if there is one.
  bool good = true;
  for (std::size_t token = 0; token < logits.count; ++token)
    good &= logits.values[token] < INFINITY;
  for (std::size_t token = 0; !good && token < logits.count; ++token)
    if (!(logits.values[token] < INFINITY))
      return Problem{"logits",
                     "must be finite or -inf, and token " + std::to_string(token) + " has " +
                         shown(logits.values[token]),
                     ""};
  return Done{};
}

/// The first of the largest logits, where nothing changes them: without the lists that the stages need, a tenth of the
/// time, which a fast model notices.
Result<Candidate> Sampler::greedy(Logits logits) const {
  if (Status status = checkLogits(logits); !status)
    return status.problem();
  float largest = -INFINITY;
  for (std::size_t token = 0; token < logits.count; ++token)
    largest = logits.values[token] > largest ? logits.values[token] : largest;
  if (largest == -INFINITY)
    return Problem{"logits", "mask every token", ""};
  const float *first = std::find(logits.values, logits.values + logits.count, largest);
  return Candidate{static_cast<TokenId>(first - logits.values), bounded(largest), 1.0};
}

/// Everything that is not masked, after bias and penalties, by ascending id.
Result<std::vector<Candidate>> Sampler::prepared(Logits logits, const std::vector<TokenId> &history) const {
  if (Status status = checkLogits(logits); !status)
    return status.problem();
  std::vector<double> values(logits.values, logits.values + logits.count);
  for (const auto &[token, bias] : options.logitBias)
    values[static_cast<std::size_t>(token)] += bias;
  if (Status status = penalize(values, history); !status)
    return status.problem();
  std::vector<Candidate> candidates;
  candidates.reserve(values.size());
  for (std::size_t token = 0; token < values.size(); ++token)
    if (values[token] > -INFINITY)
      candidates.push_back({static_cast<TokenId>(token), bounded(values[token]), 0.0});
  if (candidates.empty())
    return Problem{"logits", "mask every token", ""};
  return candidates;
}

Result<std::vector<Candidate>> Sampler::candidates(Logits logits, const std::vector<TokenId> &history) const {
  Result<std::vector<Candidate>> result = prepared(logits, history);
  if (!result)
    return result;
  std::vector<Candidate> &left = *result;
  if (options.temperature == 0) {
    Candidate best = left.front();
    for (const Candidate &candidate : left)
      best = candidate.logit > best.logit ? candidate : best;
    best.probability = 1.0;
    return std::vector<Candidate>{best};
  }
  for (SamplerStage stage : options.stages) {
    switch (stage) {
    case SamplerStage::Temperature:
      for (Candidate &candidate : left)
        candidate.logit = bounded(candidate.logit / options.temperature);
      break;
    case SamplerStage::TopK:
      keepTopK(left, options.topK);
      break;
    case SamplerStage::TopP:
      keepTopP(left, options.topP);
      break;
    case SamplerStage::MinP:
      keepMinP(left, options.minP);
      break;
    case SamplerStage::TypicalP:
      keepTypical(left, options.typicalP);
      break;
    }
  }
  auto byToken = [](const Candidate &one, const Candidate &other) { return one.token < other.token; };
  if (!std::is_sorted(left.begin(), left.end(), byToken))
    std::sort(left.begin(), left.end(), byToken);
  double largest = left.front().logit, total = 0;
  for (const Candidate &candidate : left)
    largest = std::max(largest, candidate.logit);
  for (Candidate &candidate : left)
    total += candidate.probability = portableExp(candidate.logit - largest);
  for (Candidate &candidate : left)
    candidate.probability /= total;
  return result;
}

Result<Candidate> Sampler::sample(Logits logits, const std::vector<TokenId> &history) {
  if (options.temperature == 0 && options.logitBias.empty() && !hasPenalties())
    return greedy(logits);
  Result<std::vector<Candidate>> result = candidates(logits, history);
  if (!result)
    return result.problem();
  if (options.temperature == 0)
    return result->front();
  double total = 0, sum = 0;
  for (const Candidate &candidate : *result)
    total += candidate.probability;
  double target = uniform(options.seed, options.stream, step++) * total;
  const Candidate *drawn = nullptr;
  for (const Candidate &candidate : *result) {
    if (candidate.probability <= 0)
      continue;
    drawn = &candidate; // the last one, should rounding keep the sum from passing the target
    if ((sum += candidate.probability) > target)
      break;
  }
  return *drawn;
}
