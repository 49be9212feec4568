//===- LaunchSequence.cpp - An entry's launches on the device -------------===//

#include "runtime/Cuda/LaunchSequence.h"

#include "runtime/Executor/CallSizes.h"

using namespace tern;

LaunchSequence::LaunchSequence(const CudaModel &model, std::int32_t entry, SessionAddresses given)
    : model(model), source(model.program().entries[static_cast<std::size_t>(entry)]), addresses(std::move(given)),
      sizes(model.program().symbols.size()), bound(source.launches.size()) {
  for (const Launch &launch : source.launches)
    for (const Place &place : launch.operands) {
      auto index = static_cast<std::size_t>(place.index);
      if (place.kind == Place::Kind::State)
        stateUses.push_back({operands.size(), place.index});
      operands.push_back(place.kind == Place::Kind::Arena    ? addresses.arena + place.offset
                         : place.kind == Place::Kind::Weight ? model.weight(index)
                                                             : addresses.states[index]);
    }
  std::size_t next = 0;
  for (std::size_t i = 0; i != bound.size(); ++i) {
    BoundLaunch &launch = bound[i];
    launch.problem = addresses.problems + i * sizeof(std::int64_t);
    for (std::size_t k = 0; k != source.launches[i].operands.size(); ++k)
      launch.parameters.push_back(&operands[next++]);
    launch.parameters.push_back(sizes.data());
    launch.parameters.push_back(&launch.problem);
  }
}

Status LaunchSequence::prepare(std::int64_t firstSlot, const std::vector<std::int64_t> &dims) {
  for (const StateUse &use : stateUses) {
    auto state = static_cast<std::size_t>(use.state);
    operands[use.operand] =
        addresses.states[state] + static_cast<std::uint64_t>(firstSlot) * addresses.slotBytes[state];
  }
  std::copy(dims.begin(), dims.end(), sizes.begin());
  for (std::size_t i = 0; i != bound.size(); ++i) {
    const Launch &launch = source.launches[i];
    std::int64_t blocks = 0;
    for (const TaskSegment &segment : launch.tasks)
      if (__builtin_add_overflow(blocks, countTasks(segment, sizes.data()), &blocks) || blocks > INT32_MAX)
        return Problem{placeOf(model, source, launch),
                       "a launch has at most " + std::to_string(INT32_MAX) + " tasks on a GPU, this one has more",
                       "compile the model for shorter prompts"};
    bound[i].blocks = blocks;
  }
  return Done{};
}

cuda::Code LaunchSequence::launch(std::size_t index, cuda::Stream stream, bool alone) {
  auto kernel = static_cast<std::size_t>(source.launches[index].kernel);
  const KernelShape &shape = model.program().shapes[kernel];
  cuda::LaunchAttribute early;
  early.id = cuda::programmaticStreamSerialization;
  early.value.number = 1;
  cuda::LaunchConfig config;
  config.gridX = static_cast<unsigned>(bound[index].blocks);
  config.blockX = shape.threads;
  config.sharedBytes = shape.sharedBytes;
  config.stream = stream;
  config.attributes = &early;
  config.attributeCount = shape.early && !alone ? 1 : 0;
  return (*model.context())->launchKernel(&config, model.kernels()[kernel], bound[index].parameters.data(), nullptr);
}
