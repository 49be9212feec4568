//===- RunFlags.h - The command line of tern-run ------------------*- C++ -*-===//

#ifndef TERN_RUNTIME_TOOLS_RUNFLAGS_H
#define TERN_RUNTIME_TOOLS_RUNFLAGS_H

#include "tern/tern.h"

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

/// What the user asked for.
struct RunFlags {
  std::string artifact, prompt, target;
  unsigned threads = 0;
  int64_t maxTokens = -1, context = 0;
  std::vector<std::string> stops;
  bool chat = false, ignoreEnd = false, json = false;
  tern_sampler_options sampler;

  RunFlags();

  /// Adds the flags of `tern run` to `app`. The object must outlive parsing and stay where it is.
  void addTo(CLI::App &app);

private:
  void addSampler(CLI::App &app);
  void addBias(const std::vector<std::string> &texts);

  std::vector<int32_t> biasTokens;
  std::vector<double> biasValues;
};

#endif // TERN_RUNTIME_TOOLS_RUNFLAGS_H
