//===- ModelFiles.h - A model as people have it ------------------*- C++ -*-===//
//
// One face for the ways a model is stored: a Hugging Face directory (config.json and safetensors) or a GGUF file. What
// is opened here knows names, shapes and places; no weight is read.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_IMPORT_MODELFILES_H
#define TERN_IMPORT_MODELFILES_H

#include "runtime/Base/Json.h"
#include "tern/Import/Gguf.h"
#include "tern/Import/Safetensors.h"

#include <optional>
#include <unordered_set>

namespace tern {

/// An open model. Owns the mappings of its files. Movable, not copyable.
class ModelFiles {
public:
  /// Opens the model at `path`, told apart by content: a directory with config.json, or a file that starts with the
  /// GGUF magic. Wrong things that leave the rest readable are appended to `problems`; what ends reading is returned.
  /// A directory without any safetensors file is a model without weights: fine for `random:SEED`.
  static Result<ModelFiles> open(const std::string &path, Problems &problems);

  /// The same without files: a model of this configuration (a JSON object) or GGUF file alone. `path` names it in
  /// problems.
  static ModelFiles ofConfig(Json config, std::string path);
  static ModelFiles ofGguf(GgufFile file);

  const std::string &path() const { return location; }
  bool isGguf() const { return gguf.has_value(); }

  /// The GGUF file; only if isGguf().
  const GgufFile &ggufFile() const { return *gguf; }
  /// config.json; only if not isGguf().
  const Json &config() const { return configuration; }

  bool hasWeights() const { return gguf || safetensors; }
  const std::vector<TensorInfo> &tensors() const;
  const std::vector<TensorFilePart> &files() const;
  const TensorInfo *findTensor(std::string_view name) const;
  /// The first byte of a tensor of this model; touching it reads the file.
  const std::uint8_t *data(const TensorInfo &tensor) const;
  /// The first byte of file `index` of files().
  const std::uint8_t *fileBytes(std::uint32_t index) const;
  /// Whether a problem was already reported for this tensor.
  bool isUnusable(std::string_view name) const;

private:
  ModelFiles() = default;

  std::string location;
  Json configuration;
  std::optional<GgufFile> gguf;
  std::optional<SafetensorsFile> safetensors;
};

} // namespace tern

#endif // TERN_IMPORT_MODELFILES_H
