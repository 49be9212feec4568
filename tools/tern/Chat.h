//===- Chat.h - Messages through a chat template -----------------*- C++ -*-===//

#ifndef TERN_TOOLS_TERN_CHAT_H
#define TERN_TOOLS_TERN_CHAT_H

#include "tern/Import/TextFiles.h"

#include "runtime/Base/Json.h"

namespace tern {

/// What a chat template is given.
struct ChatRequest {
  Json messages = Json::array();
  Json tools; ///< Null if there are none.
  bool addGenerationPrompt = false;
  std::vector<std::pair<std::string, Json>> variables; ///< Further ones, by name.
};

/// Renders `request` through the template, with the model's special tokens as variables.
Result<std::string> renderChat(const ChatTemplateText &chatTemplate, const ChatRequest &request);

} // namespace tern

#endif // TERN_TOOLS_TERN_CHAT_H
