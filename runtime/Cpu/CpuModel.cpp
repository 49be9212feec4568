//===- CpuModel.cpp - A program that is ready to run ----------------------===//

#include "runtime/Cpu/CpuModel.h"
#include "runtime/Cpu/Machine.h"
#include "runtime/Cpu/WeightFiles.h"
#include "runtime/Packing/WeightPacker.h"

using namespace tern;

/// Weights start at multiples of a cache line, which is what kernels load.
static std::uint64_t aligned(std::uint64_t bytes) {
  return (bytes + weightAlignment - 1) / weightAlignment * weightAlignment;
}

Result<std::shared_ptr<CpuModel>> CpuModel::create(Parts parts, unsigned workers) {
  std::shared_ptr<CpuModel> model(new CpuModel(std::move(parts), workers));
  if (Status status = model->check(); !status)
    return status.problem();
  if (Status status = model->placeWeights(); !status)
    return status.problem();
  return model;
}

/// What readProgram cannot know: that kernels and section are those of this program.
Status CpuModel::check() const {
  const Program &program = parts.program;
  if (parts.kernels.size() != program.kernels.size())
    return Problem{parts.where,
                   "the program has " + std::to_string(program.kernels.size()) + " kernels, its code " +
                       std::to_string(parts.kernels.size()),
                   ""};
  if (parts.weights.size() < program.weightBytes)
    return Problem{parts.where,
                   "the weight section must have " + std::to_string(program.weightBytes) + " bytes, but has " +
                       std::to_string(parts.weights.size()),
                   ""};
  if (reinterpret_cast<std::uintptr_t>(parts.weights.data()) % weightAlignment != 0)
    return Problem{parts.where, "the weight section must be aligned to " + std::to_string(weightAlignment) + " bytes",
                   ""};
  return Done{};
}

std::uint64_t CpuModel::plannedWeightBytes() const {
  std::uint64_t bytes = 0;
  for (const ProgramWeight &weight : parts.program.weights)
    bytes += weight.source == ProgramWeight::Source::Embedded ? weight.bytes : aligned(weight.bytes);
  return bytes;
}

Status CpuModel::placeWeights() {
  std::uint64_t toLoad = 0;
  for (const ProgramWeight &weight : parts.program.weights)
    if (weight.source == ProgramWeight::Source::Embedded)
      embeddedBytes += weight.bytes;
    else
      toLoad += aligned(weight.bytes);
  if (std::optional<std::uint64_t> available = availableMemory(); available && toLoad > *available)
    return Problem{parts.where,
                   "the weights take " + readableBytes(toLoad) + " of memory, but only " + readableBytes(*available) +
                       " are available",
                   ""};
  Result<MemoryBlock> block = MemoryBlock::allocate(toLoad, loadedBytes, parts.where + ": weights");
  if (!block)
    return block.problem();
  loaded = std::move(*block);
  loaded.wishHugePages();

  Result<std::vector<MappedFile>> files = openWeightFiles(parts.program);
  if (!files)
    return files.problem();
  std::vector<WeightLoad> loads;
  std::uint64_t offset = 0;
  for (const ProgramWeight &weight : parts.program.weights) {
    if (weight.source == ProgramWeight::Source::Embedded) {
      addresses.push_back(parts.weights.data() + weight.offset);
      continue;
    }
    char *target = loaded.data() + offset;
    std::string_view file;
    if (weight.source == ProgramWeight::Source::Stored)
      file = (*files)[static_cast<std::size_t>(weight.file)].text();
    loads.push_back({&weight, file, reinterpret_cast<std::uint8_t *>(target)});
    addresses.push_back(target);
    offset += aligned(weight.bytes);
  }
  ThreadPool pool(loads.empty() ? 1 : workers.size());
  return loadWeights(loads, pool);
}
