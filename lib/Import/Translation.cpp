//===- Translation.cpp - Importing as an mlir-translate translation -------===//
//
// `tern-translate --import-model FILE.gguf` (or DIR/config.json) prints the imported program.
//
//===----------------------------------------------------------------------===//

#include "tern/Import/Translation.h"

#include "tern/Import/Importer.h"

#include "mlir/Tools/mlir-translate/Translation.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace tern;

void tern::registerImportTranslation() {
  static llvm::cl::opt<std::string> seed("random-weights", llvm::cl::desc("seed of generated weights"),
                                         llvm::cl::init(""));
  static TranslateToMLIRRegistration registration(
      "import-model", "import a model: the input file is a .gguf file, or the config.json of a Hugging Face directory",
      [](llvm::SourceMgr &source, MLIRContext *context) -> OwningOpRef<Operation *> {
        StringRef path = source.getMemoryBuffer(source.getMainFileID())->getBufferIdentifier();
        path.consume_back("/config.json");
        ImportOptions options;
        uint64_t number;
        Location location = FileLineColLoc::get(context, path, 0, 0);
        if (!seed.empty() && StringRef(seed).getAsInteger(0, number)) {
          emitError(location) << "--random-weights must be a whole number, got '" << seed << "'";
          return nullptr;
        }
        if (!seed.empty())
          options.randomSeed = number;
        ImportedModel model = importModel(*context, path.str(), options);
        for (const Problem &problem : model.problems)
          emitError(location) << problem.str();
        return OwningOpRef<Operation *>(model.module.release());
      });
}
