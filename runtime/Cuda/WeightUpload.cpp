//===- WeightUpload.cpp - Bytes to the device, in order -------------------===//

#include "runtime/Cuda/WeightUpload.h"

#include <algorithm>
#include <cstring>

using namespace tern;

/// Long enough for the full speed of the bus, short enough to be pinned in no time.
static constexpr std::uint64_t mostBufferBytes = std::uint64_t(8) << 20;

Status WeightUpload::begin(std::uint64_t most) {
  bufferBytes = std::min(most, mostBufferBytes);
  if (bufferBytes == 0)
    return Done{};
  if (Status status = stream.create(context, where); !status)
    return status;
  GpuContext::Scope scope(*context);
  for (Buffer &buffer : buffers) {
    Result<PinnedMemory> memory = PinnedMemory::allocate(context, bufferBytes, where);
    if (!memory)
      return memory.problem();
    buffer.memory = std::move(*memory);
    if (Status status = buffer.fetched.create(context, where, cuda::eventBlockingSync); !status)
      return status;
  }
  return Done{};
}

Status WeightUpload::write(cuda::Address target, std::string_view bytes) {
  GpuContext::Scope scope(*context);
  while (!bytes.empty()) {
    Buffer &buffer = buffers[next];
    next = 1 - next;
    if (buffer.inFlight)
      if (Status status = check((*context)->eventSynchronize(buffer.fetched.get())); !status)
        return status;
    std::string_view piece = bytes.substr(0, bufferBytes);
    std::memcpy(buffer.memory.data(), piece.data(), piece.size());
    cuda::Code code = (*context)->memcpyToDevice(target, buffer.memory.data(), piece.size(), stream.get());
    if (code == cuda::success)
      code = (*context)->eventRecord(buffer.fetched.get(), stream.get());
    if (Status status = check(code); !status)
      return status;
    buffer.inFlight = true;
    target += piece.size();
    bytes.remove_prefix(piece.size());
  }
  return Done{};
}

Status WeightUpload::finish() {
  if (bufferBytes == 0)
    return Done{};
  GpuContext::Scope scope(*context);
  return check((*context)->streamSynchronize(stream.get()));
}

WeightUpload::~WeightUpload() {
  if (!stream.get())
    return;
  GpuContext::Scope scope(*context);
  (*context)->streamSynchronize(stream.get()); // before the buffers go
}
