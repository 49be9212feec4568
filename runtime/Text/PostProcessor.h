//===- PostProcessor.h - Special tokens round texts --------------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEXT_POSTPROCESSOR_H
#define TERN_RUNTIME_TEXT_POSTPROCESSOR_H

#include "runtime/Text/ComponentSpec.h"
#include "runtime/Text/TokenList.h"

namespace tern {

/// The tokens of one text, or of all with what goes round them.
struct TokenizedText {
  TokenList tokens;
  std::vector<std::int32_t> types; ///< One per token: which segment of the input it belongs to.
  /// What truncation cut off, in parts, which have no parts of their own.
  std::vector<TokenizedText> overflowing;

  /// Appends tokens, and joins parts that were cut off: each of these with the other and with each of its parts, then
  /// this one with each part of the other.
  void append(const TokenizedText &other);
  void append(std::int32_t special, std::int32_t type);
};

/// What goes round the tokens of one text or of a pair: "[CLS] $A [SEP]" is the elements {101}, A, {102}. A value;
/// applying several nests them, the first innermost.
class PostProcessor {
public:
  /// One place of a template: a text, or special tokens.
  struct Element {
    enum Kind { Special, First, Second } kind = Special;
    std::vector<std::int32_t> ids;
    std::int32_t type = 0;
    bool typesParts = false; ///< Whether parts of the text that were cut off get the type, too.
  };
  using Template = std::vector<Element>;
  struct Layer {
    Template single, pair;
  };
  /// Takes white space off the ends of what tokens stand for ("trim_offsets").
  struct Trimming {
    bool keepAddedSpace = false; ///< The space put before a text ("add_prefix_space") is not part of it anyway.
  };

  PostProcessor() = default; ///< Adds nothing.
  explicit PostProcessor(Layer layer) { layers.push_back(std::move(layer)); }

  /// Reads tokenizer.json's "post_processor"; null adds nothing.
  static Result<PostProcessor> fromJson(const Json &json, const std::string &where);

  /// Puts the special tokens round one text or two; without `addSpecial` only arranges the texts as a template does.
  TokenizedText apply(std::vector<TokenizedText> texts, bool addSpecial) const;
  /// How many special tokens a text, or a pair, gets.
  std::size_t added(bool pair) const;
  /// Every id that can be added, for checking against the vocabulary.
  std::vector<std::int32_t> specialIds() const;
  const std::vector<Trimming> &trimmings() const { return trims; }

private:
  std::vector<Layer> layers;
  std::vector<Trimming> trims;

  Status readLayers(const Json &json, const std::string &where);
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_POSTPROCESSOR_H
