//===- InspectCommand.cpp - tern inspect ----------------------------------===//

#include "runtime/tools/NumberChecks.h"
#include "tern/Pipelines/Compiler.h"
#include "tern/Pipelines/DiagnosticProblems.h"
#include "tern/RegisterAll.h"
#include "tern/Target/CudaSource.h"
#include "tern/Target/Target.h"
#include "tools/tern/Command.h"
#include "tools/tern/Inspection.h"
#include "tools/tern/Roofline.h"

#include "mlir/Parser/Parser.h"

#include <CLI/CLI.hpp>
#include <iostream>

using namespace tern;

namespace {

struct InspectOptions {
  std::string artifact, target, phase;
  std::int64_t context = 0;
  std::optional<std::string> cuda;
  bool plan = false, kernels = false, roofline = false, json = false;
  double bandwidth = 0, peak = 0; ///< Of the machine, in GB/s and TFLOP/s; 0 for the target's.
};

} // namespace

/// The variant asked for, or the first.
static Result<const ArtifactVariant *> chosenVariant(const ArtifactReader &artifact, const std::string &target) {
  std::string targets;
  for (const ArtifactVariant &variant : artifact.manifest().variants) {
    if (target.empty() || variant.target == target)
      return &variant;
    targets += (targets.empty() ? "" : ", ") + variant.target;
  }
  return Problem{artifact.path(),
                 targets.empty() ? "holds no code"
                                 : "holds no code for the target '" + target + "', only for " + targets,
                 "name a target that it holds"};
}

/// The options that the phases after normalize had, which the kept program says.
static void readOptions(const std::string &text, mlir::MLIRContext &context, CompilerOptions &options) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, mlir::ParserConfig(&context));
  if (!module)
    return; // compiling says what is wrong with it
  if (auto precision = (*module)->getAttrOfType<mlir::StringAttr>("graph.precision"))
    options.precision = precision.str();
  if (auto batches = (*module)->getAttrOfType<mlir::ArrayAttr>("graph.batches")) {
    options.batches.clear();
    for (auto batch : batches.getAsRange<mlir::IntegerAttr>())
      options.batches.push_back(batch.getInt());
  }
}

/// What the machine does at best: as the user says, else as the target's data sheet does.
static kernel::Ceilings ceilingsOf(const InspectOptions &options, const std::string &target) {
  kernel::Ceilings ceilings;
  if (Result<Target> known = parseTarget(target))
    if (const auto *gpu = std::get_if<CudaTarget>(&*known))
      ceilings = {gpu->bytesPerSecond, gpu->flopsPerSecond};
  if (options.bandwidth > 0)
    ceilings.bytes = options.bandwidth * 1e9;
  if (options.peak > 0)
    ceilings.flops = options.peak * 1e12;
  return ceilings;
}

/// The program as it was after `phase`. Of the phases the artifact keeps the first ones' result; the others are run
/// again on it.
static Problems programAfter(const ArtifactReader &artifact, const std::string &phase, const std::string &target,
                             std::string &text) {
  std::optional<std::string_view> kept = artifact.section(section::graph);
  if (!kept)
    return {{artifact.path(), "keeps no IR: it was compiled from a later phase", "compile the model itself"}};
  text = *kept;
  if (phase == "normalize")
    return {};
  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  mlir::MLIRContext context(registry);
  CompilerOptions options;
  readOptions(text, context, options);
  options.input = artifact.path() + ": " + section::graph;
  options.program = text;
  options.firstPhase = "normalize";
  options.lastPhase = phase;
  options.targets = {target};
  options.onProgram = [&](std::string program) { text = std::move(program); };
  return compileModel(context, options).problems;
}

/// Puts the roofline of a program that programAfter gave for the phase plan into `roofline`.
static Problems makeRoofline(const std::string &planned, std::int64_t positions, const kernel::Ceilings &ceilings,
                             Json &roofline) {
  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  mlir::MLIRContext context(registry);
  DiagnosticProblems diagnostics(context);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(planned, mlir::ParserConfig(&context));
  if (!module)
    return diagnostics.problems();
  Result<Json> made = rooflineOf(*module, positions, ceilings);
  if (!made)
    return {made.problem()};
  roofline = std::move(*made);
  return {};
}

/// The CUDA C++ of a kernel of the variant, or of all if `kernel` is empty.
static Result<std::string> cudaOf(const ArtifactReader &artifact, const ArtifactVariant &variant,
                                  const std::string &kernel) {
  llvm::StringRef source = artifact.source(variant);
  if (source.empty())
    return Problem{artifact.path(), "the code for " + variant.target + " was not made from CUDA C++",
                   "name a GPU that it holds code for with --target"};
  if (kernel.empty())
    return source.str();
  llvm::StringRef found = kernelInSource(source, kernel);
  if (found.empty())
    found = kernelInSource(source, "tern_" + kernel);
  if (found.empty())
    return Problem{artifact.path(), "there is no kernel '" + kernel + "'", "see the names with --kernels"};
  return found.str();
}

static int inspect(const InspectOptions &options) {
  Result<ArtifactReader> artifact = ArtifactReader::open(options.artifact);
  if (!artifact)
    return fail(artifact.problem(), options.json);
  Json object = overviewOf(*artifact);
  std::string text;
  if (options.plan || options.kernels || options.roofline || options.cuda || !options.phase.empty()) {
    Result<const ArtifactVariant *> variant = chosenVariant(*artifact, options.target);
    if (!variant)
      return fail(variant.problem(), options.json);
    Result<Program> program = artifact->program(**variant);
    if (!program)
      return fail(program.problem(), options.json);
    std::int64_t positions = options.context > 0 ? options.context : artifact->manifest().model.maxContext;
    if (options.plan)
      text += planText(object["plan"] = planOf(*program, positions));
    if (options.kernels)
      text += kernelsText(object["kernels"] = kernelsOf(*program, positions));
    if (options.roofline) {
      std::string planned;
      if (Problems problems = programAfter(*artifact, "plan", (*variant)->target, planned); !problems.empty())
        return fail(problems, options.json);
      kernel::Ceilings ceilings = ceilingsOf(options, (*variant)->target);
      if (Problems problems = makeRoofline(planned, positions, ceilings, object["roofline"]); !problems.empty())
        return fail(problems, options.json);
      text += rooflineText(object["roofline"]);
    }
    if (options.cuda) {
      Result<std::string> source = cudaOf(*artifact, **variant, *options.cuda);
      if (!source)
        return fail(source.problem(), options.json);
      text += *source;
      object["cuda"] = std::move(*source);
    }
    if (!options.phase.empty()) {
      std::string ir;
      if (Problems problems = programAfter(*artifact, options.phase, (*variant)->target, ir); !problems.empty())
        return fail(problems, options.json);
      text += ir;
      object["ir"] = {{"phase", options.phase}, {"program", std::move(ir)}};
    }
  } else {
    text = overviewText(object);
  }
  if (options.json)
    printJson(object);
  else
    std::cout << text << std::flush;
  return 0;
}

void tern::addInspectCommand(CLI::App &app, Action &action) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App *command = app.add_subcommand("inspect", "Look inside an artifact");
  command->footer("Without a view: what the artifact is and holds. Costs are those of the largest call of an entry.\n\n"
                  "  tern inspect smol.tern\n"
                  "  tern inspect smol.tern --plan --max-context 1000\n"
                  "  tern inspect smol.tern --kernels --json\n"
                  "  tern inspect smol.tern --roofline --target sm_90a --max-context 500\n"
                  "  tern inspect smol.tern --ir schedule\n"
                  "  tern inspect smol.tern --target sm_90a --cuda linear_11");
  std::vector<std::string> phases;
  for (llvm::StringRef phase : phaseNames())
    if (phase != "import" && phase != "emit")
      phases.push_back(phase.str());
  command->add_option("artifact", options->artifact, "What tern compile made")->required();
  command->add_flag("--plan", options->plan, "Memory by kind, states, and every launch of every entry");
  command->add_flag("--kernels", options->kernels, "How often each kernel is launched, its tasks and bytes");
  CLI::Option *roofline = command->add_flag("--roofline", options->roofline,
                                            "What each kernel must move and compute, and how fast that can be at best");
  command
      ->add_option("--bandwidth", options->bandwidth,
                   "With --roofline: GB/s that memory gives (default: of a GPU, its data sheet)")
      ->needs(roofline)
      ->check(aboveZero());
  command
      ->add_option("--peak", options->peak,
                   "With --roofline: TFLOP/s of the arithmetic (default: of a GPU, its data sheet)")
      ->needs(roofline)
      ->check(aboveZero());
  command->add_option("--cuda", options->cuda, "The CUDA C++ of a kernel, or of everything for ''")
      ->type_name("KERNEL");
  command
      ->add_option("--ir", options->phase,
                   "The program after a phase: normalize is kept, later ones are compiled again")
      ->check(CLI::IsMember(phases));
  command->add_option("--max-context", options->context, "Positions in the cache for the costs (default: the maximum)")
      ->check(positive());
  command->add_option("--target", options->target, "Which of the variants (default: the first)");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options, &action] { action = [options] { return inspect(*options); }; });
}
