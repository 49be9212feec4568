//===- Float8.h - Floats of 8 bits in code -----------------------*- C++ -*-===//

#ifndef TERN_CONVERSION_KERNELCODE_FLOAT8_H
#define TERN_CONVERSION_KERNELCODE_FLOAT8_H

#include "lib/Conversion/KernelCode/CodeBuilder.h"

namespace tern::code {

/// Whether `element` is f8E4M3FN or f8E5M2. Code holds them as bytes: no processor here computes with them.
bool isFloat8(mlir::Type element);

/// The bytes `bits` of that type as f32, exactly.
Val float8ToF32(CodeBuilder &b, mlir::Type element, Val bits);

/// The bytes nearest to `number` in f32, ties to even, NaN kept; what is too large becomes infinity, or NaN in
/// f8E4M3FN.
Val f32ToFloat8(CodeBuilder &b, mlir::Type element, Val number);

} // namespace tern::code

#endif // TERN_CONVERSION_KERNELCODE_FLOAT8_H
