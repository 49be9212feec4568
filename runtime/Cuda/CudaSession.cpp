//===- CudaSession.cpp - Memory and calls of one user on a GPU ------------===//

#include "runtime/Cuda/CudaSession.h"

#include "runtime/Executor/KernelProblems.h"
#include "runtime/Executor/SessionPlan.h"

#include <algorithm>
#include <cstring>

using namespace tern;

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

/// The driver takes memory in pages of this size; of each of our blocks, part of one may stay unused.
static constexpr std::uint64_t driverPageBytes = std::uint64_t(2) << 20, sessionBlocks = 3;

/// Tensors in pinned memory begin at multiples of a cache line.
static std::uint64_t aligned(std::uint64_t bytes) { return (bytes + 63) / 64 * 64; }

Result<std::unique_ptr<CudaSession>> CudaSession::create(std::shared_ptr<CudaModel> model, SessionSize size) {
  Result<MemoryUse> use = model->plan(size);
  if (!use)
    return use.problem();
  if (std::optional<Problem> lost = model->context()->lost())
    return *lost;
  std::uint64_t available = model->context()->availableMemory() + model->measuredWeightBytes();
  available -= std::min(available, sessionBlocks * driverPageBytes);
  if (use->total() > available)
    return sessionDoesNotFit(model->where(), size, "GPU memory", use->total(), available,
                             capacityWithin(*model, size.slots, available));
  std::unique_ptr<CudaSession> session(new CudaSession(std::move(model), size));
  if (Status status = session->allocate(); !status)
    return status.problem();
  if (Status status = session->clear(); !status)
    return status.problem();
  return session;
}

/// The most that a tensor takes in calls of its entry.
static std::uint64_t mostBytes(const Entry &entry, const Argument &argument, std::int64_t capacity) {
  std::uint64_t elements = 1;
  for (const Extent &extent : argument.shape) {
    std::int64_t size = extent.symbol < 0 ? extent.size : capacity;
    for (const SymbolRange &range : entry.ranges)
      if (range.symbol == extent.symbol)
        size = range.max;
    elements *= static_cast<std::uint64_t>(size);
  }
  return aligned(elements * storageFormatInfo(argument.format).blockBytes);
}

Status CudaSession::allocate() {
  const CudaModel &model = *shared;
  MemoryUse use = planned();
  if (Status status = stream.create(model.context(), model.where()); !status)
    return status;
  struct {
    GpuMemory &block;
    std::uint64_t bytes, &counter;
    const char *what;
  } wanted[] = {{arena, use.arena, counted.arena, ": arena"},
                {states, use.states, counted.states, ": states"},
                {problems, use.scratch, counted.scratch, ": problem words"}};
  for (auto &[block, bytes, counter, what] : wanted) {
    Result<GpuMemory> made = GpuMemory::allocate(model.context(), bytes, counter, model.where() + what);
    if (!made)
      return made.problem();
    block = std::move(*made);
  }
  addresses.arena = arena.address();
  addresses.problems = problems.address();
  StatePlan plan = *planStates(model.program(), extent, gpuAlignment);
  for (std::size_t i = 0; i != plan.offsets.size(); ++i) {
    addresses.states.push_back(states.address() + plan.offsets[i]);
    addresses.slotBytes.push_back(slotBytes(model.program().states[i], extent.capacity));
  }
  std::uint64_t outputs = 0;
  for (const Entry &entry : model.program().entries) {
    std::uint64_t in = 0, out = 0;
    for (const Argument &argument : entry.inputs)
      in += mostBytes(entry, argument, extent.capacity);
    for (const Argument &argument : entry.outputs)
      out += mostBytes(entry, argument, extent.capacity);
    outputsAt = std::max(outputsAt, in);
    outputs = std::max(outputs, out);
  }
  problemsAt = outputsAt + outputs;
  markAt = problemsAt + aligned(model.mostLaunches() * sizeof(std::int64_t));
  std::uint64_t greedyAt = markAt + aligned(sizeof(std::uint32_t));
  Result<PinnedMemory> pinned = PinnedMemory::allocate(model.context(), greedyAt + GreedyLoop::hostBytes(extent.slots),
                                                       model.where() + ": host memory");
  if (!pinned)
    return pinned.problem();
  host = std::move(*pinned);
  entries.resize(model.program().entries.size());
  return greedy.create(model, problems.address() + model.mostLaunches() * sizeof(std::int64_t), host.data() + greedyAt,
                       extent.slots);
}

/// Zeros everywhere: recurrent states begin so, and what kernels read beyond what was written is a number.
Status CudaSession::clear() {
  const std::shared_ptr<GpuContext> &context = shared->context();
  GpuContext::Scope scope(*context);
  for (const GpuMemory *block : {&arena, &states, &problems})
    if (block->size() != 0)
      if (cuda::Code code = (*context)->memset8(block->address(), 0, block->size(), stream.get());
          code != cuda::success)
        return context->problem(shared->where(), "the GPU's memory cannot be cleared", code);
  return Done{};
}

MemoryUse CudaSession::measured() const {
  MemoryUse use = counted;
  use.weights = shared->measuredWeightBytes();
  return use;
}

CudaSession::~CudaSession() {
  if (!stream.get())
    return;
  GpuContext::Scope scope(*shared->context());
  (*shared->context())->streamSynchronize(stream.get()); // before the memory goes
}

void CudaSession::clearSlot(std::int64_t slot) {
  GpuContext::Scope scope(*shared->context());
  const std::vector<ProgramState> &plans = shared->program().states;
  for (std::size_t i = 0; i != plans.size() && pending == cuda::success; ++i)
    if (plans[i].fixedBytes != 0)
      pending = (*shared->context())
                    ->memset8(addresses.states[i] + static_cast<std::uint64_t>(slot) * addresses.slotBytes[i], 0,
                              plans[i].fixedBytes, stream.get());
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

/// Binds on first use: most sessions use two entries.
CudaSession::BoundEntry &CudaSession::bind(std::int32_t index) {
  std::unique_ptr<BoundEntry> &bound = entries[static_cast<std::size_t>(index)];
  if (!bound)
    bound = std::make_unique<BoundEntry>(*shared, index, addresses);
  return *bound;
}

Result<CudaSession::BoundEntry *> CudaSession::ready(const EntryCall &call) {
  GpuContext &context = *shared->context();
  if (std::optional<Problem> lost = context.lost())
    return Problem{shared->where(),
                   "the GPU computes nothing more for this process since a kernel failed: " + lost->where + ": " +
                       lost->what,
                   lost->remedy};
  if (Status status = sizes.set(*shared, extent, call); !status)
    return status.problem();
  if (cuda::Code code = std::exchange(pending, cuda::success); code != cuda::success)
    return context.problem(shared->where(), "the GPU's memory cannot be cleared", code);
  BoundEntry &bound = bind(call.entry);
  if (Status status = bound.launches.prepare(call.firstSlot, sizes.dims()); !status)
    return status.problem();
  takeInputs(call, bound.launches.entry());
  lastEntry = call.entry;
  return &bound;
}

Result<bool> CudaSession::run(const EntryCall &call) {
  Result<BoundEntry *> bound = ready(call);
  if (!bound)
    return bound.problem();
  GpuContext::Scope scope(*shared->context());
  return execute(**bound, call);
}

void CudaSession::takeInputs(const EntryCall &call, const Entry &entry) {
  char *target = host.data();
  for (std::size_t i = 0; i != entry.inputs.size(); ++i) {
    std::uint64_t bytes = sizes.bytesOf(entry.inputs[i]);
    std::memcpy(target, call.inputs[i].data, bytes);
    target += aligned(bytes);
  }
}

/// Starts the call, waits for its end and looks at what came of it.
Result<bool> CudaSession::execute(BoundEntry &bound, const EntryCall &call) {
  const cuda::Functions &driver = shared->context()->driver().functions();
  bool marked = !bound.hasRun; // Until a call came to its end, each launch leaves a mark.
  Queued queued = start(bound, call, marked);
  cuda::Code code = driver.streamSynchronize(stream.get()); // also after a failure: what was queued still runs
  if (code != cuda::success) // A fault stops the queueing, too, at whatever launch has its turn by then.
    return faultProblem(bound.launches, marked, code);
  if (queued.code != cuda::success || queued.cancelled)
    clearProblems();
  if (queued.code != cuda::success)
    return queueProblem(bound.launches, queued);
  if (queued.cancelled)
    return false;
  bound.hasRun = true;
  if (Status status = checkProblems(bound.launches.entry()); !status)
    return status.problem();
  return true;
}

CudaSession::Queued CudaSession::start(BoundEntry &bound, const EntryCall &call, bool marked) {
  const cuda::Functions &driver = shared->context()->driver().functions();
  CapturedCalls::Key key = sizes.dims();
  key.push_back(call.firstSlot);
  bool repeated = bound.captured.isRepeated(key);
  if (call.cancel && call.cancel->load(std::memory_order_relaxed))
    return {cuda::success, 0, true};
  cuda::GraphExec graph = bound.captured.find(key);
  if (!graph && !repeated)
    return queue(bound.launches, call.cancel, marked);
  Queued queued;
  queued.launch = bound.launches.size();
  if (!graph) {
    queued.code = bound.captured.capture(key, stream.get(), [&] {
      queued = queue(bound.launches, nullptr, false);
      return queued.code;
    });
    graph = bound.captured.find(key);
  }
  if (queued.code == cuda::success)
    queued.code = driver.graphLaunch(graph, stream.get());
  return queued;
}

CudaSession::Queued CudaSession::queue(LaunchSequence &launches, const std::atomic<bool> *cancel, bool marked) {
  Queued queued{queueInputs(launches.entry()), launches.size(), false};
  if (queued.code == cuda::success)
    queued = queueLaunches(launches, cancel, marked);
  if (queued.code == cuda::success && !queued.cancelled)
    queued.code = queueResults(launches);
  return queued;
}

CudaSession::Queued CudaSession::queueLaunches(LaunchSequence &launches, const std::atomic<bool> *cancel, bool marked) {
  const cuda::Functions &driver = shared->context()->driver().functions();
  auto mark = reinterpret_cast<cuda::Address>(host.data() + markAt);
  std::memset(host.data() + markAt, 0, sizeof(std::uint32_t));
  Queued queued{cuda::success, launches.size(), false};
  for (std::size_t i = 0; i != launches.size() && queued.code == cuda::success; ++i) {
    if (cancel && cancel->load(std::memory_order_relaxed)) {
      queued.cancelled = true;
      return queued;
    }
    if (launches.blocks(i) == 0)
      continue;
    queued.code = launches.launch(i, stream.get(), /*alone=*/marked);
    if (queued.code == cuda::success && marked)
      queued.code = driver.streamWriteValue32(stream.get(), mark, static_cast<std::uint32_t>(i + 1), 0);
    if (queued.code != cuda::success)
      queued.launch = i;
  }
  return queued;
}

cuda::Code CudaSession::queueInputs(const Entry &entry) {
  const cuda::Functions &driver = shared->context()->driver().functions();
  const char *source = host.data();
  cuda::Code code = cuda::success;
  for (std::size_t i = 0; i != entry.inputs.size() && code == cuda::success; ++i) {
    std::uint64_t bytes = sizes.bytesOf(entry.inputs[i]);
    if (bytes != 0)
      code = driver.memcpyToDevice(arena.address() + entry.inputs[i].offset, source, bytes, stream.get());
    source += aligned(bytes);
  }
  return code;
}

cuda::Code CudaSession::queueResults(const LaunchSequence &launches) {
  const cuda::Functions &driver = shared->context()->driver().functions();
  char *target = host.data() + outputsAt;
  cuda::Code code = cuda::success;
  for (const Argument &output : launches.entry().outputs) {
    std::uint64_t bytes = sizes.bytesOf(output);
    if (bytes != 0 && code == cuda::success)
      code = driver.memcpyToHost(target, arena.address() + output.offset, bytes, stream.get());
    target += aligned(bytes);
  }
  if (launches.size() != 0 && code == cuda::success)
    code = driver.memcpyToHost(host.data() + problemsAt, problems.address(), launches.size() * sizeof(std::int64_t),
                               stream.get());
  return code;
}

TensorView CudaSession::output(std::size_t index) const {
  const std::vector<Argument> &outputs = shared->program().entries[static_cast<std::size_t>(lastEntry)].outputs;
  const char *data = host.data() + outputsAt;
  for (std::size_t i = 0; i != index; ++i)
    data += aligned(sizes.bytesOf(outputs[i]));
  return {data, sizes.shapeOf(outputs[index])};
}

//===----------------------------------------------------------------------===//
// Greedy steps
//===----------------------------------------------------------------------===//

/// A graph of the launches of a step and of what makes the next step's inputs.
cuda::GraphExec CudaSession::greedyStep(BoundEntry &bound, const EntryCall &call, Queued &queued) {
  CapturedCalls::Key key = sizes.dims();
  key.insert(key.end(), {call.firstSlot, -1}); // longer than those of calls
  if (cuda::GraphExec graph = bound.captured.find(key))
    return graph;
  const Entry &entry = bound.launches.entry();
  auto addressOf = [&](const Argument &argument) { return arena.address() + argument.offset; };
  GreedyLoop::Tensors tensors;
  tensors.tokens = addressOf(entry.inputs[0]);
  tensors.positions = addressOf(entry.inputs[1]);
  tensors.outputs = addressOf(entry.inputs[2]);
  tensors.logits = addressOf(entry.outputs[0]);
  tensors.problems = problems.address();
  tensors.vocabulary = sizes.shapeOf(entry.outputs[0]).back();
  tensors.rows = static_cast<std::int32_t>(call.slots);
  tensors.launches = static_cast<std::int32_t>(entry.launches.size());
  queued.code = bound.captured.capture(key, stream.get(), [&] {
    queued = queueLaunches(bound.launches, nullptr, false);
    if (queued.code == cuda::success)
      queued.code = greedy.queueNext(tensors, stream.get());
    return queued.code;
  });
  return bound.captured.find(key);
}

/// Starts steps and takes their tokens; the number of those taken.
std::int64_t CudaSession::takeSteps(cuda::GraphExec graph, const EntryCall &call, const GreedySteps &steps,
                                    cuda::Code &code) {
  const cuda::Functions &driver = shared->context()->driver().functions();
  const auto *positions = static_cast<const std::int32_t *>(call.inputs[1].data);
  std::int64_t started = 0, taken = 0;
  for (bool goesOn = true; goesOn && taken != steps.count;) {
    for (; code == cuda::success && started != std::min(steps.count, taken + GreedyLoop::ahead); ++started) {
      code = driver.graphLaunch(graph, stream.get());
      if (code == cuda::success)
        code = greedy.mark(started, stream.get());
    }
    if (code == cuda::success)
      code = greedy.wait(taken);
    if (code != cuda::success || (call.cancel && call.cancel->load(std::memory_order_relaxed)))
      return taken;
    const std::int32_t *tokens = greedy.tokens(taken, call.slots);
    for (std::int64_t row = 0; row != call.slots; ++row)
      if (positions[row] >= 0 && tokens[row] < 0)
        return taken;
    ++taken;
    goesOn = steps.take(tokens);
  }
  return taken;
}

Result<std::int64_t> CudaSession::decodeGreedily(const EntryCall &call, const GreedySteps &steps) {
  Result<BoundEntry *> ready = this->ready(call);
  if (!ready)
    return ready.problem();
  BoundEntry &bound = **ready;
  if (!bound.hasRun) // its first call finds out which kernel fails, if one does
    return 0;
  const cuda::Functions &driver = shared->context()->driver().functions();
  GpuContext::Scope scope(*shared->context());
  Queued queued;
  cuda::GraphExec graph = greedyStep(bound, call, queued);
  if (queued.code == cuda::success)
    queued.code = queueInputs(bound.launches.entry());
  if (queued.code == cuda::success)
    queued.code = greedy.begin(static_cast<const std::int32_t *>(call.inputs[1].data), call.slots, stream.get());
  std::int64_t taken = queued.code == cuda::success ? takeSteps(graph, call, steps, queued.code) : 0;
  if (queued.code == cuda::success)
    queued.code = queueResults(bound.launches);
  if (cuda::Code code = driver.streamSynchronize(stream.get()); code != cuda::success)
    return faultProblem(bound.launches, /*marked=*/false, code);
  if (queued.code != cuda::success)
    return queueProblem(bound.launches, queued);
  if (Status status = checkProblems(bound.launches.entry()); !status)
    return status.problem();
  return taken;
}

//===----------------------------------------------------------------------===//
// Problems
//===----------------------------------------------------------------------===//

Problem CudaSession::queueProblem(const LaunchSequence &launches, const Queued &queued) {
  const Entry &entry = launches.entry();
  if (queued.launch < launches.size())
    return shared->context()->problem(placeOf(*shared, entry, entry.launches[queued.launch]), "cannot start",
                                      queued.code);
  return shared->context()->problem(placeOf(*shared, entry), "the call cannot start", queued.code);
}

/// The device stopped at some launch: the one after the last mark, if there are marks.
Problem CudaSession::faultProblem(const LaunchSequence &launches, bool marked, cuda::Code code) {
  const Entry &entry = launches.entry();
  std::uint32_t ended = 0;
  std::memcpy(&ended, host.data() + markAt, sizeof(ended));
  for (std::size_t i = ended; marked && i < launches.size(); ++i)
    if (launches.blocks(i) != 0)
      return shared->context()->problem(placeOf(*shared, entry, entry.launches[i]), "the kernel failed", code);
  return shared->context()->problem(placeOf(*shared, entry),
                                    "one of its " + std::to_string(launches.size()) + " kernels failed", code);
}

/// For the next call.
void CudaSession::clearProblems() {
  if (problems.size() != 0)
    pending = (*shared->context())->memset8(problems.address(), 0, problems.size(), stream.get());
}

/// What the kernels of the call reported.
Status CudaSession::checkProblems(const Entry &entry) {
  const char *words = host.data() + problemsAt;
  for (std::size_t i = 0; i != entry.launches.size(); ++i) {
    std::int64_t code = TERN_KERNEL_OK;
    std::memcpy(&code, words + i * sizeof(code), sizeof(code));
    if (code == TERN_KERNEL_OK)
      continue;
    clearProblems();
    return kernelProblem(*shared, entry, entry.launches[i], code);
  }
  return Done{};
}
