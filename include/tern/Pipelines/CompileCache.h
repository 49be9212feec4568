//===- CompileCache.h - Artifacts of models that were run --------*- C++ -*-===//
//
// `tern run MODEL` compiles once and keeps the artifact:
//
//     <cache>/compiled/<key>.tern        key = hash of the model's files, the options, the compiler and the CPU
//
// The key does not hold where the files lie, so a model that was moved is found again. An entry appears whole or not at
// all; two programs that compile the same model at once both write it, and the second replaces equal bytes by equal
// bytes.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_PIPELINES_COMPILECACHE_H
#define TERN_PIPELINES_COMPILECACHE_H

#include "tern/Pipelines/Compiler.h"

namespace tern {

/// What `options.input`, a model, compiled with these options is known by: 16 hexadecimal digits. Of the files it takes
/// sizes, times, headers, the first bytes of each tensor, and all of configuration and tokenizer. Problems: no model,
/// an unknown target.
Result<std::string> compilationKey(const CompilerOptions &options);

struct CachedArtifact {
  std::string path;
  bool isNew = false; ///< It was compiled by this call.
  Problems problems;  ///< Empty if `path` is good.
};

/// The artifact of a model in the cache below `directory`, by `compile` if it is not there yet or is damaged. The
/// options' output is not used. Problems: those of the model, and a folder that cannot be written.
CachedArtifact cachedArtifact(CompilerOptions options, const std::string &directory,
                              const std::function<Problems(const CompilerOptions &)> &compile);

} // namespace tern

#endif // TERN_PIPELINES_COMPILECACHE_H
