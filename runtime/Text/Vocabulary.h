//===- Vocabulary.h - A GGUF file's tokenizer, as it lies there --*- C++ -*-===//

#ifndef TERN_RUNTIME_TEXT_VOCABULARY_H
#define TERN_RUNTIME_TEXT_VOCABULARY_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tern {

/// The keys `tokenizer.ggml.*` of a GGUF file, not interpreted: the reader of the file fills this in, Tokenizer makes
/// sense of it. What the file does not have stays empty. Key names: GGUF specification,
/// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md#tokenizer
struct Vocabulary {
  /// Values of `types`.
  enum TokenType : std::int32_t { Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6 };

  std::string where; ///< Heads the messages of problems: the file's name.
  std::string model; ///< "gpt2", "gemma4", "whitespace", "llama", "bert", "t5".
  std::string pre;   ///< How text is cut before BPE: "smollm", "llama-bpe".

  std::vector<std::string> tokens;
  std::vector<float> scores;       ///< Empty, or one per token.
  std::vector<std::int32_t> types; ///< Empty, or one TokenType per token.
  std::vector<std::string> merges; ///< "left right", best first.
  std::vector<char> charactersMap; ///< precompiled_charsmap.

  std::optional<std::int64_t> bos, eos, eot, eom, unknown, separator, padding, mask;
  std::optional<bool> addBos, addEos, addSeparator, addSpacePrefix, removeExtraWhitespaces;
  std::optional<bool> lowercase;    ///< normalizer.lowercase.
  std::optional<bool> stripAccents; ///< normalizer.strip_accents.
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_VOCABULARY_H
