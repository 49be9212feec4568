//===- EmulatedSession.h - A program for a GPU, run on this machine -*- C++ -*-===//
//
// The plainest executor of a GPU's program: launches one after another, each a grid of emulated blocks
// (runtime/Cuda/Emulation) in an order that a seed chooses, with a new seed for every launch.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TEST_UNIT_PIPELINES_EMULATEDSESSION_H
#define TERN_TEST_UNIT_PIPELINES_EMULATEDSESSION_H

#include "runtime/Cpu/CpuModel.h"
#include "runtime/Cuda/Emulation/EmulatedKernels.h"
#include "runtime/Executor/Executor.h"

namespace tern::testing {

class EmulatedSession {
public:
  /// `kernels` must outlive the session and have `tern_<name>` for each kernel of `program`.
  static Result<std::unique_ptr<EmulatedSession>> create(Program program, const EmulatedKernels &kernels,
                                                         SessionSize size, std::uint64_t seed);

  /// As ExecutorSession's.
  Result<bool> run(const EntryCall &call);
  TensorView output(std::size_t index) const;

private:
  EmulatedSession(std::shared_ptr<CpuModel> weights, const EmulatedKernels &kernels, SessionSize size,
                  std::uint64_t seed);

  const Program &program() const { return weights->program(); }
  Status launch(const Launch &launch, std::int64_t firstSlot);
  void *pointerTo(const Place &place, std::int64_t firstSlot);
  std::uint64_t slotBytes(const ProgramState &state) const;

  std::shared_ptr<CpuModel> weights; ///< Of a program without code.
  const EmulatedKernels &kernels;
  SessionSize size;
  std::uint64_t seed;
  std::vector<std::uint8_t> arena;
  std::vector<std::vector<std::uint8_t>> states;
  std::vector<std::int64_t> dims;
  std::int32_t lastEntry = 0;
};

} // namespace tern::testing

#endif // TERN_TEST_UNIT_PIPELINES_EMULATEDSESSION_H
