//===- WeightPacker.cpp - The bytes of one weight -------------------------===//

#include "runtime/Packing/WeightPacker.h"

#include "runtime/Base/ContentHash.h"
#include "runtime/Packing/Pack.h"

#include <algorithm>
#include <cstring>

using namespace tern;

static constexpr char compileAgain[] =
    "the file is not the one that was compiled, or is damaged: compile the model again";

static const std::uint8_t *bytesOf(std::string_view text) {
  return reinterpret_cast<const std::uint8_t *>(text.data());
}

static std::string nameOf(StorageFormat format) { return std::string(storageFormatInfo(format).name); }

static bool isFloatScalar(StorageFormat format) {
  const StorageFormatInfo &info = storageFormatInfo(format);
  return info.blockLength == 1 && !info.isInteger;
}

//===----------------------------------------------------------------------===//
// What to do
//===----------------------------------------------------------------------===//

WeightPacker::WeightPacker(const ProgramWeight &weight, std::uint64_t rows, std::uint64_t columns)
    : name(weight.name), hash(weight.hash), layout(weight.layout), rows(rows), columns(columns),
      totalBytes(weight.bytes), sourceFormat(weight.sourceFormat), random(weight.seed, weight.tensor),
      center(weight.center), scale(weight.scale), isRandom(weight.source == ProgramWeight::Source::Random),
      encoded(weight.format) {}

Problem WeightPacker::problem(std::string what, std::string remedy) const {
  return {"weight '" + name + "'", std::move(what), std::move(remedy)};
}

/// Rows and columns of a shape: all dimensions but the last, and the last.
static bool foldShape(const std::vector<std::int64_t> &shape, std::uint64_t &rows, std::uint64_t &columns) {
  rows = columns = 1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] < 0)
      return false;
    std::uint64_t size = static_cast<std::uint64_t>(shape[i]);
    if (i + 1 == shape.size())
      columns = size;
    else if (__builtin_mul_overflow(rows, size, &rows))
      return false;
  }
  return true;
}

Result<WeightPacker> WeightPacker::create(const ProgramWeight &weight, std::string_view file) {
  std::uint64_t rows, columns;
  if (!foldShape(weight.shape, rows, columns))
    return Problem{"weight '" + weight.name + "'", "shape must have sizes whose product is a number of bytes", ""};
  WeightPacker packer(weight, rows, columns);
  if (Status status = packer.findSource(weight, file); !status)
    return status.problem();
  if (Status status = packer.planConversion(weight); !status)
    return status.problem();
  if (Status status = packer.planUnits(weight); !status)
    return status.problem();
  return packer;
}

Status WeightPacker::findSource(const ProgramWeight &weight, std::string_view file) {
  if (weight.source == ProgramWeight::Source::Embedded)
    return problem("must be stored or random to be packed, is embedded as it lies in memory");
  if (isRandom)
    return isFloatScalar(sourceFormat) ? Status(Done())
                                       : problem("random weights must be floats, are " + nameOf(sourceFormat));
  if (storageFormatInfo(sourceFormat).isActivation)
    return problem("must be of a format that files hold, is " + nameOf(sourceFormat));
  std::optional<std::uint64_t> expected = storageBytes(sourceFormat, rows, columns);
  if (!expected || *expected != weight.sourceBytes)
    return problem("must take the bytes of its shape in the file, " +
                   (expected ? std::to_string(*expected) : std::string("not whole blocks")) + ", takes " +
                   std::to_string(weight.sourceBytes));
  if (weight.offset > file.size() || weight.sourceBytes > file.size() - weight.offset)
    return problem("must lie inside its file of " + std::to_string(file.size()) + " bytes, is " +
                       std::to_string(weight.sourceBytes) + " bytes at " + std::to_string(weight.offset),
                   compileAgain);
  source = file.substr(weight.offset, weight.sourceBytes);
  return Done();
}

Status WeightPacker::planConversion(const ProgramWeight &weight) {
  isConverted = isRandom || sourceFormat != weight.format;
  if (!isConverted)
    return Done();
  if (!isFloatScalar(weight.format) || storageFormatInfo(sourceFormat).isInteger)
    return problem("must be floats to become " + nameOf(weight.format) + ", is " + nameOf(sourceFormat));
  // 8-bit floats have no tiles of their own, so in tiles a row is encoded as what those hold.
  std::optional<PackedFormat> packed = packedFormatOf(weight.format);
  if (layout == WeightLayout::Tiles16)
    encoded = *storageFormatByName(packedFormatInfo(*packed).name);
  if (isRandom)
    roundings.push_back(sourceFormat);
  roundings.push_back(weight.format);
  // Encoding rounds, too.
  while (!roundings.empty() && roundings.back() == encoded)
    roundings.pop_back();
  return Done();
}

Status WeightPacker::planUnits(const ProgramWeight &weight) {
  std::optional<std::uint64_t> unit = storageBytes(weight.format, 1, columns);
  unitCount = rows;
  if (layout == WeightLayout::Tiles16) {
    std::optional<PackedFormat> packed = packedFormatOf(weight.format);
    if (!packed)
      return problem("must be floats or blocks to lie in tiles, is " + nameOf(weight.format));
    unit = tileBytes(*packed, columns);
    unitCount = numTiles(rows);
  }
  std::uint64_t least;
  if (!unit || __builtin_mul_overflow(unitCount, *unit, &least))
    return problem("must have rows of whole blocks and a number of bytes in all, has rows of " +
                   std::to_string(columns) + " " + nameOf(weight.format));
  if (least > totalBytes)
    return problem("must take at least " + std::to_string(least) + " bytes in memory, takes " +
                   std::to_string(totalBytes));
  bytesOfUnit = *unit;
  if (bytesOfUnit == 0) // However many rows of nothing there are, there is nothing to do.
    unitCount = 0;
  return Done();
}

Status WeightPacker::checkHash() const {
  if (isRandom || hash.empty())
    return Done();
  std::string actual = contentHashOf(source);
  if (actual == hash)
    return Done();
  return problem("content must have the hash " + hash + ", has " + actual, compileAgain);
}

//===----------------------------------------------------------------------===//
// Doing it
//===----------------------------------------------------------------------===//

void WeightPacker::pack(std::uint64_t begin, std::uint64_t end, std::uint8_t *target) const {
  bool isTiled = layout == WeightLayout::Tiles16;
  if (begin >= end)
    return;
  if (isConverted)
    return isTiled ? packConvertedTiles(begin, end, target) : packConvertedRows(begin, end, target);
  if (isTiled)
    packTiles(sourceFormat, bytesOf(source), rows, columns, begin, end, target);
  else
    std::memcpy(target, source.data() + begin * bytesOfUnit, (end - begin) * bytesOfUnit);
}

/// Values of one row, rounded to all formats but the one it is encoded in.
void WeightPacker::readRow(std::uint64_t row, float *values) const {
  if (isRandom) {
    random.generate(center, scale, StorageFormat::F32, row * columns, values, columns);
  } else {
    std::uint64_t rowBytes = source.size() / rows;
    decodeToFloat(sourceFormat, bytesOf(source) + row * rowBytes, values, columns);
  }
  for (StorageFormat format : roundings)
    for (std::uint64_t i = 0; i < columns; ++i)
      values[i] = roundTo(format, values[i]);
}

void WeightPacker::packConvertedTiles(std::uint64_t begin, std::uint64_t end, std::uint8_t *target) const {
  std::uint64_t rowBytes = *storageBytes(encoded, 1, columns);
  std::vector<float> values(columns);
  std::vector<std::uint8_t> encodedRows(tileRows * rowBytes);
  for (std::uint64_t tile = begin; tile < end; ++tile, target += bytesOfUnit) {
    std::uint64_t firstRow = tile * tileRows, count = std::min<std::uint64_t>(tileRows, rows - firstRow);
    for (std::uint64_t i = 0; i < count; ++i) {
      readRow(firstRow + i, values.data());
      encodeFromFloat(encoded, values.data(), encodedRows.data() + i * rowBytes, columns);
    }
    packTiles(encoded, encodedRows.data(), count, columns, 0, 1, target);
  }
}

void WeightPacker::packConvertedRows(std::uint64_t begin, std::uint64_t end, std::uint8_t *target) const {
  std::vector<float> values(columns);
  for (std::uint64_t row = begin; row < end; ++row, target += bytesOfUnit) {
    readRow(row, values.data());
    encodeFromFloat(encoded, values.data(), target, columns);
  }
}
