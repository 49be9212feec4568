//===- CpuSession.h - Memory and calls of one user of a model -----*- C++ -*-===//
//
// A session owns what a model writes: arena, scratch, and the states of its slots (sequences), all of it taken when the
// session is made and exactly as the program plans. A call runs one entry:
//
//   inputs -> arena     sizes of their shapes become symbols: tokens[B, T] of 1 x 37 sets T to 37
//   launches            on all workers of the model
//   arena -> outputs    views that hold until the next call
//
// Kernels find slot s of a state at its base + s * slotBytes; `firstSlot` moves the base, so that an entry for one
// sequence serves any slot.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CPU_CPUSESSION_H
#define TERN_RUNTIME_CPU_CPUSESSION_H

#include "runtime/Cpu/CpuModel.h"
#include "runtime/Executor/CallSizes.h"

#include <optional>

namespace tern {

/// Not for use from several threads at once; any number of sessions share a model.
class CpuSession final : public ExecutorSession {
public:
  /// What a session of that size takes, without the model's weights. Problems: a size out of range.
  static Result<MemoryUse> plan(const CpuModel &model, SessionSize size);

  /// Problems: as plan, and a plan that the machine has no memory for; it names the capacity that would fit.
  static Result<std::unique_ptr<CpuSession>> create(std::shared_ptr<CpuModel> model, SessionSize size);

  CpuSession(const CpuSession &) = delete;
  CpuSession &operator=(const CpuSession &) = delete;

  CpuModel &model() const override { return *shared; }
  SessionSize size() const override { return extent; }

  MemoryUse planned() const override;
  MemoryUse measured() const override;
  Result<bool> run(const EntryCall &call) override;
  TensorView output(std::size_t index) const override;
  /// Once `positions` is half of a slot's capacity, its states may take huge pages; before, they would take memory for
  /// positions that are never used.
  void expectPositions(std::int64_t slot, std::int64_t positions) override;
  void clearSlot(std::int64_t slot) override;

private:
  /// An entry with its operands as pointers.
  struct BoundEntry {
    struct StateUse {
      std::size_t operand;
      std::int32_t state;
      std::uint64_t offset;
    };
    std::vector<void *> operands;
    std::vector<StateUse> stateUses;
    std::int64_t firstSlot = 0; ///< That `operands` are for.
    std::optional<LaunchList> list;
  };

  CpuSession(std::shared_ptr<CpuModel> model, SessionSize size) : shared(std::move(model)), extent(size) {}
  Status allocate();
  BoundEntry &bind(std::int32_t index);
  void moveTo(BoundEntry &bound, std::int64_t firstSlot);
  char *stateBase(std::int32_t state, std::int64_t slot) const;

  std::shared_ptr<CpuModel> shared;
  SessionSize extent;
  MemoryUse counted; ///< Counts the blocks, so it must outlive them.
  MemoryBlock arena, states, scratch;
  std::vector<std::uint64_t> stateOffsets; ///< Of each state in `states`.
  std::vector<bool> hasHugePages;          ///< Of each slot: expectPositions has seen to it.
  std::vector<std::unique_ptr<BoundEntry>> entries;
  CallSizes sizes; ///< Of the call that ran last.
  std::int32_t lastEntry = 0;
};

} // namespace tern

#endif // TERN_RUNTIME_CPU_CPUSESSION_H
