//===- NextTokenTest.cpp --------------------------------------------------===//
//
// The kernel between two greedy steps: which token it takes, and what it leaves for the next step.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Cuda/Device/DeviceTesting.h"

#include "runtime/Cuda/Device/NextToken.h"

#include <cmath>
#include <limits>

using namespace tern;
using namespace tern::test;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr int ring = 3, parts = 5;

/// The kernel's operands for rows of logits.
struct Step {
  explicit Step(std::vector<std::vector<float>> given, std::vector<int> firstPositions)
      : logits(std::move(given)), rows(static_cast<int>(logits.size())), states(logits.size()),
        tokens(logits.size(), 77), positions(logits.size(), 77), outputs(logits.size(), 77),
        history(logits.size() * ring, 77) {
    for (std::size_t row = 0; row != logits.size(); ++row)
      states[row] = {0, 0, 0, firstPositions[row], 0};
  }

  void run(unsigned long long seed) {
    std::vector<float> flat;
    for (const std::vector<float> &row : logits)
      flat.insert(flat.end(), row.begin(), row.end());
    auto body = [&] {
      tern_next_token(flat.data(), static_cast<long long>(logits[0].size()), rows, parts, states.data(), tokens.data(),
                      positions.data(), outputs.data(), problems.data(), static_cast<int>(problems.size()),
                      history.data(), ring);
    };
    EXPECT_EQ(test::run(body, static_cast<unsigned>(rows * parts), nextTokenThreads, seed), "");
  }

  std::vector<std::vector<float>> logits;
  int rows;
  std::vector<NextTokenState> states;
  std::vector<int> tokens, positions, outputs, history;
  std::vector<long long> problems = std::vector<long long>(300, 0);
};

/// The token that a lone row gives; -1 for none.
int tokenOfRow(const std::vector<float> &logits, unsigned long long seed = 0) {
  Step step({logits}, {4});
  step.run(seed);
  return step.history[0];
}

TEST(NextToken, IsTheFirstOfTheLargest) {
  for (std::size_t size : {1, 2, 5, 31, 256, 257, 2000, 5003}) {
    std::vector<float> logits = randomNumbers(size, static_cast<unsigned>(size));
    auto largest = std::max_element(logits.begin(), logits.end());
    for (unsigned long long seed : seeds)
      EXPECT_EQ(tokenOfRow(logits, seed), largest - logits.begin());
    logits[size / 2] = logits.back() = 9;
    for (unsigned long long seed : seeds)
      EXPECT_EQ(tokenOfRow(logits, seed), static_cast<int>(size / 2)) << size;
  }
}

TEST(NextToken, OrdersNumbersOfEverySize) {
  EXPECT_EQ(tokenOfRow({-3, -2, -4}), 1);
  EXPECT_EQ(tokenOfRow({-1e-40f, -1, -infinity}), 0);
  EXPECT_EQ(tokenOfRow({-1, -0.0f, 0.0f, -1e-45f}), 1); // both zeros are equal
  EXPECT_EQ(tokenOfRow({1e-45f, 0, 1e-44f}), 2);
  EXPECT_EQ(tokenOfRow({1, std::numeric_limits<float>::max(), 3}), 1);
  EXPECT_EQ(tokenOfRow({-infinity, std::numeric_limits<float>::lowest(), -infinity}), 1);
}

TEST(NextToken, IsNoneWithoutALargestNumber) {
  EXPECT_EQ(tokenOfRow({1, NAN, 3}), -1);
  EXPECT_EQ(tokenOfRow({1, -NAN, 3}), -1);
  EXPECT_EQ(tokenOfRow({1, 2, infinity}), -1);
  EXPECT_EQ(tokenOfRow({-infinity, -infinity}), -1);
  std::vector<float> many(3000, 1.0f);
  many[2999] = NAN;
  EXPECT_EQ(tokenOfRow(many), -1);
}

TEST(NextToken, IsNoneAfterAProblem) {
  Step step({{1, 2, 3}}, {0});
  step.problems[299] = 2;
  step.run(1);
  EXPECT_EQ(step.history[0], -1);
}

TEST(NextToken, PreparesTheNextStep) {
  Step step({{1, 5, 2}, {7, 5, 2}, {NAN, 9, 9}, {1, 5, 8}}, {0, 9, -1, 4});
  step.run(2);
  EXPECT_THAT(step.tokens, testing::ElementsAre(1, 0, 0, 2));
  EXPECT_THAT(step.positions, testing::ElementsAre(1, 10, -1, 5));
  EXPECT_THAT(step.outputs, testing::Each(0));
  step.logits[0][2] = 6;
  step.run(3);
  EXPECT_THAT(step.tokens, testing::ElementsAre(2, 0, 0, 2));
  EXPECT_THAT(step.positions, testing::ElementsAre(2, 11, -1, 6));
  for (int i = 0; i < 2; ++i) // around the ring: the fourth step takes the place of the first
    step.run(0);
  EXPECT_THAT(step.history, testing::ElementsAre(2, 0, -1, 2, 2, 0, -1, 2, 2, 0, -1, 2));
  for (const NextTokenState &state : step.states)
    EXPECT_TRUE(state.best == 0 && state.arrived == 0 && state.step == 4);
}

} // namespace
