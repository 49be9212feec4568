//===- MlirAbi.h - Agree with the packaged MLIR about NDEBUG -----*- C++ -*-===//
//
// Debian's libMLIR is built with NDEBUG, and `mlir::Pass::Statistic` changes its size with that macro: 1 byte in the
// library, 40 in code compiled with asserts. This header must come first in every compiler source (the precompiled
// header sees to it): it shows Statistic.h the library's NDEBUG and leaves asserts on for everything after it.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_SUPPORT_MLIRABI_H
#define TERN_SUPPORT_MLIRABI_H

#pragma push_macro("NDEBUG")
#undef NDEBUG
#define NDEBUG
#include "llvm/ADT/Statistic.h"
#pragma pop_macro("NDEBUG")

#include <cassert>

#endif // TERN_SUPPORT_MLIRABI_H
