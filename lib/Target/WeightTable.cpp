//===- WeightTable.cpp - A program's weights as JSON ----------------------===//

#include "tern/Target/WeightTable.h"

#include "dialects/Graph/IR/Graph.h"

#include "mlir/Tools/mlir-translate/Translation.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

static void writeFile(llvm::json::OStream &json, FileOp file) {
  json.object([&] {
    json.attribute("name", file.getSymName());
    json.attribute("path", file.getPath());
    json.attribute("size", static_cast<int64_t>(file.getSize()));
  });
}

static void writeStored(llvm::json::OStream &json, StoredAttr source) {
  json.attribute("file", source.getFile().getValue());
  json.attribute("tensor", source.getTensor().getValue());
  json.attribute("offset", source.getOffset());
  json.attribute("bytes", source.getBytes());
  if (source.getHash())
    json.attribute("hash", source.getHash().getValue());
}

static void writeRandom(llvm::json::OStream &json, RandomAttr source) {
  json.attribute("tensor", source.getTensor().getValue());
  json.attribute("seed", source.getSeed());
  json.attribute("center", source.getCenter());
  json.attribute("scale", source.getScale());
}

static void writeWeight(llvm::json::OStream &json, WeightOp weight) {
  SymbolicTensorType type = weight.getTensorType();
  json.object([&] {
    json.attribute("name", weight.getSymName());
    std::string_view format = storageFormatInfo(type.getStorageFormat()).name;
    json.attribute("format", StringRef(format.data(), format.size()));
    json.attributeArray("shape", [&] {
      for (Attribute dim : type.getDims())
        json.value(cast<IntegerAttr>(dim).getInt());
    });
    if (auto stored = dyn_cast<StoredAttr>(weight.getSource()))
      writeStored(json, stored);
    else
      writeRandom(json, cast<RandomAttr>(weight.getSource()));
  });
}

static LogicalResult exportWeightTable(Operation *op, raw_ostream &output) {
  auto module = dyn_cast<ModuleOp>(op);
  if (!module)
    return op->emitError() << "must be a module to have weights";
  llvm::json::OStream json(output, /*IndentSize=*/1);
  json.object([&] {
    json.attributeArray("files", [&] {
      for (auto file : module.getOps<FileOp>())
        writeFile(json, file);
    });
    json.attributeArray("weights", [&] {
      for (auto weight : module.getOps<WeightOp>())
        writeWeight(json, weight);
    });
  });
  output << '\n';
  return success();
}

void tern::registerWeightTableTranslation() {
  static TranslateFromMLIRRegistration registration(
      "export-weight-table", "print where every weight of a program lies, as JSON", exportWeightTable,
      [](DialectRegistry &registry) { registry.insert<func::FuncDialect, GraphDialect>(); });
}
