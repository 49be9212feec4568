//===- ProgramRunner.cpp - Random programs compiled, run, compared --------===//

#include "test/unit/Pipelines/ProgramRunner.h"
#include "test/unit/Pipelines/EmulatedPrograms.h"

#include "dialects/Kernel/IR/Kernel.h"
#include "lib/Pipelines/Lowering.h"
#include "runtime/Cpu/CpuSession.h"
#include "tern/Interpreter/Interpreter.h"
#include "tern/Pipelines/DiagnosticProblems.h"
#include "tern/Pipelines/Pipelines.h"
#include "tern/Target/BuildProgram.h"
#include "tern/Target/ObjectCode.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace tern;
using namespace tern::testing;

namespace {

/// A program through all phases but emit.
struct CompiledProgram {
  ProgramCase which;
  RandomProgram source;
  OwningOpRef<ModuleOp> original, rounded, lowered;
  Program program;
};

} // namespace

static std::string message(const DiagnosticProblems &diagnostics) {
  std::string text;
  for (const Problem &problem : diagnostics.problems())
    text += problem.str() + "\n";
  return text;
}

//===----------------------------------------------------------------------===//
// Compiling
//===----------------------------------------------------------------------===//

static LogicalResult runPhases(CompiledProgram &compiled, ModuleOp module, bool gpu, const OnStep &onStep) {
  auto phase = [&](const char *name, llvm::function_ref<void(PassManager &)> build) {
    onStep(compiled.which, name);
    PassManager passes(module.getContext());
    build(passes);
    return passes.run(module);
  };
  PrecisionOptions precision;
  precision.policy = compiled.which.policy.text;
  ScheduleOptions schedule;
  schedule.function = "program";
  schedule.entries = {compiled.source.entry};
  schedule.gpu = gpu;
  if (compiled.which.seed % 2 == 1) { // what an importer gives is normal; what a person writes may not be
    NormalizeOptions normalize;
    normalize.verify = false;
    if (failed(phase("normalize", [&](PassManager &passes) { buildNormalizePipeline(passes, normalize); })))
      return failure();
  }
  if (failed(phase("precision", [&](PassManager &passes) { buildPrecisionPipeline(passes, precision); })))
    return failure();
  compiled.rounded = module.clone();
  return success(succeeded(phase("fuse", [&](PassManager &passes) { buildFusePipeline(passes, FuseOptions()); })) &&
                 succeeded(phase("schedule", [&](PassManager &passes) { buildSchedulePipeline(passes, schedule); })) &&
                 succeeded(phase("plan", [&](PassManager &passes) { buildPlanPipeline(passes, PlanOptions()); })));
}

/// What went wrong, or "".
static std::string compileProgram(MLIRContext &context, CompiledProgram &compiled, const Target &target,
                                  const OnStep &onStep) {
  DiagnosticProblems diagnostics(context);
  onStep(compiled.which, "parse");
  compiled.original = parseSourceString<ModuleOp>(compiled.source.text, &context);
  if (!compiled.original)
    return "does not parse: " + message(diagnostics);
  OwningOpRef<ModuleOp> module = cast<ModuleOp>(compiled.original->getOperation()->clone());
  if (failed(runPhases(compiled, *module, isGpu(target), onStep)))
    return "a phase fails: " + message(diagnostics);
  onStep(compiled.which, "lower");
  compiled.lowered = lowerToTarget(*module, target);
  if (!compiled.lowered)
    return "does not lower: " + message(diagnostics);
  FailureOr<Program> program = buildProgram(*compiled.lowered);
  if (failed(program))
    return "has no program: " + message(diagnostics);
  compiled.program = std::move(*program);
  return "";
}

/// Moves the functions of `compiled` into `all`, under names that begin with `prefix`.
static void addFunctions(CompiledProgram &compiled, const std::string &prefix, ModuleOp all) {
  ModuleOp lowered = *compiled.lowered;
  StringRef exported = "tern_";
  for (Operation &op : llvm::make_early_inc_range(*lowered.getBody())) {
    if (!isa_and_nonnull<LLVM::LLVMDialect>(op.getDialect()))
      continue;
    StringRef name = SymbolTable::getSymbolName(&op).getValue();
    bool isExported = name.consume_front(exported);
    std::string renamed = (isExported ? exported : "").str() + prefix + name.str();
    (void)SymbolTable::replaceAllSymbolUses(&op, StringAttr::get(op.getContext(), renamed), lowered);
    SymbolTable::setSymbolName(&op, renamed);
  }
  for (Operation &op : llvm::make_early_inc_range(*lowered.getBody()))
    if (isa_and_nonnull<LLVM::LLVMDialect>(op.getDialect())) {
      op.walk([](Operation *inner) {
        inner->removeAttr(kernel::tasksAttrName);
        inner->removeAttr(kernel::taskBytesAttrName);
      });
      op.moveBefore(all.getBody(), all.getBody()->end());
    }
  for (std::string &kernel : compiled.program.kernels)
    kernel = prefix + StringRef(kernel).drop_front(exported.size()).str();
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

/// Elements as kernels find them.
static std::vector<uint8_t> encode(const Tensor &tensor) {
  uint64_t width = storageFormatInfo(tensor.format()).blockBytes;
  std::vector<uint8_t> bytes(static_cast<size_t>(tensor.size()) * width + 1);
  if (!tensor.isInteger()) {
    encodeFromFloat(tensor.format(), tensor.floats().data(), bytes.data(), static_cast<uint64_t>(tensor.size()));
    return bytes;
  }
  for (auto [index, value] : llvm::enumerate(tensor.ints()))
    std::memcpy(bytes.data() + index * width, &value, width);
  return bytes;
}

static Tensor decode(StorageFormat format, const TensorView &view) {
  const auto *bytes = static_cast<const uint8_t *>(view.data);
  Shape shape(view.shape.begin(), view.shape.end());
  auto count = static_cast<size_t>(numElements(shape));
  uint64_t width = storageFormatInfo(format).blockBytes;
  if (!storageFormatInfo(format).isInteger) {
    std::vector<float> values(count);
    decodeToFloat(format, bytes, values.data(), count);
    return Tensor::fromFloats(shape, std::move(values), format);
  }
  std::vector<int64_t> values(count);
  for (size_t i = 0; i < count; ++i)
    std::memcpy(&values[i], bytes + i * width, width);
  return Tensor::fromInts(shape, std::move(values), format);
}

/// What is wrong with `got`, or "".
static std::string compare(const Tensor &got, const Tensor &want, double tolerance) {
  if (got.shape() != want.shape())
    return "shape " + shapeText(got.shape()) + ", expected " + shapeText(want.shape());
  int64_t off = 0, worst = -1;
  double largest = -1;
  auto number = [](const Tensor &tensor, int64_t i) {
    return tensor.isInteger() ? static_cast<double>(tensor.ints()[i]) : static_cast<double>(tensor.floats()[i]);
  };
  for (int64_t i = 0; i < want.size(); ++i) {
    double x = number(got, i), y = number(want, i);
    double error = x == y || (std::isnan(x) && std::isnan(y)) ? 0 : std::fabs(x - y);
    if (std::isnan(error))
      error = INFINITY;
    if (error <= tolerance)
      continue;
    ++off;
    if (error > largest)
      largest = error, worst = i;
  }
  if (off == 0)
    return "";
  char text[200];
  std::snprintf(text, sizeof text, ": got %.9g, expected %.9g, error %.3g above the tolerance %.3g", number(got, worst),
                number(want, worst), largest, tolerance);
  return std::to_string(off) + " of " + std::to_string(want.size()) + " elements are off; worst at " +
         indexText(want.shape(), worst) + text;
}

namespace {

/// A session of either kind.
struct AnySession {
  std::function<Result<bool>(const EntryCall &)> run;
  std::function<TensorView(size_t)> output;
};
/// Makes the session of program number `index`.
using MakeSession = std::function<Result<AnySession>(const CompiledProgram &compiled, size_t index)>;

} // namespace

template <typename Session> static Result<AnySession> asAny(Result<std::unique_ptr<Session>> made) {
  if (!made)
    return made.problem();
  std::shared_ptr<Session> session = std::move(*made);
  return AnySession{[session](const EntryCall &call) { return session->run(call); },
                    [session](size_t index) { return session->output(index); }};
}

static Result<std::unique_ptr<CpuSession>> makeSession(const CompiledProgram &compiled, const KernelLibrary &library,
                                                       size_t firstKernel) {
  std::vector<TernKernel> kernels;
  for (size_t i = 0; i < compiled.program.kernels.size(); ++i)
    kernels.push_back(library[firstKernel + i]);
  unsigned workers = compiled.which.seed % 4 == 3 ? 2 : 1;
  Result<std::shared_ptr<CpuModel>> model =
      CpuModel::create({compiled.program, KernelLibrary(std::move(kernels)), {}, nullptr, "random program"}, workers);
  if (!model)
    return model.problem();
  return CpuSession::create(*model, {compiled.source.slots, 64});
}

/// One call of the session, from the tensors that the interpreter gets too.
static Status callSession(const AnySession &session, const CompiledProgram &compiled, const Sizes &sizes,
                          ArrayRef<Tensor> arguments) {
  EntryCall call;
  call.slots = compiled.source.slots;
  std::vector<std::vector<uint8_t>> bytes;
  for (const Tensor &argument : arguments)
    bytes.push_back(encode(argument));
  for (auto [argument, data] : llvm::zip_equal(arguments, bytes))
    call.inputs.push_back({data.data(), {argument.shape().begin(), argument.shape().end()}});
  for (auto [index, symbol] : llvm::enumerate(compiled.program.symbols))
    if (auto size = sizes.find(symbol); size != sizes.end())
      call.sizes.push_back({static_cast<int32_t>(index), size->second});
  Result<bool> done = session.run(call);
  return done ? Status(Done{}) : Status(done.problem());
}

/// Interprets call `call` of `program` and compares what the session gave. What is wrong, or "".
static std::string compareCall(const CompiledProgram &compiled, const AnySession &session, Interpreter &interpreter,
                               Reference reference, size_t call, ArrayRef<Tensor> arguments) {
  DiagnosticProblems diagnostics(*(*compiled.original)->getContext());
  FailureOr<SmallVector<Tensor>> expected = interpreter.call("program", arguments);
  if (failed(expected))
    return "the interpreter fails: " + message(diagnostics);
  const Entry &entry = compiled.program.entries.front();
  for (auto [index, want] : llvm::enumerate(*expected)) {
    const RandomResult &result = compiled.source.results[index];
    double tolerance = want.isInteger() ? 0 : result.errors[static_cast<size_t>(reference)];
    std::string difference = compare(decode(entry.outputs[index].format, session.output(index)), want, tolerance);
    if (!difference.empty())
      return "call " + std::to_string(call) + ", result " + std::to_string(index) + " (" + result.name +
             "), beside the program " + (reference == Reference::Written ? "as written: " : "after precision: ") +
             difference;
  }
  return "";
}

static std::string runProgram(MLIRContext &context, CompiledProgram &compiled, size_t number,
                              const MakeSession &makeSession, const OnStep &onStep) {
  DiagnosticProblems diagnostics(context);
  FailureOr<Interpreter> written = Interpreter::create(*compiled.original, {1});
  FailureOr<Interpreter> rounded = Interpreter::create(*compiled.rounded, {1});
  if (failed(written) || failed(rounded))
    return "the interpreter refuses: " + message(diagnostics);
  Result<AnySession> session = makeSession(compiled, number);
  if (!session)
    return "the runtime refuses: " + session.problem().str();
  for (size_t call = 0; call < compiled.source.calls.size(); ++call) {
    std::vector<Tensor> arguments = randomArguments(compiled.source, compiled.which.seed, call);
    onStep(compiled.which, "run");
    if (Status status = callSession(*session, compiled, compiled.source.calls[call], arguments); !status)
      return "does not run: " + status.problem().str();
    onStep(compiled.which, "interpret");
    for (Reference reference : {Reference::Rounded, Reference::Written}) {
      Interpreter &interpreter = reference == Reference::Written ? *written : *rounded;
      std::string what = compareCall(compiled, *session, interpreter, reference, call, arguments);
      if (!what.empty())
        return what;
    }
  }
  return "";
}

std::string tern::testing::describeProgram(const ProgramCase &which, const RandomProgram &source,
                                           const std::string &what) {
  std::string calls;
  for (const Sizes &sizes : source.calls)
    for (const auto &[symbol, size] : sizes)
      calls += " " + symbol + "=" + std::to_string(size);
  return std::string(which.onGpu ? "GPU, " : "") + "seed " + std::to_string(which.seed) + " size " +
         std::to_string(which.size) + " policy " + which.policy.text + ": " + what + "\nentry " + source.entry +
         ", calls" + calls + "\n" + source.text;
}

static std::string describe(const CompiledProgram &compiled, const std::string &what) {
  return describeProgram(compiled.which, compiled.source, what);
}

/// Generates and compiles all; what is wrong, or "".
static std::string compileAll(MLIRContext &context, const BlockPool &pool, const std::vector<ProgramCase> &cases,
                              const Target &target, std::vector<CompiledProgram> &programs, const OnStep &onStep) {
  for (const ProgramCase &which : cases) {
    CompiledProgram &compiled = programs.emplace_back();
    compiled.which = which;
    onStep(which, "generate");
    compiled.source = makeRandomProgram(which.seed, which.size, which.policy, pool);
    if (std::string what = compileProgram(context, compiled, target, onStep); !what.empty())
      return describe(compiled, what);
  }
  return "";
}

static std::string runAll(MLIRContext &context, std::vector<CompiledProgram> &programs, const MakeSession &makeSession,
                          const OnStep &onStep) {
  for (auto [number, compiled] : llvm::enumerate(programs))
    if (std::string what = runProgram(context, compiled, number, makeSession, onStep); !what.empty())
      return describe(compiled, what);
  return "";
}

static std::string prefixOf(size_t number) { return "p" + std::to_string(number) + "_"; }

static std::string runOnCpu(MLIRContext &context, std::vector<CompiledProgram> &programs, const CpuTarget &target,
                            const OnStep &onStep) {
  OwningOpRef<ModuleOp> all = ModuleOp::create(UnknownLoc::get(&context));
  std::vector<std::string> names;
  std::vector<size_t> firstKernels;
  for (auto [number, compiled] : llvm::enumerate(programs)) {
    addFunctions(compiled, prefixOf(number), *all);
    firstKernels.push_back(names.size());
    llvm::append_range(names, compiled.program.kernels);
  }
  onStep(programs.front().which, "emit");
  DiagnosticProblems diagnostics(context);
  Result<std::vector<char>> object = emitSharedObject(*all, target);
  if (!object)
    return describe(programs.front(), "does not emit: " + object.problem().str());
  onStep(programs.front().which, "load");
  Result<KernelLibrary> library = KernelLibrary::load({object->data(), object->size()}, names, "random programs");
  if (!library)
    return describe(programs.front(), "does not load: " + library.problem().str());
  auto session = [&](const CompiledProgram &compiled, size_t number) {
    return asAny(makeSession(compiled, *library, firstKernels[number]));
  };
  return runAll(context, programs, session, onStep);
}

static std::string runOnGpu(MLIRContext &context, std::vector<CompiledProgram> &programs, const OnStep &onStep) {
  EmulatedPrograms emulated(context);
  for (auto [number, compiled] : llvm::enumerate(programs))
    emulated.add(*compiled.lowered, compiled.program, prefixOf(number));
  onStep(programs.front().which, "emit");
  DiagnosticProblems diagnostics(context);
  if (Status compiled = emulated.compile(); !compiled)
    return describe(programs.front(), "does not emit: " + compiled.problem().str() + "\n" + message(diagnostics));
  auto session = [&](const CompiledProgram &compiled, size_t) {
    return asAny(emulated.newSession(compiled.program, {compiled.source.slots, 64}, compiled.which.seed));
  };
  return runAll(context, programs, session, onStep);
}

std::string tern::testing::runPrograms(MLIRContext &context, const BlockPool &pool,
                                       const std::vector<ProgramCase> &cases, const OnStep &onStep) {
  Result<Target> target = parseTarget(cases.front().onGpu ? "sm_90a" : "native");
  if (!target)
    return target.problem().str();
  std::vector<CompiledProgram> programs;
  if (std::string what = compileAll(context, pool, cases, *target, programs, onStep); !what.empty())
    return what;
  const auto *cpu = std::get_if<CpuTarget>(&*target);
  return cpu ? runOnCpu(context, programs, *cpu, onStep) : runOnGpu(context, programs, onStep);
}
