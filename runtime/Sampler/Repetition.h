//===- Repetition.h - What a text says again ----------------------*- C++ -*-===//

#ifndef TERN_RUNTIME_SAMPLER_REPETITION_H
#define TERN_RUNTIME_SAMPLER_REPETITION_H

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace tern {

using TokenId = std::int32_t;

/// For each place p of the last `window` tokens of `history`, counted from its end (0 is the last token), how many
/// tokens before and at p are those that the history ends with; at most `limit`. At 0 it is 0. In linear time.
std::vector<std::uint32_t> repeatedLengths(const std::vector<TokenId> &history, std::size_t window,
                                           std::uint32_t limit);

/// Sequences of tokens, of which there may be thousands, by the token that they begin with.
class Breakers {
public:
  Breakers() = default;
  Breakers(const std::vector<std::vector<TokenId>> &sequences, std::size_t vocabularySize);

  /// How many of the last `window` tokens follow the last breaker that is complete in them; all, without one.
  std::uint32_t lengthSince(const std::vector<TokenId> &history, std::size_t window) const;

  /// Whether the token alone is a breaker.
  bool has(TokenId token) const { return !single.empty() && single[static_cast<std::size_t>(token)]; }

private:
  std::vector<bool> single;                                              ///< By token.
  std::unordered_map<TokenId, std::vector<std::vector<TokenId>>> longer; ///< By the first token.
  std::size_t longest = 1;
};

} // namespace tern

#endif // TERN_RUNTIME_SAMPLER_REPETITION_H
