//===- Unigram.cpp - The likeliest sequence of tokens ---------------------===//

#include "runtime/Text/Unigram.h"

#include "runtime/Text/ByteTokens.h"
#include "runtime/Text/PieceCache.h"
#include "runtime/Text/Utf8.h"

#include <algorithm>
#include <cmath>

using namespace tern;

/// What a character without a token costs beyond the rarest token.
static constexpr double unknownPenalty = 10.0;

Unigram::Unigram(TokenTable tokens, std::vector<double> tokenScores, std::int32_t unknown, bool byteFallback)
    : Model(std::move(tokens)), scores(std::move(tokenScores)), unknownId(unknown) {
  unknownScore = (scores.empty() ? 0 : *std::min_element(scores.begin(), scores.end())) - unknownPenalty;
  if (byteFallback)
    byteTokens = findByteTokens(vocabulary);
}

Result<TokenArrays> Unigram::readArrays(const Json &vocabulary, const std::string &where) {
  TokenArrays arrays;
  std::vector<std::string> texts;
  for (const Json &entry : vocabulary.is_array() ? vocabulary : Json::array({vocabulary})) {
    if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number())
      return Problem{where,
                     "a token is a pair of text and score: token " + std::to_string(texts.size()) + " is " +
                         entry.dump().substr(0, 80),
                     ""};
    texts.push_back(entry[0].get<std::string>());
    arrays.scores.push_back(entry[1].get<double>());
  }
  Result<TokenTable> tokens = TokenTable::fromList(texts, where);
  if (!tokens)
    return tokens.problem();
  arrays.tokens = std::move(*tokens);
  return arrays;
}

Result<std::unique_ptr<Model>> Unigram::fromSpec(ComponentSpec &spec, TokenArrays arrays) {
  const Json &unknown = spec.member("unk_id");
  bool byteFallback = spec.boolean("byte_fallback", false);
  std::size_t size = static_cast<std::size_t>(arrays.tokens.size());
  if (arrays.scores.size() != size)
    spec.fail("vocab", "must give each token a score");
  if (!unknown.is_null() && (!unknown.is_number_unsigned() || unknown.get<std::uint64_t>() >= size))
    spec.fail("unk_id", "must be the id of a token, is " + unknown.dump().substr(0, 40));
  if (std::optional<Problem> wrong = spec.problem())
    return *wrong;
  std::int32_t unknownId = unknown.is_null() ? noToken : unknown.get<std::int32_t>();
  return std::unique_ptr<Model>(
      std::make_unique<Unigram>(std::move(arrays.tokens), std::move(arrays.scores), unknownId, byteFallback));
}

/// Fills `best`, one entry per byte position and one for the end; false when there is no way to the end.
bool Unigram::findPath(std::string_view piece, std::vector<Best> &best) const {
  best.assign(piece.size() + 1, {});
  auto offer = [&](std::size_t begin, std::size_t end, std::int32_t token, double score) {
    score += best[begin].score;
    if (!best[end].reached || score > best[end].score)
      best[end] = {score, token, begin, true};
  };
  for (std::size_t begin = 0, character; begin < piece.size(); begin += character) {
    character = utf8Length(static_cast<unsigned char>(piece[begin]));
    bool single = false;
    std::size_t longest = std::min(piece.size() - begin, vocabulary.longest());
    for (std::size_t length = 1; length <= longest; ++length) {
      bool inside = begin + length < piece.size() && (piece[begin + length] & 0xC0) == 0x80;
      std::int32_t token = inside ? noToken : vocabulary.find(piece.substr(begin, length));
      if (token == noToken)
        continue;
      offer(begin, begin + length, token, scores[token]);
      single = single || length == character;
    }
    if (!single && unknownId == noToken)
      return false;
    if (!single)
      offer(begin, begin + character, unknownId, unknownScore);
  }
  return true;
}

/// Appends the token of `text`, or its bytes, or the unknown token.
void Unigram::write(std::string_view text, Span span, TokenList &tokens) const {
  std::vector<std::int32_t> bytes;
  if (std::int32_t id = vocabulary.find(text); id != noToken)
    tokens.add(id, span.begin, span.end);
  else if (!appendByteTokens(byteTokens, text, bytes))
    tokens.add(unknownId, span.begin, span.end);
  for (std::int32_t id : bytes)
    tokens.add(id, span.begin, span.end);
}

Status Unigram::tokenizePiece(std::string_view piece, std::vector<Best> &best, TokenList &tokens) const {
  if (!findPath(piece, best))
    return Problem{"text", "has a character without a token, and the vocabulary has no unknown token (unk_id)", ""};
  std::vector<Span> path; // From the end; a run of unknown characters is one.
  bool unknownBefore = false;
  for (std::size_t end = piece.size(); end > 0; end = best[end].begin) {
    bool unknown = unknownId != noToken && best[end].token == unknownId;
    if (unknown && unknownBefore)
      path.back().begin = best[end].begin;
    else
      path.push_back({best[end].begin, end});
    unknownBefore = unknown;
  }
  for (auto span = path.rbegin(); span != path.rend(); ++span)
    write(piece.substr(span->begin, span->end - span->begin), *span, tokens);
  return Done{};
}

Status Unigram::tokenize(const Pieces &pieces, TokenList &tokens) const {
  std::vector<Best> best;
  PieceCache cache(pieces.size());
  Status status = Done{};
  for (std::size_t i = 0; i < pieces.size() && status; ++i) {
    tokens.base = pieces.begin(i);
    cache.tokenize(pieces[i], tokens, [&](std::string_view piece) { status = tokenizePiece(piece, best, tokens); });
  }
  return status;
}
