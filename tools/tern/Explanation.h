//===- Explanation.h - What each layer got, and why --------------*- C++ -*-===//
//
// Passes say of every decision what was done and with which numbers, or why not: as remarks of MLIR's remark engine
// (mlir/IR/Remarks.h). `tern compile --explain` collects those that decide what a layer becomes and prints them by
// layer; layers that got the same are one.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TOOLS_TERN_EXPLANATION_H
#define TERN_TOOLS_TERN_EXPLANATION_H

#include "runtime/Base/Json.h"

#include "mlir/IR/MLIRContext.h"

#include <memory>

namespace tern {

class Explanation {
public:
  /// Collects the remarks of `context`, once, for as long as that lives.
  explicit Explanation(mlir::MLIRContext &context);
  ~Explanation();

  /// [{"layers": ["model.layers.0", ...], "decisions": [{"phase", "where", "applied", "what"}]}].
  Json asJson() const;
  /// The same as text for a person.
  std::string asText() const;

private:
  class Collector;
  std::shared_ptr<Collector> collector; ///< Shared with the context's remark engine.
};

} // namespace tern

#endif // TERN_TOOLS_TERN_EXPLANATION_H
