//===- KernelCostTest.cpp - What kernels move and compute -----------------===//

#include "dialects/Kernel/Analysis/KernelCost.h"
#include "tern/RegisterAll.h"

#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace tern;
using namespace tern::kernel;

namespace {

class KernelCostTest : public ::testing::Test {
protected:
  KernelCostTest() {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
  }

  /// The cost of the kernel with this signature and these ops.
  std::optional<KernelCost> cost(const std::string &signature, const std::string &ops,
                                 ArrayRef<std::pair<const char *, int64_t>> sizes = {}) {
    std::string text = "kernel.func @k" + signature +
                       " attributes {schedule = #kernel.schedule<kind = rows>, "
                       "tasks = [#kernel.tasks<roots = [0], dims = [1], tiles = [1]>]} {\n" +
                       ops + "\n}";
    OwningOpRef<ModuleOp> module =
        parseSourceString<ModuleOp>(text, ParserConfig(&context, /*verifyAfterParse=*/false));
    EXPECT_TRUE(module) << text;
    if (!module)
      return std::nullopt;
    Builder builder(&context);
    NamedAttrList list;
    for (auto [name, size] : sizes)
      list.set(name, builder.getI64IntegerAttr(size));
    return costOf(*module->getOps<FuncOp>().begin(), list.getDictionary(&context));
  }

  MLIRContext context;
};

} // namespace

TEST_F(KernelCostTest, ProductsReadTheirWeightsOnce) {
  // 12 rows of 3 blocks of q4_1 (20 bytes for 32 numbers), 5 tokens of 96 f32 in and 12 out.
  auto linear =
      cost("(%x: !graph.tensor<f32[1, T, 96]>, %w: !graph.tensor<q4_1[12, 96]>) -> !graph.tensor<f32[1, T, 12]>",
           "%0 = graph.linear %x, %w : (f32[1, T, 96], q4_1[12, 96]) -> f32[1, T, 12]\n"
           "kernel.return %0 : !graph.tensor<f32[1, T, 12]>",
           {{"T", 5}});
  ASSERT_TRUE(linear);
  EXPECT_EQ(linear->bytes, 12 * 3 * 20 + 5 * (96 + 12) * 4);
  EXPECT_EQ(linear->flops, 2.0 * 5 * 96 * 12);
}

TEST_F(KernelCostTest, TablesAreReadAsFarAsTheyAreLookedUp) {
  std::string signature =
      "(%w: !graph.tensor<f16[1000, 64]>, %i: !graph.tensor<i32[1, T]>) -> !graph.tensor<f32[1, T, 64]>";
  std::string ops = "%0 = graph.embedding %w[%i] : (f16[1000, 64], i32[1, T]) -> f32[1, T, 64]\n"
                    "kernel.return %0 : !graph.tensor<f32[1, T, 64]>";
  auto few = cost(signature, ops, {{"T", 3}});
  ASSERT_TRUE(few);
  EXPECT_EQ(few->bytes, 3 * (64 * 2 + 4 + 64 * 4));
  EXPECT_EQ(few->flops, 0);
  auto many = cost(signature, ops, {{"T", 5000}});
  ASSERT_TRUE(many);
  EXPECT_EQ(many->bytes, 1000 * 64 * 2 + 5000 * (4 + 64 * 4)) << "each row once";
}

TEST_F(KernelCostTest, AttentionCountsWhatQueriesMaySee) {
  auto attention = [&](const char *mask, int64_t tokens, int64_t context) {
    return cost(
        "(%q: !graph.tensor<f32[2, T, 8, 64]>, %p: !graph.tensor<i32[2, T]>, "
        "%ks: !kernel.state<!graph.tensor<f16[2, C, 4, 64]>, heads>, "
        "%vs: !kernel.state<!graph.tensor<f16[2, C, 4, 64]>, heads>) -> !graph.tensor<f32[2, T, 8, 64]>",
        "%k = kernel.read_state %ks : !kernel.state<!graph.tensor<f16[2, C, 4, 64]>, heads> -> f16[2, C, 4, 64]\n"
        "%v = kernel.read_state %vs : !kernel.state<!graph.tensor<f16[2, C, 4, 64]>, heads> -> f16[2, C, 4, 64]\n"
        "%0 = graph.attention %q, %k, %v at %p mask " +
            std::string(mask) +
            " scale 0.125 : (f32[2, T, 8, 64], f16[2, C, 4, 64], f16[2, C, 4, 64], i32[2, T]) -> f32[2, T, 8, "
            "64]\nkernel.return %0 : !graph.tensor<f32[2, T, 8, 64]>",
        {{"T", tokens}, {"C", context}});
  };
  auto bytes = [](int64_t tokens, int64_t keys) { return 2 * (tokens * (2 * 8 * 64 * 4 + 4) + 2 * keys * 4 * 64 * 2); };
  auto flops = [](int64_t pairs) { return 2 * 8 * pairs * (64 + 64) * 2; };
  auto decode = attention("causal", 1, 100), chunk = attention("causal", 3, 100);
  auto window = attention("causal window 10", 3, 100), all = attention("none", 3, 100);
  ASSERT_TRUE(decode && chunk && window && all);
  EXPECT_EQ(decode->bytes, bytes(1, 100));
  EXPECT_EQ(decode->flops, flops(100));
  EXPECT_EQ(chunk->bytes, bytes(3, 100));
  EXPECT_EQ(chunk->flops, flops(98 + 99 + 100));
  EXPECT_EQ(window->bytes, bytes(3, 12)) << "three queries see ten keys each, the first two fewer";
  EXPECT_EQ(window->flops, flops(30));
  EXPECT_EQ(all->flops, flops(300));
  auto ahead = attention("none window 10", 3, 100);
  ASSERT_TRUE(ahead);
  EXPECT_EQ(ahead->flops, flops(12 + 11 + 10)) << "a window limits what lies before a query, not behind it";
}

TEST_F(KernelCostTest, StatesCostWhatIsAppended) {
  auto append = cost(
      "(%x: !graph.tensor<f16[1, T, 4, 64]>, %p: !graph.tensor<i32[1, T]>, "
      "%s: !kernel.state<!graph.tensor<f16[1, C, 4, 64]>, heads>)",
      "kernel.append_state %s, %x at %p : !kernel.state<!graph.tensor<f16[1, C, 4, 64]>, heads>, (f16[1, T, 4, 64], "
      "i32[1, T])\nkernel.return",
      {{"T", 2}});
  ASSERT_TRUE(append) << "the size of the context plays no part";
  EXPECT_EQ(append->bytes, 2 * (2 * 4 * 64 * 2 + 4));
}

TEST_F(KernelCostTest, SizesMustBeKnown) {
  EXPECT_FALSE(cost("(%x: !graph.tensor<f32[T, 4]>) -> !graph.tensor<f32[T, 4]>",
                    "%0 = graph.silu %x : (f32[T, 4]) -> f32[T, 4]\nkernel.return %0 : !graph.tensor<f32[T, 4]>"));
}

TEST(KernelFloor, IsTheLongerOfMemoryAndArithmetic) {
  KernelCost cost{1000, 8000};
  EXPECT_EQ(floorSeconds(cost, {100, 1000}), 10);
  EXPECT_TRUE(isMemoryBound(cost, {100, 1000}));
  EXPECT_EQ(floorSeconds(cost, {1000, 1000}), 8);
  EXPECT_FALSE(isMemoryBound(cost, {1000, 1000}));
  EXPECT_EQ(floorSeconds(cost, {0, 1000}), 8) << "as far as it is known";
}
