//===- QuantizeRowTest.cpp ------------------------------------------------===//
//
// Bit for bit against the definition in runtime/Packing/QuantizedActivations.h.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Cuda/Device/DeviceTesting.h"

#include "runtime/Cuda/Device/QuantizedRows.h"
#include "runtime/Packing/QuantizedActivations.h"

#include <limits>

using namespace tern;
using namespace tern::test;

namespace {

std::vector<float> rowsWithEdges(std::uint64_t count) {
  std::vector<float> x = randomNumbers(count, static_cast<unsigned>(count));
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] *= static_cast<float>(std::exp2(static_cast<double>(i / 32 % 40) * 8 - 150));
  const float edges[] = {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN(), 0x1p-100f,
                         -std::numeric_limits<float>::infinity(), 0x1.fffffep-101f};
  for (std::size_t i = 0; i < std::size(edges) && 64 * i + 40 < count; ++i) {
    if (i == 2 || i == 4)
      std::fill_n(x.begin() + static_cast<long>(64 * i + 32), std::min<std::size_t>(32, count - 64 * i - 32), 0.0f);
    x[64 * i + 40] = edges[i];
  }
  return x;
}

template <typename FORMAT, typename GROUP> void check(StorageFormat stored, std::uint64_t rows, std::uint64_t columns) {
  SCOPED_TRACE(std::to_string(rows) + " x " + std::to_string(columns));
  QuantizedLayout layout = *quantizedLayout(stored, rows + 2, columns);
  std::vector<float> x = rowsWithEdges(rows * columns);
  Buffer expected(layout.bytes), actual(layout.bytes);
  quantizeRows(layout, x.data(), rows, columns, expected.data());
  long long blocks = static_cast<long long>(layout.columns / 32);
  for (unsigned long long seed : seeds) {
    auto body = [&] {
      long long row = blockIndex() / 2, first = blockIndex() % 2 ? blocks / 2 : 0;
      quantizeRow<FORMAT, GROUP>(actual.data(), static_cast<long long>(rows + 2), static_cast<long long>(columns), row,
                                 first, blockIndex() % 2 ? blocks : blocks / 2, [&](long long column) {
                                   return x.at(static_cast<std::size_t>(row) * columns +
                                               static_cast<std::size_t>(column));
                                 });
    };
    EXPECT_EQ(run(body, static_cast<unsigned>(2 * rows), 32 * GROUP::warps, seed), "");
    // NaNs may differ in their sign; scales and float sums are where one can be.
    EXPECT_TRUE(std::equal(expected.data(), expected.data() + layout.scale, actual.data()));
    EXPECT_TRUE(
        std::equal(expected.data() + layout.isum16, expected.data() + layout.bytes, actual.data() + layout.isum16));
    for (std::uint64_t i = layout.scale / 4; i < layout.isum16 / 4; ++i)
      EXPECT_EQ(bitsOf(expected.as<float>()[i]), bitsOf(actual.as<float>()[i]));
  }
}

TEST(QuantizeRow, EqualsTheDefinition) {
  for (std::uint64_t columns : {1, 32, 100, 576, 2048}) {
    check<I15, Block<128>>(StorageFormat::I15_32, 3, columns);
    check<I8, Block<128>>(StorageFormat::I8_32, 3, columns);
    check<I15, Warp>(StorageFormat::I15_32, 3, columns);
    check<I8, Warp>(StorageFormat::I8_32, 3, columns);
  }
}

} // namespace
