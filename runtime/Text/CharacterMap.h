//===- CharacterMap.h - SentencePiece's table of replacements ----*- C++ -*-===//
//
// SentencePiece compiles its normalization into one block of bytes: a trie of what is replaced, as a double array, and
// the texts that go in its place, each ended by a NUL.
//
//   u32 bytes of the trie | u32 unit, unit, .. | "a\0fi\0.."
//
// A unit packs a label (bits 0..7), whether a value follows (bit 8), and the offset of its children (bits 10..30, times
// 256 if bit 9 is set). Source: the Darts-clone library, https://github.com/s-yata/darts-clone, which SentencePiece
// uses.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_CHARACTERMAP_H
#define TERN_RUNTIME_TEXT_CHARACTERMAP_H

#include "runtime/Text/Normalizer.h"

namespace tern {

/// Immutable; safe to use from several threads.
class CharacterMap {
public:
  /// The bytes of a `precompiled_charsmap`; none at all are a map without replacements. Problems: sizes that do not
  /// fit, replacements that are not UTF-8.
  static Result<CharacterMap> parse(std::string_view bytes, const std::string &where);

  struct Match {
    std::size_t length = 0; ///< Bytes replaced; 0: nothing.
    std::string_view with;  ///< Valid as long as the map.
  };
  enum class Which { Shortest, Longest };
  /// What is replaced at the beginning of `text`.
  Match match(std::string_view text, Which which) const;

private:
  std::vector<std::uint32_t> units;
  std::string replacements;

  std::uint32_t unitAt(std::size_t index) const { return index < units.size() ? units[index] : 0; }
};

/// The bytes that a text in base64 spells (RFC 4648, with padding); Problem: other characters or a broken end.
Result<std::string> decodeBase64(std::string_view text, const std::string &where);
std::string encodeBase64(std::string_view bytes);

/// tokenizer.json's "Precompiled".
Result<std::unique_ptr<Normalizer>> makePrecompiled(ComponentSpec &spec);

/// What SentencePiece does to text before a Unigram model sees it, for GGUF files: replacements by the map, then "▁"
/// for spaces, each run of spaces as one and none at the ends if `mergeSpaces`, and "▁" before the text if `prefix`.
std::unique_ptr<Normalizer> makeSentencePieceNormalizer(CharacterMap map, bool prefix, bool mergeSpaces);

} // namespace tern

#endif // TERN_RUNTIME_TEXT_CHARACTERMAP_H
