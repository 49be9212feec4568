//===- CodeBuilderTest.cpp - What CodeBuilder writes, run ------------------===//

#include "test/unit/Conversion/KernelToCpu/CompiledKernel.h"

#include <gtest/gtest.h>

using namespace tern::cpu;

TEST(CodeBuilder, FoldsOverMemory) {
  CompiledKernel kernel = CompiledKernel::build(2, [](CodeBuilder &b, const KernelFrame &frame) {
    Val sum = b.fold(frame.begin, frame.end, b.index(1), {b.constant(b.f32, 0.0)}, [&](Val i, llvm::ArrayRef<Val> sum) {
      Val x = b.load(b.f32, frame.operands[0], i);
      return Vals{sum[0] + x * x};
    })[0];
    b.store(sum + 0.5, frame.operands[1]);
  });
  std::vector<float> in = {1, 2, 3, 4}, out(1);
  EXPECT_EQ(kernel.run({in.data(), out.data()}, {}, 0, 4), 0);
  EXPECT_EQ(out[0], 30.5f);
}

TEST(CodeBuilder, LoadsPartsOfVectors) {
  CompiledKernel kernel = CompiledKernel::build(2, [](CodeBuilder &b, const KernelFrame &frame) {
    Val part = b.loadPart(CodeBuilder::vec(b.f32, 8), frame.operands[0], b.index(1), frame.end);
    b.storePart(part * 2, frame.operands[1], b.index(0), frame.end + 1);
  });
  std::vector<float> in = {1, 2, 3, 4}, out(8, -1.0f);
  kernel.run({in.data(), out.data()}, {}, 0, 3);
  EXPECT_EQ(out, (std::vector<float>{4, 6, 8, 0, -1, -1, -1, -1}));
}

TEST(CodeBuilder, BranchesAndReports) {
  CompiledKernel kernel = CompiledKernel::build(1, [](CodeBuilder &b, const KernelFrame &frame) {
    Vals chosen = b.ifElse(frame.dim(1) > 3, [&] { return Vals{b.index(10)}; }, [&] { return Vals{frame.end * 2}; });
    b.store(chosen[0], frame.operands[0]);
    frame.report(frame.end == 7, TERN_KERNEL_INDEX_OUTSIDE);
  });
  int64_t out = 0;
  EXPECT_EQ(kernel.run({&out}, {0, 4}, 0, 7), 1);
  EXPECT_EQ(out, 10);
  EXPECT_EQ(kernel.run({&out}, {0, 3}, 0, 8), 0);
  EXPECT_EQ(out, 16);
}
