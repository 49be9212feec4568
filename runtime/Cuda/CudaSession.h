//===- CudaSession.h - Memory and calls of one user on a GPU -------*- C++ -*-===//
//
// A session owns what a model writes: arena, states and a word for each launch to report a problem in, one allocation
// each, made with the session and exactly as planned. Inputs and outputs pass through pinned host memory:
//
//   inputs -> pinned -> arena      launches, one after another      arena -> pinned: outputs, problems
//
// all of it queued on the session's stream, or started at once as a captured graph (CapturedCalls.h). The first call of
// an entry also leaves a mark after each launch, so that a kernel that faults is known by name; marks keep launches
// apart, so later calls do without them.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_CUDASESSION_H
#define TERN_RUNTIME_CUDA_CUDASESSION_H

#include "runtime/Cuda/CapturedCalls.h"
#include "runtime/Cuda/GreedyLoop.h"
#include "runtime/Cuda/LaunchSequence.h"
#include "runtime/Executor/CallSizes.h"

namespace tern {

/// Not for use from several threads at once; any number of sessions share a model.
class CudaSession final : public ExecutorSession {
public:
  /// Problems: as CudaModel::plan, and a plan that the device has no memory for; it names the capacity that would fit.
  static Result<std::unique_ptr<CudaSession>> create(std::shared_ptr<CudaModel> model, SessionSize size);
  CudaSession(const CudaSession &) = delete;
  CudaSession &operator=(const CudaSession &) = delete;
  ~CudaSession() override;

  CudaModel &model() const override { return *shared; }
  SessionSize size() const override { return extent; }
  MemoryUse planned() const override { return *shared->plan(extent); }
  MemoryUse measured() const override;
  Result<bool> run(const EntryCall &call) override;
  Result<std::int64_t> decodeGreedily(const EntryCall &call, const GreedySteps &steps) override;
  TensorView output(std::size_t index) const override;
  void expectPositions(std::int64_t, std::int64_t) override {} // memory of a GPU is there from the start
  void clearSlot(std::int64_t slot) override;

private:
  /// An entry that has been called.
  struct BoundEntry {
    BoundEntry(const CudaModel &model, std::int32_t index, SessionAddresses addresses)
        : launches(model, index, std::move(addresses)), captured(model.context()) {}
    LaunchSequence launches;
    CapturedCalls captured;
    bool hasRun = false;
  };
  /// What became of queueing a call.
  struct Queued {
    cuda::Code code = cuda::success;
    std::size_t launch = 0; ///< That was not taken; their number if it was not a launch.
    bool cancelled = false;
  };

  CudaSession(std::shared_ptr<CudaModel> model, SessionSize size) : shared(std::move(model)), extent(size) {}
  Status allocate();
  Status clear();
  BoundEntry &bind(std::int32_t index);
  Result<BoundEntry *> ready(const EntryCall &call);
  void takeInputs(const EntryCall &call, const Entry &entry);
  Result<bool> execute(BoundEntry &bound, const EntryCall &call);
  Queued start(BoundEntry &bound, const EntryCall &call, bool marked);
  Queued queue(LaunchSequence &launches, const std::atomic<bool> *cancel, bool marked);
  Queued queueLaunches(LaunchSequence &launches, const std::atomic<bool> *cancel, bool marked);
  cuda::GraphExec greedyStep(BoundEntry &bound, const EntryCall &call, Queued &queued);
  std::int64_t takeSteps(cuda::GraphExec graph, const EntryCall &call, const GreedySteps &steps, cuda::Code &code);
  cuda::Code queueInputs(const Entry &entry);
  cuda::Code queueResults(const LaunchSequence &launches);
  Problem queueProblem(const LaunchSequence &launches, const Queued &queued);
  Problem faultProblem(const LaunchSequence &launches, bool marked, cuda::Code code);
  Status checkProblems(const Entry &entry);
  void clearProblems();

  std::shared_ptr<CudaModel> shared;
  SessionSize extent;
  MemoryUse counted; ///< Counts the blocks, so it must outlive them.
  GpuStream stream;
  GpuMemory arena, states, problems;
  PinnedMemory host;
  GreedyLoop greedy;
  SessionAddresses addresses;
  std::vector<std::unique_ptr<BoundEntry>> entries;
  CallSizes sizes; ///< Of the call that ran last.
  std::int32_t lastEntry = 0;
  cuda::Code pending = cuda::success; ///< Of clearing memory, for the next call to say.

  // Places in `host`; inputs and outputs of each entry begin at their offsets, each aligned.
  std::uint64_t outputsAt = 0, problemsAt = 0, markAt = 0;
};

} // namespace tern

#endif // TERN_RUNTIME_CUDA_CUDASESSION_H
