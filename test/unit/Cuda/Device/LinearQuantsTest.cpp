//===- LinearQuantsTest.cpp ----------------------------------------------===//
//
// Every format of quants with every format of activations.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Cuda/Device/LinearTesting.h"

using namespace tern;
using namespace tern::test;

namespace {

template <typename FORMAT> class Quants : public testing::Test {};
using QuantFormats = testing::Types<Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K, Wide8>;
TYPED_TEST_SUITE(Quants, QuantFormats);

TYPED_TEST(Quants, TimesFifteenBits) {
  check<I15, TypeParam>(256);
  check<I15, TypeParam>(2304);
}
TYPED_TEST(Quants, TimesEightBits) { check<I8, TypeParam>(768); }
TYPED_TEST(Quants, TimesF32) { check<F32, TypeParam>(768); }
TYPED_TEST(Quants, TimesF16) { check<F16, TypeParam>(256); }
TYPED_TEST(Quants, TimesBF16) { check<BF16, TypeParam>(1280); }

TEST(Linear, BlocksOf32TakeAnyMultiple) {
  check<I15, Q4_1>(576);
  check<I15, Q8_0>(32);
  check<I8, Q5_0>(1056);
  check<F32, Q4_0>(96);
}

} // namespace
