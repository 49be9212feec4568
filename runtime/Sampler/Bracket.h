//===- Bracket.h - Where a cut lies, by a sample ------------------*- C++ -*-===//
//
// Where an order by falling score must be cut can be told roughly from a few thousand of the scores. What a sample
// says of the sum above a score is off by chance, and by how much follows from the sample too: so there are two scores
// between which the cut lies but for bad luck, and only what is between them needs a closer look. Bad luck shows once
// everything above is added up, and costs time only.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_SAMPLER_BRACKET_H
#define TERN_RUNTIME_SAMPLER_BRACKET_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tern {

/// Finite; least <= greatest.
struct Bracket {
  float least, greatest;
};

/// Looks for the score at which the running sum of weights reaches `mass`, the largest first. Weights are the sampler's
/// by their exponentials `parts`, and `total` is their sum; or 1 each, if `parts` is null, with any `total`. Scores of
/// -inf stand for nothing. Nothing if too much would be between: the sum is mostly that of a few, or spread out thinly.
std::optional<Bracket> findBracket(const std::vector<float> &scores, const float *parts, std::uint64_t total,
                                   std::uint64_t mass);

} // namespace tern

#endif // TERN_RUNTIME_SAMPLER_BRACKET_H
