//===- CallSizes.h - The sizes of one call ------------------------*- C++ -*-===//
//
// What every backend does with a call before it computes: the shapes of the inputs give symbols their sizes (tokens[B,
// T] of 1 x 37 sets T to 37), the sizes must be those that the entry was compiled for, and with them launches have
// their tasks and outputs their shapes.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_EXECUTOR_CALLSIZES_H
#define TERN_RUNTIME_EXECUTOR_CALLSIZES_H

#include "runtime/Executor/Executor.h"

namespace tern {

/// The size of each symbol of a program.
class CallSizes {
public:
  /// Takes the sizes of `call` in a session of that size. Problems: an entry or slots that are not there, inputs of
  /// other shapes than the entry is for, sizes outside its ranges.
  Status set(const ExecutorModel &model, SessionSize session, const EntryCall &call);

  /// By symbol; empty before the first call.
  const std::vector<std::int64_t> &dims() const { return sizes; }

  std::vector<std::int64_t> shapeOf(const Argument &argument) const;
  std::uint64_t bytesOf(const Argument &argument) const;

private:
  void take(const Argument &argument, const TensorView &input);
  Status checkShape(const ExecutorModel &model, const Entry &entry, const Argument &argument,
                    const TensorView &input) const;
  Status checkRanges(const ExecutorModel &model, const Entry &entry) const;

  std::vector<std::int64_t> sizes; ///< While a call is read, 0 is not set.
};

/// Tasks of `segment` for symbol sizes `dims`; at most 2^62.
std::int64_t countTasks(const TaskSegment &segment, const std::int64_t *dims);

/// Where an entry or a launch of it stands in its model: artifact, entry, layer and kernel.
std::string placeOf(const ExecutorModel &model, const Entry &entry);
std::string placeOf(const ExecutorModel &model, const Entry &entry, const Launch &launch);

/// What a kernel reported, a code of KernelProblems.h that is not TERN_KERNEL_OK.
Problem kernelProblem(const ExecutorModel &model, const Entry &entry, const Launch &launch, std::int64_t code);

} // namespace tern

#endif // TERN_RUNTIME_EXECUTOR_CALLSIZES_H
