//===- EmulatedPrograms.cpp - Programs for a GPU in one source ------------===//

#include "test/unit/Pipelines/EmulatedPrograms.h"

#include "dialects/Cuda/IR/Cuda.h"
#include "dialects/Kernel/IR/Kernel.h"
#include "tern/Target/CudaSource.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;

namespace tern::testing {

static constexpr llvm::StringLiteral exported = "tern_";

EmulatedPrograms::EmulatedPrograms(MLIRContext &context) : all(ModuleOp::create(UnknownLoc::get(&context))) {
  (*all)->setAttr(kernel::symbolsAttrName, ArrayAttr::get(&context, {}));
}

void EmulatedPrograms::add(ModuleOp lowered, Program &program, const std::string &prefix) {
  for (std::string &kernel : program.kernels) {
    auto op = lowered.lookupSymbol<cuda::KernelOp>(kernel);
    program.shapes.push_back({static_cast<uint32_t>(op.getThreads()), static_cast<uint32_t>(op.getShared()), true});
    kernel = prefix + StringRef(kernel).drop_front(exported.size()).str();
  }
  for (Operation &op : llvm::make_early_inc_range(*lowered.getBody())) {
    if (!isa_and_nonnull<cuda::CudaDialect>(op.getDialect()))
      continue;
    StringRef name = SymbolTable::getSymbolName(&op).getValue();
    bool isKernel = name.consume_front(exported);
    auto renamed = StringAttr::get(op.getContext(), (isKernel ? exported : "").str() + prefix + name.str());
    (void)SymbolTable::replaceAllSymbolUses(&op, renamed, lowered);
    SymbolTable::setSymbolName(&op, renamed);
  }
  for (Operation &op : llvm::make_early_inc_range(*lowered.getBody()))
    if (isa_and_nonnull<cuda::CudaDialect>(op.getDialect()))
      op.moveBefore(all->getBody(), all->getBody()->end());
  // One type of sizes serves all: the longest.
  auto symbols = lowered->getAttrOfType<ArrayAttr>(kernel::symbolsAttrName);
  if (symbols.size() > (*all)->getAttrOfType<ArrayAttr>(kernel::symbolsAttrName).size())
    (*all)->setAttr(kernel::symbolsAttrName, symbols);
}

Status EmulatedPrograms::compile() {
  Result<std::string> source = cudaSourceOf(*all);
  if (!source)
    return source.problem();
  text = std::move(*source);
  Result<EmulatedKernels> compiled = EmulatedKernels::compile(text);
  if (!compiled)
    return compiled.problem();
  kernels.emplace(std::move(*compiled));
  return Done{};
}

} // namespace tern::testing
