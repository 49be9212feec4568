//===- GpuMemory.h - Memory on the device, and host memory it reads -*- C++ -*-===//
//
// The memory plan says how much a model takes of a GPU; everything that Tern allocates there comes from here, so that
// what was planned can be compared with what the driver was asked for.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_GPUMEMORY_H
#define TERN_RUNTIME_CUDA_GPUMEMORY_H

#include "runtime/Cuda/Driver.h"

namespace tern {

/// One allocation on the device, not cleared. Movable, not copyable.
class GpuMemory {
public:
  GpuMemory() = default;

  /// `counter` is raised by `bytes` as long as the memory lives and must outlive it. `where` is for the problem, which
  /// says how much there is; nothing is allocated for no bytes.
  static Result<GpuMemory> allocate(std::shared_ptr<GpuContext> context, std::uint64_t bytes, std::uint64_t &counter,
                                    const std::string &where);

  GpuMemory(GpuMemory &&other) noexcept { swap(other); }
  GpuMemory &operator=(GpuMemory &&other) noexcept {
    swap(other);
    return *this;
  }
  GpuMemory(const GpuMemory &) = delete;
  GpuMemory &operator=(const GpuMemory &) = delete;
  ~GpuMemory();

  cuda::Address address() const { return start; }
  std::uint64_t size() const { return length; }

private:
  void swap(GpuMemory &other);

  std::shared_ptr<GpuContext> context;
  cuda::Address start = 0;
  std::uint64_t length = 0;
  std::uint64_t *counter = nullptr;
};

/// Host memory that the device reads and writes at its own pace, at the same address. Movable, not copyable.
class PinnedMemory {
public:
  PinnedMemory() = default;
  static Result<PinnedMemory> allocate(std::shared_ptr<GpuContext> context, std::uint64_t bytes,
                                       const std::string &where);

  PinnedMemory(PinnedMemory &&other) noexcept { swap(other); }
  PinnedMemory &operator=(PinnedMemory &&other) noexcept {
    swap(other);
    return *this;
  }
  PinnedMemory(const PinnedMemory &) = delete;
  PinnedMemory &operator=(const PinnedMemory &) = delete;
  ~PinnedMemory();

  char *data() const { return start; }

private:
  void swap(PinnedMemory &other);

  std::shared_ptr<GpuContext> context;
  char *start = nullptr;
};

/// A queue of work on the device. Not movable.
class GpuStream {
public:
  GpuStream() = default;
  GpuStream(const GpuStream &) = delete;
  GpuStream &operator=(const GpuStream &) = delete;
  ~GpuStream();

  Status create(std::shared_ptr<GpuContext> context, const std::string &where);
  cuda::Stream get() const { return stream; }

private:
  std::shared_ptr<GpuContext> context;
  cuda::Stream stream = nullptr;
};

/// A place in a stream that the host can wait for. Not movable.
class GpuEvent {
public:
  GpuEvent() = default;
  GpuEvent(const GpuEvent &) = delete;
  GpuEvent &operator=(const GpuEvent &) = delete;
  ~GpuEvent();

  /// `flags` beside cuda::eventDisableTiming.
  Status create(std::shared_ptr<GpuContext> context, const std::string &where, unsigned flags = 0);
  cuda::Event get() const { return event; }

private:
  std::shared_ptr<GpuContext> context;
  cuda::Event event = nullptr;
};

} // namespace tern

#endif // TERN_RUNTIME_CUDA_GPUMEMORY_H
