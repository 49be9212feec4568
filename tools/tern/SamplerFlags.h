//===- SamplerFlags.h - Sampler options on the command line ------*- C++ -*-===//

#ifndef TERN_TOOLS_TERN_SAMPLERFLAGS_H
#define TERN_TOOLS_TERN_SAMPLERFLAGS_H

#include "runtime/Run/Generator.h"
#include "runtime/include/tern/tern.h"

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace tern {

/// The sampler's options for tern.h, and what they point to.
struct RuntimeSampler {
  RuntimeSampler() { tern_sampler_options_init(&options, sizeof(options)); }
  RuntimeSampler(const RuntimeSampler &) = delete;
  RuntimeSampler &operator=(const RuntimeSampler &) = delete;

  tern_sampler_options options;
  SamplerOptions values;
  std::vector<std::int32_t> biasTokens;
  std::vector<double> biasValues;
  std::vector<std::string> breakers;
  std::vector<const char *> breakerTexts;
};

/// The sampler's options as flags, each by the name that it has in the field.
class SamplerFlags {
public:
  /// Adds the flags to `command`. The object must outlive parsing.
  void addTo(CLI::App &command);

  /// Checks all that can be checked without a model. The problem is of a flag, by its name.
  Status check() const;

  /// What the flags say about a generation; greedy by default. Values out of range are left to generate(), which names
  /// them.
  Status fill(GenerationRequest &request) const;
  /// The same for tern_generate. The flags must outlive `sampler`.
  Status fill(RuntimeSampler &sampler) const;

  std::int64_t samples() const { return sampleCount; }

  /// Options that were given and have no effect: a remark for the user; empty if there are none.
  std::string remark() const;

  /// The problem of an option as one of its flag.
  static Problem ofFlag(Problem problem);

private:
  Result<SamplerOptions> options() const;

  SamplerOptions values;
  std::int64_t sampleCount = 1;
  std::vector<std::string> biases; ///< "ID=BIAS".
  std::vector<std::string> breakers;
  std::string order;
  std::vector<CLI::Option *> ofDraws; ///< Those that a greedy choice ignores.
};

} // namespace tern

#endif // TERN_TOOLS_TERN_SAMPLERFLAGS_H
