//===- ChatVectorsTest.cpp - Conversations as transformers renders them ---===//
//
// chat_vectors.json is what transformers answered (make_chat_vectors.py).
//
//===----------------------------------------------------------------------===//

#include "runtime/Template/ChatTemplate.h"

#include <gtest/gtest.h>

using namespace tern;

TEST(ChatVectors, AgreeWithTransformers) {
  Result<Json> file = readJsonFile(std::string(TERN_TEST_DIR) + "/chat_vectors.json");
  ASSERT_TRUE(file) << file.problem().str();
  ASSERT_GE((*file)["vectors"].size(), 500u);
  for (const Json &vector : (*file)["vectors"]) {
    const std::string &source =
        (*file)["templates"][vector["template"].get<std::size_t>()].get_ref<const std::string &>();
    Result<Template> chosen = Template::parse(source, "template");
    ASSERT_TRUE(chosen) << source;
    ChatInput input;
    input.messages = (*file)["conversations"][vector["messages"].get<std::size_t>()];
    input.extra = (*file)["extra"];
    input.addGenerationPrompt = vector["generation"].get<bool>();
    input.continueFinalMessage = vector["continue"].get<std::string>();
    Result<Rendering> rendering = renderConversation(*chosen, input);
    std::string context = source + "\nwith " + vector.dump();
    if (vector["text"].is_null()) {
      EXPECT_FALSE(rendering) << context << "\nprints " << rendering->text;
      continue;
    }
    ASSERT_TRUE(rendering) << context << "\n" << rendering.problem().str();
    EXPECT_EQ(rendering->text, vector["text"].get<std::string>()) << context;
    if (!input.continueFinalMessage.empty())
      continue;
    Json spans = Json::array();
    for (const auto &[begin, end] : rendering->generated)
      spans.push_back({begin, end});
    EXPECT_EQ(spans, vector["spans"]) << context;
  }
}
