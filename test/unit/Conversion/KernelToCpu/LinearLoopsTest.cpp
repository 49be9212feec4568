//===- LinearLoopsTest.cpp - Products of tiles and tokens ----------------===//
//
// Every packed format times every format of activations, for numbers of tokens that take each way through the loops,
// against sums in f64 of the exact numbers.
//
//===----------------------------------------------------------------------===//

#include "lib/Conversion/KernelToCpu/LinearLoops.h"

#include "test/unit/Conversion/KernelToCpu/CompiledKernel.h"
#include "test/unit/Conversion/KernelToCpu/LinearData.h"

#include <gtest/gtest.h>

using namespace tern;
using namespace tern::cpu;

namespace {

struct Case {
  PackedFormat weights;
  StorageFormat activations;
  std::int64_t rows, columns, capacity;
  LinearSchedule schedule = {};
};

/// A kernel of operands tokens, weights, result whose tasks are tiles; `tokens` is a number, or symbol 1.
CompiledKernel build(const Case &c, std::optional<int64_t> tokens) {
  return CompiledKernel::build(3, [&](CodeBuilder &b, const KernelFrame &frame) {
    LinearInput input{c.activations, 0, frame.operands[0], c.columns, c.capacity};
    LinearRange range{frame.begin, frame.end, b.index(0), tokens ? b.index(*tokens) : frame.dim(1), tokens};
    emitLinear(b, testTarget(), input, {{c.weights, frame.operands[1]}}, c.rows, c.schedule, range,
               [&](const LinearResult &result) {
                 Val place = result.token * c.rows + result.firstRow;
                 if (result.rows)
                   b.storePart(result.sums[0], frame.operands[2], place, result.rows);
                 else
                   b.store(result.sums[0], frame.operands[2], place);
               });
  });
}

/// Runs in two pieces and compares.
void expectExact(CompiledKernel &kernel, const Case &c, int64_t tokens) {
  AlignedBytes weights = randomWeights(c.weights, c.rows, c.columns, 1);
  RandomTokens input(c.activations, tokens, c.capacity, c.columns);
  std::vector<float> result(tokens * c.rows + 1, -12345.0f);
  int64_t tiles = numTiles(c.rows), dims[] = {0, tokens};
  for (auto [begin, end] : {std::pair{int64_t(0), tiles / 3}, {tiles / 3, tiles}})
    EXPECT_EQ(kernel.run({input.bytes.data(), weights.data(), result.data()}, {dims[0], dims[1]}, begin, end), 0);
  EXPECT_EQ(result.back(), -12345.0f) << "written past the end";
  EXPECT_LT(relativeError(c.weights, weights, c.rows, c.columns, input, result), 1e-6)
      << packedFormatInfo(c.weights).name << " times " << storageFormatInfo(c.activations).name << ", " << c.rows
      << " rows, " << c.columns << " columns, " << tokens << " tokens";
}

constexpr StorageFormat activationFormats[] = {StorageFormat::F32, StorageFormat::F16, StorageFormat::BF16,
                                               StorageFormat::I8_32, StorageFormat::I15_32};

class LinearLoops : public testing::TestWithParam<PackedFormat> {
protected:
  const PackedFormat format = GetParam();
  const int64_t block = packedFormatInfo(format).columns;
};

TEST_P(LinearLoops, OneToken) {
  for (StorageFormat activations : activationFormats) {
    Case c{format, activations, 40, 5 * block, 1};
    CompiledKernel kernel = build(c, 1);
    expectExact(kernel, c, 1);
  }
}

TEST_P(LinearLoops, FewTokens) {
  for (StorageFormat activations : activationFormats) {
    Case c{
        format, activations, 49, 3 * std::max<int64_t>(block, 32), 5, {/*tiles=*/2, /*tokens=*/0, 0, /*prefetch=*/512}};
    CompiledKernel kernel = build(c, 3);
    expectExact(kernel, c, 3);
  }
}

TEST_P(LinearLoops, KnownNumberOfTokens) {
  for (StorageFormat activations : activationFormats) {
    Case c{format, activations, 33, std::max<int64_t>(block, 64), 17};
    CompiledKernel kernel = build(c, 17);
    expectExact(kernel, c, 17);
  }
}

TEST_P(LinearLoops, AnyNumberOfTokens) {
  for (StorageFormat activations : activationFormats) {
    Case c{format, activations, 96, std::max<int64_t>(block, 96), 20};
    CompiledKernel kernel = build(c, std::nullopt);
    for (int64_t tokens : {1, 3, 8, 17})
      expectExact(kernel, c, tokens);
  }
}

std::vector<PackedFormat> allFormats() {
  std::vector<PackedFormat> formats;
  for (const PackedFormatInfo &info : packedFormats)
    formats.push_back(info.format);
  return formats;
}

INSTANTIATE_TEST_SUITE_P(Formats, LinearLoops, testing::ValuesIn(allFormats()),
                         [](const testing::TestParamInfo<PackedFormat> &info) {
                           return std::string(packedFormatInfo(info.param).name);
                         });

TEST(LinearLoops, OddColumnsOfFloats) {
  for (PackedFormat format : {PackedFormat::BF16, PackedFormat::F16, PackedFormat::F32}) {
    for (StorageFormat activations : activationFormats) {
      for (int64_t columns : {1, 75}) {
        Case c{format, activations, 5, columns, 4};
        CompiledKernel kernel = build(c, 4);
        expectExact(kernel, c, 4);
      }
    }
  }
}

} // namespace
