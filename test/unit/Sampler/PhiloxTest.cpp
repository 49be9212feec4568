//===- PhiloxTest.cpp - Random numbers from a counter ---------------------===//

#include "runtime/Sampler/Philox.h"

#include <gtest/gtest.h>

using namespace tern;

using Words = std::array<std::uint32_t, 4>;

// Known answers of the paper's reference code, Random123 (kat_vectors).
TEST(Philox, MatchesKnownAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}), (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, BitsComeFromTheFirstTwoWords) {
  EXPECT_EQ(randomBits(0, 0, 0), std::uint64_t(0xe169c58d) << 32 | 0x6627e8d5);
  EXPECT_NE(randomBits(0, 0, 0), randomBits(1, 0, 0));
  EXPECT_NE(randomBits(0, 0, 0), randomBits(0, 1, 0));
  EXPECT_NE(randomBits(0, 0, 0), randomBits(0, 0, std::uint64_t(1) << 32));
}

TEST(Philox, ScalingTakesTheHighWordOfTheProduct) {
  const std::uint64_t all = ~std::uint64_t(0);
  EXPECT_EQ(scaledTo(all, all), all - 1);
  EXPECT_EQ(scaledTo(all, 1), 0u);
  EXPECT_EQ(scaledTo(0, all), 0u);
  EXPECT_EQ(scaledTo(std::uint64_t(1) << 63, 7), 3u);
  for (std::uint64_t step = 0; step < 1000; ++step) {
    std::uint64_t bits = randomBits(1, 0, step), range = randomBits(1, 1, step) >> step % 64;
    EXPECT_EQ(scaledTo(bits, range), static_cast<std::uint64_t>((static_cast<__uint128_t>(bits) * range) >> 64));
  }
}

TEST(Philox, BitsAreEven) {
  std::array<int, 16> counts{};
  for (std::uint64_t step = 0; step < 160000; ++step)
    ++counts[scaledTo(randomBits(42, 7, step), 16)];
  double chiSquare = 0;
  for (int count : counts)
    chiSquare += (count - 10000.0) * (count - 10000.0) / 10000.0;
  EXPECT_LT(chiSquare, 37.7); // the 0.1 % point for 15 degrees of freedom
}
