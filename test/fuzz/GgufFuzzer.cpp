//===- GgufFuzzer.cpp - GGUF files of any bytes ---------------------------===//
//
// Reads the input as a GGUF file, then everything that the reader hands out: whatever it accepts must be safe to use.
//
//===----------------------------------------------------------------------===//

#include "tern/Import/Gguf.h"

#include <cstdlib>

using namespace tern;

/// Ends the run if a property that callers rely on does not hold.
static void require(bool holds) {
  if (!holds)
    std::abort();
}

static std::uint64_t readValue(const GgufValue &value) {
  std::uint64_t sum =
      value.unsignedInteger().value_or(0) + (value.number().value_or(0) > 0) + value.boolean().value_or(false);
  for (char byte : value.text().value_or(""))
    sum += static_cast<std::uint8_t>(byte);
  for (std::uint64_t i = 0; value.type() == GgufType::Array && i < value.length(); ++i)
    sum += readValue(value.at(i));
  return sum;
}

static void readTensors(const GgufFile &file, std::size_t size) {
  for (const TensorInfo &tensor : file.tensors()) {
    require(file.findTensor(tensor.name) == &tensor);
    require(tensor.offset <= size && tensor.bytes <= size - tensor.offset);
    std::uint64_t rows = 1;
    for (std::size_t i = 0; i + 1 < tensor.shape.size(); ++i)
      rows *= static_cast<std::uint64_t>(tensor.shape[i]);
    require(storageBytes(tensor.format, rows, static_cast<std::uint64_t>(tensor.shape.back())) == tensor.bytes);
    std::uint32_t blockLength = storageFormatInfo(tensor.format).blockLength;
    std::vector<float> block(blockLength);
    decodeToFloat(tensor.format, file.data(tensor) + tensor.bytes - storageFormatInfo(tensor.format).blockBytes,
                  block.data(), blockLength);
  }
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  Problems problems;
  Result<GgufFile> file = GgufFile::parse(data, size, "input", problems);
  for (const Problem &problem : problems)
    require(!problem.str().empty());
  if (!file) {
    require(!file.problem().str().empty());
    return 0;
  }
  volatile std::uint64_t sum = 0;
  for (const GgufEntry &entry : file->entries()) {
    require(file->find(entry.key) == &entry.value);
    sum = sum + readValue(entry.value);
    (void)file->numbers(entry.key);
    (void)file->text(entry.key);
  }
  readTensors(*file, size);
  return 0;
}
