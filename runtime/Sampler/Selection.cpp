//===- Selection.cpp - The first so many, without sorting -----------------===//

#include "runtime/Sampler/Selection.h"

#include "runtime/Sampler/LogitPasses.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace tern;

namespace {

struct Entry {
  float score;
  std::uint32_t place;
  std::uint64_t weight;
};

constexpr std::uint16_t lastBin = 1023;

bool comesFirst(const Entry &one, const Entry &other) {
  return one.score != other.score ? one.score > other.score : one.place < other.place;
}

/// The bin in which the running sum reaches `mass`, from which the sum of the bins before is taken away.
std::optional<std::size_t> findBin(const std::uint64_t *sums, std::uint64_t &mass) {
  for (std::size_t bin = 0; bin <= lastBin; ++bin) {
    if (sums[bin] >= mass)
      return bin;
    mass -= sums[bin];
  }
  return std::nullopt;
}

/// Keeps of `entries` those of the bin in which `mass` is reached, until they are few or equal.
void narrow(std::vector<Entry> &entries, std::uint64_t &mass) {
  while (entries.size() > 64) {
    auto [least, greatest] = std::minmax_element(
        entries.begin(), entries.end(), [](const Entry &one, const Entry &other) { return one.score < other.score; });
    double top = greatest->score, scale = lastBin / (top - static_cast<double>(least->score));
    if (least->score == greatest->score)
      return;
    auto binOf = [&](const Entry &entry) {
      return std::min<std::size_t>(lastBin, static_cast<std::size_t>((top - static_cast<double>(entry.score)) * scale));
    };
    std::uint64_t sums[lastBin + 1] = {};
    for (const Entry &entry : entries)
      sums[binOf(entry)] += entry.weight;
    std::size_t bin = *findBin(sums, mass);
    entries.erase(
        std::remove_if(entries.begin(), entries.end(), [&](const Entry &entry) { return binOf(entry) != bin; }),
        entries.end());
  }
}

/// Where the running sum over `entries`, which are by ascending place, reaches `mass`.
std::optional<Cut> cutAmong(std::vector<Entry> entries, std::uint64_t mass) {
  std::uint64_t all = 0;
  for (const Entry &entry : entries)
    all += entry.weight;
  if (all < mass)
    return std::nullopt;
  narrow(entries, mass);
  if (!std::is_sorted(entries.begin(), entries.end(), comesFirst))
    std::sort(entries.begin(), entries.end(), comesFirst);
  for (const Entry &entry : entries) {
    if (entry.weight >= mass)
      return Cut{entry.score, entry.place};
    mass -= entry.weight;
  }
  return std::nullopt;
}

/// How far below the greatest score bins need to reach, by a few scores taken evenly: with weights, as far as there are
/// any; else so that a few outliers do not crowd the rest into one bin.
float rangeOf(const std::vector<float> &scores, float greatest, bool hasWeights) {
  std::vector<float> sample;
  for (std::size_t place = 0; place < scores.size(); place += scores.size() / 256)
    if (scores[place] > -INFINITY)
      sample.push_back(greatest - scores[place]);
  if (sample.empty())
    return 1;
  auto far = sample.begin() + static_cast<std::ptrdiff_t>(hasWeights ? sample.size() - 1 : sample.size() * 15 / 16);
  std::nth_element(sample.begin(), far, sample.end());
  float range = hasWeights ? std::min(*far, -passes::leastExponent) : *far;
  return std::isfinite(range) && range > 0 ? range : 1;
}

} // namespace

/// Adds weights to bins, in four tables by turns: an addition need not wait for the one before it.
template <typename WeightOf>
static void addToBins(const std::uint16_t *bins, std::size_t count, const WeightOf &weightOf,
                      std::uint64_t (&sums)[4][lastBin + 2]) {
  std::size_t place = 0;
  for (; place + 4 <= count; place += 4) {
    std::uint64_t four;
    std::memcpy(&four, bins + place, sizeof(four));
    for (std::size_t i = 0; i < 4; ++i, four >>= 16)
      sums[i][four & 0xFFFF] += weightOf(place + i);
  }
  for (; place < count; ++place)
    sums[0][bins[place]] += weightOf(place);
  for (std::size_t bin = 0; bin <= lastBin; ++bin)
    sums[0][bin] += sums[1][bin] + sums[2][bin] + sums[3][bin];
}

std::optional<Cut> tern::findCut(const std::vector<float> &scores, const std::uint64_t *weights, std::uint64_t mass,
                                 SelectionScratch scratch) {
  auto entry = [&](std::size_t place) {
    return Entry{scores[place], static_cast<std::uint32_t>(place), weights ? weights[place] : 1};
  };
  std::vector<Entry> entries;
  if (scores.size() <= 2048) {
    for (std::size_t place = 0; place < scores.size(); ++place)
      if (scores[place] > -INFINITY)
        entries.push_back(entry(place));
    return cutAmong(std::move(entries), mass);
  }
  float greatest = passes::largest(scores.data(), scores.size());
  float scale = (lastBin + 1) / rangeOf(scores, greatest, weights != nullptr);
  scratch.bins.resize(scores.size());
  passes::bins(scores.data(), scores.size(), greatest, scale, lastBin, scratch.bins.data());
  std::uint64_t sums[4][lastBin + 2] = {};
  if (weights)
    addToBins(scratch.bins.data(), scores.size(), [=](std::size_t place) { return weights[place]; }, sums);
  else
    addToBins(scratch.bins.data(), scores.size(), [](std::size_t) { return 1; }, sums);
  std::optional<std::size_t> bin = findBin(sums[0], mass);
  if (!bin)
    return std::nullopt;
  scratch.flags.resize(scores.size() + 8);
  entries.reserve(
      passes::flagBin(scratch.bins.data(), scores.size(), static_cast<std::uint16_t>(*bin), scratch.flags.data()));
  forEachFlagged(scratch.flags.data(), scores.size(), [&](std::size_t place) { entries.push_back(entry(place)); });
  return cutAmong(std::move(entries), mass);
}

std::optional<Cut> tern::findCutByWeight(const std::vector<float> &scores, const std::uint64_t *weights,
                                         std::uint64_t total, std::uint64_t mass, SelectionScratch scratch) {
  // All the weights up to this one together do not make up what the mass leaves.
  std::uint64_t negligible = (total - mass) / scores.size();
  scratch.flags.resize(scores.size() + 8);
  std::size_t count = passes::flagWeightsAbove(weights, scores.size(), negligible, scratch.flags.data());
  if (count > std::max<std::size_t>(2048, scores.size() / 16))
    return findCut(scores, weights, mass, scratch);
  std::vector<Entry> entries;
  entries.reserve(count);
  forEachFlagged(scratch.flags.data(), scores.size(), [&](std::size_t place) {
    entries.push_back({scores[place], static_cast<std::uint32_t>(place), weights[place]});
  });
  return cutAmong(std::move(entries), mass);
}

bool tern::isFew(std::size_t size, std::size_t count) { return size >= 4096 && count <= size / 256; }

/// The `count`-th largest of the maxima of blocks of scores: as many scores are at least as large.
static float boundOfFew(const float *scores, std::size_t size, std::size_t count, std::vector<float> &maxima) {
  maxima.resize((size + 63) / 64);
  passes::blockMaxima(scores, size, maxima.data());
  // Larger blocks do as well while there are many more than are wanted, and the search among them is shorter.
  while (maxima.size() > std::max<std::size_t>(8 * count, 128)) {
    std::size_t half = maxima.size() / 2;
    for (std::size_t i = 0; i < half; ++i)
      maxima[i] = std::max(maxima[i], maxima[i + half]);
    if (maxima.size() % 2 != 0)
      maxima[0] = std::max(maxima[0], maxima.back());
    maxima.resize(half);
  }
  auto last = maxima.begin() + static_cast<std::ptrdiff_t>(count - 1);
  std::nth_element(maxima.begin(), last, maxima.end(), std::greater<float>());
  return *last;
}

std::vector<std::uint32_t> tern::findFew(const float *scores, std::size_t size, std::size_t count,
                                         std::vector<float> &maxima, std::vector<std::uint8_t> &flags) {
  float bound = boundOfFew(scores, size, count, maxima);
  flags.resize(size + 8);
  std::vector<std::uint32_t> places;
  places.reserve(passes::flagAbove(scores, size, bound, flags.data()));
  forEachFlagged(flags.data(), size, [&](std::size_t place) { places.push_back(static_cast<std::uint32_t>(place)); });
  if (places.size() > count) {
    auto comesFirst = [&](std::uint32_t one, std::uint32_t other) {
      return scores[one] != scores[other] ? scores[one] > scores[other] : one < other;
    };
    std::nth_element(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(count), places.end(), comesFirst);
    places.resize(count);
    std::sort(places.begin(), places.end());
  } else if (bound > -INFINITY && places.size() < count) {
    auto above = static_cast<std::ptrdiff_t>(places.size());
    for (std::size_t place = 0; places.size() < count; ++place) {
      place += passes::find(scores + place, size - place, bound);
      places.push_back(static_cast<std::uint32_t>(place));
    }
    std::inplace_merge(places.begin(), places.begin() + above, places.end());
  }
  return places;
}
