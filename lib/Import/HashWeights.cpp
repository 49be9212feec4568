//===- HashWeights.cpp - Content hashes of stored weights -----------------===//

#include "tern/Import/Passes.h"

#include "runtime/Base/MappedFile.h"

namespace tern {
#define GEN_PASS_DEF_HASHWEIGHTS
#include "include/tern/Import/Passes.h.inc"
} // namespace tern

using namespace mlir;
using namespace tern;
using namespace tern::graph;

namespace {

class HashWeights : public tern::impl::HashWeightsBase<HashWeights> {
public:
  void runOnOperation() override {
    ModuleOp module = getOperation();
    llvm::StringMap<MappedFile> files;
    for (auto file : module.getOps<FileOp>()) {
      Result<MappedFile> mapped = MappedFile::open(file.getPath().str());
      if (!mapped) {
        file.emitError() << mapped.problem().str();
        return signalPassFailure();
      }
      files.try_emplace(file.getSymName(), std::move(*mapped));
    }
    for (auto weight : module.getOps<WeightOp>())
      if (auto source = dyn_cast<StoredAttr>(weight.getSource()))
        if (failed(hashWeight(weight, source, files.find(source.getFile().getValue())->second)))
          return signalPassFailure();
  }

private:
  LogicalResult hashWeight(WeightOp weight, StoredAttr source, const MappedFile &file) {
    uint64_t offset = source.getOffset(), bytes = source.getBytes();
    if (offset > file.size() || bytes > file.size() - offset)
      return weight.emitError() << "range must lie inside " << file.path() << " of " << file.size() << " bytes, got "
                                << bytes << " bytes at " << offset;
    auto found = StringAttr::get(&getContext(), contentHash(ArrayRef<uint8_t>(file.data() + offset, bytes)));
    if (source.getHash() && source.getHash() != found)
      return weight.emitError() << "bytes in " << file.path() << " must have hash " << source.getHash().getValue()
                                << ", got " << found.getValue() << ": the file is not the one that was imported";
    weight.setSourceAttr(StoredAttr::get(&getContext(), source.getFile(), source.getTensor(), source.getOffset(),
                                         source.getBytes(), found));
    return success();
  }
};

} // namespace
