//===- DecoderWeights.cpp - Weights of a decoder --------------------------===//
//
// The part of DecoderBuilder that finds tensors in files, checks them and declares them.
//
//===----------------------------------------------------------------------===//

#include "tern/Import/DecoderBuilder.h"

#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace mlir;
using namespace tern;
using namespace tern::graph;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

/// The GGUF name of a Hugging Face parameter: "model.layers.7.self_attn.q_proj.weight" is "blk.7.attn_q.weight".
static std::string ggufName(StringRef name, ArrayRef<TensorName> names) {
  StringRef module = name.rsplit('.').first, kind = name.rsplit('.').second;
  std::string block;
  for (StringRef prefix : {"model.layers.", "transformer.h."})
    if (module.consume_front(prefix)) {
      StringRef number = module.split('.').first;
      module = module.split('.').second;
      block = ("blk." + number + ".").str();
      break;
    }
  for (const TensorName &entry : names)
    if (module == StringRef(entry.huggingFace))
      return (block + StringRef(entry.gguf) + "." + kind).str();
  return (block + module + "." + kind).str();
}

std::string DecoderBuilder::fileName(StringRef absoluteName) const {
  if (isGguf())
    return ggufName(absoluteName, names);
  // Checkpoints of the bare model, without its language head, leave the first part of the path out.
  StringRef bare = absoluteName.split('.').second;
  if (!model.findTensor(absoluteName.str()) && !bare.empty() && model.findTensor(bare.str()))
    return bare.str();
  return absoluteName.str();
}

bool DecoderBuilder::hasWeight(StringRef name) const {
  return !model.hasWeights() || model.findTensor(fileName(absolute(name)));
}

//===----------------------------------------------------------------------===//
// Declarations
//===----------------------------------------------------------------------===//

FlatSymbolRefAttr DecoderBuilder::declareFile(uint32_t index) {
  fileSymbols.resize(model.files().size());
  if (fileSymbols[index])
    return fileSymbols[index];
  const TensorFilePart &part = model.files()[index];
  // A symbol that reads like the file: its name without folders, unusual characters replaced.
  std::string symbol = StringRef(part.path).rsplit('/').second.str();
  if (symbol.empty())
    symbol = part.path;
  for (char &c : symbol)
    if (!llvm::isAlnum(c) && c != '.' && c != '-')
      c = '_';
  symbol = "file." + symbol;
  OpBuilder atStart(context);
  atStart.setInsertionPointToStart(module.getBody());
  if (index > 0 && fileSymbols[0])
    atStart.setInsertionPointAfter(SymbolTable::lookupSymbolIn(module, fileSymbols[0].getAttr()));
  FileOp::create(atStart, NameLoc::get(StringAttr::get(context, part.path)), symbol, part.path, part.size,
                 part.headerBytes, headerHash(index));
  return fileSymbols[index] = FlatSymbolRefAttr::get(context, symbol);
}

StringAttr DecoderBuilder::headerHash(uint32_t index) const {
  const TensorFilePart &part = model.files()[index];
  return StringAttr::get(context, contentHash(ArrayRef<uint8_t>(model.fileBytes(index), part.headerBytes)));
}

RandomAttr DecoderBuilder::randomSource(StringRef name, ArrayRef<int64_t> shape) const {
  // docs/RandomWeights.md: matrices keep the variance of what passes through them, biases are small, and norms stay
  // near one.
  double center = 0, scale = 0.1;
  if (shape.size() >= 2)
    scale = std::sqrt(3.0 / static_cast<double>(shape.back()));
  else if (!name.ends_with(".bias"))
    center = 1.0 - configuration.normOffset;
  return RandomAttr::get(context, StringAttr::get(context, name), *randomSeed, center, scale);
}

StorageFormat DecoderBuilder::randomFormat() const {
  if (isGguf())
    return StorageFormat::F32;
  for (const char *key : {"dtype", "torch_dtype"}) {
    auto found = model.config().find(key);
    if (found == model.config().end() || !found->is_string())
      continue;
    std::string name = found->get<std::string>();
    return name == "bfloat16" ? StorageFormat::BF16 : name == "float16" ? StorageFormat::F16 : StorageFormat::F32;
  }
  return StorageFormat::F32;
}

Value DecoderBuilder::weight(StringRef name, ArrayRef<int64_t> shape) {
  std::string symbol = absolute(name);
  return loadWeight(symbol, fileName(symbol), shape);
}

Value DecoderBuilder::weightByFileName(StringRef symbol, StringRef file, ArrayRef<int64_t> shape) {
  return loadWeight(symbol.str(), file.str(), shape);
}

static std::string spell(ArrayRef<int64_t> shape) {
  return "[" + llvm::join(llvm::map_range(shape, [](int64_t size) { return std::to_string(size); }), ", ") + "]";
}

Value DecoderBuilder::loadWeight(const std::string &symbol, const std::string &file, ArrayRef<int64_t> shape) {
  Location location = NameLoc::get(StringAttr::get(context, StringRef(symbol).rsplit('.').first));
  if (auto known = declared.find(symbol); known != declared.end())
    return LoadWeightOp::create(body, location, known->second, symbol);

  SmallVector<Attribute> dims = llvm::map_to_vector(shape, [&](int64_t size) { return dim(size); });
  SymbolicTensorType type = f32(dims);
  Attribute source;
  if (randomSeed) {
    type = type.withElementType(elementTypeOf(context, randomFormat()));
    source = randomSource(symbol, shape);
    byteCount += *type.getNumElements() * storageFormatInfo(randomFormat()).blockBytes;
  } else {
    const TensorInfo *tensor = model.findTensor(file);
    usedTensors[file] = true;
    std::string where = model.path() + ": tensor '" + file + "'";
    if (!tensor) {
      if (model.hasWeights() && !model.isUnusable(file))
        problems.push_back({where, "is missing; the architecture needs it with shape " + spell(shape),
                            "download the model again, or check that the configuration belongs to these weights"});
    } else if (ArrayRef<int64_t>(tensor->shape) != shape) {
      problems.push_back({where, "must have shape " + spell(shape) + ", got " + spell(tensor->shape),
                          "check that the configuration belongs to these weights"});
    } else if (storageFormatInfo(tensor->format).isInteger) {
      problems.push_back(
          {where,
           "is stored as " + std::string(storageFormatInfo(tensor->format).name) + ", whose scales are not known",
           "use a checkpoint in a float or GGUF block format"});
    } else {
      type = type.withElementType(elementTypeOf(context, tensor->format));
      source = StoredAttr::get(context, declareFile(tensor->file), StringAttr::get(context, file), tensor->offset,
                               tensor->bytes, StringAttr());
      byteCount += tensor->bytes;
    }
  }
  // After a problem the weight still gets the type the program needs, so that building goes on to the next problem.
  if (!source)
    source = RandomAttr::get(context, StringAttr::get(context, symbol), 0, 0.0, 0.0);
  WeightOp::create(symbols, location, symbol, type, source);
  declared[symbol] = type;
  parameterCount += *type.getNumElements();
  return LoadWeightOp::create(body, location, type, symbol);
}

//===----------------------------------------------------------------------===//
// What nobody asked for
//===----------------------------------------------------------------------===//

void DecoderBuilder::reportUnusedTensors(llvm::function_ref<bool(StringRef)> isExpected) {
  for (const TensorInfo &tensor : model.tensors())
    if (!usedTensors.count(tensor.name) && !isExpected(tensor.name))
      problems.push_back({model.path() + ": tensor '" + tensor.name + "'", "is not used by this architecture",
                          "the model has parts that would be left out; report it so that it can be supported"});
}
