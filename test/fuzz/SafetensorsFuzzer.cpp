//===- SafetensorsFuzzer.cpp - Safetensors files of any bytes -------------===//
//
// Reads the input as a safetensors file and checks what the reader promises of the tensors it accepts.
//
//===----------------------------------------------------------------------===//

#include "tern/Import/Safetensors.h"

#include <cstdlib>

using namespace tern;

/// Ends the run if a property that callers rely on does not hold.
static void require(bool holds) {
  if (!holds)
    std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  Problems problems;
  Result<SafetensorsFile> file = SafetensorsFile::parse(data, size, "input", problems);
  for (const Problem &problem : problems)
    require(!problem.str().empty());
  if (!file) {
    require(!file.problem().str().empty());
    return 0;
  }
  std::uint64_t total = 0;
  for (const TensorInfo &tensor : file->tensors()) {
    require(file->findTensor(tensor.name) == &tensor);
    require(tensor.offset <= size && tensor.bytes <= size - tensor.offset);
    std::uint64_t elements = tensor.bytes / storageFormatInfo(tensor.format).blockBytes;
    std::vector<float> values(elements);
    decodeToFloat(tensor.format, file->data(tensor), values.data(), elements);
    total += tensor.bytes;
  }
  // A sound file is covered by its tensors, each byte once.
  if (problems.empty())
    require(file->files().front().headerBytes + total == size);
  return 0;
}
