//===- Qwen3.cpp - Qwen 3 -------------------------------------------------===//
//
// Llama's layer with a norm on each head of query and key. Qwen team, https://arxiv.org/abs/2505.09388.
//
//===----------------------------------------------------------------------===//

#include "lib/Import/Families/Families.h"

using namespace mlir;
using namespace tern;

namespace {

class Qwen3 : public Family {
public:
  std::string_view name() const override { return "qwen3"; }
  std::vector<std::string_view> huggingFaceNames() const override { return {"Qwen3ForCausalLM"}; }
  std::vector<std::string_view> ggufNames() const override { return {"qwen3"}; }

  void configure(ConfigReader &reader, const ModelFiles &model, DecoderConfig &config) const override {
    CommonDefaults defaults;
    defaults.keyValueHeads = 32;
    defaults.headSize = 128;
    readCommon(reader, model, config, defaults);
    readRotary(reader, config);
    config.queryKeyValueBias = config.outputBias = reader.flag({"attention_bias", {}}, false);
    readOptionalWindows(reader, config, /*defaultWindow=*/4096);
  }

  Value layer(DecoderBuilder &b, Value x, int64_t layer) const override {
    x = b.add(x, b.selfAttention(b.norm(x, "input_layernorm"), "self_attn", layer, QueryKeyNorm::PerHead));
    return b.add(x, b.gatedMlp(b.norm(x, "post_attention_layernorm"), "mlp"));
  }
};

} // namespace

std::unique_ptr<Family> tern::makeQwen3() { return std::make_unique<Qwen3>(); }
