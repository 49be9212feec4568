//===- Importer.cpp - From a model's files to the graph dialect -----------===//

#include "tern/Import/Importer.h"

#include "tern/Import/Family.h"

#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace tern;

/// GGUF names of the modules that most decoders share.
static const TensorName sharedNames[] = {
    {"model.embed_tokens", "token_embd"}, {"model.norm", "output_norm"},       {"lm_head", "output"},
    {"input_layernorm", "attn_norm"},     {"self_attn.q_proj", "attn_q"},      {"self_attn.k_proj", "attn_k"},
    {"self_attn.v_proj", "attn_v"},       {"self_attn.qkv_proj", "attn_qkv"},  {"self_attn.o_proj", "attn_output"},
    {"self_attn.q_norm", "attn_q_norm"},  {"self_attn.k_norm", "attn_k_norm"}, {"post_attention_layernorm", "ffn_norm"},
    {"mlp.gate_proj", "ffn_gate"},        {"mlp.up_proj", "ffn_up"},           {"mlp.gate_up_proj", "ffn_up"},
    {"mlp.down_proj", "ffn_down"},
};

/// Bytes that one position of one sequence takes in all states, as f32.
static int64_t stateBytesPerPosition(ModuleOp module) {
  int64_t bytes = 0;
  module.walk([&](graph::StateOp state) {
    if (!state.isByPosition())
      return;
    int64_t elements = 1;
    for (Attribute dim : state.getTensorType().getDims().drop_front(2))
      elements *= cast<IntegerAttr>(dim).getInt();
    bytes += elements * 4;
  });
  return bytes;
}

static void setModuleAttributes(ModuleOp module, const Family &family, const DecoderConfig &config) {
  OpBuilder builder(module.getContext());
  module->setAttr("graph.architecture", builder.getStringAttr(family.name()));
  module->setAttr("graph.max_context", builder.getI64IntegerAttr(config.maxContext));
  if (config.givesEmbeddings)
    module->setAttr("graph.embeddings", builder.getUnitAttr());
}

/// Whether a tensor that no module asked for is known to have no part in the forward pass.
static bool isUnread(StringRef name, const Family &family, const DecoderConfig &config) {
  // A tied model's head, which some exporters write again; frequencies that old versions stored.
  bool isHead = name == "lm_head.weight" || name == "output.weight";
  return (config.tiedEmbeddings && name == "lm_head.weight") || (config.givesEmbeddings && isHead) ||
         name.ends_with("rotary_emb.inv_freq") || family.isUnreadTensor(name);
}

ImportedModel tern::importModel(MLIRContext &context, const ModelFiles &model, const ImportOptions &options,
                                Problems problems) {
  ImportedModel result;
  result.problems = std::move(problems);
  Result<const Family *> family = familyOf(model);
  if (!family) {
    result.problems.push_back(family.problem());
    return result;
  }
  result.summary.architecture = (*family)->name();
  if (!model.hasWeights() && !options.randomSeed)
    result.problems.push_back({model.path(), "has no safetensors weights",
                               "download the weights, or import with generated ones: --weights random:SEED"});

  DecoderConfig config;
  ConfigReader reader(model, result.problems);
  std::size_t before = result.problems.size();
  (*family)->configure(reader, model, config);
  config.givesEmbeddings |= options.embeddings;
  bool isConfigured = result.problems.size() == before;
  reader.reportUnread();
  std::size_t beforeSizes = result.problems.size();
  context.loadDialect<graph::GraphDialect, func::FuncDialect>();
  if (isConfigured)
    checkConsistency(context, model.isGguf() ? model.path() : model.path() + "/config.json", config, result.problems);
  result.summary.layers = config.layers;
  result.summary.hidden = config.hidden;
  result.summary.vocabulary = config.vocabulary;
  result.summary.maxContext = config.maxContext;
  // With sizes unknown every shape would be wrong too, and quantised checkpoints have other tensors: what the tensors
  // could tell is then no help.
  bool isQuantized = reader.has({"quantization_config", {}}) || reader.has({"compression_config", {}});
  if (!isConfigured || isQuantized || result.problems.size() != beforeSizes)
    return result;

  OwningOpRef<ModuleOp> module = ModuleOp::create(NameLoc::get(StringAttr::get(&context, model.path())));
  std::vector<TensorName> names = (*family)->tensorNames();
  names.insert(names.end(), std::begin(sharedNames), std::end(sharedNames));
  DecoderBuilder builder(*module, model, config, names, options.randomSeed, result.problems);
  (*family)->build(builder);
  if (!options.randomSeed)
    builder.reportUnusedTensors([&](StringRef name) { return isUnread(name, **family, config); });
  setModuleAttributes(*module, **family, config);
  result.summary.parameters = builder.parameters();
  result.summary.weightBytes = builder.weightBytes();
  result.summary.stateBytesPerPosition = stateBytesPerPosition(*module);
  if (result.problems.empty() && failed(verify(*module)))
    result.problems.push_back({model.path(), "the imported program does not verify", "report this model: it is a bug"});
  if (result.problems.empty())
    result.module = std::move(module);
  return result;
}

ImportedModel tern::importModel(MLIRContext &context, const std::string &path, const ImportOptions &options) {
  ImportedModel result;
  Problems problems;
  Result<ModelFiles> model = ModelFiles::open(path, problems);
  if (model)
    return importModel(context, *model, options, std::move(problems));
  problems.push_back(model.problem());
  result.problems = std::move(problems);
  return result;
}
