//===- SmolLm3.cpp - SmolLM3 ----------------------------------------------===//
//
// Llama's layer, with no position embedding in every fourth (Yang et al., https://arxiv.org/abs/2501.18795).
//
//===----------------------------------------------------------------------===//

#include "lib/Import/Families/Families.h"

using namespace mlir;
using namespace tern;

namespace {

class SmolLm3 : public Family {
public:
  std::string_view name() const override { return "smollm3"; }
  std::vector<std::string_view> huggingFaceNames() const override { return {"SmolLM3ForCausalLM"}; }
  std::vector<std::string_view> ggufNames() const override { return {"smollm3"}; }

  void configure(ConfigReader &reader, const ModelFiles &model, DecoderConfig &config) const override {
    CommonDefaults defaults;
    defaults.tiedEmbeddings = true;
    defaults.keyValueHeads = 4;
    readCommon(reader, model, config, defaults);
    readRotary(reader, config, /*defaultTheta=*/2000000.0);
    if (model.isGguf())
      config.rotary.layout = graph::RopeLayout::Interleaved; // as Llama's converter, which these files come from
    config.queryKeyValueBias = config.outputBias = reader.flag({"attention_bias", {}}, false);
    config.mlpBias = reader.flag({"mlp_bias", {}}, false);

    std::int64_t interval = reader.count({"no_rope_layer_interval", {}}, 4);
    ConfigKey layersKey{"no_rope_layers", {}};
    std::vector<bool> usesRotary = reader.flags(layersKey);
    if (reader.has(layersKey) && usesRotary.size() < config.usesRotary.size())
      reader.problem(layersKey,
                     "must have an entry for each of the " + std::to_string(config.usesRotary.size()) +
                         " layers, got " + std::to_string(usesRotary.size()),
                     "repair config.json");
    for (std::size_t layer = 0; layer < config.usesRotary.size(); ++layer)
      config.usesRotary[layer] = layer < usesRotary.size() ? usesRotary[layer] : (layer + 1) % interval != 0;

    readOptionalWindows(reader, config, /*defaultWindow=*/std::nullopt,
                        [&](std::int64_t layer) { return !config.usesRotary[layer]; });
  }

  Value layer(DecoderBuilder &b, Value x, int64_t layer) const override {
    x = b.add(x, b.selfAttention(b.norm(x, "input_layernorm"), "self_attn", layer));
    return b.add(x, b.gatedMlp(b.norm(x, "post_attention_layernorm"), "mlp"));
  }
};

} // namespace

std::unique_ptr<Family> tern::makeSmolLm3() { return std::make_unique<SmolLm3>(); }
