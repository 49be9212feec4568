//===- RegisterAll.h - Everything a tool has to know -------------*- C++ -*-===//
//
// The one list of Tern's dialects, passes and pipelines. Every tool calls these, so that what one tool reads, another
// does too; a new dialect or pass library is added in lib/Pipelines/RegisterAll.cpp and nowhere else.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_REGISTERALL_H
#define TERN_REGISTERALL_H

#include "mlir/IR/DialectRegistry.h"

namespace tern {

/// Adds Tern's dialects and the upstream dialects that stand beside them in its programs.
void registerAllDialects(mlir::DialectRegistry &registry);

/// Registers Tern's passes and pipelines, and the upstream passes that are useful on its programs. Once per process.
void registerAllPasses();

} // namespace tern

#endif // TERN_REGISTERALL_H
