//===- Evaluation.h - What evaluating an op needs ----------------*- C++ -*-===//
//
// Private to lib/Interpreter. `eval` has an overload for each op, in the file of its group; `evaluate` finds it. An
// evaluation takes its operands from the frame and gives its results, in order, or reports at the op why it cannot.
// The executor (Interpreter.cpp) does everything else around it: sizes, reading lazy operands, checking that results
// have the shapes their types say, freeing values after their last use.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_LIB_INTERPRETER_EVALUATION_H
#define TERN_LIB_INTERPRETER_EVALUATION_H

#include "dialects/Check/IR/Check.h"
#include "dialects/Graph/IR/Graph.h"
#include "dialects/Kernel/IR/Kernel.h"
#include "runtime/Base/ThreadPool.h"
#include "tern/Interpreter/Interpreter.h"
#include "tern/Interpreter/WeightReader.h"

#include "llvm/ADT/DenseMap.h"

namespace tern {

/// What lives as long as the interpreter.
class Session {
public:
  Session(mlir::ModuleOp module, const InterpreterOptions &options, WeightReader weights)
      : module(module), options(options), pool(options.threads), weights(std::move(weights)), symbols(module) {}

  mlir::ModuleOp module;
  InterpreterOptions options;
  ThreadPool pool;
  WeightReader weights;
  mlir::SymbolTable symbols;

  /// Present values by the state's symbol; a state that nothing has written is absent.
  llvm::DenseMap<mlir::StringAttr, Tensor> states;

  /// Results of ops that depend on weights and constants alone.
  llvm::DenseMap<mlir::Value, Tensor> constants;
  int64_t constantBytes = 0;

  /// Whether a value depends on weights and constants alone; decided once for each.
  llvm::DenseMap<mlir::Value, bool> isConstant;

  unsigned depth = 0;        ///< Calls that are running, one inside another.
  unsigned failedChecks = 0; ///< Check ops that have reported a difference.
};

/// One running function: its values and what its named dimensions stand for.
class Frame {
public:
  explicit Frame(Session &session) : session(session) {}

  Session &session;

  /// The tensor of a value that has been computed. Lazy only for weight operands of ops that read rows themselves.
  const Tensor &get(mlir::Value value) const { return values.find(value)->second; }

  /// The tensor of an optional operand, or null.
  const Tensor *find(mlir::Value value) const { return value ? &get(value) : nullptr; }

  void set(mlir::Value value, Tensor tensor) { values[value] = std::move(tensor); }
  void erase(mlir::Value value) { values.erase(value); }

  /// The name of the state that a value of type !kernel.state refers to.
  mlir::StringAttr getState(mlir::Value value) const { return states.lookup(value); }
  void setState(mlir::Value value, mlir::StringAttr state) { states[value] = state; }

  /// The numbers that the dimensions of `type` stand for, or an error at `op` for a symbol that is not yet known.
  mlir::FailureOr<Shape> resolve(mlir::Operation *op, graph::SymbolicTensorType type) const;

  /// Checks that `shape` is what `type` says, and learns symbols that were unknown. `what` names the tensor in the
  /// error at `op`: "argument 0".
  mlir::LogicalResult bind(mlir::Operation *op, const llvm::Twine &what, graph::SymbolicTensorType type,
                           llvm::ArrayRef<int64_t> shape);

  /// Reports at `op` if a tensor of `type` would pass the session's limit, as far as its dimensions are known.
  mlir::LogicalResult checkSize(mlir::Operation *op, graph::SymbolicTensorType type) const;

private:
  llvm::DenseMap<mlir::Value, Tensor> values;
  llvm::DenseMap<mlir::Value, mlir::StringAttr> states;
  llvm::SmallDenseMap<mlir::Attribute, int64_t> symbols;
};

/// The results of an op, in order.
using Values = llvm::SmallVector<Tensor, 2>;
using EvalResult = mlir::FailureOr<Values>;

/// Evaluates any op that the interpreter knows; reports one that it does not. (Evaluate.cpp)
EvalResult evaluate(mlir::Operation *op, Frame &frame);

/// Whether `operand` is a weight that its op reads row by row, so that it may stay lazy. (Evaluate.cpp)
bool readsRows(mlir::OpOperand &operand);

/// An argument of a call: a tensor, or the name of a state.
struct CallArgument {
  Tensor tensor;
  mlir::StringAttr state;
};

/// Runs `function` on `arguments` in a frame of its own. (Interpreter.cpp)
mlir::FailureOr<llvm::SmallVector<Tensor>> callFunction(Session &session, mlir::FunctionOpInterface function,
                                                        llvm::ArrayRef<CallArgument> arguments,
                                                        mlir::Operation *caller);

//===----------------------------------------------------------------------===//
// Helpers
//===----------------------------------------------------------------------===//

/// The storage format of the elements of `value`.
inline StorageFormat formatOf(mlir::Value value) {
  return llvm::cast<graph::SymbolicTensorType>(value.getType()).getStorageFormat();
}

/// The one result of an op, made of `values` rounded to its element type.
inline Values floatResult(mlir::Value result, llvm::ArrayRef<int64_t> shape, std::vector<float> values) {
  return {Tensor::fromFloats(shape, std::move(values), formatOf(result))};
}
inline Values intResult(mlir::Value result, llvm::ArrayRef<int64_t> shape, std::vector<int64_t> values) {
  return {Tensor::fromInts(shape, std::move(values), formatOf(result))};
}

/// The position after `position`, or `position` itself if it is the largest number there is: positions come from
/// callers.
inline int64_t positionAfter(int64_t position) { return position == INT64_MAX ? position : position + 1; }

/// Rows of the last dimension.
inline int64_t rowCount(llvm::ArrayRef<int64_t> shape) { return numElements(shape.drop_back()); }

/// Turns scores into the weights of their softmax, in place. `sink` is one more score, whose weight nobody wants. All
/// -infinity gives zeros; NaN gives NaN. (EvalNorm.cpp)
void softmax(llvm::MutableArrayRef<double> scores, std::optional<double> sink = std::nullopt);

/// The elements of a constant, whose element type is a scalar of the graph dialect, or an error at `op` if they do not
/// stand in the program. (EvalWeight.cpp)
mlir::FailureOr<Tensor> tensorOf(mlir::Operation *op, mlir::ElementsAttr value);

/// The activation of `graph.gated` as a function of one number. (EvalElementwise.cpp)
double activate(graph::Activation activation, double x);

//===----------------------------------------------------------------------===//
// One overload for each op
//===----------------------------------------------------------------------===//

#define TERN_EVAL(OP) EvalResult eval(OP op, Frame &frame);
// clang-format off
#define TERN_EVALUATED_OPS(X) \
  X(graph::LoadWeightOp) X(graph::DequantizeOp) X(graph::ConstantOp) X(graph::ReadStateOp) X(graph::WriteStateOp) \
  X(graph::AppendStateOp) X(graph::EmbeddingOp) X(graph::QuantizeOp) X(graph::LinearOp) X(graph::ExpertLinearOp) \
  X(graph::MatmulOp) X(graph::RmsNormOp) X(graph::LayerNormOp) X(graph::SoftmaxOp) X(graph::RopeOp) \
  X(graph::RopeTableOp) X(graph::RotateOp) X(graph::AttentionOp) X(graph::SiluOp) X(graph::GeluOp) \
  X(graph::GeluTanhOp) X(graph::ReluOp) X(graph::ReluSquaredOp) X(graph::SigmoidOp) X(graph::TanhOp) \
  X(graph::SoftplusOp) X(graph::ExpOp) X(graph::LogOp) X(graph::SqrtOp) X(graph::RsqrtOp) X(graph::NegOp) \
  X(graph::AbsOp) X(graph::SoftCapOp) X(graph::GatedOp) X(graph::AddOp) X(graph::SubOp) X(graph::MulOp) \
  X(graph::DivOp) X(graph::MaximumOp) X(graph::MinimumOp) X(graph::CompareOp) X(graph::SelectOp) \
  X(graph::ReshapeOp) X(graph::TransposeOp) X(graph::SliceOp) X(graph::ConcatOp) X(graph::GatherOp) \
  X(graph::CastOp) X(graph::ReduceOp) X(graph::TopKOp) X(graph::ArgmaxOp) X(graph::ShortConvOp) \
  X(graph::GatedDeltaRuleOp) X(graph::SelectiveScanOp) X(check::ExpectCloseOp) X(check::ExpectEqOp) \
  X(check::ExpectConstantOp) X(check::RandomOp) X(kernel::ReadStateOp) \
  X(kernel::WriteStateOp) X(kernel::AppendStateOp) X(kernel::AttendPartOp) X(kernel::AttendCombineOp) \
  X(kernel::LaunchOp) X(mlir::func::CallOp)
// clang-format on

TERN_EVALUATED_OPS(TERN_EVAL)
#undef TERN_EVAL

} // namespace tern

#endif // TERN_LIB_INTERPRETER_EVALUATION_H
