//===- PreTokenizer.h - Cutting text into pieces -----------------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEXT_PRETOKENIZER_H
#define TERN_RUNTIME_TEXT_PRETOKENIZER_H

#include "runtime/Text/ComponentSpec.h"
#include "runtime/Text/Pieces.h"

namespace tern {

/// Cuts pieces into smaller ones, beyond whose ends no token reaches. Immutable; safe to use from several threads. A
/// pre-tokenizer of a new kind is a class and a row in the registry of PreTokenizers.cpp.
class PreTokenizer {
public:
  virtual ~PreTokenizer() = default;

  virtual Status apply(Pieces &pieces) const = 0;
};

/// Applies each of `steps` to the pieces of the one before.
std::unique_ptr<PreTokenizer> makeSequence(std::vector<std::unique_ptr<PreTokenizer>> steps);

/// Makes the pre-tokenizer that tokenizer.json's "pre_tokenizer" describes.
Result<std::unique_ptr<PreTokenizer>> makePreTokenizer(const Json &json, const std::string &where);

/// Cuts at the matches of each pattern in turn (or as a rule of GgufPreTokenizers.h says), a match being a piece of its
/// own, and then, if `byteLevel`, writes bytes as the characters of the byte-level alphabet: how GGUF files describe
/// BPE tokenizers.
Result<std::unique_ptr<PreTokenizer>> makeGgufSplits(const std::vector<std::string> &patterns, bool byteLevel,
                                                     const std::string &where);

} // namespace tern

#endif // TERN_RUNTIME_TEXT_PRETOKENIZER_H
