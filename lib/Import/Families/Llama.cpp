//===- Llama.cpp - Llama 2, 3 and 3.x -------------------------------------===//
//
// Pre-norm layers with grouped attention and a gated MLP. Touvron et al., https://arxiv.org/abs/2307.09288; Llama team,
// https://arxiv.org/abs/2407.21783. Also the shape of SmolLM2 and of many others that name this architecture.
//
//===----------------------------------------------------------------------===//

#include "lib/Import/Families/Families.h"

using namespace mlir;
using namespace tern;

namespace {

class Llama : public Family {
public:
  std::string_view name() const override { return "llama"; }
  std::vector<std::string_view> huggingFaceNames() const override { return {"LlamaForCausalLM"}; }
  std::vector<std::string_view> ggufNames() const override { return {"llama"}; }

  void configure(ConfigReader &reader, const ModelFiles &model, DecoderConfig &config) const override {
    readCommon(reader, model, config);
    readRotary(reader, config);
    // Converters permute the rows of query and key so that pairs lie side by side.
    if (model.isGguf())
      config.rotary.layout = graph::RopeLayout::Interleaved;
    config.queryKeyValueBias = reader.flag({"attention_bias", {}}, model.findTensor("blk.0.attn_q.bias") != nullptr);
    config.outputBias = model.isGguf() ? model.findTensor("blk.0.attn_output.bias") != nullptr : config.queryKeyValueBias;
    config.mlpBias = reader.flag({"mlp_bias", {}}, model.findTensor("blk.0.ffn_up.bias") != nullptr);
  }

  Value layer(DecoderBuilder &b, Value x, int64_t layer) const override {
    x = b.add(x, b.selfAttention(b.norm(x, "input_layernorm"), "self_attn", layer));
    return b.add(x, b.gatedMlp(b.norm(x, "post_attention_layernorm"), "mlp"));
  }
};

} // namespace

std::unique_ptr<Family> tern::makeLlama() { return std::make_unique<Llama>(); }
