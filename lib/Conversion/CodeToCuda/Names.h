//===- Names.h - What variables are called -----------------------*- C++ -*-===//

#ifndef TERN_CONVERSION_CODETOCUDA_NAMES_H
#define TERN_CONVERSION_CODETOCUDA_NAMES_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringSet.h"

namespace tern::cuda {

/// The names in sight, block by block: a name is taken until the block that declares it ends.
class Names {
public:
  Names() { open(); }

  void open() { scopes.emplace_back(); }
  void close() { scopes.pop_back(); }

  /// A name for a variable of the innermost block: `wish`, made an identifier, with a number if it is taken.
  std::string declare(llvm::StringRef wish);

  /// The next of i, j, k, ... for a loop.
  std::string declareIndex();

private:
  bool isTaken(llvm::StringRef name) const;

  llvm::SmallVector<llvm::StringSet<>> scopes;
};

/// A name for the value of `op` if nobody gives one: after the function that is called, the pointer that is read, or
/// the kind of number it is.
std::string suggestName(mlir::Operation *op);

/// A name for a variable of a loop, by how `next`, its value for the next iteration, is made from `carried`.
std::string suggestCarriedName(mlir::Value carried, mlir::Value next);

} // namespace tern::cuda

#endif // TERN_CONVERSION_CODETOCUDA_NAMES_H
