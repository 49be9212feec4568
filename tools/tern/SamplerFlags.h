//===- SamplerFlags.h - Sampler options on the command line ------*- C++ -*-===//

#ifndef TERN_TOOLS_TERN_SAMPLERFLAGS_H
#define TERN_TOOLS_TERN_SAMPLERFLAGS_H

#include "runtime/Sampler/Sampler.h"

#include <CLI/CLI.hpp>

namespace tern {

/// The sampler's options as flags: --temperature, --top-k, --top-p, --min-p, --typical-p, --repeat-penalty,
/// --presence-penalty, --frequency-penalty, --penalty-window, --logit-bias, --seed.
class SamplerFlags {
public:
  /// Adds the flags to `command`. The object must outlive parsing.
  void addTo(CLI::App &command);

  /// The options that were given; greedy by default. Values out of range are left to Sampler::create, which names them.
  Result<SamplerOptions> options() const;

private:
  SamplerOptions values;
  std::vector<std::string> biases; ///< "ID=BIAS".
};

} // namespace tern

#endif // TERN_TOOLS_TERN_SAMPLERFLAGS_H
