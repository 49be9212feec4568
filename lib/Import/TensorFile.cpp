//===- TensorFile.cpp - What all tensor containers have in common ---------===//

#include "tern/Import/TensorFile.h"

#include "runtime/Base/Utf8.h"

#include <algorithm>
#include <tuple>

using namespace tern;

void tern::checkOverlaps(const std::vector<TensorInfo> &tensors, const std::vector<TensorFilePart> &files,
                         ProblemSink &sink) {
  std::vector<const TensorInfo *> order;
  for (const TensorInfo &tensor : tensors)
    if (tensor.bytes > 0)
      order.push_back(&tensor);
  std::sort(order.begin(), order.end(), [](const TensorInfo *a, const TensorInfo *b) {
    return std::tie(a->file, a->offset, a->name) < std::tie(b->file, b->offset, b->name);
  });
  const TensorInfo *furthest = nullptr; // of those before, the one that ends last
  for (const TensorInfo *tensor : order) {
    if (furthest && furthest->file == tensor->file) {
      std::uint64_t end = furthest->offset + furthest->bytes;
      if (tensor->offset < end)
        sink.add({files[tensor->file].path + ": tensor " + inQuotes(tensor->name),
                  "tensors must not share bytes: it begins at byte " + std::to_string(tensor->offset) + ", and " +
                      inQuotes(furthest->name) + " reaches to byte " + std::to_string(end),
                  "convert or download the model again"});
      if (tensor->offset + tensor->bytes < end)
        continue;
    }
    furthest = tensor;
  }
}
