//===- AddedTokens.h - Tokens that are found before anything else *- C++ -*-===//
//
// Added tokens ("<|im_start|>", "[MASK]") are cut out of the text before it is normalized and tokenized, so that they
// stay whole. Of the tokens that start at one place, the longest wins, and the leftmost start wins over later ones.
//
// Follows Hugging Face tokenizers 0.23 (tokenizer/added_vocabulary), as do the flags of a token.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_ADDEDTOKENS_H
#define TERN_RUNTIME_TEXT_ADDEDTOKENS_H

#include "runtime/Text/Pieces.h"
#include "runtime/Text/TokenTable.h"

#include <array>

namespace tern {

struct AddedToken {
  std::int32_t id = noToken;
  std::string text;
  std::string shown;       ///< What it decodes to: the text, normalized if `normalized`.
  bool special = false;    ///< Marks structure, not content: left out of a decode that skips special tokens.
  bool singleWord = false; ///< Only where no word character touches it.
  bool stripLeft = false;  ///< Takes the white space before it along.
  bool stripRight = false; ///< Takes the white space after it along.
  bool normalized = false; ///< Is looked for in the normalized text; its own text is normalized too.
};

/// A stretch of text between added tokens, or one added token.
struct Segment {
  Span span;
  std::int32_t token = noToken;
};

/// Finds a set of added tokens in a text.
class AddedTokenFinder {
public:
  /// Adds `token`, to be found where `text` stands. Empty texts are never found, and of
  /// equal texts the first added is.
  void add(const AddedToken &token, std::string_view text);
  bool empty() const { return patterns.empty(); }

  /// Cuts `text` into segments, none of them empty except for a token that its flags leave so.
  std::vector<Segment> cut(std::string_view text) const;

private:
  struct Pattern {
    std::string text;
    AddedToken token;
  };
  std::vector<Pattern> patterns;     ///< Sorted by text, so that those with a common beginning are neighbours.
  std::array<bool, 256> begins = {}; ///< Whether a pattern begins with a byte.

  const Pattern *match(std::string_view text, std::size_t at) const;
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_ADDEDTOKENS_H
