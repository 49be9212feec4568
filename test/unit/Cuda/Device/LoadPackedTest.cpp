//===- LoadPackedTest.cpp -------------------------------------------------===//
//
// Every element of packed matrices of random bytes, so scales are infinite or NaN now and then.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Cuda/Device/DeviceTesting.h"

#include "runtime/Cuda/Device/LoadPacked.h"
#include "runtime/Packing/Pack.h"

using namespace tern;
using namespace tern::test;

namespace {

template <typename FORMAT> void check(StorageFormat stored, std::uint64_t columns) {
  SCOPED_TRACE(std::string(storageFormatInfo(stored).name) + " of " + std::to_string(columns));
  constexpr std::uint64_t rows = 40;
  PackedFormat packedFormat = *packedFormatOf(stored);
  Buffer file(*storageBytes(stored, rows, columns)), packed(*packedBytes(packedFormat, rows, columns));
  std::mt19937 random(static_cast<unsigned>(columns));
  for (std::size_t i = 0; i < file.size(); ++i)
    file.data()[i] = static_cast<std::uint8_t>(random());
  packTiles(stored, file.data(), rows, columns, 0, numTiles(rows), packed.data());
  EXPECT_EQ(static_cast<std::uint64_t>(tern::tileBytes<FORMAT>(columns)), *tern::tileBytes(packedFormat, columns));

  std::vector<float> expected(rows * columns), values(rows * columns);
  unpackTiles(packedFormat, packed.data(), rows, columns, expected.data());
  auto body = [&] {
    for (std::size_t i = threadIdx.x; i < values.size(); i += 64)
      values[i] = loadPacked<FORMAT>(packed.data(), columns, i / columns, i % columns);
  };
  EXPECT_EQ(run(body, 1, 64), "");
  EXPECT_EQ(bitsOf(values), bitsOf(expected));
}

TEST(LoadPacked, GivesWhatUnpackingGives) {
  for (std::uint64_t columns : {256, 768}) {
    check<Q8_0>(StorageFormat::Q8_0, columns);
    check<Q4_0>(StorageFormat::Q4_0, columns);
    check<Q4_1>(StorageFormat::Q4_1, columns);
    check<Q5_0>(StorageFormat::Q5_0, columns);
    check<Q5_1>(StorageFormat::Q5_1, columns);
    check<Q4_K>(StorageFormat::Q4_K, columns);
    check<Q5_K>(StorageFormat::Q5_K, columns);
    check<Q6_K>(StorageFormat::Q6_K, columns);
    for (StorageFormat wide :
         {StorageFormat::Q2_K, StorageFormat::Q3_K, StorageFormat::IQ4_NL, StorageFormat::IQ4_XS, StorageFormat::MXFP4})
      check<Wide8>(wide, columns);
  }
  check<Q8_0>(StorageFormat::Q8_0, 32);
  check<Q5_1>(StorageFormat::Q5_1, 96);
}

TEST(LoadPacked, OfNumbersTakesAnyWidth) {
  for (std::uint64_t columns : {1, 2, 7, 64, 129}) {
    check<BF16>(StorageFormat::BF16, columns);
    check<F16>(StorageFormat::F16, columns);
    check<F32>(StorageFormat::F32, columns);
  }
}

} // namespace
