//===- Family.cpp - Architectures that can be imported --------------------===//

#include "lib/Import/Families/Families.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace tern;

ArrayRef<std::unique_ptr<Family>> tern::families() {
  static const std::vector<std::unique_ptr<Family>> all = [] {
    std::vector<std::unique_ptr<Family>> made;
    for (auto make : {makeLlama, makeMistral, makeQwen2, makeQwen3, makePhi3, makeGemma2, makeGemma3, makeGpt2,
                      makeSmolLm3, makeOlmo2, makeGranite, makeBert})
      made.push_back(make());
    return made;
  }();
  return all;
}

void Family::build(DecoderBuilder &b) const {
  b.beginForward();
  Value x = b.embedding(b.tokens(), "model.embed_tokens", b.config().vocabulary, /*scaled=*/true);
  for (int64_t i = 0; i < b.config().layers; ++i) {
    DecoderBuilder::Scope inside(b, "model.layers." + std::to_string(i));
    x = layer(b, x, i);
  }
  b.endForward(b.norm(x, "model.norm"), b.config().tiedEmbeddings ? "model.embed_tokens" : "lm_head");
}

/// "llama (LlamaForCausalLM), mistral (MistralForCausalLM), ..."
static std::string listFamilies(bool gguf) {
  std::string list;
  for (const std::unique_ptr<Family> &family : families())
    for (std::string_view name : gguf ? family->ggufNames() : family->huggingFaceNames())
      list += (list.empty() ? "" : ", ") + std::string(name);
  return list;
}

/// config.json's `model_type` decides in transformers which class is made, so it must not contradict `architectures`.
static Status checkModelType(const ModelFiles &model, const Family &family) {
  auto type = model.config().find("model_type");
  if (type == model.config().end() || !type->is_string())
    return Done{};
  std::string name = type->get<std::string>();
  if (name == family.name() || name == std::string(family.name()) + "_text")
    return Done{};
  return Problem{"config.json: key 'model_type'",
                 "must be '" + std::string(family.name()) + "' as 'architectures' says, got '" + name + "'",
                 "repair config.json"};
}

Result<const Family *> tern::familyOf(const ModelFiles &model) {
  std::vector<std::string> given;
  std::string where =
      model.isGguf() ? model.path() + ": key 'general.architecture'" : "config.json: key 'architectures'";
  if (model.isGguf()) {
    Result<std::string_view> architecture = model.ggufFile().text("general.architecture");
    if (!architecture)
      return architecture.problem();
    given.emplace_back(*architecture);
  } else if (auto found = model.config().find("architectures"); found != model.config().end() && found->is_array()) {
    for (const Json &name : *found)
      if (name.is_string())
        given.push_back(name.get<std::string>());
  }
  for (const std::string &name : given)
    for (const std::unique_ptr<Family> &family : families()) {
      auto names = model.isGguf() ? family->ggufNames() : family->huggingFaceNames();
      if (!llvm::is_contained(names, name))
        continue;
      if (Status status = model.isGguf() ? Status(Done{}) : checkModelType(model, *family); !status)
        return status.problem();
      return family.get();
    }
  std::string what =
      given.empty() ? "names no architecture" : "architecture '" + llvm::join(given, "', '") + "' is not supported";
  return Problem{where, what, "supported are " + listFamilies(model.isGguf())};
}
