//===- CallSizes.cpp - The sizes of one call ------------------------------===//

#include "runtime/Executor/CallSizes.h"

#include "runtime/Executor/KernelProblems.h"

#include <algorithm>

using namespace tern;

static std::string shapeText(const std::vector<std::int64_t> &shape) {
  std::string text = "[";
  for (std::size_t i = 0; i != shape.size(); ++i)
    text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

/// The shape that an argument is declared with, its symbols by name.
static std::string shapeText(const Program &program, const Argument &argument) {
  std::string text;
  for (const Extent &extent : argument.shape)
    text += (text.empty() ? "" : ", ") + (extent.symbol >= 0 ? program.symbols[static_cast<std::size_t>(extent.symbol)]
                                                             : std::to_string(extent.size));
  return "[" + text + "]";
}

std::string tern::placeOf(const ExecutorModel &model, const Entry &entry) {
  return model.where() + ": entry '" + entry.name + "'";
}

/// Takes from the shape of an input the sizes that are not set yet.
void CallSizes::take(const Argument &argument, const TensorView &input) {
  for (std::size_t i = 0; i != std::min(input.shape.size(), argument.shape.size()); ++i)
    if (std::int32_t symbol = argument.shape[i].symbol; symbol >= 0)
      if (std::int64_t &size = sizes[static_cast<std::size_t>(symbol)]; size == 0)
        size = input.shape[i];
}

/// Whether the input has the shape that all sizes together give the argument: as much is going to be read of it.
Status CallSizes::checkShape(const ExecutorModel &model, const Entry &entry, const Argument &argument,
                             const TensorView &input) const {
  if (input.shape == shapeOf(argument))
    return Done{};
  return Problem{placeOf(model, entry),
                 "input '" + argument.name + "' must have the shape " + shapeText(model.program(), argument) +
                     ", but has " + shapeText(input.shape),
                 ""};
}

Status CallSizes::checkRanges(const ExecutorModel &model, const Entry &entry) const {
  for (const SymbolRange &range : entry.ranges) {
    std::int64_t size = sizes[static_cast<std::size_t>(range.symbol)];
    if (size >= range.min && size <= range.max)
      continue;
    std::string name = model.program().symbols[static_cast<std::size_t>(range.symbol)];
    return Problem{placeOf(model, entry),
                   "the size " + name + " must be " + std::to_string(range.min) +
                       (range.min == range.max ? "" : " to " + std::to_string(range.max)) + ", is " +
                       std::to_string(size),
                   ""};
  }
  return Done{};
}

Status CallSizes::set(const ExecutorModel &model, SessionSize session, const EntryCall &call) {
  const Program &program = model.program();
  if (call.entry < 0 || static_cast<std::size_t>(call.entry) >= program.entries.size())
    return Problem{model.where(), "there is no entry " + std::to_string(call.entry), ""};
  const Entry &entry = program.entries[static_cast<std::size_t>(call.entry)];
  if (call.firstSlot < 0 || call.slots < 0 || call.firstSlot + call.slots > session.slots)
    return Problem{placeOf(model, entry),
                   "slots must lie below " + std::to_string(session.slots) + ", the call is for " +
                       std::to_string(call.slots) + " from " + std::to_string(call.firstSlot),
                   ""};
  if (call.inputs.size() != entry.inputs.size())
    return Problem{placeOf(model, entry),
                   "a call must have " + std::to_string(entry.inputs.size()) + " inputs, has " +
                       std::to_string(call.inputs.size()),
                   ""};
  sizes.assign(program.symbols.size(), 0);
  for (const auto &[symbol, size] : call.sizes)
    sizes[static_cast<std::size_t>(symbol)] = size;
  for (std::size_t i = 0; i != call.inputs.size(); ++i)
    take(entry.inputs[i], call.inputs[i]);
  for (const SymbolRange &range : entry.ranges)
    if (std::int64_t &size = sizes[static_cast<std::size_t>(range.symbol)]; size == 0 && range.min == range.max)
      size = range.min;
  sizes[0] = session.capacity;
  for (std::size_t i = 0; i != call.inputs.size(); ++i)
    if (Status status = checkShape(model, entry, entry.inputs[i], call.inputs[i]); !status)
      return status;
  return checkRanges(model, entry);
}

std::vector<std::int64_t> CallSizes::shapeOf(const Argument &argument) const {
  std::vector<std::int64_t> shape;
  for (const Extent &size : argument.shape)
    shape.push_back(size.symbol < 0 ? size.size : sizes[static_cast<std::size_t>(size.symbol)]);
  return shape;
}

std::uint64_t CallSizes::bytesOf(const Argument &argument) const {
  std::uint64_t elements = 1;
  for (std::int64_t size : shapeOf(argument))
    elements *= static_cast<std::uint64_t>(size);
  return elements * storageFormatInfo(argument.format).blockBytes;
}

std::int64_t tern::countTasks(const TaskSegment &segment, const std::int64_t *dims) {
  constexpr std::int64_t most = std::int64_t(1) << 62;
  std::int64_t tasks = 1;
  for (const TaskFactor &factor : segment.factors) {
    std::int64_t size = factor.extent.symbol < 0 ? factor.extent.size : dims[factor.extent.symbol];
    std::int64_t tiles = size / factor.tile + (size % factor.tile != 0);
    if (__builtin_mul_overflow(tasks, tiles, &tasks) || tasks > most)
      return most;
  }
  return tasks;
}

std::string tern::placeOf(const ExecutorModel &model, const Entry &entry, const Launch &launch) {
  std::string place = placeOf(model, entry);
  if (!launch.where.empty())
    place += ", " + launch.where;
  return place + ": kernel '" + model.program().kernels[static_cast<std::size_t>(launch.kernel)] + "'";
}

Problem tern::kernelProblem(const ExecutorModel &model, const Entry &entry, const Launch &launch, std::int64_t code) {
  std::string where = placeOf(model, entry, launch);
  switch (code) {
  case TERN_KERNEL_INDEX_OUTSIDE:
    return {where, "an id or index lies outside its table", "check the token ids against the vocabulary"};
  case TERN_KERNEL_DIVISION_BY_ZERO:
    return {where, "an integer was divided by zero", ""};
  default:
    return {where, "the kernel reports problem " + std::to_string(code), ""};
  }
}
