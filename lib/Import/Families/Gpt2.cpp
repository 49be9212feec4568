//===- Gpt2.cpp - GPT-2 ---------------------------------------------------===//
//
// Learned positions, layer norms with biases, one projection for query, key and value, a plain MLP. Radford et al.,
// "Language Models are Unsupervised Multitask Learners", 2019. Hugging Face files hold linear weights transposed
// (Conv1D).
//
//===----------------------------------------------------------------------===//

#include "lib/Import/Families/Families.h"

#include <cmath>

using namespace mlir;
using namespace tern;

namespace {

class Gpt2 : public Family {
public:
  std::string_view name() const override { return "gpt2"; }
  std::vector<std::string_view> huggingFaceNames() const override { return {"GPT2LMHeadModel"}; }
  std::vector<std::string_view> ggufNames() const override { return {"gpt2"}; }

  void configure(ConfigReader &reader, const ModelFiles &model, DecoderConfig &config) const override {
    config.hidden = reader.count({"n_embd", "embedding_length"});
    config.layers = reader.count({"n_layer", "block_count"});
    config.heads = config.keyValueHeads = reader.count({"n_head", "attention.head_count"});
    config.headSize = std::max<std::int64_t>(1, config.hidden / config.heads);
    if (config.hidden % config.heads != 0)
      reader.problem({"n_head", "attention.head_count"},
                     "must divide the " + std::to_string(config.hidden) + " elements, got " +
                         std::to_string(config.heads),
                     "repair the model's configuration");
    config.intermediate = reader.count({"n_inner", "feed_forward_length"}, 4 * config.hidden);
    config.maxContext = reader.count({"n_positions", "context_length"});
    reader.ignore({"n_ctx", {}}); // an older spelling of n_positions
    std::optional<double> epsilon = model.isGguf() ? std::nullopt : std::optional(1e-5);
    config.normEpsilon = reader.number({"layer_norm_epsilon", "attention.layer_norm_epsilon"}, epsilon);
    config.queryKeyValueBias = config.outputBias = config.mlpBias = true;
    config.windows.assign(std::min<std::int64_t>(config.layers, 4096), std::nullopt);
    config.usesRotary.assign(config.windows.size(), false);
    ConfigKey activation{"activation_function", {}};
    config.activation = activationByName(reader, activation, reader.text(activation, "gelu_new"));
    config.attentionScale =
        reader.flag({"scale_attn_weights", {}}, true) ? 1.0 / std::sqrt(double(config.headSize)) : 1.0;
    readVocabulary(reader, model, config, /*tiedByDefault=*/true);
  }

  std::vector<TensorName> tensorNames() const override {
    return {{"transformer.wte", "token_embd"},
            {"transformer.wpe", "position_embd"},
            {"transformer.ln_f", "output_norm"},
            {"ln_1", "attn_norm"},
            {"attn.c_attn", "attn_qkv"},
            {"attn.c_proj", "attn_output"},
            {"ln_2", "ffn_norm"},
            {"mlp.c_fc", "ffn_up"},
            {"mlp.c_proj", "ffn_down"}};
  }

  bool isUnreadTensor(llvm::StringRef name) const override { // causal masks of old exports
    return name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias");
  }

  void build(DecoderBuilder &b) const override {
    b.beginForward();
    Value x;
    {
      DecoderBuilder::Scope inside(b, "transformer");
      x = b.add(b.embedding(b.tokens(), "wte", b.config().vocabulary),
                b.embedding(b.positions(), "wpe", b.config().maxContext));
    }
    for (int64_t i = 0; i < b.config().layers; ++i) {
      DecoderBuilder::Scope inside(b, "transformer.h." + std::to_string(i));
      x = layer(b, x, i);
    }
    b.endForward(b.layerNorm(x, "transformer.ln_f"), b.config().tiedEmbeddings ? "transformer.wte" : "lm_head");
  }

  Value layer(DecoderBuilder &b, Value x, int64_t layer) const override {
    int64_t size = b.config().hidden, heads = b.config().heads;
    Value all = b.linear(b.layerNorm(x, "ln_1"), "attn.c_attn", 3 * size, true, MatrixLayout::InOut);
    Value query = b.splitHeads(b.slice(all, 0, size), heads);
    Value key = b.splitHeads(b.slice(all, size, 2 * size), heads);
    Value value = b.splitHeads(b.slice(all, 2 * size, 3 * size), heads);
    Value mixed = b.attend(query, key, value, layer);
    x = b.add(x, b.linear(mixed, "attn.c_proj", size, true, MatrixLayout::InOut));
    Value wide = b.linear(b.layerNorm(x, "ln_2"), "mlp.c_fc", b.config().intermediate, true, MatrixLayout::InOut);
    return b.add(x, b.linear(b.activate(wide), "mlp.c_proj", size, true, MatrixLayout::InOut));
  }
};

} // namespace

std::unique_ptr<Family> tern::makeGpt2() { return std::make_unique<Gpt2>(); }
