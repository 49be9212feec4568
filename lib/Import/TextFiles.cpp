//===- TextFiles.cpp - The text side of a model's files -------------------===//

#include "tern/Import/TextFiles.h"

#include "runtime/Base/Json.h"

#include <algorithm>
#include <filesystem>

using namespace tern;
namespace fs = std::filesystem;

static bool isDirectory(const std::string &path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

static bool exists(const std::string &path) {
  std::error_code error;
  return fs::exists(path, error);
}

/// Opens a GGUF file for its metadata; problems of its tensors are not the tokenizer's.
static Result<GgufFile> openMetadata(const std::string &path) {
  Problems ofTensors;
  return GgufFile::open(path, ofTensors);
}

static Result<ModelText> textOfArtifact(const std::string &path) {
  Result<ArtifactReader> artifact = ArtifactReader::open(path);
  return artifact ? readModelText(*artifact) : Result<ModelText>(artifact.problem());
}

//===----------------------------------------------------------------------===//
// Tokenizer
//===----------------------------------------------------------------------===//

/// A key that may be absent but, if there, must be of the type asked for.
template <typename T, typename Getter>
static Status readOptional(const GgufFile &file, std::string_view key, T &target, Getter getter) {
  if (!file.find(key))
    return Done{};
  auto value = (file.*getter)(key);
  if (!value)
    return value.problem();
  target = *value;
  return Done{};
}

static Status readTexts(const GgufFile &file, std::string_view key, std::vector<std::string> &target) {
  if (!file.find(key))
    return Done{};
  Result<const std::vector<std::string_view> *> texts = file.texts(key);
  if (!texts)
    return texts.problem();
  target.assign((*texts)->begin(), (*texts)->end());
  return Done{};
}

template <typename T, typename Getter>
static Status readList(const GgufFile &file, std::string_view key, std::vector<T> &target, Getter getter) {
  if (!file.find(key))
    return Done{};
  auto values = (file.*getter)(key);
  if (!values)
    return values.problem();
  for (auto value : *values)
    target.push_back(static_cast<T>(value));
  return Done{};
}

static Result<Vocabulary> readVocabularyOf(const GgufFile &file) {
  Vocabulary vocabulary;
  vocabulary.where = file.path();
  std::string_view model, pre;
  auto key = [](const char *name) { return std::string("tokenizer.ggml.") + name; };
  Status statuses[] = {
      readOptional(file, key("model"), model, &GgufFile::text),
      readOptional(file, key("pre"), pre, &GgufFile::text),
      readTexts(file, key("tokens"), vocabulary.tokens),
      readTexts(file, key("merges"), vocabulary.merges),
      readList(file, key("scores"), vocabulary.scores, &GgufFile::numbers),
      readList(file, key("token_type"), vocabulary.types, &GgufFile::integers),
      readList(file, key("precompiled_charsmap"), vocabulary.charactersMap, &GgufFile::integers),
      readOptional(file, key("bos_token_id"), vocabulary.bos, &GgufFile::integer),
      readOptional(file, key("eos_token_id"), vocabulary.eos, &GgufFile::integer),
      readOptional(file, key("eot_token_id"), vocabulary.eot, &GgufFile::integer),
      readOptional(file, key("eom_token_id"), vocabulary.eom, &GgufFile::integer),
      readOptional(file, key("unknown_token_id"), vocabulary.unknown, &GgufFile::integer),
      readOptional(file, key("seperator_token_id"), vocabulary.separator, &GgufFile::integer), // spelled so in files
      readOptional(file, key("padding_token_id"), vocabulary.padding, &GgufFile::integer),
      readOptional(file, key("mask_token_id"), vocabulary.mask, &GgufFile::integer),
      readOptional(file, key("add_bos_token"), vocabulary.addBos, &GgufFile::boolean),
      readOptional(file, key("add_eos_token"), vocabulary.addEos, &GgufFile::boolean),
      readOptional(file, key("add_sep_token"), vocabulary.addSeparator, &GgufFile::boolean),
      readOptional(file, key("add_space_prefix"), vocabulary.addSpacePrefix, &GgufFile::boolean),
      readOptional(file, key("remove_extra_whitespaces"), vocabulary.removeExtraWhitespaces, &GgufFile::boolean),
      readOptional(file, key("normalizer.lowercase"), vocabulary.lowercase, &GgufFile::boolean),
      readOptional(file, key("normalizer.strip_accents"), vocabulary.stripAccents, &GgufFile::boolean),
  };
  for (const Status &status : statuses)
    if (!status)
      return status.problem();
  vocabulary.model = model;
  vocabulary.pre = pre;
  return vocabulary;
}

static Result<TokenizerParts> openTokenizerParts(const std::string &path) {
  std::string json = path;
  if (isDirectory(path)) {
    json = path + "/tokenizer.json";
    if (!exists(json))
      return Problem{path, "has no tokenizer.json",
                     "save the model's tokenizer there with transformers: tokenizer.save_pretrained(directory)"};
  }
  Result<MappedFile> file = MappedFile::open(json);
  if (!file)
    return file.problem();
  if (file->text().substr(0, 4) != "GGUF")
    return TokenizerParts::fromHuggingFace(file->text(), json);
  Result<GgufFile> gguf = openMetadata(path);
  if (!gguf)
    return gguf.problem();
  Result<Vocabulary> vocabulary = readVocabularyOf(*gguf);
  if (!vocabulary)
    return vocabulary.problem();
  return TokenizerParts::fromVocabulary(*vocabulary);
}

Result<Tokenizer> tern::openTokenizer(const std::string &path) {
  if (isArtifactFile(path)) {
    Result<ModelText> text = textOfArtifact(path);
    return text ? std::move(text->tokenizer) : Result<Tokenizer>(text.problem());
  }
  Result<TokenizerParts> parts = openTokenizerParts(path);
  return parts ? Tokenizer::fromParts(std::move(*parts)) : Result<Tokenizer>(parts.problem());
}

//===----------------------------------------------------------------------===//
// Chat templates
//===----------------------------------------------------------------------===//

static Result<ModelTemplates> templatesOfGguf(const std::string &path) {
  Result<GgufFile> gguf = openMetadata(path);
  if (!gguf)
    return gguf.problem();
  ModelTemplates templates;
  templates.sources.where = path;
  constexpr std::string_view key = "tokenizer.chat_template";
  for (const GgufEntry &entry : gguf->entries()) {
    if (entry.key.substr(0, key.size()) != key || entry.key == "tokenizer.chat_templates") // the list of names
      continue;
    Result<std::string_view> text = gguf->text(entry.key);
    if (!text)
      return text.problem();
    std::string_view name = entry.key.substr(std::min(key.size() + 1, entry.key.size()));
    templates.sources.named.emplace_back(name.empty() ? "default" : name, *text);
  }
  Result<const std::vector<std::string_view> *> tokens = gguf->texts("tokenizer.ggml.tokens");
  for (auto [name, role] :
       {std::pair("bos_token", "bos"), {"eos_token", "eos"}, {"unk_token", "unknown"}, {"pad_token", "padding"}}) {
    Result<std::int64_t> id = gguf->integer(std::string("tokenizer.ggml.") + role + "_token_id");
    if (tokens && id && *id >= 0 && static_cast<std::size_t>(*id) < (*tokens)->size())
      templates.specialTokens[name] = std::string((**tokens)[*id]);
  }
  return templates;
}

static Result<ModelTemplates> templatesOfDirectory(const std::string &path) {
  ModelTemplates templates;
  Result<ChatTemplateSources> sources = readChatTemplates(path);
  if (!sources)
    return sources.problem();
  templates.sources = std::move(*sources);
  std::string configPath = path + "/tokenizer_config.json";
  if (exists(configPath)) {
    Result<Json> config = readJsonFile(configPath);
    if (!config)
      return config.problem();
    if (!config->is_object())
      return Problem{configPath, "must be a JSON object", "download the file again"};
    templates.specialTokens = specialTokensOf(*config);
  }
  return templates;
}

/// May be without any.
static Result<ModelTemplates> findChatTemplates(const std::string &path) {
  if (isArtifactFile(path)) {
    Result<ModelText> text = textOfArtifact(path);
    if (!text)
      return text.problem();
    return ModelTemplates{std::move(text->chat.templates), std::move(text->chat.specialTokens)};
  }
  return isDirectory(path) ? templatesOfDirectory(path) : templatesOfGguf(path);
}

Result<ModelTemplates> tern::openChatTemplates(const std::string &path) {
  Result<ModelTemplates> templates = findChatTemplates(path);
  if (templates && templates->sources.named.empty())
    return Problem{path, "has no chat template", "give one with --template FILE.jinja, or leave out --chat"};
  return templates;
}

//===----------------------------------------------------------------------===//
// End of text
//===----------------------------------------------------------------------===//

/// `eos_token_id` of a JSON file: a number or a list of them.
static Status readEndTokens(const std::string &path, std::vector<std::int32_t> &ids) {
  if (!exists(path))
    return Done{};
  Result<Json> config = readJsonFile(path);
  if (!config)
    return config.problem();
  if (!config->is_object())
    return Problem{path, "must be a JSON object", "download the file again"};
  auto entry = config->find("eos_token_id");
  if (entry == config->end() || entry->is_null())
    return Done{};
  std::vector<Json> list = entry->is_array() ? entry->get<std::vector<Json>>() : std::vector<Json>{*entry};
  for (const Json &id : list) {
    if (!id.is_number_integer() || id < 0 || id > INT32_MAX)
      return Problem{path + ": key 'eos_token_id'", "must be a token id or a list of them", "repair the file"};
    ids.push_back(id.get<std::int32_t>());
  }
  return Done{};
}

Result<std::vector<std::int32_t>> tern::endTokens(const std::string &path) {
  std::vector<std::int32_t> ids;
  if (isArtifactFile(path)) {
    Result<ModelText> text = textOfArtifact(path);
    return text ? std::move(text->chat.endTokens) : Result<std::vector<std::int32_t>>(text.problem());
  }
  if (isDirectory(path)) {
    for (const char *name : {"/generation_config.json", "/config.json"}) {
      if (Status status = readEndTokens(path + name, ids); !status)
        return status.problem();
      if (!ids.empty())
        break;
    }
    return ids;
  }
  Result<GgufFile> gguf = openMetadata(path);
  if (!gguf)
    return gguf.problem();
  for (const char *key : {"eos", "eot", "eom"})
    if (Result<std::int64_t> id = gguf->integer(std::string("tokenizer.ggml.") + key + "_token_id"); id)
      if (*id >= 0 && *id <= INT32_MAX)
        ids.push_back(static_cast<std::int32_t>(*id));
  return ids;
}

/// What the model's chat template puts behind an answer, if that is a special token: the end of a turn.
static std::optional<std::int32_t> turnEnd(const Tokenizer &tokenizer, const ModelTemplates &templates) {
  static constexpr std::string_view answer = "0AnswerOf1";
  Result<Template> chosen = templates.sources.choose("", /*hasTools=*/false);
  if (!chosen)
    return std::nullopt;
  ChatInput input;
  input.messages = {{{"role", "user"}, {"content", "?"}}, {{"role", "assistant"}, {"content", answer}}};
  input.specialTokens = templates.specialTokens;
  Result<Rendering> rendering = renderConversation(*chosen, input);
  std::size_t at = rendering ? rendering->text.rfind(answer) : std::string::npos;
  if (at == std::string::npos)
    return std::nullopt;
  Result<std::vector<std::int32_t>> following =
      tokenizer.encode(std::string_view(rendering->text).substr(at + answer.size()), /*addSpecial=*/false);
  if (!following || following->empty() || !tokenizer.isSpecial(following->front()))
    return std::nullopt;
  return following->front();
}

/// Adds the tokens by which the tokenizer itself ends a text or a turn: where a directory's configuration names none,
/// and to those of a GGUF file, which often names one of the two.
static void addTokenizerEnds(const std::string &path, const Tokenizer &tokenizer, const ModelTemplates &templates,
                             std::vector<std::int32_t> &ids) {
  if (isDirectory(path) && !ids.empty())
    return;
  auto add = [&](std::optional<std::int32_t> id) {
    if (id && std::find(ids.begin(), ids.end(), *id) == ids.end())
      ids.push_back(*id);
  };
  if (auto eos = templates.specialTokens.find("eos_token"); eos != templates.specialTokens.end() && eos->is_string())
    add(tokenizer.tokenId(eos->get<std::string>()));
  add(turnEnd(tokenizer, templates));
}

//===----------------------------------------------------------------------===//
// All of it
//===----------------------------------------------------------------------===//

/// Whether the model's files describe a tokenizer at all.
static Result<bool> hasTokenizer(const std::string &path) {
  if (isDirectory(path))
    return exists(path + "/tokenizer.json");
  Result<GgufFile> gguf = openMetadata(path);
  if (!gguf)
    return gguf.problem();
  return gguf->find("tokenizer.ggml.model") || gguf->find("tokenizer.ggml.tokens");
}

/// generation_config.json of a directory as it is, or an empty object.
static Result<Json> readGenerationDefaults(const std::string &path) {
  std::string config = path + "/generation_config.json";
  if (!isDirectory(path) || !exists(config))
    return Json(Json::object());
  Result<Json> json = readJsonFile(config);
  if (json && !json->is_object())
    return Problem{config, "must be a JSON object", "download the file again"};
  return json;
}

static Result<ChatDefaults> readChatDefaults(const std::string &path, const Tokenizer &tokenizer) {
  Result<ModelTemplates> templates = findChatTemplates(path);
  if (!templates)
    return templates.problem();
  Result<std::vector<std::int32_t>> ends = endTokens(path);
  if (!ends)
    return ends.problem();
  addTokenizerEnds(path, tokenizer, *templates, *ends);
  Result<Json> generation = readGenerationDefaults(path);
  if (!generation)
    return generation.problem();
  return ChatDefaults{std::move(templates->sources), std::move(templates->specialTokens), std::move(*ends),
                      std::move(*generation)};
}

Result<std::optional<ModelTextParts>> tern::readModelTextParts(const std::string &path) {
  Result<bool> isThere = hasTokenizer(path);
  if (!isThere)
    return isThere.problem();
  if (!*isThere)
    return std::optional<ModelTextParts>();
  Result<TokenizerParts> tokenizer = openTokenizerParts(path);
  if (!tokenizer)
    return tokenizer.problem();
  Result<Tokenizer> made = Tokenizer::fromParts(*tokenizer);
  if (!made)
    return made.problem();
  Result<ChatDefaults> chat = readChatDefaults(path, *made);
  if (!chat)
    return chat.problem();
  return std::optional(ModelTextParts{std::move(*tokenizer), std::move(*chat)});
}

Result<ModelText> tern::openModelText(const std::string &path) {
  if (isArtifactFile(path))
    return textOfArtifact(path);
  Result<Tokenizer> tokenizer = openTokenizer(path);
  if (!tokenizer)
    return tokenizer.problem();
  Result<ChatDefaults> chat = readChatDefaults(path, *tokenizer);
  if (!chat)
    return chat.problem();
  return ModelText{std::move(*tokenizer), std::move(*chat)};
}
