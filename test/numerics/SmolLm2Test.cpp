//===- SmolLm2Test.cpp - A real model against llama.cpp -------------------===//
//
// smollm2/oracle.json holds what llama.cpp computes for the real file with its weights dequantised to f32 (README.md
// there). Two right programs differ by rounding: transformers and llama.cpp by up to 2.5e-4 in a logit.
//
//===----------------------------------------------------------------------===//

#include "runtime/Base/Json.h"
#include "runtime/Base/LogProbability.h"
#include "tern/Import/Importer.h"
#include "tern/Interpreter/TokenSession.h"
#include "tern/Support/LogitComparison.h"

#include "mlir/IR/Diagnostics.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>

using namespace tern;

namespace {

class SmolLm2Test : public testing::Test {
protected:
  void SetUp() override {
    Result<Json> read = readJsonFile(TERN_TEST_DIR "/smollm2/oracle.json");
    ASSERT_TRUE(read) << read.problem().str();
    oracle = std::move(*read);
    model = importModel(context, TERN_SMOLLM2);
    for (const Problem &problem : model.problems)
      ADD_FAILURE() << problem.str();
    ASSERT_TRUE(model.module);
    mlir::FailureOr<TokenSession> created = TokenSession::create(*model.module, {/*threads=*/2});
    ASSERT_TRUE(succeeded(created));
    session.emplace(std::move(*created));
  }

  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  ImportedModel model;
  Json oracle;
  std::optional<TokenSession> session;
};

int32_t largest(const Tensor &logits) {
  auto values = logits.floats();
  return static_cast<int32_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

} // namespace

TEST_F(SmolLm2Test, LogitsOf512Tokens) {
  auto ids = oracle["ids"].get<std::vector<int32_t>>();
  mlir::FailureOr<Tensor> logits = session->feed(ids, /*allLogits=*/true);
  ASSERT_TRUE(succeeded(logits));
  int64_t vocabulary = session->vocabulary();
  double worstLogit = 0, worstProbability = 0, sum = 0;
  for (size_t t = 0; t < ids.size(); ++t) {
    const float *row = logits->floats().data() + t * vocabulary;
    for (size_t k = 0; k < 8; ++k) {
      double expected = oracle["top8_logits"][t][k].get<double>();
      worstLogit = std::max(worstLogit, std::abs(row[oracle["top8_ids"][t][k].get<int64_t>()] - expected));
    }
    if (t + 1 == ids.size())
      break;
    double probability = logProbability(row, vocabulary, ids[t + 1]);
    worstProbability = std::max(worstProbability, std::abs(probability - oracle["next_logprob"][t].get<double>()));
    sum += probability;
  }
  EXPECT_LT(worstLogit, 1e-3);
  EXPECT_LT(worstProbability, 5e-4);
  EXPECT_NEAR(std::exp(-sum / (ids.size() - 1)), oracle["perplexity"].get<double>(), 5e-4);
  RecordProperty("worst_logit", std::to_string(worstLogit));
  RecordProperty("worst_log_probability", std::to_string(worstProbability));
}

TEST_F(SmolLm2Test, GreedyContinuations) {
  for (const Json &continuation : oracle["continuations"]) {
    session->reset();
    auto expected = continuation["greedy_ids"].get<std::vector<int32_t>>();
    mlir::FailureOr<Tensor> logits =
        session->feed(continuation["prompt_ids"].get<std::vector<int32_t>>(), /*allLogits=*/false);
    std::vector<int32_t> ids;
    while (succeeded(logits) && ids.size() < expected.size()) {
      ids.push_back(largest(*logits));
      logits = session->feed(ids.back(), /*allLogits=*/false);
    }
    EXPECT_EQ(ids, expected) << continuation["prompt"];
  }
}
