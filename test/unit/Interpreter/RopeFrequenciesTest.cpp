//===- RopeFrequenciesTest.cpp - How fast each pair turns -----------------===//
//
// Expected values: ROPE_INIT_FUNCTIONS of transformers 5 on a LlamaConfig with head_dim 16 and rope_theta 10000, which
// computes in f32: hence the tolerance.
//
//===----------------------------------------------------------------------===//

#include "tern/Interpreter/RopeFrequencies.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/MLIRContext.h"
#include <gtest/gtest.h>

using namespace tern;

namespace {

class RopeFrequencies : public testing::Test {
protected:
  RopeFrequencies() { context.loadDialect<graph::GraphDialect>(); }

  /// Frequencies of `#graph.rotary<theta = 10000.0, dims = 16, layout = half, PARAMETERS>`.
  std::vector<double> frequencies(llvm::StringRef parameters, int64_t length, llvm::ArrayRef<float> factors = {},
                                  llvm::ArrayRef<float> longFactors = {}) {
    std::string text = ("#graph.rotary<theta = 10000.0, dims = 16, layout = half" + parameters + ">").str();
    auto rotary = llvm::dyn_cast_or_null<graph::RopeAttr>(mlir::parseAttribute(text, &context));
    if (!rotary)
      return {};
    return ropeFrequencies(rotary, length, factors, longFactors);
  }

  mlir::MLIRContext context;
};

void expectClose(const std::vector<double> &actual, const std::vector<double> &expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(actual[i], expected[i], 5e-7 * expected[i]) << "pair " << i;
}

const std::vector<double> unscaled = {1.0,           0.316227764,   0.100000001,   0.0316227786,
                                      0.00999999978, 0.00316227786, 0.00100000005, 0.000316227786};

TEST_F(RopeFrequencies, Default) { expectClose(frequencies("", 5000), unscaled); }

TEST_F(RopeFrequencies, FactorsDivide) {
  std::vector<float> factors = {1, 2, 4, 8, 16, 32, 64, 128};
  std::vector<double> expected = unscaled;
  for (int i = 0; i < 8; ++i)
    expected[i] /= factors[i];
  expectClose(frequencies("", 10, factors), expected);
}

TEST_F(RopeFrequencies, Linear) {
  expectClose(
      frequencies(", scaling = linear, factor = 4.0", 10),
      {0.25, 0.079056941, 0.0250000004, 0.00790569466, 0.00249999994, 0.000790569466, 0.000250000012, 7.90569466e-05});
}

TEST_F(RopeFrequencies, Dynamic) {
  llvm::StringRef parameters = ", scaling = dynamic, factor = 2.0, original = 64";
  expectClose(frequencies(parameters, 64), unscaled);
  expectClose(frequencies(parameters, 100), {1.0, 0.283945143, 0.0806248412, 0.0228930302, 0.00650036521, 0.001845747,
                                             0.000524090894, 0.000148813066});
}

TEST_F(RopeFrequencies, Llama3) {
  expectClose(
      frequencies(", scaling = llama3, factor = 8.0, original = 256, low_frequency = 1.0, high_frequency = 4.0", 10),
      {1.0, 0.316227764, 0.100000001, 0.00661310693, 0.00124999997, 0.000395284733, 0.000125000006, 3.95284733e-05});
}

TEST_F(RopeFrequencies, Yarn) {
  expectClose(
      frequencies(", scaling = yarn, factor = 4.0, original = 2048", 10),
      {1.0, 0.316227764, 0.100000001, 0.025693506, 0.00624999963, 0.00138349656, 0.000250000012, 7.90569466e-05});
  expectClose(
      frequencies(", scaling = yarn, factor = 4.0, original = 2048, beta_fast = 16.0, beta_slow = 2.0, "
                  "truncate = 0",
                  10),
      {1.0, 0.316227764, 0.100000001, 0.0266074985, 0.00426161895, 0.000790569466, 0.000250000012, 7.90569466e-05});
}

TEST_F(RopeFrequencies, Longrope) {
  std::vector<float> shortFactors = {1.0f, 1.0f, 1.1f, 1.2f, 1.3f, 1.4f, 1.5f, 1.6f};
  std::vector<float> longFactors = {1.0f, 1.5f, 2.0f, 4.0f, 8.0f, 12.0f, 16.0f, 24.0f};
  llvm::StringRef parameters = ", scaling = longrope, original = 64";
  expectClose(
      frequencies(parameters, 64, shortFactors, longFactors),
      {1.0, 0.316227764, 0.0909090936, 0.0263523124, 0.0076923077, 0.00225876993, 0.00066666666, 0.000197642366});
  expectClose(
      frequencies(parameters, 65, shortFactors, longFactors),
      {1.0, 0.210818499, 0.0500000007, 0.00790569466, 0.00124999997, 0.000263523165, 6.2500003e-05, 1.31761572e-05});
}

} // namespace
