//===- ModelTesting.h - Models for tests of importing ------------*- C++ -*-===//
//
// Writes model directories and GGUF files small enough to read, and says what importing them gave.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TEST_UNIT_IMPORT_MODELTESTING_H
#define TERN_TEST_UNIT_IMPORT_MODELTESTING_H

#include "test/unit/Import/GgufWriter.h"
#include "test/unit/Import/ImportTesting.h"

#include "runtime/Base/Json.h"
#include "tern/Import/Importer.h"

#include "mlir/IR/MLIRContext.h"

namespace tern::test {

/// A tensor of a test's safetensors file: its shape; all are f32 and of zeros.
using Shapes = std::vector<std::pair<std::string, std::vector<std::int64_t>>>;

/// Outcome of one import; the context outlives the module.
struct Imported {
  std::unique_ptr<mlir::MLIRContext> context =
      std::make_unique<mlir::MLIRContext>(mlir::MLIRContext::Threading::DISABLED);
  ImportedModel model;
  std::string text; ///< All problems, one a line.

  Imported(const std::string &path, std::optional<std::uint64_t> seed) {
    ImportOptions options;
    options.randomSeed = seed;
    model = importModel(*context, path, options);
    for (const Problem &problem : model.problems)
      text += problem.str() + "\n";
  }
};

class ModelTest : public TemporaryDirectory {
protected:
  /// Imports a directory that holds nothing but `config`, with generated weights.
  Imported importConfig(const Json &config) {
    write("config.json", config.dump());
    return Imported(directory, 1);
  }

  void writeSafetensors(const std::string &name, const Shapes &tensors) {
    Json header = Json::object();
    std::int64_t end = 0;
    for (const auto &[tensor, shape] : tensors) {
      std::int64_t begin = end, elements = 1;
      for (std::int64_t size : shape)
        elements *= size;
      end += elements * 4;
      header[tensor] = {{"dtype", "F32"}, {"shape", shape}, {"data_offsets", {begin, end}}};
    }
    std::string text = header.dump();
    std::uint64_t length = text.size();
    std::string file(reinterpret_cast<const char *>(&length), sizeof length);
    write(name, file + text + std::string(end, '\0'));
  }
};

/// A Llama of two layers: 8 elements, 2 heads of 4, 1 group, 12 in the MLP, 16 tokens.
inline Json tinyLlama() {
  return Json::parse(R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 8,
    "intermediate_size": 12, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1,
    "vocab_size": 16, "max_position_embeddings": 32, "rms_norm_eps": 1e-5, "rope_theta": 10000.0})");
}

/// Its tensors.
inline Shapes tinyLlamaTensors() {
  Shapes shapes{{"model.embed_tokens.weight", {16, 8}}, {"model.norm.weight", {8}}, {"lm_head.weight", {16, 8}}};
  for (int layer : {0, 1}) {
    std::string at = "model.layers." + std::to_string(layer) + ".";
    Shapes ofLayer{{at + "input_layernorm.weight", {8}},     {at + "post_attention_layernorm.weight", {8}},
                   {at + "self_attn.q_proj.weight", {8, 8}}, {at + "self_attn.k_proj.weight", {4, 8}},
                   {at + "self_attn.v_proj.weight", {4, 8}}, {at + "self_attn.o_proj.weight", {8, 8}},
                   {at + "mlp.gate_proj.weight", {12, 8}},   {at + "mlp.up_proj.weight", {12, 8}},
                   {at + "mlp.down_proj.weight", {8, 12}}};
    shapes.insert(shapes.end(), ofLayer.begin(), ofLayer.end());
  }
  return shapes;
}

/// The metadata of the same model as GGUF, without the key `left out`.
inline GgufWriter tinyLlamaGguf(std::string_view leftOut = "") {
  GgufWriter writer;
  writer.text("general.architecture", "llama");
  std::pair<const char *, std::uint32_t> counts[] = {
      {"llama.embedding_length", 8},     {"llama.block_count", 2},     {"llama.feed_forward_length", 12},
      {"llama.attention.head_count", 2}, {"llama.context_length", 32}, {"llama.attention.head_count_kv", 1},
      {"llama.rope.dimension_count", 4}};
  for (auto [key, value] : counts)
    if (key != leftOut)
      writer.key(key, GgufType::UInt32, value);
  if (leftOut != "llama.attention.layer_norm_rms_epsilon")
    writer.key("llama.attention.layer_norm_rms_epsilon", GgufType::Float32, 1e-5f);
  return writer;
}

/// Adds its tensors, f32.
inline GgufWriter &addTinyLlamaTensors(GgufWriter &writer) {
  auto add = [&](const std::string &name, std::vector<std::uint64_t> dimensions) {
    std::uint64_t bytes = 4;
    for (std::uint64_t dimension : dimensions)
      bytes *= dimension;
    writer.tensor(name, dimensions, /*F32*/ 0, bytes);
  };
  add("token_embd.weight", {8, 16});
  add("output_norm.weight", {8});
  for (int layer : {0, 1}) {
    std::string at = "blk." + std::to_string(layer) + ".";
    add(at + "attn_norm.weight", {8});
    add(at + "ffn_norm.weight", {8});
    add(at + "attn_q.weight", {8, 8});
    add(at + "attn_k.weight", {8, 4});
    add(at + "attn_v.weight", {8, 4});
    add(at + "attn_output.weight", {8, 8});
    add(at + "ffn_gate.weight", {8, 12});
    add(at + "ffn_up.weight", {8, 12});
    add(at + "ffn_down.weight", {12, 8});
  }
  return writer;
}

} // namespace tern::test

#endif // TERN_TEST_UNIT_IMPORT_MODELTESTING_H
