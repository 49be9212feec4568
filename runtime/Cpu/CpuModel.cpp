//===- CpuModel.cpp - A program that is ready to run ----------------------===//

#include "runtime/Cpu/CpuModel.h"
#include "runtime/Cpu/Machine.h"
#include "runtime/Packing/WeightFiles.h"
#include "runtime/Packing/WeightPacker.h"

#include <cstring>
#include <sys/mman.h>

using namespace tern;

/// Gives the resident pages of a mapped file back; reading them again maps them again.
static void releasePages(std::string_view bytes) {
  constexpr std::uintptr_t page = 4096;
  std::uintptr_t begin = (reinterpret_cast<std::uintptr_t>(bytes.data()) + page - 1) / page * page;
  std::uintptr_t end = reinterpret_cast<std::uintptr_t>(bytes.data() + bytes.size()) / page * page;
  if (begin < end)
    madvise(reinterpret_cast<void *>(begin), end - begin, MADV_DONTNEED);
}

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

bool CpuModel::staysMapped(const ProgramWeight &weight) const {
  return weight.source == ProgramWeight::Source::Embedded && parts.program.weightBytes > mostCopiedBytes;
}

std::uint64_t CpuModel::plannedWeightBytes() const {
  std::uint64_t bytes = 0;
  for (const ProgramWeight &weight : parts.program.weights)
    bytes += staysMapped(weight) ? weight.bytes : aligned(weight.bytes);
  return bytes;
}

/// Copies embedded weights to their places, on all threads. What was read of the file is not needed again and is given
/// back piece by piece, so that at no moment both the weights and their copy are resident.
void CpuModel::copyWeights(const std::vector<WeightCopy> &copies, ThreadPool &pool) const {
  constexpr std::int64_t piece = 1 << 20;
  for (const WeightCopy &copy : copies)
    pool.parallelFor(0, static_cast<std::int64_t>(copy.bytes), piece, [&](std::int64_t begin, std::int64_t end) {
      auto bytes = static_cast<std::size_t>(end - begin);
      std::memcpy(copy.target + begin, copy.source + begin, bytes);
      releasePages({copy.source + begin, bytes});
    });
  if (!copies.empty()) // pages that two pieces share
    releasePages(parts.weights);
}

Status CpuModel::placeWeights() {
  std::uint64_t toLoad = 0;
  for (const ProgramWeight &weight : parts.program.weights)
    if (staysMapped(weight))
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
  std::vector<WeightCopy> copies;
  std::uint64_t offset = 0;
  for (const ProgramWeight &weight : parts.program.weights) {
    if (staysMapped(weight)) {
      addresses.push_back(parts.weights.data() + weight.offset);
      continue;
    }
    char *target = loaded.data() + offset;
    if (weight.source == ProgramWeight::Source::Embedded) {
      copies.push_back({parts.weights.data() + weight.offset, target, weight.bytes});
      addresses.push_back(target);
      offset += aligned(weight.bytes);
      continue;
    }
    std::string_view file;
    if (weight.source == ProgramWeight::Source::Stored)
      file = (*files)[static_cast<std::size_t>(weight.file)].text();
    loads.push_back({&weight, file, reinterpret_cast<std::uint8_t *>(target)});
    addresses.push_back(target);
    offset += aligned(weight.bytes);
  }
  ThreadPool pool(loads.empty() && copies.empty() ? 1 : workers.size());
  copyWeights(copies, pool);
  return loadWeights(loads, pool);
}
