//===- WeightPacker.h - Weights of a program into memory ---------*- C++ -*-===//
//
// A program says of each weight where its bytes come from and how they lie in memory (runtime/Artifact/Program.h). This
// brings them there: when a model is loaded, and when the compiler embeds packed weights in an artifact.
//
//   stored:  bytes of a file ──┬─ same format ─────────────────────────────────────┬─► tiles of 16 rows, or rows
//                              └─ another ──► f32 ──► rounded to the weight's ─────┘
//   random:  seed and name ──────────────────► f32 ──► format ─────────────────────┘
//
// Work is cut into units, a tile or a row, that are independent: any thread may make any of them, in any order, and the
// bytes are the same.
//
//   loadWeights     many weights, each to its own place in memory, on all threads of a pool
//   streamWeight    one weight, in pieces and in order, to a writer
//   WeightPacker    one weight, some units: what the two are made of
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_PACKING_WEIGHTPACKER_H
#define TERN_RUNTIME_PACKING_WEIGHTPACKER_H

#include "runtime/Artifact/Program.h"
#include "runtime/Base/RandomWeights.h"
#include "runtime/Base/Result.h"
#include "runtime/Base/ThreadPool.h"

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace tern {

/// Makes the bytes of one weight, stored or random.
class WeightPacker {
public:
  /// `file` is all of the file that a stored weight is in; it must outlive the packer. A random weight needs none.
  /// Problems: the weight's range is not inside the file, its bytes are not what shape and format take, there is no way
  /// from the source's format to the weight's, the weight is embedded.
  static Result<WeightPacker> create(const ProgramWeight &weight, std::string_view file);

  /// Bytes in memory, padding included: what the program says.
  std::uint64_t bytes() const { return totalBytes; }
  /// Tiles (layout Tiles16) or rows, of `unitBytes` each; at most bytes() together.
  std::uint64_t units() const { return unitCount; }
  std::uint64_t unitBytes() const { return bytesOfUnit; }

  /// Writes units [begin, end) to `target`, unit `begin` first.
  void pack(std::uint64_t begin, std::uint64_t end, std::uint8_t *target) const;

  /// Compares the source's bytes with the weight's hash, if it has one; reads all of them.
  Status checkHash() const;

private:
  WeightPacker(const ProgramWeight &weight, std::uint64_t rows, std::uint64_t columns);

  Problem problem(std::string what, std::string remedy = "") const;
  Status findSource(const ProgramWeight &weight, std::string_view file);
  Status planConversion(const ProgramWeight &weight);
  Status planUnits(const ProgramWeight &weight);
  void readRow(std::uint64_t row, float *values) const;
  void packConvertedTiles(std::uint64_t begin, std::uint64_t end, std::uint8_t *target) const;
  void packConvertedRows(std::uint64_t begin, std::uint64_t end, std::uint8_t *target) const;

  std::string name, hash;
  WeightLayout layout;
  std::uint64_t rows, columns;
  std::uint64_t totalBytes, unitCount = 0, bytesOfUnit = 0;

  StorageFormat sourceFormat;
  std::string_view source; ///< Of a stored weight: its bytes, row-major.
  RandomWeights random;
  double center, scale;
  bool isRandom;

  bool isConverted = false;             ///< By way of f32, or straight from the source's bytes.
  std::vector<StorageFormat> roundings; ///< Formats that f32 values are rounded to, before they are encoded.
  StorageFormat encoded;                ///< What a row is encoded as before it is laid out.
};

/// Called with the bytes that are ready and those there will be; by one thread at a time, and the first number never
/// falls.
using PackProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// A weight and the place for its bytes.
struct WeightLoad {
  const ProgramWeight *weight = nullptr;
  std::string_view file;          ///< All of the file that a stored weight is in.
  std::uint8_t *target = nullptr; ///< Room for weight->bytes.
};

/// Brings all weights to their places, on the threads of `pool`. Problems: as WeightPacker::create, or a source that
/// does not have the weight's hash; the places are then partly written.
Status loadWeights(const std::vector<WeightLoad> &loads, ThreadPool &pool, const PackProgress &progress = {});

/// Hands the bytes of one weight to `sink` in order, in pieces that die when it returns, packing the next ones on the
/// threads of `pool`. Stops at the first problem of `sink`. `load.target` is not used.
Status streamWeight(const WeightLoad &load, ThreadPool &pool, const std::function<Status(std::string_view)> &sink,
                    const PackProgress &progress = {});

} // namespace tern

#endif // TERN_RUNTIME_PACKING_WEIGHTPACKER_H
