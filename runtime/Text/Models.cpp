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

Result<std::unique_ptr<Model>> tern::makeModel(const Json &json, const std::string &where) {
  static const std::vector<ComponentKind<Model>> kinds = {
      {"BPE", Bpe::fromSpec},
      {"Unigram", Unigram::fromSpec},
      {"WordLevel", WordLevel::fromSpec},
      {"WordPiece", WordPiece::fromSpec},
  };
  const char *kind = kindOfUntyped(json);
  if (!kind)
    return makeComponent<Model>(json, where, "model", kinds);
  Json typed = json;
  typed["type"] = kind;
  return makeComponent<Model>(typed, where, "model", kinds);
}
