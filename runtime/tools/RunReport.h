//===- RunReport.h - What tern-run prints -------------------------*- C++ -*-===//

#ifndef TERN_RUNTIME_TOOLS_RUNREPORT_H
#define TERN_RUNTIME_TOOLS_RUNREPORT_H

#include "tern/tern.h"

#include <string>
#include <unordered_map>
#include <vector>

/// What a run gave.
struct RunReport {
  struct Logprobs {
    tern_token_logprob drawn;
    std::vector<tern_token_logprob> top;
  };
  struct Sample {
    std::vector<int32_t> ids;
    std::string text;
    std::vector<Logprobs> logprobs; ///< One for each id, if they were asked for.
    tern_generate_result result{};
  };

  std::vector<int32_t> promptIds;
  std::vector<Sample> samples;                         ///< At least one.
  std::unordered_map<int32_t, std::string> tokenTexts; ///< Of the tokens that logprobs name.
  tern_memory planned{sizeof(tern_memory), 0, 0, 0, 0, 0}, measured = planned;
  double loadSeconds = 0;
  uint32_t threads = 0;
  std::string target, backend;
};

/// "error: ..." on stderr, and as JSON on stdout if that was asked for; answers the exit status.
int printError(const std::string &message, bool json);

/// One object on stdout.
void printJson(const RunReport &report);

/// A line on stderr.
void printSummary(const RunReport &report);

#endif // TERN_RUNTIME_TOOLS_RUNREPORT_H
