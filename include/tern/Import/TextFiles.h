//===- TextFiles.h - The text side of a model's files ------------*- C++ -*-===//
//
// Tokenizer, chat template and generation defaults, from wherever a model's files keep them. What is said of a GGUF file
// holds for a compiled artifact too, which has a text side of its own.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_IMPORT_TEXTFILES_H
#define TERN_IMPORT_TEXTFILES_H

#include "runtime/Artifact/ModelText.h"
#include "tern/Import/Gguf.h"

#include <optional>

namespace tern {

/// The tokenizer of a model: a GGUF file (also one with a vocabulary alone), a Hugging Face directory, or a
/// tokenizer.json itself.
Result<Tokenizer> openTokenizer(const std::string &path);

/// The chat templates of a model and the special tokens that they refer to by name ("bos_token").
struct ModelTemplates {
  ChatTemplateSources sources;
  Json specialTokens = Json::object();
};

/// The chat templates of a directory (chat_template.jinja first, then tokenizer_config.json) or of a GGUF file
/// (`tokenizer.chat_template`, `tokenizer.chat_template.NAME`). Problem: there are none.
Result<ModelTemplates> openChatTemplates(const std::string &path);

/// Token ids that a model's configuration says end a text. Of a directory generation_config.json first, then
/// config.json; of a GGUF file the ids that its vocabulary marks as end of text, turn or message. Empty if none is
/// known. Where a directory names none, and for GGUF files always, what is read below adds the tokenizer's own: its
/// `eos_token`, and the special token that the chat template puts behind an answer.
Result<std::vector<std::int32_t>> endTokens(const std::string &path);

/// All of the above taken apart, as an artifact keeps it, and generation_config.json. Nothing if the model's files have
/// no tokenizer; templates may be missing. The tokenizer is made once, so that what is wrong with it is told here.
Result<std::optional<ModelTextParts>> readModelTextParts(const std::string &path);

/// The same, ready for use. Problem: there is no tokenizer.
Result<ModelText> openModelText(const std::string &path);

} // namespace tern

#endif // TERN_IMPORT_TEXTFILES_H
