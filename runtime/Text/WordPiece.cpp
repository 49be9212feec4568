//===- WordPiece.cpp - Longest tokens first -------------------------------===//

#include "runtime/Text/WordPiece.h"

#include "runtime/Text/PieceCache.h"
#include "runtime/Text/Utf8.h"

#include <algorithm>

using namespace tern;

WordPiece::WordPiece(TokenTable tokens, WordPieceModelOptions chosen)
    : Model(std::move(tokens)), options(std::move(chosen)), unknownId(vocabulary.find(options.unknown)) {}

Result<std::unique_ptr<Model>> WordPiece::fromSpec(ComponentSpec &spec, TokenArrays arrays) {
  WordPieceModelOptions options;
  options.unknown = spec.string("unk_token", "[UNK]");
  options.innerPrefix = spec.string("continuing_subword_prefix", "##");
  options.longestPiece = spec.integer("max_input_chars_per_word", 100);
  if (std::optional<Problem> wrong = spec.problem())
    return *wrong;
  return std::unique_ptr<Model>(std::make_unique<WordPiece>(std::move(arrays.tokens), std::move(options)));
}

/// Whether the piece could be written.
bool WordPiece::tokenizePiece(std::string_view piece, TokenList &tokens) const {
  auto characters = std::count_if(piece.begin(), piece.end(), [](char byte) { return (byte & 0xC0) != 0x80; });
  if (static_cast<std::uint64_t>(characters) > options.longestPiece)
    return false;
  std::string candidate;
  for (std::size_t begin = 0; begin < piece.size();) {
    const std::string &prefix = begin == 0 ? options.firstPrefix : options.innerPrefix;
    std::size_t room = vocabulary.longest() > prefix.size() ? vocabulary.longest() - prefix.size() : 0;
    std::size_t length = std::min(piece.size() - begin, room);
    if (begin > 0 && !options.firstPrefix.empty() &&
        piece.substr(begin, options.firstPrefix.size()) == options.firstPrefix)
      return false; // The text has the mark of word beginnings inside a word, where no token has it.
    candidate.assign(prefix).append(piece.substr(begin, length));
    std::int32_t id = noToken;
    while (length > 0 && (id = vocabulary.find(candidate)) == noToken) {
      candidate.pop_back(); // Ends inside a character are no tokens either, for tokens are UTF-8.
      --length;
    }
    if (id == noToken)
      return false;
    tokens.add(id, begin, begin + length);
    begin += length;
  }
  return true;
}

Status WordPiece::tokenize(const Pieces &pieces, TokenList &tokens) const {
  PieceCache cache(pieces.size());
  bool missing = false;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    tokens.base = pieces.begin(i);
    cache.tokenize(pieces[i], tokens, [&](std::string_view piece) {
      std::size_t before = tokens.ids.size();
      if (tokenizePiece(piece, tokens))
        return;
      tokens.resize(before);
      tokens.add(unknownId, 0, piece.size());
      missing = missing || unknownId == noToken;
    });
  }
  if (missing)
    return Problem{"text",
                   "has a word that the vocabulary cannot write, and the unknown token '" + options.unknown +
                       "' is not in the vocabulary",
                   ""};
  return Done{};
}
