//===- RunFlags.h - The command line of tern-run ------------------*- C++ -*-===//

#ifndef TERN_RUNTIME_TOOLS_RUNFLAGS_H
#define TERN_RUNTIME_TOOLS_RUNFLAGS_H

#include "tern/tern.h"

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

/// What the user asked for.
struct RunFlags {
  std::string artifact, prompt, backend, target;
  unsigned threads = 0;
  int64_t maxTokens = -1, context = 0, samples = 1, shiftKeep = 0;
  std::vector<std::string> stops;
  bool chat = false, ignoreEnd = false, json = false, contextShift = false;
  tern_sampler_options sampler;

  RunFlags();
  RunFlags(const RunFlags &) = delete; // `sampler` points into the object.
  RunFlags &operator=(const RunFlags &) = delete;

  /// Reads the command line, the same as that of `tern run`. The exit status if there is nothing to run: 0 after
  /// --help, 2 for a wrong command line.
  std::optional<int> parse(int argc, char **argv);

private:
  void addTo(CLI::App &app);
  void addSampler(CLI::App &app);
  void addRepetition(CLI::App &app);
  void addTokens(CLI::App &app);
  void addBias(const std::vector<std::string> &texts);
  void setBreakers(const std::vector<std::string> &texts);

  std::vector<int32_t> biasTokens, allowedTokens, bannedTokens;
  std::vector<double> biasValues;
  std::vector<std::string> breakers;
  std::vector<const char *> breakerTexts;
  std::string stages;
};

#endif // TERN_RUNTIME_TOOLS_RUNFLAGS_H
