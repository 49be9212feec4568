//===- Safetensors.h - Safetensors files -------------------------*- C++ -*-===//
//
// Reads safetensors (https://huggingface.co/docs/safetensors), whole or in shards:
//
//     length of the header, 8 bytes, little-endian
//     header, JSON: { "__metadata__": {text: text}, "name": {"dtype": "BF16", "shape": [2, 3], "data_offsets": [0, 12]}
//     } tensor data, which the offsets count from; the tensors cover it without gap or overlap
//
// A model in shards has an index beside them, model.safetensors.index.json, whose "weight_map" says for each tensor
// which file holds it.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_IMPORT_SAFETENSORS_H
#define TERN_IMPORT_SAFETENSORS_H

#include "runtime/Base/MappedFile.h"
#include "tern/Import/TensorFile.h"

#include <unordered_map>

namespace tern {

/// An open model. Owns the mappings. Movable, not copyable.
class SafetensorsFile {
public:
  /// Opens the model at `path`: a .safetensors file, an index (.json) with the shards beside it, or a directory that
  /// holds model.safetensors.index.json or model.safetensors.
  ///
  /// As with GgufFile: everything wrong that leaves the rest readable is appended to `problems`, and the tensor
  /// concerned left out and named in unusableTensors(); what ends reading is the Problem returned. The model is sound
  /// only if there is a value and nothing was appended.
  static Result<SafetensorsFile> open(const std::string &path, Problems &problems);

  /// The same for one file in memory, which must outlive the result. `where` names it in problems.
  static Result<SafetensorsFile> parse(const std::uint8_t *data, std::uint64_t size, const std::string &where,
                                       Problems &problems);

  SafetensorsFile(SafetensorsFile &&) = default;
  SafetensorsFile &operator=(SafetensorsFile &&) = default;

  const std::vector<TensorFilePart> &files() const { return parts; }
  /// In the order of the files, and in each of its header.
  const std::vector<TensorInfo> &tensors() const { return allTensors; }
  const TensorInfo *findTensor(std::string_view name) const;
  /// The first byte of a tensor of this model.
  const std::uint8_t *data(const TensorInfo &tensor) const { return contents[tensor.file] + tensor.offset; }
  /// The first byte of file `index` of files().
  const std::uint8_t *fileBytes(std::uint32_t index) const { return contents[index]; }
  /// Tensors that a problem has been reported for, so that nobody reports them as missing too.
  const std::vector<std::string> &unusableTensors() const { return unusable; }
  /// "__metadata__" of the first file, in its order.
  const std::vector<std::pair<std::string, std::string>> &metadata() const { return texts; }

private:
  friend class SafetensorsParser;
  friend class SafetensorsIndexReader;
  SafetensorsFile() = default;

  std::vector<MappedFile> mappings;
  std::vector<TensorFilePart> parts;
  std::vector<const std::uint8_t *> contents; ///< First byte of each file.
  std::vector<TensorInfo> allTensors;
  std::unordered_map<std::string, std::size_t> tensorIndex;
  std::vector<std::string> unusable;
  std::vector<std::pair<std::string, std::string>> texts;
};

} // namespace tern

#endif // TERN_IMPORT_SAFETENSORS_H
