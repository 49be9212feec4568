//===- SessionMemory.cpp - What a session takes, and taking it ------------===//

#include "runtime/Cpu/CpuSession.h"
#include "runtime/Cpu/Machine.h"

#include <cstring>

using namespace tern;

/// States and scratch of different owners never share a cache line, nor the pair that is fetched with it.
static constexpr std::uint64_t separation = 128;

static std::uint64_t separated(std::uint64_t bytes) { return (bytes + separation - 1) / separation * separation; }

static std::uint64_t slotBytes(const ProgramState &state, std::int64_t capacity) {
  return state.fixedBytes + static_cast<std::uint64_t>(capacity) * state.positionBytes;
}

Result<MemoryUse> CpuSession::plan(const CpuModel &model, SessionSize size) {
  if (size.capacity < 64 || size.capacity % 64 != 0 || size.capacity > maxCapacity)
    return Problem{"session",
                   "the capacity must be a multiple of 64 from 64 to " + std::to_string(maxCapacity) + ", is " +
                       std::to_string(size.capacity),
                   ""};
  constexpr std::int64_t maxSlots = 4096;
  if (size.slots < 1 || size.slots > maxSlots)
    return Problem{"session",
                   "the slots must be 1 to " + std::to_string(maxSlots) + ", are " + std::to_string(size.slots), ""};
  const Program &program = model.program();
  MemoryUse use;
  use.arena = program.arenaBytes;
  use.scratch = separated(program.scratchBytes) * model.workerCount();
  for (const ProgramState &state : program.states) {
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(slotBytes(state, size.capacity), static_cast<std::uint64_t>(size.slots), &bytes) ||
        bytes > maxProgramSize || use.states > maxProgramSize)
      return Problem{"session",
                     "the states of " + std::to_string(size.slots) + " slots with " + std::to_string(size.capacity) +
                         " positions pass what a machine can address",
                     ""};
    use.states += separated(bytes);
  }
  return use;
}

/// The largest capacity whose plan stays within `bytes`; 0 if even the smallest does not.
static std::int64_t capacityWithin(const CpuModel &model, std::int64_t slots, std::uint64_t bytes) {
  std::int64_t low = 0, high = maxCapacity / 64;
  while (low < high) {
    std::int64_t middle = low + (high - low + 1) / 2;
    Result<MemoryUse> use = CpuSession::plan(model, {slots, middle * 64});
    if (use && use->total() <= bytes)
      low = middle;
    else
      high = middle - 1;
  }
  return low * 64;
}

static Problem tooLittleMemory(const CpuModel &model, SessionSize size, std::uint64_t needed, std::uint64_t available) {
  std::uint64_t embedded = model.embeddedWeightBytes();
  std::int64_t fits = available > embedded ? capacityWithin(model, size.slots, available - embedded) : 0;
  return {model.where(),
          "a context of " + std::to_string(size.capacity) + " positions" +
              (size.slots > 1 ? " for " + std::to_string(size.slots) + " sequences" : "") + " takes " +
              readableBytes(needed) + " with the weights, but only " + readableBytes(available) + " are available",
          fits > 0 ? "a context of " + std::to_string(fits) + " would fit" : "no context would fit"};
}

Result<std::unique_ptr<CpuSession>> CpuSession::create(std::shared_ptr<CpuModel> model, SessionSize size) {
  Result<MemoryUse> use = plan(*model, size);
  if (!use)
    return use.problem();
  std::uint64_t needed = use->total() + model->embeddedWeightBytes();
  if (std::optional<std::uint64_t> available = availableMemory(); available && needed > *available)
    return tooLittleMemory(*model, size, needed, *available);
  std::unique_ptr<CpuSession> session(new CpuSession(std::move(model), size));
  if (Status status = session->allocate(); !status)
    return status.problem();
  return session;
}

Result<MemoryUse> CpuModel::plan(SessionSize size) const {
  Result<MemoryUse> use = CpuSession::plan(*this, size);
  if (use)
    use->weights = plannedWeightBytes();
  return use;
}

Result<std::unique_ptr<ExecutorSession>> CpuModel::newSession(SessionSize size) {
  Result<std::unique_ptr<CpuSession>> session =
      CpuSession::create(std::static_pointer_cast<CpuModel>(shared_from_this()), size);
  if (!session)
    return session.problem();
  return std::unique_ptr<ExecutorSession>(std::move(*session));
}

Status CpuSession::allocate() {
  MemoryUse use = *plan(*shared, extent);
  struct {
    MemoryBlock &block;
    std::uint64_t bytes, &counter;
    const char *what;
  } wanted[] = {{arena, use.arena, counted.arena, ": arena"},
                {states, use.states, counted.states, ": states"},
                {scratch, use.scratch, counted.scratch, ": scratch"}};
  for (auto &[block, bytes, counter, what] : wanted) {
    Result<MemoryBlock> made = MemoryBlock::allocate(bytes, counter, shared->where() + what);
    if (!made)
      return made.problem();
    block = std::move(*made);
  }
  std::uint64_t offset = 0;
  for (const ProgramState &state : shared->program().states) {
    stateOffsets.push_back(offset);
    offset += separated(slotBytes(state, extent.capacity) * static_cast<std::uint64_t>(extent.slots));
  }
  arena.wishHugePages();
  hasHugePages.resize(static_cast<std::size_t>(extent.slots));
  entries.resize(shared->program().entries.size());
  return Done{};
}

void CpuSession::expectPositions(std::int64_t slot, std::int64_t positions) {
  if (positions < extent.capacity / 2 || hasHugePages[static_cast<std::size_t>(slot)])
    return;
  hasHugePages[static_cast<std::size_t>(slot)] = true;
  const std::vector<ProgramState> &plans = shared->program().states;
  for (std::size_t i = 0; i != plans.size(); ++i) {
    auto offset = static_cast<std::uint64_t>(stateBase(static_cast<std::int32_t>(i), slot) - states.data());
    states.wishHugePages(offset, slotBytes(plans[i], extent.capacity));
  }
}

MemoryUse CpuSession::planned() const {
  MemoryUse use = *plan(*shared, extent);
  use.weights = shared->plannedWeightBytes();
  return use;
}

MemoryUse CpuSession::measured() const {
  MemoryUse use = counted;
  use.weights = shared->measuredWeightBytes();
  return use;
}

char *CpuSession::stateBase(std::int32_t state, std::int64_t slot) const {
  const ProgramState &plan = shared->program().states[static_cast<std::size_t>(state)];
  return states.data() + stateOffsets[static_cast<std::size_t>(state)] +
         static_cast<std::uint64_t>(slot) * slotBytes(plan, extent.capacity);
}

void CpuSession::clearSlot(std::int64_t slot) {
  const std::vector<ProgramState> &plans = shared->program().states;
  for (std::size_t i = 0; i != plans.size(); ++i)
    if (plans[i].fixedBytes != 0)
      std::memset(stateBase(static_cast<std::int32_t>(i), slot), 0, plans[i].fixedBytes);
}
