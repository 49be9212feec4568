//===- Sampler.h - From logits to the next token -----------------*- C++ -*-===//
//
// One definition of sampling, which any device must meet bit for bit. Logits l are f32 and go through
//
//   1. the mask        l = -inf where a token is not allowed, is banned, or its bit in `mask` is 0
//   2. logit bias      l += bias
//   3. the stages      in the order of `SamplerOptions::stages`, each on what the one before left; by default
//        penalties     over the last `penaltyWindow` tokens, for each that occurs: l = l > 0 ? l / repetition
//                      : l * repetition; then l -= presence + frequency * occurrences
//        dry           "don't repeat yourself": for a token that, somewhere in the last `dryWindow` tokens, followed
//                      what the text ends with now, and the longest such repetition has n >= dryAllowedLength tokens:
//                      l -= dryMultiplier * dryBase^(n - dryAllowedLength). Repetitions do not reach back over a
//                      breaker, and a breaker that is one token is not penalised
//        temperature   l *= 1 / temperature
//        top-k         the k largest
//        top-p         the fewest most probable tokens whose probabilities reach p
//        min-p         tokens at least p times as probable as the most probable
//        typical-p     the fewest tokens whose probabilities reach p, those first whose information -log(p) is nearest
//                      to the entropy (Meister et al., "Locally Typical Sampling")
//   4. the draw        the first token, by ascending id, at which the running sum of weights passes the high 64 bits of
//                      r * (sum of weights), with the 64 bits r of Philox (seed, stream, step)
//
// The weight of a token is the integer round(2^40 exp(l - largest l)), exp being that of LogitPasses.h, and its
// probability the weight over the sum of those left. Sums of integers have no order, so a device may add as it likes.
// A share p of a sum is p * sum in f64, rounded up, and at least 1. Bias, penalties and dry compute in f64 what is then
// rounded to f32 and kept finite. Temperature multiplies by 1 / temperature in f32. Entropy is the mean of
// round(2^16 (largest l - l)). Equal logits, and tokens equally near to the entropy, are ordered by ascending id.
//
// Greedy, a temperature of 0 (or below 1e-20, where it is all the same), is the stages that change logits, in their
// order, and then the first of the largest. Nothing random is consumed then.
//
// A logit of -inf masks its token. NaN and +inf are problems, and so is a vocabulary that is masked throughout.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_SAMPLER_SAMPLER_H
#define TERN_RUNTIME_SAMPLER_SAMPLER_H

#include "runtime/Base/Result.h"
#include "runtime/Sampler/CandidateSet.h"
#include "runtime/Sampler/Repetition.h"

#include <functional>
#include <initializer_list>
#include <string_view>

namespace tern {

enum class SamplerStage : std::uint8_t { Temperature, TopK, TopP, MinP, TypicalP, Penalties, Dry };

/// "temperature", "top_k", "top_p", "min_p", "typical_p", "penalties", "dry".
std::string_view samplerStageName(SamplerStage stage);

/// Reads names between semicolons or commas: "penalties;dry;top_k;temperature". Hyphens stand for underscores, "typ_p"
/// for "typical_p".
Result<std::vector<SamplerStage>> parseSamplerStages(std::string_view text);

struct SamplerOptions {
  double temperature = 1.0;                          ///< At least 0; 0 is greedy.
  std::int64_t topK = 0;                             ///< Tokens kept; 0 keeps all.
  double topP = 1.0;                                 ///< In (0, 1]; 1 keeps all.
  double minP = 0.0;                                 ///< In [0, 1]; 0 keeps all.
  double typicalP = 1.0;                             ///< In (0, 1]; 1 keeps all.
  double repetitionPenalty = 1.0;                    ///< Above 0; 1 does nothing.
  double presencePenalty = 0.0;                      ///< Finite.
  double frequencyPenalty = 0.0;                     ///< Finite.
  std::int64_t penaltyWindow = -1;                   ///< Tokens that penalties look back on; -1 is all, 0 none.
  std::vector<std::pair<TokenId, double>> logitBias; ///< Finite, or -inf to ban; each token at most once.
  std::uint64_t seed = 0;
  std::uint64_t stream = 0; ///< Tells apart samples drawn side by side under one seed.
  /// Each at most once. One that is left out does not act, so its options must be those that do nothing.
  std::vector<SamplerStage> stages = {SamplerStage::Penalties, SamplerStage::Dry,  SamplerStage::Temperature,
                                      SamplerStage::TopK,      SamplerStage::TopP, SamplerStage::MinP,
                                      SamplerStage::TypicalP};

  double dryMultiplier = 0.0;                    ///< At least 0; 0 turns dry off.
  double dryBase = 1.75;                         ///< At least 1.
  std::int64_t dryAllowedLength = 2;             ///< Tokens that may be repeated freely; at least 1.
  std::int64_t dryWindow = -1;                   ///< Tokens that dry looks back on; -1 is all, 0 none.
  std::vector<std::vector<TokenId>> dryBreakers; ///< Sequences of tokens, none empty (DryBreakers.h: from text).

  std::vector<TokenId> allowedTokens; ///< No others may be drawn; empty allows all.
  std::vector<TokenId> bannedTokens;  ///< May not be drawn.
  /// Called before each draw with the tokens so far, for grammars: answers a bit for each token, bit t % 32 of word
  /// t / 32, 1 if it may be drawn, valid until the next call; null allows all. May be empty.
  std::function<Result<const std::uint32_t *>(const std::vector<TokenId> &history)> mask;
  /// How many of the likeliest tokens logprobs() answers beside the one that was drawn; -1: nobody asks.
  std::int64_t logprobs = -1;
};

/// A token that may be drawn.
struct Candidate {
  TokenId token;
  double logit;       ///< After bias, penalties and temperature.
  double probability; ///< Among the candidates.
};

/// What the model itself, before any option acts, says of a token.
struct TokenLogprob {
  TokenId token;
  double logprob; ///< Natural logarithm; -inf for a masked token.
};

struct Logprobs {
  TokenLogprob drawn;
  std::vector<TokenLogprob> top; ///< The likeliest, falling; ties by ascending id. Without masked tokens.
};

/// One logit for each token of the vocabulary, in memory of the caller's.
struct Logits {
  const float *values = nullptr;
  std::size_t count = 0;

  Logits(const float *values, std::size_t count) : values(values), count(count) {}
  Logits(std::initializer_list<float> logits) : values(logits.begin()), count(logits.size()) {}
  Logits(const std::vector<float> &logits) : values(logits.data()), count(logits.size()) {}
};

/// Used by one thread at a time: it keeps memory from draw to draw.
class Sampler {
public:
  /// Sums of weights must fit.
  static constexpr std::size_t maxVocabulary = std::size_t(1) << 23;

  /// Checks the options for a vocabulary of `vocabularySize` tokens; the problem's `where` names the option.
  static Result<Sampler> create(SamplerOptions options, std::size_t vocabularySize);

  /// Draws the next token. `history` has the tokens so far, prompt included. Each draw advances the step by one, unless
  /// it fails.
  Result<Candidate> sample(Logits logits, const std::vector<TokenId> &history);

  /// What sample() draws from, by ascending id; for a temperature of 0, the one token. Tokens of weight 0 are left out.
  Result<std::vector<Candidate>> candidates(Logits logits, const std::vector<TokenId> &history);

  /// Whether every draw is the token with the largest logit, the first of equals, whatever came before: nothing changes
  /// the logits, and a device may choose.
  bool takesLargest() const;

  /// The probabilities that the model gives, with as many of the likeliest as the options ask for.
  Result<Logprobs> logprobs(Logits logits, TokenId drawn);

  /// The number of the next draw; settable, to resume.
  std::uint64_t step = 0;

private:
  Sampler(SamplerOptions options, std::size_t vocabularySize);

  SamplerOptions options;
  std::size_t vocabularySize;
  Breakers breakers;
  std::vector<std::uint32_t> permitted; ///< The bits of allowed and banned tokens; empty if all may be drawn.

  // Memory for one draw.
  CandidateSet set;
  std::vector<std::uint32_t> counts, combined;
  std::vector<TokenId> touched;
  std::vector<float> maxima;
  std::vector<std::uint8_t> flags;

  bool isGreedy() const { return options.temperature < 1e-20; }
  bool hasPenalties() const;
  Result<Candidate> greedy(Logits logits) const;
  Status applyChain(Logits logits, const std::vector<TokenId> &history);
  std::vector<TokenId> likeliest(Logits logits, std::int64_t count);
  Candidate candidateAt(std::size_t place);
  Status prepare(Logits logits, const std::vector<TokenId> &history);
  Status applyMasks(const std::vector<TokenId> &history);
  Status applyStage(SamplerStage stage, const std::vector<TokenId> &history);
  Status penalize(const std::vector<TokenId> &history);
  Status applyDry(const std::vector<TokenId> &history);
  Status checkHistory(const std::vector<TokenId> &history, std::size_t window) const;
};

} // namespace tern

#endif // TERN_RUNTIME_SAMPLER_SAMPLER_H
