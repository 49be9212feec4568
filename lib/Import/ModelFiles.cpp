//===- ModelFiles.cpp - A model as people have it -------------------------===//

#include "tern/Import/ModelFiles.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

using namespace tern;
namespace fs = std::filesystem;

static bool startsWithGgufMagic(const MappedFile &file) {
  return file.size() >= 4 && std::memcmp(file.data(), "GGUF", 4) == 0;
}

Result<ModelFiles> ModelFiles::open(const std::string &path, Problems &problems) {
  ModelFiles model;
  model.location = path;
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    Result<MappedFile> file = MappedFile::open(path);
    if (!file)
      return file.problem();
    if (!startsWithGgufMagic(*file))
      return Problem{path, "is not a model: a GGUF file starts with 'GGUF'",
                     "give a Hugging Face directory (with config.json) or a .gguf file"};
    Result<GgufFile> gguf = GgufFile::open(path, problems);
    if (!gguf)
      return gguf.problem();
    model.gguf = std::move(*gguf);
    return model;
  }

  std::string directory = fs::path(path).has_filename() ? path : fs::path(path).parent_path().string();
  std::string configPath = directory + "/config.json";
  if (!fs::exists(configPath, error))
    return Problem{path, "is a directory without config.json", "give the directory that holds the model's config.json"};
  Result<Json> config = readJsonFile(configPath);
  if (!config)
    return config.problem();
  if (!config->is_object())
    return Problem{configPath, "must be a JSON object", "download the file again"};
  model.configuration = std::move(*config);

  if (fs::exists(directory + "/model.safetensors.index.json", error) ||
      fs::exists(directory + "/model.safetensors", error)) {
    Result<SafetensorsFile> weights = SafetensorsFile::open(directory, problems);
    if (!weights)
      return weights.problem();
    model.safetensors = std::move(*weights);
  }
  return model;
}

ModelFiles ModelFiles::ofConfig(Json config, std::string path) {
  ModelFiles model;
  model.location = std::move(path);
  model.configuration = std::move(config);
  return model;
}

ModelFiles ModelFiles::ofGguf(GgufFile file) {
  ModelFiles model;
  model.location = file.path();
  model.gguf = std::move(file);
  return model;
}

const std::vector<TensorInfo> &ModelFiles::tensors() const {
  static const std::vector<TensorInfo> none;
  return gguf ? gguf->tensors() : safetensors ? safetensors->tensors() : none;
}

const std::vector<TensorFilePart> &ModelFiles::files() const {
  static const std::vector<TensorFilePart> none;
  return gguf ? gguf->files() : safetensors ? safetensors->files() : none;
}

const TensorInfo *ModelFiles::findTensor(std::string_view name) const {
  return gguf ? gguf->findTensor(name) : safetensors ? safetensors->findTensor(name) : nullptr;
}

const std::uint8_t *ModelFiles::data(const TensorInfo &tensor) const {
  return gguf ? gguf->data(tensor) : safetensors->data(tensor);
}

const std::uint8_t *ModelFiles::fileBytes(std::uint32_t index) const {
  return gguf ? gguf->fileBytes(index) : safetensors->fileBytes(index);
}

bool ModelFiles::isUnusable(std::string_view name) const {
  if (!hasWeights())
    return false;
  const std::vector<std::string> &names = gguf ? gguf->unusableTensors() : safetensors->unusableTensors();
  return std::find(names.begin(), names.end(), name) != names.end();
}
