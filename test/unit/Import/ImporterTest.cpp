//===- ImporterTest.cpp - Models that are right and models that are not ---===//

#include "test/unit/Import/ModelTesting.h"

#include <gmock/gmock.h>
#include <unistd.h>

using namespace tern;
using namespace tern::test;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {
class ImporterTest : public ModelTest {};
} // namespace

//===----------------------------------------------------------------------===//
// Directories
//===----------------------------------------------------------------------===//

TEST_F(ImporterTest, DirectoryWithWeightsImports) {
  write("config.json", tinyLlama().dump());
  writeSafetensors("model.safetensors", tinyLlamaTensors());
  Imported imported(directory, std::nullopt);
  EXPECT_EQ(imported.text, "");
  EXPECT_TRUE(imported.model.module);
  EXPECT_EQ(imported.model.summary.parameters, 16 * 8 * 2 + 8 + 2 * (16 + 64 + 32 + 32 + 64 + 3 * 96));
}

TEST_F(ImporterTest, DirectoryWithoutConfigIsAProblem) {
  EXPECT_THAT(Imported(directory, 1).text, HasSubstr("is a directory without config.json"));
}

TEST_F(ImporterTest, ConfigMustBeAnObject) {
  write("config.json", "[1, 2]");
  EXPECT_THAT(Imported(directory, 1).text, HasSubstr("must be a JSON object"));
}

TEST_F(ImporterTest, EmptyFilesAreProblems) {
  std::string path = write("empty.gguf", "");
  EXPECT_THAT(Imported(path, 1).text, HasSubstr(path));
  write("config.json", "");
  EXPECT_THAT(Imported(directory, 1).text, HasSubstr("config.json"));
  write("config.json", tinyLlama().dump());
  write("model.safetensors", "");
  EXPECT_THAT(Imported(directory, std::nullopt).text, HasSubstr("model.safetensors"));
}

TEST_F(ImporterTest, MissingPathIsAProblem) {
  EXPECT_THAT(Imported((directory / "nothing").string(), 1).text, HasSubstr("nothing"));
}

TEST_F(ImporterTest, UnreadableFileIsAProblem) {
  if (::geteuid() == 0)
    GTEST_SKIP() << "root may read everything";
  std::string path = write("config.json", tinyLlama().dump());
  std::filesystem::permissions(path, std::filesystem::perms::none);
  EXPECT_THAT(Imported(directory, 1).text, HasSubstr("config.json"));
}

TEST_F(ImporterTest, WithoutWeightsOneIsToldAboutRandomOnes) {
  write("config.json", tinyLlama().dump());
  Imported imported(directory, std::nullopt);
  EXPECT_THAT(imported.text, AllOf(HasSubstr("has no safetensors weights"), HasSubstr("--weights random:SEED")));
  EXPECT_EQ(imported.model.problems.size(), 1u) << imported.text;
}

TEST_F(ImporterTest, IndexNamingMissingShardIsAProblem) {
  write("config.json", tinyLlama().dump());
  Json map = Json::object();
  for (const auto &[name, shape] : tinyLlamaTensors())
    map[name] = "model-00001-of-00001.safetensors";
  write("model.safetensors.index.json", Json{{"metadata", Json::object()}, {"weight_map", map}}.dump());
  EXPECT_THAT(Imported(directory, std::nullopt).text, HasSubstr("model-00001-of-00001.safetensors"));
}

TEST_F(ImporterTest, MissingExtraAndMisshapenTensorsAreListedAtOnce) {
  write("config.json", tinyLlama().dump());
  Shapes shapes = tinyLlamaTensors();
  shapes.erase(shapes.begin() + 1); // model.norm.weight
  shapes[0].second = {17, 8};
  shapes.push_back({"model.layers.0.self_attn.q_norm.weight", {4}});
  shapes.push_back({"model.layers.2.input_layernorm.weight", {8}});
  writeSafetensors("model.safetensors", shapes);
  Imported imported(directory, std::nullopt);
  EXPECT_EQ(imported.model.problems.size(), 4u) << imported.text;
  EXPECT_THAT(imported.text,
              HasSubstr("tensor 'model.norm.weight': is missing; the architecture needs it with shape [8]"));
  EXPECT_THAT(imported.text, HasSubstr("tensor 'model.embed_tokens.weight': must have shape [16, 8], got [17, 8]"));
  EXPECT_THAT(imported.text, HasSubstr("tensor 'model.layers.0.self_attn.q_norm.weight': is not used"));
  EXPECT_THAT(imported.text, HasSubstr("tensor 'model.layers.2.input_layernorm.weight': is not used"));
}

TEST_F(ImporterTest, TiedModelMayHoldItsHeadAgain) {
  Json config = tinyLlama();
  config["tie_word_embeddings"] = true;
  write("config.json", config.dump());
  writeSafetensors("model.safetensors", tinyLlamaTensors());
  Imported imported(directory, std::nullopt);
  EXPECT_EQ(imported.text, "");
}

TEST_F(ImporterTest, BareModelNeedsNoPrefix) {
  write("config.json", tinyLlama().dump());
  Shapes shapes = tinyLlamaTensors();
  for (auto &[name, shape] : shapes)
    if (name.rfind("model.", 0) == 0)
      name = name.substr(6);
  writeSafetensors("model.safetensors", shapes);
  EXPECT_EQ(Imported(directory, std::nullopt).text, "");
}

TEST_F(ImporterTest, UnsupportedArchitectureListsTheSupportedOnes) {
  Json config = tinyLlama();
  config["architectures"] = {"FooForCausalLM"};
  Imported imported = importConfig(config);
  EXPECT_THAT(imported.text, AllOf(HasSubstr("'FooForCausalLM' is not supported"), HasSubstr("LlamaForCausalLM"),
                                   HasSubstr("Olmo2ForCausalLM")));
  config.erase("architectures");
  EXPECT_THAT(importConfig(config).text, HasSubstr("names no architecture"));
}

TEST_F(ImporterTest, ModelTypeMustNotContradictArchitectures) {
  Json config = tinyLlama();
  config["model_type"] = "mistral";
  EXPECT_THAT(importConfig(config).text, HasSubstr("key 'model_type': must be 'llama'"));
}

//===----------------------------------------------------------------------===//
// GGUF
//===----------------------------------------------------------------------===//

TEST_F(ImporterTest, GgufImports) {
  GgufWriter writer = tinyLlamaGguf();
  Imported imported(write("model.gguf", addTinyLlamaTensors(writer).str()), std::nullopt);
  EXPECT_EQ(imported.text, "");
  EXPECT_TRUE(imported.model.module);
}

TEST_F(ImporterTest, GgufMustHaveItsKeys) {
  for (const char *key :
       {"llama.embedding_length", "llama.block_count", "llama.feed_forward_length", "llama.attention.head_count",
        "llama.context_length", "llama.attention.layer_norm_rms_epsilon"}) {
    GgufWriter writer = tinyLlamaGguf(key);
    Imported imported(write("model.gguf", addTinyLlamaTensors(writer).str()), std::nullopt);
    EXPECT_THAT(imported.text, HasSubstr(std::string("key '") + key + "': is missing"));
  }
}

TEST_F(ImporterTest, GgufKeysOfWrongTypeAreProblems) {
  GgufWriter writer = tinyLlamaGguf("llama.embedding_length");
  writer.text("llama.embedding_length", "eight").text("llama.rope.freq_base", "big");
  Imported imported(write("model.gguf", addTinyLlamaTensors(writer).str()), std::nullopt);
  EXPECT_THAT(imported.text, AllOf(HasSubstr("key 'llama.embedding_length': must be a whole number"),
                                   HasSubstr("key 'llama.rope.freq_base': must be a finite number")));
}

TEST_F(ImporterTest, GgufHeadCountsPerLayerMustBeEqual) {
  GgufWriter equal = tinyLlamaGguf("llama.attention.head_count_kv");
  equal.array<std::uint32_t>("llama.attention.head_count_kv", GgufType::UInt32, {1, 1});
  EXPECT_EQ(Imported(write("equal.gguf", addTinyLlamaTensors(equal).str()), std::nullopt).text, "");
  GgufWriter other = tinyLlamaGguf("llama.attention.head_count_kv");
  other.array<std::uint32_t>("llama.attention.head_count_kv", GgufType::UInt32, {1, 2});
  EXPECT_THAT(Imported(write("other.gguf", addTinyLlamaTensors(other).str()), std::nullopt).text,
              HasSubstr("key 'llama.attention.head_count_kv': must be a whole number from 1 to 2^31 - 1, the same for "
                        "every layer, got an array"));
}

TEST_F(ImporterTest, GgufOfUnknownArchitectureListsTheSupportedOnes) {
  GgufWriter writer;
  writer.text("general.architecture", "mamba");
  EXPECT_THAT(Imported(write("model.gguf", writer.str()), std::nullopt).text,
              AllOf(HasSubstr("'mamba' is not supported"), HasSubstr("llama"), HasSubstr("olmo2")));
  EXPECT_THAT(Imported(write("none.gguf", GgufWriter().str()), std::nullopt).text, HasSubstr("general.architecture"));
}

TEST_F(ImporterTest, GgufWithVocabularyAloneLacksTensors) {
  Imported imported(write("model.gguf", tinyLlamaGguf().str()), std::nullopt);
  EXPECT_THAT(imported.text, AllOf(HasSubstr("token_embd.weight"), HasSubstr("tensor 'blk.1.ffn_down.weight'")));
  EXPECT_FALSE(imported.model.module);
}

TEST_F(ImporterTest, GgufWithExpertsIsAProblem) {
  GgufWriter writer = tinyLlamaGguf();
  writer.key<std::uint32_t>("llama.expert_count", GgufType::UInt32, 8);
  writer.key<std::uint32_t>("llama.expert_used_count", GgufType::UInt32, 0);
  Imported imported(write("model.gguf", addTinyLlamaTensors(writer).str()), std::nullopt);
  EXPECT_THAT(imported.text, HasSubstr("key 'llama.expert_count': mixtures of experts are not supported"));
  EXPECT_THAT(imported.text, Not(HasSubstr("expert_used_count")));
}

TEST_F(ImporterTest, GgufKeysNobodyKnowsAreProblems) {
  GgufWriter writer = tinyLlamaGguf();
  writer.key("llama.attention.scale", GgufType::Float32, 0.5f).text("mradermacher.quantized_by", "x");
  Imported imported(write("model.gguf", addTinyLlamaTensors(writer).str()), std::nullopt);
  EXPECT_THAT(imported.text, HasSubstr("key 'llama.attention.scale': is not known"));
  EXPECT_EQ(imported.model.problems.size(), 1u) << imported.text;
}

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

TEST_F(ImporterTest, EveryOpHasItsModulePath) {
  for (const auto &folder : std::filesystem::directory_iterator(TERN_TEST_DIR "/../../numerics/goldens")) {
    if (!std::filesystem::exists(folder.path() / "config.json"))
      continue;
    Imported imported(folder.path(), 1);
    ASSERT_TRUE(imported.model.module) << folder.path() << imported.text;
    imported.model.module->walk([&](mlir::Operation *op) {
      auto name = llvm::dyn_cast<mlir::NameLoc>(op->getLoc());
      EXPECT_TRUE(name && !name.getName().empty()) << folder.path() << ": " << op->getName().getStringRef().str();
    });
  }
}
