//===- TemplateCommand.cpp - tern template --------------------------------===//

#include "tools/tern/Chat.h"
#include "tools/tern/Command.h"

#include <CLI/CLI.hpp>
#include <iostream>

using namespace tern;

namespace {

struct TemplateOptions {
  std::string model, file, name, messages, tools, documents, continueFinalMessage;
  std::vector<std::pair<std::string, Json>> variables; ///< By name.
  bool addGenerationPrompt = false, json = false;
};

} // namespace

/// The templates of the model, or the one given instead.
static Result<ModelTemplates> chosenTemplates(const TemplateOptions &options) {
  ModelTemplates chosen;
  if (!options.model.empty()) {
    Result<ModelTemplates> ofModel = openChatTemplates(options.model);
    if (ofModel)
      chosen = std::move(*ofModel);
    else if (options.file.empty())
      return ofModel.problem();
  }
  if (options.file.empty())
    return chosen;
  Result<std::string> text = readText(options.file);
  if (!text)
    return text.problem();
  chosen.sources.named = {{"default", *text}};
  chosen.sources.where = options.file;
  return chosen;
}

/// Reads "name=JSON".
static Result<std::pair<std::string, Json>> parseVariable(const std::string &text) {
  std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return Problem{"--var", "must be name=JSON, got '" + text + "'", "write for example --var enable_thinking=false"};
  std::string name = text.substr(0, equals);
  Result<Json> value = parseJson(std::string_view(text).substr(equals + 1), "--var " + name);
  if (!value)
    return value.problem();
  return std::pair(std::move(name), std::move(*value));
}

static Result<ChatInput> readInput(const TemplateOptions &options) {
  ChatInput input;
  input.addGenerationPrompt = options.addGenerationPrompt;
  Result<Json> messages = readJson(options.messages);
  if (!messages)
    return messages.problem();
  input.messages = std::move(*messages);
  if (!options.tools.empty()) {
    Result<Json> tools = readJson(options.tools);
    if (!tools)
      return tools.problem();
    input.tools = std::move(*tools);
  }
  if (!options.documents.empty()) {
    Result<Json> documents = readJson(options.documents);
    if (!documents)
      return documents.problem();
    input.documents = std::move(*documents);
  }
  input.continueFinalMessage = options.continueFinalMessage;
  for (const auto &[name, value] : options.variables)
    input.extra[name] = value;
  return input;
}

static int render(const TemplateOptions &options) {
  Result<ModelTemplates> chosen = chosenTemplates(options);
  if (!chosen)
    return fail(chosen.problem(), options.json);
  Result<ChatInput> input = readInput(options);
  if (!input)
    return fail(input.problem(), options.json);
  Result<Rendering> rendering = renderChat(*chosen, *input, options.name);
  if (!rendering)
    return fail(rendering.problem(), options.json);
  const std::string &text = rendering->text;
  if (!options.json) {
    std::cout << text << std::flush;
    return 0;
  }
  Json object{{"text", text}};
  for (const auto &[begin, end] : rendering->generated)
    object["generated"].push_back({begin, end});
  if (!options.model.empty()) {
    Result<Tokenizer> tokenizer = openTokenizer(options.model);
    if (!tokenizer)
      return fail(tokenizer.problem(), true);
    Result<std::vector<std::int32_t>> ids = tokenizer->encode(text, /*addSpecial=*/false);
    if (!ids)
      return fail(ids.problem(), true);
    object["ids"] = *ids;
  }
  printJson(object);
  return 0;
}

void tern::addTemplateCommand(CLI::App &app, Action &action) {
  auto options = std::make_shared<TemplateOptions>();
  CLI::App *command = app.add_subcommand("template", "Render messages through a chat template");
  command->footer("  tern template smol.gguf --messages chat.json --add-generation-prompt\n"
                  "  tern template --template chat.jinja --messages - --var enable_thinking=false");
  auto *model = command->add_option("model", options->model, "Hugging Face directory or .gguf file");
  auto *file = command->add_option("--template", options->file, "Template to use instead of the model's");
  command->add_option("--name", options->name,
                      "Which of the model's templates (default: tool_use with tools, else default)");
  command->add_option("--messages", options->messages, "JSON list of messages; - reads standard input")->required();
  command->add_option("--tools", options->tools, "JSON list of tools");
  command->add_option("--documents", options->documents, "JSON list of documents");
  auto variables = std::make_shared<std::vector<std::string>>();
  command->add_option("--var", *variables, "name=JSON, a further variable; may be repeated");
  CLI::Option *prompt = command->add_flag("--add-generation-prompt", options->addGenerationPrompt,
                                          "End with the start of the model's turn");
  command
      ->add_flag("--continue-final-message{content}", options->continueFinalMessage,
                 "End inside the last message, for the model to go on with it; =NAME: with that member of it")
      ->excludes(prompt);
  command->add_flag("--json", options->json,
                    "Print one JSON object: the text, what {% generation %} marks in it, with a model the ids");
  command->callback([=, &action] {
    if (model->count() == 0 && file->count() == 0)
      throw CLI::RequiredError("model or --template");
    for (const std::string &text : *variables) {
      Result<std::pair<std::string, Json>> variable = parseVariable(text);
      if (!variable)
        failCommandLine(variable.problem());
      options->variables.push_back(std::move(*variable));
    }
    action = [options] { return render(*options); };
  });
}
