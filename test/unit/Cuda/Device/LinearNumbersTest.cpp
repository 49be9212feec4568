//===- LinearNumbersTest.cpp ---------------------------------------------===//
//
// Every format of numbers with every format of numbers.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Cuda/Device/LinearTesting.h"

using namespace tern;
using namespace tern::test;

namespace {

template <typename FORMAT> class Numbers : public testing::Test {};
using NumberFormats = testing::Types<BF16, F16, F32>;
TYPED_TEST_SUITE(Numbers, NumberFormats);

TYPED_TEST(Numbers, TimesF32) {
  for (std::uint64_t columns : {1, 2, 33, 130, 576, 2049})
    check<F32, TypeParam>(columns);
}
TYPED_TEST(Numbers, TimesF16) {
  for (std::uint64_t columns : {3, 64, 577})
    check<F16, TypeParam>(columns);
}
TYPED_TEST(Numbers, TimesBF16) {
  for (std::uint64_t columns : {5, 128, 1000})
    check<BF16, TypeParam>(columns);
}

} // namespace
