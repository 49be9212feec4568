//===- Interpreter.cpp - What graph programs mean -------------------------===//
//
// The executor: frames, symbols, the life of values. What ops mean is in the Eval*.cpp files.
//
//===----------------------------------------------------------------------===//

#include "Evaluation.h"

#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace tern;
using graph::SymbolicTensorType;

/// Functions that call each other deeper than this are taken for an endless recursion.
static constexpr unsigned maxDepth = 64;

//===----------------------------------------------------------------------===//
// Frame
//===----------------------------------------------------------------------===//

FailureOr<Shape> Frame::resolve(Operation *op, SymbolicTensorType type) const {
  Shape shape;
  for (Attribute dim : type.getDims()) {
    if (auto size = dyn_cast<IntegerAttr>(dim)) {
      shape.push_back(size.getInt());
      continue;
    }
    auto known = symbols.find(dim);
    if (known == symbols.end())
      return op->emitError() << "dimension " << graph::dimName(dim) << " must be known here, got none so far";
    shape.push_back(known->second);
  }
  return shape;
}

LogicalResult Frame::bind(Operation *op, const Twine &what, SymbolicTensorType type, ArrayRef<int64_t> shape) {
  if (static_cast<int64_t>(shape.size()) != type.getRank())
    return op->emitError() << what << " must have shape " << graph::shapeName(type.getDims()) << ", got "
                           << shapeText(shape);
  for (auto [dim, size] : llvm::zip_equal(type.getDims(), shape)) {
    auto number = dyn_cast<IntegerAttr>(dim);
    int64_t expected = number ? number.getInt() : symbols.try_emplace(dim, size).first->second;
    if (expected != size && number)
      return op->emitError() << what << " must have shape " << graph::shapeName(type.getDims()) << ", got "
                             << shapeText(shape);
    if (expected != size)
      return op->emitError() << what << " must have shape " << graph::shapeName(type.getDims()) << " with "
                             << graph::dimName(dim) << " = " << expected << ", got " << shapeText(shape);
  }
  return success();
}

LogicalResult Frame::checkSize(Operation *op, SymbolicTensorType type) const {
  int64_t bytes = type.isInteger() ? sizeof(int64_t) : sizeof(float);
  for (Attribute dim : type.getDims()) {
    auto number = dyn_cast<IntegerAttr>(dim);
    auto known = symbols.find(dim);
    int64_t size = number ? number.getInt() : known != symbols.end() ? known->second : 1;
    if (size == 0)
      return success();
    if (llvm::MulOverflow(bytes, size, bytes) || bytes > session.options.tensorBytes)
      return op->emitError() << "a tensor must take at most " << session.options.tensorBytes << " bytes, got " << type;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Values that depend on weights and constants alone
//===----------------------------------------------------------------------===//

/// Whether `value` depends on weights and constants alone. The answers for its operands are known: ops come in order.
static bool isConstantValue(Session &session, Value value) {
  auto [entry, isNew] = session.isConstant.try_emplace(value, false);
  if (!isNew)
    return entry->second;
  Operation *op = value.getDefiningOp();
  bool constant = op && op->getNumRegions() == 0 && isMemoryEffectFree(op) &&
                  llvm::all_of(op->getOperands(), [&](Value operand) { return session.isConstant.lookup(operand); });
  session.isConstant[value] = constant;
  return constant;
}

/// Keeps the results of `op` for later calls if they depend on weights and constants alone and there is room.
static void keepConstants(Session &session, Operation *op, ArrayRef<Tensor> results) {
  for (auto [value, tensor] : llvm::zip_equal(op->getResults(), results)) {
    bool constant = isConstantValue(session, value);
    if (!constant || tensor.isLazy())
      continue;
    int64_t bytes = tensor.size() * static_cast<int64_t>(tensor.isInteger() ? sizeof(int64_t) : sizeof(float));
    if (bytes > session.options.constantBytes - session.constantBytes)
      continue;
    session.constantBytes += bytes;
    session.constants[value] = tensor;
  }
}

/// Takes the results of `op` from an earlier call, if all were kept.
static bool reuseConstants(Frame &frame, Operation *op) {
  if (op->getNumResults() == 0)
    return false;
  for (Value value : op->getResults())
    if (!frame.session.constants.count(value))
      return false;
  for (Value value : op->getResults())
    frame.set(value, frame.session.constants.lookup(value));
  return true;
}

//===----------------------------------------------------------------------===//
// Executing a function
//===----------------------------------------------------------------------===//

/// Reads lazy operands that `op` does not read row by row.
static LogicalResult materializeOperands(Frame &frame, Operation *op) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (isa<kernel::StateType>(operand.get().getType()))
      continue;
    const Tensor &tensor = frame.get(operand.get());
    if (!tensor.isLazy() || readsRows(operand))
      continue;
    if (failed(frame.checkSize(op, cast<SymbolicTensorType>(operand.get().getType()))))
      return failure();
    frame.set(operand.get(), tensor.materialized());
  }
  return success();
}

/// Evaluates one op and puts its results into the frame.
static LogicalResult execute(Frame &frame, Operation *op) {
  if (reuseConstants(frame, op))
    return success();
  if (auto load = dyn_cast<kernel::LoadStateOp>(op)) {
    frame.setState(load.getResult(), load.getStateAttr().getAttr());
    return success();
  }
  bool staysLazy = isa<graph::LoadWeightOp, graph::DequantizeOp>(op);
  for (Type type : op->getResultTypes())
    if (auto tensor = dyn_cast<SymbolicTensorType>(type); tensor && !staysLazy && failed(frame.checkSize(op, tensor)))
      return failure();
  if (failed(materializeOperands(frame, op)))
    return failure();
  EvalResult results = evaluate(op, frame);
  if (failed(results))
    return failure();
  for (auto [index, value] : llvm::enumerate(op->getResults()))
    if (failed(frame.bind(op, "result " + Twine(index), cast<SymbolicTensorType>(value.getType()),
                          (*results)[index].shape())))
      return failure();
  keepConstants(frame.session, op, *results);
  if (frame.session.options.onResults)
    frame.session.options.onResults(op, *results);
  for (auto [value, tensor] : llvm::zip_equal(op->getResults(), *results))
    frame.set(value, std::move(tensor));
  return success();
}

/// Counts uses down and frees values that have no more.
class Lifetimes {
public:
  explicit Lifetimes(Frame &frame) : frame(frame) {}

  void defined(ValueRange values) {
    for (Value value : values) {
      unsigned uses = std::distance(value.use_begin(), value.use_end());
      if (uses == 0)
        frame.erase(value);
      else
        usesLeft[value] = uses;
    }
  }

  void used(ValueRange values) {
    for (Value value : values)
      if (--usesLeft[value] == 0)
        frame.erase(value);
  }

private:
  Frame &frame;
  llvm::DenseMap<Value, unsigned> usesLeft;
};

/// Binds the parameters of `function` to `arguments`.
static LogicalResult bindArguments(Frame &frame, FunctionOpInterface function, ArrayRef<CallArgument> arguments,
                                   Operation *reportAt) {
  if (arguments.size() != function.getNumArguments())
    return reportAt->emitError() << "@" << function.getName() << " must be called with " << function.getNumArguments()
                                 << " arguments, got " << arguments.size();
  for (auto [index, parameter, argument] : llvm::enumerate(function.getArguments(), arguments)) {
    if (isa<kernel::StateType>(parameter.getType())) {
      frame.setState(parameter, argument.state);
      continue;
    }
    auto type = dyn_cast<SymbolicTensorType>(parameter.getType());
    if (!type)
      return function.emitError() << "the interpreter knows values of graph tensors only, got " << parameter.getType();
    std::string what = ("argument " + Twine(index) + " of @" + function.getName()).str();
    const Tensor &tensor = argument.tensor;
    if (tensor.format() != type.getStorageFormat())
      return reportAt->emitError() << what << " must hold " << storageFormatInfo(type.getStorageFormat()).name
                                   << ", got " << storageFormatInfo(tensor.format()).name;
    if (failed(frame.bind(reportAt, what, type, tensor.shape())))
      return failure();
    frame.set(parameter, tensor);
  }
  return success();
}

/// Runs the ops of `block` and gives what its terminator hands out.
static FailureOr<Values> runBlock(Frame &frame, Lifetimes &lifetimes, Block &block) {
  for (Operation &op : block.without_terminator()) {
    if (auto group = dyn_cast<graph::GroupOp>(op)) {
      FailureOr<Values> results = runBlock(frame, lifetimes, group.getBody().front());
      if (failed(results))
        return failure();
      for (auto [value, tensor] : llvm::zip_equal(group.getResults(), *results))
        frame.set(value, std::move(tensor));
    } else if (failed(execute(frame, &op))) {
      return failure();
    }
    lifetimes.defined(op.getResults());
    lifetimes.used(op.getOperands());
  }
  Operation *terminator = block.getTerminator();
  if (!isa<func::ReturnOp, kernel::ReturnOp, graph::YieldOp>(terminator))
    return terminator->emitError() << "the interpreter does not know the op '" << terminator->getName() << "'";
  Values results;
  for (Value value : terminator->getOperands()) {
    if (frame.get(value).isLazy() && failed(frame.checkSize(terminator, cast<SymbolicTensorType>(value.getType()))))
      return failure();
    results.push_back(frame.get(value));
  }
  return results;
}

FailureOr<SmallVector<Tensor>> tern::callFunction(Session &session, FunctionOpInterface function,
                                                  ArrayRef<CallArgument> arguments, Operation *caller) {
  Operation *reportAt = caller ? caller : function.getOperation();
  if (function.isExternal())
    return reportAt->emitError() << "@" << function.getName() << " must have a body to be called";
  if (!function.getFunctionBody().hasOneBlock())
    return function.emitError() << "the interpreter runs functions of one block, got "
                                << function.getFunctionBody().getBlocks().size();
  if (session.depth == maxDepth)
    return reportAt->emitError() << "calls must not nest deeper than " << maxDepth;
  Frame frame(session);
  if (failed(bindArguments(frame, function, arguments, reportAt)))
    return failure();
  ++session.depth;
  Lifetimes lifetimes(frame);
  lifetimes.defined(function.getArguments());
  FailureOr<Values> results = runBlock(frame, lifetimes, function.getFunctionBody().front());
  --session.depth;
  if (failed(results))
    return failure();
  return SmallVector<Tensor>(results->begin(), results->end());
}

/// Runs the function that `op` calls by `name` on the op's operands.
static EvalResult callByName(Operation *op, FunctionOpInterface function, Frame &frame) {
  SmallVector<CallArgument> arguments;
  for (Value operand : op->getOperands())
    arguments.push_back(isa<kernel::StateType>(operand.getType()) ? CallArgument{{}, frame.getState(operand)}
                                                                  : CallArgument{frame.get(operand), {}});
  FailureOr<SmallVector<Tensor>> results = callFunction(frame.session, function, arguments, op);
  if (failed(results))
    return failure();
  return Values(results->begin(), results->end());
}

EvalResult tern::eval(func::CallOp op, Frame &frame) {
  auto function = frame.session.symbols.lookup<func::FuncOp>(op.getCallee());
  if (!function)
    return op.emitError() << "must call a func.func of the module, got @" << op.getCallee();
  return callByName(op, function, frame);
}

EvalResult tern::eval(kernel::LaunchOp op, Frame &frame) {
  auto function = frame.session.symbols.lookup<kernel::FuncOp>(op.getKernel());
  if (!function)
    return op.emitError() << "must name a kernel.func of the module, got @" << op.getKernel();
  return callByName(op, function, frame);
}

//===----------------------------------------------------------------------===//
// Interpreter
//===----------------------------------------------------------------------===//

Interpreter::Interpreter(std::unique_ptr<Session> session) : session(std::move(session)) {}
Interpreter::Interpreter(Interpreter &&) noexcept = default;
Interpreter &Interpreter::operator=(Interpreter &&) noexcept = default;
Interpreter::~Interpreter() = default;

FailureOr<Interpreter> Interpreter::create(ModuleOp module, const InterpreterOptions &options) {
  if (failed(verify(module)))
    return failure();
  FailureOr<WeightReader> weights = WeightReader::create(module);
  if (failed(weights))
    return failure();
  return Interpreter(std::make_unique<Session>(module, options, std::move(*weights)));
}

FailureOr<SmallVector<Tensor>> Interpreter::call(StringRef name, ArrayRef<Tensor> arguments) {
  auto function = session->symbols.lookup<func::FuncOp>(name);
  if (!function)
    return session->module.emitError() << "the module must have a function @" << name << " to call it";
  session->failedChecks = 0;
  auto named = llvm::map_to_vector(arguments, [](const Tensor &tensor) { return CallArgument{tensor, {}}; });
  FailureOr<SmallVector<Tensor>> results = callFunction(*session, function, named, nullptr);
  if (failed(results) || session->failedChecks > 0)
    return failure();
  for (Tensor &result : *results)
    result = result.materialized();
  return results;
}

void Interpreter::resetState() { session->states.clear(); }
