//===- Models.cpp - The registry of models --------------------------------===//

#include "runtime/Text/Bpe.h"

using namespace tern;

/// Files written before the format had types for models: the kind shows in the members.
static const char *guessType(const Json &json) {
  if (!json.is_object() || json.contains("type"))
    return nullptr;
  if (json.contains("merges"))
    return "BPE";
  return nullptr;
}

Result<std::unique_ptr<Model>> tern::makeModel(const Json &json, const std::string &where) {
  static const std::vector<ComponentKind<Model>> kinds = {{"BPE", Bpe::fromSpec}};
  if (const char *type = guessType(json)) {
    Json typed = json;
    typed["type"] = type;
    return makeComponent<Model>(typed, where, "model", kinds);
  }
  return makeComponent<Model>(json, where, "model", kinds);
}
