//===- LinearTesting.h - Checks of linear() ----------------------*- C++ -*-===//
//
// Against sums in f64 of the very values that weights and activations hold.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TEST_UNIT_CUDA_DEVICE_LINEARTESTING_H
#define TERN_TEST_UNIT_CUDA_DEVICE_LINEARTESTING_H

#include "test/unit/Cuda/Device/RandomWeight.h"

#include "runtime/Cuda/Device/Linear.h"

#include <cmath>

namespace tern::test {

constexpr std::uint64_t rows = 40; // of which the last tile has 8

/// What finish got, [token][row of all tiles], and how often.
struct Sums {
  explicit Sums(std::uint64_t tokens) : values(tokens * 48, NAN), calls(tokens * 48) {}
  void add(long long token, long long row, float sum) {
    values.at(static_cast<std::size_t>(token * 48 + row)) = sum;
    ++calls.at(static_cast<std::size_t>(token * 48 + row));
  }
  std::vector<float> values;
  std::vector<int> calls;
};

/// Compares rows of the matrix with sums in f64; the bound is `relative` to the
/// sum of magnitudes: of rounding in f32 over the longest chain of sums.
inline void compare(const Sums &sums, std::uint64_t firstToken, std::uint64_t endToken, const std::vector<float> &w,
                    const std::vector<float> &x, std::uint64_t columns, double relative = 2e-6) {
  for (std::uint64_t token = firstToken; token < endToken; ++token) {
    for (std::uint64_t row = 0; row < 48; ++row)
      EXPECT_EQ(sums.calls[token * 48 + row], 1) << "token " << token << ", row " << row;
    for (std::uint64_t row = 0; row < rows; ++row) {
      double expected = 0, magnitude = 0;
      for (std::uint64_t c = 0; c < columns; ++c) {
        double product = static_cast<double>(w[row * columns + c]) * x[token * columns + c];
        expected += product;
        magnitude += std::abs(product);
      }
      ASSERT_NEAR(sums.values[token * 48 + row], expected, relative * magnitude)
          << "token " << token << ", row " << row;
    }
  }
}

template <typename X, int THREADS, int MAXTOKENS, typename FORMAT>
Sums multiply(const RandomWeight<FORMAT> &w, const RandomRows<X> &x, std::uint64_t columns, long long begin,
              long long end, unsigned long long seed) {
  Sums sums(static_cast<std::uint64_t>(end));
  auto body = [&] {
    linear<X, THREADS, MAXTOKENS, FORMAT>(
        x.buffer.data(), static_cast<long long>(x.maxRows), static_cast<long long>(columns), begin, end, blockIndex(),
        [&](long long token, long long row, float sum) { sums.add(token, row, sum); }, w.packed.data());
  };
  EXPECT_EQ(run(body, 3, THREADS, seed), "");
  return sums;
}

template <typename X, typename FORMAT> void check(std::uint64_t columns) {
  SCOPED_TRACE("columns " + std::to_string(columns));
  constexpr std::uint64_t tokens = 17;
  RandomWeight<FORMAT> w(rows, columns, static_cast<unsigned>(columns));
  RandomRows<X> x(tokens, columns, static_cast<unsigned>(columns) + 1);
  std::vector<float> whole;
  for (std::uint64_t count = 1; count <= tokens; ++count) {
    Sums sums = multiply<X, 128, 17>(w, x, columns, 0, static_cast<long long>(count), count % 4);
    compare(sums, 0, count, w.values, x.values, columns);
    if (count == tokens)
      whole = sums.values;
  }
  // The same bits alone, in any part of the batch and in any order of threads.
  for (unsigned long long seed : seeds) {
    Sums alone = multiply<X, 128, 17>(w, x, columns, 6, 7, seed);
    EXPECT_TRUE(std::equal(alone.values.begin() + 6 * 48, alone.values.end(), whole.begin() + 6 * 48));
    Sums part = multiply<X, 128, 17>(w, x, columns, 5, 16, seed);
    EXPECT_TRUE(std::equal(part.values.begin() + 5 * 48, part.values.end(), whole.begin() + 5 * 48));
  }
}

} // namespace tern::test

#endif // TERN_TEST_UNIT_CUDA_DEVICE_LINEARTESTING_H
