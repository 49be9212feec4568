//===- CandidateSet.h - The tokens that may still be drawn --------*- C++ -*-===//
//
// Logits and, once they are needed, weights by their exponentials (LogitPasses.h), always by ascending token. A set
// begins as the whole vocabulary, where a token's place is its id and what has been dropped is masked with -inf; once
// few are left it is made compact, and what follows costs next to nothing. Memory is kept from draw to draw.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_SAMPLER_CANDIDATESET_H
#define TERN_RUNTIME_SAMPLER_CANDIDATESET_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tern {

using TokenId = std::int32_t;

struct Cut;

class CandidateSet {
public:
  /// Begins with a logit for each token. False if one is NaN or +inf.
  bool assign(const float *values, std::size_t count);

  std::size_t size() const { return logits.size(); } ///< Places, masked ones included.
  bool empty() { return largestLogit() == noLogit; }
  TokenId token(std::size_t place) const { return whole ? static_cast<TokenId>(place) : tokens[place]; }
  float logit(std::size_t place) const { return logits[place]; }

  /// Masks the tokens whose bit is 0. Only while the set is whole.
  void mask(const std::uint32_t *bits);
  /// Changes the logit of a token to `change` of it, rounded and bounded to finite numbers; not where it is masked.
  template <typename Change> void adjust(TokenId token, const Change &change) {
    if (float *found = find(token))
      set(*found, change(static_cast<double>(*found)));
  }
  void scale(float factor);

  float largestLogit();
  /// The place of the first of the largest logits.
  std::size_t firstLargest();

  void keepTopK(std::int64_t count);
  void keepTopP(double mass);
  void keepMinP(double share);
  void keepTypical(double mass);

  /// The sum of weights.
  std::uint64_t totalWeight();
  std::uint64_t weight(std::size_t place) const; ///< After totalWeight().
  /// The first place at which the running sum of weights passes `target`, which is below totalWeight().
  std::size_t placeAt(std::uint64_t target);

private:
  static const float noLogit;

  bool whole = true;
  std::vector<float> logits;
  std::vector<TokenId> tokens; ///< Unless `whole`.
  std::optional<float> largest;
  std::optional<float> least;         ///< No logit is below this one, unless it is masked.
  std::vector<float> parts;           ///< If `weighed`; of masked tokens anything.
  std::optional<std::uint64_t> total; ///< Of weights; only if `weighed`.
  bool weighed = false;

  // Scratch.
  std::vector<float> scores;
  std::vector<std::uint16_t> bins;
  std::vector<std::uint8_t> flags;
  std::vector<float> maxima;

  float *find(TokenId token);
  void set(float &logit, double value);
  void forgetWeights();
  void keepDownTo(const std::vector<float> &by, const Cut &cut);
  void shrink(std::size_t count);
  template <typename Places> void keepPlaces(const Places &places, std::size_t count);
};

} // namespace tern

#endif // TERN_RUNTIME_SAMPLER_CANDIDATESET_H
