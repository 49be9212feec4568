//===- DryBreakers.cpp - Sequence breakers as tokens ----------------------===//

#include "runtime/Run/DryBreakers.h"

#include "runtime/Base/Utf8.h"

#include <algorithm>

using namespace tern;

/// Adds the spellings of `text` that begin in the token `id`, which reads `piece`.
static Status addSpellings(const Tokenizer &tokenizer, const std::string &text, TokenId id, const std::string &piece,
                           std::vector<std::vector<TokenId>> &spellings) {
  if (piece.find(text) != std::string::npos) {
    spellings.push_back({id});
    return Done{};
  }
  for (std::size_t overlap = std::min(piece.size(), text.size() - 1); overlap > 0; --overlap) {
    std::string rest = text.substr(overlap);
    if (piece.compare(piece.size() - overlap, overlap, text, 0, overlap) != 0 || !isUtf8(rest))
      continue;
    Result<std::vector<TokenId>> tail = tokenizer.encode(rest, /*addSpecial=*/false);
    if (!tail)
      return tail.problem();
    std::vector<TokenId> spelling = {id};
    spelling.insert(spelling.end(), tail->begin(), tail->end());
    spellings.push_back(std::move(spelling));
  }
  return Done{};
}

Result<std::vector<std::vector<TokenId>>>
tern::dryBreakersOf(const Tokenizer &tokenizer, const std::vector<std::string> &texts, std::int64_t vocabulary) {
  std::vector<std::vector<TokenId>> spellings;
  for (const std::string &text : texts)
    if (text.empty() || !isUtf8(text))
      return Problem{"dry_breakers", text.empty() ? "must not be empty" : "must be UTF-8, not " + inQuotes(text), ""};
  for (TokenId id = 0; id < tokenizer.size() && !texts.empty(); ++id) {
    if (tokenizer.piece(id).empty())
      continue;
    Result<std::string> piece = tokenizer.decode({id}, /*skipSpecial=*/false);
    if (!piece)
      return piece.problem();
    for (const std::string &text : texts)
      if (Status status = addSpellings(tokenizer, text, id, *piece, spellings); !status)
        return status.problem();
  }
  auto isBeyond = [&](const std::vector<TokenId> &spelling) {
    return *std::max_element(spelling.begin(), spelling.end()) >= vocabulary;
  };
  spellings.erase(std::remove_if(spellings.begin(), spellings.end(), isBeyond), spellings.end());
  return spellings;
}
