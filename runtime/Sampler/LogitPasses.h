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

namespace tern::passes {

/// exp(x) for x <= 0, within 2 ulp, and exp(-29) below that. With n = fma(x, log2(e), 0) rounded to an integer, ties to
/// even, and r = fma(n, -low, fma(n, -high, x)), high + low being ln 2, it is the sum of r^k / k! for k from 7 down to
/// 0 by Horner's scheme, each step an fma, times 2^n.
float exponential(float x);

/// exponential(x) * 2^40, rounded to even.
std::uint64_t weight(float x);

/// The weight of a token as likely as the most likely one.
constexpr std::uint64_t unitWeight = std::uint64_t(1) << 40;
/// From here on down, weights are 0.
constexpr float leastExponent = -28.5f;

/// Whether all are below infinity, which NaN is not.
bool areBelowInfinity(const float *logits, std::size_t count);
/// The same, copying.
bool copy(const float *from, std::size_t count, float *to);

/// Sets to -inf where the bit of the token (bit t % 32 of word t / 32) is 0.
void mask(float *logits, std::size_t count, const std::uint32_t *bits);

float largest(const float *logits, std::size_t count);
/// The first place of a logit that is there.
std::size_t find(const float *logits, std::size_t count, float logit);

/// The largest of each 64 logits.
void blockMaxima(const float *logits, std::size_t count, float *maxima);

/// Multiplies, staying finite where a logit is; answers the largest then.
float scale(float *logits, std::size_t count, float factor);

/// The sum of weights, and each in `weights`.
std::uint64_t weigh(const float *logits, std::size_t count, float largest, std::uint64_t *weights);
/// The sum of exponential(logit - largest): for reports, as its last bits depend on the vectors.
double sumOfExponentials(const float *logits, std::size_t count, float largest);

std::uint64_t sum(const std::uint64_t *weights, std::size_t count);

/// The sum over tokens of weight * round(2^16 (largest - logit)), as high * 2^20 + low.
struct SplitSum {
  std::uint64_t high = 0, low = 0;
};
SplitSum sumOfInformation(const float *logits, const std::uint64_t *weights, std::size_t count, float largest);

/// -|(largest - logit) - mean|; -inf for masked tokens.
void closeness(const float *logits, std::size_t count, float largest, float mean, float *scores);

/// Bins: which of `last` + 1 equal parts, from `greatest` down, a score lies in, those beyond in the last; last + 1 for
/// -inf.
void bins(const float *scores, std::size_t count, float greatest, float scale, std::uint16_t last, std::uint16_t *bins);

/// Each sets flags to 1 or 0 and answers how many are 1. `flags` has room for a multiple of 8, and is 0 beyond `count`.
std::size_t flagBin(const std::uint16_t *bins, std::size_t count, std::uint16_t bin, std::uint8_t *flags);
std::size_t flagAbove(const float *scores, std::size_t count, float score, std::uint8_t *flags);
std::size_t flagWeightsAbove(const std::uint64_t *weights, std::size_t count, std::uint64_t weight,
                             std::uint8_t *flags);

/// What is left after others were masked and their weights set to 0.
struct Kept {
  std::size_t count = 0;
  std::uint64_t total = 0;
};
/// Keeps scores above `score`, and those equal to it up to place `last`. `scores` may be `logits`, and are if `weights`
/// is null.
Kept keepDownTo(const float *scores, float score, std::size_t last, float *logits, std::uint64_t *weights,
                std::size_t count);
/// Keeps weights of at least `least`, which is above 0.
Kept keepWeights(std::uint64_t least, float *logits, std::uint64_t *weights, std::size_t count);

} // namespace tern::passes

#endif // TERN_RUNTIME_SAMPLER_LOGITPASSES_H
