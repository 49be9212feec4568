//===- Repetition.cpp - What a text says again ----------------------------===//

#include "runtime/Sampler/Repetition.h"

#include <algorithm>

using namespace tern;

std::vector<std::uint32_t> tern::repeatedLengths(const std::vector<TokenId> &history, std::size_t window,
                                                 std::uint32_t limit) {
  // The Z function of the reversed text: what is known of the stretch [left, right) that repeats the start saves
  // comparing it again.
  const TokenId *last = history.data() + history.size() - 1;
  auto at = [&](std::size_t place) { return *(last - place); };
  std::vector<std::uint32_t> lengths(window, 0);
  std::size_t left = 0, right = 0;
  for (std::size_t place = 1; place < window; ++place) {
    std::size_t length = place < right ? std::min<std::size_t>(right - place, lengths[place - left]) : 0;
    while (place + length < window && at(length) == at(place + length))
      ++length;
    lengths[place] = static_cast<std::uint32_t>(length);
    if (place + length > right) {
      left = place;
      right = place + length;
    }
  }
  for (std::uint32_t &length : lengths)
    length = std::min(length, limit);
  return lengths;
}

Breakers::Breakers(const std::vector<std::vector<TokenId>> &sequences, std::size_t vocabularySize) {
  if (!sequences.empty())
    single.resize(vocabularySize);
  for (const std::vector<TokenId> &sequence : sequences) {
    if (sequence.size() == 1)
      single[static_cast<std::size_t>(sequence.front())] = true;
    else
      longer[sequence.front()].push_back(sequence);
    longest = std::max(longest, sequence.size());
  }
}

std::uint32_t Breakers::lengthSince(const std::vector<TokenId> &history, std::size_t window) const {
  if (single.empty())
    return static_cast<std::uint32_t>(window);
  // From the last token back; a breaker that begins further back may still end later, by its length.
  std::size_t found = window;
  for (std::size_t place = 0; place < window && place < found + longest; ++place) {
    auto begin = history.end() - 1 - static_cast<std::ptrdiff_t>(place);
    if (has(*begin))
      found = std::min(found, place);
    auto candidates = longer.find(*begin);
    if (candidates == longer.end())
      continue;
    for (const std::vector<TokenId> &sequence : candidates->second)
      if (sequence.size() <= place + 1 && std::equal(sequence.begin(), sequence.end(), begin))
        found = std::min(found, place + 1 - sequence.size());
  }
  return static_cast<std::uint32_t>(found);
}
