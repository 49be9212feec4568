//===- GreedyLoop.h - Decoding steps without the host --------------*- C++ -*-===//
//
// What a session needs to run step after step on the device: after the launches of a step, tern_next_token
// (Device/NextToken.h) makes the next step's inputs of its logits and leaves the tokens in memory of the host, which
// reads them while later steps run.
//
//   device   | step 0 | step 1 | step 2 | step 3 |
//   host      queue 0 1 2   ^ takes 0, queues 3   ^ takes 1, ...
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_GREEDYLOOP_H
#define TERN_RUNTIME_CUDA_GREEDYLOOP_H

#include "runtime/Cuda/CudaModel.h"
#include "runtime/Cuda/GpuMemory.h"

#include <array>

namespace tern {

class GreedyLoop {
public:
  /// Steps that are queued before the first of them has ended. Tokens of one step more are kept.
  static constexpr std::int64_t ahead = 3, ring = ahead + 1;

  /// Bytes on the device, and in pinned memory, for `slots` slots.
  static std::uint64_t deviceBytes(std::int64_t slots);
  static std::uint64_t hostBytes(std::int64_t slots);

  /// Uses `device` and `host`, which have those bytes.
  Status create(const CudaModel &model, cuda::Address device, char *host, std::int64_t slots);

  /// Queues that rows of a call are at `positions`; -1 for those that are empty.
  cuda::Code begin(const std::int32_t *positions, std::int64_t rows, cuda::Stream stream);

  /// Where the inputs and outputs of an entry lie on the device.
  struct Tensors {
    cuda::Address tokens = 0, positions = 0, outputs = 0, logits = 0, problems = 0;
    std::int64_t vocabulary = 0;
    std::int32_t rows = 0, launches = 0;
  };
  /// Queues what follows the launches of a step.
  cuda::Code queueNext(const Tensors &tensors, cuda::Stream stream) const;

  /// Step `step` since begin() ends where the stream is now.
  cuda::Code mark(std::int64_t step, cuda::Stream stream);
  /// Waits until it has ended.
  cuda::Code wait(std::int64_t step);
  /// What it gave, a token for each of `rows` rows; until `ahead` steps later.
  const std::int32_t *tokens(std::int64_t step, std::int64_t rows) const { return history + step % ring * rows; }

private:
  const CudaModel *model = nullptr;
  cuda::Address states = 0;
  char *firstStates = nullptr;
  std::int32_t *history = nullptr;
  std::array<GpuEvent, ahead> ends;
};

} // namespace tern

#endif // TERN_RUNTIME_CUDA_GREEDYLOOP_H
