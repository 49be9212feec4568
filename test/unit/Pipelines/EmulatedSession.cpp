//===- EmulatedSession.cpp - A program for a GPU, run on this machine -----===//

#include "test/unit/Pipelines/EmulatedSession.h"

#include "runtime/Executor/CallSizes.h"

#include <cstring>

namespace tern::testing {

/// Sizes that kernels are handed: those of a file that other programs share may be more than this program's.
static constexpr std::size_t mostSymbols = 64;

Result<std::unique_ptr<EmulatedSession>> EmulatedSession::create(Program program, const EmulatedKernels &kernels,
                                                                 SessionSize size, std::uint64_t seed) {
  KernelLibrary none(std::vector<TernKernel>(program.kernels.size()));
  Result<std::shared_ptr<CpuModel>> weights =
      CpuModel::create({std::move(program), std::move(none), {}, nullptr, "random program"}, 1);
  if (!weights)
    return weights.problem();
  return std::unique_ptr<EmulatedSession>(new EmulatedSession(std::move(*weights), kernels, size, seed));
}

EmulatedSession::EmulatedSession(std::shared_ptr<CpuModel> weights, const EmulatedKernels &kernels, SessionSize size,
                                 std::uint64_t seed)
    : weights(std::move(weights)), kernels(kernels), size(size), seed(seed) {
  arena.assign(program().arenaBytes + 64, 0xcd);
  for (const ProgramState &state : program().states)
    states.emplace_back(static_cast<std::size_t>(size.slots) * slotBytes(state) + 64, std::uint8_t{0});
}

std::uint64_t EmulatedSession::slotBytes(const ProgramState &state) const {
  return state.fixedBytes + static_cast<std::uint64_t>(size.capacity) * state.positionBytes;
}

template <typename Byte> static Byte *aligned(Byte *bytes) {
  return reinterpret_cast<Byte *>((reinterpret_cast<std::uintptr_t>(bytes) + 63) / 64 * 64);
}

void *EmulatedSession::pointerTo(const Place &place, std::int64_t firstSlot) {
  auto index = static_cast<std::size_t>(place.index);
  switch (place.kind) {
  case Place::Kind::Arena:
    return aligned(arena.data()) + place.offset;
  case Place::Kind::Weight:
    return static_cast<char *>(const_cast<void *>(weights->weight(index))) + place.offset;
  case Place::Kind::State:
    return aligned(states[index].data()) + static_cast<std::uint64_t>(firstSlot) * slotBytes(program().states[index]) +
           place.offset;
  }
  return nullptr;
}

Status EmulatedSession::launch(const Launch &launch, std::int64_t firstSlot) {
  std::vector<void *> pointers;
  for (const Place &place : launch.operands)
    pointers.push_back(pointerTo(place, firstSlot));
  std::int64_t problem = 0, tasks = 0;
  std::int64_t *problemPlace = &problem;
  std::vector<void *> parameters;
  for (void *&pointer : pointers)
    parameters.push_back(&pointer);
  parameters.push_back(dims.data());
  parameters.push_back(&problemPlace);
  for (const TaskSegment &segment : launch.tasks)
    tasks += countTasks(segment, dims.data());
  if (tasks == 0)
    return Done{};
  auto kernel = static_cast<std::size_t>(launch.kernel);
  const KernelShape &shape = program().shapes[kernel];
  Status done = kernels.launch("tern_" + program().kernels[kernel], parameters.data(), static_cast<unsigned>(tasks),
                               shape.threads, shape.sharedBytes, seed++);
  if (done && problem != 0)
    return Problem{program().kernels[kernel], "the kernel reports problem " + std::to_string(problem), ""};
  return done;
}

Result<bool> EmulatedSession::run(const EntryCall &call) {
  const Entry &entry = program().entries[static_cast<std::size_t>(call.entry)];
  lastEntry = call.entry;
  dims.assign(mostSymbols, 0);
  for (const auto &[symbol, extent] : call.sizes)
    dims[static_cast<std::size_t>(symbol)] = extent;
  for (std::size_t i = 0; i < call.inputs.size(); ++i) {
    const Argument &argument = entry.inputs[i];
    std::uint64_t bytes = storageFormatInfo(argument.format).blockBytes;
    for (std::size_t axis = 0; axis < argument.shape.size(); ++axis) {
      if (argument.shape[axis].symbol >= 0)
        dims[static_cast<std::size_t>(argument.shape[axis].symbol)] = call.inputs[i].shape[axis];
      bytes *= static_cast<std::uint64_t>(call.inputs[i].shape[axis]);
    }
    std::memcpy(aligned(arena.data()) + argument.offset, call.inputs[i].data, bytes);
  }
  dims[0] = size.capacity;
  for (const Launch &each : entry.launches)
    if (Status status = launch(each, call.firstSlot); !status)
      return status.problem();
  return true;
}

TensorView EmulatedSession::output(std::size_t index) const {
  const Argument &argument = program().entries[static_cast<std::size_t>(lastEntry)].outputs[index];
  TensorView view{aligned(arena.data()) + argument.offset, {}};
  for (const Extent &extent : argument.shape)
    view.shape.push_back(extent.symbol < 0 ? extent.size : dims[static_cast<std::size_t>(extent.symbol)]);
  return view;
}

} // namespace tern::testing
