//===- BlockSums.h - What blocks of products hand out ------------*- C++ -*-===//

#ifndef TERN_TEST_UNIT_CUDA_DEVICE_BLOCKSUMS_H
#define TERN_TEST_UNIT_CUDA_DEVICE_BLOCKSUMS_H

#include "test/unit/Cuda/Device/RandomWeight.h"

#include <cmath>

namespace tern::test {

/// What finish got for one weight, [token][row of all tiles], and how often.
struct BlockSums {
  BlockSums(std::uint64_t tokens, std::uint64_t rows)
      : paddedRows(numTiles(rows) * 16), values(tokens * paddedRows, NAN), calls(tokens * paddedRows) {}
  void add(long long token, long long row, float sum) {
    auto place = static_cast<std::size_t>(token) * paddedRows + static_cast<std::size_t>(row);
    values.at(place) = sum;
    ++calls.at(place);
  }
  std::uint64_t paddedRows;
  std::vector<float> values;
  std::vector<int> calls;
};

/// Every number was handed out once from token `firstToken` on, and is the sum in f64 of the products of `w` and `x`,
/// but for `allowed` of what their magnitudes add up to.
inline void compareSums(const BlockSums &sums, std::uint64_t firstToken, const std::vector<float> &w,
                        const std::vector<float> &x, std::uint64_t rows, std::uint64_t columns, double allowed) {
  EXPECT_THAT(std::vector<int>(sums.calls.begin() + static_cast<std::ptrdiff_t>(firstToken * sums.paddedRows),
                               sums.calls.end()),
              testing::Each(1));
  for (std::uint64_t token = firstToken; token < sums.values.size() / sums.paddedRows; ++token)
    for (std::uint64_t row = 0; row < rows; ++row) {
      double expected = 0, magnitude = 0;
      for (std::uint64_t c = 0; c < columns; ++c) {
        double product = static_cast<double>(w[row * columns + c]) * x[token * columns + c];
        expected += product;
        magnitude += std::abs(product);
      }
      ASSERT_NEAR(sums.values[token * sums.paddedRows + row], expected, allowed * magnitude)
          << "token " << token << ", row " << row;
    }
}

} // namespace tern::test

#endif // TERN_TEST_UNIT_CUDA_DEVICE_BLOCKSUMS_H
