//===- Splitting.h - Cutting a piece at its matches --------------*- C++ -*-===//
//
// Follows Hugging Face tokenizers 0.23 (tokenizer/normalizer, NormalizedString::split).
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_SPLITTING_H
#define TERN_RUNTIME_TEXT_SPLITTING_H

#include "runtime/Text/Regex.h"
#include "runtime/Text/Utf8.h"

namespace tern {

/// What becomes of the matches of a pattern that cuts a text.
enum class SplitBehavior {
  Removed,            ///< Dropped: "a-b" at '-' gives "a", "b".
  Isolated,           ///< A piece each: "a", "-", "b".
  MergedWithPrevious, ///< "a-", "b".
  MergedWithNext,     ///< "a", "-b".
  Contiguous,         ///< Neighbouring matches are one piece: "a--b" gives "a", "--", "b".
};

/// Part of a text: a match, or what lies between matches.
struct Stretch {
  Span span;
  bool matched;
};

/// The matches and what lies between them, in order, covering `text`.
std::vector<Stretch> cover(std::string_view text, const std::vector<Span> &matches);

/// Appends the pieces that `behavior` makes of the stretches.
void splitStretches(const std::vector<Stretch> &stretches, SplitBehavior behavior, std::vector<Span> &pieces);

/// Cuts `text` at the characters that `matches(code)` picks, each a match of its own.
template <typename Matches>
void splitCharacters(std::string_view text, SplitBehavior behavior, std::vector<Span> &pieces, Matches &&matches) {
  std::vector<Span> found;
  forEachCharacter(text, [&](char32_t code, std::size_t begin, std::size_t length) {
    if (matches(code))
      found.push_back({begin, begin + length});
  });
  splitStretches(cover(text, found), behavior, pieces);
}

} // namespace tern

#endif // TERN_RUNTIME_TEXT_SPLITTING_H
