//===- LaunchSequence.h - An entry's launches on the device --------*- C++ -*-===//
//
// The launches of one entry, bound to a session: operands are addresses on the device, and the sizes of a call give
// each launch its grid, one block for each task. What a kernel is given is laid out once; a call changes numbers in it:
//
//   tern_norm(x, weight, y, Sizes{capacity, B, T, ...}, problem)
//             └─ operands ─┘  └─ by value, all alike ┘  └─ a word of the launch's own
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_LAUNCHSEQUENCE_H
#define TERN_RUNTIME_CUDA_LAUNCHSEQUENCE_H

#include "runtime/Cuda/CudaModel.h"

namespace tern {

/// Where a session's memory lies on the device.
struct SessionAddresses {
  cuda::Address arena = 0;
  std::vector<cuda::Address> states;    ///< Slot 0 of each.
  std::vector<std::uint64_t> slotBytes; ///< Of each state.
  cuda::Address problems = 0;           ///< A word for each launch.
};

class LaunchSequence {
public:
  /// Binds an entry of `model`, which must outlive the sequence.
  LaunchSequence(const CudaModel &model, std::int32_t entry, SessionAddresses addresses);
  LaunchSequence(const LaunchSequence &) = delete;
  LaunchSequence &operator=(const LaunchSequence &) = delete;

  const Entry &entry() const { return source; }
  std::size_t size() const { return bound.size(); }

  /// Makes the sequence one for these slots and sizes. Problem: more blocks than a grid has.
  Status prepare(std::int64_t firstSlot, const std::vector<std::int64_t> &dims);

  /// Blocks of a launch; one without is not to be launched.
  std::int64_t blocks(std::size_t index) const { return bound[index].blocks; }

  /// Queues launch `index`. `alone`: it may not begin before those before it have ended, whatever its kernel can do.
  cuda::Code launch(std::size_t index, cuda::Stream stream, bool alone);

private:
  struct BoundLaunch {
    std::vector<void *> parameters; ///< Where each parameter's value lies.
    cuda::Address problem = 0;
    std::int64_t blocks = 0;
  };
  struct StateUse {
    std::size_t operand;
    std::int32_t state;
  };

  const CudaModel &model;
  const Entry &source;
  SessionAddresses addresses;
  std::vector<cuda::Address> operands; ///< Of all launches one after another.
  std::vector<StateUse> stateUses;
  std::vector<std::int64_t> sizes;
  std::vector<BoundLaunch> bound;
};

} // namespace tern

#endif // TERN_RUNTIME_CUDA_LAUNCHSEQUENCE_H
