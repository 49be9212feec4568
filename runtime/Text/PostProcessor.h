//===- PostProcessor.h - Special tokens round a text -------------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEXT_POSTPROCESSOR_H
#define TERN_RUNTIME_TEXT_POSTPROCESSOR_H

#include "runtime/Text/ComponentSpec.h"

namespace tern {

/// What goes round the ids of one text: "[CLS] $A [SEP]" is the elements {101}, text, {102}. A value; applying several
/// nests them, the first innermost.
class PostProcessor {
public:
  /// One place of a template: the text, or special tokens.
  struct Element {
    bool text = false;
    std::vector<std::int32_t> ids;
  };
  using Template = std::vector<Element>;

  PostProcessor() = default; ///< Adds nothing.
  explicit PostProcessor(Template layer) { layers.push_back(std::move(layer)); }

  /// Reads tokenizer.json's "post_processor"; null adds nothing.
  static Result<PostProcessor> fromJson(const Json &json, const std::string &where);

  /// Puts the special tokens round `ids`; without `addSpecial` only repeats the text where a template does.
  void apply(std::vector<std::int32_t> &ids, bool addSpecial) const;
  /// How many special tokens a text gets.
  std::size_t added() const;
  /// Every id that can be added, for checking against the vocabulary.
  std::vector<std::int32_t> specialIds() const;

private:
  std::vector<Template> layers;
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_POSTPROCESSOR_H
