//===- WeightUpload.h - Bytes to the device, in order --------------*- C++ -*-===//
//
// Weights come from the artifact's pages or from packing, piece by piece. Two buffers of pinned memory take turns:
// while the device fetches one, the host fills the other, so that disk, packing and transfer overlap.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_WEIGHTUPLOAD_H
#define TERN_RUNTIME_CUDA_WEIGHTUPLOAD_H

#include "runtime/Cuda/GpuMemory.h"

namespace tern {

/// Copies to the device. After a problem the device may hold part of what was written. Not movable.
class WeightUpload {
public:
  /// `where` names the artifact in problems.
  WeightUpload(std::shared_ptr<GpuContext> context, std::string where)
      : context(std::move(context)), where(std::move(where)) {}
  WeightUpload(const WeightUpload &) = delete;
  WeightUpload &operator=(const WeightUpload &) = delete;
  ~WeightUpload();

  /// Takes the buffers; `most` bytes will be written.
  Status begin(std::uint64_t most);
  /// Brings `bytes` to the device; they need not live longer than the call.
  Status write(cuda::Address target, std::string_view bytes);
  /// Waits until everything is there.
  Status finish();

private:
  struct Buffer {
    PinnedMemory memory;
    GpuEvent fetched;
    bool inFlight = false;
  };
  Status check(cuda::Code code) { return context->check(where, "weights cannot be copied to the GPU", code); }

  std::shared_ptr<GpuContext> context;
  std::string where;
  GpuStream stream;
  Buffer buffers[2];
  std::uint64_t bufferBytes = 0;
  int next = 0;
};

} // namespace tern

#endif // TERN_RUNTIME_CUDA_WEIGHTUPLOAD_H
