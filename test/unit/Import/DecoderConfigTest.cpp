//===- DecoderConfigTest.cpp - What configurations mean, family by family -===//
//
// Expected values are what the configuration classes of transformers 5 make of the same keys.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Import/ModelTesting.h"

#include "tern/Import/Family.h"

#include <cmath>
#include <gmock/gmock.h>

using namespace tern;
using namespace tern::test;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

using Window = std::optional<std::int64_t>;

struct Configured {
  DecoderConfig config;
  std::string text; ///< Problems, one a line.
};

class DecoderConfigTest : public ModelTest {
protected:
  /// Reads the tiny Llama's sizes as another architecture, with `keys` on top; a discarded value removes a key.
  Configured read(const char *architecture, const Json &keys = Json::object()) {
    Json config = tinyLlama();
    config["architectures"] = {architecture};
    for (const char *key : {"model_type", "rope_theta", "num_key_value_heads", "rms_norm_eps"})
      config.erase(key);
    for (const auto &[key, value] : keys.items())
      config[key] = value;
    return readWhole(config);
  }

  Configured readWhole(const Json &config) {
    write("config.json", config.dump());
    Problems problems;
    Configured configured;
    Result<ModelFiles> model = ModelFiles::open(directory, problems);
    Result<const Family *> family = familyOf(*model);
    if (!family)
      return {{}, family.problem().str()};
    ConfigReader reader(*model, problems);
    (*family)->configure(reader, *model, configured.config);
    reader.reportUnread();
    for (const Problem &problem : problems)
      configured.text += problem.str() + "\n";
    return configured;
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// Defaults
//===----------------------------------------------------------------------===//

TEST_F(DecoderConfigTest, AbsentKeyValueHeadsMeanTheFamilysDefault) {
  EXPECT_EQ(read("LlamaForCausalLM").config.keyValueHeads, 2);
  EXPECT_EQ(read("Phi3ForCausalLM").config.keyValueHeads, 2);
  EXPECT_EQ(read("Olmo2ForCausalLM").config.keyValueHeads, 2);
  EXPECT_EQ(read("MistralForCausalLM").config.keyValueHeads, 8);
  EXPECT_EQ(read("Qwen2ForCausalLM").config.keyValueHeads, 32);
  EXPECT_EQ(read("Qwen3ForCausalLM").config.keyValueHeads, 32);
  EXPECT_EQ(read("SmolLM3ForCausalLM").config.keyValueHeads, 4);
  EXPECT_EQ(read("Gemma2ForCausalLM").config.keyValueHeads, 4);
  // null means as many as heads.
  EXPECT_EQ(read("MistralForCausalLM", {{"num_key_value_heads", nullptr}}).config.keyValueHeads, 2);
}

TEST_F(DecoderConfigTest, AbsentHeadSizeMeansTheFamilysDefault) {
  EXPECT_EQ(read("LlamaForCausalLM").config.headSize, 4);
  EXPECT_EQ(read("MistralForCausalLM", {{"head_dim", nullptr}}).config.headSize, 4);
  EXPECT_EQ(read("Qwen2ForCausalLM", {{"head_dim", 6}}).config.headSize, 6);
  for (auto [name, size] :
       {std::pair("Qwen3ForCausalLM", 128), {"Gemma2ForCausalLM", 256}, {"Gemma3ForCausalLM", 256}}) {
    DecoderConfig config = read(name).config;
    EXPECT_EQ(config.headSize, size);
    EXPECT_EQ(config.rotary.dims, size);
    EXPECT_DOUBLE_EQ(config.attentionScale, 1 / std::sqrt(double(size)));
  }
  EXPECT_EQ(read("Gemma3ForCausalLM").config.localRotary->dims, 256);
}

TEST_F(DecoderConfigTest, OtherDefaults) {
  EXPECT_EQ(read("LlamaForCausalLM").config.normEpsilon, 1e-6);
  EXPECT_EQ(read("Olmo2ForCausalLM").config.normEpsilon, 1e-5);
  EXPECT_EQ(read("Phi3ForCausalLM").config.normEpsilon, 1e-5);
  EXPECT_FALSE(read("LlamaForCausalLM").config.tiedEmbeddings);
  EXPECT_TRUE(read("Gemma2ForCausalLM").config.tiedEmbeddings);
  EXPECT_TRUE(read("SmolLM3ForCausalLM").config.tiedEmbeddings);
  EXPECT_EQ(read("LlamaForCausalLM").config.rotary.theta, 1e4);
  EXPECT_EQ(read("SmolLM3ForCausalLM").config.rotary.theta, 2e6);
  EXPECT_EQ(read("Gemma3ForCausalLM").config.rotary.theta, 1e6);
  EXPECT_EQ(read("Gemma3ForCausalLM").config.localRotary->theta, 1e4);
}

TEST_F(DecoderConfigTest, ActivationComesFromTheKeyOfTheFamily) {
  EXPECT_EQ(read("LlamaForCausalLM", {{"hidden_act", "gelu"}}).config.activation, graph::Activation::Gelu);
  EXPECT_THAT(read("LlamaForCausalLM", {{"hidden_activation", "gelu"}}).text, HasSubstr("key 'hidden_activation'"));
  // Gemma's first files say gelu in hidden_act and mean the tanh form.
  Configured gemma = read("Gemma2ForCausalLM", {{"hidden_act", "gelu"}});
  EXPECT_EQ(gemma.config.activation, graph::Activation::GeluTanh);
  EXPECT_EQ(gemma.text, "");
}

TEST_F(DecoderConfigTest, Biases) {
  DecoderConfig qwen = read("Qwen2ForCausalLM").config;
  EXPECT_TRUE(qwen.queryKeyValueBias && !qwen.outputBias && !qwen.mlpBias);
  DecoderConfig llama = read("LlamaForCausalLM", {{"attention_bias", true}, {"mlp_bias", true}}).config;
  EXPECT_TRUE(llama.queryKeyValueBias && llama.outputBias && llama.mlpBias);
  for (const char *name : {"Phi3ForCausalLM", "MistralForCausalLM", "Qwen2ForCausalLM"}) {
    EXPECT_EQ(read(name, {{"attention_bias", false}, {"mlp_bias", false}}).text, "");
    EXPECT_THAT(read(name, {{"attention_bias", true}}).text, HasSubstr("key 'attention_bias': must be false"));
  }
}

TEST_F(DecoderConfigTest, Gpt2) {
  Json config = Json::parse(R"({"architectures": ["GPT2LMHeadModel"], "n_embd": 8, "n_head": 2, "n_layer": 2,
                                "n_positions": 16, "n_ctx": 16, "vocab_size": 10})");
  Configured gpt2 = readWhole(config);
  EXPECT_EQ(gpt2.text, "");
  EXPECT_EQ(gpt2.config.intermediate, 32);
  EXPECT_EQ(gpt2.config.activation, graph::Activation::GeluTanh);
  EXPECT_TRUE(gpt2.config.tiedEmbeddings);
  config["n_head"] = 3;
  config["scale_attn_by_inverse_layer_idx"] = true;
  config["add_cross_attention"] = true;
  EXPECT_THAT(readWhole(config).text, AllOf(HasSubstr("key 'n_head': must divide the 8 elements, got 3"),
                                            HasSubstr("key 'scale_attn_by_inverse_layer_idx': must be false"),
                                            HasSubstr("key 'add_cross_attention': must be false")));
}

//===----------------------------------------------------------------------===//
// Rotary embedding
//===----------------------------------------------------------------------===//

TEST_F(DecoderConfigTest, OldAndNewSpellingOfRopeAgree) {
  Json inner{
      {"factor", 8.0}, {"low_freq_factor", 1.0}, {"high_freq_factor", 4.0}, {"original_max_position_embeddings", 16}};
  Json oldest = inner, older = inner, newer = inner;
  oldest["type"] = older["rope_type"] = newer["rope_type"] = "llama3";
  newer["rope_theta"] = 5e5;
  RotaryConfig expected = read("LlamaForCausalLM", {{"rope_parameters", newer}}).config.rotary;
  EXPECT_EQ(expected.scaling, graph::RopeScaling::Llama3);
  EXPECT_EQ(expected.theta, 5e5);
  EXPECT_EQ(expected.original, 16);
  for (const Json &scaling : {oldest, older}) {
    Configured configured = read("LlamaForCausalLM", {{"rope_scaling", scaling}, {"rope_theta", 5e5}});
    EXPECT_EQ(configured.text, "");
    EXPECT_TRUE(configured.config.rotary == expected);
  }
}

TEST_F(DecoderConfigTest, BothSpellingsOfRopeMustAgree) {
  Json linear{{"rope_type", "linear"}, {"factor", 2.0}}, other{{"rope_type", "linear"}, {"factor", 4.0}};
  EXPECT_EQ(read("LlamaForCausalLM", {{"rope_scaling", linear}, {"rope_parameters", linear}}).text, "");
  EXPECT_THAT(read("LlamaForCausalLM", {{"rope_scaling", linear}, {"rope_parameters", other}}).text,
              HasSubstr("key 'rope_scaling': must say the same as rope_parameters"));
  EXPECT_EQ(
      read("LlamaForCausalLM", {{"rope_scaling", Json::object()}, {"rope_parameters", other}}).config.rotary.factor, 4);
}

TEST_F(DecoderConfigTest, OriginalContextBesideTheRopeObjectOutranksTheOneInIt) {
  Json longrope{{"type", "longrope"},
                {"short_factor", {1.0, 1.0}},
                {"long_factor", {2.0, 2.0}},
                {"original_max_position_embeddings", 16}};
  Configured configured =
      read("Phi3ForCausalLM", {{"rope_scaling", longrope}, {"original_max_position_embeddings", 8}});
  EXPECT_EQ(configured.text, "");
  EXPECT_EQ(configured.config.rotary.original, 8);
  EXPECT_DOUBLE_EQ(configured.config.rotary.attentionFactor, std::sqrt(1 + std::log(32.0 / 8) / std::log(8.0)));
  // Without the key Phi-3 means 4096.
  EXPECT_EQ(read("Phi3ForCausalLM", {{"rope_scaling", longrope}}).config.rotary.original, 4096);
  EXPECT_EQ(read("LlamaForCausalLM", {{"rope_scaling", longrope}}).config.rotary.original, 16);
}

TEST_F(DecoderConfigTest, LongropeHasOlderNames) {
  for (const char *name : {"longrope", "su", "yarn"}) {
    Json object{{"type", name}, {"short_factor", {1.0, 1.0}}, {"long_factor", {2.0, 2.0}}};
    Configured configured =
        read("Phi3ForCausalLM", {{"rope_scaling", object}, {"original_max_position_embeddings", 8}});
    EXPECT_EQ(configured.text, "");
    EXPECT_EQ(configured.config.rotary.scaling, graph::RopeScaling::Longrope);
  }
}

TEST_F(DecoderConfigTest, LongropeNeedsAFactorForEachPair) {
  Json object{{"type", "longrope"}, {"short_factor", {1.0}}, {"long_factor", {1.0, "x"}}};
  EXPECT_THAT(read("Phi3ForCausalLM", {{"rope_scaling", object}}).text,
              AllOf(HasSubstr("key 'rope_scaling.short_factor': must have 2 numbers, got 1"),
                    HasSubstr("key 'rope_scaling.long_factor': must be a list of numbers")));
}

TEST_F(DecoderConfigTest, PartialRotaryFactorIsPhi3s) {
  EXPECT_EQ(read("Phi3ForCausalLM", {{"partial_rotary_factor", 0.5}}).config.rotary.dims, 2);
  Json inside{{"rope_type", "default"}, {"rope_theta", 1e4}, {"partial_rotary_factor", 0.5}};
  EXPECT_EQ(read("Phi3ForCausalLM", {{"rope_parameters", inside}}).config.rotary.dims, 2);
  EXPECT_THAT(read("LlamaForCausalLM", {{"rope_parameters", inside}}).text,
              HasSubstr("key 'rope_parameters.partial_rotary_factor': must be 1"));
  for (double wrong : {0.0, -1.0, 1.5, 1e300})
    EXPECT_THAT(read("Phi3ForCausalLM", {{"partial_rotary_factor", wrong}}).text,
                HasSubstr("key 'partial_rotary_factor': must be above 0 and at most 1"));
}

TEST_F(DecoderConfigTest, Yarn) {
  Json object{{"type", "yarn"}, {"factor", 4.0}, {"original_max_position_embeddings", 8}, {"beta_fast", 0}};
  RotaryConfig rotary = read("Qwen2ForCausalLM", {{"rope_scaling", object}}).config.rotary;
  EXPECT_EQ(rotary.scaling, graph::RopeScaling::Yarn);
  EXPECT_EQ(rotary.betaFast, 32);
  EXPECT_DOUBLE_EQ(rotary.attentionFactor, 0.1 * std::log(4.0) + 1);
}

TEST_F(DecoderConfigTest, DynamicScalingKnowsTheMaximumAlone) {
  Json object{{"type", "dynamic"}, {"factor", 2.0}};
  EXPECT_EQ(read("LlamaForCausalLM", {{"rope_scaling", object}}).config.rotary.original, 32);
  object["original_max_position_embeddings"] = 16;
  EXPECT_THAT(read("LlamaForCausalLM", {{"rope_scaling", object}}).text,
              HasSubstr("must equal max_position_embeddings with dynamic scaling"));
}

TEST_F(DecoderConfigTest, GemmaThreeHasTwoRotaryEmbeddings) {
  Json both{{"full_attention", {{"rope_type", "linear"}, {"factor", 8.0}, {"rope_theta", 2e6}}},
            {"sliding_attention", {{"rope_type", "default"}, {"rope_theta", 5e3}}}};
  DecoderConfig config = read("Gemma3ForCausalLM", {{"rope_parameters", both}}).config;
  EXPECT_EQ(config.rotary.theta, 2e6);
  EXPECT_EQ(config.rotary.scaling, graph::RopeScaling::Linear);
  EXPECT_EQ(config.localRotary->theta, 5e3);
  EXPECT_EQ(config.localRotary->scaling, graph::RopeScaling::Default);
  DecoderConfig older = read("Gemma3ForCausalLM", {{"rope_theta", 2e6},
                                                   {"rope_local_base_freq", 5e3},
                                                   {"rope_scaling", {{"rope_type", "linear"}, {"factor", 8.0}}}})
                            .config;
  EXPECT_TRUE(older.rotary == config.rotary && *older.localRotary == *config.localRotary);
  // Flat parameters would not say which embedding they are of.
  EXPECT_THAT(read("Gemma3ForCausalLM", {{"rope_parameters", {{"rope_type", "default"}}}}).text,
              HasSubstr("key 'rope_parameters.rope_type'"));
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

TEST_F(DecoderConfigTest, MistralsWindow) {
  EXPECT_THAT(read("MistralForCausalLM").config.windows, Each(Window(4096)));
  EXPECT_THAT(read("MistralForCausalLM", {{"sliding_window", nullptr}}).config.windows, Each(Window()));
  EXPECT_THAT(read("MistralForCausalLM", {{"sliding_window", 7}}).config.windows, Each(Window(7)));
  EXPECT_THAT(read("MistralForCausalLM", {{"layer_types", {"full_attention", "sliding_attention"}}}).text,
              HasSubstr("key 'layer_types': must give every layer the attention that sliding_window says"));
}

TEST_F(DecoderConfigTest, WindowsOfQwenAreOptional) {
  EXPECT_THAT(read("Qwen2ForCausalLM", {{"sliding_window", 7}}).config.windows, Each(Window()));
  Json on{{"use_sliding_window", true}, {"sliding_window", 7}, {"max_window_layers", 1}};
  EXPECT_THAT(read("Qwen2ForCausalLM", on).config.windows, ElementsAre(Window(), Window(7)));
  on["max_window_layers"] = 0;
  EXPECT_THAT(read("Qwen3ForCausalLM", on).config.windows, Each(Window(7)));
  on["sliding_window"] = nullptr;
  EXPECT_THAT(read("Qwen3ForCausalLM", on).config.windows, Each(Window()));
  on["layer_types"] = {"full_attention", "sliding_attention"};
  EXPECT_THAT(read("Qwen3ForCausalLM", on).text, HasSubstr("key 'sliding_window': is missing"));
  EXPECT_THAT(read("Qwen2ForCausalLM", {{"layer_types", {"full_attention", "sliding_attention"}}}).text,
              HasSubstr("must have no sliding attention while use_sliding_window is false"));
}

TEST_F(DecoderConfigTest, LayerTypesMustFitTheLayers) {
  for (const Json &types : {Json::array(), Json{"full_attention"}, Json(3, "full_attention")})
    EXPECT_THAT(read("Gemma2ForCausalLM", {{"layer_types", types}}).text,
                HasSubstr("key 'layer_types': must have an entry for each of the 2 layers, got " +
                          std::to_string(types.size())));
  EXPECT_THAT(read("Gemma2ForCausalLM", {{"layer_types", {"full_attention", "linear_attention"}}}).text,
              HasSubstr("layer type 'linear_attention' is not supported"));
  EXPECT_THAT(read("Gemma2ForCausalLM", {{"layer_types", 3}}).text, HasSubstr("must be a list of texts"));
}

TEST_F(DecoderConfigTest, GemmasWindowsAlternate) {
  EXPECT_THAT(read("Gemma2ForCausalLM").config.windows, ElementsAre(Window(4096), Window()));
  EXPECT_THAT(read("Gemma3ForCausalLM", {{"sliding_window_pattern", 2}, {"sliding_window", 7}}).config.windows,
              ElementsAre(Window(7), Window()));
  EXPECT_EQ(read("Gemma2ForCausalLM", {{"sliding_window_size", 4096}}).text, "");
  EXPECT_THAT(read("Gemma2ForCausalLM", {{"sliding_window_size", 5}}).text, HasSubstr("must equal sliding_window"));
}

TEST_F(DecoderConfigTest, SoftCapsAreOffWhereNull) {
  EXPECT_EQ(read("Gemma2ForCausalLM").config.attentionSoftCap, 50.0);
  EXPECT_EQ(read("Gemma2ForCausalLM").config.logitSoftCap, 30.0);
  EXPECT_EQ(read("Gemma2ForCausalLM", {{"attn_logit_softcapping", nullptr}}).config.attentionSoftCap, std::nullopt);
  EXPECT_EQ(read("Gemma3ForCausalLM").config.logitSoftCap, std::nullopt);
}

TEST_F(DecoderConfigTest, SmolLmThreeLeavesLayersWithoutPositions) {
  EXPECT_THAT(read("SmolLM3ForCausalLM", {{"no_rope_layer_interval", 2}}).config.usesRotary, ElementsAre(true, false));
  EXPECT_THAT(read("SmolLM3ForCausalLM", {{"no_rope_layers", {0, 1, 1}}}).config.usesRotary, ElementsAre(false, true));
  EXPECT_THAT(read("SmolLM3ForCausalLM", {{"no_rope_layers", Json::array()}}).text,
              HasSubstr("key 'no_rope_layers': must have an entry for each of the 2 layers, got 0"));
}
