//===- ConfigFuzzer.cpp - Any configuration, imported ---------------------===//
//
// The input is a config.json, or a GGUF file if it starts like one. Whatever it says, importing it with generated
// weights ends with a program that verifies or with problems.
//
//===----------------------------------------------------------------------===//

#include "tern/Import/Importer.h"

#include "mlir/IR/MLIRContext.h"

#include <cstdint>
#include <cstdlib>

using namespace tern;

/// More layers are more of the same and cost time; the importer's own limit has a unit test.
static bool isTooDeep(std::int64_t layers) { return layers > 4 && layers <= 4096; }

static std::optional<ModelFiles> readGguf(const std::uint8_t *data, std::size_t size) {
  Problems problems;
  Result<GgufFile> file = GgufFile::parse(data, size, "fuzz", problems);
  if (!file)
    return std::nullopt;
  if (Result<std::string_view> architecture = file->text("general.architecture"))
    if (Result<std::int64_t> layers = file->integer(std::string(*architecture) + ".block_count"))
      if (isTooDeep(*layers))
        return std::nullopt;
  return ModelFiles::ofGguf(std::move(*file));
}

static std::optional<ModelFiles> readConfig(const std::uint8_t *data, std::size_t size) {
  Result<Json> config = parseJson({reinterpret_cast<const char *>(data), size}, "config.json");
  if (!config || !config->is_object())
    return std::nullopt;
  for (const char *key : {"num_hidden_layers", "n_layer"})
    if (auto found = config->find(key); found != config->end() && found->is_number_integer())
      if (isTooDeep(found->get<std::int64_t>()))
        return std::nullopt;
  return ModelFiles::ofConfig(std::move(*config), "fuzz");
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  bool isGguf = size >= 4 && std::string_view(reinterpret_cast<const char *>(data), 4) == "GGUF";
  std::optional<ModelFiles> model = isGguf ? readGguf(data, size) : readConfig(data, size);
  if (!model)
    return 0;
  // A context keeps every attribute it has seen, so it must not grow old.
  static std::unique_ptr<mlir::MLIRContext> context;
  static unsigned age = 0;
  if (!context || ++age % 512 == 0)
    context = std::make_unique<mlir::MLIRContext>(mlir::MLIRContext::Threading::DISABLED);
  ImportOptions options;
  options.randomSeed = 1;
  ImportedModel imported = importModel(*context, *model, options);
  for (const Problem &problem : imported.problems)
    if (problem.what == "the imported program does not verify")
      std::abort();
  if (!imported.module && imported.problems.empty())
    std::abort();
  return 0;
}
