//===- CpuSession.cpp - Calls of one user of a model ----------------------===//

#include "runtime/Cpu/CpuSession.h"

#include <cstring>

using namespace tern;

static std::string shapeText(const std::vector<std::int64_t> &shape) {
  std::string text = "[";
  for (std::size_t i = 0; i != shape.size(); ++i)
    text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

/// Binds on first use: most sessions use two entries.
CpuSession::BoundEntry &CpuSession::bind(std::int32_t index) {
  std::unique_ptr<BoundEntry> &bound = entries[static_cast<std::size_t>(index)];
  if (bound)
    return *bound;
  bound = std::make_unique<BoundEntry>();
  const Entry &entry = shared->program().entries[static_cast<std::size_t>(index)];
  for (const Launch &launch : entry.launches)
    for (const Place &place : launch.operands) {
      void *pointer = nullptr;
      switch (place.kind) {
      case Place::Kind::Arena:
        pointer = arena.data() + place.offset;
        break;
      case Place::Kind::Weight: // Kernels do not write weights; the table has one type for all operands.
        pointer = static_cast<char *>(const_cast<void *>(shared->weight(static_cast<std::size_t>(place.index)))) +
                  place.offset;
        break;
      case Place::Kind::State:
        pointer = stateBase(place.index, 0) + place.offset;
        bound->stateUses.push_back({bound->operands.size(), place.index, place.offset});
        break;
      }
      bound->operands.push_back(pointer);
    }
  bound->list.emplace(entry, shared->kernels(), bound->operands.data());
  return *bound;
}

void CpuSession::moveTo(BoundEntry &bound, std::int64_t firstSlot) {
  if (bound.firstSlot == firstSlot)
    return;
  for (const BoundEntry::StateUse &use : bound.stateUses)
    bound.operands[use.operand] = stateBase(use.state, firstSlot) + use.offset;
  bound.firstSlot = firstSlot;
}

/// Takes the sizes of symbols from the shape of an input.
Status CpuSession::setShape(const Entry &entry, const Argument &argument, const TensorView &input) {
  bool fits = input.shape.size() == argument.shape.size();
  for (std::size_t i = 0; fits && i != input.shape.size(); ++i) {
    const Extent &expected = argument.shape[i];
    if (expected.symbol >= 0) {
      std::int64_t &size = dims[static_cast<std::size_t>(expected.symbol)];
      fits = size == 0 || size == input.shape[i];
      size = input.shape[i];
    } else {
      fits = input.shape[i] == expected.size;
    }
  }
  if (fits)
    return Done{};
  std::string wanted;
  for (const Extent &expected : argument.shape)
    wanted += (wanted.empty() ? "" : ", ") + (expected.symbol >= 0
                                                  ? shared->program().symbols[static_cast<std::size_t>(expected.symbol)]
                                                  : std::to_string(expected.size));
  return Problem{
      shared->where() + ": entry '" + entry.name + "'",
      "input '" + argument.name + "' must have the shape [" + wanted + "], but has " + shapeText(input.shape), ""};
}

Status CpuSession::checkRanges(const Entry &entry) const {
  for (const SymbolRange &range : entry.ranges) {
    std::int64_t size = dims[static_cast<std::size_t>(range.symbol)];
    if (size >= range.min && size <= range.max)
      continue;
    std::string name = shared->program().symbols[static_cast<std::size_t>(range.symbol)];
    return Problem{shared->where() + ": entry '" + entry.name + "'",
                   "the size " + name + " must be " + std::to_string(range.min) +
                       (range.min == range.max ? "" : " to " + std::to_string(range.max)) + ", is " +
                       std::to_string(size),
                   ""};
  }
  return Done{};
}

Status CpuSession::setSizes(const EntryCall &call) {
  const Entry &entry = shared->program().entries[static_cast<std::size_t>(call.entry)];
  dims.assign(shared->program().symbols.size(), 0);
  for (const auto &[symbol, size] : call.sizes)
    dims[static_cast<std::size_t>(symbol)] = size;
  if (call.inputs.size() != entry.inputs.size())
    return Problem{shared->where() + ": entry '" + entry.name + "'",
                   "a call must have " + std::to_string(entry.inputs.size()) + " inputs, has " +
                       std::to_string(call.inputs.size()),
                   ""};
  for (std::size_t i = 0; i != call.inputs.size(); ++i)
    if (Status status = setShape(entry, entry.inputs[i], call.inputs[i]); !status)
      return status;
  for (const SymbolRange &range : entry.ranges)
    if (std::int64_t &size = dims[static_cast<std::size_t>(range.symbol)]; size == 0 && range.min == range.max)
      size = range.min;
  dims[0] = extent.capacity;
  return checkRanges(entry);
}

static std::uint64_t bytesOf(const Argument &argument, const std::vector<std::int64_t> &shape) {
  std::uint64_t elements = 1;
  for (std::int64_t size : shape)
    elements *= static_cast<std::uint64_t>(size);
  return elements * storageFormatInfo(argument.format).blockBytes;
}

Result<bool> CpuSession::run(const EntryCall &call) {
  const Program &program = shared->program();
  if (call.entry < 0 || static_cast<std::size_t>(call.entry) >= program.entries.size())
    return Problem{shared->where(), "there is no entry " + std::to_string(call.entry), ""};
  const Entry &entry = program.entries[static_cast<std::size_t>(call.entry)];
  if (call.firstSlot < 0 || call.slots < 0 || call.firstSlot + call.slots > extent.slots)
    return Problem{shared->where() + ": entry '" + entry.name + "'",
                   "slots must lie below " + std::to_string(extent.slots) + ", the call is for " +
                       std::to_string(call.slots) + " from " + std::to_string(call.firstSlot),
                   ""};
  if (Status status = setSizes(call); !status)
    return status.problem();

  BoundEntry &bound = bind(call.entry);
  moveTo(bound, call.firstSlot);
  for (std::size_t i = 0; i != call.inputs.size(); ++i)
    std::memcpy(arena.data() + entry.inputs[i].offset, call.inputs[i].data,
                bytesOf(entry.inputs[i], call.inputs[i].shape));
  bound.list->resize(dims.data(), shared->team().size());
  lastEntry = call.entry;
  WorkerScratch space{scratch.data(), scratch.size() / shared->team().size()};
  RunOutcome outcome = shared->team().run(*bound.list, dims.data(), space, call.cancel);
  if (outcome.problem != TERN_KERNEL_OK)
    return kernelProblem(entry, outcome);
  return !outcome.cancelled;
}

Problem CpuSession::kernelProblem(const Entry &entry, const RunOutcome &outcome) const {
  const Launch &launch = entry.launches[outcome.launch];
  std::string where = shared->where() + ": entry '" + entry.name + "'";
  if (!launch.where.empty())
    where += ", " + launch.where;
  where += ": kernel '" + shared->program().kernels[static_cast<std::size_t>(launch.kernel)] + "'";
  switch (outcome.problem) {
  case TERN_KERNEL_INDEX_OUTSIDE:
    return {where, "an id or index lies outside its table", "check the token ids against the vocabulary"};
  case TERN_KERNEL_DIVISION_BY_ZERO:
    return {where, "an integer was divided by zero", ""};
  default:
    return {where, "the kernel reports problem " + std::to_string(outcome.problem), ""};
  }
}

TensorView CpuSession::output(std::size_t index) const {
  const Argument &argument = shared->program().entries[static_cast<std::size_t>(lastEntry)].outputs[index];
  TensorView view{arena.data() + argument.offset, {}};
  for (const Extent &size : argument.shape)
    view.shape.push_back(size.symbol < 0 ? size.size : dims[static_cast<std::size_t>(size.symbol)]);
  return view;
}
