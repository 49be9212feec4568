//===- WeightLoader.cpp - Weights that the artifact does not hold ---------===//

#include "runtime/Cpu/WeightLoader.h"
#include "runtime/Base/ContentHash.h"
#include "runtime/Base/Half.h"
#include "runtime/Base/RandomWeights.h"
#include "runtime/Packing/Pack.h"

#include <algorithm>
#include <cstring>

using namespace tern;

Result<WeightLoader> WeightLoader::open(const Program &program) {
  WeightLoader loader;
  for (const ProgramFile &expected : program.files) {
    Result<MappedFile> file = MappedFile::open(expected.path);
    if (!file)
      return file.problem();
    std::string remedy = "restore the file, or compile the model again";
    if (file->size() != expected.size)
      return Problem{expected.path,
                     "the file must be the one that the model was compiled from, of " + std::to_string(expected.size) +
                         " bytes, but has " + std::to_string(file->size()),
                     remedy};
    if (!expected.headerHash.empty() && contentHashOf(file->text().substr(0, expected.header)) != expected.headerHash)
      return Problem{expected.path, "the file must be the one that the model was compiled from, but its header differs",
                     remedy};
    loader.files.push_back(std::move(*file));
  }
  return loader;
}

/// Whether `format` is a float of 16 or 32 bits, which any weight can be widened or rounded to.
static bool isPlainFloat(StorageFormat format) {
  return format == StorageFormat::F32 || format == StorageFormat::F16 || format == StorageFormat::BF16;
}

static void encodePlain(StorageFormat format, const float *source, std::uint8_t *target, std::uint64_t length) {
  for (std::uint64_t i = 0; i != length; ++i) {
    if (format == StorageFormat::F32) {
      std::memcpy(target + i * 4, source + i, 4);
      continue;
    }
    std::uint16_t half = format == StorageFormat::F16 ? floatToHalf(source[i]) : floatToBfloat16(source[i]);
    std::memcpy(target + i * 2, &half, 2);
  }
}

namespace {

/// One weight on its way into memory: a matrix of `rows` rows, all dimensions but the last.
struct Matrix {
  const ProgramWeight &weight;
  std::uint64_t rows = 1, columns = 1, rowBytes = 0;
  const std::uint8_t *stored = nullptr; ///< Null for a random weight.

  explicit Matrix(const ProgramWeight &weight) : weight(weight) {
    for (std::int64_t size : weight.shape)
      rows *= static_cast<std::uint64_t>(size);
    if (!weight.shape.empty())
      columns = static_cast<std::uint64_t>(weight.shape.back());
    rows = columns ? rows / columns : 0;
  }

  /// Nothing if all sizes fit together.
  std::string check() {
    std::optional<std::uint64_t> row = storageBytes(weight.format, 1, columns);
    if (!row)
      return "rows of " + std::to_string(columns) + " elements are not whole blocks";
    rowBytes = *row;
    if (weight.format != weight.sourceFormat || !stored)
      if (!isPlainFloat(weight.format))
        return "only f32, f16 and bf16 can be made from another format or a seed";
    std::optional<std::uint64_t> needed = rowBytes * rows;
    if (weight.layout == WeightLayout::Tiles16) {
      std::optional<PackedFormat> packed = packedFormatOf(weight.format);
      needed = packed ? packedBytes(*packed, rows, columns) : std::nullopt;
    }
    if (!needed || *needed > weight.bytes)
      return "its layout does not fit the " + std::to_string(weight.bytes) + " bytes that the program gives it";
    return "";
  }

  /// Writes rows [begin, end) in the program's format, row-major.
  void makeRows(std::uint64_t begin, std::uint64_t end, std::uint8_t *target) const {
    if (stored && weight.format == weight.sourceFormat) {
      std::memcpy(target, stored + begin * rowBytes, (end - begin) * rowBytes);
      return;
    }
    std::vector<float> row(columns);
    std::uint64_t sourceRow = storageBytes(weight.sourceFormat, 1, columns).value_or(0);
    for (; begin != end; ++begin, target += rowBytes) {
      if (stored)
        decodeToFloat(weight.sourceFormat, stored + begin * sourceRow, row.data(), columns);
      else
        RandomWeights(weight.seed, weight.tensor)
            .generate(weight.center, weight.scale, weight.sourceFormat, begin * columns, row.data(), columns);
      encodePlain(weight.format, row.data(), target, columns);
    }
  }

  void makeTile(std::uint64_t tile, std::uint8_t *target) const {
    if (stored && weight.format == weight.sourceFormat)
      return packTiles(weight.format, stored, rows, columns, tile, tile + 1, target);
    std::uint64_t begin = tile * tileRows, end = std::min<std::uint64_t>(begin + tileRows, rows);
    std::vector<std::uint8_t> source((end - begin) * rowBytes);
    makeRows(begin, end, source.data());
    packTiles(weight.format, source.data(), end - begin, columns, 0, 1, target);
  }
};

} // namespace

Status WeightLoader::load(const ProgramWeight &weight, std::uint8_t *target, ThreadPool &pool) const {
  std::string where = "weight '" + weight.name + "'";
  Matrix matrix(weight);
  if (weight.source == ProgramWeight::Source::Stored) {
    const MappedFile &file = files[static_cast<std::size_t>(weight.file)];
    matrix.stored = file.data() + weight.offset;
    where = file.path() + ": " + where;
    if (!weight.hash.empty() && contentHashOf(file.text().substr(weight.offset, weight.sourceBytes)) != weight.hash)
      return Problem{where, "the bytes must have the hash " + weight.hash + " that the model was compiled with",
                     "restore the file, or compile the model again"};
  }
  std::string wrong = matrix.check();
  if (!wrong.empty())
    return Problem{
        where, "cannot be brought into memory as " + std::string(storageFormatInfo(weight.format).name) + ": " + wrong,
        "compile the model again"};

  constexpr std::uint64_t pieceBytes = 1 << 20;
  auto grain = [&](std::uint64_t bytes) {
    return static_cast<std::int64_t>(std::max<std::uint64_t>(1, pieceBytes / std::max<std::uint64_t>(1, bytes)));
  };
  if (weight.layout == WeightLayout::Rows) {
    pool.parallelFor(0, static_cast<std::int64_t>(matrix.rows), grain(matrix.rowBytes),
                     [&](std::int64_t begin, std::int64_t end) {
                       matrix.makeRows(static_cast<std::uint64_t>(begin), static_cast<std::uint64_t>(end),
                                       target + static_cast<std::uint64_t>(begin) * matrix.rowBytes);
                     });
    return Done{};
  }
  std::uint64_t bytes = *tileBytes(*packedFormatOf(weight.format), matrix.columns);
  pool.parallelFor(
      0, static_cast<std::int64_t>(numTiles(matrix.rows)), grain(bytes), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t tile = begin; tile != end; ++tile)
          matrix.makeTile(static_cast<std::uint64_t>(tile), target + static_cast<std::uint64_t>(tile) * bytes);
      });
  return Done{};
}
