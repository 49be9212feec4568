//===- ModelText.cpp - The text side of an artifact -----------------------===//

#include "runtime/Artifact/ModelText.h"

#include "runtime/Base/JsonCursor.h"

using namespace tern;

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static std::string writeChat(const ChatDefaults &chat) {
  Json templates = Json::array();
  for (const auto &[name, text] : chat.templates.named)
    templates.push_back({{"name", name}, {"template", text}});
  Json json = {{"templates", std::move(templates)},
               {"specialTokens", chat.specialTokens},
               {"endTokens", chat.endTokens},
               {"generation", chat.generation}};
  return json.dump(2) + "\n";
}

Status tern::addModelText(ArtifactWriter &writer, const ModelTextParts &text) {
  if (Status added = writer.add(section::tokenizer, text.tokenizer.settings.dump()); !added)
    return added;
  if (Status added = writer.add(section::tokens, writeTokenArrays(text.tokenizer.arrays)); !added)
    return added;
  return writer.add(section::chat, writeChat(text.chat));
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

bool tern::hasModelText(const ArtifactReader &artifact) { return artifact.section(section::tokenizer).has_value(); }

static Result<std::string_view> sectionOf(const ArtifactReader &artifact, const char *name) {
  if (std::optional<std::string_view> section = artifact.section(name))
    return *section;
  return Problem{artifact.path(), "has no text side: no entry '" + std::string(name) + "'",
                 "compile the model from files with a tokenizer, or pass token ids"};
}

static Result<Tokenizer> readTokenizer(const ArtifactReader &artifact) {
  std::string where = artifact.path() + ": " + section::tokenizer;
  Result<std::string_view> text = sectionOf(artifact, section::tokenizer);
  if (!text)
    return text.problem();
  Result<std::string_view> bytes = sectionOf(artifact, section::tokens);
  if (!bytes)
    return bytes.problem();
  Result<Json> settings = parseJson(*text, where);
  if (!settings)
    return settings.problem();
  Result<TokenArrays> arrays = readTokenArrays(*bytes, artifact.path() + ": " + section::tokens);
  if (!arrays)
    return arrays.problem();
  return Tokenizer::fromParts({std::move(where), std::move(*settings), std::move(*arrays)});
}

static void readTemplates(const JsonCursor &cursor, ChatTemplateSources &templates) {
  cursor.forEach([&](const JsonCursor &element) {
    element.object({"name", "template"});
    templates.named.emplace_back(element.at("name").string(), element.at("template").string());
  });
}

static Json readObject(const JsonCursor &cursor) {
  if (!cursor.value().is_object())
    cursor.fail("must be an object");
  return cursor.failed() ? Json::object() : cursor.value();
}

static Result<ChatDefaults> readChat(const ArtifactReader &artifact) {
  std::string where = artifact.path() + ": " + section::chat;
  Result<std::string_view> text = sectionOf(artifact, section::chat);
  if (!text)
    return text.problem();
  Result<Json> json = parseJson(*text, where);
  if (!json)
    return json.problem();
  JsonDocument document(where, "the artifact is damaged: compile the model again");
  JsonCursor root(*json, document);
  root.object({"templates", "specialTokens", "endTokens", "generation"});
  ChatDefaults chat;
  chat.templates.where = where;
  readTemplates(root.at("templates"), chat.templates);
  JsonCursor endTokens = root.at("endTokens");
  endTokens.forEach(
      [&](const JsonCursor &id) { chat.endTokens.push_back(static_cast<std::int32_t>(id.integer(0, INT32_MAX))); });
  chat.specialTokens = readObject(root.at("specialTokens"));
  chat.generation = readObject(root.at("generation"));
  if (document.problem)
    return *document.problem;
  return chat;
}

Result<ModelText> tern::readModelText(const ArtifactReader &artifact) {
  Result<Tokenizer> tokenizer = readTokenizer(artifact);
  if (!tokenizer)
    return tokenizer.problem();
  Result<ChatDefaults> chat = readChat(artifact);
  if (!chat)
    return chat.problem();
  return ModelText{std::move(*tokenizer), std::move(*chat)};
}
