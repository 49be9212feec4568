//===- Specialize.cpp - Named dimensions become numbers or other names ----===//

#include "dialects/Graph/Transforms/Passes.h"

#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/Remarks.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace tern::graph;

#define DEBUG_TYPE "graph-specialize"

namespace tern::graph {
#define GEN_PASS_DEF_SPECIALIZE
#include "dialects/Graph/Transforms/Passes.h.inc"
} // namespace tern::graph

namespace {

/// What one symbol becomes, and how many types it was found in.
struct Substitution {
  Attribute dim;
  int64_t types = 0;
};
using Substitutions = llvm::MapVector<StringAttr, Substitution>;

/// Reads "B=1" into `substitutions`; errors are reported at `location`.
LogicalResult parseSubstitution(StringRef text, Location location, Substitutions &substitutions) {
  auto [symbol, target] = text.split('=');
  MLIRContext *context = location.getContext();
  int64_t size = 0;
  bool isNumber = !target.getAsInteger(10, size);
  Attribute dim = isNumber ? staticDim(context, size) : symbolicDim(context, target);
  auto error = [&] { return emitError(location) << "'dims' entry '" << text << "': "; };
  // A type with both dimensions says whether they are any good.
  if (!SymbolicTensorType::getChecked(error, Float32Type::get(context), {symbolicDim(context, symbol), dim}))
    return failure();
  if (!substitutions.insert({StringAttr::get(context, symbol), {dim}}).second)
    return error() << "the symbol stands there twice";
  return success();
}

/// `type` with every symbol replaced at once, so that exchanging two names works. Counts what it changes.
SymbolicTensorType substitute(SymbolicTensorType type, Substitutions &substitutions) {
  SmallVector<Attribute> dims(type.getDims());
  llvm::SmallPtrSet<Substitution *, 4> found;
  for (Attribute &dim : dims) {
    auto symbol = dyn_cast<StringAttr>(dim);
    auto substitution = symbol ? substitutions.find(symbol) : substitutions.end();
    if (substitution == substitutions.end())
      continue;
    dim = substitution->second.dim;
    if (found.insert(&substitution->second).second)
      ++substitution->second.types;
  }
  return type.withDims(dims);
}

struct SpecializePass : public tern::graph::impl::SpecializeBase<SpecializePass> {
  using SpecializeBase::SpecializeBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    Substitutions substitutions;
    for (const std::string &text : dims)
      if (failed(parseSubstitution(text, module.getLoc(), substitutions)))
        return signalPassFailure();

    AttrTypeReplacer replacer;
    replacer.addReplacement([&](SymbolicTensorType type) -> Type { return substitute(type, substitutions); });
    replacer.recursivelyReplaceElementsIn(module, /*replaceAttrs=*/true, /*replaceLocs=*/false, /*replaceTypes=*/true);

    if (failed(report(substitutions)))
      return signalPassFailure();
    // What a constraint forbids is an error of that op; here it only needs its reason.
    if (failed(verify(module))) {
      emitError(module.getLoc()) << "the program cannot be specialised to " << llvm::join(dims, ", ");
      return signalPassFailure();
    }
  }

  LogicalResult report(const Substitutions &substitutions) {
    Location location = getOperation().getLoc();
    for (const auto &[symbol, substitution] : substitutions) {
      if (substitution.types == 0)
        return emitError(location) << "'dims': no type of the module has a dimension " << symbol;
      remark::passed(location, remark::RemarkOpts::name("Specialize").category(DEBUG_TYPE))
          << remark::add("{0} is {1} in {2} types", symbol.getValue(), dimName(substitution.dim), substitution.types);
    }
    return success();
  }
};

} // namespace
