//===- EntrySpec.h - The sizes that an entry point is made for ---*- C++ -*-===//

#ifndef TERN_LIB_CONVERSION_GRAPHTOKERNEL_ENTRYSPEC_H
#define TERN_LIB_CONVERSION_GRAPHTOKERNEL_ENTRYSPEC_H

#include "dialects/Kernel/IR/Kernel.h"

#include "llvm/ADT/StringMap.h"

namespace tern {

/// "prefill:B=1:T<256": which dimensions are numbers in the entry, and how large the others become.
struct EntrySpec {
  std::string name;
  llvm::StringMap<int64_t> sizes, maxima;
  bool isForGpu = false; ///< Not part of the text: whether blocks of threads compute its tasks.

  /// Reads one spec; errors are reported at `location`.
  static mlir::FailureOr<EntrySpec> parse(llvm::StringRef text, mlir::Location location);

  /// Reports what the spec asks for and `function` does not have: a dimension in none of its types, or a number where a
  /// state grows.
  mlir::LogicalResult check(mlir::func::FuncOp function) const;
};

/// A checked copy of `function` under the spec's name, with the spec's sizes in all of its types.
mlir::func::FuncOp makeEntry(mlir::func::FuncOp function, const EntrySpec &spec);

} // namespace tern

#endif // TERN_LIB_CONVERSION_GRAPHTOKERNEL_ENTRYSPEC_H
