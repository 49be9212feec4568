//===- LowerToLlvm.cpp - From loops and vectors to LLVM -------------------===//

#include "lib/Conversion/KernelToCpu/LowerToLlvm.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/IR/Threading.h"
#include "mlir/Transforms/DialectConversion.h"

using namespace mlir;

namespace tern::cpu {

void registerCodeDialects(DialectRegistry &registry) {
  registry.insert<arith::ArithDialect, cf::ControlFlowDialect, LLVM::LLVMDialect, math::MathDialect, scf::SCFDialect,
                  vector::VectorDialect>();
}

static LogicalResult lowerFunction(LLVM::LLVMFuncOp function) {
  MLIRContext *context = function.getContext();
  {
    ConversionTarget target(*context);
    target.markUnknownOpDynamicallyLegal([](Operation *op) { return !isa<scf::SCFDialect>(op->getDialect()); });
    RewritePatternSet patterns(context);
    populateSCFToControlFlowConversionPatterns(patterns);
    if (failed(applyPartialConversion(function, target, std::move(patterns))))
      return failure();
  }
  LLVMConversionTarget target(*context);
  LLVMTypeConverter types(context);
  RewritePatternSet patterns(context);
  arith::populateArithToLLVMConversionPatterns(types, patterns);
  cf::populateControlFlowToLLVMConversionPatterns(types, patterns);
  populateMathToLLVMConversionPatterns(types, patterns);
  populateVectorToLLVMConversionPatterns(types, patterns);
  vector::populateVectorBroadcastLoweringPatterns(patterns);
  return applyFullConversion(function, target, std::move(patterns));
}

LogicalResult lowerToLlvm(ModuleOp module) {
  SmallVector<LLVM::LLVMFuncOp> functions(module.getOps<LLVM::LLVMFuncOp>());
  return failableParallelForEach(module.getContext(), functions, lowerFunction);
}

} // namespace tern::cpu
