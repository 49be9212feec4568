//===- GreedyLoop.cpp - Decoding steps without the host -------------------===//

#include "runtime/Cuda/GreedyLoop.h"

#include <cstring>

using namespace tern;

namespace {

/// NextTokenState of runtime/Cuda/Device/NextToken.h.
struct State {
  std::uint64_t best = 0;
  std::uint32_t arrived = 0, step = 0;
  std::int32_t position = -1, padding = 0;
};

} // namespace

/// Blocks that share a row of logits, and their threads.
static constexpr std::int32_t blocksOfRow = 32, threadsOfBlock = 256;

std::uint64_t GreedyLoop::deviceBytes(std::int64_t slots) { return static_cast<std::uint64_t>(slots) * sizeof(State); }

std::uint64_t GreedyLoop::hostBytes(std::int64_t slots) {
  return static_cast<std::uint64_t>(slots) * (sizeof(State) + ring * sizeof(std::int32_t));
}

Status GreedyLoop::create(const CudaModel &owner, cuda::Address device, char *host, std::int64_t slots) {
  model = &owner;
  states = device;
  firstStates = host;
  history = reinterpret_cast<std::int32_t *>(host + deviceBytes(slots));
  for (GpuEvent &end : ends)
    if (Status status = end.create(owner.context(), owner.where()); !status)
      return status;
  return Done{};
}

cuda::Code GreedyLoop::begin(const std::int32_t *positions, std::int64_t rows, cuda::Stream stream) {
  for (std::int64_t row = 0; row != rows; ++row) {
    State state;
    state.position = positions[row];
    std::memcpy(firstStates + static_cast<std::uint64_t>(row) * sizeof(State), &state, sizeof(State));
  }
  return (*model->context())->memcpyToDevice(states, firstStates, deviceBytes(rows), stream);
}

cuda::Code GreedyLoop::queueNext(const Tensors &given, cuda::Stream stream) const {
  Tensors tensors = given;
  std::int32_t parts = blocksOfRow, entries = ring;
  cuda::Address rowStates = states;
  auto kept = reinterpret_cast<cuda::Address>(history);
  void *parameters[] = {
      &tensors.logits,  &tensors.vocabulary, &tensors.rows,     &parts, &rowStates, &tensors.tokens, &tensors.positions,
      &tensors.outputs, &tensors.problems,   &tensors.launches, &kept,  &entries};
  cuda::LaunchAttribute early;
  early.id = cuda::programmaticStreamSerialization;
  early.value.number = 1;
  cuda::LaunchConfig config;
  config.gridX = static_cast<unsigned>(tensors.rows * parts);
  config.blockX = static_cast<unsigned>(threadsOfBlock);
  config.stream = stream;
  config.attributes = &early;
  config.attributeCount = 1;
  return (*model->context())->launchKernel(&config, model->kernels().nextToken(), parameters, nullptr);
}

cuda::Code GreedyLoop::mark(std::int64_t step, cuda::Stream stream) {
  return (*model->context())->eventRecord(ends[static_cast<std::size_t>(step % ahead)].get(), stream);
}

cuda::Code GreedyLoop::wait(std::int64_t step) {
  return (*model->context())->eventSynchronize(ends[static_cast<std::size_t>(step % ahead)].get());
}
