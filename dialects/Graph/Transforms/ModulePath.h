//===- ModulePath.h - Which layer of the model an op belongs to --*- C++ -*-===//

#ifndef TERN_DIALECTS_GRAPH_TRANSFORMS_MODULEPATH_H
#define TERN_DIALECTS_GRAPH_TRANSFORMS_MODULEPATH_H

#include "mlir/IR/Location.h"

namespace tern::graph {

/// The first module path in `location`, "model.layers.7.self_attn.q_proj", or nothing: importers write it as a name.
inline llvm::StringRef modulePath(mlir::Location location) {
  llvm::StringRef path;
  location->walk([&](mlir::Location inner) {
    auto name = llvm::dyn_cast<mlir::NameLoc>(inner);
    if (!name)
      return mlir::WalkResult::advance();
    path = name.getName().getValue();
    return mlir::WalkResult::interrupt();
  });
  return path;
}

} // namespace tern::graph

#endif // TERN_DIALECTS_GRAPH_TRANSFORMS_MODULEPATH_H
