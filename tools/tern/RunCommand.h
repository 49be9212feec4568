//===- RunCommand.h - What tern run is asked for -----------------*- C++ -*-===//
//
// tern run in two programs: `tern` runs artifacts and has nothing of the compiler in it, so that its memory is the
// model's; whatever needs more is handed on to `tern-compiler`, which can interpret a model as well.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TOOLS_TERN_RUNCOMMAND_H
#define TERN_TOOLS_TERN_RUNCOMMAND_H

#include "tern/Import/TextFiles.h"
#include "tools/tern/ModelFlags.h"
#include "tools/tern/RunReport.h"
#include "tools/tern/SamplerFlags.h"

namespace tern {

struct RunOptions {
  ModelFlags model;
  std::string prompt;
  bool hasPrompt = false;
  std::int64_t maxTokens = -1;
  std::vector<std::string> stops;
  bool chat = false, ignoreEnd = false, verify = false, json = false;
  SamplerFlags sampler;
};

/// The prompt's tokens, in the model's template if it is a chat.
Result<std::vector<TokenId>> promptIds(const RunOptions &options, const ModelText &text);

/// Generates with `sequence`, showing text as it comes unless JSON is wanted.
Status generateInto(RunReport &report, TokenSequence &sequence, const ModelText &text, const RunOptions &options);

/// The most memory that this process has had.
std::int64_t residentBytes();

/// Prompt and generation in the reference interpreter.
Problems runInterpreted(RunReport &report, const RunOptions &options);

} // namespace tern

#endif // TERN_TOOLS_TERN_RUNCOMMAND_H
