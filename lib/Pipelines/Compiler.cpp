//===- Compiler.cpp - A model through all phases to an artifact -----------===//

#include "tern/Pipelines/Compiler.h"

#include "ArtifactAssembly.h"
#include "GoldenPrompt.h"
#include "Lowering.h"
#include "VerifyEach.h"
#include "dialects/Graph/IR/Graph.h"
#include "dialects/Plan/IR/Plan.h"
#include "runtime/Base/AtomicFile.h"
#include "tern/Import/Importer.h"
#include "tern/Pipelines/DiagnosticProblems.h"
#include "tern/Pipelines/Pipelines.h"
#include "tern/Target/BuildProgram.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FormatVariadic.h"

#include <chrono>
#include <filesystem>
#include <iostream>

using namespace mlir;
using namespace tern;

llvm::StringRef tern::compilerVersion() { return TERN_VERSION; }

llvm::ArrayRef<llvm::StringRef> tern::phaseNames() {
  static constexpr llvm::StringRef names[] = {"import",   "normalize", "precision", "fuse",
                                              "schedule", "plan",      "lower",     "emit"};
  return names;
}

std::string tern::printProgram(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  OpPrintingFlags flags;
  flags.enableDebugInfo().useLocalScope();
  module->print(stream, flags);
  return text + '\n';
}

namespace {

size_t phaseNumber(llvm::StringRef name) { return llvm::find(phaseNames(), name) - phaseNames().begin(); }

class CompilerRun {
public:
  CompilerRun(MLIRContext &context, const CompilerOptions &options)
      : context(context), options(options), verifier(options.precision, options.threads) {}

  CompilationResult run() {
    DiagnosticProblems diagnostics(context);
    bool isParallel = context.isMultithreadingEnabled();
    if (options.verifyEach) // a check looks at the whole program
      context.disableMultithreading();
    bool worked = begin() && runPhases();
    context.enableMultithreading(isParallel);
    if (!worked && problems.empty())
      problems = diagnostics.problems();
    return {std::move(result), std::move(problems)};
  }

private:
  using Clock = std::chrono::steady_clock;

  bool fail(Problem problem) {
    problems.push_back(std::move(problem));
    return false;
  }

  bool check(const Status &status) { return status ? true : fail(status.problem()); }

  /// The program after import, or as it was left at the first phase.
  bool begin() {
    for (const std::string &name : options.targets) {
      Result<Target> target = parseTarget(name);
      if (!target)
        return fail(target.problem());
      targets.push_back(std::move(*target));
      result.targets.push_back(nameOf(targets.back()));
    }
    isForGpu = !targets.empty() && isGpu(targets.front());
    if (!options.firstPhase.empty()) {
      result.module = options.program
                          ? parseSourceString<ModuleOp>(*options.program, ParserConfig(&context), options.input)
                          : parseSourceFile<ModuleOp>(options.input, ParserConfig(&context));
      PassManager passes(&context);
      addSeamVerifier(passes, options.firstPhase);
      return result.module && succeeded(passes.run(*result.module));
    }
    Clock::time_point start = Clock::now();
    ImportOptions importOptions;
    importOptions.randomSeed = options.randomSeed;
    importOptions.embeddings = options.embeddings;
    ImportedModel model = importModel(context, options.input, importOptions);
    problems = std::move(model.problems);
    result.module = std::move(model.module);
    wantsGolden = options.lastPhase == "emit" &&
                  options.golden.value_or(static_cast<std::uint64_t>(model.summary.weightBytes) <= goldenWeightBytes);
    return result.module && limitContext() && checkGolden() && endPhase("import", start);
  }

  bool givesEmbeddings() { return (*result.module)->hasAttr("graph.embeddings"); }

  /// Golden prompts are of logits.
  bool checkGolden() {
    if (!givesEmbeddings())
      return true;
    wantsGolden = false;
    return !options.golden.value_or(false) ||
           fail({options.input, "gives embeddings, and golden prompts are of models that give logits",
                 "leave out --golden"});
  }

  int64_t chunk(bool gpu) const { return options.chunk.value_or(gpu ? 512 : 256); }

  /// The one entry of a program that gives embeddings. Where tokens see those after them, it takes a text whole.
  std::string encodeEntry(bool gpu) {
    bool isBidirectional = false;
    result.module->walk(
        [&](graph::AttentionOp attention) { isBidirectional |= attention.getMask() == graph::Mask::None; });
    auto limit = (*result.module)->getAttrOfType<IntegerAttr>("graph.max_context");
    int64_t most = isBidirectional && limit ? limit.getInt() : chunk(gpu);
    return llvm::formatv("encode:B=1:T<{0}:N<{0}", most);
  }

  bool limitContext() {
    auto limit = (*result.module)->getAttrOfType<IntegerAttr>("graph.max_context");
    if (options.maxContext == 0)
      return true;
    if (limit && options.maxContext > limit.getInt())
      return fail({"--max-context",
                   "must be at most the model's " + std::to_string(limit.getInt()) + ", got " +
                       std::to_string(options.maxContext),
                   "ask for fewer positions"});
    (*result.module)->setAttr("graph.max_context", Builder(&context).getI64IntegerAttr(options.maxContext));
    return true;
  }

  bool runPhases() {
    size_t last = phaseNumber(options.lastPhase);
    for (size_t i = phaseNumber(options.firstPhase.empty() ? "import" : options.firstPhase) + 1; i <= last; ++i) {
      llvm::StringRef phase = phaseNames()[i];
      Clock::time_point start = Clock::now();
      if (!runPhase(phase) || !endPhase(phase, start))
        return false;
    }
    return options.lastPhase == "emit" || writeProgram();
  }

  bool runPhase(llvm::StringRef phase) {
    if (phase == "lower")
      return lower();
    if (phase == "emit")
      return emit();
    if (phase == "schedule" && llvm::any_of(targets, [&](const Target &target) { return isGpu(target) != isForGpu; }))
      otherModule = OwningOpRef<ModuleOp>(result.module->clone());
    return runPasses(phase, *result.module, isForGpu) && (!otherModule || runPasses(phase, *otherModule, !isForGpu)) &&
           (phase != "normalize" || keepProgram());
  }

  /// Runs the passes of a phase on `module`, of which the code will be for GPUs or for CPUs.
  bool runPasses(llvm::StringRef phase, ModuleOp module, bool gpu) {
    PassManager passes(&context);
    if (phase == "normalize") {
      buildNormalizePipeline(passes, NormalizeOptions());
    } else if (phase == "precision") {
      PrecisionOptions precision;
      precision.policy = options.precision;
      buildPrecisionPipeline(passes, precision);
    } else if (phase == "fuse") {
      buildFusePipeline(passes, FuseOptions());
    } else if (phase == "schedule") {
      ScheduleOptions schedule;
      schedule.batches = options.batches;
      schedule.chunk = chunk(gpu);
      schedule.outputs = options.outputs;
      schedule.gpu = gpu;
      schedule.rules = options.scheduleRules;
      if (givesEmbeddings())
        schedule.entries = std::vector<std::string>{encodeEntry(gpu)};
      buildSchedulePipeline(passes, schedule);
    } else {
      buildPlanPipeline(passes, PlanOptions());
    }
    if (options.onPasses)
      options.onPasses(phase, passes);
    if (options.verifyEach && phase != "plan")
      verifier.watch(passes);
    bool worked = succeeded(passes.run(module));
    if (verifier.problem())
      return fail({"phase " + phase.str() + ", pass " + verifier.problem()->where, verifier.problem()->what,
                   verifier.problem()->remedy});
    return worked;
  }

  /// What the artifact keeps of the program in normal form: its text, with the options that the next phases had, and
  /// what it computes.
  bool keepProgram() {
    Builder builder(&context);
    OwningOpRef<ModuleOp> kept(result.module->clone());
    (*kept)->setAttr("graph.precision", builder.getStringAttr(options.precision));
    (*kept)->setAttr("graph.batches", builder.getI64ArrayAttr(options.batches));
    graphText = printProgram(*kept);
    if (!wantsGolden)
      return true;
    Clock::time_point start = Clock::now();
    Result<Golden> made = makeGolden(*result.module, options);
    if (!made) // without words, the interpreter's diagnostics say what it is
      return made.problem().what.empty() ? false : fail(made.problem());
    golden = std::move(*made);
    result.goldenPrompts = golden->prompts.size();
    if (options.onPhase)
      options.onPhase("golden", std::chrono::duration<double>(Clock::now() - start).count());
    return true;
  }

  /// Each target's code; the module shows that of the first.
  bool lower() {
    context.loadAllAvailableDialects(); // no pass declares what code generation writes
    for (const Target &target : targets) {
      ModuleOp planned = otherModule && isGpu(target) != isForGpu ? *otherModule : *result.module;
      LoweredTarget code{target, lowerToTarget(planned, target)};
      if (!code.module)
        return false;
      lowered.push_back(std::move(code));
    }
    result.module = OwningOpRef<ModuleOp>(lowered.front().module->clone());
    return true;
  }

  bool emit() {
    if (lowered.empty()) // taken up after lower
      for (const Target &target : targets)
        lowered.push_back({target, OwningOpRef<ModuleOp>(result.module->clone())});
    ArtifactAssembly assembly(options, std::move(graphText));
    for (LoweredTarget &code : lowered)
      if (!check(assembly.addTarget(code)))
        return false;
    FileCheck verify;
    if (options.verifyEach)
      verify = [&](const std::string &path) { return verifier.checkArtifact(path); };
    if (!check(assembly.write(*result.module, golden ? &*golden : nullptr, verify)))
      return false;
    const Program &program = assembly.program();
    for (const Entry &entry : program.entries)
      result.entryPoints.push_back(entry.name);
    result.memory = assembly.memory();
    result.gpuKernels = assembly.resources();
    return true;
  }

  bool endPhase(llvm::StringRef phase, Clock::time_point start) {
    double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    result.phases.push_back({phase.str(), seconds});
    if (options.onPhase)
      options.onPhase(phase, seconds);
    if (options.dumpDirectory.empty() || phase == "emit")
      return true;
    std::error_code error;
    std::filesystem::create_directories(options.dumpDirectory, error);
    std::string number = std::to_string(phaseNumber(phase) + 1);
    return check(
        writeFile(options.dumpDirectory + "/" + number + "-" + phase.str() + ".mlir", printProgram(*result.module)));
  }

  bool writeProgram() {
    for (auto entry : result.module->getOps<plan::EntryOp>())
      result.entryPoints.push_back(entry.getSymName().str());
    for (auto function : result.module->getOps<func::FuncOp>())
      result.entryPoints.push_back(function.getName().str());
    std::string text = printProgram(*result.module);
    if (options.onProgram) {
      options.onProgram(std::move(text));
      return true;
    }
    if (!options.output.empty())
      return check(writeFile(options.output, text));
    std::cout << text;
    return true;
  }

  MLIRContext &context;
  const CompilerOptions &options;
  Compilation result;
  Problems problems;
  std::vector<Target> targets;
  /// From schedule on there is a program for GPUs and one for CPUs. The result's is that of the first target, the other
  /// is here where a target asks for it.
  bool isForGpu = false;
  OwningOpRef<ModuleOp> otherModule;
  std::vector<LoweredTarget> lowered;
  std::string graphText;
  bool wantsGolden = false;
  std::optional<Golden> golden;
  PassVerifier verifier;
};

} // namespace

CompilationResult tern::compileModel(MLIRContext &context, const CompilerOptions &options) {
  return CompilerRun(context, options).run();
}
