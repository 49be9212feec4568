//===- Olmo2.cpp - OLMo 2 -------------------------------------------------===//
//
// Norms after attention and MLP instead of before, and on the whole of query and key. OLMo team,
// https://arxiv.org/abs/2501.00656.
//
//===----------------------------------------------------------------------===//

#include "lib/Import/Families/Families.h"

using namespace mlir;
using namespace tern;

namespace {

class Olmo2 : public Family {
public:
  std::string_view name() const override { return "olmo2"; }
  std::vector<std::string_view> huggingFaceNames() const override { return {"Olmo2ForCausalLM"}; }
  std::vector<std::string_view> ggufNames() const override { return {"olmo2"}; }

  void configure(ConfigReader &reader, const ModelFiles &model, DecoderConfig &config) const override {
    CommonDefaults defaults;
    defaults.normEpsilon = 1e-5;
    readCommon(reader, model, config, defaults);
    readRotary(reader, config);
    config.queryKeyValueBias = config.outputBias = reader.flag({"attention_bias", {}}, false);
    // OLMo 3 files share the GGUF architecture and add windows, with a rotary embedding of their own.
    if (reader.has({{}, "attention.sliding_window"})) {
      reader.problem({{}, "attention.sliding_window"}, "belongs to OLMo 3, which is not supported",
                     "use a model of OLMo 2");
      reader.ignore({{}, "attention.sliding_window"});
    }
  }

  std::vector<TensorName> tensorNames() const override {
    return {{"post_attention_layernorm", "post_attention_norm"}, {"post_feedforward_layernorm", "post_ffw_norm"}};
  }

  Value layer(DecoderBuilder &b, Value x, int64_t layer) const override {
    Value attended = b.selfAttention(x, "self_attn", layer, QueryKeyNorm::Whole);
    x = b.add(x, b.norm(attended, "post_attention_layernorm"));
    return b.add(x, b.norm(b.gatedMlp(x, "mlp"), "post_feedforward_layernorm"));
  }
};

} // namespace

std::unique_ptr<Family> tern::makeOlmo2() { return std::make_unique<Olmo2>(); }
