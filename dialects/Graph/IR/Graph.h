//===- Graph.h - The graph dialect -------------------------------*- C++ -*-===//
//
// Programs of transformer models on tensors with named dimensions. GraphDialect.td says what the dialect is for, the
// other .td files define its types, attributes and ops.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_DIALECTS_GRAPH_IR_GRAPH_H
#define TERN_DIALECTS_GRAPH_IR_GRAPH_H

#include "runtime/Base/StorageFormat.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Graph/IR/GraphDialect.h.inc"
#include "dialects/Graph/IR/GraphEnums.h.inc"

namespace tern::graph {

/// The resource that state ops read and write: effects on it stay in program order.
struct StateResource : mlir::SideEffects::Resource::Base<StateResource> {
  llvm::StringRef getName() final { return "graph state"; }
};

/// The element type of tensors stored as `format`: a builtin number type, or a BlockStorageType.
mlir::Type elementTypeOf(mlir::MLIRContext *context, StorageFormat format);

/// The storage format of an element type, or nothing if no file holds such elements.
std::optional<StorageFormat> storageFormatOf(mlir::Type elementType);

/// A dimension of `size` elements, and a dimension called `symbol`.
mlir::Attribute staticDim(mlir::MLIRContext *context, int64_t size);
mlir::Attribute symbolicDim(mlir::MLIRContext *context, llvm::StringRef symbol);

/// Spells a dimension or a shape as it stands in IR: "B", "576", "[B, T, 576]".
std::string dimName(mlir::Attribute dim);
std::string shapeName(llvm::ArrayRef<mlir::Attribute> dims);

/// An f64 that attributes can be uniqued by: equal if the bits are.
class Real {
public:
  Real(double value) : value(value) {}
  operator double() const { return value; }
  bool operator==(Real other) const { return bits() == other.bits(); }
  friend llvm::hash_code hash_value(Real real) { return llvm::hash_value(real.bits()); }

private:
  uint64_t bits() const { return llvm::bit_cast<uint64_t>(value); }
  double value;
};

/// The content hash of `bytes`, XXH3-64, as it stands in IR.
std::string contentHash(llvm::ArrayRef<uint8_t> bytes);

/// Whether `hash` is spelled as content hashes are: "xxh3:" and 16 lower-case hexadecimal digits.
bool isContentHash(llvm::StringRef hash);

/// Reads a Real, and prints it as the shortest decimal that reads back to the same bits.
mlir::FailureOr<Real> parseReal(mlir::AsmParser &parser);
void printReal(mlir::AsmPrinter &printer, double value);

} // namespace tern::graph

#define GET_TYPEDEF_CLASSES
#include "dialects/Graph/IR/GraphTypes.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Graph/IR/GraphAttrs.h.inc"

#define GET_OP_CLASSES
#include "dialects/Graph/IR/GraphOps.h.inc"

#endif // TERN_DIALECTS_GRAPH_IR_GRAPH_H
