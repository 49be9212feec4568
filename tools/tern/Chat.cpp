//===- Chat.cpp - Messages through a chat template ------------------------===//

#include "tools/tern/Chat.h"

using namespace tern;

Result<std::string> tern::renderChat(const ModelTemplates &templates, ChatInput input) {
  Result<Template> chosen = templates.sources.choose("", !input.tools.is_null());
  if (!chosen)
    return chosen.problem();
  input.specialTokens = templates.specialTokens;
  Result<Json> variables = chatVariables(input);
  if (!variables)
    return variables.problem();
  return chosen->render(*variables);
}
