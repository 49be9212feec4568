//===- Text.h - What ops of cuda are called in C++ ---------------*- C++ -*-===//
//
// Types, numbers and expressions as strings. Statements.h makes lines of them.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TARGET_CUDA_TEXT_H
#define TERN_TARGET_CUDA_TEXT_H

#include "dialects/Cuda/IR/Cuda.h"

namespace tern::cuda {

/// How strongly the operators of C++ bind, the weakest first.
enum class Binding {
  Any,
  Conditional,
  LogicalOr,
  LogicalAnd,
  BitOr,
  BitXor,
  BitAnd,
  Equality,
  Order,
  Shift,
  Sum,
  Product,
  Prefix,
  Postfix
};

/// `float`, `const float *`, ...
std::string typeText(mlir::Type type);

/// A declaration without its value: `float x`, `const float *x`.
std::string declarationText(mlir::Type type, llvm::StringRef name);

/// A number as a literal of C++ that gives it back to the bit.
std::string numberText(mlir::TypedAttr number, bool hex);

/// What `value` is where it is used, in parentheses if it binds less than `binding`.
std::string valueText(mlir::Value value, Binding binding = Binding::Any);

/// `callee<template arguments>(operands)`.
std::string callText(CallOp call);

/// `pointer[index]` or `*pointer`.
std::string elementText(mlir::Value pointer, mlir::Value index);

/// `+`, `<<`, ...
llvm::StringRef operatorText(BinaryOperator kind);

} // namespace tern::cuda

#endif // TERN_TARGET_CUDA_TEXT_H
