//===- Tokenizer.cpp - Text to token ids and back -------------------------===//

#include "runtime/Text/Tokenizer.h"

#include "runtime/Text/StreamDecoder.h"
#include "runtime/Text/TokenizerPipeline.h"
#include "runtime/Text/Unicode.h"
#include "runtime/Text/Utf8.h"

#include <algorithm>

using namespace tern;

/// Longest text in one call; positions inside fit 32 bits with room for what normalizers add.
static constexpr std::size_t longestText = std::size_t(1) << 30;

/// Added to the offsets of the second text of a pair; more than any text is long.
static constexpr std::size_t secondText = std::size_t(1) << 40;

namespace {

/// Where the characters of a text lie.
class CharacterPlaces {
public:
  explicit CharacterPlaces(std::string_view text) : text(text), numbers(text.size() + 1) {
    forEachCharacter(text, [&](char32_t, std::size_t begin, std::size_t length) {
      for (std::size_t i = 0; i < length; ++i)
        numbers[begin + i] = static_cast<std::uint32_t>(begins.size());
      begins.push_back(static_cast<std::uint32_t>(begin));
    });
    numbers[text.size()] = static_cast<std::uint32_t>(begins.size());
    begins.push_back(static_cast<std::uint32_t>(text.size()));
  }
  Span charactersOf(Span bytes) const { return {numbers[bytes.begin], numbers[bytes.end]}; }
  Span bytesOf(Span characters) const { return {begins[characters.begin], begins[characters.end]}; }
  std::string_view textOf(Span characters) const {
    Span bytes = bytesOf(characters);
    return text.substr(bytes.begin, bytes.end - bytes.begin);
  }

private:
  std::string_view text;
  std::vector<std::uint32_t> numbers; ///< By byte; and of the end.
  std::vector<std::uint32_t> begins;  ///< By character; and of the end.
};

} // namespace

/// What a token shows: an added one that takes in space the text that it was made from, others what the vocabulary has.
static std::string_view shownText(const TokenizerPipeline &pipeline, std::int32_t id, Span span,
                                  const CharacterPlaces &places) {
  auto found = pipeline.addedById.find(id);
  if (found == pipeline.addedById.end() || id == pipeline.model->unknownToken())
    return pipeline.source(id);
  const AddedToken &token = pipeline.addedTokens[found->second];
  return token.stripLeft || token.stripRight ? places.textOf(span) : pipeline.source(id);
}

/// Takes the white space that a token shows at its ends off what it stands for.
static void trimOffsets(const TokenizerPipeline &pipeline, TokenList &tokens, const CharacterPlaces &places,
                        bool keepAddedSpace) {
  for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
    std::size_t leading = 0, trailing = 0, count = 0;
    std::string_view shown = shownText(pipeline, tokens.ids[i], tokens.spans[i], places);
    forEachCharacter(shown, [&](char32_t code, std::size_t, std::size_t) {
      bool space = code == 0x120 || unicode::isWhitespace(code); // U+0120 is the space of the byte-level alphabet.
      leading += space && leading == count;
      trailing = space ? trailing + 1 : 0;
      ++count;
    });
    Span &span = tokens.spans[i];
    if (leading == 1 && keepAddedSpace && (i == 0 || span.begin == 0))
      leading = 0;
    span.begin = std::min(span.begin + leading, span.end);
    if (trailing > 0 && span.end >= trailing)
      span.end = std::max(span.end - trailing, span.begin);
  }
}

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

/// The tokens of one text, its length and bytes checked.
static Result<TokenizedText> encodeText(const TokenizerPipeline &pipeline, std::string_view text, bool traced,
                                        std::int32_t type) {
  if (text.size() > longestText)
    return Problem{"text",
                   "a text to tokenize has at most " + std::to_string(longestText) + " bytes, this one has " +
                       std::to_string(text.size()),
                   "pass it in parts"};
  if (std::size_t bad = findInvalidUtf8(text); bad != std::string_view::npos)
    return Problem{"text", "a text to tokenize must be UTF-8: byte " + std::to_string(bad) + " is not", ""};
  TokenizedText sequence;
  sequence.tokens.traced = traced;
  if (Status status = pipeline.encode(text, sequence.tokens); !status)
    return status.problem();
  sequence.types.assign(sequence.tokens.ids.size(), type);
  return sequence;
}

/// Calls `visit` with the text and with each part that was cut off.
template <typename Visit> static void forEachPart(TokenizedText &text, const Visit &visit) {
  visit(text.tokens);
  for (TokenizedText &part : text.overflowing)
    visit(part.tokens);
}

/// What goes on after the model, for one text or two; parts that are cut off are kept if the texts are traced, which
/// `places` belongs to.
static Result<TokenizedText> complete(const TokenizerPipeline &pipeline, std::vector<TokenizedText> texts,
                                      bool addSpecial, const std::vector<CharacterPlaces> &places = {}) {
  bool traced = texts[0].tokens.traced;
  std::size_t added = addSpecial ? pipeline.postProcessor.added(texts.size() == 2) : 0;
  if (Status status = pipeline.lengths.truncate(texts, added, /*keepRest=*/traced); !status)
    return status.problem();
  for (std::size_t i = 0; traced && i < texts.size(); ++i)
    for (PostProcessor::Trimming trimming : pipeline.postProcessor.trimmings())
      forEachPart(texts[i],
                  [&](TokenList &tokens) { trimOffsets(pipeline, tokens, places[i], trimming.keepAddedSpace); });
  if (texts.size() == 2) // Which text a span is of shows when both are one list.
    forEachPart(texts[1], [](TokenList &tokens) {
      for (Span &span : tokens.spans)
        span = {span.begin + secondText, span.end + secondText};
    });
  TokenizedText all = pipeline.postProcessor.apply(std::move(texts), addSpecial);
  pipeline.lengths.pad(all);
  return all;
}

Result<std::vector<std::int32_t>> Tokenizer::encode(std::string_view text, bool addSpecial) const {
  Result<TokenizedText> sequence = encodeText(*pipeline, text, /*traced=*/false, 0);
  if (!sequence)
    return sequence.problem();
  std::vector<TokenizedText> texts;
  texts.push_back(std::move(*sequence));
  Result<TokenizedText> all = complete(*pipeline, std::move(texts), addSpecial);
  return all ? std::move(all->tokens.ids) : Result<std::vector<std::int32_t>>(all.problem());
}

/// With spans, which count characters, told apart by text and counted in bytes as well.
static Encoding makeEncoding(TokenizedText sequence, const std::vector<CharacterPlaces> &places) {
  Encoding encoding;
  encoding.ids = std::move(sequence.tokens.ids);
  encoding.types = std::move(sequence.types);
  for (Span span : sequence.tokens.spans) {
    bool isSecond = span.begin >= secondText;
    Span characters = isSecond ? Span{span.begin - secondText, span.end - secondText} : span;
    encoding.characters.push_back(characters);
    encoding.bytes.push_back(places[isSecond].bytesOf(characters));
  }
  for (TokenizedText &part : sequence.overflowing)
    encoding.overflowing.push_back(makeEncoding(std::move(part), places));
  return encoding;
}

Result<Encoding> Tokenizer::encodeWithOffsets(std::string_view text, bool addSpecial,
                                              std::optional<std::string_view> second) const {
  std::vector<TokenizedText> texts;
  std::vector<CharacterPlaces> places;
  for (std::optional<std::string_view> given : {std::optional(text), second}) {
    if (!given)
      continue;
    Result<TokenizedText> sequence =
        encodeText(*pipeline, *given, /*traced=*/true, static_cast<std::int32_t>(texts.size()));
    if (!sequence)
      return sequence.problem();
    places.emplace_back(*given);
    for (Span &span : sequence->tokens.spans)
      span = places.back().charactersOf(span);
    texts.push_back(std::move(*sequence));
  }
  Result<TokenizedText> all = complete(*pipeline, std::move(texts), addSpecial, places);
  return all ? makeEncoding(std::move(*all), places) : Result<Encoding>(all.problem());
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

std::optional<std::int32_t> Tokenizer::fillingToken() const {
  const std::optional<LengthRules::Padding> &padding = pipeline->lengths.padding;
  return padding ? std::optional<std::int32_t>(padding->token) : std::nullopt;
}
