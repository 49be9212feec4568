//===- PrintCuda.cpp - Kernels as the text of CUDA C++ --------------------===//

#include "tern/Target/PrintCuda.h"

#include "dialects/Cuda/IR/Printable.h"
#include "lib/Target/Cuda/Statements.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Tools/mlir-translate/Translation.h"

using namespace mlir;
using namespace tern;
using namespace tern::cuda;

static LogicalResult verifyModule(ModuleOp module) {
  for (Operation &op : *module.getBody()) {
    if (auto kernel = dyn_cast<KernelOp>(op)) {
      if (failed(verifyPrintable(kernel)))
        return failure();
    } else if (!isa<TableOp>(op)) {
      return op.emitError() << "must be a table or a kernel of the cuda dialect to be printed, got '" << op.getName()
                            << "'";
    }
  }
  return success();
}

/// Whether each size that kernels ask for is one of the program's, if the module says what those are.
static LogicalResult verifySizes(ModuleOp module) {
  auto symbols = module->getAttrOfType<ArrayAttr>("kernel.symbols");
  auto check = [&](SizeOp size) {
    if (size.getIndex() < symbols.size())
      return WalkResult::advance();
    size.emitOpError() << "must be one of the program's " << symbols.size() << " sizes, got " << size.getIndex();
    return WalkResult::interrupt();
  };
  return failure(symbols && module.walk(check).wasInterrupted());
}

/// How many sizes a kernel is launched with; C++ has no array without elements.
static int64_t countSizes(ModuleOp module) {
  if (auto symbols = module->getAttrOfType<ArrayAttr>("kernel.symbols"))
    return std::max<int64_t>(symbols.size(), 1);
  int64_t count = 1;
  module.walk([&](SizeOp size) { count = std::max<int64_t>(count, size.getIndex() + 1); });
  return count;
}

LogicalResult tern::printCudaSource(ModuleOp module, raw_ostream &output, const PrintCudaOptions &options) {
  if (failed(verifyModule(module)) || failed(verifySizes(module)))
    return failure();
  if (!options.deviceHeaders.empty())
    output << options.deviceHeaders << '\n';
  output << "/// Sizes of the program's symbols.\nstruct Sizes {\n  long long at[" << countSizes(module)
         << "];\n};\n\n";
  StatementPrinter printer(output);
  for (Operation &op : *module.getBody()) {
    if (auto table = dyn_cast<TableOp>(op))
      printer.printTable(table);
    else
      printer.printKernel(cast<KernelOp>(op));
  }
  return success();
}

void tern::registerCudaSourceTranslation() {
  static TranslateFromMLIRRegistration registration(
      "cuda-to-source", "print kernels of the cuda dialect as CUDA C++, without the device functions that they call",
      [](Operation *op, raw_ostream &output) -> LogicalResult {
        auto module = dyn_cast<ModuleOp>(op);
        return module ? printCudaSource(module, output) : op->emitError() << "must be a module to have kernels";
      },
      [](DialectRegistry &registry) { registry.insert<CudaDialect, LLVM::LLVMDialect>(); });
}
