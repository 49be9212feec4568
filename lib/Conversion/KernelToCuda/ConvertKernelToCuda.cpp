//===- ConvertKernelToCuda.cpp - Kernels to code for a GPU ----------------===//
//
// Each kernel.func becomes a cuda.kernel of the same operands whose blocks compute one task each. KernelCode writes the
// body, CudaEmitter what is a GPU's.
//
//===----------------------------------------------------------------------===//

#include "tern/Conversion/KernelToCuda.h"

#include "KernelComment.h"
#include "dialects/Kernel/IR/Arrivals.h"
#include "lib/Conversion/KernelCode/RowsKernel.h"
#include "lib/Conversion/KernelToCuda/CudaEmitter.h"
#include "lib/Conversion/KernelToCuda/LinearBlocks.h"
#include "lib/Conversion/KernelToCuda/TiledAttention.h"
#include "tern/Conversion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"

using namespace mlir;
using namespace tern;
using namespace tern::cuda;

namespace tern {
#define GEN_PASS_DEF_CONVERTKERNELTOCUDA
#include "include/tern/Conversion/Passes.h.inc"
} // namespace tern

/// Threads of a block. Rows and products have one for every few numbers of a usual row, products that stream weights
/// what their ring says.
static int64_t threadsOf(kernel::FuncOp function, const CudaTarget &target) {
  if (function.getSchedule().getKind() == kernel::Kind::Attention)
    return attentionThreads(function, target);
  std::optional<WeightRing> ring = weightRing(function, target);
  return ring ? ring->threads : linearBlockThreads;
}

/// What an operand is called in the source: its class and its place among those of that class.
static std::string operandName(StringRef kind, llvm::StringMap<int64_t> &counts) {
  return (kind + Twine(counts[kind]++)).str();
}

static void describeOperands(KernelOp kernel, kernel::FuncOp function) {
  llvm::StringMap<int64_t> counts;
  llvm::DenseSet<Value> written;
  for (Operation *write : function.getWrites())
    written.insert(write->getOperand(0));
  for (auto [i, argument] : llvm::enumerate(function.getBody().getArguments())) {
    auto state = dyn_cast<kernel::StateType>(argument.getType());
    auto type = state ? state.getTensor() : cast<graph::SymbolicTensorType>(argument.getType());
    kernel::OperandClass operand = function.getOperandClass(i);
    bool isArrivals = bool(function.getArgAttr(i, kernel::arrivalsAttrName));
    StringRef kind = isArrivals                                  ? "arrivals"
                     : state                                     ? "state"
                     : operand == kernel::OperandClass::Streamed ? "weight"
                     : operand == kernel::OperandClass::Resident ? "table"
                                                                 : "input";
    bool isBytes = type.isBlockStorage() || (!state && function.getLayout(i) == kernel::Layout::Tiles16);
    Type element = isBytes ? IntegerType::get(type.getContext(), 8) : TensorEmitter::storedType(type.getElementType());
    bool isWritten = isArrivals || written.contains(argument);
    kernel.describeArgument(i, operandName(kind, counts), element, /*readOnly=*/!isWritten);
    // What launches before write must not be taken for constant: it is read after a wait.
    if (state || operand == kernel::OperandClass::Dependent)
      kernel.setArgAttr(i, aliasedAttrName, UnitAttr::get(kernel.getContext()));
  }
  for (auto [i, result] : llvm::enumerate(function.getResultTypes())) {
    auto type = cast<graph::SymbolicTensorType>(result);
    Type element = type.isBlockStorage() ? IntegerType::get(type.getContext(), 8)
                                         : TensorEmitter::storedType(type.getElementType());
    kernel.describeArgument(function.getNumArguments() + i, operandName("output", counts), element, false);
  }
}

static LogicalResult emitCudaKernel(OpBuilder &builder, kernel::FuncOp function,
                                    const llvm::StringMap<int64_t> &symbols, const CudaTarget &target,
                                    const std::string &comment) {
  Location loc = function.getLoc();
  int64_t numOperands = function.getNumArguments() + function.getNumResults();
  SmallVector<Type> pointers(numOperands, LLVM::LLVMPointerType::get(builder.getContext()));
  int64_t threads = threadsOf(function, target);
  auto kernel =
      KernelOp::create(builder, loc, ("tern_" + function.getSymName()).str(), pointers, threads, /*shared=*/0, comment);
  describeOperands(kernel, function);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&kernel.getBody().front());
  CodeBuilder b(builder, loc);
  b.callsFunctions = true;
  KernelFrame frame;
  for (Value argument : kernel.getBody().getArguments())
    frame.operands.push_back(b.wrap(argument));
  frame.begin = b.zeroExtend(b.i64, b.wrap(BlockIndexOp::create(builder, loc, b.i32)));
  frame.problem = b.wrap(ProblemOp::create(builder, loc, b.ptr));
  frame.dim = [&b](int64_t symbol) { return b.wrap(SizeOp::create(b.builder, b.loc, b.i64, symbol)); };
  CudaEmitter e(b, frame, function, symbols, threads, target);
  e.begin();
  emitKernel(e);
  ReturnOp::create(builder, loc);
  kernel.setShared(e.scratchBytes());
  if (std::optional<int64_t> resident = e.residentBlocks())
    kernel.setResident(*resident); // registers must leave room for them, and may take all that they leave
  if (!e.failed() && e.scratchBytes() > target.sharedBytes)
    return function.emitError() << "needs " << e.scratchBytes() << " bytes of shared memory, and a block of "
                                << target.name << " has " << target.sharedBytes;
  return failure(e.failed());
}

OwningOpRef<ModuleOp> tern::convertKernelsToCuda(ModuleOp module, const CudaTarget &target) {
  MLIRContext *context = module.getContext();
  context->loadDialect<CudaDialect, arith::ArithDialect, cf::ControlFlowDialect, LLVM::LLVMDialect, math::MathDialect,
                       scf::SCFDialect, ub::UBDialect>();
  OwningOpRef<ModuleOp> code(ModuleOp::create(module.getLoc()));
  if (Attribute symbols = module->getAttr(kernel::symbolsAttrName))
    (*code)->setAttr(kernel::symbolsAttrName, symbols);
  OpBuilder builder = OpBuilder::atBlockEnd(code->getBody());
  llvm::StringMap<int64_t> symbols = symbolsOf(module);
  KernelComments comments(module, target);
  bool hasFailed = false;
  for (auto function : module.getOps<kernel::FuncOp>())
    hasFailed |= failed(emitCudaKernel(builder, function, symbols, target, comments.of(function)));
  return hasFailed ? nullptr : std::move(code);
}

namespace {

struct ConvertKernelToCuda : tern::impl::ConvertKernelToCudaBase<ConvertKernelToCuda> {
  using ConvertKernelToCudaBase::ConvertKernelToCudaBase;

  void runOnOperation() override {
    Result<CudaTarget> parsed = parseCudaTarget(target);
    if (!parsed) {
      getOperation().emitError() << parsed.problem().str();
      return signalPassFailure();
    }
    OwningOpRef<ModuleOp> code = convertKernelsToCuda(getOperation(), *parsed);
    if (!code)
      return signalPassFailure();
    getOperation().getBodyRegion().takeBody(code->getBodyRegion());
  }
};

} // namespace
