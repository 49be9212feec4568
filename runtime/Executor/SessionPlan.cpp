//===- SessionPlan.cpp - What a session takes -----------------------------===//

#include "runtime/Executor/SessionPlan.h"

using namespace tern;

std::uint64_t tern::slotBytes(const ProgramState &state, std::int64_t capacity) {
  return state.fixedBytes + static_cast<std::uint64_t>(capacity) * state.positionBytes;
}

static Status checkSize(SessionSize size) {
  if (size.capacity < 64 || size.capacity % 64 != 0 || size.capacity > maxCapacity)
    return Problem{"session",
                   "the capacity must be a multiple of 64 from 64 to " + std::to_string(maxCapacity) + ", is " +
                       std::to_string(size.capacity),
                   ""};
  if (size.slots < 1 || size.slots > maxSlots)
    return Problem{"session",
                   "the slots must be 1 to " + std::to_string(maxSlots) + ", are " + std::to_string(size.slots), ""};
  return Done{};
}

Result<StatePlan> tern::planStates(const Program &program, SessionSize size, std::uint64_t alignment) {
  if (Status status = checkSize(size); !status)
    return status.problem();
  StatePlan plan;
  for (const ProgramState &state : program.states) {
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(slotBytes(state, size.capacity), static_cast<std::uint64_t>(size.slots), &bytes) ||
        bytes > maxProgramSize || plan.bytes > maxProgramSize)
      return Problem{"session",
                     "the states of " + std::to_string(size.slots) + " slots with " + std::to_string(size.capacity) +
                         " positions pass what a machine can address",
                     ""};
    plan.offsets.push_back(plan.bytes);
    plan.bytes += (bytes + alignment - 1) / alignment * alignment;
  }
  return plan;
}

std::int64_t tern::capacityWithin(const ExecutorModel &model, std::int64_t slots, std::uint64_t bytes) {
  std::int64_t low = 0, high = maxCapacity / 64;
  while (low < high) {
    std::int64_t middle = low + (high - low + 1) / 2;
    Result<MemoryUse> use = model.plan({slots, middle * 64});
    if (use && use->total() <= bytes)
      low = middle;
    else
      high = middle - 1;
  }
  return low * 64;
}

Problem tern::sessionDoesNotFit(const std::string &where, SessionSize size, const std::string &memory,
                                std::uint64_t needed, std::uint64_t available, std::int64_t fits) {
  return {where,
          "a context of " + std::to_string(size.capacity) + " positions" +
              (size.slots > 1 ? " for " + std::to_string(size.slots) + " sequences" : "") + " takes " +
              readableBytes(needed) + " of " + memory + " with the weights, but only " + readableBytes(available) +
              " are available",
          fits > 0 ? "a context of " + std::to_string(fits) + " would fit" : "no context would fit"};
}
