//===- ModelText.h - The text side of an artifact ----------------*- C++ -*-===//
//
// What turns text into token ids and back for one model: its tokenizer, chat templates, the tokens that end a text and
// the defaults of its authors for generation. In an artifact these are three sections, the same whatever files the
// model came from:
//
//   text/tokenizer.json   settings of the tokenizer      text/tokens.bin   its arrays (runtime/Text/TokenizerParts.h)
//   text/chat.json        templates, special tokens, end tokens, generation defaults
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_ARTIFACT_MODELTEXT_H
#define TERN_RUNTIME_ARTIFACT_MODELTEXT_H

#include "runtime/Artifact/ArtifactReader.h"
#include "runtime/Artifact/ArtifactWriter.h"
#include "runtime/Template/ChatTemplate.h"
#include "runtime/Text/Tokenizer.h"

namespace tern {

namespace section {
constexpr char tokenizer[] = "text/tokenizer.json", tokens[] = "text/tokens.bin", chat[] = "text/chat.json";
} // namespace section

/// What is said round a conversation.
struct ChatDefaults {
  ChatTemplateSources templates;       ///< Empty if the model has none.
  Json specialTokens = Json::object(); ///< Those that templates name: "bos_token" to its text.
  std::vector<std::int32_t> endTokens; ///< Any of them ends a text.
  Json generation = Json::object();    ///< The model's generation_config.json as it is; empty if it has none.
};

/// The text side of a model, as a runtime uses it.
struct ModelText {
  Tokenizer tokenizer;
  ChatDefaults chat;
};

/// The text side taken apart, as an artifact keeps it.
struct ModelTextParts {
  TokenizerParts tokenizer;
  ChatDefaults chat;
};

/// Adds the three sections.
Status addModelText(ArtifactWriter &writer, const ModelTextParts &text);

/// Whether the artifact has a text side; one compiled from weights alone has none.
bool hasModelText(const ArtifactReader &artifact);

/// Problems: there is none, or what is there is wrong.
Result<ModelText> readModelText(const ArtifactReader &artifact);

} // namespace tern

#endif // TERN_RUNTIME_ARTIFACT_MODELTEXT_H
