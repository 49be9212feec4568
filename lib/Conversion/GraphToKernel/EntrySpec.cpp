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
    if (!(part[sign] == '=' ? spec.sizes : spec.maxima).try_emplace(dim, size).second)
      return error() << dim << " stands there twice";
  }
  return spec;
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
