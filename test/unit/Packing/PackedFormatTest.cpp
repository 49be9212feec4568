//===- PackedFormatTest.cpp -----------------------------------------------===//

#include "runtime/Packing/PackedFormat.h"

#include <gtest/gtest.h>

using namespace tern;

namespace {

TEST(PackedFormat, BlocksOfKnownFormatsTakeTheBytesOfTheFile) {
  for (int i = 0; i < numStorageFormats; ++i) {
    const StorageFormatInfo &stored = storageFormatInfo(static_cast<StorageFormat>(i));
    std::optional<PackedFormat> packed = packedFormatOf(stored.format);
    EXPECT_EQ(packed.has_value(), !stored.isInteger && !stored.isActivation) << stored.name;
    if (!packed || packedFormatInfo(*packed).name != stored.name)
      continue;
    const PackedFormatInfo &info = packedFormatInfo(*packed);
    EXPECT_EQ(info.bytes * stored.blockLength, tileRows * stored.blockBytes * info.columns) << stored.name;
    EXPECT_EQ(info.columns % stored.blockLength, 0u) << stored.name;
  }
}

TEST(PackedFormat, EveryFloatOrBlockHasAPlace) {
  EXPECT_EQ(packedFormatOf(StorageFormat::F64), PackedFormat::F32);
  EXPECT_EQ(packedFormatOf(StorageFormat::F8E4M3), PackedFormat::BF16);
  EXPECT_EQ(packedFormatOf(StorageFormat::Q4_K), PackedFormat::Q4_K);
  EXPECT_EQ(packedFormatOf(StorageFormat::MXFP4), PackedFormat::Wide8);
  EXPECT_EQ(packedFormatOf(StorageFormat::I8), std::nullopt);
  EXPECT_EQ(packedFormatOf(StorageFormat::I15_32), std::nullopt);
}

TEST(PackedFormat, BytesCountThePadding) {
  EXPECT_EQ(packedBytes(PackedFormat::Q4_1, 16, 64), 640u);
  EXPECT_EQ(packedBytes(PackedFormat::Q4_1, 17, 64), 1280u);
  EXPECT_EQ(packedBytes(PackedFormat::Q6_K, 1, 512), 6720u);
  EXPECT_EQ(packedBytes(PackedFormat::BF16, 16, 3), 128u) << "an odd column takes the room of two";
  EXPECT_EQ(packedBytes(PackedFormat::F16, 16, 3), 96u);
  EXPECT_EQ(packedBytes(PackedFormat::F32, 0, 3), 0u);
  EXPECT_EQ(packedBytes(PackedFormat::F32, 3, 0), 0u);
}

TEST(PackedFormat, NoBytesForHalfABlockOrTooMuch) {
  EXPECT_EQ(packedBytes(PackedFormat::Q8_0, 16, 33), std::nullopt);
  EXPECT_EQ(packedBytes(PackedFormat::Q4_K, 16, 128), std::nullopt);
  std::uint64_t huge = std::uint64_t{1} << 61;
  EXPECT_EQ(packedBytes(PackedFormat::F32, huge, 1), std::nullopt);
  EXPECT_EQ(packedBytes(PackedFormat::F32, 1, huge), std::nullopt);
  EXPECT_EQ(packedBytes(PackedFormat::BF16, ~std::uint64_t{0}, ~std::uint64_t{0}), std::nullopt);
  EXPECT_EQ(tileBytes(PackedFormat::F32, huge >> 5), std::uint64_t{1} << 62);
  EXPECT_EQ(tileBytes(PackedFormat::F32, huge >> 4), std::nullopt);
}

} // namespace
