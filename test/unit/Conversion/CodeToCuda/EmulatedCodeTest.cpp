//===- EmulatedCodeTest.cpp - Code, printed as CUDA C++, run ----------------===//
//
// Programs of arith, math, scf and llvm pointers go the whole way: convert-code-to-cuda, printing, and the emulation of
// a GPU, which compiles and runs the text. Results are compared with what the ops mean, computed here.
//
//===----------------------------------------------------------------------===//

#include "runtime/Cuda/Emulation/EmulatedKernels.h"
#include "tern/Conversion/Passes.h"
#include "tern/Target/CudaSource.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

using namespace mlir;
using namespace tern;
using testing::ElementsAre;

namespace {

struct Sizes {
  long long at[4] = {};
};

/// A block of 32 threads runs `body`, the body of a kernel of two pointers, %x to read and %y to write, in order and
/// then in other orders of its threads. `y` is what it wrote.
template <typename T>
void runBody(const std::string &element, const std::string &body, std::vector<T> x, std::vector<T> &y) {
  MLIRContext context;
  context.loadDialect<cuda::CudaDialect, arith::ArithDialect, LLVM::LLVMDialect, math::MathDialect, scf::SCFDialect>();
  std::string text = "cuda.kernel @tern_test(%x: !llvm.ptr {cuda.name = \"x\", cuda.element = " + element +
                     ", cuda.read_only}, %y: !llvm.ptr {cuda.name = \"y\", cuda.element = " + element +
                     "}) attributes {shared = 1024 : i64, threads = 32 : i64} {\n" + body + "\n  cuda.return\n}\n";
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  ASSERT_TRUE(module) << text;
  (*module)->setAttr("kernel.symbols", Builder(&context).getStrArrayAttr({"capacity", "a", "b", "c"}));
  PassManager passes(&context);
  passes.addPass(createConvertCodeToCuda());
  ASSERT_TRUE(succeeded(passes.run(*module)));
  Result<std::string> source = cudaSourceOf(*module);
  ASSERT_TRUE(bool(source)) << source.problem().str();
  Result<EmulatedKernels> kernels = EmulatedKernels::compile(*source);
  ASSERT_TRUE(bool(kernels)) << kernels.problem().str();
  Sizes sizes{{7, 11, 13, 17}};
  const std::vector<T> before = y;
  std::vector<T> first;
  for (unsigned long long seed = 0; seed < 3; ++seed) {
    y = before;
    long long problem = 0, *problemPlace = &problem;
    T *input = x.data(), *output = y.data();
    void *parameters[] = {&input, &output, &sizes, &problemPlace};
    Status done = kernels->launch("tern_test", parameters, /*grid=*/1, /*block=*/32, /*sharedBytes=*/1024, seed);
    ASSERT_TRUE(bool(done)) << done.problem().str();
    EXPECT_EQ(problem, 0);
    if (seed == 0)
      first = y;
    EXPECT_EQ(y, first) << "depends on the order of threads";
  }
}

/// A body that thread 0 alone runs.
std::string alone(const std::string &body) {
  return R"(%t = cuda.thread_index
            %zero = arith.constant 0 : i32
            %first = arith.cmpi eq, %t, %zero : i32
            scf.if %first {)" +
         body + "}";
}

/// y[place] = value
std::string put(int place, const std::string &value, const std::string &type) {
  std::string p = "%place" + std::to_string(place);
  return p + " = llvm.getelementptr %y[" + std::to_string(place) + "] : (!llvm.ptr) -> !llvm.ptr, " + type +
         "\nllvm.store " + value + ", " + p + " : " + type + ", !llvm.ptr\n";
}

} // namespace

TEST(EmulatedCode, RowsAreNormalisedByABlock) {
  std::vector<float> x(100), y(100);
  double squares = 0;
  for (int i = 0; i < 100; ++i) {
    x[i] = 0.25f * static_cast<float>(i % 13) - 1;
    squares += x[i] * x[i];
  }
  runBody<float>("f32", R"(
    %t = cuda.thread_index
    %c32 = arith.constant 32 : i32
    %c100 = arith.constant 100 : i32
    %none = arith.constant 0.0 : f32
    %mine = scf.for %i = %t to %c100 step %c32 iter_args(%sum = %none) -> (f32) : i32 {
      %0 = llvm.getelementptr %x[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
      %1 = llvm.load %0 : !llvm.ptr -> f32
      %2 = arith.mulf %1, %1 : f32
      %3 = arith.addf %sum, %2 : f32
      scf.yield %3 : f32
    }
    %all = cuda.call "tern::blockSum"<"32">(%mine) : (f32) -> f32
    %one = arith.constant 1.0 : f32
    %root = math.sqrt %all : f32
    %scale = arith.divf %one, %root : f32
    scf.for %i = %t to %c100 step %c32 : i32 {
      %0 = llvm.getelementptr %x[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
      %1 = llvm.load %0 : !llvm.ptr -> f32
      %2 = arith.mulf %1, %scale : f32
      %3 = llvm.getelementptr %y[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
      llvm.store %2, %3 : f32, !llvm.ptr
    })",
                 x, y);
  for (int i = 0; i < 100; ++i)
    EXPECT_NEAR(y[i], x[i] / std::sqrt(squares), 1e-6);
}

TEST(EmulatedCode, VariablesChangeAtOnce) {
  // Fibonacci numbers, and a rotation of three variables through a nested loop.
  std::vector<int> y(4);
  runBody<int>("i32",
               alone(R"(
    %one = arith.constant 1 : i32
    %two = arith.constant 2 : i32
    %ten = arith.constant 10 : i32
    %f:2 = scf.for %i = %zero to %ten step %one iter_args(%a = %zero, %b = %one) -> (i32, i32) : i32 {
      %s = arith.addi %a, %b : i32
      scf.yield %b, %s : i32, i32
    }
    %r:3 = scf.for %i = %zero to %two step %one iter_args(%a = %one, %b = %two, %c = %ten) -> (i32, i32, i32) : i32 {
      %n = scf.for %j = %zero to %i step %one iter_args(%d = %a) -> (i32) : i32 {
        %e = arith.addi %d, %ten : i32
        scf.yield %e : i32
      }
      scf.yield %b, %c, %n : i32, i32, i32
    })" + put(0, "%f#0", "i32") +
                     put(1, "%r#0", "i32") + put(2, "%r#1", "i32") + put(3, "%r#2", "i32")),
               {0}, y);
  EXPECT_THAT(y, ElementsAre(55, 10, 1, 12));
}

TEST(EmulatedCode, LoopsEndWhereTheirConditionFails) {
  // Collatz steps of 27, and a search that computes before it decides.
  std::vector<long long> x = {5, 3, 8, -1, 9}, y(3);
  runBody<long long>("i64",
                     alone(R"(
    %c0 = arith.constant 0 : i64
    %c1 = arith.constant 1 : i64
    %c2 = arith.constant 2 : i64
    %c3 = arith.constant 3 : i64
    %start = arith.constant 27 : i64
    %steps:2 = scf.while (%n = %start, %count = %c0) : (i64, i64) -> (i64, i64) {
      %goes = arith.cmpi ne, %n, %c1 : i64
      scf.condition(%goes) %n, %count : i64, i64
    } do {
    ^bb0(%n: i64, %count: i64):
      %bit = arith.remsi %n, %c2 : i64
      %odd = arith.cmpi eq, %bit, %c1 : i64
      %next = scf.if %odd -> i64 {
        %a = arith.muli %n, %c3 : i64
        %b = arith.addi %a, %c1 : i64
        scf.yield %b : i64
      } else {
        %h = arith.divsi %n, %c2 : i64
        scf.yield %h : i64
      }
      %more = arith.addi %count, %c1 : i64
      scf.yield %next, %more : i64, i64
    }
    %found:2 = scf.while (%i = %c0) : (i64) -> (i64, i64) {
      %p = llvm.getelementptr %x[%i] : (!llvm.ptr, i64) -> !llvm.ptr, i64
      %v = llvm.load %p : !llvm.ptr -> i64
      %positive = arith.cmpi sge, %v, %c0 : i64
      scf.condition(%positive) %v, %i : i64, i64
    } do {
    ^bb0(%v: i64, %i: i64):
      %next = arith.addi %i, %c1 : i64
      scf.yield %next : i64
    })" + put(0, "%steps#1", "i64") +
                           put(1, "%found#0", "i64") + put(2, "%found#1", "i64")),
                     x, y);
  EXPECT_THAT(y, ElementsAre(111, -1, 3));
}

TEST(EmulatedCode, BranchesKeepWhatTheyDoNotChange) {
  std::vector<float> x = {1, -2, 3, -4}, y(3);
  runBody<float>("f32",
                 alone(R"(
    %one = arith.constant 1 : i32
    %four = arith.constant 4 : i32
    %none = arith.constant 0.0 : f32
    %r:2 = scf.for %i = %zero to %four step %one iter_args(%sum = %none, %last = %none) -> (f32, f32) : i32 {
      %p = llvm.getelementptr %x[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
      %v = llvm.load %p : !llvm.ptr -> f32
      %positive = arith.cmpf ogt, %v, %none : f32
      %n:2 = scf.if %positive -> (f32, f32) {
        %s = arith.addf %sum, %last : f32
        %u = arith.addf %s, %v : f32
        scf.yield %u, %v : f32, f32
      } else {
        scf.yield %sum, %last : f32, f32
      }
      scf.yield %n#0, %n#1 : f32, f32
    }
    %swapped:2 = scf.if %first -> (f32, f32) {
      scf.yield %r#1, %r#0 : f32, f32
    } else {
      scf.yield %r#0, %r#1 : f32, f32
    })" + put(0, "%swapped#0", "f32") +
                       put(1, "%swapped#1", "f32")),
                 x, y);
  EXPECT_THAT(y, ElementsAre(3, 5, 0));
}

TEST(EmulatedCode, LoadsDoNotMoveOverStores) {
  std::vector<int> y = {1, 2, 3};
  runBody<int>("i32", alone(R"(
    %five = arith.constant 5 : i32
    %p0 = llvm.getelementptr %y[0] : (!llvm.ptr) -> !llvm.ptr, i32
    %p1 = llvm.getelementptr %y[1] : (!llvm.ptr) -> !llvm.ptr, i32
    %p2 = llvm.getelementptr %y[2] : (!llvm.ptr) -> !llvm.ptr, i32
    %old = llvm.load %p0 : !llvm.ptr -> i32
    llvm.store %five, %p0 : i32, !llvm.ptr
    %new = llvm.load %p0 : !llvm.ptr -> i32
    %both = arith.muli %old, %new : i32
    %f = cuda.lambda "value"() -> i32 {
      %v = llvm.load %p1 : !llvm.ptr -> i32
      cuda.yield %v : i32
    }
    llvm.store %both, %p1 : i32, !llvm.ptr
    llvm.store %old, %p2 : i32, !llvm.ptr)"),
               {0}, y);
  EXPECT_THAT(y, ElementsAre(5, 5, 1));
}

TEST(EmulatedCode, IntegersOfAllWidthsWrapAndShift) {
  std::vector<int> x = {-7, 300}, y(7);
  runBody<int>("i32",
               alone(R"(
    %p1 = llvm.getelementptr %x[1] : (!llvm.ptr) -> !llvm.ptr, i32
    %a = llvm.load %x : !llvm.ptr -> i32
    %b = llvm.load %p1 : !llvm.ptr -> i32
    %three = arith.constant 3 : i32
    %logical = arith.shrui %a, %three : i32
    %arithmetic = arith.shrsi %a, %three : i32
    %quotient = arith.divui %a, %three : i32
    %byte = arith.trunci %b : i32 to i8
    %sum = arith.addi %byte, %byte : i8
    %wide = arith.extsi %sum : i8 to i32
    %unsigned = arith.trunci %a : i32 to i8
    %zero_extended = arith.extui %unsigned : i8 to i32
    %below = arith.cmpi ult, %a, %b : i32
    %flag = arith.extui %below : i1 to i32
    %long = arith.extsi %a : i32 to i64
    %shift = arith.constant 33 : i64
    %high = arith.shli %long, %shift : i64
    %back = arith.shrsi %high, %shift : i64
    %same = arith.trunci %back : i64 to i32)" +
                     put(0, "%logical", "i32") + put(1, "%arithmetic", "i32") + put(2, "%quotient", "i32") +
                     put(3, "%wide", "i32") + put(4, "%zero_extended", "i32") + put(5, "%flag", "i32") +
                     put(6, "%same", "i32")),
               x, y);
  EXPECT_THAT(y, ElementsAre(536870911, -1, 1431655763, 88, 249, 0, -7));
}

TEST(EmulatedCode, ConstantsAreExactToTheBit) {
  const float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> y(6);
  runBody<float>("f32",
                 alone(R"(
    %a = arith.constant 0.1 : f32
    %b = arith.constant 1.17549435e-38 : f32
    %c = arith.constant 3.40282347e+38 : f32
    %d = arith.constant 0xFF800000 : f32
    %e = arith.constant 16777217.0 : f32
    %f = arith.constant -0.0 : f32)" +
                       put(0, "%a", "f32") + put(1, "%b", "f32") + put(2, "%c", "f32") + put(3, "%d", "f32") +
                       put(4, "%e", "f32") + put(5, "%f", "f32")),
                 {0}, y);
  EXPECT_THAT(y, ElementsAre(0.1f, std::numeric_limits<float>::min(), std::numeric_limits<float>::max(), -infinity,
                             16777216.0f, -0.0f));
  EXPECT_TRUE(std::signbit(y[5]));
}
