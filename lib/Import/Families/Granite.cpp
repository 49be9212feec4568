//===- Granite.cpp - Granite 3 --------------------------------------------===//
//
// Llama's layer with four numbers of its own: what the embedding and each addition to the residual stream are
// multiplied by, the scale of attention scores, and what logits are divided by. Shen et al.,
// https://arxiv.org/abs/2408.13359.
//
//===----------------------------------------------------------------------===//

#include "lib/Import/Families/Families.h"

using namespace mlir;
using namespace tern;

namespace {

class Granite : public Family {
public:
  std::string_view name() const override { return "granite"; }
  std::vector<std::string_view> huggingFaceNames() const override { return {"GraniteForCausalLM"}; }
  std::vector<std::string_view> ggufNames() const override { return {"granite"}; }

  void configure(ConfigReader &reader, const ModelFiles &model, DecoderConfig &config) const override {
    readCommon(reader, model, config);
    readRotary(reader, config);
    // Converters permute the rows of query and key as for Llama.
    if (model.isGguf())
      config.rotary.layout = graph::RopeLayout::Interleaved;
    config.queryKeyValueBias = reader.flag({"attention_bias", {}}, model.findTensor("blk.0.attn_q.bias") != nullptr);
    config.outputBias = config.queryKeyValueBias;
    config.mlpBias = reader.flag({"mlp_bias", {}}, model.findTensor("blk.0.ffn_up.bias") != nullptr);
    config.embeddingScale = reader.number({"embedding_multiplier", "embedding_scale"}, 1.0);
    config.attentionScale = reader.number({"attention_multiplier", "attention.scale"}, 1.0);
    config.residualScale = reader.number({"residual_multiplier", "residual_scale"}, 1.0);
    config.logitDivisor = reader.number({"logits_scaling", "logit_scale"}, 1.0);
  }

  Value layer(DecoderBuilder &b, Value x, int64_t layer) const override {
    Value attended = b.selfAttention(b.norm(x, "input_layernorm"), "self_attn", layer);
    x = b.add(x, b.scale(attended, b.config().residualScale));
    Value mixed = b.gatedMlp(b.norm(x, "post_attention_layernorm"), "mlp");
    return b.add(x, b.scale(mixed, b.config().residualScale));
  }
};

} // namespace

std::unique_ptr<Family> tern::makeGranite() { return std::make_unique<Granite>(); }
