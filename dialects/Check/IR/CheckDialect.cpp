//===- CheckDialect.cpp - Registration of the check dialect ---------------===//

#include "dialects/Check/IR/Check.h"

using namespace mlir;
using namespace tern::check;

#include "dialects/Check/IR/CheckDialect.cpp.inc"

void CheckDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "dialects/Check/IR/CheckOps.cpp.inc"
      >();
}
