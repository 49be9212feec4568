//===- Executor.h - What computes, behind one interface -----------*- C++ -*-===//
//
// The seam between "which step comes next" (Decoder, Generator, C API) and what computes it: the cores of this machine
// (runtime/Cpu) or another device. A backend is three classes and one line in runtime/Run/Backends.cpp:
//
//   Backend          can it execute this variant of an artifact? which devices are there? load it
//   ExecutorModel    program, code and weights, shared by sessions and never written by them
//   ExecutorSession  arena and states of one user; runs entries of the program on them
//
// Sequences, chunks of prompts and batches of slots are Decoder's, which knows this interface alone: a session only
// runs the entry that it is told to, on the slots that it is told.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_EXECUTOR_EXECUTOR_H
#define TERN_RUNTIME_EXECUTOR_EXECUTOR_H

#include "runtime/Artifact/ArtifactReader.h"
#include "runtime/Executor/MemoryUse.h"

#include <atomic>
#include <functional>
#include <memory>

namespace tern {

/// Slots, and positions that the caches of each hold: a multiple of 64.
struct SessionSize {
  std::int64_t slots = 1, capacity = 64;
};

/// A tensor handed to or from a call, row-major, in memory that the host reads.
struct TensorView {
  const void *data = nullptr;
  std::vector<std::int64_t> shape;
};

struct EntryCall {
  std::int32_t entry = 0;
  std::vector<TensorView> inputs; ///< As Entry::inputs.
  /// Sizes of symbols that no input has, by index.
  std::vector<std::pair<std::int32_t, std::int64_t>> sizes;
  std::int64_t firstSlot = 0, slots = 1;     ///< Those that the call works on.
  const std::atomic<bool> *cancel = nullptr; ///< May be null; looked at between launches.
};

/// Steps of an entry that decodes, one after another without the host: the token of each row is the one with the
/// largest logit of the step before, the first of equals, and stands at the next position.
struct GreedySteps {
  std::int64_t count = 0; ///< At most this many.
  /// Told the tokens that a step gave, one for each row, empty rows too; answers whether to go on.
  std::function<bool(const std::int32_t *tokens)> take;
};

class ExecutorModel;

/// Not for use from several threads at once; any number of sessions share a model.
class ExecutorSession {
public:
  virtual ~ExecutorSession() = default;

  virtual ExecutorModel &model() const = 0;
  virtual SessionSize size() const = 0;

  /// Weights included.
  virtual MemoryUse planned() const = 0;
  virtual MemoryUse measured() const = 0;

  /// Runs an entry to its end; false if it was cancelled. Problems: inputs of other sizes than the entry is for, and
  /// what kernels report, with the layer. After either, states hold parts of the call.
  virtual Result<bool> run(const EntryCall &call) = 0;

  /// Runs the steps that begin with `call`, whose inputs are tokens, positions and outputs as DecoderEntries has them,
  /// and gives the number of those that were taken; caches may hold a few positions more. 0 where a device cannot,
  /// and fewer than asked for where a step is to be run by itself: it was cancelled, or no logit is the largest.
  /// Problems: as run().
  virtual Result<std::int64_t> decodeGreedily(const EntryCall & /*call*/, const GreedySteps & /*steps*/) { return 0; }

  /// Output `index` of the call that ran last, with the shape that it had there; holds until the next call.
  virtual TensorView output(std::size_t index) const = 0;

  /// Says that a slot is going to hold `positions`; what comes of it is speed alone.
  virtual void expectPositions(std::int64_t slot, std::int64_t positions) = 0;

  /// Makes a slot's recurrent states zero, which is how a sequence begins. Caches need nothing.
  virtual void clearSlot(std::int64_t slot) = 0;
};

/// What sessions share. Const members may be called from several threads; steps of several sessions may take turns.
class ExecutorModel : public std::enable_shared_from_this<ExecutorModel> {
public:
  virtual ~ExecutorModel() = default;

  virtual const Program &program() const = 0;
  /// Names the artifact in problems.
  virtual const std::string &where() const = 0;
  /// Threads of the host that compute.
  virtual unsigned workerCount() const = 0;
  /// A call may be said to reach further than it does, up to the next multiple of this: a device that repeats calls
  /// does so only for equal sizes. 1 if that gains nothing.
  virtual std::int64_t reachStep() const { return 1; }

  /// What a session of that size takes, the model's weights included. Problems: a size out of range.
  virtual Result<MemoryUse> plan(SessionSize size) const = 0;
  /// Problems: as plan, and a plan that the device has no memory for; it names the capacity that would fit.
  virtual Result<std::unique_ptr<ExecutorSession>> newSession(SessionSize size) = 0;
};

/// Something that can compute.
struct Device {
  std::string backend;           ///< "cpu".
  std::string name;              ///< As people call it: "x86_64, 8 cores".
  std::string target;            ///< What code for it may ask for: features or an architecture, "avx2 f16c ...".
  std::uint64_t memoryBytes = 0; ///< That can be taken now; 0 if the system does not say.
};

class Backend {
public:
  virtual ~Backend() = default;

  /// As users write it: "cpu".
  virtual const char *name() const = 0;

  /// Those that are there now, the one that is used first.
  virtual std::vector<Device> devices() const = 0;

  /// Whether variants of this kind are the backend's at all: those for CPUs, those for GPUs.
  virtual bool isFor(const ArtifactVariant &variant) const = 0;

  /// Empty if the backend can execute the variant here, else what is in the way: "needs avx512vnni".
  virtual std::string lackOf(const ArtifactReader &artifact, const ArtifactVariant &variant) const = 0;

  /// Makes a variant that lacks nothing ready to run. `threads`: of the host, 0 for one a core. The model keeps the
  /// artifact open as long as it needs it.
  virtual Result<std::shared_ptr<ExecutorModel>> load(std::shared_ptr<const ArtifactReader> artifact,
                                                      const ArtifactVariant &variant, unsigned threads) const = 0;
};

} // namespace tern

#endif // TERN_RUNTIME_EXECUTOR_EXECUTOR_H
