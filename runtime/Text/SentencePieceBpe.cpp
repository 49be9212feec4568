//===- SentencePieceBpe.cpp - Byte-pair encoding by scores ----------------===//

#include "runtime/Text/SentencePieceBpe.h"

#include "runtime/Text/ByteTokens.h"
#include "runtime/Text/Utf8.h"

#include <algorithm>

using namespace tern;

SentencePieceBpe::SentencePieceBpe(TokenTable tokens, std::vector<float> tokenScores, std::int32_t unknown)
    : Model(std::move(tokens)), scores(std::move(tokenScores)), unknownId(unknown),
      byteTokens(findByteTokens(vocabulary)) {}

/// One piece in the course of merging: a list of neighbouring stretches.
class SentencePieceBpe::Word {
public:
  Word(const SentencePieceBpe &model, std::string_view piece) : model(model), piece(piece) {
    forEachCharacter(piece, [&](char32_t, std::size_t begin, std::size_t length) {
      auto index = static_cast<std::int32_t>(symbols.size());
      symbols.push_back({begin, length, index - 1, index + 1});
    });
    symbols.back().next = none;
    for (std::size_t i = 0; i + 1 < symbols.size(); ++i)
      consider(static_cast<std::int32_t>(i), static_cast<std::int32_t>(i + 1));
  }

  void mergeAll() {
    while (!waiting.empty()) {
      std::pop_heap(waiting.begin(), waiting.end(), later);
      Candidate best = waiting.back();
      waiting.pop_back();
      Symbol &left = symbols[best.left], &right = symbols[best.right];
      if (left.length == 0 || right.length == 0 || left.length + right.length != best.length)
        continue; // One of the two has merged since.
      left.length += right.length;
      right.length = 0;
      left.next = right.next;
      if (left.next != none) {
        symbols[left.next].previous = best.left;
        consider(best.left, left.next);
      }
      if (left.previous != none)
        consider(left.previous, best.left);
    }
  }

  void appendTo(TokenList &tokens) const {
    for (std::int32_t at = 0; at != none; at = symbols[at].next) {
      std::size_t begin = symbols[at].begin, end = begin + symbols[at].length;
      std::string_view text = piece.substr(begin, symbols[at].length);
      std::vector<std::int32_t> bytes;
      if (std::int32_t id = model.vocabulary.find(text); id != noToken)
        tokens.add(id, begin, end);
      else if (!appendByteTokens(model.byteTokens, text, bytes) && model.unknownId != noToken)
        tokens.add(model.unknownId, begin, end);
      for (std::size_t i = 0; i < bytes.size(); ++i)
        tokens.add(bytes[i], begin + i, begin + i + 1);
    }
  }

private:
  static constexpr std::int32_t none = -1;

  struct Symbol {
    std::size_t begin, length; ///< Length 0: part of the left neighbour now.
    std::int32_t previous, next;
  };
  struct Candidate {
    float score;
    std::int32_t left, right;
    std::size_t length; ///< Of both when it was queued.
  };
  static bool later(const Candidate &a, const Candidate &b) {
    return a.score != b.score ? a.score < b.score : a.left > b.left;
  }

  const SentencePieceBpe &model;
  std::string_view piece;
  std::vector<Symbol> symbols;
  std::vector<Candidate> waiting;

  void consider(std::int32_t left, std::int32_t right) {
    std::size_t length = symbols[left].length + symbols[right].length;
    if (length > model.vocabulary.longest())
      return;
    std::int32_t id = model.vocabulary.find(piece.substr(symbols[left].begin, length));
    if (id == noToken)
      return;
    waiting.push_back({model.scores[id], left, right, length});
    std::push_heap(waiting.begin(), waiting.end(), later);
  }
};

Status SentencePieceBpe::tokenize(const Pieces &pieces, TokenList &tokens) const {
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    Word word(*this, pieces[i]);
    word.mergeAll();
    tokens.base = pieces.begin(i);
    word.appendTo(tokens);
  }
  return Done{};
}
