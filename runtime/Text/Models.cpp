//===- Models.cpp - The registry of models --------------------------------===//

#include "runtime/Text/Bpe.h"
#include "runtime/Text/Unigram.h"
#include "runtime/Text/WordLevel.h"
#include "runtime/Text/WordPiece.h"

using namespace tern;

/// Files from before the format named the kinds of models: the members show it.
static const char *kindOfUntyped(const Json &json) {
  if (!json.is_object() || json.contains("type"))
    return nullptr;
  if (json.contains("merges"))
    return "BPE";
  if (json.contains("max_input_chars_per_word"))
    return "WordPiece";
  return json.contains("unk_id") ? "Unigram" : "WordLevel";
}

namespace {

/// One row of the registry.
struct ModelKind {
  const char *type;
  /// The arrays of a model, as `vocab` and `merges` of the file give them.
  Result<TokenArrays> (*read)(const Json &model, const std::string &where);
  Result<std::unique_ptr<Model>> (*make)(ComponentSpec &spec, TokenArrays arrays);
  std::vector<const char *> taken; ///< The members that are arrays.
};

Result<TokenArrays> readTokens(const Json &model, const std::string &where) {
  static const Json absent;
  auto vocabulary = model.find("vocab");
  Result<TokenTable> tokens = TokenTable::fromJson(vocabulary == model.end() ? absent : *vocabulary, where + ".vocab");
  if (!tokens)
    return tokens.problem();
  return TokenArrays{std::move(*tokens), {}, {}};
}

Result<TokenArrays> readTokensAndMerges(const Json &model, const std::string &where) {
  Result<TokenArrays> arrays = readTokens(model, where);
  if (!arrays)
    return arrays;
  Result<std::vector<TokenMerge>> merges = Bpe::readMerges(model, arrays->tokens, where);
  if (!merges)
    return merges.problem();
  arrays->merges = std::move(*merges);
  return arrays;
}

Result<TokenArrays> readTokensWithScores(const Json &model, const std::string &where) {
  auto vocabulary = model.find("vocab");
  if (vocabulary == model.end())
    return Problem{where + ".vocab", "must be given", ""};
  return Unigram::readArrays(*vocabulary, where + ".vocab");
}

const ModelKind kinds[] = {
    {"BPE", readTokensAndMerges, Bpe::fromSpec, {"vocab", "merges"}},
    {"Unigram", readTokensWithScores, Unigram::fromSpec, {"vocab"}},
    {"WordLevel", readTokens, WordLevel::fromSpec, {"vocab"}},
    {"WordPiece", readTokens, WordPiece::fromSpec, {"vocab"}},
};

const ModelKind *findKind(std::string_view type) {
  for (const ModelKind &kind : kinds)
    if (type == kind.type)
      return &kind;
  return nullptr;
}

} // namespace

Result<TokenArrays> tern::takeModelArrays(Json &model, const std::string &where) {
  if (const char *untyped = kindOfUntyped(model))
    model["type"] = untyped;
  ComponentSpec spec(model, where);
  const ModelKind *kind = findKind(spec.type());
  if (!kind)
    return TokenArrays();
  Result<TokenArrays> arrays = kind->read(model, where);
  for (const char *taken : kind->taken)
    if (auto member = model.find(taken); member != model.end())
      *member = nullptr;
  return arrays;
}

Result<std::unique_ptr<Model>> tern::makeModel(const Json &json, TokenArrays arrays, const std::string &where) {
  ComponentSpec spec(json, where);
  if (spec.failed())
    return *spec.problem();
  if (const ModelKind *kind = findKind(spec.type())) {
    for (const char *taken : kind->taken)
      if (!spec.member(taken).is_null())
        spec.fail(taken, "must be null: the arrays are kept apart");
    return kind->make(spec, std::move(arrays));
  }
  std::string known;
  for (const ModelKind &kind : kinds)
    known += (known.empty() ? "" : ", ") + std::string(kind.type);
  return Problem{where, "model type '" + spec.type() + "' is not known", "known types: " + known};
}
