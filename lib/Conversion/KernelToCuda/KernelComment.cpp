//===- KernelComment.cpp - What stands above a kernel ---------------------===//

#include "KernelComment.h"

#include "dialects/Graph/Transforms/ModulePath.h"
#include "dialects/Kernel/Analysis/KernelCost.h"
#include "dialects/Plan/IR/Plan.h"

#include "mlir/IR/AsmState.h"
#include "llvm/Support/Format.h"

using namespace mlir;

namespace tern::cuda {

KernelComments::KernelComments(ModuleOp module, const CudaTarget &target) : target(target) {
  module.walk([&](plan::LaunchOp launch) {
    Uses &of = uses[launch.getKernel()];
    if (StringRef path = graph::modulePath(launch.getLoc()); !path.empty())
      of.layers.insert(path);
    of.entries.insert(launch->getParentOfType<plan::EntryOp>().getSymName());
  });
}

std::string KernelComments::of(kernel::FuncOp function) const {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << function.getSymName();
  if (auto found = uses.find(function.getSymName()); found != uses.end()) {
    const Uses &use = found->second;
    if (!use.layers.empty())
      stream << ": " << use.layers.front();
    if (use.layers.size() > 1)
      stream << " and " << use.layers.size() - 1 << " more";
    stream << ", in ";
    llvm::interleaveComma(use.entries, stream);
  }
  stream << '\n';
  AsmState state(function, OpPrintingFlags().useLocalScope().elideLargeElementsAttrs(8));
  for (Operation &op : function.getBody().front().without_terminator()) {
    stream << "  ";
    op.print(stream, state);
    stream << '\n';
  }
  auto bytes = function->getAttrOfType<ArrayAttr>(kernel::taskBytesAttrName);
  for (auto [i, tasks] : llvm::enumerate(function.getTasks().getAsRange<kernel::TasksAttr>())) {
    stream << "a task: [";
    llvm::interleaveComma(llvm::zip_equal(tasks.getTiles(), tasks.getDims()), stream, [&](auto pair) {
      stream << std::get<0>(pair) << " of " << graph::dimName(std::get<1>(pair));
    });
    stream << ']';
    if (bytes && i < bytes.size())
      stream << ", " << cast<IntegerAttr>(bytes[i]).getInt() << " bytes";
    stream << '\n';
  }
  DictionaryAttr maxima = function.getMaximaAttr();
  if (std::optional<kernel::KernelCost> cost = kernel::costOf(function, maxima)) {
    stream << "a launch";
    for (auto [i, size] : llvm::enumerate(maxima ? maxima.getValue() : ArrayRef<NamedAttribute>()))
      stream << (i ? ", " : " at ") << size.getName().getValue() << " = "
             << cast<IntegerAttr>(size.getValue()).getInt();
    double floor = kernel::floorSeconds(*cost, {target.bytesPerSecond, target.flopsPerSecond});
    stream << llvm::format(": %.3g bytes, %.3g flops, %.3g us at least on ", cost->bytes, cost->flops, floor * 1e6)
           << target.name << '\n';
  }
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  return text;
}

} // namespace tern::cuda
