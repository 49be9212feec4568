//===- VerifyEach.cpp - Whether a pass changed what is computed -----------===//

#include "VerifyEach.h"

#include "dialects/Graph/IR/Graph.h"
#include "dialects/Graph/Transforms/ModulePath.h"
#include "runtime/Run/LoadedModel.h"
#include "tern/Interpreter/Interpreter.h"
#include "tern/Pipelines/DiagnosticProblems.h"

#include "mlir/IR/OperationSupport.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassInstrumentation.h"

#include <cmath>
#include <map>
#include <random>

using namespace mlir;
using namespace tern;

static constexpr int64_t promptLength = 4, callCount = 3;

/// The function that serves a call of `count` tokens: @forward, or the entry that is made for so many.
static func::FuncOp functionFor(ModuleOp module, int64_t count) {
  if (auto forward = module.lookupSymbol<func::FuncOp>("forward"))
    return forward;
  if (auto encode = module.lookupSymbol<func::FuncOp>("encode"))
    return encode;
  return module.lookupSymbol<func::FuncOp>(count == 1 ? "decode_1" : "prefill");
}

/// |a - b|, and infinity if only one of them is a number.
static double errorBetween(float a, float b) {
  if (a == b || (std::isnan(a) && std::isnan(b)))
    return 0;
  double error = std::fabs(double(a) - double(b));
  return std::isnan(error) ? INFINITY : error;
}

/// The largest error beside the largest magnitude of `expected`.
static double relativeError(ArrayRef<float> actual, ArrayRef<float> expected) {
  double error = 0, magnitude = 1e-6;
  for (auto [x, y] : llvm::zip_equal(actual, expected)) {
    error = std::max(error, errorBetween(x, y));
    magnitude = std::isfinite(y) ? std::max<double>(magnitude, std::fabs(y)) : magnitude;
  }
  return error / magnitude;
}

static std::string percent(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g %%", 100 * value);
  return text;
}

double PassVerifier::toleranceOf(StringRef pass) const {
  bool isExact = StringRef(precision).starts_with("f32");
  bool isCoarse = StringRef(precision).starts_with("int8") || StringRef(precision).starts_with("bf16");
  if (pass == "graph-assign-precision")
    return isExact ? 1e-4 : isCoarse ? 0.2 : 0.01;
  // Sums in another order, angles from a table: what is rounded afterwards may fall to the other side.
  if (isRounded)
    return isExact ? 1e-4 : isCoarse ? 0.05 : 1e-3;
  return 1e-5;
}

std::vector<std::vector<int32_t>> PassVerifier::tokens(int64_t vocabulary) const {
  std::mt19937_64 generator(1);
  std::vector<std::vector<int32_t>> calls(callCount);
  for (auto [index, call] : llvm::enumerate(calls))
    for (int64_t i = 0; i < (index == 0 ? promptLength : 1); ++i)
      call.push_back(static_cast<int32_t>(generator() % static_cast<uint64_t>(vocabulary)));
  return calls;
}

Status PassVerifier::run(ModuleOp module, Trace &trace) const {
  DiagnosticProblems diagnostics(*module.getContext());
  func::FuncOp first = functionFor(module, promptLength);
  auto logits = first && first.getNumResults() == 1 ? dyn_cast<graph::SymbolicTensorType>(first.getResultTypes()[0])
                                                    : graph::SymbolicTensorType();
  std::optional<int64_t> vocabulary = logits && logits.getRank() == 3 ? logits.getStaticDim(2) : std::nullopt;
  if (!vocabulary || first.getNumArguments() != 3)
    return Problem{"--verify-each", "the program must be a decoder of tokens, positions and outputs", ""};
  trace.vocabulary = *vocabulary;
  InterpreterOptions options;
  options.threads = threads;
  options.onResults = [&](Operation *op, ArrayRef<Tensor> results) {
    if (!trace.logits.empty() || isa<graph::LoadWeightOp, graph::ConstantOp>(op) ||
        !isa<graph::GraphDialect>(op->getDialect()))
      return;
    for (const Tensor &result : results)
      if (!result.isInteger() && !result.isLazy())
        trace.steps.push_back({op->getName().getStringRef().str(), graph::modulePath(op->getLoc()).str(), result});
  };
  FailureOr<Interpreter> interpreter = Interpreter::create(module, options);
  if (failed(interpreter))
    return diagnostics.problems().front();
  int64_t position = 0;
  for (const std::vector<int32_t> &call : tokens(*vocabulary)) {
    auto count = static_cast<int64_t>(call.size());
    std::vector<int64_t> ids(call.begin(), call.end()), positions;
    while (static_cast<int64_t>(positions.size()) < count)
      positions.push_back(position++);
    FailureOr<SmallVector<Tensor>> results =
        interpreter->call(functionFor(module, count).getName(),
                          {Tensor::fromInts({1, count}, ids), Tensor::fromInts({1, count}, positions),
                           Tensor::fromInts({1, 1}, {count - 1})});
    if (failed(results))
      return diagnostics.problems().front();
    trace.logits.emplace_back(results->front().floats().begin(), results->front().floats().end());
  }
  return Done{};
}

/// Names the first value of `now` that is not what its counterpart in `before` gave, and what is new ahead of it.
std::string PassVerifier::blame(const Trace &before, const Trace &now, double tolerance) {
  using Key = std::pair<std::string, std::string>;
  std::map<Key, std::vector<const Step *>> counterparts;
  for (const Step &step : before.steps)
    counterparts[{step.op, step.layer}].push_back(&step);
  std::map<Key, size_t> seen;
  std::string fresh; // since the last value that is as it was
  for (const Step &step : now.steps) {
    std::string name = step.op + (step.layer.empty() ? "" : " in " + step.layer);
    const std::vector<const Step *> &same = counterparts[{step.op, step.layer}];
    size_t number = seen[{step.op, step.layer}]++;
    if (number >= same.size() || same[number]->value.size() != step.value.size()) {
      fresh = name;
      continue;
    }
    double error = relativeError(step.value.floats(), same[number]->value.floats());
    if (error > tolerance)
      return "; the first value that is off is that of " + name + ", by " + percent(error) +
             (fresh.empty() ? "" : ", after " + fresh + ", which is new");
    fresh.clear();
  }
  return fresh.empty() ? "" : "; what is new is " + fresh;
}

Status PassVerifier::compare(const std::string &pass, const Trace &now) const {
  double tolerance = toleranceOf(pass);
  for (auto [call, logits] : llvm::enumerate(now.logits)) {
    double error = relativeError(logits, before->logits[call]);
    if (error > tolerance)
      return Problem{pass,
                     "logits of call " + std::to_string(call) + " must stay within " + percent(tolerance) +
                         " of those before, are off by " + percent(error) + blame(*before, now, tolerance),
                     "report this: it is a bug of the compiler"};
  }
  return Done{};
}

Status PassVerifier::check(const std::string &pass, ModuleOp module) {
  Trace now;
  if (Status status = run(module, now); !status)
    return Problem{pass, "what it leaves must run in the interpreter: " + status.problem().str(), ""};
  if (before)
    if (Status status = compare(pass, now); !status)
      return status;
  before = std::move(now);
  return Done{};
}

/// Looks at the whole module after each pass, whatever op the pass ran on.
class PassVerifier::Watcher : public PassInstrumentation {
public:
  explicit Watcher(PassVerifier &verifier) : verifier(verifier) {}

  void runBeforePass(Pass *pass, Operation *op) override {
    if (verifier.found || !isLeaf(pass))
      return;
    ModuleOp module = moduleOf(op);
    if (!verifier.before)
      note(verifier.check("the program before " + pass->getArgument().str(), module));
    fingerprint.emplace(module);
  }

  void runAfterPass(Pass *pass, Operation *op) override {
    if (verifier.found || !isLeaf(pass))
      return;
    ModuleOp module = moduleOf(op);
    if (*fingerprint != OperationFingerPrint(module))
      note(verifier.check(pass->getArgument().str(), module));
    verifier.isRounded |= pass->getArgument() == "graph-assign-precision";
  }

private:
  /// Not one that only hands an op to other passes.
  static bool isLeaf(Pass *pass) { return !pass->getArgument().empty(); }

  static ModuleOp moduleOf(Operation *op) {
    auto module = dyn_cast<ModuleOp>(op);
    return module ? module : op->getParentOfType<ModuleOp>();
  }

  void note(const Status &status) {
    if (!status)
      verifier.found = status.problem();
  }

  PassVerifier &verifier;
  std::optional<OperationFingerPrint> fingerprint;
};

void PassVerifier::watch(PassManager &passes) { passes.addInstrumentation(std::make_unique<Watcher>(*this)); }

Status PassVerifier::checkArtifact(const std::string &path) {
  if (!before)
    return Done{};
  auto blameEmit = [](const Problem &problem) {
    return Problem{"phase emit", "what it leaves must run on this machine: " + problem.what, problem.remedy};
  };
  LoadOptions options;
  options.threads = threads;
  Result<std::unique_ptr<LoadedModel>> model = LoadedModel::open(path, options);
  if (!model)
    return blameEmit(model.problem());
  Result<std::unique_ptr<Decoder>> decoder = Decoder::create((*model)->executor(), 1, 64);
  if (!decoder)
    return blameEmit(decoder.problem());
  Trace now;
  for (const std::vector<int32_t> &call : tokens(before->vocabulary)) {
    bool isStep = call.size() == 1 && !(*decoder)->isEncoder();
    Result<LogitsView> logits =
        isStep ? (*decoder)->decode({{0, call.front()}}) : (*decoder)->prefill(0, {call.begin(), call.end()});
    if (!logits)
      return blameEmit(logits.problem());
    now.logits.emplace_back(logits->values, logits->values + logits->vocabulary);
  }
  return compare("phase emit", now);
}
