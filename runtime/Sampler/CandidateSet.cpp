//===- CandidateSet.cpp - The tokens that may still be drawn --------------===//

#include "runtime/Sampler/CandidateSet.h"

#include "runtime/Sampler/LogitPasses.h"
#include "runtime/Sampler/Selection.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

using namespace tern;

const float CandidateSet::noLogit = -INFINITY;

bool CandidateSet::assign(const float *values, std::size_t count) {
  whole = true;
  weighed = false;
  largest.reset();
  least.reset();
  logits.resize(count);
  return passes::copy(values, count, logits.data());
}

void CandidateSet::mask(const std::uint32_t *bits) {
  passes::mask(logits.data(), logits.size(), bits);
  largest.reset();
  weighed = false;
}

float *CandidateSet::find(TokenId token) {
  std::size_t place = static_cast<std::size_t>(token);
  if (!whole) {
    auto found = std::lower_bound(tokens.begin(), tokens.end(), token);
    if (found == tokens.end() || *found != token)
      return nullptr;
    place = static_cast<std::size_t>(found - tokens.begin());
  }
  return logits[place] > noLogit ? &logits[place] : nullptr;
}

void CandidateSet::set(float &logit, double value) {
  logit =
      value == -INFINITY ? noLogit : static_cast<float>(std::min<double>(std::max<double>(value, -FLT_MAX), FLT_MAX));
  largest.reset();
  least.reset();
  weighed = false;
}

void CandidateSet::scale(float factor) {
  if (factor == 1)
    return;
  largest = passes::scale(logits.data(), logits.size(), factor);
  least.reset();
  weighed = false;
}

float CandidateSet::largestLogit() {
  if (!largest)
    largest = passes::largest(logits.data(), logits.size());
  return *largest;
}

std::size_t CandidateSet::firstLargest() { return passes::find(logits.data(), logits.size(), largestLogit()); }

std::uint64_t CandidateSet::totalWeight() {
  if (!weighed) {
    weights.resize(logits.size());
    total = passes::weigh(logits.data(), logits.size(), largestLogit(), weights.data());
    weighed = true;
  }
  return total;
}

std::size_t CandidateSet::placeAt(std::uint64_t target) {
  totalWeight();
  constexpr std::size_t block = 1024;
  std::size_t place = 0;
  for (; place + block < weights.size(); place += block) {
    std::uint64_t sum = passes::sum(weights.data() + place, block);
    if (sum > target)
      break;
    target -= sum;
  }
  for (; weights[place] <= target; ++place)
    target -= weights[place];
  return place;
}

//===----------------------------------------------------------------------===//
// Keeping some
//===----------------------------------------------------------------------===//

/// Puts what `places` calls its argument with, `count` ascending places, side by side and drops the others.
template <typename Places> void CandidateSet::keepPlaces(const Places &places, std::size_t count) {
  if (whole)
    tokens.resize(std::max(tokens.size(), count));
  std::size_t next = 0;
  places([&](std::size_t place) {
    tokens[next] = token(place);
    logits[next] = logits[place];
    if (weighed)
      weights[next] = weights[place];
    ++next;
  });
  whole = false;
  tokens.resize(count);
  logits.resize(count);
  weights.resize(weighed ? count : 0);
}

/// After `count` tokens were left unmasked, with `sum` of weights: makes the set compact if they are few.
void CandidateSet::shrink(std::size_t count, std::uint64_t sum) {
  total = sum;
  if (whole && count >= logits.size() / 16)
    return;
  flags.resize(logits.size() + 8);
  passes::flagAbove(logits.data(), logits.size(), noLogit, flags.data());
  keepPlaces([&](const auto &visit) { forEachFlagged(flags.data(), logits.size(), visit); }, count);
}

void CandidateSet::keepDownTo(const std::vector<float> &by, float score, std::size_t last) {
  passes::Kept kept =
      passes::keepDownTo(by.data(), score, last, logits.data(), weighed ? weights.data() : nullptr, logits.size());
  shrink(kept.count, kept.total);
}

void CandidateSet::keepTopK(std::int64_t count) {
  if (count <= 0 || static_cast<std::uint64_t>(count) >= logits.size())
    return;
  auto wanted = static_cast<std::size_t>(count);
  if (isFew(logits.size(), wanted)) {
    std::vector<std::uint32_t> places = findFew(logits.data(), logits.size(), wanted, maxima, flags);
    keepPlaces([&](const auto &visit) { std::for_each(places.begin(), places.end(), visit); }, places.size());
    if (weighed)
      total = passes::sum(weights.data(), weights.size());
  } else if (std::optional<Cut> cut = findCut(logits, nullptr, wanted, {bins, flags})) {
    keepDownTo(logits, cut->score, cut->place);
  }
}

/// The share `mass` of `total` in weights, rounded up.
static std::uint64_t shareOf(std::uint64_t total, double mass) {
  double share = std::ceil(static_cast<double>(total) * mass);
  return share >= 1 ? std::min(total, static_cast<std::uint64_t>(share)) : 1;
}

void CandidateSet::keepTopP(double mass) {
  if (mass >= 1)
    return;
  std::uint64_t wanted = shareOf(totalWeight(), mass);
  if (std::optional<Cut> cut = findCutByWeight(logits, weights.data(), total, wanted, {bins, flags})) {
    keepDownTo(logits, cut->score, cut->place);
    least = cut->score;
  }
}

void CandidateSet::keepMinP(double share) {
  if (share <= 0)
    return;
  totalWeight();
  std::uint64_t wanted = shareOf(passes::unitWeight, share);
  // An exponential is within 2^-22 of the true one, so weights of larger logits are hardly below this one.
  if (least &&
      static_cast<double>(passes::weight(*least - largestLogit())) * (1 - 0x1p-20) > static_cast<double>(wanted))
    return;
  passes::Kept kept = passes::keepWeights(wanted, logits.data(), weights.data(), logits.size());
  shrink(kept.count, kept.total);
}

void CandidateSet::keepTypical(double mass) {
  if (mass >= 1)
    return;
  std::uint64_t wanted = shareOf(totalWeight(), mass);
  float most = largestLogit();
  passes::SplitSum sum = passes::sumOfInformation(logits.data(), weights.data(), logits.size(), most);
  // entropy = log(sum of exp) + mean, information = log(sum of exp) + (largest - logit).
  double mean =
      (static_cast<double>(sum.high) * 0x1p20 + static_cast<double>(sum.low)) / static_cast<double>(total) * 0x1p-16;
  scores.resize(logits.size());
  passes::closeness(logits.data(), logits.size(), most, static_cast<float>(mean), scores.data());
  std::optional<Cut> cut = findCut(scores, weights.data(), wanted, {bins, flags});
  if (!cut)
    return;
  keepDownTo(scores, cut->score, cut->place);
  largest.reset();
  if (largestLogit() != most)
    weighed = false;
}
