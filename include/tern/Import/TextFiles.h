//===- TextFiles.h - The text side of a model's files ------------*- C++ -*-===//
//
// Tokenizer, chat template and generation defaults, from wherever a model's files keep them.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_IMPORT_TEXTFILES_H
#define TERN_IMPORT_TEXTFILES_H

#include "runtime/Text/Tokenizer.h"
#include "tern/Import/Gguf.h"

#include <optional>

namespace tern {

/// The tokenizer of a model: a GGUF file (also one with a vocabulary alone), a Hugging Face directory, or a
/// tokenizer.json itself.
Result<Tokenizer> openTokenizer(const std::string &path);

/// A chat template, not yet parsed, and the special tokens that templates refer to by name ("bos_token").
struct ChatTemplateText {
  std::string text;
  std::string where; ///< Its file, for problems.
  std::vector<std::pair<std::string, std::string>> specialTokens;
};

/// The chat template of a model: of a directory chat_template.jinja, then `chat_template` of tokenizer_config.json (a
/// text, or the one named "default" in a list); of a GGUF file `tokenizer.chat_template`.
Result<ChatTemplateText> openChatTemplate(const std::string &path);

/// Token ids that end a text. Of a directory generation_config.json first, then config.json; of a GGUF file the ids that
/// its vocabulary marks as end of text, turn or message. Empty if none is known.
Result<std::vector<std::int32_t>> endTokens(const std::string &path);

} // namespace tern

#endif // TERN_IMPORT_TEXTFILES_H
