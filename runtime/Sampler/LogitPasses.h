//===- LogitPasses.h - Sweeps over a vocabulary -------------------*- C++ -*-===//
//
// What the sampler does to every token, in loops that a compiler vectorises: no order, no branches. Each gives the same
// bits whatever the vector length, since all there is are IEEE operations on f32, fused where it says so, and sums of
// integers:
//
//   weight(x) = round(2^40 exp(x - largest))        a 64-bit integer; 0 where exp(..) is below 2^-41
//
// so that any device may add weights in any order.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_SAMPLER_LOGITPASSES_H
#define TERN_RUNTIME_SAMPLER_LOGITPASSES_H

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tern::passes {

/// exp(x) for x <= 0, within 2 ulp, and exp(-29) below that. With n = fma(x, log2(e), 0) rounded to an integer, ties to
/// even, and r = fma(n, -low, fma(n, -high, x)), high + low being ln 2, it is the sum of r^k / k! for k from 7 down to
/// 0 by Horner's scheme, each step an fma, times 2^n.
float exponential(float x);

/// exponential(x) * 2^40, rounded to even.
std::uint64_t weight(float x);
/// part * 2^40, rounded to even: the weight by its exponential, which is what is kept, as it is half as long.
inline std::uint64_t weightOfPart(float part) {
  // Scaling is exact; adding 2^52 rounds to an integer, which then stands in the low bits.
  double scaled = static_cast<double>(part) * 0x1p40 + 0x1p52;
  std::uint64_t bits;
  std::memcpy(&bits, &scaled, sizeof(bits));
  return bits & ((std::uint64_t(1) << 52) - 1);
}

/// The weight of a token as likely as the most likely one.
constexpr std::uint64_t unitWeight = std::uint64_t(1) << 40;
/// From here on down, weights are 0.
constexpr float leastExponent = -28.5f;

/// Whether all are below infinity, which NaN is not, and the largest then.
struct Range {
  bool isBelowInfinity = true;
  float largest = 0;
};
Range range(const float *logits, std::size_t count);
/// Whether all are below infinity, copying.
bool copy(const float *from, std::size_t count, float *to);

/// The largest of each 64 logits.
void blockMaxima(const float *logits, std::size_t count, float *maxima);

/// Sets to -inf where the bit of the token (bit t % 32 of word t / 32) is 0.
void mask(float *logits, std::size_t count, const std::uint32_t *bits);

float largest(const float *logits, std::size_t count);
/// The first place of a logit that is there.
std::size_t find(const float *logits, std::size_t count, float logit);

/// Multiplies, staying finite where a logit is; answers the largest then.
float scale(float *logits, std::size_t count, float factor);

/// The sum of weights, and the exponential of each in `parts`. In what follows masked logits weigh nothing, whatever
/// their part says.
std::uint64_t weigh(const float *logits, std::size_t count, float largest, float *parts);
/// The sum of exponential(logit - largest): for reports, as its last bits depend on the vectors.
double sumOfExponentials(const float *logits, std::size_t count, float largest);

std::uint64_t sum(const float *logits, const float *parts, std::size_t count);

/// The sum over tokens of weight * round(2^16 (largest - logit)), as high * 2^20 + low.
struct SplitSum {
  std::uint64_t high = 0, low = 0;
};
SplitSum sumOfInformation(const float *logits, const float *parts, std::size_t count, float largest);

/// -|(largest - logit) - mean|; -inf for masked tokens.
void closeness(const float *logits, std::size_t count, float largest, float mean, float *scores);

/// Bins: which of `last` + 1 equal parts, from `greatest` down, a score lies in, those beyond in the last; last + 1 for
/// -inf.
void bins(const float *scores, std::size_t count, float greatest, float scale, std::uint16_t last, std::uint16_t *bins);

/// Each sets flags to 1 or 0 and answers how many are 1. `flags` has room for a multiple of 8, and is 0 beyond `count`.
std::size_t flagBin(const std::uint16_t *bins, std::size_t count, std::uint16_t bin, std::uint8_t *flags);
std::size_t flagAbove(const float *scores, std::size_t count, float score, std::uint8_t *flags);
/// Flags the scores from `least` to `greatest`, which are finite.
struct Between {
  std::size_t flagged = 0;
  std::uint64_t above = 0; ///< The sum of weights (of 1 each, if `parts` is null) of greater scores.
};
Between flagBetween(const float *scores, const float *parts, std::size_t count, float least, float greatest,
                    std::uint8_t *flags);

/// What is left after others were masked.
struct Kept {
  std::size_t count = 0;
  float largest = 0;
};
/// Keeps scores above `score`, and those equal to it up to place `last`. `scores` may be `logits`.
Kept keepDownTo(const float *scores, float score, std::size_t last, float *logits, std::size_t count);

struct KeptWeights {
  std::size_t count = 0;
  std::uint64_t total = 0;
};
/// Keeps weights of at least `least`, which is above 0.
KeptWeights keepWeights(std::uint64_t least, float *logits, const float *parts, std::size_t count);

} // namespace tern::passes

#endif // TERN_RUNTIME_SAMPLER_LOGITPASSES_H
