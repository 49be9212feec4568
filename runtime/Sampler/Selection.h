//===- Selection.h - The first so many, without sorting -----------*- C++ -*-===//
//
// Where an order by falling score (ties: by place) must be cut so that a given weight is reached. Sorting a vocabulary
// takes milliseconds; here a sample tells between which scores the cut lies (Bracket.h), or else scores are counted
// into bins, of which the one matters in which the weight is reached; and only the last few dozen are sorted.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_SAMPLER_SELECTION_H
#define TERN_RUNTIME_SAMPLER_SELECTION_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tern {

/// The last one before the cut.
struct Cut {
  float score;
  std::size_t place;
  std::uint64_t sum; ///< Of weights, its own included.
};

/// Weights by their exponentials (LogitPasses.h), and their sum.
struct Weights {
  const float *parts;
  std::uint64_t total;
};

/// Arrays that are used again.
struct SelectionScratch {
  std::vector<std::uint16_t> &bins;
  std::vector<std::uint8_t> &flags;
};

/// Cuts after the first score at which the running sum of weights (of 1 each, without) reaches `mass`, which is at
/// least 1. Scores of -inf stand for nothing. Nothing if all together are needed.
std::optional<Cut> findCut(const std::vector<float> &scores, std::optional<Weights> weights, std::uint64_t mass,
                           SelectionScratch scratch);

/// The same where weights fall as scores do: if few can be before the cut, only those are looked at.
std::optional<Cut> findCutByWeight(const std::vector<float> &scores, Weights weights, std::uint64_t mass,
                                   SelectionScratch scratch);

/// The places of the `count` largest of a long list, count being small beside it, ascending; fewer if the rest are
/// -inf. `maxima` and `flags` are scratch.
std::vector<std::uint32_t> findFew(const float *scores, std::size_t size, std::size_t count, std::vector<float> &maxima,
                                   std::vector<std::uint8_t> &flags);
/// Whether findFew is the one to call.
bool isFew(std::size_t size, std::size_t count);

/// Calls `visit` with each place whose flag is 1; flags beyond `count`, up to a multiple of 8, are 0.
template <typename Visit> void forEachFlagged(const std::uint8_t *flags, std::size_t count, const Visit &visit) {
  for (std::size_t begin = 0; begin < count; begin += 8) {
    std::uint64_t eight;
    __builtin_memcpy(&eight, flags + begin, 8);
    for (; eight != 0; eight &= eight - 1)
      visit(begin + static_cast<std::size_t>(__builtin_ctzll(eight)) / 8);
  }
}

} // namespace tern

#endif // TERN_RUNTIME_SAMPLER_SELECTION_H
