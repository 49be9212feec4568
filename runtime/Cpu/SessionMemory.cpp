//===- SessionMemory.cpp - What a session takes, and taking it ------------===//

#include "runtime/Cpu/CpuSession.h"
#include "runtime/Cpu/Machine.h"
#include "runtime/Executor/SessionPlan.h"

#include <cstring>

using namespace tern;

/// States and scratch of different owners never share a cache line, nor the pair that is fetched with it.
static constexpr std::uint64_t separation = 128;

static std::uint64_t separated(std::uint64_t bytes) { return (bytes + separation - 1) / separation * separation; }

Result<MemoryUse> CpuSession::plan(const CpuModel &model, SessionSize size) {
  Result<StatePlan> states = planStates(model.program(), size, separation);
  if (!states)
    return states.problem();
  MemoryUse use;
  use.arena = model.program().arenaBytes;
  use.states = states->bytes;
  use.scratch = separated(model.program().scratchBytes) * model.workerCount();
  return use;
}

/// Weights that were loaded take part of what is available no more.
static Problem tooLittleMemory(const CpuModel &model, SessionSize size, std::uint64_t needed, std::uint64_t available) {
  std::uint64_t loaded = model.plannedWeightBytes() - model.embeddedWeightBytes();
  return sessionDoesNotFit(model.where(), size, "memory", needed, available,
                           capacityWithin(model, size.slots, available + loaded));
}

/// All weights are mapped already, so they count on both sides.
static Problem tooFewAddresses(const CpuModel &model, SessionSize size, std::uint64_t needed, std::uint64_t available) {
  std::uint64_t weights = model.plannedWeightBytes();
  return sessionDoesNotFit(model.where(), size, "address space (ulimit -v)", needed + weights,
                           available + weights, capacityWithin(model, size.slots, available + weights));
}

Result<std::unique_ptr<CpuSession>> CpuSession::create(std::shared_ptr<CpuModel> model, SessionSize size) {
  Result<MemoryUse> use = plan(*model, size);
  if (!use)
    return use.problem();
  std::uint64_t needed = use->total() + model->embeddedWeightBytes();
  if (std::optional<std::uint64_t> available = availableMemory(); available && needed > *available)
    return tooLittleMemory(*model, size, needed, *available);
  if (std::optional<std::uint64_t> available = availableAddresses(); available && use->total() > *available)
    return tooFewAddresses(*model, size, use->total(), *available);
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
  stateOffsets = planStates(shared->program(), extent, separation)->offsets;
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
