//===- StorageFormat.h - How numbers lie in model files ----------*- C++ -*-===//
//
// A storage format says how a row of a tensor is laid out in bytes: plain scalars, or blocks of quants that share
// scales. One table describes them all; the importers, the IR and the interpreter read it, so a new format is one row
// here and one decode function.
//
// The block formats of weights are those of GGML (https://github.com/ggml-org/ggml, ggml-common.h and ggml-quants.c);
// names are theirs in lower case. The block formats of activations, i8_32 and i15_32, exist in memory alone: no file
// holds them. A buffer of them is not a row of blocks but one array for each part of a block
// (runtime/Packing/QuantizedActivations.h); blockBytes is what a block takes in all arrays together.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_BASE_STORAGEFORMAT_H
#define TERN_RUNTIME_BASE_STORAGEFORMAT_H

#include <cstdint>
#include <optional>
#include <string_view>

namespace tern {

enum class StorageFormat : std::uint8_t {
  F64, F32, F16, BF16, F8E4M3, F8E5M2, I64, I32, I16, I8, U8, Bool,
  Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS, MXFP4,
  I8_32, I15_32,
};

constexpr int numStorageFormats = static_cast<int>(StorageFormat::I15_32) + 1;

/// What the table knows of one format.
struct StorageFormatInfo {
  StorageFormat format;
  std::string_view name;     ///< As it stands in IR: "f32", "q4_1", "iq4_xs".
  std::uint32_t blockLength; ///< Elements that share a block; 1 for scalars. A row is a whole number of blocks.
  std::uint32_t blockBytes;  ///< Bytes of one block.
  bool isInteger;            ///< Holds integers that are values, not quants.
  bool isActivation = false; ///< Made while a model runs; never in a file, never decoded.
};

const StorageFormatInfo &storageFormatInfo(StorageFormat format);

/// The format called `name` in IR, or nothing.
std::optional<StorageFormat> storageFormatByName(std::string_view name);

/// Bytes of `rows` rows of `length` elements; nothing if a row is not whole blocks or the product passes 2^63 - 1.
std::optional<std::uint64_t> storageBytes(StorageFormat format, std::uint64_t rows, std::uint64_t length);

/// Decodes `length` elements (a whole number of blocks) at `source` to f32. Bit-exact to the format's definition in f32
/// arithmetic; F64 and the 64-bit integers are rounded to the nearest f32. `source` needs no alignment. Not for the
/// formats of activations.
void decodeToFloat(StorageFormat format, const std::uint8_t *source, float *target, std::uint64_t length);

/// Encodes `length` numbers as floating-point scalars of `format`, each rounded as roundTo does. `target` needs no
/// alignment.
void encodeFromFloat(StorageFormat format, const float *source, std::uint8_t *target, std::uint64_t length);

/// Rounds to the nearest value of the narrower type, ties to even, NaN kept, overflow to infinity (F8E4M3: to NaN).
/// F32 and F64 return `value` unchanged. Only for floating-point scalars.
float roundTo(StorageFormat format, float value);

} // namespace tern

#endif // TERN_RUNTIME_BASE_STORAGEFORMAT_H
