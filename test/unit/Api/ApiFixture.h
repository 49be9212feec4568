//===- ApiFixture.h - The tiny model as an artifact ---------------*- C++ -*-===//

#ifndef TERN_TEST_UNIT_API_APIFIXTURE_H
#define TERN_TEST_UNIT_API_APIFIXTURE_H

#include "runtime/Artifact/ModelText.h"
#include "runtime/include/tern/tern.h"
#include "test/unit/Cpu/TinyModel.h"

#include <cstdio>
#include <fstream>
#include <gmock/gmock.h>
#include <unistd.h>

namespace tern::testing {

/// Letters are tokens 0 to 25, the model's logits make 6 ('g') the greedy one, 31 ends a text.
inline ModelTextParts tinyText() {
  Json vocabulary = Json::object();
  for (int i = 0; i != 31; ++i)
    vocabulary[i < 26 ? std::string(1, static_cast<char>('a' + i)) : std::to_string(i)] = i;
  Json tokenizer = {{"model", {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", Json::array()}}},
                    {"decoder", {{"type", "Fuse"}}},
                    {"added_tokens", Json::array({{{"id", 31}, {"content", "<end>"}, {"special", true}}})}};
  ModelTextParts text;
  text.tokenizer = *TokenizerParts::fromHuggingFace(tokenizer.dump(), "tokenizer.json");
  text.chat.templates.named = {{"default", "{{ messages[0].content }}{% if add_generation_prompt %}x{% endif %}"}};
  text.chat.endTokens = {31};
  return text;
}

inline std::string readBytes(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void writeArtifact(const std::string &path, std::vector<std::string> features, bool withText = true,
                          const TinyOptions &options = {}, const char *onlyEntry = nullptr) {
  ArtifactWriter writer = std::move(*ArtifactWriter::create(path));
  Program program = tinyProgram(options);
  if (onlyEntry)
    program.entries.front().name = onlyEntry;
  program.weights[0].hash = "";
  ASSERT_TRUE(writer.beginWeights(program.weightBytes));
  ASSERT_TRUE(writer.appendWeights({reinterpret_cast<const char *>(tinyWeights()), tinyVocabulary * 4}));
  ASSERT_TRUE(writer.addVariant("test-cpu", std::move(features), readBytes(TERN_TEST_KERNELS), program));
  if (withText) {
    ASSERT_TRUE(addModelText(writer, tinyText()));
  }
  Status committed = writer.commit("tern test", {"tiny", "letters", 256, tinyVocabulary});
  ASSERT_TRUE(committed) << committed.problem().str();
}

class Api : public ::testing::Test {
protected:
  void SetUp() override {
    path = ::testing::TempDir() + "/tern-api-" + std::to_string(getpid()) + ".tern";
    writeArtifact(path, {});
    tern_model_options options;
    tern_model_options_init(&options, sizeof(options));
    options.threads = 2;
    ASSERT_EQ(tern_model_open(path.c_str(), &options, &model, &error), TERN_OK) << error.message;
    ASSERT_EQ(tern_session_create(model, 2, 100, &session, &error), TERN_OK) << error.message;
  }
  void TearDown() override {
    tern_session_destroy(session);
    tern_model_close(model);
    std::remove(path.c_str());
  }

  std::string path;
  tern_model *model = nullptr;
  tern_session *session = nullptr;
  tern_error error{};
};

} // namespace tern::testing

#endif // TERN_TEST_UNIT_API_APIFIXTURE_H
