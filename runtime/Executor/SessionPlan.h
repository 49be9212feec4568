//===- SessionPlan.h - What a session takes -----------------------*- C++ -*-===//
//
// The part of the memory plan that is the same on every device: sizes of sessions, where the states of their slots lie,
// and what to say when there is no room.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_EXECUTOR_SESSIONPLAN_H
#define TERN_RUNTIME_EXECUTOR_SESSIONPLAN_H

#include "runtime/Executor/Executor.h"

#include <functional>

namespace tern {

/// The most slots of a session.
constexpr std::int64_t maxSlots = 4096;

/// The bytes that one slot has of a state.
std::uint64_t slotBytes(const ProgramState &state, std::int64_t capacity);

/// All states of all slots in one block: slot s of state i lies at offsets[i] + s * slotBytes.
struct StatePlan {
  std::vector<std::uint64_t> offsets;
  std::uint64_t bytes = 0;
};

/// Each state at a multiple of `alignment`. Problems: a size out of range, or beyond what can be addressed.
Result<StatePlan> planStates(const Program &program, SessionSize size, std::uint64_t alignment);

/// The largest capacity whose plan, with the weights, stays within `bytes`; 0 if even the smallest does not.
std::int64_t capacityWithin(const ExecutorModel &model, std::int64_t slots, std::uint64_t bytes);

/// A session that takes `needed` bytes with the weights where there are `available`; `fits` is the capacity for which
/// they would be enough, or 0. `memory`: "memory", "GPU memory".
Problem sessionDoesNotFit(const std::string &where, SessionSize size, const std::string &memory, std::uint64_t needed,
                          std::uint64_t available, std::int64_t fits);

} // namespace tern

#endif // TERN_RUNTIME_EXECUTOR_SESSIONPLAN_H
