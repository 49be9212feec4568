//===- Tokenizer.cpp - Text to token ids and back -------------------------===//

#include "runtime/Text/Tokenizer.h"

#include "runtime/Text/StreamDecoder.h"
#include "runtime/Text/TokenizerPipeline.h"
#include "runtime/Text/Utf8.h"

using namespace tern;

/// Longest text in one call; positions inside fit 32 bits with room for what normalizers add.
static constexpr std::size_t longestText = std::size_t(1) << 30;

Result<Tokenizer> Tokenizer::fromHuggingFace(std::string_view tokenizerJson, const std::string &where) {
  Result<TokenizerParts> parts = TokenizerParts::fromHuggingFace(tokenizerJson, where);
  return parts ? fromParts(std::move(*parts)) : Result<Tokenizer>(parts.problem());
}

Result<Tokenizer> Tokenizer::fromVocabulary(const Vocabulary &vocabulary) {
  Result<TokenizerParts> parts = TokenizerParts::fromVocabulary(vocabulary);
  return parts ? fromParts(std::move(*parts)) : Result<Tokenizer>(parts.problem());
}

Result<Tokenizer> Tokenizer::fromParts(TokenizerParts parts) {
  bool isGguf = parts.settings.is_object() && parts.settings.contains("ggml");
  return isGguf ? makeGgufTokenizer(std::move(parts)) : makeHuggingFaceTokenizer(std::move(parts));
}

Tokenizer::Tokenizer(std::unique_ptr<const TokenizerPipeline> pipeline) : pipeline(std::move(pipeline)) {}
Tokenizer::Tokenizer(Tokenizer &&) noexcept = default;
Tokenizer &Tokenizer::operator=(Tokenizer &&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Result<std::vector<std::int32_t>> Tokenizer::encode(std::string_view text, bool addSpecial) const {
  if (text.size() > longestText)
    return Problem{"text",
                   "a text to tokenize has at most " + std::to_string(longestText) + " bytes, this one has " +
                       std::to_string(text.size()),
                   "pass it in parts"};
  if (std::size_t bad = findInvalidUtf8(text); bad != std::string_view::npos)
    return Problem{"text", "a text to tokenize must be UTF-8: byte " + std::to_string(bad) + " is not", ""};
  std::vector<std::int32_t> ids;
  if (Status status = pipeline->encode(text, ids); !status)
    return status.problem();
  pipeline->lengths.truncate(ids, addSpecial ? pipeline->postProcessor.added() : 0);
  pipeline->postProcessor.apply(ids, addSpecial);
  pipeline->lengths.pad(ids);
  return ids;
}

Result<std::string> Tokenizer::decode(const std::vector<std::int32_t> &ids, bool skipSpecial) const {
  StreamDecoder stream(*this, skipSpecial);
  std::string text;
  for (std::int32_t id : ids) {
    Result<std::string> part = stream.feed(id);
    if (!part)
      return part.problem();
    text += *part;
  }
  return text + stream.finish();
}

std::int32_t Tokenizer::size() const { return pipeline->size; }

std::string_view Tokenizer::piece(std::int32_t id) const { return pipeline->text(id); }

std::optional<std::int32_t> Tokenizer::tokenId(std::string_view token) const {
  if (auto added = pipeline->addedByText.find(std::string(token)); added != pipeline->addedByText.end())
    return added->second;
  std::int32_t id = pipeline->model->tokens().find(token);
  return id == noToken ? std::nullopt : std::optional(id);
}

bool Tokenizer::isSpecial(std::int32_t id) const { return pipeline->isSpecial(id); }

const SpecialTokens &Tokenizer::specialTokens() const { return pipeline->special; }
