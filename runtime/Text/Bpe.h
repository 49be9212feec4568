//===- Bpe.h - Byte-pair encoding by ranked merges ---------------*- C++ -*-===//
//
// A piece starts as its characters. The pair of neighbours with the best-ranked merge becomes one symbol, the leftmost
// such pair first, until no neighbours have a merge:
//
//   merges: 0 "l o"  1 "lo w"  2 "e r"        l o w e r  ->  lo w e r  ->  low e r  ->  low er
//
// Candidates wait in a heap, so a piece of n characters costs O(n log n), however long it is: 1 MB of one letter is no
// special case. Each merge removes a symbol, so no list of merges, however absurd, can keep this from ending.
//
// Follows Hugging Face tokenizers 0.23 (models/bpe), options included: unknown tokens and their fusing, byte fallback,
// a prefix for inner and a suffix for last characters, and taking a piece whole when it is a token.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_BPE_H
#define TERN_RUNTIME_TEXT_BPE_H

#include "runtime/Text/Model.h"

namespace tern {

struct BpeOptions {
  std::string unknown;         ///< Token for characters outside the vocabulary; they are dropped when this is empty.
  bool unknownDivides = false; ///< Characters that are dropped keep their neighbours from merging, as in llama.cpp.
  bool fuseUnknown = false;    ///< A run of unknown characters becomes one unknown token.
  bool byteFallback = false;   ///< Characters outside the vocabulary are written as tokens <0x00> .. <0xFF>.
  bool wholePieces = false;   ///< A piece that is a token is taken as it is, whatever the merges say ("ignore_merges").
  bool wholeNewlines = false; ///< The same, for pieces of newlines alone.
  std::string innerPrefix;    ///< Goes before each character but the first ("continuing_subword_prefix").
  std::string lastSuffix;     ///< Goes after the last character ("end_of_word_suffix").
};

class Bpe final : public Model {
public:
  /// Merges are of tokens. An unknown token that is no token is a problem once a text asks for it.
  static std::unique_ptr<Bpe> make(TokenArrays arrays, BpeOptions options);
  /// The merges of a model of tokenizer.json, whose vocabulary is `tokens`.
  static Result<std::vector<TokenMerge>> readMerges(const Json &model, const TokenTable &tokens,
                                                    const std::string &where);
  /// Reads a model of tokenizer.json.
  static Result<std::unique_ptr<Model>> fromSpec(ComponentSpec &spec, TokenArrays arrays);

  Status tokenize(const Pieces &pieces, TokenList &tokens) const override;
  std::int32_t unknownToken() const override { return unknownId; }

private:
  struct Merge {
    std::uint64_t pair = 0; ///< The ids of both parts.
    std::uint32_t rank = 0;
    std::int32_t result = noToken; ///< noToken marks an empty slot.
  };
  class Word;

  BpeOptions options;
  std::int32_t unknownId = noToken;
  std::vector<std::int32_t> byteTokens; ///< <0x00>..<0xFF> under byteFallback; noToken where the vocabulary lacks one.
  std::vector<std::int32_t> characters; ///< Ids of the first characters of Unicode, found without hashing.
  std::vector<Merge> merges;            ///< Open addressing by pair; a power of two, at most half full.

  Bpe(TokenTable tokens, BpeOptions options) : Model(std::move(tokens)), options(std::move(options)) {}

  void addMerges(const std::vector<TokenMerge> &list);
  std::size_t slotOf(std::uint64_t pair) const;
  const Merge *findMerge(std::int32_t left, std::int32_t right) const;
  std::string_view decorate(std::string_view character, bool first, bool last, std::string &scratch) const;
  std::int32_t findSymbol(std::string_view text) const;
  bool addBytes(std::string_view text, Word &word) const;
  void addCharacters(std::string_view piece, Word &word) const;
  void tokenizePiece(std::string_view piece, Word &word, TokenList &tokens) const;
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_BPE_H
