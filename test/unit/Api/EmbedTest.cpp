//===- EmbedTest.cpp - Embeddings in C ------------------------------------===//

#include "ApiFixture.h"

using namespace tern;
using namespace tern::testing;
using ::testing::HasSubstr;

namespace {

/// The tiny model with one entry, which gives the vector of each token: what its logits were.
class ApiEmbed : public Api {
protected:
  void SetUp() override {
    Api::SetUp();
    TinyOptions tiny;
    tiny.recurrent = false;
    tiny.batches.clear();
    tiny.prefills = {8};
    writeArtifact(path + "e", {}, true, tiny, "encode");
    ASSERT_EQ(tern_model_open((path + "e").c_str(), nullptr, &encoder, &error), TERN_OK) << error.message;
    ASSERT_EQ(tern_session_create(encoder, 1, 100, &texts, &error), TERN_OK) << error.message;
  }
  void TearDown() override {
    tern_session_destroy(texts);
    tern_model_close(encoder);
    std::remove((path + "e").c_str());
    Api::TearDown();
  }

  std::vector<float> embed(const std::vector<int32_t> &ids, tern_pooling pooling, bool keepLength) {
    tern_embed_options options;
    tern_embed_options_init(&options, sizeof(options));
    options.pooling = pooling;
    options.keep_length = keepLength;
    std::vector<float> vector(ids.size() * tinyVocabulary);
    size_t length = 0;
    EXPECT_EQ(tern_embed(texts, ids.data(), ids.size(), &options, vector.data(), vector.size(), &length, &error),
              TERN_OK)
        << error.message;
    vector.resize(length);
    return vector;
  }

  tern_model *encoder = nullptr;
  tern_session *texts = nullptr;
};

} // namespace

TEST_F(ApiEmbed, PoolsTheTokensVectors) {
  tern_model_info info{};
  info.size = sizeof(info);
  ASSERT_EQ(tern_model_get_info(encoder, &info, &error), TERN_OK);
  EXPECT_EQ(info.embedding, tinyVocabulary);
  EXPECT_EQ(info.vocabulary, 0);
  // 20 tokens are three chunks.
  std::vector<int32_t> ids;
  for (int32_t i = 0; i != 20; ++i)
    ids.push_back(i * 7 % 31);
  std::vector<float> all = embed(ids, TERN_POOL_NONE, true);
  ASSERT_EQ(all.size(), 20u * tinyVocabulary);
  std::vector<float> mean = embed(ids, TERN_POOL_MEAN, true), first = embed(ids, TERN_POOL_FIRST, true),
                     last = embed(ids, TERN_POOL_LAST, true);
  ASSERT_EQ(mean.size(), static_cast<std::size_t>(tinyVocabulary));
  for (std::size_t v = 0; v != mean.size(); ++v) {
    double sum = 0;
    for (std::size_t t = 0; t != ids.size(); ++t)
      sum += all[t * mean.size() + v];
    EXPECT_FLOAT_EQ(mean[v], static_cast<float>(sum / 20)) << v;
    EXPECT_EQ(first[v], all[v]);
    EXPECT_EQ(last[v], all[19 * mean.size() + v]);
  }
  EXPECT_EQ(last[5], tinyLogit(ids, 5, false));
  double squares = 0;
  for (float element : embed(ids, TERN_POOL_MEAN, false))
    squares += static_cast<double>(element) * element;
  EXPECT_NEAR(squares, 1, 1e-6);
}

TEST_F(ApiEmbed, TextIsTokenized) {
  std::vector<float> vector(tinyVocabulary), same = embed({0, 1, 2}, TERN_POOL_MEAN, false);
  size_t length = 0;
  ASSERT_EQ(tern_embed_text(texts, "abc", 3, nullptr, vector.data(), vector.size(), &length, &error), TERN_OK)
      << error.message;
  EXPECT_EQ(vector, same);
  EXPECT_EQ(tern_embed_text(texts, "abc", 3, nullptr, nullptr, 0, &length, &error), TERN_BUFFER_TOO_SMALL);
  EXPECT_EQ(length, static_cast<size_t>(tinyVocabulary));
}

TEST_F(ApiEmbed, WhatDoesNotFitIsRefused) {
  std::vector<int32_t> ids(101, 1);
  std::vector<float> vector(tinyVocabulary);
  EXPECT_EQ(tern_embed(texts, ids.data(), 101, nullptr, vector.data(), vector.size(), nullptr, &error), TERN_FAILED);
  EXPECT_THAT(error.message, HasSubstr("has 101 tokens, and the context has room for 100"));
  EXPECT_EQ(tern_embed(texts, ids.data(), 0, nullptr, vector.data(), vector.size(), nullptr, &error), TERN_FAILED);
  tern_embed_options options;
  tern_embed_options_init(&options, sizeof(options));
  options.pooling = static_cast<tern_pooling>(7);
  EXPECT_EQ(tern_embed(texts, ids.data(), 1, &options, vector.data(), vector.size(), nullptr, &error),
            TERN_BAD_ARGUMENT);
  tern_cancel *cancel = tern_cancel_create();
  tern_cancel_set(cancel);
  tern_embed_options_init(&options, sizeof(options));
  options.cancel = cancel;
  EXPECT_EQ(tern_embed(texts, ids.data(), 1, &options, vector.data(), vector.size(), nullptr, &error), TERN_CANCELLED);
  tern_cancel_destroy(cancel);
}

TEST_F(ApiEmbed, ModelsDoWhatTheyAreFor) {
  int32_t id = 1;
  int64_t slot = 0;
  std::vector<float> vector(tinyVocabulary);
  EXPECT_EQ(tern_embed(session, &id, 1, nullptr, vector.data(), vector.size(), nullptr, &error), TERN_FAILED);
  EXPECT_THAT(error.message, HasSubstr("gives logits and no embeddings; compile the model with --embeddings"));
  EXPECT_EQ(tern_prefill(texts, 0, &id, 1, nullptr, nullptr, &error), TERN_FAILED);
  EXPECT_THAT(error.message, HasSubstr("gives embeddings, and tern_prefill is of models that generate text"));
  EXPECT_EQ(tern_generate(texts, 0, &id, 1, nullptr, nullptr, &error), TERN_FAILED);
  EXPECT_THAT(error.message, HasSubstr("and tern_generate is of models that generate text"));
  EXPECT_EQ(tern_generate_text(texts, 0, "a", 1, 0, nullptr, nullptr, &error), TERN_FAILED);
  EXPECT_THAT(error.message, HasSubstr("and tern_generate_text is of models that generate text"));
  EXPECT_EQ(tern_decode(texts, 1, &slot, &id, nullptr, nullptr, &error), TERN_FAILED);
  tern_sampler *sampler = nullptr;
  EXPECT_EQ(tern_sampler_create(encoder, nullptr, &sampler, &error), TERN_FAILED);
  EXPECT_EQ(tern_model_verify(encoder, nullptr, &error), TERN_FAILED);
}
