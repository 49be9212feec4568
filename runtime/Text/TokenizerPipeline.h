//===- TokenizerPipeline.h - The components of one tokenizer -----*- C++ -*-===//
//
// What the readers of formats (TokenizerJson.cpp, GgufTokenizer.cpp) fill in and Tokenizer runs.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_TOKENIZERPIPELINE_H
#define TERN_RUNTIME_TEXT_TOKENIZERPIPELINE_H

#include "runtime/Text/AddedTokens.h"
#include "runtime/Text/LengthRules.h"
#include "runtime/Text/Model.h"
#include "runtime/Text/Normalizer.h"
#include "runtime/Text/PostProcessor.h"
#include "runtime/Text/PreTokenizer.h"
#include "runtime/Text/TokenDecoder.h"
#include "runtime/Text/Tokenizer.h"

#include <unordered_map>
#include <unordered_set>

namespace tern {

struct TokenizerPipeline {
  std::string where; ///< Heads the messages of problems.
  std::unique_ptr<Model> model;
  std::unique_ptr<TokenDecoder> decoder;
  std::unique_ptr<Normalizer> normalizer;     ///< May be null.
  std::unique_ptr<PreTokenizer> preTokenizer; ///< May be null.
  PostProcessor postProcessor;
  LengthRules lengths;
  std::vector<AddedToken> addedTokens;
  SpecialTokens special;

  /// Checks the parts against each other and makes a tokenizer of them; nothing may change afterwards.
  static Result<Tokenizer> finish(std::unique_ptr<TokenizerPipeline> pipeline);

  /// Appends the tokens of `text`, which is valid UTF-8, without what goes round it; spans are bytes of the text.
  Status encode(std::string_view text, TokenList &tokens) const;
  /// The token's text; empty when there is none.
  std::string_view text(std::int32_t id) const;
  /// The token as the file writes it.
  std::string_view source(std::int32_t id) const {
    auto added = addedById.find(id);
    return added != addedById.end() ? std::string_view(addedTokens[added->second].text) : text(id);
  }
  bool has(std::int32_t id) const { return model->tokens().has(id) || addedById.count(id); }
  /// By what the token decodes to, as Hugging Face does: a special token that normalization changes is none.
  bool isSpecial(std::int32_t id) const;

  std::int32_t size = 0; ///< One past the highest id.
  std::unordered_map<std::int32_t, std::size_t> addedById;
  std::unordered_map<std::string, std::int32_t> addedByText;

private:
  std::unordered_set<std::string> specialTexts;
  AddedTokenFinder inSource;     ///< Those looked for in the text as it comes.
  AddedTokenFinder inNormalized; ///< Those looked for in the normalized text.

  Status check();
  Status indexAddedTokens();
  Result<TracedText> normalize(TracedText text) const;
  Status encodeBetween(TracedText source, bool first, TokenList &tokens) const;
};

/// Tokenizers of parts whose settings are those of a tokenizer.json, or of a GGUF file.
Result<Tokenizer> makeHuggingFaceTokenizer(TokenizerParts parts);
Result<Tokenizer> makeGgufTokenizer(TokenizerParts parts);

} // namespace tern

#endif // TERN_RUNTIME_TEXT_TOKENIZERPIPELINE_H
