//===- Chat.cpp - Messages through a chat template ------------------------===//

#include "tools/tern/Chat.h"

using namespace tern;

Result<Rendering> tern::renderChat(const ModelTemplates &templates, ChatInput input, const std::string &name) {
  Result<Template> chosen = templates.sources.choose(name, !input.tools.is_null());
  if (!chosen)
    return chosen.problem();
  input.specialTokens = templates.specialTokens;
  return renderConversation(*chosen, input);
}
