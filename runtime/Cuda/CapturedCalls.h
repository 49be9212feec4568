//===- CapturedCalls.h - Calls that the device repeats -------------*- C++ -*-===//
//
// Decoding repeats one call hundreds of times, with other tokens in the same places. Queuing its launches one by one
// takes the host 2 to 4 us each, more than a small model's kernels take; so a call with the same slots and sizes as
// the one before is captured as a CUDA graph, which one call of the driver starts. The few captured last are kept.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_CAPTUREDCALLS_H
#define TERN_RUNTIME_CUDA_CAPTUREDCALLS_H

#include "runtime/Cuda/Driver.h"

#include <functional>

namespace tern {

/// The captured calls of one entry. Not copyable.
class CapturedCalls {
public:
  /// First slot and sizes.
  using Key = std::vector<std::int64_t>;

  explicit CapturedCalls(std::shared_ptr<GpuContext> context) : context(std::move(context)) {}
  CapturedCalls(const CapturedCalls &) = delete;
  CapturedCalls &operator=(const CapturedCalls &) = delete;
  ~CapturedCalls();

  /// Counts a call; whether it is one to capture, because it is like the one before.
  bool isRepeated(const Key &key);

  /// The graph of a call, or null.
  cuda::GraphExec find(const Key &key);

  /// Captures what `queue` puts into `stream` in place of the graph used least recently.
  cuda::Code capture(const Key &key, cuda::Stream stream, const std::function<cuda::Code()> &queue);

private:
  struct Captured {
    Key key;
    cuda::GraphExec graph = nullptr;
    std::uint64_t lastUse = 0;
  };
  static constexpr std::size_t mostGraphs = 8;

  std::shared_ptr<GpuContext> context;
  std::vector<Captured> graphs;
  Key before;
  std::uint64_t uses = 0;
};

} // namespace tern

#endif // TERN_RUNTIME_CUDA_CAPTUREDCALLS_H
