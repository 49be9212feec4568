//===- WeightReader.cpp - Rows of weights from files and generators -------===//

#include "tern/Interpreter/WeightReader.h"

#include "runtime/Base/RandomWeights.h"

#include "llvm/ADT/StringExtras.h"

#include <cstring>

using namespace mlir;
using namespace tern;

namespace {

/// Rows of a file, decoded.
class StoredRows : public RowSource {
public:
  StoredRows(std::shared_ptr<const MappedFile> file, uint64_t offset, StorageFormat format, int64_t length)
      : file(std::move(file)), offset(offset), format(format), length(length),
        rowBytes(*storageBytes(format, 1, length)) {}

  void read(int64_t row, float *target) const override {
    decodeToFloat(format, file->data() + offset + row * rowBytes, target, length);
  }

private:
  std::shared_ptr<const MappedFile> file;
  uint64_t offset;
  StorageFormat format;
  int64_t length;
  uint64_t rowBytes;
};

/// Rows of a generated tensor.
class RandomRows : public RowSource {
public:
  RandomRows(graph::RandomAttr source, StorageFormat format, int64_t length)
      : weights(source.getSeed(), source.getTensor().getValue()), center(source.getCenter()), scale(source.getScale()),
        format(format), length(length) {}

  void read(int64_t row, float *target) const override {
    weights.generate(center, scale, format, static_cast<uint64_t>(row) * length, target, length);
  }

private:
  RandomWeights weights;
  double center, scale;
  StorageFormat format;
  int64_t length;
};

} // namespace

/// Whether the bytes before the weights have the hash that `op` gives.
static bool hasHeaderOf(graph::FileOp op, const MappedFile &file) {
  uint64_t length = std::min<uint64_t>(op.getHeader(), file.size());
  return op.getHeaderHash() == graph::contentHash(ArrayRef(file.data(), length));
}

FailureOr<WeightReader> WeightReader::create(ModuleOp module) {
  WeightReader reader;
  for (auto op : module.getOps<graph::FileOp>()) {
    Result<MappedFile> file = MappedFile::open(op.getPath().str());
    if (!file)
      return op.emitError() << file.problem().str();
    if (file->size() != static_cast<uint64_t>(op.getSize()))
      return op.emitError() << op.getPath() << ": must be the file that was imported, of " << op.getSize()
                            << " bytes, got " << file->size() << " bytes; import the model again";
    if (!hasHeaderOf(op, *file))
      return op.emitError() << op.getPath() << ": must be the file that was imported, but its header differs; import "
                            << "the model again";
    reader.files[op.getSymNameAttr()] = std::make_shared<const MappedFile>(std::move(*file));
  }
  return reader;
}

FailureOr<Tensor> WeightReader::load(graph::WeightOp weight, Operation *user) const {
  if (auto stored = dyn_cast<graph::StoredAttr>(weight.getSource()))
    return loadStored(weight, stored, user);
  graph::SymbolicTensorType type = weight.getTensorType();
  Shape shape =
      llvm::map_to_vector<4>(llvm::seq<int64_t>(0, type.getRank()), [&](int64_t i) { return *type.getStaticDim(i); });
  StorageFormat format = type.getStorageFormat();
  auto source = cast<graph::RandomAttr>(weight.getSource());
  return Tensor::lazy(shape, format, std::make_shared<RandomRows>(source, format, shape.back()));
}

/// Integers at `source`, of any alignment, little-endian.
static std::vector<int64_t> readIntegers(StorageFormat format, const uint8_t *source, int64_t count) {
  uint32_t width = storageFormatInfo(format).blockBytes;
  std::vector<int64_t> values(count);
  for (int64_t i = 0; i < count; ++i) {
    uint64_t bits = 0;
    std::memcpy(&bits, source + i * width, width);
    bool isTrue = format == StorageFormat::Bool && bits != 0;
    values[i] = isTrue ? 1 : static_cast<int64_t>(bits); // fromInts extends the sign
  }
  return values;
}

FailureOr<Tensor> WeightReader::loadStored(graph::WeightOp weight, graph::StoredAttr source, Operation *user) const {
  std::shared_ptr<const MappedFile> file = files.lookup(source.getFile().getAttr());
  uint64_t offset = source.getOffset(), bytes = source.getBytes();
  if (!file || offset > file->size() || bytes > file->size() - offset) {
    InFlightDiagnostic error = user->emitError()
                               << "weight @" << weight.getSymName() << " must lie inside its file, got "
                               << source.getBytes() << " bytes at " << source.getOffset();
    error.attachNote(weight.getLoc()) << "the weight is declared here";
    return error;
  }
  graph::SymbolicTensorType type = weight.getTensorType();
  Shape shape =
      llvm::map_to_vector<4>(llvm::seq<int64_t>(0, type.getRank()), [&](int64_t i) { return *type.getStaticDim(i); });
  StorageFormat format = type.getStorageFormat();
  if (storageFormatInfo(format).isInteger)
    return Tensor::fromInts(shape, readIntegers(format, file->data() + offset, numElements(shape)), format);
  return Tensor::lazy(shape, format, std::make_shared<StoredRows>(file, offset, format, shape.back()));
}
