//===- ChatTemplate.cpp - The template of a model, and what it sees -------===//

#include "runtime/Template/ChatTemplate.h"

#include "runtime/Base/MappedFile.h"
#include "runtime/Template/Characters.h"

#include <algorithm>
#include <filesystem>

using namespace tern;

namespace fs = std::filesystem;

//===----------------------------------------------------------------------===//
// Sources
//===----------------------------------------------------------------------===//

Result<Template> ChatTemplateSources::choose(const std::string &name, bool hasTools) const {
  auto find = [&](const std::string &wanted) {
    return std::find_if(named.begin(), named.end(), [&](const auto &entry) { return entry.first == wanted; });
  };
  auto chosen = find(!name.empty() ? name : hasTools && find("tool_use") != named.end() ? "tool_use" : "default");
  if (chosen != named.end())
    return Template::parse(chosen->second,
                           named.size() == 1 ? where : where + ": chat template '" + chosen->first + "'");
  if (named.empty())
    return Problem{where, "the model has no chat template", "pass one of your own"};
  std::string known;
  for (const auto &entry : named)
    known += (known.empty() ? "" : ", ") + entry.first;
  return Problem{where, "the model has no chat template called '" + (name.empty() ? "default" : name) + "'",
                 "choose one of " + known};
}

Result<ChatTemplateSources> tern::chatTemplatesOf(const Json &tokenizerConfig, const std::string &where) {
  ChatTemplateSources sources{{}, where};
  auto entry = tokenizerConfig.is_object() ? tokenizerConfig.find("chat_template") : tokenizerConfig.end();
  if (entry == tokenizerConfig.end() || entry->is_null())
    return sources;
  if (entry->is_string()) {
    sources.named.emplace_back("default", entry->get<std::string>());
    return sources;
  }
  Problem wrong{where, "'chat_template' must be a string or a list of objects with 'name' and 'template'", ""};
  if (!entry->is_array())
    return wrong;
  for (const Json &item : *entry) {
    auto text = [&](const char *key) {
      auto found = item.is_object() ? item.find(key) : item.end();
      return found != item.end() && found->is_string() ? found->get_ptr<const std::string *>() : nullptr;
    };
    const std::string *name = text("name"), *source = text("template");
    if (!name || !source)
      return wrong;
    bool twice = std::any_of(sources.named.begin(), sources.named.end(),
                             [&](const auto &known) { return known.first == *name; });
    if (twice)
      return Problem{where, "two chat templates are called '" + name->substr(0, 80) + "'", ""};
    sources.named.emplace_back(*name, *source);
  }
  return sources;
}

static Status readInto(ChatTemplateSources &sources, const std::string &name, const fs::path &path) {
  Result<MappedFile> file = MappedFile::open(path.string());
  if (!file)
    return file.problem();
  sources.named.emplace_back(name, std::string(file->text()));
  return Done{};
}

Result<ChatTemplateSources> tern::readChatTemplates(const std::string &directory) {
  std::error_code ignored; // what cannot be looked at is not there, and opening what is there tells why it fails
  fs::path file = fs::path(directory) / "chat_template.jinja", more = fs::path(directory) / "additional_chat_templates";
  ChatTemplateSources sources{{}, file.string()};
  if (fs::exists(file, ignored))
    if (Status status = readInto(sources, "default", file); !status)
      return status.problem();
  std::vector<fs::path> others;
  for (const fs::directory_entry &entry : fs::directory_iterator(more, ignored))
    if (entry.path().extension() == ".jinja")
      others.push_back(entry.path());
  std::sort(others.begin(), others.end());
  for (const fs::path &other : others)
    if (Status status = readInto(sources, other.stem().string(), other); !status)
      return status.problem();
  fs::path config = fs::path(directory) / "tokenizer_config.json";
  if (!sources.named.empty() || !fs::exists(config, ignored))
    return sources;
  Result<Json> json = readJsonFile(config.string());
  return json ? chatTemplatesOf(*json, config.string()) : Result<ChatTemplateSources>(json.problem());
}

//===----------------------------------------------------------------------===//
// Variables
//===----------------------------------------------------------------------===//

/// Whether `list` is a list of objects.
static Status checkObjects(const Json &list, const char *what) {
  if (!list.is_array())
    return Problem{what, std::string("must be a list of objects, not a ") + list.type_name(), ""};
  for (std::size_t i = 0; i < list.size(); ++i)
    if (!list[i].is_object())
      return Problem{std::string(what) + "[" + std::to_string(i) + "]",
                     std::string("must be an object, not a ") + list[i].type_name(), ""};
  return Done{};
}

/// Names of a message's reasoning, the usual one first.
static constexpr const char *reasoningNames[] = {"reasoning_content", "thinking", "reasoning"};

/// The message with its reasoning under every name that templates read it by, as transformers does.
static Json withReasoning(const Json &message) {
  for (const char *name : reasoningNames) {
    auto found = message.find(name);
    if (found == message.end() || found->is_null())
      continue;
    Json aliased = Json::object();
    aliased["thinking"] = *found;
    for (const auto &[key, value] : message.items())
      aliased[key] = value;
    aliased["reasoning_content"] = *found;
    return aliased;
  }
  return message;
}

Result<Json> tern::chatVariables(const ChatInput &input) {
  if (Status status = checkObjects(input.messages, "messages"); !status)
    return status.problem();
  if (Status status = checkObjects(input.tools.is_null() ? Json::array() : input.tools, "tools"); !status)
    return status.problem();
  if (Status status = checkObjects(input.documents.is_null() ? Json::array() : input.documents, "documents"); !status)
    return status.problem();
  if (!input.extra.is_object() || !input.specialTokens.is_object())
    return Problem{"template variables", "must be an object", ""};
  Json variables = input.specialTokens;
  variables["add_generation_prompt"] = input.addGenerationPrompt;
  for (const auto &[name, value] : input.extra.items()) {
    if (name == "messages" || name == "tools" || name == "documents")
      return Problem{"template variables", "'" + name + "' is given by itself, not among the others", ""};
    variables[name] = value;
  }
  variables["messages"] = Json::array();
  for (const Json &message : input.messages)
    variables["messages"].push_back(withReasoning(message));
  variables["tools"] = input.tools;
  variables["documents"] = input.documents;
  return variables;
}

//===----------------------------------------------------------------------===//
// Going on with the last message
//===----------------------------------------------------------------------===//

/// Stands where the last message ends, and is searched in the text; as transformers writes it.
static constexpr std::string_view tag = "CONTINUE_FINAL_MESSAGE_TAG ", bareTag = tag.substr(0, tag.size() - 1);

static Problem cannotContinue(std::string what, std::string remedy = "") {
  return Problem{"the final message", std::move(what), std::move(remedy)};
}

/// The text to tag in a member of the last message: itself, or the last text of a list of parts.
static Json *textIn(Json &member) {
  if (member.is_string())
    return &member;
  if (member.is_array())
    for (std::size_t i = member.size(); i-- > 0;)
      if (member[i].is_object() && member[i].contains("text") && member[i]["text"].is_string())
        return &member[i]["text"];
  return nullptr;
}

/// Puts the tag behind the text of the last message and answers that text.
static Result<std::string> tagFinalMessage(Json &messages, const std::string &name, const Template &chosen) {
  if (messages.empty())
    return cannotContinue("is missing: the conversation is empty");
  Json &last = messages.back();
  if (!last.contains(name) || last[name].is_null())
    return cannotContinue("has no '" + name + "' to continue");
  Json original = last[name];
  Json *found = textIn(original);
  if (!found)
    return cannotContinue("has no text in its '" + name + "' to continue");
  bool isReasoning = std::find(std::begin(reasoningNames), std::end(reasoningNames), name) != std::end(reasoningNames);
  bool isRead = chosen.mentions(name);
  for (const char *other : reasoningNames) // The copies: a template may read any of them.
    if (isReasoning && last.contains(other) && last[other] == original) {
      isRead |= chosen.mentions(other);
      if (Json *text = textIn(last[other]); name != other)
        *text = text->get<std::string>() + std::string(tag);
    }
  if (!isRead)
    return cannotContinue("cannot go on in '" + name + "', which the template does not read");
  Json *tagged = textIn(last[name]);
  *tagged = tagged->get<std::string>() + std::string(tag);
  return found->get<std::string>();
}

Result<Rendering> tern::renderConversation(const Template &chosen, const ChatInput &input, const RenderLimits &limits,
                                           std::optional<std::tm> clock) {
  Result<Json> variables = chatVariables(input);
  if (!variables)
    return variables.problem();
  if (input.continueFinalMessage.empty())
    return chosen.renderTracked(*variables, limits, clock);
  if (input.addGenerationPrompt)
    return cannotContinue("cannot be continued where a generation prompt begins another one", "ask for one of the two");
  Result<std::string> message = tagFinalMessage((*variables)["messages"], input.continueFinalMessage, chosen);
  if (!message)
    return message.problem();
  Result<Rendering> rendering = chosen.renderTracked(*variables, limits, clock);
  if (!rendering)
    return rendering;
  std::string &text = rendering->text;
  std::size_t end = text.rfind(bareTag);
  if (end == std::string::npos || text.find(jinja::strip(*message, true, true)) == std::string::npos)
    return cannotContinue("does not come out of the template as it went in");
  bool keepsBlanks = text.compare(end, tag.size(), tag) == 0;
  text.resize(end);
  if (!keepsBlanks) // The template trims messages, and what it trimmed here was only the tag's.
    text.resize(jinja::strip(text, false, true).size());
  std::size_t length = jinja::countCharacters(text);
  auto &spans = rendering->generated;
  spans.erase(std::remove_if(spans.begin(), spans.end(), [&](const auto &span) { return span.first > length; }),
              spans.end());
  for (auto &span : spans)
    span.second = std::min(span.second, length);
  return rendering;
}

Json tern::specialTokensOf(const Json &tokenizerConfig) {
  Json tokens = Json::object();
  if (!tokenizerConfig.is_object())
    return tokens;
  for (const char *name :
       {"bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"}) {
    auto found = tokenizerConfig.find(name);
    if (found == tokenizerConfig.end())
      continue;
    if (found->is_string())
      tokens[name] = *found;
    else if (found->is_object() && found->contains("content") && (*found)["content"].is_string())
      tokens[name] = (*found)["content"];
  }
  return tokens;
}
