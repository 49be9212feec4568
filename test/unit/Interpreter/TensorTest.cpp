//===- TensorTest.cpp - Values of the reference interpreter ---------------===//

#include "tern/Interpreter/Tensor.h"

#include <gtest/gtest.h>

using namespace tern;

namespace {

/// Rows [10r, 10r + 1, ...], counting how often they are read.
struct CountingRows : RowSource {
  explicit CountingRows(int64_t length) : length(length) {}
  void read(int64_t row, float *target) const override {
    ++reads;
    for (int64_t i = 0; i < length; ++i)
      target[i] = 10 * row + i;
  }
  int64_t length;
  mutable int reads = 0;
};

TEST(Tensor, RoundsAndWraps) {
  EXPECT_EQ(Tensor::fromFloats({2}, {1.00390625f, 70000.0f}, StorageFormat::BF16).floats()[0], 1.0f);
  Tensor bytes = Tensor::fromInts({3}, {300, -1, 127}, StorageFormat::I8);
  EXPECT_EQ(bytes.ints().vec(), (std::vector<int64_t>{44, -1, 127}));
  EXPECT_EQ(Tensor::fromInts({2}, {300, -1}, StorageFormat::U8).ints().vec(), (std::vector<int64_t>{44, 255}));
}

TEST(Tensor, CopiesDoNotChangeEachOther) {
  Tensor first = Tensor::fromFloats({2}, {1, 2});
  Tensor second = first;
  second.mutableFloats()[0] = 9;
  EXPECT_EQ(first.floats()[0], 1);
  EXPECT_EQ(second.floats()[0], 9);
}

TEST(Tensor, ReadsLazyRowsWhenAsked) {
  auto rows = std::make_shared<CountingRows>(2);
  Tensor lazy = Tensor::lazy({2, 2, 2}, StorageFormat::F32, rows);
  std::vector<float> scratch;
  EXPECT_EQ(lazy.row(3, scratch).vec(), (std::vector<float>{30, 31}));
  EXPECT_EQ(rows->reads, 1);
  EXPECT_EQ(lazy.materialized().floats().vec(), (std::vector<float>{0, 1, 10, 11, 20, 21, 30, 31}));
  EXPECT_EQ(rows->reads, 5);
}

TEST(Tensor, GrowsOnAxis1) {
  Tensor one = Tensor::fromFloats({1, 2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(std::move(one).withAxis1(3).floats().vec(), (std::vector<float>{1, 2, 3, 4, 0, 0}));
  Tensor two = Tensor::fromInts({2, 1}, {1, 2});
  EXPECT_EQ(std::move(two).withAxis1(2).ints().vec(), (std::vector<int64_t>{1, 0, 2, 0}));
  // A copy keeps its own elements.
  Tensor shared = Tensor::fromFloats({1, 1}, {5});
  Tensor copy = shared;
  Tensor grown = std::move(shared).withAxis1(2);
  EXPECT_EQ(copy.floats().vec(), std::vector<float>{5});
  EXPECT_EQ(grown.floats().vec(), (std::vector<float>{5, 0}));
}

TEST(Tensor, NamesElements) {
  EXPECT_EQ(indexText({2, 3, 4}, 23), "[1, 2, 3]");
  EXPECT_EQ(indexText({}, 0), "[]");
  EXPECT_EQ(shapeText({2, 0}), "[2, 0]");
}

} // namespace
