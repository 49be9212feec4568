//===- VerifyEach.cpp - Whether a phase changed what is computed ----------===//

#include "VerifyEach.h"

#include "dialects/Graph/IR/Graph.h"
#include "dialects/Graph/Transforms/ModulePath.h"
#include "runtime/Run/LoadedModel.h"
#include "tern/Interpreter/Interpreter.h"
#include "tern/Pipelines/DiagnosticProblems.h"

#include <cmath>
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

double PhaseVerifier::toleranceOf(StringRef phase) const {
  bool isExact = StringRef(precision).starts_with("f32");
  bool isCoarse = StringRef(precision).starts_with("int8") || StringRef(precision).starts_with("bf16");
  if (phase == "precision")
    return isExact ? 1e-4 : isCoarse ? 0.2 : 0.01;
  // Sums in another order: a rounding of an activation may fall to the other side.
  if (phase == "schedule" || phase == "emit")
    return isExact ? 1e-4 : isCoarse ? 0.05 : 1e-3;
  return 1e-5;
}

std::vector<std::vector<int32_t>> PhaseVerifier::tokens(int64_t vocabulary) const {
  std::mt19937_64 generator(1);
  std::vector<std::vector<int32_t>> calls(callCount);
  for (auto [index, call] : llvm::enumerate(calls))
    for (int64_t i = 0; i < (index == 0 ? promptLength : 1); ++i)
      call.push_back(static_cast<int32_t>(generator() % static_cast<uint64_t>(vocabulary)));
  return calls;
}

Status PhaseVerifier::run(ModuleOp module, Trace &trace) const {
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
    if (!trace.logits.empty() || isa<graph::LoadWeightOp, graph::ConstantOp>(op) || !isa<graph::GraphDialect>(op->getDialect()))
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

/// The first op of `before` whose counterpart in `now` gives something else.
std::string PhaseVerifier::blame(const Trace &before, const Trace &now, double tolerance) {
  auto counterparts = [](const Trace &trace) {
    std::map<std::string, std::vector<const Step *>> byOp;
    for (const Step &step : trace.steps)
      byOp[step.op].push_back(&step);
    return byOp;
  };
  std::map<std::string, std::vector<const Step *>> others = counterparts(now);
  std::map<std::string, size_t> seen;
  for (const Step &step : before.steps) {
    size_t number = seen[step.op]++;
    const std::vector<const Step *> &same = others[step.op];
    if (number >= same.size() || same[number]->value.size() != step.value.size())
      continue;
    double error = relativeError(same[number]->value.floats(), step.value.floats());
    if (error > tolerance)
      return "; the first value that is off is of " + step.op + " number " + std::to_string(number) +
             (step.layer.empty() ? "" : " in " + step.layer) + ", by " + percent(error);
  }
  return "";
}

Status PhaseVerifier::compare(StringRef phase, const Trace &now) const {
  double tolerance = toleranceOf(phase);
  for (auto [call, logits] : llvm::enumerate(now.logits)) {
    double error = relativeError(logits, before->logits[call]);
    if (error > tolerance)
      return Problem{"phase " + phase.str(),
                     "logits of call " + std::to_string(call) + " must stay within " + percent(tolerance) +
                         " of those before the phase, are off by " + percent(error) + blame(*before, now, tolerance),
                     "report this: it is a bug of the phase"};
  }
  return Done{};
}

Status PhaseVerifier::check(StringRef phase, ModuleOp module) {
  if (phase == "plan" || phase == "lower")
    return Done{};
  Trace now;
  if (Status status = run(module, now); !status)
    return status;
  if (before)
    if (Status status = compare(phase, now); !status)
      return status;
  before = std::move(now);
  return Done{};
}

Status PhaseVerifier::checkArtifact(const std::string &path) {
  if (!before)
    return Done{};
  LoadOptions options;
  options.threads = threads;
  Result<std::unique_ptr<LoadedModel>> model = LoadedModel::open(path, options);
  if (!model)
    return model.problem();
  Result<std::unique_ptr<Decoder>> decoder = Decoder::create((*model)->executor(), 1, 64);
  if (!decoder)
    return decoder.problem();
  Trace now;
  for (const std::vector<int32_t> &call : tokens(before->vocabulary)) {
    bool isStep = call.size() == 1 && !(*decoder)->isEncoder();
    Result<LogitsView> logits = isStep ? (*decoder)->decode({{0, call.front()}})
                                                 : (*decoder)->prefill(0, {call.begin(), call.end()});
    if (!logits)
      return logits.problem();
    now.logits.emplace_back(logits->values, logits->values + logits->vocabulary);
  }
  return compare("emit", now);
}
