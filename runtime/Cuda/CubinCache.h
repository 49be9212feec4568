//===- CubinCache.h - Compiled kernels kept on disk ----------------*- C++ -*-===//
//
// An artifact brings cubins for the GPUs that it was compiled for, and its source for all others. What NVRTC makes of
// the source is kept, so that it is made once for each kind of GPU:
//
//   CACHE/cuda/<hash of what NVRTC is given>-sm_86.cubin     the cubin, then the hash of its bytes
//
// A file appears whole or not at all, and one that is damaged is made again. Losing the folder costs time, nothing
// else, so a folder that cannot be written is no problem.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_CUBINCACHE_H
#define TERN_RUNTIME_CUDA_CUBINCACHE_H

#include <optional>
#include <string>
#include <string_view>

namespace tern {

class CubinCache {
public:
  /// Keeps files below `directory`, which need not exist; nothing if it is empty.
  explicit CubinCache(std::string directory) : directory(std::move(directory)) {}

  /// The cubin of `source` for `architecture`, if it is there and whole.
  std::optional<std::string> find(std::string_view source, const std::string &architecture) const;

  /// Keeps a cubin; whether that was possible.
  bool store(std::string_view source, const std::string &architecture, std::string_view cubin) const;

  /// Where the cubin is kept; empty without a directory.
  std::string pathOf(std::string_view source, const std::string &architecture) const;

private:
  std::string directory;
};

} // namespace tern

#endif // TERN_RUNTIME_CUDA_CUBINCACHE_H
