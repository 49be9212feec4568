//===- ProgramReader.cpp - Entries of a program from JSON -----------------===//

#include "runtime/Artifact/ProgramReader.h"

#include "runtime/Artifact/ProgramNames.h"

#include <charconv>

using namespace tern;

void ProgramEntries::read(const JsonCursor &entries) {
  UniqueNames names;
  entries.forEach([&](const JsonCursor &entry) {
    program.entries.push_back(readEntry(entry));
    names.add(entry, program.entries.back().name);
  });
}

Entry ProgramEntries::readEntry(const JsonCursor &cursor) {
  cursor.object({"name", "ranges", "inputs", "outputs", "launches"});
  Entry entry;
  entry.name = cursor.at("name").name();
  readRanges(cursor.at("ranges"), entry);
  entry.inputs = readArguments(cursor.at("inputs"));
  entry.outputs = readArguments(cursor.at("outputs"));
  JsonCursor launches = cursor.at("launches");
  entry.launches.reserve(launches.size());
  launches.forEach([&](const JsonCursor &launch) { entry.launches.push_back(readLaunch(launch)); });
  return entry;
}

void ProgramEntries::readRanges(const JsonCursor &cursor, Entry &entry) {
  largest.assign(program.symbols.size(), -1);
  if (!largest.empty())
    largest[0] = maxCapacity;
  cursor.forEachMember([&](std::string_view name, const JsonCursor &range) {
    SymbolRange read;
    read.symbol = findSymbol(name);
    if (read.symbol < 0)
      return range.fail("must be the range of a symbol of the program");
    if (range.size() != 2)
      return range.fail("must be [least, largest]");
    std::int64_t limit = read.symbol == 0 ? maxCapacity : maxProgramSize;
    read.min = range.element(0).integer(0, limit);
    read.max = range.element(1).integer(read.min, limit);
    largest[read.symbol] = read.max;
    entry.ranges.push_back(read);
  });
}

std::vector<Argument> ProgramEntries::readArguments(const JsonCursor &cursor) const {
  std::vector<Argument> arguments;
  UniqueNames names;
  cursor.forEach([&](const JsonCursor &argument) {
    arguments.push_back(readArgument(argument));
    names.add(argument, arguments.back().name);
  });
  return arguments;
}

Argument ProgramEntries::readArgument(const JsonCursor &cursor) const {
  cursor.object({"name", "format", "shape", "offset"});
  Argument argument;
  argument.name = cursor.at("name").name();
  JsonCursor format = cursor.at("format"), shape = cursor.at("shape"), offset = cursor.at("offset");
  argument.format = ProgramTables::readFormat(format);
  const StorageFormatInfo &info = storageFormatInfo(argument.format);
  if (info.blockLength != 1)
    format.fail("must be a format of single numbers, is '" + std::string(info.name) + "'");
  std::int64_t elements = 1;
  shape.forEach([&](const JsonCursor &size) {
    std::int64_t length = 1;
    argument.shape.push_back(readExtent(size, length));
    if (__builtin_mul_overflow(elements, length, &elements) || elements > maxProgramSize)
      size.fail("must give a tensor of at most " + std::to_string(maxProgramSize) + " elements");
  });
  argument.offset = static_cast<std::uint64_t>(offset.integer(0, maxProgramSize));
  if (cursor.failed())
    return argument;
  std::uint64_t bytes = static_cast<std::uint64_t>(elements) * info.blockBytes;
  if (bytes > program.arenaBytes || argument.offset > program.arenaBytes - bytes)
    offset.fail("must leave room for " + std::to_string(bytes) + " bytes in an arena of " +
                std::to_string(program.arenaBytes) + ", is " + std::to_string(argument.offset));
  return argument;
}

std::int32_t ProgramEntries::findSymbol(std::string_view name) const {
  for (std::size_t i = 0; i < program.symbols.size(); ++i)
    if (program.symbols[i] == name)
      return static_cast<std::int32_t>(i);
  return -1;
}

Extent ProgramEntries::readExtent(const JsonCursor &cursor, std::int64_t &largestValue) const {
  Extent extent;
  if (!cursor.isString()) {
    largestValue = extent.size = cursor.integer(0, maxProgramSize);
    return extent;
  }
  const std::string &name = cursor.string();
  extent.symbol = findSymbol(name);
  largestValue = extent.symbol < 0 ? -1 : largest[extent.symbol];
  if (largestValue >= 0)
    return extent;
  cursor.fail("must be a number or a symbol with a range in this entry, is '" + name.substr(0, 80) + "'");
  largestValue = 0;
  return extent;
}

Launch ProgramEntries::readLaunch(const JsonCursor &cursor) {
  Launch launch;
  if (cursor.size() != 5) {
    cursor.fail("must be [kernel, wait, where, operands, tasks]");
    return launch;
  }
  JsonCursor kernel = cursor.element(0), operands = cursor.element(3);
  launch.kernel = static_cast<std::int32_t>(kernel.integer(0, INT32_MAX));
  if (static_cast<std::size_t>(launch.kernel) >= program.kernels.size()) {
    kernel.fail("must be below the number of kernels, " + std::to_string(program.kernels.size()) + ", is " +
                std::to_string(launch.kernel));
    return launch;
  }
  launch.wait = cursor.element(1).boolean();
  launch.where = cursor.element(2).string();
  launch.operands.reserve(operands.size());
  operands.forEach([&](const JsonCursor &operand) { launch.operands.push_back(readPlace(operand)); });
  std::int64_t &count = operandCounts[launch.kernel];
  if (count >= 0 && count != static_cast<std::int64_t>(launch.operands.size()))
    operands.fail("must be " + std::to_string(count) + ", as in the other launches of kernel '" +
                  program.kernels[launch.kernel] + "', are " + std::to_string(launch.operands.size()));
  count = static_cast<std::int64_t>(launch.operands.size());
  launch.tasks = readTasks(cursor.element(4));
  return launch;
}

Place ProgramEntries::readPlace(const JsonCursor &cursor) const {
  Place place;
  if (!cursor.isString()) {
    place.offset = static_cast<std::uint64_t>(cursor.integer(0, maxProgramSize));
    if (place.offset >= program.arenaBytes)
      cursor.fail("must lie in an arena of " + std::to_string(program.arenaBytes) + " bytes, is " +
                  std::to_string(place.offset));
    return place;
  }
  const std::string &text = cursor.string();
  std::string_view digits(text);
  bool isWeight = digits.substr(0, 1) == weightPrefix;
  digits.remove_prefix(std::min<std::size_t>(1, digits.size()));
  std::size_t count = isWeight ? program.weights.size() : program.states.size();
  place.kind = isWeight ? Place::Kind::Weight : Place::Kind::State;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), place.index);
  bool isNumber = error == std::errc() && end == digits.data() + digits.size() && place.index >= 0 &&
                  (digits.size() == 1 || digits[0] != '0');
  if ((!isWeight && text.substr(0, 1) != statePrefix) || !isNumber || static_cast<std::size_t>(place.index) >= count)
    cursor.fail("must be an offset, 'w' and a weight below " + std::to_string(program.weights.size()) +
                ", or 's' and a state below " + std::to_string(program.states.size()) + ", is '" + text.substr(0, 80) +
                "'");
  return place;
}

std::vector<TaskSegment> ProgramEntries::readTasks(const JsonCursor &cursor) const {
  std::vector<TaskSegment> segments;
  std::int64_t total = 0;
  cursor.forEach([&](const JsonCursor &element) {
    TaskSegment segment;
    std::int64_t tasks = 1;
    std::size_t position = 0;
    element.forEach([&](const JsonCursor &part) {
      if (position++ == 0) {
        segment.bytes = static_cast<std::uint64_t>(part.integer(0, maxProgramSize));
        return;
      }
      if (part.size() != 2)
        return part.fail("must be [extent, tile]");
      std::int64_t largestExtent = 0;
      TaskFactor factor;
      factor.extent = readExtent(part.element(0), largestExtent);
      factor.tile = part.element(1).integer(1, maxProgramSize);
      segment.factors.push_back(factor);
      std::int64_t tiles = (largestExtent + factor.tile - 1) / factor.tile;
      if (__builtin_mul_overflow(tasks, tiles, &tasks) || tasks > maxProgramSize)
        part.fail("must give at most " + std::to_string(maxProgramSize) + " tasks");
    });
    if (position == 0)
      element.fail("must be [bytes, [extent, tile]...]");
    total += tasks;
    if (total > maxProgramSize)
      element.fail("must give at most " + std::to_string(maxProgramSize) + " tasks together with those before");
    segments.push_back(std::move(segment));
  });
  return segments;
}

Result<Program> tern::readProgram(const Json &json, const std::string &where) {
  JsonDocument document(where, "the program is damaged or of another version: compile the model again");
  JsonCursor root(json, document);
  root.object({"arenaBytes", "scratchBytes", "weightBytes", "kernels", "shapes", "symbols", "files", "weights",
               "states", "entries"});
  Program program;
  ProgramTables(program).read(root);
  ProgramEntries(program).read(root.at("entries"));
  if (document.problem)
    return *document.problem;
  return program;
}
