//===- RandomWeightsTest.cpp - Weights from a counter ---------------------===//
//
// Expected values: the worked vectors of docs/RandomWeights.md, computed by a program of its own.
//
//===----------------------------------------------------------------------===//

#include "runtime/Base/RandomWeights.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace tern;

namespace {

float element(uint64_t seed, std::string_view name, double center, double scale, uint64_t index,
              StorageFormat format = StorageFormat::F32) {
  float value;
  RandomWeights(seed, name).generate(center, scale, format, index, &value, 1);
  return value;
}

TEST(RandomWeights, GivesTheDocumentedVectors) {
  double embedding = std::sqrt(3.0 / 36);
  EXPECT_EQ(element(0, "model.embed_tokens.weight", 0, embedding, 0), -0.24182816f);
  EXPECT_EQ(element(0, "model.embed_tokens.weight", 0, embedding, 4715), 0.21072827f);
  EXPECT_EQ(element(7, "model.layers.0.self_attn.q_proj.bias", 0, 0.1, 0), -0.007244444f);
  EXPECT_EQ(element(7, "model.layers.0.self_attn.q_proj.bias", 0, 0.1, 59), 0.04596411f);
  EXPECT_EQ(element(1, "model.norm.weight", 1, 0.1, 0), 0.99413425f);
  EXPECT_EQ(element(1, "model.norm.weight", 1, 0.1, 35), 1.0947477f);
}

TEST(RandomWeights, GivesAnyPartInAnyOrder) {
  RandomWeights weights(3, "w");
  std::vector<float> whole(100), part(10);
  weights.generate(0, 1, StorageFormat::F32, 0, whole.data(), 100);
  weights.generate(0, 1, StorageFormat::F32, 37, part.data(), 10);
  EXPECT_EQ(part, std::vector<float>(whole.begin() + 37, whole.begin() + 47));
}

TEST(RandomWeights, RoundsToTheFormat) {
  float exact = element(1, "model.norm.weight", 1, 0.1, 0);
  EXPECT_EQ(element(1, "model.norm.weight", 1, 0.1, 0, StorageFormat::BF16), roundTo(StorageFormat::BF16, exact));
}

TEST(RandomWeights, StaysInRange) {
  RandomWeights weights(~uint64_t{0}, "");
  for (uint64_t i : {uint64_t{0}, uint64_t{1} << 40, ~uint64_t{0}}) {
    EXPECT_GE(weights.uniform(i), -1);
    EXPECT_LT(weights.uniform(i), 1);
  }
}

} // namespace
