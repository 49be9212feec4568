//===- ProgramCost.cpp - What a program's steps read ----------------------===//

#include "tools/tern/ProgramCost.h"
#include "runtime/Executor/CallSizes.h"

#include <algorithm>

using namespace tern;

std::vector<std::int64_t> tern::symbolSizes(const Program &program, const Entry &entry, const StepSizes &sizes) {
  std::vector<std::int64_t> dims(program.symbols.size(), 1);
  for (const SymbolRange &range : entry.ranges)
    dims[static_cast<std::size_t>(range.symbol)] = range.min;
  auto set = [&](const Extent &extent, std::int64_t size) {
    if (extent.symbol >= 0)
      dims[static_cast<std::size_t>(extent.symbol)] = size;
  };
  for (std::size_t i = 0; i != program.symbols.size(); ++i)
    if (program.symbols[i] == "C" || program.symbols[i] == "capacity")
      dims[i] = sizes.positions;
  for (const Argument &input : entry.inputs)
    if (input.shape.size() == 2) {
      set(input.shape[0], sizes.batch);
      set(input.shape[1], input.name == "outputs" ? sizes.outputs : sizes.tokens);
    }
  return dims;
}

LaunchCost tern::costOf(const Launch &launch, const std::vector<std::int64_t> &dims) {
  LaunchCost cost;
  for (const TaskSegment &segment : launch.tasks) {
    std::int64_t tasks = countTasks(segment, dims.data());
    cost.tasks += tasks;
    cost.bytes += static_cast<std::uint64_t>(tasks) * segment.bytes;
  }
  return cost;
}

std::uint64_t tern::weightBytesOf(const Program &program, const Entry &entry, const std::vector<std::int64_t> &dims) {
  std::vector<std::uint64_t> read(program.weights.size());
  for (const Launch &launch : entry.launches) {
    std::uint64_t touched = costOf(launch, dims).bytes;
    for (const Place &place : launch.operands)
      if (place.kind == Place::Kind::Weight) {
        auto index = static_cast<std::size_t>(place.index);
        std::uint64_t whole = program.weights[index].bytes;
        // A launch whose bytes are unknown is taken to read all.
        read[index] = std::max(read[index], touched == 0 ? whole : std::min(whole, touched));
      }
  }
  std::uint64_t all = 0;
  for (std::uint64_t bytes : read)
    all += bytes;
  return all;
}

std::uint64_t tern::stateBytesOf(const Program &program, std::int64_t batch, std::int64_t positions) {
  std::uint64_t slot = 0;
  for (const ProgramState &state : program.states)
    slot += state.fixedBytes + state.positionBytes * static_cast<std::uint64_t>(positions);
  return slot * static_cast<std::uint64_t>(batch);
}
