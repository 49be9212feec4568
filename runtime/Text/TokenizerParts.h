//===- TokenizerParts.h - A tokenizer as it is kept --------------*- C++ -*-===//
//
// What a tokenizer is made of has two parts: arrays with an entry for each token or merge, and a few settings. Files of
// other programs mix them, and a tokenizer.json of some megabytes takes long to parse; taken apart, the arrays load as
// they lie and the settings are a page of JSON. Every tokenizer is made from parts, so one that was kept is the same as
// one made from the model's files.
//
//   tokenizer.json ──┐                    ┌── settings: tokenizer.json without `vocab` and `merges`, or {"ggml": ...}
//                    ├── TokenizerParts ──┤
//   GGUF vocabulary ─┘                    └── arrays: texts of tokens, merges as ids, scores
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_TOKENIZERPARTS_H
#define TERN_RUNTIME_TEXT_TOKENIZERPARTS_H

#include "runtime/Text/TokenTable.h"
#include "runtime/Text/Vocabulary.h"

namespace tern {

/// Two tokens that become a third.
struct TokenMerge {
  std::int32_t left = noToken, right = noToken, result = noToken;
};

struct TokenArrays {
  TokenTable tokens;
  std::vector<TokenMerge> merges; ///< Best rank first.
  std::vector<double> scores;     ///< Empty, or one per token; no NaN.
};

/// The arrays as bytes and back: numbers of tokens, merges, scores and bytes of text, then lengths of the tokens'
/// texts, merges, scores, texts; little-endian, without gaps. Problems: bytes missing or too many, a token that is not
/// UTF-8, a merge of what is no token.
std::string writeTokenArrays(const TokenArrays &arrays);
Result<TokenArrays> readTokenArrays(std::string_view bytes, const std::string &where);

/// Left and right part of a merge as texts, best rank first in a list.
using MergeText = std::pair<std::string, std::string>;

/// The merges as ids; the result of a merge is left and right without `innerPrefix`. Problem, under `where`: a part or
/// result that is no token.
Result<std::vector<TokenMerge>> findMerges(const TokenTable &tokens, const std::vector<MergeText> &merges,
                                           const std::string &innerPrefix, const std::string &where);

struct TokenizerParts {
  std::string where; ///< Heads the messages of problems: the file's name.
  Json settings;
  TokenArrays arrays;

  /// Takes the text of a tokenizer.json apart. Problems: broken arrays; broken settings show when a tokenizer is made.
  static Result<TokenizerParts> fromHuggingFace(std::string_view tokenizerJson, const std::string &where);
  static Result<TokenizerParts> fromVocabulary(const Vocabulary &vocabulary);
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_TOKENIZERPARTS_H
