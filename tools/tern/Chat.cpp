//===- Chat.cpp - Messages through a chat template ------------------------===//

#include "tools/tern/Chat.h"

#include "runtime/Template/Template.h"

using namespace tern;

Result<std::string> tern::renderChat(const ChatTemplateText &chatTemplate, const ChatRequest &request) {
  Result<Template> parsed = Template::parse(chatTemplate.text, chatTemplate.where);
  if (!parsed)
    return parsed.problem();
  Json variables = Json::object();
  for (const auto &[name, token] : chatTemplate.specialTokens)
    variables[name] = token;
  variables["messages"] = request.messages;
  variables["tools"] = request.tools;
  variables["documents"] = nullptr;
  variables["add_generation_prompt"] = request.addGenerationPrompt;
  for (const auto &[name, value] : request.variables)
    variables[name] = value;
  return parsed->render(variables);
}
