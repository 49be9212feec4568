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

std::uint32_t tern::lengthSinceBreaker(const std::vector<TokenId> &history, std::size_t window,
                                       const std::vector<std::vector<TokenId>> &breakers) {
  auto result = static_cast<std::uint32_t>(window);
  auto begin = history.end() - static_cast<std::ptrdiff_t>(window);
  for (const std::vector<TokenId> &breaker : breakers) {
    auto found = std::find_end(begin, history.end(), breaker.begin(), breaker.end());
    if (found != history.end())
      result = std::min(result,
                        static_cast<std::uint32_t>(history.end() - found) - static_cast<std::uint32_t>(breaker.size()));
  }
  return result;
}
