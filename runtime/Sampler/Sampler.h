//===- Sampler.h - From logits to the next token -----------------*- C++ -*-===//
//
// One definition of sampling, which any device must meet bit for bit. Logits are taken as doubles and go through
//
//   1. logit bias      l[t] += bias
//   2. penalties       over the last `penaltyWindow` tokens: l = l > 0 ? l / repetition : l * repetition, once for each
//                      token that occurs; then l -= presence + frequency * occurrences
//   3. the stages      in the order of `SamplerOptions::stages`, each on what the one before left
//        temperature   l /= temperature
//        top-k         the k largest
//        top-p         the fewest most probable tokens whose probabilities reach p
//        min-p         tokens at least p times as probable as the most probable
//        typical-p     the fewest tokens whose probabilities reach p, those first whose information -log(p) is nearest
//                      to the entropy (Meister et al., "Locally Typical Sampling")
//   4. the draw        the first token, by ascending id, at which the running sum of weights passes u times their
//   total,
//                      with u from Philox (seed, stream, step)
//
// Probabilities are exp(l - max) over their sum, taken over what is left, sums run over tokens by falling logit in the
// stages and by ascending id in the draw. Equal logits are ordered by ascending id. A temperature of 0 is greedy: bias
// and penalties, then the largest logit. Nothing random is consumed then.
//
// A logit of -inf masks its token. NaN and +inf are problems, and so are logits that are masked throughout.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_SAMPLER_SAMPLER_H
#define TERN_RUNTIME_SAMPLER_SAMPLER_H

#include "runtime/Base/Result.h"

#include <cstdint>
#include <initializer_list>

namespace tern {

using TokenId = std::int32_t;

enum class SamplerStage : std::uint8_t { Temperature, TopK, TopP, MinP, TypicalP };

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
  /// Each stage exactly once.
  std::vector<SamplerStage> stages = {SamplerStage::Temperature, SamplerStage::TopK, SamplerStage::TopP,
                                      SamplerStage::MinP, SamplerStage::TypicalP};
};

/// A token that may be drawn.
struct Candidate {
  TokenId token;
  double logit;       ///< After bias, penalties and temperature.
  double probability; ///< Among the candidates.
};

/// One logit for each token of the vocabulary, in memory of the caller's.
struct Logits {
  const float *values = nullptr;
  std::size_t count = 0;

  Logits(const float *values, std::size_t count) : values(values), count(count) {}
  Logits(std::initializer_list<float> logits) : values(logits.begin()), count(logits.size()) {}
  Logits(const std::vector<float> &logits) : values(logits.data()), count(logits.size()) {}
};

class Sampler {
public:
  /// Checks the options for a vocabulary of `vocabularySize` tokens; the problem's `where` names the option.
  static Result<Sampler> create(SamplerOptions options, std::size_t vocabularySize);

  /// Draws the next token. `history` has the tokens so far, prompt included. Each draw advances the step by one, unless
  /// it fails.
  Result<Candidate> sample(Logits logits, const std::vector<TokenId> &history);

  /// What sample() draws from, by ascending id; for a temperature of 0, the one token.
  Result<std::vector<Candidate>> candidates(Logits logits, const std::vector<TokenId> &history) const;

  /// The number of the next draw; settable, to resume.
  std::uint64_t step = 0;

private:
  Sampler(SamplerOptions options, std::size_t vocabularySize)
      : options(std::move(options)), vocabularySize(vocabularySize) {}

  SamplerOptions options;
  std::size_t vocabularySize;

  Result<std::vector<Candidate>> prepared(Logits logits, const std::vector<TokenId> &history) const;
  Result<Candidate> greedy(Logits logits) const;
  Status checkLogits(Logits logits) const;
  bool hasPenalties() const;
  Status penalize(std::vector<double> &values, const std::vector<TokenId> &history) const;
};

} // namespace tern

#endif // TERN_RUNTIME_SAMPLER_SAMPLER_H
