//===- PackTest.cpp -------------------------------------------------------===//
//
// What comes out of tiles must be, bit for bit, what decoding the file gives, for every format and any number of rows.
// The bytes are random, so that scales are infinite or NaN now and then.
//
//===----------------------------------------------------------------------===//

#include "runtime/Packing/Pack.h"

#include "runtime/Base/Half.h"

#include <cmath>
#include <gmock/gmock.h>
#include <vector>

using namespace tern;

namespace {

/// A matrix of random bytes in rows of a file, at an odd address.
struct Matrix {
  Matrix(StorageFormat format, std::uint64_t rows, std::uint64_t columns)
      : format(format), rows(rows), columns(columns) {
    bytes.resize(*storageBytes(format, rows, columns) + 1);
    std::uint64_t state = rows * 1000 + columns;
    for (std::uint8_t &byte : bytes)
      byte = static_cast<std::uint8_t>((state = state * 6364136223846793005u + 1442695040888963407u) >> 56);
  }

  const std::uint8_t *data() const { return bytes.data() + 1; }

  std::vector<float> decoded() const {
    std::vector<float> values(rows * columns);
    decodeToFloat(format, data(), values.data(), values.size());
    return values;
  }

  std::vector<std::uint8_t> packed() const {
    std::vector<std::uint8_t> target(*packedBytes(*packedFormatOf(format), rows, columns), 0xa5);
    packTiles(format, data(), rows, columns, 0, numTiles(rows), target.data());
    return target;
  }

  StorageFormat format;
  std::uint64_t rows, columns;
  std::vector<std::uint8_t> bytes;
};

std::vector<std::uint32_t> bitsOf(const std::vector<float> &values) {
  std::vector<std::uint32_t> bits;
  for (float value : values)
    bits.push_back(std::isnan(value) ? 0x7fc00000u : floatToBits(value));
  return bits;
}

std::vector<StorageFormat> packableFormats() {
  std::vector<StorageFormat> formats;
  for (int i = 0; i < numStorageFormats; ++i)
    if (packedFormatOf(static_cast<StorageFormat>(i)))
      formats.push_back(static_cast<StorageFormat>(i));
  return formats;
}

class Packing : public testing::TestWithParam<StorageFormat> {
protected:
  const StorageFormat format = GetParam();
  const PackedFormat packedFormat = *packedFormatOf(format);
  const std::uint64_t block = storageFormatInfo(format).blockLength;

  /// Numbers of columns that are whole blocks, odd ones among them where a block is a number.
  std::vector<std::uint64_t> columnCounts() const {
    if (block > 1)
      return {block, 2 * block, 5 * block};
    return {1, 2, 3, 31, 32, 33, 64, 129};
  }
};

TEST_P(Packing, UnpackingGivesWhatDecodingGives) {
  for (std::uint64_t rows : {1, 15, 16, 17, 40})
    for (std::uint64_t columns : columnCounts()) {
      Matrix matrix(format, rows, columns);
      std::vector<float> values(rows * columns);
      unpackTiles(packedFormat, matrix.packed().data(), rows, columns, values.data());
      ASSERT_EQ(bitsOf(values), bitsOf(matrix.decoded())) << rows << " rows, " << columns << " columns";
    }
}

TEST_P(Packing, RandomBlocksHoldInfinitiesAndNaNs) {
  std::vector<float> values = Matrix(format, 512, 5 * block).decoded();
  EXPECT_THAT(values, testing::Contains(testing::ResultOf([](float value) { return std::isfinite(value); }, true)));
  if (format == StorageFormat::MXFP4) // has scales alone that are powers of two
    return;
  EXPECT_THAT(values, testing::Contains(testing::ResultOf([](float value) { return std::isnan(value); }, true)));
}

TEST_P(Packing, PaddingIsZero) {
  std::uint64_t columns = 3 * block;
  std::vector<float> values(16 * columns);
  unpackTiles(packedFormat, Matrix(format, 3, columns).packed().data(), 16, columns, values.data());
  values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(3 * columns));
  EXPECT_THAT(values, testing::Each(0.0f));
}

TEST_P(Packing, TilesMayBePackedInPieces) {
  Matrix matrix(format, 70, 2 * block);
  std::vector<std::uint8_t> whole = matrix.packed(), pieces;
  for (auto [begin, end] : {std::pair(0, 2), std::pair(2, 3), std::pair(3, 3), std::pair(3, 5)}) {
    std::vector<std::uint8_t> piece((end - begin) * *tileBytes(packedFormat, 2 * block));
    packTiles(format, matrix.data(), 70, 2 * block, begin, end, piece.data());
    pieces.insert(pieces.end(), piece.begin(), piece.end());
  }
  EXPECT_EQ(whole, pieces);
}

TEST_P(Packing, OneRowIsThatRow) {
  std::uint64_t columns = 3 * block;
  Matrix matrix(format, 21, columns);
  std::vector<float> row(columns), all = matrix.decoded();
  unpackRow(packedFormat, matrix.packed().data(), 19, columns, row.data());
  EXPECT_EQ(bitsOf(row), bitsOf({all.begin() + static_cast<std::ptrdiff_t>(19 * columns),
                                 all.begin() + static_cast<std::ptrdiff_t>(20 * columns)}));
}

INSTANTIATE_TEST_SUITE_P(All, Packing, testing::ValuesIn(packableFormats()),
                         [](const auto &test) { return std::string(storageFormatInfo(test.param).name); });

//===----------------------------------------------------------------------===//
// The layout itself, as the header draws it
//===----------------------------------------------------------------------===//

TEST(PackedLayout, ColumnsOfQ8Are128More) {
  Matrix matrix(StorageFormat::Q8_0, 16, 64);
  std::vector<std::uint8_t> packed = matrix.packed();
  const std::uint8_t *row5Block1 = matrix.data() + 5 * 68 + 34;
  for (int column = 0; column < 32; ++column)
    EXPECT_EQ(packed[544 + column / 4 * 64 + 5 * 4 + column % 4],
              static_cast<std::uint8_t>(row5Block1[2 + column] + 128));
  EXPECT_EQ(packed[544 + 512 + 5 * 2], row5Block1[0]);
  EXPECT_EQ(packed[544 + 512 + 5 * 2 + 1], row5Block1[1]);
}

TEST(PackedLayout, HalvesOfBytesAre16ColumnsApart) {
  Matrix matrix(StorageFormat::Q4_1, 32, 32);
  std::vector<std::uint8_t> packed = matrix.packed();
  const std::uint8_t *row18 = matrix.data() + 18 * 20;
  for (int column = 0; column < 16; ++column)
    EXPECT_EQ(packed[320 + column / 4 * 64 + 2 * 4 + column % 4], row18[4 + column]) << "column, and column + 16 above";
  EXPECT_EQ(packed[320 + 288 + 2 * 2], row18[2]) << "minimum";
}

TEST(PackedLayout, PairsOfBF16AreNeighbours) {
  Matrix matrix(StorageFormat::BF16, 16, 6);
  std::vector<std::uint8_t> packed = matrix.packed();
  for (int row = 0; row < 16; ++row)
    for (int column = 0; column < 6; ++column)
      EXPECT_EQ(packed[column / 2 * 64 + row * 4 + column % 2 * 2], matrix.data()[row * 12 + column * 2]);
}

} // namespace
