//===- Repetition.h - What a text says again ----------------------*- C++ -*-===//

#ifndef TERN_RUNTIME_SAMPLER_REPETITION_H
#define TERN_RUNTIME_SAMPLER_REPETITION_H

#include "runtime/Sampler/Sampler.h"

namespace tern {

/// For each place p of the last `window` tokens of `history`, counted from its end (0 is the last token), how many
/// tokens before and at p are those that the history ends with; at most `limit`. At 0 it is 0. In linear time.
std::vector<std::uint32_t> repeatedLengths(const std::vector<TokenId> &history, std::size_t window,
                                           std::uint32_t limit);

/// How many of the last `window` tokens follow the last breaker that is complete in them; all, without one.
std::uint32_t lengthSinceBreaker(const std::vector<TokenId> &history, std::size_t window,
                                 const std::vector<std::vector<TokenId>> &breakers);

} // namespace tern

#endif // TERN_RUNTIME_SAMPLER_REPETITION_H
