//===- ProgramTables.cpp - Kernels, weights and states of a program -------===//

#include "runtime/Artifact/ProgramNames.h"
#include "runtime/Artifact/ProgramReader.h"
#include "runtime/Base/ContentHash.h"
#include "runtime/Packing/PackedFormat.h"

using namespace tern;

static std::uint64_t readSize(const JsonCursor &cursor) {
  return static_cast<std::uint64_t>(cursor.integer(0, maxProgramSize));
}

static std::string readHash(const JsonCursor &cursor) {
  const std::string &hash = cursor.string();
  if (!hash.empty() && !isContentHash(hash))
    cursor.fail("must be 'xxh3:' and 16 lower-case hexadecimal digits, or empty, is '" + hash.substr(0, 80) + "'");
  return hash;
}

static WeightLayout readLayout(const JsonCursor &cursor) {
  const std::string &name = cursor.string();
  for (WeightLayout layout : {WeightLayout::Rows, WeightLayout::Tiles16})
    if (name == layoutName(layout))
      return layout;
  cursor.fail("must be 'rows' or 'tiles16', is '" + name.substr(0, 80) + "'");
  return WeightLayout::Rows;
}

StorageFormat ProgramTables::readFormat(const JsonCursor &cursor) {
  const std::string &name = cursor.string();
  if (std::optional<StorageFormat> format = storageFormatByName(name))
    return *format;
  cursor.fail("must be a storage format, is '" + name.substr(0, 80) + "'");
  return StorageFormat::F32;
}

static std::vector<std::string> readNames(const JsonCursor &cursor) {
  std::vector<std::string> names;
  UniqueNames unique;
  cursor.forEach([&](const JsonCursor &element) {
    names.push_back(element.name());
    unique.add(element, names.back());
  });
  return names;
}

/// Rows of all dimensions but the last; nothing if they are too many to count.
static std::optional<std::uint64_t> rowsOf(const std::vector<std::int64_t> &shape) {
  std::uint64_t rows = 1;
  for (std::size_t i = 0; i + 1 < shape.size(); ++i)
    if (__builtin_mul_overflow(rows, static_cast<std::uint64_t>(shape[i]), &rows) ||
        rows > static_cast<std::uint64_t>(maxProgramSize))
      return std::nullopt;
  return rows;
}

/// Bytes of a tensor in a layout; nothing if its rows are not whole blocks, if its format has no such layout, or beyond
/// maxProgramSize.
static std::optional<std::uint64_t> bytesOf(WeightLayout layout, StorageFormat format,
                                            const std::vector<std::int64_t> &shape) {
  std::optional<std::uint64_t> rows = rowsOf(shape), bytes;
  if (!rows)
    return std::nullopt;
  std::uint64_t columns = shape.empty() ? 1 : static_cast<std::uint64_t>(shape.back());
  if (layout == WeightLayout::Rows)
    bytes = storageBytes(format, *rows, columns);
  else if (std::optional<PackedFormat> packed = packedFormatOf(format))
    bytes = packedBytes(*packed, *rows, columns);
  return bytes && *bytes <= static_cast<std::uint64_t>(maxProgramSize) ? bytes : std::nullopt;
}

void ProgramTables::read(const JsonCursor &root) {
  program.arenaBytes = readSize(root.at("arenaBytes"));
  program.scratchBytes = readSize(root.at("scratchBytes"));
  program.weightBytes = readSize(root.at("weightBytes"));
  program.kernels = readNames(root.at("kernels"));
  readShapes(root.at("shapes"));
  JsonCursor symbols = root.at("symbols");
  program.symbols = readNames(symbols);
  if (program.symbols.empty() || program.symbols[0] != "capacity")
    symbols.fail("must begin with 'capacity'");
  JsonCursor files = root.at("files"), weights = root.at("weights"), states = root.at("states");
  files.forEach([&](const JsonCursor &file) { readFile(file); });
  UniqueNames weightNames, stateNames;
  std::uint64_t weightsTogether = 0;
  weights.forEach([&](const JsonCursor &weight) {
    readWeight(weight);
    weightNames.add(weight, program.weights.back().name);
    // They are loaded into one block.
    weightsTogether += program.weights.back().bytes;
    if (weightsTogether > static_cast<std::uint64_t>(maxProgramSize))
      weight.fail("must take at most " + std::to_string(maxProgramSize) + " bytes together with those before");
  });
  states.forEach([&](const JsonCursor &state) {
    readState(state);
    stateNames.add(state, program.states.back().name);
  });
}

void ProgramTables::readShapes(const JsonCursor &cursor) {
  cursor.forEach([&](const JsonCursor &element) {
    element.object({"threads", "sharedBytes", "early"});
    KernelShape shape;
    JsonCursor threads = element.at("threads");
    shape.threads = static_cast<std::uint32_t>(threads.integer(1, maxBlockThreads));
    if (shape.threads % 32 != 0)
      threads.fail("must be a multiple of 32, is " + std::to_string(shape.threads));
    shape.sharedBytes = static_cast<std::uint32_t>(element.at("sharedBytes").integer(0, maxSharedBytes));
    shape.early = element.at("early").boolean();
    program.shapes.push_back(shape);
  });
  if (!program.shapes.empty() && program.shapes.size() != program.kernels.size())
    cursor.fail("must be empty or one for each of the " + std::to_string(program.kernels.size()) + " kernels, are " +
                std::to_string(program.shapes.size()));
}

void ProgramTables::readFile(const JsonCursor &cursor) {
  cursor.object({"path", "size", "header", "headerHash"});
  ProgramFile file;
  file.path = cursor.at("path").name();
  file.size = readSize(cursor.at("size"));
  file.header = static_cast<std::uint64_t>(cursor.at("header").integer(0, static_cast<std::int64_t>(file.size)));
  file.headerHash = readHash(cursor.at("headerHash"));
  program.files.push_back(std::move(file));
}

void ProgramTables::readWeight(const JsonCursor &cursor) {
  cursor.object({"name", "format", "layout", "shape", "bytes"}, {"embedded", "stored", "random"});
  ProgramWeight weight;
  weight.name = cursor.at("name").name();
  weight.format = readFormat(cursor.at("format"));
  weight.layout = readLayout(cursor.at("layout"));
  JsonCursor shape = cursor.at("shape"), bytes = cursor.at("bytes");
  shape.forEach([&](const JsonCursor &size) { weight.shape.push_back(size.integer(0, maxProgramSize)); });
  weight.bytes = readSize(bytes);
  // Kernels read what format and shape say, so no less may be there.
  std::optional<std::uint64_t> least = bytesOf(weight.layout, weight.format, weight.shape);
  if (!least)
    shape.fail("must have rows of whole blocks, of a format that the layout '" +
               std::string(layoutName(weight.layout)) + "' can hold, and at most " + std::to_string(maxProgramSize) +
               " bytes");
  else if (weight.bytes < *least)
    bytes.fail("must be at least " + std::to_string(*least) + " for that shape, is " + std::to_string(weight.bytes));
  if (cursor.has("embedded") + cursor.has("stored") + cursor.has("random") != 1)
    cursor.fail("must have exactly one of the keys 'embedded', 'stored' and 'random'");
  if (cursor.has("embedded"))
    readEmbedded(cursor.at("embedded"), weight);
  else if (cursor.has("stored"))
    readStored(cursor.at("stored"), weight);
  else
    readRandom(cursor.at("random"), weight);
  program.weights.push_back(std::move(weight));
}

void ProgramTables::readEmbedded(const JsonCursor &cursor, ProgramWeight &weight) const {
  cursor.object({"offset", "hash"});
  JsonCursor offset = cursor.at("offset");
  weight.source = ProgramWeight::Source::Embedded;
  weight.offset = readSize(offset);
  weight.hash = readHash(cursor.at("hash"));
  if (weight.offset % weightAlignment != 0)
    offset.fail("must be a multiple of " + std::to_string(weightAlignment) + ", is " + std::to_string(weight.offset));
  if (weight.offset + weight.bytes > program.weightBytes)
    offset.fail("must leave room for the weight's " + std::to_string(weight.bytes) + " bytes in a section of " +
                std::to_string(program.weightBytes) + ", is " + std::to_string(weight.offset));
}

void ProgramTables::readStored(const JsonCursor &cursor, ProgramWeight &weight) const {
  cursor.object({"file", "offset", "bytes", "format", "hash"});
  JsonCursor file = cursor.at("file"), offset = cursor.at("offset"), bytes = cursor.at("bytes");
  weight.source = ProgramWeight::Source::Stored;
  weight.file = static_cast<std::int32_t>(file.integer(0, INT32_MAX));
  weight.offset = readSize(offset);
  weight.sourceBytes = readSize(bytes);
  weight.sourceFormat = readFormat(cursor.at("format"));
  weight.hash = readHash(cursor.at("hash"));
  if (static_cast<std::size_t>(weight.file) >= program.files.size())
    return file.fail("must be below the number of files, " + std::to_string(program.files.size()) + ", is " +
                     std::to_string(weight.file));
  std::uint64_t size = program.files[weight.file].size;
  if (weight.offset + weight.sourceBytes > size)
    offset.fail("must leave room for " + std::to_string(weight.sourceBytes) + " bytes in a file of " +
                std::to_string(size) + ", is " + std::to_string(weight.offset));
  if (bytesOf(WeightLayout::Rows, weight.sourceFormat, weight.shape) != weight.sourceBytes)
    bytes.fail("must be what the shape takes in the format of the file, is " + std::to_string(weight.sourceBytes));
}

void ProgramTables::readRandom(const JsonCursor &cursor, ProgramWeight &weight) const {
  cursor.object({"tensor", "seed", "center", "scale", "format"});
  weight.source = ProgramWeight::Source::Random;
  weight.tensor = cursor.at("tensor").string();
  weight.seed = cursor.at("seed").unsignedInteger();
  weight.center = cursor.at("center").number();
  weight.scale = cursor.at("scale").number();
  JsonCursor format = cursor.at("format");
  weight.sourceFormat = readFormat(format);
}

void ProgramTables::readState(const JsonCursor &cursor) {
  cursor.object({"name", "format", "fixedBytes", "positionBytes"});
  ProgramState state;
  state.name = cursor.at("name").name();
  state.format = readFormat(cursor.at("format"));
  state.fixedBytes = readSize(cursor.at("fixedBytes"));
  state.positionBytes = static_cast<std::uint64_t>(cursor.at("positionBytes").integer(0, maxProgramSize / maxCapacity));
  program.states.push_back(std::move(state));
}
