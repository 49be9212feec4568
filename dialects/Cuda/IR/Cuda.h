//===- Cuda.h - The cuda dialect ---------------------------------*- C++ -*-===//
//
// Kernels of a GPU, down to CUDA C++. CudaDialect.td says what the dialect is for; CudaKernelOps.td defines what
// kernels are written with.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_DIALECTS_CUDA_IR_CUDA_H
#define TERN_DIALECTS_CUDA_IR_CUDA_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/LLVMIR/LLVMTypes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Cuda/IR/CudaDialect.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/Cuda/IR/CudaTypes.h.inc"

#define GET_OP_CLASSES
#include "dialects/Cuda/IR/CudaOps.h.inc"

namespace tern::cuda {

/// Names of the attributes of a kernel's arguments.
inline constexpr llvm::StringLiteral nameAttrName = "cuda.name";
inline constexpr llvm::StringLiteral elementAttrName = "cuda.element";
inline constexpr llvm::StringLiteral readOnlyAttrName = "cuda.read_only";
inline constexpr llvm::StringLiteral aliasedAttrName = "cuda.aliased";

/// Whether `type` is a number of C++: one of the builtin integers and floats that CudaTypes.td lists.
bool isScalar(mlir::Type type);

/// Whether `name` can name a variable: letters, digits and underlines, and no word of the language.
bool isIdentifier(llvm::StringRef name);

} // namespace tern::cuda

#endif // TERN_DIALECTS_CUDA_IR_CUDA_H
