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
  forgetWeights();
  least.reset();
  logits.resize(count);
  largest.reset();
  return passes::copy(values, count, logits.data());
}

void CandidateSet::mask(const std::uint32_t *bits) {
  passes::mask(logits.data(), logits.size(), bits);
  largest.reset();
  forgetWeights();
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
  forgetWeights();
}

void CandidateSet::scale(float factor) {
  if (factor == 1)
    return;
  largest = passes::scale(logits.data(), logits.size(), factor);
  least.reset();
  forgetWeights();
}

float CandidateSet::largestLogit() {
  if (!largest)
    largest = passes::largest(logits.data(), logits.size());
  return *largest;
}

std::size_t CandidateSet::firstLargest() { return passes::find(logits.data(), logits.size(), largestLogit()); }

void CandidateSet::forgetWeights() {
  total.reset();
  weighed = false;
}

std::uint64_t CandidateSet::totalWeight() {
  if (!weighed) {
    parts.resize(logits.size());
    total = passes::weigh(logits.data(), logits.size(), largestLogit(), parts.data());
    weighed = true;
  } else if (!total) {
    total = passes::sum(logits.data(), parts.data(), logits.size());
  }
  return *total;
}

std::uint64_t CandidateSet::weight(std::size_t place) const {
  return logits[place] > noLogit ? passes::weightOfPart(parts[place]) : 0;
}

std::size_t CandidateSet::placeAt(std::uint64_t target) {
  totalWeight();
  constexpr std::size_t block = 1024;
  std::size_t place = 0;
  for (; place + block < logits.size(); place += block) {
    std::uint64_t sum = passes::sum(logits.data() + place, parts.data() + place, block);
    if (sum > target)
      break;
    target -= sum;
  }
  for (; weight(place) <= target; ++place)
    target -= weight(place);
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
      parts[next] = parts[place];
    ++next;
  });
  whole = false;
  tokens.resize(count);
  logits.resize(count);
  parts.resize(weighed ? count : 0);
}

/// After `count` tokens were left unmasked: makes the set compact if they are few.
void CandidateSet::shrink(std::size_t count) {
  if (whole && count >= logits.size() / 16)
    return;
  flags.resize(logits.size() + 8);
  passes::flagAbove(logits.data(), logits.size(), noLogit, flags.data());
  keepPlaces([&](const auto &visit) { forEachFlagged(flags.data(), logits.size(), visit); }, count);
}

void CandidateSet::keepDownTo(const std::vector<float> &by, const Cut &cut) {
  passes::Kept kept = passes::keepDownTo(by.data(), cut.score, cut.place, logits.data(), logits.size());
  if (kept.largest != largestLogit())
    forgetWeights();
  largest = kept.largest;
  shrink(kept.count);
}

void CandidateSet::keepTopK(std::int64_t count) {
  if (count <= 0 || static_cast<std::uint64_t>(count) >= logits.size())
    return;
  auto wanted = static_cast<std::size_t>(count);
  if (isFew(logits.size(), wanted)) {
    std::vector<std::uint32_t> places = findFew(logits.data(), logits.size(), wanted, maxima, flags);
    keepPlaces([&](const auto &visit) { std::for_each(places.begin(), places.end(), visit); }, places.size());
    total.reset();
  } else if (std::optional<Cut> cut = findCut(logits, std::nullopt, wanted, {bins, flags})) {
    keepDownTo(logits, *cut);
    total.reset();
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
  if (std::optional<Cut> cut = findCutByWeight(logits, {parts.data(), *total}, wanted, {bins, flags})) {
    keepDownTo(logits, *cut);
    total = cut->sum;
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
  passes::KeptWeights kept = passes::keepWeights(wanted, logits.data(), parts.data(), logits.size());
  total = kept.total;
  shrink(kept.count);
}

void CandidateSet::keepTypical(double mass) {
  if (mass >= 1)
    return;
  std::uint64_t wanted = shareOf(totalWeight(), mass);
  float most = largestLogit();
  passes::SplitSum sum = passes::sumOfInformation(logits.data(), parts.data(), logits.size(), most);
  // entropy = log(sum of exp) + mean, information = log(sum of exp) + (largest - logit).
  double mean =
      (static_cast<double>(sum.high) * 0x1p20 + static_cast<double>(sum.low)) / static_cast<double>(*total) * 0x1p-16;
  scores.resize(logits.size());
  passes::closeness(logits.data(), logits.size(), most, static_cast<float>(mean), scores.data());
  std::optional<Cut> cut = findCut(scores, Weights{parts.data(), *total}, wanted, {bins, flags});
  if (!cut)
    return;
  keepDownTo(scores, *cut);
  if (weighed)
    total = cut->sum;
}
