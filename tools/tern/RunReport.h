//===- RunReport.h - What tern run prints ------------------------*- C++ -*-===//

#ifndef TERN_TOOLS_TERN_RUNREPORT_H
#define TERN_TOOLS_TERN_RUNREPORT_H

#include "runtime/Base/Json.h"
#include "runtime/Run/Generator.h"
#include "runtime/include/tern/tern.h"

#include <unordered_map>

namespace tern {

/// What a run gave.
struct RunReport {
  std::string backend;
  std::vector<TokenId> promptIds;
  std::vector<Generation> samples;                     ///< None if it only verified.
  std::unordered_map<TokenId, std::string> tokenTexts; ///< Of the tokens that logprobs name.
  std::optional<tern_verification> verification;
  double loadSeconds = 0;
  std::string target;   ///< Of the code; empty for the interpreter.
  unsigned threads = 0; ///< 0 where nobody counted.
  Json memory;

  /// Takes over what was generated. `textOf` gives the text of a token.
  Status setSamples(std::vector<Generation> generated, const std::function<Result<std::string>(TokenId)> &textOf);

  Json asJson() const;
  /// Lines for a person.
  void printSummary() const;

private:
  Json asJson(const TokenLogprob &token) const;
  void addGeneration(Json &object, const Generation &generation) const;
};

} // namespace tern

#endif // TERN_TOOLS_TERN_RUNREPORT_H
