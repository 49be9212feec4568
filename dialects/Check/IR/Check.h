//===- Check.h - The check dialect -------------------------------*- C++ -*-===//
//
// Numeric assertions about graph programs, for tests. CheckOps.td defines the ops.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_DIALECTS_CHECK_IR_CHECK_H
#define TERN_DIALECTS_CHECK_IR_CHECK_H

#include "dialects/Graph/IR/Graph.h"

#include "dialects/Check/IR/CheckDialect.h.inc"

#define GET_OP_CLASSES
#include "dialects/Check/IR/CheckOps.h.inc"

#endif // TERN_DIALECTS_CHECK_IR_CHECK_H
