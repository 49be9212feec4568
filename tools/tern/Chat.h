//===- Chat.h - Messages through a chat template -----------------*- C++ -*-===//

#ifndef TERN_TOOLS_TERN_CHAT_H
#define TERN_TOOLS_TERN_CHAT_H

#include "tern/Import/TextFiles.h"

namespace tern {

/// Renders `input` through the template called `name`; if that is empty, through the one that transformers would
/// choose: the default one, or the one for tools. The model's special tokens become part of the input.
Result<Rendering> renderChat(const ModelTemplates &templates, ChatInput input, const std::string &name = "");

} // namespace tern

#endif // TERN_TOOLS_TERN_CHAT_H
