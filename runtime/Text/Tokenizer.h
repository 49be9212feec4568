//===- Tokenizer.h - Text to token ids and back ------------------*- C++ -*-===//
//
// A tokenizer is a pipeline, the same for every family of models; what differs is which components fill it:
//
//   text ─ added tokens cut out ─ normalizer ─ pre-tokenizer ─ model ─ truncation ─ post-processor ─ padding ─ ids
//            "<|im_start|>"        NFC, lower     words        BPE                    [CLS] .. [SEP]
//
//   ids ─ texts of tokens ─ decoder ─ text
//
// The components come from a tokenizer.json (Hugging Face) or from the vocabulary of a GGUF file. Ids are those that
// Hugging Face tokenizers 0.23 gives, and for GGUF those that llama.cpp gives (docs/reference/Tokenizers.md).
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_TOKENIZER_H
#define TERN_RUNTIME_TEXT_TOKENIZER_H

#include "runtime/Base/Result.h"
#include "runtime/Text/Span.h"
#include "runtime/Text/TokenizerParts.h"

#include <memory>
#include <string_view>

namespace tern {

struct TokenizerPipeline;

/// All there is to know of tokenized texts; one entry per token in each list.
struct Encoding {
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> types; ///< Which segment of the input a token belongs to ("token_type_ids").
  std::vector<Span> bytes;         ///< What a token stands for in its text; [0, 0) when it stands for none.
  std::vector<Span> characters;    ///< The same, counted in code points: Hugging Face's `offsets`.
  /// What truncation cut off, in parts with special tokens of their own; of a pair, each part of one text with each of
  /// the other. They share `truncation.stride` tokens, and have no parts themselves.
  std::vector<Encoding> overflowing;
};

/// Tokens with a role. A tokenizer.json names only `unknown`; the rest of its roles are in other files of the model.
struct SpecialTokens {
  std::optional<std::int32_t> bos, eos, eot, eom, unknown, separator, padding, mask;
};

/// Movable; every const member may be called from several threads at once.
class Tokenizer {
public:
  /// Reads the text of a tokenizer.json. `where` heads the messages of problems: the file's name. Problems: everything
  /// wrong with the file, and every component or option that is not known.
  static Result<Tokenizer> fromHuggingFace(std::string_view tokenizerJson, const std::string &where);
  /// Makes the tokenizer that a GGUF file describes. Problems: as above, and models and pre-tokenizers not known.
  static Result<Tokenizer> fromVocabulary(const Vocabulary &vocabulary);

  /// Makes the tokenizer that was taken apart. Problems: settings that are wrong or not known.
  static Result<Tokenizer> fromParts(TokenizerParts parts);

  explicit Tokenizer(std::unique_ptr<const TokenizerPipeline> pipeline); ///< For the readers of formats.
  Tokenizer(Tokenizer &&) noexcept;
  Tokenizer &operator=(Tokenizer &&) noexcept;
  ~Tokenizer();

  /// The ids of a text. `addSpecial` puts the tokens round it that the model expects (BOS, [CLS] .. [SEP]). Added
  /// tokens that stand in the text ("<|im_end|>") are recognised either way. Problems: text that is not UTF-8 (see
  /// replaceInvalidUtf8) or beyond 1 GiB, and what the model has no tokens for.
  Result<std::vector<std::int32_t>> encode(std::string_view text, bool addSpecial) const;

  /// As above, with where each token comes from. A `second` text makes a pair, as models that compare texts expect; the
  /// offsets of its tokens count from its own beginning.
  Result<Encoding> encodeWithOffsets(std::string_view text, bool addSpecial,
                                     std::optional<std::string_view> second = std::nullopt) const;

  /// The text of ids: valid UTF-8, U+FFFD where bytes are no character. `skipSpecial` leaves special tokens out.
  /// Problem: an id that is no token.
  Result<std::string> decode(const std::vector<std::int32_t> &ids, bool skipSpecial) const;

  /// One past the highest id.
  std::int32_t size() const;
  /// The token as the vocabulary writes it ("Ġthe"); empty for an id that is no token. Valid as long as the tokenizer.
  std::string_view piece(std::int32_t id) const;
  /// The id of a token as the vocabulary writes it.
  std::optional<std::int32_t> tokenId(std::string_view token) const;
  /// Whether a decode that skips special tokens leaves this one out.
  bool isSpecial(std::int32_t id) const;
  const SpecialTokens &specialTokens() const;
  /// What encode() fills texts up with to the length that the tokenizer asks for; nothing if it asks for none.
  std::optional<std::int32_t> fillingToken() const;

private:
  friend class StreamDecoder;
  std::unique_ptr<const TokenizerPipeline> pipeline;
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_TOKENIZER_H
