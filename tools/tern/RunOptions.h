//===- RunOptions.h - What tern run was asked for ----------------*- C++ -*-===//
//
// tern run in two programs: `tern` runs artifacts and has nothing of the compiler in it, so that its memory is the
// model's; whatever needs more is handed on to `tern-compiler`, which can interpret a model as well.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TOOLS_TERN_RUNOPTIONS_H
#define TERN_TOOLS_TERN_RUNOPTIONS_H

#include "tools/tern/ModelFlags.h"
#include "tools/tern/Progress.h"
#include "tools/tern/RunReport.h"
#include "tools/tern/SamplerFlags.h"

#include <atomic>

namespace tern {

struct RunOptions {
  ModelFlags model;
  std::string prompt;
  bool hasPrompt = false;
  std::int64_t maxTokens = -1;
  std::vector<std::string> stops;
  bool chat = false, ignoreEnd = false, verify = false, json = false;
  std::optional<std::int64_t> shiftKeep;
  SamplerFlags sampler;
};

/// Runs it on compiled code, through tern.h, or in the reference interpreter, which `tern` leaves to `tern-compiler`.
Problems runCompiled(RunReport &report, const RunOptions &options);
Problems runInterpreted(RunReport &report, const RunOptions &options);

/// The prompt as text.
Result<std::string> promptOf(const RunOptions &options);

/// Before the text of sample `sample`, where there are several.
void showNumber(const RunOptions &options, std::int64_t sample);

/// Shows how far the prompt is read.
class ReadingProgress {
public:
  void show(std::int64_t done, std::int64_t total);

private:
  std::optional<Progress> reading;
};

/// While it lives an interrupt ends the text, in order; a second one ends the process.
class Interruptible {
public:
  Interruptible();
  ~Interruptible();
  Interruptible(const Interruptible &) = delete;
  Interruptible &operator=(const Interruptible &) = delete;

  /// What an interrupt sets: for tern.h, and for the interpreter.
  static tern_cancel *cancel();
  static const std::atomic<bool> *flag();
};

/// The most memory that this process has had.
std::int64_t residentBytes();

} // namespace tern

#endif // TERN_TOOLS_TERN_RUNOPTIONS_H
