//===- EntrySpec.cpp - The sizes that an entry point is made for ----------===//

#include "EntrySpec.h"

#include "mlir/IR/AttrTypeSubElements.h"

using namespace mlir;
using namespace tern;

FailureOr<EntrySpec> EntrySpec::parse(StringRef text, Location location) {
  SmallVector<StringRef> parts;
  text.split(parts, ':');
  EntrySpec spec;
  spec.name = parts.front().str();
  auto error = [&] { return emitError(location) << "'entries': '" << text << "' must be NAME:DIM=SIZE:DIM<MAXIMUM: "; };
  if (spec.name.empty())
    return error() << "the name is missing";
  for (StringRef part : ArrayRef(parts).drop_front()) {
    size_t sign = part.find_first_of("=<");
    int64_t size = 0;
    if (sign == StringRef::npos || sign == 0 || part.substr(sign + 1).getAsInteger(10, size) || size <= 0)
      return error() << "got '" << part << "'";
    StringRef dim = part.take_front(sign);
    if (spec.sizes.contains(dim) || spec.maxima.contains(dim))
      return error() << dim << " stands there twice";
    (part[sign] == '=' ? spec.sizes : spec.maxima)[dim] = size;
  }
  return spec;
}

LogicalResult EntrySpec::check(func::FuncOp function) const {
  llvm::DenseSet<Attribute> dims, growing;
  AttrTypeWalker walker;
  walker.addWalk([&](graph::SymbolicTensorType type) { dims.insert(type.getDims().begin(), type.getDims().end()); });
  function->walk([&](Operation *op) {
    walker.walk(op->getAttrDictionary());
    for (Type type : op->getResultTypes())
      walker.walk(type);
  });
  for (auto state : function->getParentOfType<ModuleOp>().getOps<graph::StateOp>())
    if (state.isByPosition())
      growing.insert(state.getTensorType().getDim(1));
  auto report = [&](StringRef dim) {
    return function.emitError() << "entry '" << name << "': dimension '" << dim << "' ";
  };
  for (const llvm::StringMap<int64_t> *given : {&sizes, &maxima})
    for (StringRef dim : llvm::to_vector(given->keys())) {
      Attribute symbol = graph::symbolicDim(function.getContext(), dim);
      if (!dims.contains(symbol))
        return report(dim) << "must be a symbol in a type of @" << function.getName();
      if (given == &sizes && growing.contains(symbol))
        return report(dim) << "must stay a symbol, as a state grows along it: give it a maximum";
    }
  return success();
}

func::FuncOp tern::makeEntry(func::FuncOp function, const EntrySpec &spec) {
  OpBuilder builder(function);
  auto entry = cast<func::FuncOp>(builder.clone(*function));
  entry.setName(spec.name);
  entry.setPublic();
  NamedAttrList maxima;
  for (const auto &maximum : spec.maxima)
    maxima.set(maximum.getKey(), graph::staticDim(function.getContext(), maximum.getValue()));
  entry->setAttr(kernel::maximaAttrName, maxima.getDictionary(function.getContext()));
  AttrTypeReplacer replacer;
  replacer.addReplacement([&](graph::SymbolicTensorType type) -> Type {
    SmallVector<Attribute> dims(type.getDims());
    for (Attribute &dim : dims)
      if (auto symbol = dyn_cast<StringAttr>(dim))
        if (auto size = spec.sizes.find(symbol.getValue()); size != spec.sizes.end())
          dim = graph::staticDim(function.getContext(), size->second);
    return type.withDims(dims);
  });
  replacer.recursivelyReplaceElementsIn(entry, /*replaceAttrs=*/true, /*replaceLocs=*/false, /*replaceTypes=*/true);
  return entry;
}
