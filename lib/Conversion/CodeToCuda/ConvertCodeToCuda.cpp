//===- ConvertCodeToCuda.cpp - Code as constructs of CUDA C++ -------------===//
//
// Rewrites each cuda.kernel, whose body computes in arith, math, scf and llvm pointers, into one of the cuda dialect
// alone. SourceEmitter.h says how; here are what stands around bodies: tables and parameters.
//
//===----------------------------------------------------------------------===//

#include "dialects/Cuda/IR/Printable.h"
#include "lib/Conversion/CodeToCuda/SourceEmitter.h"
#include "tern/Conversion/Passes.h"

#include "mlir/Dialect/UB/IR/UBOps.h"

using namespace mlir;
using namespace tern;
using namespace tern::cuda;

namespace tern {
#define GEN_PASS_DEF_CONVERTCODETOCUDA
#include "include/tern/Conversion/Passes.h.inc"
} // namespace tern

/// Names of constants have dots: gives each an identifier that no other symbol has.
static LogicalResult renameGlobals(ModuleOp module) {
  Names names;
  for (auto symbol : module.getOps<SymbolOpInterface>())
    if (isIdentifier(symbol.getName()))
      names.declare(symbol.getName());
  for (auto global : module.getOps<LLVM::GlobalOp>())
    if (!isIdentifier(global.getSymName()) &&
        failed(SymbolTable(module).rename(global, names.declare(global.getSymName()))))
      return global.emitError() << "must have uses that are known, to be renamed";
  return success();
}

/// A constant of the module in device memory.
static LogicalResult convertTable(OpBuilder &builder, LLVM::GlobalOp global) {
  auto elements = dyn_cast_or_null<DenseElementsAttr>(global.getValueOrNull());
  if (!global.getConstant() || !elements || !isa<LLVM::LLVMArrayType>(global.getType()))
    return global.emitError() << "must be a constant array of numbers to be a table of CUDA C++";
  SmallVector<Attribute> values(elements.getValues<Attribute>());
  for (Attribute value : values)
    if (auto number = dyn_cast<FloatAttr>(value);
        number && (!number.getValue().isFinite() || !promotedType(number.getType())))
      return global.emitError() << "must hold finite numbers of 32 or 64 bits to be a table of CUDA C++, got " << value;
  builder.setInsertionPoint(global);
  TableOp::create(builder, global.getLoc(), global.getSymName(), builder.getArrayAttr(values));
  return success();
}

/// The kernel with typed parameters and an empty body, before `kernel`.
static KernelOp declareTyped(OpBuilder &builder, KernelOp kernel) {
  builder.setInsertionPoint(kernel);
  SmallVector<Type> types;
  for (unsigned index = 0; index < kernel.getNumArguments(); ++index) {
    Type element = kernel.getArgumentElement(index);
    if (isa<LLVM::LLVMPointerType>(element))
      element = PointerType::get(builder.getI8Type());
    types.push_back(PointerType::get(element, kernel.isArgumentReadOnly(index)));
  }
  auto typed = KernelOp::create(builder, kernel.getLoc(), kernel.getSymName(), types, kernel.getThreads(),
                                kernel.getShared(), kernel.getComment().value_or(""));
  typed.setResidentAttr(kernel.getResidentAttr());
  typed->setDiscardableAttrs(kernel->getDiscardableAttrDictionary());
  for (unsigned index = 0; index < kernel.getNumArguments(); ++index) {
    typed.setArgAttr(index, nameAttrName, builder.getStringAttr(kernel.getArgumentName(index)));
    if (kernel.isArgumentAliased(index))
      typed.setArgAttr(index, aliasedAttrName, builder.getUnitAttr());
  }
  return typed;
}

static LogicalResult convertKernel(OpBuilder &builder, KernelOp kernel) {
  KernelOp typed = declareTyped(builder, kernel);
  if (failed(SourceEmitter(builder, kernel).emit(typed))) {
    typed.erase();
    return failure();
  }
  kernel.erase();
  return verifyPrintable(typed);
}

namespace {

struct ConvertCodeToCuda : tern::impl::ConvertCodeToCudaBase<ConvertCodeToCuda> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    OpBuilder builder(&getContext());
    if (failed(renameGlobals(module)))
      return signalPassFailure();
    for (auto global : llvm::make_early_inc_range(module.getOps<LLVM::GlobalOp>())) {
      if (failed(convertTable(builder, global)))
        return signalPassFailure();
      global.erase();
    }
    for (auto kernel : llvm::make_early_inc_range(module.getOps<KernelOp>()))
      if (failed(convertKernel(builder, kernel)))
        return signalPassFailure();
  }
};

} // namespace
