//===- ReadCeilingTest.cpp - How fast this machine reads memory -----------===//

#include "runtime/Cpu/ReadCeiling.h"

#include <gtest/gtest.h>

using namespace tern;

TEST(ReadCeiling, ReadsWithAnyNumberOfThreadsAndBytes) {
  for (unsigned threads : {1u, 2u, 3u})
    for (std::uint64_t bytes : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{100000}}) {
      Result<ReadCeiling> ceiling = ReadCeiling::create(bytes, threads);
      ASSERT_TRUE(ceiling) << ceiling.problem().str();
      double rate = ceiling->measure(0.001);
      EXPECT_GT(rate, 1e5); // bytes a second; slower than any machine, even one that is busy
      EXPECT_LT(rate, 1e14);
    }
}

TEST(ReadCeiling, RefusesMoreThanTheMachineHas) {
  Result<ReadCeiling> ceiling = ReadCeiling::create(std::uint64_t{1} << 55, 1);
  ASSERT_FALSE(ceiling);
  EXPECT_EQ(ceiling.problem().where, "read ceiling");
}
