//===- WordLevel.cpp - A token for each piece -----------------------------===//

#include "runtime/Text/WordLevel.h"

using namespace tern;

WordLevel::WordLevel(TokenTable tokens, std::string unknownText)
    : Model(std::move(tokens)), unknown(std::move(unknownText)), unknownId(vocabulary.find(unknown)) {}

Result<std::unique_ptr<Model>> WordLevel::fromSpec(ComponentSpec &spec, TokenArrays arrays) {
  std::string unknown = spec.string("unk_token", "<unk>");
  if (std::optional<Problem> wrong = spec.problem())
    return *wrong;
  return std::unique_ptr<Model>(std::make_unique<WordLevel>(std::move(arrays.tokens), std::move(unknown)));
}

Status WordLevel::tokenize(const Pieces &pieces, TokenList &tokens) const {
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    std::int32_t id = vocabulary.find(pieces[i]);
    if (id == noToken && unknownId == noToken)
      return Problem{"text",
                     "'" + std::string(pieces[i].substr(0, 80)) + "' is not in the vocabulary, nor is the " +
                         "unknown token '" + unknown + "'",
                     ""};
    tokens.base = pieces.begin(i);
    tokens.add(id == noToken ? unknownId : id, 0, pieces[i].size());
  }
  return Done{};
}
