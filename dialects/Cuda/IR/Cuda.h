//===- Cuda.h - The cuda dialect ---------------------------------*- C++ -*-===//
//
// Kernels of a GPU, down to CUDA C++. CudaDialect.td says what the dialect is for; CudaKernelOps.td defines what
// kernels are written with, CudaExpressionOps.td and CudaStatementOps.td what they are printed from, and Printable.h
// says when a kernel can be.
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
#include "dialects/Cuda/IR/CudaEnums.h.inc"

namespace tern::cuda {

/// The traits of expressions and names; CudaBase.td says what they mean.
template <typename Op> class Expression : public mlir::OpTrait::TraitBase<Op, Expression> {};
template <typename Op> class Name : public mlir::OpTrait::TraitBase<Op, Name> {};

} // namespace tern::cuda

#define GET_ATTRDEF_CLASSES
#include "dialects/Cuda/IR/CudaAttrs.h.inc"

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

/// Attribute of a loop: it is unrolled. (`cuda.name` of an op is a wish for the name of its value, of a loop's for that
/// of its number.)
inline constexpr llvm::StringLiteral unrollAttrName = "cuda.unroll";

/// Whether `type` is a number of C++: one of the builtin integers and floats that CudaTypes.td lists.
bool isScalar(mlir::Type type);

/// What C++ makes of an operand of type `type`: integers smaller than int become int. Null for floats of 16 bits, which
/// have no operators.
mlir::Type promotedType(mlir::Type type);

/// The type of `a + b` for operands of these types, numbers or a pointer and an integer; null if there is none.
mlir::Type arithmeticType(mlir::Type a, mlir::Type b);

/// Whether a value of type `from` stands for one of type `to` without a word: the same type, or a narrower integer.
bool isWidening(mlir::Type from, mlir::Type to);

/// The type of an operation on these operands; null if C++ has no such operation.
mlir::Type resultType(BinaryOperator operation, mlir::Type lhs, mlir::Type rhs);

/// Whether `name` can name a variable: letters, digits and underlines, and no word of the language.
bool isIdentifier(llvm::StringRef name);

} // namespace tern::cuda

#endif // TERN_DIALECTS_CUDA_IR_CUDA_H
