//===- ChatTemplate.h - The template of a model, and what it sees -*- C++ -*-===//
//
// Where a model directory keeps its chat template, and the variables that transformers hands to it. A GGUF file's
// templates (tokenizer.chat_template and tokenizer.chat_template.NAME) come from whoever reads the file, as entries of
// a ChatTemplateSources.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEMPLATE_CHATTEMPLATE_H
#define TERN_RUNTIME_TEMPLATE_CHATTEMPLATE_H

#include "runtime/Template/Template.h"

namespace tern {

/// The chat templates of a model by name; "default" is the one used unless another is asked for.
struct ChatTemplateSources {
  std::vector<std::pair<std::string, std::string>> named;
  std::string where; ///< The file they come from, for problems.

  /// The template called `name`, or "default" if empty; for a model with tools given and a template called "tool_use",
  /// that one, as transformers chooses. Parsed. Lists what there is if there is none of that name.
  Result<Template> choose(const std::string &name, bool hasTools) const;
};

/// Reads the templates of the model directory `directory`: chat_template.jinja, and beside it
/// additional_chat_templates/
/// *.jinja; else `chat_template` in tokenizer_config.json, a string or a list of {name, template}. Empty if there are
/// none; a problem if what there is cannot be read.
Result<ChatTemplateSources> readChatTemplates(const std::string &directory);

/// `chat_template` of a parsed tokenizer_config.json. `where` names the file.
Result<ChatTemplateSources> chatTemplatesOf(const Json &tokenizerConfig, const std::string &where);

/// What a chat template is rendered with.
struct ChatInput {
  Json messages = Json::array(); ///< A list of objects.
  Json tools;                    ///< A list of objects, or null.
  Json documents;                ///< A list of objects, or null.
  bool addGenerationPrompt = false;
  /// The text ends inside the last message, so that the model goes on with it: the member of that message to go on
  /// with, "content" for what it says. Empty: the message is complete.
  std::string continueFinalMessage;
  /// bos_token, eos_token and their like, from tokenizer_config.json: strings, or objects with `content`.
  Json specialTokens = Json::object();
  /// Any others, such as enable_thinking. They win over all but messages, tools and documents.
  Json extra = Json::object();
};

/// The variables of a template. Problems: messages, tools or documents of the wrong shape, extra variables of those
/// names. A message's reasoning is given under all the names that templates read it by (reasoning_content, thinking).
Result<Json> chatVariables(const ChatInput &input);

/// Renders `chosen` with `input`, as transformers' apply_chat_template does. Problems: those of chatVariables() and of
/// the template; a final message that cannot be continued, as it has no such member, the template drops or changes it,
/// or a generation prompt is to follow.
Result<Rendering> renderConversation(const Template &chosen, const ChatInput &input, const RenderLimits &limits = {},
                                     std::optional<std::tm> clock = {});

/// The special tokens in a parsed tokenizer_config.json that templates may name, as strings.
Json specialTokensOf(const Json &tokenizerConfig);

} // namespace tern

#endif // TERN_RUNTIME_TEMPLATE_CHATTEMPLATE_H
