//===- Qwen2.cpp - Qwen 2 and 2.5 -----------------------------------------===//
//
// Llama's layer with biases on query, key and value. Qwen team, https://arxiv.org/abs/2407.10671.
//
//===----------------------------------------------------------------------===//

#include "lib/Import/Families/Families.h"

using namespace mlir;
using namespace tern;

namespace {

class Qwen2 : public Family {
public:
  std::string_view name() const override { return "qwen2"; }
  std::vector<std::string_view> huggingFaceNames() const override { return {"Qwen2ForCausalLM"}; }
  std::vector<std::string_view> ggufNames() const override { return {"qwen2"}; }

  void configure(ConfigReader &reader, const ModelFiles &model, DecoderConfig &config) const override {
    CommonDefaults defaults;
    defaults.keyValueHeads = 32;
    readCommon(reader, model, config, defaults);
    readRotary(reader, config);
    config.queryKeyValueBias = true;
    readOptionalWindows(reader, config, /*defaultWindow=*/4096);
  }

  Value layer(DecoderBuilder &b, Value x, int64_t layer) const override {
    x = b.add(x, b.selfAttention(b.norm(x, "input_layernorm"), "self_attn", layer));
    return b.add(x, b.gatedMlp(b.norm(x, "post_attention_layernorm"), "mlp"));
  }
};

} // namespace

std::unique_ptr<Family> tern::makeQwen2() { return std::make_unique<Qwen2>(); }
