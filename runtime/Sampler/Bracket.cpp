//===- Bracket.cpp - Where a cut lies, by a sample ------------------------===//

#include "runtime/Sampler/Bracket.h"

#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>

using namespace tern;

namespace {

constexpr std::size_t sampleSize = 2048;
constexpr int binCount = 128;
/// Standard deviations to either side.
constexpr double caution = 3.5;

struct Sample {
  std::array<float, sampleSize> scores;
  std::array<float, sampleSize> weights;
  std::size_t size = 0;
};

/// Every so many-th score, those that stand for nothing left out.
Sample take(const std::vector<float> &scores, const float *parts, std::size_t stride) {
  Sample sample;
  for (std::size_t place = stride / 2; place < scores.size() && sample.size != sampleSize; place += stride) {
    sample.scores[sample.size] = scores[place];
    sample.weights[sample.size] = parts ? parts[place] : 1.0f;
    sample.size += scores[place] >= -FLT_MAX;
  }
  return sample;
}

/// What a sample says of a sum: the sum in it, and that of squares, from which follows how far it may be off.
struct Estimate {
  double sum = 0, squares = 0;

  void add(const Estimate &other) { sum += other.sum, squares += other.squares; }
  double least() const { return sum - caution * std::sqrt(squares); }
  /// Of what the sample has not seen, something may be there: as much as its lightest part would weigh.
  double greatest(double unseen) const { return sum + caution * std::sqrt(squares + unseen * unseen) + unseen; }
};

/// Narrows a bracket, with `sign` -1 from the other end, by bins over it: `target` is the sum at the cut, in units of
/// the sample. `before` has what lies on the near side of the bracket.
bool narrow(const Sample &sample, float sign, double target, Estimate &before, float &near, float &far) {
  std::array<Estimate, binCount> bins{};
  float scale = binCount / (near - far);
  if (!(scale > 0) || !std::isfinite(scale))
    return false;
  for (std::size_t i = 0; i != sample.size; ++i) {
    float score = sign * sample.scores[i];
    if (score > near || score < far)
      continue;
    double weight = static_cast<double>(sample.weights[i]);
    int bin = std::min(binCount - 1, static_cast<int>((near - score) * scale));
    bins[static_cast<std::size_t>(bin)].add({weight, weight * weight});
  }
  auto edge = [&](int bin) { return std::max(far, near - static_cast<float>(bin) / scale); };
  Estimate sum = before, nearSum = before;
  int first = 0, last = binCount;
  for (int bin = 0; bin != binCount && last == binCount; ++bin) {
    const Estimate &own = bins[static_cast<std::size_t>(bin)];
    double unseen = own.sum > 0 ? std::sqrt(own.squares) : sum.sum > 0 ? 0 : target / sampleSize;
    if (sum.greatest(unseen) < target)
      first = bin, nearSum = sum;
    sum.add(own);
    if (sum.least() > target)
      last = bin + 1;
  }
  float newNear = edge(first), newFar = last == binCount ? far : edge(last);
  bool isNarrower = newNear - newFar < 0.5f * (near - far);
  before = nearSum;
  near = newNear;
  far = newFar;
  return isNarrower;
}

} // namespace

std::optional<Bracket> tern::findBracket(const std::vector<float> &scores, const float *parts, std::uint64_t total,
                                         std::uint64_t mass) {
  std::size_t stride = std::max<std::size_t>(1, scores.size() / sampleSize);
  Sample sample = take(scores, parts, stride);
  if (sample.size == 0)
    return std::nullopt;
  // From the end that is nearer: a smaller sum is off by less.
  bool isFromBelow = parts && mass > total / 2;
  float sign = isFromBelow ? -1.0f : 1.0f;
  double target = static_cast<double>(isFromBelow ? total - mass : mass) / static_cast<double>(stride);
  if (parts)
    target *= 0x1p-40;
  auto [least, greatest] = std::minmax_element(sample.scores.begin(), sample.scores.begin() + sample.size);
  float first = isFromBelow ? -*least : *greatest, last = isFromBelow ? -*greatest : *least;
  float near = first, far = last;
  Estimate before;
  for (int round = 0; round != 6 && narrow(sample, sign, target, before, near, far);)
    ++round;
  auto isBetween = [&](float score) { return sign * score <= near && sign * score >= far; };
  if (std::count_if(sample.scores.begin(), sample.scores.begin() + sample.size, isBetween) >
      static_cast<std::ptrdiff_t>(sampleSize / 12))
    return std::nullopt;
  // Beyond the ends of the sample there may be more.
  near = near == first ? FLT_MAX : near;
  far = far == last ? -FLT_MAX : far;
  return isFromBelow ? Bracket{-near, -far} : Bracket{far, near};
}
