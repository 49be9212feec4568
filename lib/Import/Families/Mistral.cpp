//===- Mistral.cpp - Mistral 7B and its kin -------------------------------===//
//
// Llama's layer with a sliding window in every layer. Jiang et al., https://arxiv.org/abs/2310.06825. GGUF files of
// these models say "llama".
//
//===----------------------------------------------------------------------===//

#include "lib/Import/Families/Families.h"

using namespace mlir;
using namespace tern;

namespace {

class Mistral : public Family {
public:
  std::string_view name() const override { return "mistral"; }
  std::vector<std::string_view> huggingFaceNames() const override { return {"MistralForCausalLM"}; }
  std::vector<std::string_view> ggufNames() const override { return {}; }

  void configure(ConfigReader &reader, const ModelFiles &model, DecoderConfig &config) const override {
    CommonDefaults defaults;
    defaults.keyValueHeads = 8;
    readCommon(reader, model, config, defaults);
    readRotary(reader, config);
    readUniformWindow(reader, config, /*defaultWindow=*/4096);
  }

  Value layer(DecoderBuilder &b, Value x, int64_t layer) const override {
    x = b.add(x, b.selfAttention(b.norm(x, "input_layernorm"), "self_attn", layer));
    return b.add(x, b.gatedMlp(b.norm(x, "post_attention_layernorm"), "mlp"));
  }
};

} // namespace

std::unique_ptr<Family> tern::makeMistral() { return std::make_unique<Mistral>(); }
