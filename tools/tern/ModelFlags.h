//===- ModelFlags.h - Which model, computed by what --------------*- C++ -*-===//
//
// `run`, `eval` and `bench` take a model or an artifact. A model is compiled first, and the artifact kept in the cache;
// the reference interpreter takes a model as it is, and of an artifact the program that is kept in it.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TOOLS_TERN_MODELFLAGS_H
#define TERN_TOOLS_TERN_MODELFLAGS_H

#include "runtime/Base/Result.h"

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace tern {

struct ModelFlags {
  std::string path;
  std::string backend; ///< Empty: the best that there is code for.
  std::string precision = "default", target, weights = "reference";
  std::string cacheDirectory; ///< Empty for the default.
  unsigned threads = 0;
  std::int64_t context = 0; ///< Positions at most; 0: the model's maximum.
  std::vector<std::int64_t> batches{1};
  bool golden = false; ///< Whether a model is compiled with a golden prompt.

  /// Adds the model and the options above but --threads, --backend, `batches` and `golden`, and --max-context if
  /// `hasContext`. The object must outlive parsing.
  void addTo(CLI::App &command, bool hasContext = true);
  void addBackendTo(CLI::App &command);

  /// The same model in the interpreter, whatever it is compiled with: to compare the two.
  ModelFlags forReference() const;

  bool isInterpreted() const { return backend == "interpreter"; }

  /// The context of a session for a model that was made for `most` positions: what was asked for, else `needed` if it
  /// is known (not negative), else the maximum. Problem: more than that was asked for.
  Result<std::int64_t> contextFor(std::int64_t most, std::int64_t needed = -1) const;

  /// Problem: the model is an artifact, and options of compiling are given that it can no longer follow.
  Status checkFor(bool isArtifact) const;

private:
  const CLI::Option *precisionOption = nullptr, *targetOption = nullptr, *weightsOption = nullptr,
                    *cacheOption = nullptr;
};

} // namespace tern

#endif // TERN_TOOLS_TERN_MODELFLAGS_H
