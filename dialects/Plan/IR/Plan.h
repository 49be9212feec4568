//===- Plan.h - The plan dialect ---------------------------------*- C++ -*-===//
//
// When and where. PlanDialect.td says what the dialect is for, PlanOps.td defines memory, entries and launches.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_DIALECTS_PLAN_IR_PLAN_H
#define TERN_DIALECTS_PLAN_IR_PLAN_H

#include "dialects/Kernel/IR/Kernel.h"

#include "dialects/Plan/IR/PlanDialect.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Plan/IR/PlanAttrs.h.inc"

#define GET_OP_CLASSES
#include "dialects/Plan/IR/PlanOps.h.inc"

#endif // TERN_DIALECTS_PLAN_IR_PLAN_H
