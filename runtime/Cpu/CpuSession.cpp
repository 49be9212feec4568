//===- CpuSession.cpp - Calls of one user of a model ----------------------===//

#include "runtime/Cpu/CpuSession.h"

#include <cstring>

using namespace tern;

/// Binds on first use: most sessions use two entries.
CpuSession::BoundEntry &CpuSession::bind(std::int32_t index) {
  std::unique_ptr<BoundEntry> &bound = entries[static_cast<std::size_t>(index)];
  if (bound)
    return *bound;
  bound = std::make_unique<BoundEntry>();
  const Entry &entry = shared->program().entries[static_cast<std::size_t>(index)];
  for (const Launch &launch : entry.launches)
    for (const Place &place : launch.operands) {
      void *pointer = nullptr;
      switch (place.kind) {
      case Place::Kind::Arena:
        pointer = arena.data() + place.offset;
        break;
      case Place::Kind::Weight: // Kernels do not write weights; the table has one type for all operands.
        pointer = static_cast<char *>(const_cast<void *>(shared->weight(static_cast<std::size_t>(place.index)))) +
                  place.offset;
        break;
      case Place::Kind::State:
        pointer = stateBase(place.index, 0) + place.offset;
        bound->stateUses.push_back({bound->operands.size(), place.index, place.offset});
        break;
      }
      bound->operands.push_back(pointer);
    }
  bound->list.emplace(entry, shared->kernels(), bound->operands.data());
  return *bound;
}

void CpuSession::moveTo(BoundEntry &bound, std::int64_t firstSlot) {
  if (bound.firstSlot == firstSlot)
    return;
  for (const BoundEntry::StateUse &use : bound.stateUses)
    bound.operands[use.operand] = stateBase(use.state, firstSlot) + use.offset;
  bound.firstSlot = firstSlot;
}

Result<bool> CpuSession::run(const EntryCall &call) {
  if (Status status = sizes.set(*shared, extent, call); !status)
    return status.problem();
  const Entry &entry = shared->program().entries[static_cast<std::size_t>(call.entry)];
  BoundEntry &bound = bind(call.entry);
  moveTo(bound, call.firstSlot);
  for (std::size_t i = 0; i != call.inputs.size(); ++i)
    std::memcpy(arena.data() + entry.inputs[i].offset, call.inputs[i].data, sizes.bytesOf(entry.inputs[i]));
  const std::int64_t *dims = sizes.dims().data();
  bound.list->resize(dims, shared->team().size());
  lastEntry = call.entry;
  WorkerScratch space{scratch.data(), scratch.size() / shared->team().size()};
  RunOutcome outcome = shared->team().run(*bound.list, dims, space, call.cancel);
  if (outcome.problem != TERN_KERNEL_OK)
    return kernelProblem(*shared, entry, entry.launches[outcome.launch], outcome.problem);
  return !outcome.cancelled;
}

TensorView CpuSession::output(std::size_t index) const {
  const Argument &argument = shared->program().entries[static_cast<std::size_t>(lastEntry)].outputs[index];
  return {arena.data() + argument.offset, sizes.shapeOf(argument)};
}
