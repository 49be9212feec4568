//===- Gemma.cpp - Gemma 2 and Gemma 3 (text) -----------------------------===//
//
// Norms before and after attention and MLP, weights of norms as 1 + w, embeddings scaled by sqrt(hidden), windows in
// most layers. Gemma 2 caps scores and logits (Gemma team, https://arxiv.org/abs/2408.00118); Gemma 3 has norms on
// heads and a rotary embedding of its own in layers with a window (https://arxiv.org/abs/2503.19786).
//
//===----------------------------------------------------------------------===//

#include "lib/Import/Families/Families.h"

#include <cmath>

using namespace mlir;
using namespace tern;

namespace {

class Gemma : public Family {
public:
  std::vector<TensorName> tensorNames() const override {
    return {{"post_attention_layernorm", "post_attention_norm"},
            {"pre_feedforward_layernorm", "ffn_norm"},
            {"post_feedforward_layernorm", "post_ffw_norm"}};
  }

protected:
  /// What both versions share. `largestLayers` is the depth of the one size (27B) whose queries are scaled by
  /// hidden / heads instead of the head size; GGUF files do not say so.
  void configureCommon(ConfigReader &reader, const ModelFiles &model, DecoderConfig &config,
                       std::int64_t largestLayers) const {
    CommonDefaults defaults;
    defaults.tiedEmbeddings = true;
    defaults.keyValueHeads = 4;
    defaults.headSize = 256;
    defaults.activationKey = "hidden_activation";
    defaults.activation = graph::Activation::GeluTanh;
    readCommon(reader, model, config, defaults);
    reader.ignore({"hidden_act", {}}); // superseded by hidden_activation
    config.normOffset = 1.0;
    config.embeddingScale = std::sqrt(static_cast<double>(config.hidden));
    config.queryKeyValueBias = config.outputBias = reader.flag({"attention_bias", {}}, false);
    double ggufScalar = config.layers == largestLayers ? double(config.hidden / config.heads) : double(config.headSize);
    double scalar = model.isGguf() ? ggufScalar : reader.number({"query_pre_attn_scalar", {}}, 256.0);
    config.attentionScale = 1.0 / std::sqrt(scalar);
  }

  /// A soft cap: absent means the default of the architecture, null none.
  static std::optional<double> readCap(ConfigReader &reader, ConfigKey key, std::optional<double> byDefault) {
    if (reader.has(key))
      return reader.number(key);
    return reader.isNull(key) ? std::nullopt : byDefault;
  }
};

class Gemma2 : public Gemma {
public:
  std::string_view name() const override { return "gemma2"; }
  std::vector<std::string_view> huggingFaceNames() const override { return {"Gemma2ForCausalLM"}; }
  std::vector<std::string_view> ggufNames() const override { return {"gemma2"}; }

  void configure(ConfigReader &reader, const ModelFiles &model, DecoderConfig &config) const override {
    configureCommon(reader, model, config, /*largestLayers=*/46);
    readRotary(reader, config);
    readWindows(reader, config, 4096, [](std::int64_t layer) { return layer % 2 == 0; });
    config.attentionSoftCap = readCap(reader, {"attn_logit_softcapping", "attn_logit_softcapping"}, 50.0);
    config.logitSoftCap = readCap(reader, {"final_logit_softcapping", "final_logit_softcapping"}, 30.0);
    ConfigKey older{"sliding_window_size", {}}; // in some files beside sliding_window
    if (reader.has(older) && reader.count(older) != reader.count({"sliding_window", {}}, 4096))
      reader.problem(older, "must equal sliding_window", "repair config.json");
  }

  Value layer(DecoderBuilder &b, Value x, int64_t layer) const override {
    Value attended = b.selfAttention(b.norm(x, "input_layernorm"), "self_attn", layer);
    x = b.add(x, b.norm(attended, "post_attention_layernorm"));
    Value mixed = b.gatedMlp(b.norm(x, "pre_feedforward_layernorm"), "mlp");
    return b.add(x, b.norm(mixed, "post_feedforward_layernorm"));
  }
};

class Gemma3 : public Gemma {
public:
  std::string_view name() const override { return "gemma3"; }
  std::vector<std::string_view> huggingFaceNames() const override { return {"Gemma3ForCausalLM"}; }
  std::vector<std::string_view> ggufNames() const override { return {"gemma3"}; }

  void configure(ConfigReader &reader, const ModelFiles &model, DecoderConfig &config) const override {
    configureCommon(reader, model, config, /*largestLayers=*/62);
    readBothRotaries(reader, config);
    std::int64_t pattern = reader.count({"sliding_window_pattern", {}}, 6);
    reader.ignore({"_sliding_window_pattern", {}});
    std::optional<std::int64_t> byDefault = model.isGguf() ? std::nullopt : std::optional<std::int64_t>(4096);
    readWindows(reader, config, byDefault, [&](std::int64_t layer) { return (layer + 1) % pattern != 0; });
    config.attentionSoftCap = readCap(reader, {"attn_logit_softcapping", {}}, std::nullopt);
    config.logitSoftCap = readCap(reader, {"final_logit_softcapping", "final_logit_softcapping"}, std::nullopt);
  }

  Value layer(DecoderBuilder &b, Value x, int64_t layer) const override {
    Value attended = b.selfAttention(b.norm(x, "input_layernorm"), "self_attn", layer, QueryKeyNorm::PerHead);
    x = b.add(x, b.norm(attended, "post_attention_layernorm"));
    Value mixed = b.gatedMlp(b.norm(x, "pre_feedforward_layernorm"), "mlp");
    return b.add(x, b.norm(mixed, "post_feedforward_layernorm"));
  }

private:
  /// Layers with full attention use a large theta and any scaling, those with a window a small theta and none.
  void readBothRotaries(ConfigReader &reader, DecoderConfig &config) const {
    RotaryConfig local;
    local.dims = config.headSize;
    if (reader.isGguf()) {
      readRotary(reader, config, 1000000.0);
      local.theta = reader.number({{}, "rope.freq_base_swa"}, 10000.0);
    } else if (std::optional<ConfigReader> both = reader.object("rope_parameters")) {
      config.rotary.dims = config.headSize;
      config.rotary.theta = reader.number({"rope_theta", {}}, 1000000.0);
      local.theta = reader.number({"rope_local_base_freq", {}}, 10000.0);
      for (auto [type, rotary] : {std::pair("full_attention", &config.rotary), {"sliding_attention", &local}})
        if (std::optional<ConfigReader> object = both->object(type)) {
          readRotaryObject(*object, config, *rotary);
          object->reportUnread();
        }
      both->reportUnread();
    } else {
      readRotary(reader, config, 1000000.0);
      local.theta = reader.number({"rope_local_base_freq", {}}, 10000.0);
    }
    config.localRotary = local;
  }
};

} // namespace

std::unique_ptr<Family> tern::makeGemma2() { return std::make_unique<Gemma2>(); }
std::unique_ptr<Family> tern::makeGemma3() { return std::make_unique<Gemma3>(); }
