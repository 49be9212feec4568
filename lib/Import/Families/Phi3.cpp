//===- Phi3.cpp - Phi-3, 3.5 and Phi-4 mini -------------------------------===//
//
// Llama's layer with one projection for query, key and value, one for gate and up, and longrope scaling for long
// contexts. Abdin et al., https://arxiv.org/abs/2404.14219.
//
//===----------------------------------------------------------------------===//

#include "lib/Import/Families/Families.h"

#include <cmath>

using namespace mlir;
using namespace tern;

namespace {

class Phi3 : public Family {
public:
  std::string_view name() const override { return "phi3"; }
  std::vector<std::string_view> huggingFaceNames() const override { return {"Phi3ForCausalLM"}; }
  std::vector<std::string_view> ggufNames() const override { return {"phi3"}; }

  void configure(ConfigReader &reader, const ModelFiles &model, DecoderConfig &config) const override {
    CommonDefaults defaults;
    defaults.normEpsilon = 1e-5;
    readCommon(reader, model, config, defaults);
    config.rotary.mayBePartial = true;
    if (!model.isGguf())
      config.rotary.original = 4096;
    readRotary(reader, config);
    if (model.isGguf()) {
      // The file names no scaling; the tensors of factors are the sign of it.
      bool isLong = model.findTensor("rope_factors_long.weight");
      config.rotary.scaling = isLong ? graph::RopeScaling::Longrope : graph::RopeScaling::Default;
      // These files state a window, or 0 for none, that their converter does not fill in faithfully.
      if (reader.number({{}, "attention.sliding_window"}, 0.0) != 0.0)
        readUniformWindow(reader, config, /*defaultWindow=*/std::nullopt);
    } else {
      readUniformWindow(reader, config, /*defaultWindow=*/std::nullopt);
    }
  }

  Value layer(DecoderBuilder &b, Value x, int64_t layer) const override {
    x = b.add(x, selfAttention(b, b.norm(x, "input_layernorm"), layer));
    return b.add(x, mlp(b, b.norm(x, "post_attention_layernorm"), layer));
  }

private:
  static std::string path(int64_t layer, const char *module) {
    return "model.layers." + std::to_string(layer) + "." + module;
  }

  static Value selfAttention(DecoderBuilder &b, Value input, int64_t layer) {
    DecoderBuilder::Scope inside(b, path(layer, "self_attn"));
    int64_t size = b.config().headSize, heads = b.config().heads, groups = b.config().keyValueHeads;
    Value all = b.linear(input, "qkv_proj", (heads + 2 * groups) * size, false);
    Value query = b.splitHeads(b.slice(all, 0, heads * size), heads);
    Value key = b.splitHeads(b.slice(all, heads * size, (heads + groups) * size), groups);
    Value value = b.splitHeads(b.slice(all, (heads + groups) * size, (heads + 2 * groups) * size), groups);
    Value mixed = b.attend(b.rotate(query, layer), b.rotate(key, layer), value, layer);
    return b.linear(mixed, "o_proj", b.config().hidden, false);
  }

  static Value mlp(DecoderBuilder &b, Value input, int64_t layer) {
    DecoderBuilder::Scope inside(b, path(layer, "mlp"));
    int64_t size = b.config().intermediate;
    Value both = b.linear(input, "gate_up_proj", 2 * size, false);
    Value gated = b.multiply(b.activate(b.slice(both, 0, size)), b.slice(both, size, 2 * size));
    return b.linear(gated, "down_proj", b.config().hidden, false);
  }
};

} // namespace

std::unique_ptr<Family> tern::makePhi3() { return std::make_unique<Phi3>(); }
