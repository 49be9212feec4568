//===- SourceEmitter.h - Code as constructs of CUDA C++ ----------*- C++ -*-===//
//
// Writes the body of one kernel anew: ops of arith, math, scf and llvm pointers in, ops of cuda alone out, in an order
// that is the order of the text. Expressions are written where they are used: `expression(v)` makes the ops of v and of
// all that is inlined into it, at the builder's place, and a statement follows.
//
// A value of the old body has a *place* in the new one once it has a name: a `cuda.let`, a parameter, or a
// `cuda.variable`, which is read at each use. A variable stands for several values, one after the other: what a loop
// carries, and its result. It passes on to the next loop that starts from it and nobody else asks for.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_CODETOCUDA_SOURCEEMITTER_H
#define TERN_CONVERSION_CODETOCUDA_SOURCEEMITTER_H

#include "lib/Conversion/CodeToCuda/Names.h"
#include "lib/Conversion/CodeToCuda/Treatments.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Builders.h"

namespace tern::cuda {

class SourceEmitter {
public:
  SourceEmitter(mlir::OpBuilder &builder, KernelOp source) : b(builder), source(source), treatments(source) {}

  /// Writes the body of the kernel into `target`, whose arguments are typed. What cannot be written is a diagnostic.
  mlir::LogicalResult emit(KernelOp target);

private:
  //===--------------------------------------------------------------------===//
  // Values (SourceEmitter.cpp)
  //===--------------------------------------------------------------------===//

  /// The text of `value` at the builder's place.
  mlir::Value expression(mlir::Value value);
  /// Likewise; a constant that fits becomes an `int`, where C++ widens it by itself.
  mlir::Value looseExpression(mlir::Value value);
  mlir::Value emitExpression(mlir::Operation *op);
  void emitNamed(mlir::Operation *op);
  mlir::Value let(mlir::Location loc, llvm::StringRef wish, mlir::Value value);
  mlir::Value literal(mlir::Location loc, mlir::TypedAttr value, bool hex = false);
  mlir::Value integer(mlir::Location loc, mlir::Type type, int64_t number);
  mlir::Value constant(mlir::Location loc, mlir::Type type, mlir::Attribute value);
  mlir::Value call(mlir::Location loc, mlir::Type type, llvm::StringRef callee, mlir::ValueRange operands,
                   llvm::ArrayRef<llvm::StringRef> arguments = {});
  mlir::Value binary(mlir::Location loc, BinaryOperator kind, mlir::Value lhs, mlir::Value rhs);
  mlir::Value castTo(mlir::Location loc, mlir::Type type, mlir::Value value);
  /// Reports that `op` cannot be written, and returns something of its type.
  mlir::Value fail(mlir::Operation *op, const llvm::Twine &why);

  /// What names `value`, if something does.
  mlir::Value placeOf(mlir::Value value);
  mlir::Value resolve(mlir::Value value);
  /// The type of `value` in C++.
  mlir::Type typeOf(mlir::Value value);
  /// Whether every use of `value` lies in `op`, and both stand in one block.
  bool isConsumedBy(mlir::Value value, mlir::Operation *op);

  //===--------------------------------------------------------------------===//
  // Numbers (EmitIntegers.cpp, EmitFloats.cpp, EmitConversions.cpp): null for what is none of theirs
  //===--------------------------------------------------------------------===//

  mlir::Value emitInteger(mlir::Operation *op);
  mlir::Value emitBits(mlir::Operation *op);
  mlir::Value emitExtreme(mlir::Operation *op);
  mlir::Value emitCompareIntegers(mlir::arith::CmpIOp op);
  mlir::Value emitInfix(mlir::Operation *op, BinaryOperator kind);
  mlir::Value emitUnsigned(mlir::Operation *op, BinaryOperator kind);
  mlir::Value unsignedOf(mlir::Value value);
  mlir::Value emitFloat(mlir::Operation *op);
  mlir::Value emitSum(mlir::Operation *op, bool isDifference);
  mlir::Value emitProduct(mlir::arith::MulFOp op);
  mlir::Value emitCompareFloats(mlir::arith::CmpFOp op);
  mlir::Value emitMath(mlir::Operation *op);
  mlir::Value emitConversion(mlir::Operation *op);
  mlir::Value emitBitcast(mlir::Operation *op);
  mlir::Value emitSelect(mlir::arith::SelectOp op);

  //===--------------------------------------------------------------------===//
  // Memory (EmitMemory.cpp)
  //===--------------------------------------------------------------------===//

  mlir::Value emitMemory(mlir::Operation *op);
  mlir::Value emitAddress(mlir::LLVM::GEPOp op);
  mlir::Value pointerTo(mlir::Type element, mlir::Value pointer);
  /// The pointer and index (or null) of an element of type `element` at `address`.
  std::pair<mlir::Value, mlir::Value> elementAt(mlir::Type element, mlir::Value address);
  PointerType pointerTypeOf(mlir::Value pointer);
  mlir::Type inferElement(mlir::Value pointer);
  /// The type that elements of type `type` have in memory.
  mlir::Type elementOf(mlir::Operation *op, mlir::Type type);
  void emitStore(mlir::LLVM::StoreOp op);
  void emitArray(mlir::LLVM::AllocaOp op);
  mlir::Value emitCall(CallOp op);

  //===--------------------------------------------------------------------===//
  // Statements (EmitControl.cpp)
  //===--------------------------------------------------------------------===//

  /// Leaves the block's names in sight, for what its terminator says; the caller closes them.
  void emitBlock(mlir::Block &block);
  void emitStatement(mlir::Operation *op);
  void emitFor(mlir::scf::ForOp op);
  void emitIf(mlir::scf::IfOp op);
  void emitWhile(mlir::scf::WhileOp op);
  void emitWhileBody(mlir::scf::WhileOp op, llvm::ArrayRef<mlir::Value> variables, llvm::ArrayRef<mlir::Value> results);
  void emitLambda(LambdaOp op);
  mlir::Value declareVariable(mlir::Location loc, llvm::StringRef wish, mlir::Type type, mlir::Value init);
  mlir::Value carriedVariable(mlir::Operation *loop, mlir::Value init, mlir::Value carried, mlir::Value next);
  std::pair<mlir::Value, bool> resultVariable(mlir::scf::IfOp op, unsigned index, llvm::ArrayRef<mlir::Value> taken);
  void assign(mlir::Location loc, mlir::Value variable, mlir::Value value);
  /// Gives the variables their next values as if at once.
  void assignAll(mlir::Location loc, llvm::ArrayRef<mlir::Value> variables, mlir::ValueRange values);
  mlir::Value keepVariables(llvm::StringRef wish, mlir::Value value);
  void collectVariables(mlir::Value value, llvm::SmallPtrSetImpl<mlir::Operation *> &variables);

  mlir::OpBuilder &b;
  KernelOp source;
  Treatments treatments;
  Names names;
  llvm::DenseMap<mlir::Value, mlir::Value> places;
  llvm::DenseMap<mlir::Value, mlir::Value> aliases; ///< Arguments of a loop's second region, by what they are given.
  bool hasFailed = false;
};

} // namespace tern::cuda

#endif // TERN_CONVERSION_CODETOCUDA_SOURCEEMITTER_H
