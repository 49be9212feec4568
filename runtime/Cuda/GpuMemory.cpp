//===- GpuMemory.cpp - Memory on the device, and host memory it reads -----===//

#include "runtime/Cuda/GpuMemory.h"

#include "runtime/Executor/MemoryUse.h"

using namespace tern;

Result<GpuMemory> GpuMemory::allocate(std::shared_ptr<GpuContext> context, std::uint64_t bytes, std::uint64_t &counter,
                                      const std::string &where) {
  GpuMemory memory;
  if (bytes == 0)
    return memory;
  GpuContext::Scope scope(*context);
  cuda::Code code = (*context)->memAlloc(&memory.start, bytes);
  if (code == cuda::outOfMemory)
    return Problem{where,
                   "takes " + readableBytes(bytes) + " of GPU memory, but only " +
                       readableBytes(context->availableMemory()) + " of " +
                       readableBytes(context->device().memoryBytes) + " are available",
                   "nvidia-smi shows who else uses the GPU"};
  if (code != cuda::success)
    return context->problem(where, "cannot allocate " + readableBytes(bytes) + " of GPU memory", code);
  memory.context = std::move(context);
  memory.length = bytes;
  memory.counter = &counter;
  counter += bytes;
  return memory;
}

void GpuMemory::swap(GpuMemory &other) {
  std::swap(context, other.context);
  std::swap(start, other.start);
  std::swap(length, other.length);
  std::swap(counter, other.counter);
}

GpuMemory::~GpuMemory() {
  if (!context)
    return;
  GpuContext::Scope scope(*context);
  (*context)->memFree(start); // Fails where a kernel has ended the context; then the memory is gone with it.
  *counter -= length;
}

Result<PinnedMemory> PinnedMemory::allocate(std::shared_ptr<GpuContext> context, std::uint64_t bytes,
                                            const std::string &where) {
  GpuContext::Scope scope(*context);
  void *start = nullptr;
  if (cuda::Code code = (*context)->memAllocHost(&start, bytes); code != cuda::success)
    return context->problem(where, "cannot allocate " + readableBytes(bytes) + " of memory that the GPU reads", code);
  PinnedMemory memory;
  memory.context = std::move(context);
  memory.start = static_cast<char *>(start);
  return memory;
}

void PinnedMemory::swap(PinnedMemory &other) {
  std::swap(context, other.context);
  std::swap(start, other.start);
}

PinnedMemory::~PinnedMemory() {
  if (!context)
    return;
  GpuContext::Scope scope(*context);
  (*context)->memFreeHost(start);
}

Status GpuStream::create(std::shared_ptr<GpuContext> owner, const std::string &where) {
  GpuContext::Scope scope(*owner);
  if (Status status =
          owner->check(where, "cannot make a stream", (*owner)->streamCreate(&stream, cuda::streamNonBlocking));
      !status)
    return status;
  context = std::move(owner);
  return Done{};
}

GpuStream::~GpuStream() {
  if (!context)
    return;
  GpuContext::Scope scope(*context);
  (*context)->streamDestroy(stream);
}

Status GpuEvent::create(std::shared_ptr<GpuContext> given, const std::string &where, unsigned flags) {
  GpuContext::Scope scope(*given);
  if (Status status = given->check(where, "no event can be made on the GPU",
                                   (*given)->eventCreate(&event, cuda::eventDisableTiming | flags));
      !status)
    return status;
  context = std::move(given);
  return Done{};
}

GpuEvent::~GpuEvent() {
  if (!context)
    return;
  GpuContext::Scope scope(*context);
  (*context)->eventDestroy(event);
}
