//===- Selection.cpp - The first so many, without sorting -----------------===//

#include "runtime/Sampler/Selection.h"

#include "runtime/Sampler/Bracket.h"
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
  std::vector<std::uint16_t> bins(entries.size());
  while (entries.size() > 64) {
    float least = entries.front().score, greatest = least;
    for (const Entry &entry : entries) {
      least = std::min(least, entry.score);
      greatest = std::max(greatest, entry.score);
    }
    if (least == greatest)
      return;
    double scale = lastBin / (static_cast<double>(greatest) - static_cast<double>(least));
    std::uint64_t sums[lastBin + 1] = {};
    for (std::size_t i = 0; i != entries.size(); ++i) {
      double below = static_cast<double>(greatest) - static_cast<double>(entries[i].score);
      bins[i] = static_cast<std::uint16_t>(std::min<int>(lastBin, static_cast<int>(below * scale)));
      sums[bins[i]] += entries[i].weight;
    }
    std::size_t bin = *findBin(sums, mass);
    Entry *next = entries.data();
    for (std::size_t i = 0; i != entries.size(); ++i) {
      *next = entries[i];
      next += bins[i] == bin;
    }
    entries.resize(static_cast<std::size_t>(next - entries.data()));
  }
}

/// Where the running sum over `entries`, which are by ascending place, reaches `mass`; `before` is what comes before
/// all of them.
std::optional<Cut> cutAmong(std::vector<Entry> entries, std::uint64_t before, std::uint64_t mass) {
  std::uint64_t all = 0, left = mass - before;
  for (const Entry &entry : entries)
    all += entry.weight;
  if (all < left)
    return std::nullopt;
  narrow(entries, left);
  if (!std::is_sorted(entries.begin(), entries.end(), comesFirst))
    std::sort(entries.begin(), entries.end(), comesFirst);
  for (const Entry &entry : entries) {
    if (entry.weight >= left)
      return Cut{entry.score, entry.place, mass - left + entry.weight};
    left -= entry.weight;
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

/// What a list of scores is looked at with.
namespace {

struct Search {
  const std::vector<float> &scores;
  std::optional<Weights> weights;
  std::uint64_t mass;
  SelectionScratch scratch;

  std::uint64_t weightAt(std::size_t place) const { return weights ? passes::weightOfPart(weights->parts[place]) : 1; }
  /// The flagged places that are not masked, ascending.
  std::vector<Entry> flagged(std::size_t most) const {
    std::vector<Entry> entries(most);
    Entry *next = entries.data();
    forEachFlagged(scratch.flags.data(), scores.size(), [&](std::size_t place) {
      *next = {scores[place], static_cast<std::uint32_t>(place), weightAt(place)};
      next += scores[place] > -INFINITY;
    });
    entries.resize(static_cast<std::size_t>(next - entries.data()));
    return entries;
  }
  std::uint8_t *flags() const {
    scratch.flags.resize(scores.size() + 8);
    return scratch.flags.data();
  }
  std::optional<Cut> withinBracket() const;
  std::optional<Cut> byBins() const;
};

} // namespace

/// Nothing too if the sample misled.
std::optional<Cut> Search::withinBracket() const {
  const float *parts = weights ? weights->parts : nullptr;
  std::optional<Bracket> bracket = findBracket(scores, parts, weights ? weights->total : 0, mass);
  if (!bracket)
    return std::nullopt;
  passes::Between between =
      passes::flagBetween(scores.data(), parts, scores.size(), bracket->least, bracket->greatest, flags());
  if (between.above >= mass || between.flagged > scores.size() / 8)
    return std::nullopt;
  return cutAmong(flagged(between.flagged), between.above, mass);
}

std::optional<Cut> Search::byBins() const {
  float greatest = passes::largest(scores.data(), scores.size());
  float scale = (lastBin + 1) / rangeOf(scores, greatest, weights.has_value());
  scratch.bins.resize(scores.size());
  passes::bins(scores.data(), scores.size(), greatest, scale, lastBin, scratch.bins.data());
  std::uint64_t sums[4][lastBin + 2] = {};
  if (weights)
    addToBins(scratch.bins.data(), scores.size(), [&](std::size_t place) { return weightAt(place); }, sums);
  else
    addToBins(scratch.bins.data(), scores.size(), [](std::size_t) { return 1; }, sums);
  std::uint64_t left = mass;
  std::optional<std::size_t> bin = findBin(sums[0], left);
  if (!bin)
    return std::nullopt;
  std::size_t count = passes::flagBin(scratch.bins.data(), scores.size(), static_cast<std::uint16_t>(*bin), flags());
  return cutAmong(flagged(count), mass - left, mass);
}

std::optional<Cut> tern::findCut(const std::vector<float> &scores, std::optional<Weights> weights, std::uint64_t mass,
                                 SelectionScratch scratch) {
  Search search = {scores, weights, mass, scratch};
  if (scores.size() <= 2048) {
    std::fill_n(search.flags(), scores.size(), 1);
    std::fill(scratch.flags.begin() + static_cast<std::ptrdiff_t>(scores.size()), scratch.flags.end(), 0);
    return cutAmong(search.flagged(scores.size()), 0, mass);
  }
  if (std::optional<Cut> cut = search.withinBracket())
    return cut;
  return search.byBins();
}

std::optional<Cut> tern::findCutByWeight(const std::vector<float> &scores, Weights weights, std::uint64_t mass,
                                         SelectionScratch scratch) {
  Search search = {scores, weights, mass, scratch};
  // All the weights up to this one together do not make up what the mass leaves.
  std::uint64_t negligible = (weights.total - mass) / scores.size();
  float least = std::nextafter(static_cast<float>(static_cast<double>(negligible) * 0x1p-40), 0.0f);
  std::size_t count = passes::flagAbove(weights.parts, scores.size(), least, search.flags());
  if (count > std::max<std::size_t>(2048, scores.size() / 16))
    return findCut(scores, weights, mass, scratch);
  return cutAmong(search.flagged(count), 0, mass);
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
