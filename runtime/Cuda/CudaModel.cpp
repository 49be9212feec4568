//===- CudaModel.cpp - A program that is ready to run on a GPU ------------===//

#include "runtime/Cuda/CudaModel.h"

#include "runtime/Cuda/CudaSession.h"
#include "runtime/Cuda/GreedyLoop.h"
#include "runtime/Cuda/WeightUpload.h"
#include "runtime/Executor/SessionPlan.h"
#include "runtime/Packing/WeightFiles.h"
#include "runtime/Packing/WeightPacker.h"

#include <algorithm>

using namespace tern;

static std::uint64_t aligned(std::uint64_t bytes) { return (bytes + gpuAlignment - 1) / gpuAlignment * gpuAlignment; }

Result<std::shared_ptr<CudaModel>> CudaModel::create(Parts parts, unsigned threads) {
  std::shared_ptr<CudaModel> model(new CudaModel(std::move(parts)));
  if (Status status = model->check(); !status)
    return status.problem();
  if (Status status = model->placeWeights(threads); !status)
    return status.problem();
  model->parts.weights = {};
  return model;
}

/// What readProgram cannot know: that the program is one for a GPU, and the section its own.
Status CudaModel::check() const {
  const Program &program = parts.program;
  if (program.shapes.size() != program.kernels.size() || program.scratchBytes != 0)
    return Problem{parts.where, "a program for a GPU must have a shape for each kernel and no scratch memory",
                   "compile the model again"};
  if (parts.weights.size() < program.weightBytes)
    return Problem{parts.where,
                   "the weight section must have " + std::to_string(program.weightBytes) + " bytes, but has " +
                       std::to_string(parts.weights.size()),
                   ""};
  return Done{};
}

std::uint64_t CudaModel::plannedWeightBytes() const {
  std::uint64_t bytes = 0;
  for (const ProgramWeight &weight : parts.program.weights)
    bytes += aligned(weight.bytes);
  return bytes;
}

std::size_t CudaModel::mostLaunches() const {
  std::size_t most = 0;
  for (const Entry &entry : parts.program.entries)
    most = std::max(most, entry.launches.size());
  return most;
}

Status CudaModel::placeWeights(unsigned threads) {
  std::uint64_t planned = plannedWeightBytes(), available = parts.context->availableMemory();
  if (planned > available)
    return Problem{parts.where,
                   "the weights take " + readableBytes(planned) + " of GPU memory, but only " +
                       readableBytes(available) + " of " + readableBytes(parts.context->device().memoryBytes) +
                       " are available",
                   "nvidia-smi shows who else uses the GPU"};
  Result<GpuMemory> block = GpuMemory::allocate(parts.context, planned, weightBytes, parts.where + ": weights");
  if (!block)
    return block.problem();
  weights = std::move(*block);
  std::uint64_t offset = 0;
  for (const ProgramWeight &weight : parts.program.weights) {
    addresses.push_back(weights.address() + offset);
    offset += aligned(weight.bytes);
  }
  return uploadWeights(threads);
}

Status CudaModel::uploadWeights(unsigned threads) {
  Result<std::vector<MappedFile>> files = openWeightFiles(parts.program);
  if (!files)
    return files.problem();
  const std::vector<ProgramWeight> &list = parts.program.weights;
  auto isEmbedded = [](const ProgramWeight &weight) { return weight.source == ProgramWeight::Source::Embedded; };
  ThreadPool pool(std::all_of(list.begin(), list.end(), isEmbedded) ? 1 : threads);
  WeightUpload upload(parts.context, parts.where + ": weights");
  if (Status status = upload.begin(weights.size()); !status)
    return status;
  for (std::size_t i = 0; i != list.size(); ++i) {
    cuda::Address target = addresses[i];
    auto write = [&](std::string_view bytes) -> Status {
      if (Status status = upload.write(target, bytes); !status)
        return status;
      target += bytes.size();
      return Done{};
    };
    std::string_view file;
    if (list[i].source == ProgramWeight::Source::Stored)
      file = (*files)[static_cast<std::size_t>(list[i].file)].text();
    Status status = isEmbedded(list[i]) ? write(parts.weights.substr(list[i].offset, list[i].bytes))
                                        : streamWeight({&list[i], file, nullptr}, pool, write);
    if (!status)
      return status;
  }
  return upload.finish();
}

Result<MemoryUse> CudaModel::plan(SessionSize size) const {
  Result<StatePlan> states = planStates(parts.program, size, gpuAlignment);
  if (!states)
    return states.problem();
  MemoryUse use;
  use.weights = plannedWeightBytes();
  use.arena = parts.program.arenaBytes;
  use.states = states->bytes;
  use.scratch = mostLaunches() * sizeof(std::int64_t) + GreedyLoop::deviceBytes(size.slots);
  return use;
}

Result<std::unique_ptr<ExecutorSession>> CudaModel::newSession(SessionSize size) {
  Result<std::unique_ptr<CudaSession>> session =
      CudaSession::create(std::static_pointer_cast<CudaModel>(shared_from_this()), size);
  if (!session)
    return session.problem();
  return std::unique_ptr<ExecutorSession>(std::move(*session));
}
