//===- ConfigReaderTest.cpp - Keys that are unknown, missing or wrong -----===//

#include "test/unit/Import/ModelTesting.h"

#include "tern/Import/ConfigReader.h"

#include <gmock/gmock.h>

using namespace tern;
using namespace tern::test;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

class ConfigReaderTest : public ModelTest {
protected:
  /// Problems of the tiny Llama with these keys on top of its own; null removes a key's value.
  std::string problemsWith(const Json &keys) {
    Json config = tinyLlama();
    for (const auto &[key, value] : keys.items())
      config[key] = value;
    return importConfig(config).text;
  }
};

} // namespace

TEST_F(ConfigReaderTest, UnknownKeysAreAllReported) {
  std::string text = problemsWith({{"attention_multiplier", 0.5}, {"qk_norm", true}, {"surprise", {{"a", 1}}}});
  EXPECT_THAT(text, AllOf(HasSubstr("config.json: key 'attention_multiplier': is not known"),
                          HasSubstr("key 'qk_norm'"), HasSubstr("key 'surprise'")));
}

TEST_F(ConfigReaderTest, UnknownKeysInRopeObjectsAreReported) {
  std::string text = problemsWith({{"rope_scaling", {{"rope_type", "linear"}, {"factor", 2.0}, {"bend", 1}}}});
  EXPECT_THAT(text, HasSubstr("config.json: key 'rope_scaling.bend': is not known"));
}

TEST_F(ConfigReaderTest, NullsAndBookkeepingAreNoProblem) {
  EXPECT_EQ(problemsWith({{"surprise", nullptr}, {"auto_map", Json::object()}, {"eos_token_id", {1, 2}}}), "");
}

TEST_F(ConfigReaderTest, VariantsMayBeSpelledOutAsOff) {
  EXPECT_EQ(problemsWith({{"use_mrope", false},
                          {"is_encoder_decoder", false},
                          {"lm_head_bias", false},
                          {"partial_rotary_factor", 1.0}}),
            "");
  EXPECT_THAT(problemsWith({{"use_mrope", true}, {"lm_head_bias", true}, {"partial_rotary_factor", 0.5}}),
              AllOf(HasSubstr("key 'use_mrope': must be false"), HasSubstr("key 'lm_head_bias': must be false"),
                    HasSubstr("key 'partial_rotary_factor': must be 1")));
}

TEST_F(ConfigReaderTest, QuantizedCheckpointsAreToldWhatIsSupported) {
  std::string text = problemsWith({{"quantization_config", {{"quant_method", "awq"}, {"bits", 4}}}});
  EXPECT_THAT(
      text, AllOf(HasSubstr("key 'quantization_config': quantised checkpoints are not supported"), HasSubstr("GGUF")));
}

TEST_F(ConfigReaderTest, NestedTextConfigurationIsExplained) {
  Json config{{"architectures", {"LlamaForCausalLM"}}, {"text_config", tinyLlama()}, {"vision_config", Json::object()}};
  EXPECT_THAT(importConfig(config).text, AllOf(HasSubstr("key 'text_config': models of several modalities"),
                                               HasSubstr("key 'vision_config': models that take images")));
}

TEST_F(ConfigReaderTest, ValuesOfWrongTypeAreReportedWithEvidence) {
  std::string text = problemsWith({{"hidden_size", "8"},
                                   {"rms_norm_eps", true},
                                   {"attention_bias", 1},
                                   {"hidden_act", 3},
                                   {"rope_scaling", "linear"},
                                   {"num_hidden_layers", 2.5}});
  EXPECT_THAT(text, HasSubstr("key 'hidden_size': must be a whole number from 1 to 2^31 - 1, got \"8\""));
  EXPECT_THAT(text, HasSubstr("key 'rms_norm_eps': must be a finite number, got true"));
  EXPECT_THAT(text, HasSubstr("key 'attention_bias': must be true or false, got 1"));
  EXPECT_THAT(text, HasSubstr("key 'hidden_act': must be a text, got 3"));
  EXPECT_THAT(text, HasSubstr("key 'rope_scaling': must be an object, got string"));
  EXPECT_THAT(text, HasSubstr("key 'num_hidden_layers': must be a whole number"));
}

TEST_F(ConfigReaderTest, MissingKeysAreAllReported) {
  std::string text = importConfig({{"architectures", {"LlamaForCausalLM"}}}).text;
  for (const char *key : {"hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
                          "max_position_embeddings", "vocab_size"})
    EXPECT_THAT(text, HasSubstr(std::string("key '") + key + "': is missing"));
}

TEST_F(ConfigReaderTest, CountsOutOfRangeAreReported) {
  for (const Json &wrong : {Json(0), Json(-4), Json(2147483648), Json(18446744073709551615u), Json(1e300)})
    for (const char *key : {"hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
                            "intermediate_size", "vocab_size", "max_position_embeddings", "head_dim"})
      EXPECT_THAT(problemsWith({{key, wrong}}), HasSubstr(std::string("key '") + key + "': must be a whole number"));
}

TEST_F(ConfigReaderTest, HugeModelsAreRefusedQuickly) {
  const std::int64_t most = 2147483647;
  EXPECT_THAT(problemsWith({{"num_hidden_layers", 1 << 30}}), HasSubstr("at most 4096 layers are supported"));
  EXPECT_THAT(problemsWith({{"vocab_size", most}, {"hidden_size", most - 1}}), HasSubstr("10^15 parameters"));
  EXPECT_THAT(problemsWith({{"num_attention_heads", most - 1}, {"head_dim", most - 1}}), HasSubstr("10^15 parameters"));
  EXPECT_THAT(problemsWith({{"intermediate_size", most}, {"hidden_size", most - 1}}), HasSubstr("10^15 parameters"));
  // Large and still a model: sizes of weights stay within 64 bits.
  EXPECT_EQ(problemsWith({{"vocab_size", most}, {"max_position_embeddings", most}}), "");
}

TEST_F(ConfigReaderTest, SizesThatDoNotFitAreReported) {
  EXPECT_THAT(problemsWith({{"num_attention_heads", 4}, {"num_key_value_heads", 3}}),
              HasSubstr("attention heads must be a multiple of key and value heads, got 4 and 3"));
  EXPECT_THAT(problemsWith({{"num_attention_heads", 3}, {"num_key_value_heads", 3}}),
              HasSubstr("key 'head_dim': is missing, and 8 elements do not divide into 3 heads"));
  EXPECT_THAT(problemsWith({{"head_dim", 5}}), HasSubstr("rotary embedding: 'dims' must be even"));
  EXPECT_THAT(problemsWith({{"rms_norm_eps", -1.0}}), HasSubstr("norm epsilon must not be negative"));
  EXPECT_THAT(problemsWith({{"rope_theta", 0}}), HasSubstr("'theta' and 'factor' must be positive"));
}

TEST_F(ConfigReaderTest, UnknownActivationsAndRopeTypesListTheKnownOnes) {
  EXPECT_THAT(problemsWith({{"hidden_act", "mish"}}),
              AllOf(HasSubstr("activation 'mish' is not supported"), HasSubstr("gelu_pytorch_tanh")));
  EXPECT_THAT(problemsWith({{"rope_scaling", {{"type", "spiral"}, {"factor", 2.0}}}}),
              AllOf(HasSubstr("rotary scaling 'spiral' is not supported"), HasSubstr("llama3")));
}
