//===- LinearKernelTest.cpp - Kernels of kind linear, run -----------------===//
//
// Kernels as text, compiled and run on random operands, against the reference interpreter.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Conversion/KernelToCpu/CompiledKernel.h"
#include "test/unit/Conversion/KernelToCpu/LinearData.h"

#include "dialects/Kernel/IR/Kernel.h"
#include "runtime/Base/Half.h"
#include "runtime/Packing/Pack.h"
#include "tern/Conversion/KernelToCpu.h"
#include "tern/Interpreter/Interpreter.h"

#include "mlir/Parser/Parser.h"

#include <cstring>
#include <gmock/gmock.h>

using namespace tern;
using namespace tern::cpu;
using graph::SymbolicTensorType;

namespace {

/// Rows of packed weights, for the interpreter.
class PackedRows : public RowSource {
public:
  PackedRows(PackedFormat format, std::shared_ptr<AlignedBytes> bytes, uint64_t columns)
      : format(format), bytes(std::move(bytes)), columns(columns) {}
  void read(int64_t row, float *target) const override { unpackRow(format, bytes->data(), row, columns, target); }

private:
  PackedFormat format;
  std::shared_ptr<AlignedBytes> bytes;
  uint64_t columns;
};

/// An operand as the kernel and as the interpreter see it.
struct Operand {
  std::shared_ptr<AlignedBytes> bytes;
  Tensor tensor;
};

/// The kernel @k of `text`, in which symbol T may occur.
class LinearKernelTest : public testing::Test {
protected:
  void compile(const std::string &text) {
    module = mlir::parseSourceString<mlir::ModuleOp>(
        "module attributes {kernel.symbols = [\"capacity\", \"T\"]} {" + text + "}", &testContext());
    ASSERT_TRUE(module) << text;
    function = module->lookupSymbol<kernel::FuncOp>("k");
    mlir::FailureOr<CpuKernels> code = convertKernelsToCpu(*module, testTarget());
    ASSERT_TRUE(succeeded(code));
    compiled.emplace(CompiledKernel::load(*code->module, "k"));
    compiled->scratchBytes = code->scratchBytes;
  }

  int64_t sizeOf(mlir::Attribute dim) {
    auto fixed = llvm::dyn_cast<mlir::IntegerAttr>(dim);
    return fixed ? fixed.getInt() : tokens;
  }

  std::pair<int64_t, int64_t> rowsAndCapacity(SymbolicTensorType type) {
    int64_t rows = 1, capacity = 1;
    for (mlir::Attribute dim : type.getDims().drop_back()) {
      rows *= sizeOf(dim);
      capacity *= *function.getMaximum(dim);
    }
    return {rows, capacity};
  }

  Operand operand(unsigned index) {
    auto type = llvm::cast<SymbolicTensorType>(function.getArgumentTypes()[index]);
    llvm::SmallVector<int64_t> shape;
    for (mlir::Attribute dim : type.getDims())
      shape.push_back(sizeOf(dim));
    StorageFormat format = type.getStorageFormat();
    if (function.getLayout(index) == kernel::Layout::Tiles16) {
      PackedFormat packed = *packedFormatOf(format);
      auto bytes = std::make_shared<AlignedBytes>(randomWeights(packed, shape[0], shape[1], index + 1));
      return {bytes, Tensor::lazy(shape, format, std::make_shared<PackedRows>(packed, bytes, shape[1]))};
    }
    auto [rows, capacity] = rowsAndCapacity(type);
    RandomTokens values(format, rows, capacity, shape.back());
    bool isQuantized = storageFormatInfo(format).isActivation;
    Tensor tensor = Tensor::fromFloats(shape, values.numbers, isQuantized ? StorageFormat::F32 : format);
    return {std::make_shared<AlignedBytes>(std::move(values.bytes)), isQuantized ? tensor.withFormat(format) : tensor};
  }

  /// What the interpreter makes of a launch of the kernel.
  llvm::SmallVector<Tensor> interpret(llvm::ArrayRef<Operand> operands) {
    mlir::OpBuilder builder = mlir::OpBuilder::atBlockEnd(module->getBody());
    mlir::Location loc = module->getLoc();
    auto run = mlir::func::FuncOp::create(builder, loc, "run", function.getFunctionType());
    builder.setInsertionPointToStart(run.addEntryBlock());
    auto launch = kernel::LaunchOp::create(builder, loc, function.getResultTypes(), "k", run.getArguments());
    mlir::func::ReturnOp::create(builder, loc, launch.getResults());
    auto interpreter = Interpreter::create(*module);
    EXPECT_TRUE(succeeded(interpreter));
    llvm::SmallVector<Tensor> arguments;
    for (const Operand &operand : operands)
      arguments.push_back(operand.tensor);
    auto results = interpreter->call("run", arguments);
    EXPECT_TRUE(succeeded(results));
    run.erase();
    return *results;
  }

  int64_t numTasks() {
    int64_t all = 0;
    for (auto tasks : function.getTasks().getAsRange<kernel::TasksAttr>()) {
      int64_t count = 1;
      for (auto [dim, tile] : llvm::zip_equal(tasks.getDims(), tasks.getTiles()))
        count *= (sizeOf(dim) + tile - 1) / tile;
      all += count;
    }
    return all;
  }

  static float numberAt(const AlignedBytes &bytes, StorageFormat format, int64_t index) {
    if (format == StorageFormat::F32) {
      float number;
      std::memcpy(&number, bytes.data() + index * 4, 4);
      return number;
    }
    std::uint16_t half;
    std::memcpy(&half, bytes.data() + index * 2, 2);
    return format == StorageFormat::F16 ? halfToFloat(half) : bitsToFloat(std::uint32_t(half) << 16);
  }

  /// Runs all tasks in one piece, and in pieces of `piece` tasks, and compares with the interpreter.
  void expectAgreement(int64_t numTokens, double tolerance, int64_t piece = 1) {
    tokens = numTokens;
    std::vector<Operand> operands;
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      operands.push_back(operand(i));
    llvm::SmallVector<Tensor> expected = interpret(operands);
    int64_t all = numTasks();
    for (int64_t length : {all, piece}) {
      std::vector<AlignedBytes> results;
      std::vector<void *> pointers;
      for (Operand &operand : operands)
        pointers.push_back(operand.bytes->data());
      for (const Tensor &result : expected) {
        results.emplace_back(result.size() * 4);
        std::memset(results.back().data(), 0xff, results.back().size());
        pointers.push_back(results.back().data());
      }
      for (int64_t begin = 0; begin < all; begin += length)
        ASSERT_EQ(compiled->run(pointers, {0, tokens}, begin, std::min(begin + length, all)), 0);
      for (auto [result, bytes] : llvm::zip_equal(expected, results))
        expectNear(result, bytes, tolerance);
    }
  }

  void expectNear(const Tensor &expected, const AlignedBytes &bytes, double tolerance) {
    double largest = 0, worst = 0;
    for (float number : expected.floats())
      largest = std::max(largest, double(std::fabs(number)));
    for (int64_t i = 0; i < expected.size(); ++i) {
      double error = std::fabs(double(expected.floats()[i]) - numberAt(bytes, expected.format(), i));
      worst = std::isfinite(error) ? std::max(worst, error) : INFINITY;
    }
    EXPECT_LT(worst, tolerance * largest) << tokens << " tokens";
  }

  mlir::OwningOpRef<mlir::ModuleOp> module;
  kernel::FuncOp function;
  std::optional<CompiledKernel> compiled;
  int64_t tokens = 1;
};

constexpr double f32Tolerance = 2e-6;

TEST_F(LinearKernelTest, NormGateAndUpOfOneToken) {
  compile(R"(
kernel.func @k(%x: !graph.tensor<f32[1, 1, 96]>, %n: !graph.tensor<f32[96]>,
               %g: !graph.tensor<q4_1[64, 96]> {kernel.layout = #kernel.layout<tiles16>},
               %u: !graph.tensor<q8_0[64, 96]> {kernel.layout = #kernel.layout<tiles16>})
    -> !graph.tensor<f32[1, 1, 64]> attributes {
    schedule = #kernel.schedule<kind = linear, rows = 1, tokens = 8, inline_prologue = 1, prefetch = 1024>,
    tasks = [#kernel.tasks<roots = [0], dims = [64, 1, 1], tiles = [16, 1, 1]>]} {
  %0 = graph.rms_norm %x, %n epsilon 1.0e-5 : (f32[1, 1, 96], f32[96]) -> f32[1, 1, 96]
  %1 = graph.quantize %0 : (f32[1, 1, 96]) -> i15_32[1, 1, 96]
  %2 = graph.linear %1, %g : (i15_32[1, 1, 96], q4_1[64, 96]) -> f32[1, 1, 64]
  %3 = graph.linear %1, %u : (i15_32[1, 1, 96], q8_0[64, 96]) -> f32[1, 1, 64]
  %4 = graph.gated silu %2, %3 : (f32[1, 1, 64], f32[1, 1, 64]) -> f32[1, 1, 64]
  kernel.return %4 : !graph.tensor<f32[1, 1, 64]>
})");
  expectAgreement(1, 1e-4, 3);
}

TEST_F(LinearKernelTest, ResidualBiasAndPartOfATile) {
  compile(R"(
kernel.func @k(%x: !graph.tensor<i15_32[3, 1, 256]>, %w: !graph.tensor<q6_k[41, 256]> {kernel.layout = #kernel.layout<tiles16>},
               %b: !graph.tensor<f32[41]>, %r: !graph.tensor<f32[3, 1, 41]>, %s: !graph.tensor<f32[1]>)
    -> (!graph.tensor<f32[3, 1, 41]>, !graph.tensor<f32[3, 1, 41]>) attributes {
    schedule = #kernel.schedule<kind = linear>,
    tasks = [#kernel.tasks<roots = [0, 1], dims = [41, 3, 1], tiles = [32, 3, 1]>]} {
  %0 = graph.linear %x, %w bias %b : (i15_32[3, 1, 256], q6_k[41, 256], f32[41]) -> f32[3, 1, 41]
  %1 = graph.soft_cap %0 cap 30.0 : (f32[3, 1, 41]) -> f32[3, 1, 41]
  %2 = graph.add %1, %r : (f32[3, 1, 41], f32[3, 1, 41]) -> f32[3, 1, 41]
  %3 = graph.mul %2, %s : (f32[3, 1, 41], f32[1]) -> f32[3, 1, 41]
  kernel.return %2, %3 : !graph.tensor<f32[3, 1, 41]>, !graph.tensor<f32[3, 1, 41]>
})");
  expectAgreement(1, 1e-5);
}

TEST_F(LinearKernelTest, ThreeProductsOfAPrompt) {
  compile(R"(
kernel.func @k(%x: !graph.tensor<i8_32[1, T, 64]>, %q: !graph.tensor<q4_0[96, 64]> {kernel.layout = #kernel.layout<tiles16>},
               %k: !graph.tensor<q5_0[32, 64]> {kernel.layout = #kernel.layout<tiles16>},
               %v: !graph.tensor<bf16[32, 64]> {kernel.layout = #kernel.layout<tiles16>})
    -> (!graph.tensor<f32[1, T, 96]>, !graph.tensor<f32[1, T, 32]>, !graph.tensor<f16[1, T, 32]>) attributes {
    maxima = {T = 40 : i64}, schedule = #kernel.schedule<kind = linear, rows = 4, tokens = 8>,
    tasks = [#kernel.tasks<roots = [0], dims = [96, 1, "T"], tiles = [64, 1, 16]>,
             #kernel.tasks<roots = [1], dims = [32, 1, "T"], tiles = [16, 1, 40]>,
             #kernel.tasks<roots = [2], dims = [32, 1, "T"], tiles = [16, 1, 16]>]} {
  %0 = graph.linear %x, %q : (i8_32[1, T, 64], q4_0[96, 64]) -> f32[1, T, 96]
  %1 = graph.linear %x, %k : (i8_32[1, T, 64], q5_0[32, 64]) -> f32[1, T, 32]
  %2 = graph.linear %x, %v : (i8_32[1, T, 64], bf16[32, 64]) -> f32[1, T, 32]
  %3 = graph.cast %2 : (f32[1, T, 32]) -> f16[1, T, 32]
  kernel.return %0, %1, %3 : !graph.tensor<f32[1, T, 96]>, !graph.tensor<f32[1, T, 32]>, !graph.tensor<f16[1, T, 32]>
})");
  for (int64_t count : {1, 7, 8, 17, 40})
    expectAgreement(count, 1e-3);
}

TEST_F(LinearKernelTest, FloatsWithoutQuantization) {
  compile(R"(
kernel.func @k(%x: !graph.tensor<f32[2, T, 75]>, %n: !graph.tensor<f32[75]>,
               %w: !graph.tensor<f32[48, 75]> {kernel.layout = #kernel.layout<tiles16>})
    -> !graph.tensor<f32[2, T, 48]> attributes {
    maxima = {T = 12 : i64}, schedule = #kernel.schedule<kind = linear, inline_prologue = 1>,
    tasks = [#kernel.tasks<roots = [0], dims = [48, 2, "T"], tiles = [32, 1, 4]>]} {
  %0 = graph.rms_norm %x, %n epsilon 1.0e-5 : (f32[2, T, 75], f32[75]) -> f32[2, T, 75]
  %1 = graph.linear %0, %w : (f32[2, T, 75], f32[48, 75]) -> f32[2, T, 48]
  %2 = graph.gelu %1 : (f32[2, T, 48]) -> f32[2, T, 48]
  kernel.return %2 : !graph.tensor<f32[2, T, 48]>
})");
  for (int64_t count : {1, 3, 12})
    expectAgreement(count, f32Tolerance, 2);
}

TEST_F(LinearKernelTest, HalfPrecisionThroughout) {
  compile(R"(
kernel.func @k(%x: !graph.tensor<bf16[1, 5, 70]>, %w: !graph.tensor<bf16[30, 70]> {kernel.layout = #kernel.layout<tiles16>},
               %r: !graph.tensor<bf16[1, 5, 30]>)
    -> !graph.tensor<bf16[1, 5, 30]> attributes {
    schedule = #kernel.schedule<kind = linear, rows = 2>,
    tasks = [#kernel.tasks<roots = [0], dims = [30, 1, 5], tiles = [16, 1, 5]>]} {
  %0 = graph.linear %x, %w : (bf16[1, 5, 70], bf16[30, 70]) -> bf16[1, 5, 30]
  %1 = graph.add %0, %r : (bf16[1, 5, 30], bf16[1, 5, 30]) -> bf16[1, 5, 30]
  kernel.return %1 : !graph.tensor<bf16[1, 5, 30]>
})");
  expectAgreement(1, 1e-2);
}

TEST_F(LinearKernelTest, WeightsInRowsAreReadElementByElement) {
  compile(R"(
kernel.func @k(%x: !graph.tensor<f32[1, T, 20]>, %w: !graph.tensor<f32[20, 20]>) -> !graph.tensor<f32[1, T, 20]> attributes {
    maxima = {T = 12 : i64}, schedule = #kernel.schedule<kind = linear>,
    tasks = [#kernel.tasks<roots = [0], dims = [20, 1, "T"], tiles = [16, 1, 4]>]} {
  %0 = graph.linear %x, %w : (f32[1, T, 20], f32[20, 20]) -> f32[1, T, 20]
  kernel.return %0 : !graph.tensor<f32[1, T, 20]>
})");
  expectAgreement(5, f32Tolerance);
}

/// What the conversion says about a kernel that it refuses.
std::string refusal(const std::string &tasks, const std::string &input) {
  std::string errors;
  mlir::ScopedDiagnosticHandler handler(&testContext(), [&](mlir::Diagnostic &diagnostic) {
    if (errors.empty())
      errors = diagnostic.str();
  });
  std::string text = "kernel.func @k(%x: !graph.tensor<" + input +
                     "[2, 5, 32]>, %w: !graph.tensor<f32[32, 32]> {kernel.layout = "
                     "#kernel.layout<tiles16>}) -> !graph.tensor<" +
                     input +
                     "[2, 5, 32]> attributes {schedule = "
                     "#kernel.schedule<kind = linear>, tasks = [#kernel.tasks<roots = [0], " +
                     tasks +
                     ">]} {"
                     "%0 = graph.linear %x, %w : (" +
                     input + "[2, 5, 32], f32[32, 32]) -> " + input +
                     "[2, 5, 32] "
                     "kernel.return %0 : !graph.tensor<" +
                     input + "[2, 5, 32]>}";
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &testContext());
  EXPECT_TRUE(module) << errors;
  EXPECT_TRUE(!module || failed(convertKernelsToCpu(*module, testTarget())));
  return errors;
}

TEST(LinearKernelErrors, NameTheRule) {
  using testing::HasSubstr;
  EXPECT_THAT(refusal("dims = [2, 5, 32], tiles = [1, 1, 16]", "f32"), HasSubstr("the last dimension of their roots"));
  EXPECT_THAT(refusal("dims = [32, 2, 5], tiles = [8, 2, 5]", "f32"), HasSubstr("whole tiles of 16 rows"));
  EXPECT_THAT(refusal("dims = [32, 2, 5], tiles = [16, 2, 1]", "f32"), HasSubstr("must be neighbours"));
  EXPECT_THAT(refusal("dims = [32, 2, 5], tiles = [16, 2, 5]", "f64"), HasSubstr("must be f32, f16, bf16"));
}

} // namespace
