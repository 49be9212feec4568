//===- ModelFlags.cpp - Which model, computed by what ---------------------===//

#include "tools/tern/ModelFlags.h"
#include "runtime/tools/NumberChecks.h"
#include "tools/tern/Command.h"

#include <CLI/CLI.hpp>
#include <algorithm>

using namespace tern;

void ModelFlags::addTo(CLI::App &command, bool hasContext) {
  command.add_option("model", path, "Hugging Face directory, .gguf file, or what tern compile made")->required();
  if (hasContext)
    command.add_option("--max-context", context, "Positions at most (default: the model's maximum)")->check(positive());
  const char *group = "Compiling a model";
  weightsOption = addWeightsOption(command, weights)->group(group);
  precisionOption =
      command.add_option("--precision", precision, "default, f32, bf16 or int8, and rules: int8,lm_head=f32")
          ->group(group);
  targetOption = command
                     .add_option("--target", target,
                                 "What to compile for: native, x86-64-v3, sm_90a, ... (default: this CPU; with "
                                 "--backend cuda, this GPU); of an artifact, the code to use")
                     ->group(group);
  cacheOption =
      command
          .add_option(
              "--cache-dir", cacheDirectory,
              "Where compiled models are kept (default: $TERN_CACHE_DIR, else tern in $XDG_CACHE_HOME or ~/.cache)")
          ->group(group);
}

void ModelFlags::addBackendTo(CLI::App &command) {
  command
      .add_option(
          "--backend", backend,
          "What computes: cpu or cuda (compiled code; default: the best there is code for), or interpreter (the "
          "reference)")
      ->check(CLI::IsMember({"cpu", "cuda", "interpreter"}));
}

Result<std::int64_t> ModelFlags::contextFor(std::int64_t most, std::int64_t needed) const {
  if (context > most)
    return Problem{"--max-context",
                   "must be at most the model's " + std::to_string(most) + ", got " + std::to_string(context),
                   "ask for fewer positions"};
  if (context > 0)
    return context;
  return needed < 0 ? most : std::clamp<std::int64_t>(needed, 1, most);
}

ModelFlags ModelFlags::forReference() const {
  ModelFlags flags = *this;
  flags.backend = "interpreter";
  flags.precisionOption = flags.targetOption = flags.cacheOption = nullptr;
  return flags;
}

Status ModelFlags::checkFor(bool isArtifact) const {
  for (const CLI::Option *option : {precisionOption, targetOption, cacheOption})
    if (backend == "interpreter" && option && option->count() > 0)
      return Problem{option->get_name(), "is of compiled code, and the interpreter runs none",
                     "leave it out, or leave out --backend interpreter"};
  if (!isArtifact)
    return Done{};
  for (const CLI::Option *option : {precisionOption, weightsOption, cacheOption})
    if (option && option->count() > 0)
      return Problem{option->get_name(), "cannot change " + path + ", which is compiled",
                     option == cacheOption ? "leave it out" : "compile the model again"};
  return Done{};
}
