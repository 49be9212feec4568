//===- CompileCommand.cpp - tern compile ----------------------------------===//

#include "runtime/Base/AtomicFile.h"
#include "tern/Import/Importer.h"
#include "tern/RegisterAll.h"
#include "tools/tern/Command.h"
#include "tools/tern/Progress.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

#include <filesystem>
#include <iostream>

using namespace tern;

namespace {

struct CompileOptions {
  std::string input, output, first, last, dumpDirectory;
  std::string weights = "reference";
  bool json = false;
};

} // namespace

/// The program at the end of phase `options.first`, read back from a dump.
static mlir::OwningOpRef<mlir::ModuleOp> parseProgram(mlir::MLIRContext &context, const CompileOptions &options) {
  return mlir::parseSourceFile<mlir::ModuleOp>(options.input, mlir::ParserConfig(&context));
}

static std::string printProgram(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  // Each op with the module path it came from, in place: the text reads alone and parses back.
  mlir::OpPrintingFlags flags;
  flags.enableDebugInfo().useLocalScope();
  module->print(stream, flags);
  return text + '\n';
}

static Status dumpPhase(mlir::ModuleOp module, const CompileOptions &options, int number, const std::string &phase) {
  if (options.dumpDirectory.empty())
    return Done{};
  std::error_code error;
  std::filesystem::create_directories(options.dumpDirectory, error);
  std::string path = options.dumpDirectory + "/" + std::to_string(number) + "-" + phase + ".mlir";
  return writeFile(path, printProgram(module));
}

static int compile(const CompileOptions &options) {
  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  registerAllPasses();
  mlir::MLIRContext context(registry);
  Result<std::optional<std::uint64_t>> seed = parseWeights(options.weights);
  if (!seed)
    return fail(seed.problem(), options.json);

  DiagnosticProblems diagnostics(context);
  Json phases = Json::array();
  Stopwatch importing;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  if (!options.first.empty()) {
    module = parseProgram(context, options);
    if (!module)
      return fail(diagnostics.problems(), options.json);
  } else {
    ImportOptions importOptions;
    importOptions.randomSeed = *seed;
    ImportedModel model = importModel(context, options.input, importOptions);
    if (!model.module)
      return fail(model.problems, options.json);
    module = std::move(model.module);
    phases.push_back({{"name", "import"}, {"seconds", importing.seconds()}});
    if (Status status = dumpPhase(*module, options, 1, "import"); !status)
      return fail(status.problem(), options.json);
  }

  if (options.last == "normalize" && options.first != "normalize") {
    Stopwatch normalizing;
    mlir::PassManager passes(&context);
    if (failed(mlir::parsePassPipeline("tern-normalize", passes)) || failed(passes.run(*module)))
      return fail(diagnostics.problems(), options.json);
    phases.push_back({{"name", "normalize"}, {"seconds", normalizing.seconds()}});
    if (Status status = dumpPhase(*module, options, 2, "normalize"); !status)
      return fail(status.problem(), options.json);
  }

  std::string text = printProgram(*module);
  if (options.output.empty())
    std::cout << text;
  else if (Status status = writeFile(options.output, text); !status)
    return fail(status.problem(), options.json);
  for (const Json &phase : phases)
    std::fprintf(stderr, "%-10s %.3f s\n", phase["name"].get<std::string>().c_str(), phase["seconds"].get<double>());
  if (options.json) {
    Json entryPoints = Json::array();
    for (auto function : module->getOps<mlir::func::FuncOp>())
      entryPoints.push_back(function.getName().str());
    printJson({{"phases", phases}, {"entry_points", entryPoints}, {"output", options.output}});
  }
  return 0;
}

void tern::addCompileCommand(CLI::App &app, Action &action) {
  auto options = std::make_shared<CompileOptions>();
  CLI::App *command = app.add_subcommand("compile", "Run the compiler up to a phase and print the program");
  command->footer("The phases built so far are import and normalize; later ones, and the artifact, are to come.\n\n"
                  "  tern compile smol.gguf --compile-to import\n"
                  "  tern compile ./config-only --weights random:7 --compile-to normalize -o smol.mlir\n"
                  "  tern compile smol.mlir --compile-from import --compile-to normalize");
  const std::vector<std::string> phases{"import", "normalize"};
  command->add_option("model", options->input, "Hugging Face directory, .gguf file, or IR with --compile-from")
      ->required();
  command->add_option("-o,--output", options->output, "File for the program (default: standard output)");
  command->add_option("--compile-to", options->last, "Last phase to run")->required()->check(CLI::IsMember(phases));
  command->add_option("--compile-from", options->first, "Phase that the given IR has been through")
      ->check(CLI::IsMember(phases));
  command->add_option("--dump-phases-to", options->dumpDirectory, "Directory for the program after each phase");
  addWeightsOption(*command, options->weights);
  CLI::Option *json = command->add_flag("--json", options->json, "Print one JSON object (needs -o)");
  json->needs(command->get_option("--output"));
  CLI::Option *weights = command->get_option("--weights");
  command->callback([options, weights, &action] {
    if (!options->first.empty() && weights->count() > 0)
      throw CLI::ValidationError("--weights", "the IR says where its weights come from; import again to change it");
    if (options->first == "normalize" && options->last == "import")
      throw CLI::ValidationError("--compile-to", "import comes before normalize, which the IR has been through");
    action = [options] { return compile(*options); };
  });
}
