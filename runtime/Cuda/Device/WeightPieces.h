//===- WeightPieces.h - What a lane holds of a tile of weights ---*- C++ -*-===//
//
// A tile is 16 rows abreast (runtime/Packing/PackedFormat.h). A lane reads 16 bytes at a time, which are a few columns
// of neighbouring rows; together they make a piece, with all that is needed to use it:
//
//   blocks of quants   32 columns of 4 rows; 4 lanes share a block, a warp reads 8 blocks
//   BF16               2 columns of 4 rows
//   F16                1 column of 8 rows; 2 lanes share a column
//   F32                1 column of 4 rows
//
//   a group of 64 bytes:   lane 4b+0       4b+1            4b+2            4b+3
//                          rows 0..3       rows 4..7       rows 8..11      rows 12..15
//
// load() only reads, so that reads of several pieces can be under way; the other functions pick numbers out of words.
// Rows and columns are constants where loops are unrolled.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_WEIGHTPIECES_H
#define TERN_RUNTIME_CUDA_DEVICE_WEIGHTPIECES_H

#include "runtime/Cuda/Device/Storage.h"

namespace tern {

__device__ __forceinline__ unsigned wordOf(const Words4 &words, int i) {
  return i == 0 ? words.x : i == 1 ? words.y : i == 2 ? words.z : words.w;
}
__device__ __forceinline__ unsigned short halfOf(const Words2 &words, int i) {
  return static_cast<unsigned short>((i < 2 ? words.x : words.y) >> (i % 2 * 16));
}
__device__ __forceinline__ unsigned short halfOf(const Words4 &words, int i) {
  return static_cast<unsigned short>(wordOf(words, i / 2) >> (i % 2 * 16));
}

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

/// The scales and minima of 4 rows of 32 columns, `h` counting parts of 16 columns where these have their own:
/// one binary16 for a row.
template <typename FORMAT> struct PieceScales {
  Words2 scales, minima;

  __device__ __forceinline__ void load(const unsigned char *block, int /*part*/, int quad) {
    scales = loadStreamed<Words2>(block + FORMAT::scales + 8 * quad);
    if (FORMAT::hasMinimum)
      minima = loadStreamed<Words2>(block + FORMAT::minima + 8 * quad);
  }
  __device__ __forceinline__ float scale(int /*h*/, int row) const { return halfToFloat(halfOf(scales, row)); }
  __device__ __forceinline__ float minimum(int /*h*/, int row) const { return halfToFloat(halfOf(minima, row)); }
};

/// Q4_K, Q5_K: 6 bits for a row and 32 columns, times a half.
template <typename FORMAT> struct SixBitScales {
  Words2 scales, minima;
  unsigned low;
  unsigned short high;

  __device__ __forceinline__ void load(const unsigned char *block, int part, int quad) {
    const unsigned char *packed = block + FORMAT::subScales + 24 * part;
    low = loadStreamed<unsigned>(packed + 4 * quad);
    high = loadStreamed<unsigned short>(packed + 16 + 2 * quad);
    scales = loadStreamed<Words2>(block + FORMAT::scales + 8 * quad);
    minima = loadStreamed<Words2>(block + FORMAT::minima + 8 * quad);
  }
  __device__ __forceinline__ float scale(int /*h*/, int row) const {
    unsigned bits = (low >> (8 * row) & 15) | (high >> (4 * row) & 3) << 4;
    return multiply(halfToFloat(halfOf(scales, row)), static_cast<float>(static_cast<int>(bits)));
  }
  __device__ __forceinline__ float minimum(int /*h*/, int row) const {
    unsigned bits = (low >> (8 * row + 4) & 15) | (high >> (4 * row + 2) & 3) << 4;
    return -multiply(halfToFloat(halfOf(minima, row)), static_cast<float>(static_cast<int>(bits)));
  }
};
template <> struct PieceScales<Q4_K> : SixBitScales<Q4_K> {};
template <> struct PieceScales<Q5_K> : SixBitScales<Q5_K> {};

/// Q6_K: a signed byte for a row and 16 columns, times a half.
template <> struct PieceScales<Q6_K> {
  Words2 scales;
  unsigned bytes[2];

  __device__ __forceinline__ void load(const unsigned char *block, int part, int quad) {
    bytes[0] = loadStreamed<unsigned>(block + Q6_K::subScales + 32 * part + 4 * quad);
    bytes[1] = loadStreamed<unsigned>(block + Q6_K::subScales + 32 * part + 16 + 4 * quad);
    scales = loadStreamed<Words2>(block + Q6_K::scales + 8 * quad);
  }
  __device__ __forceinline__ float scale(int h, int row) const {
    int byte = static_cast<signed char>(bytes[h] >> (8 * row));
    return multiply(halfToFloat(halfOf(scales, row)), static_cast<float>(byte));
  }
  __device__ __forceinline__ float minimum(int, int) const { return 0.0f; }
};

/// Wide8: f32 for a row and 16 columns.
template <> struct PieceScales<Wide8> {
  Words4 scales[2], minima[2];

  __device__ __forceinline__ void load(const unsigned char *block, int /*part*/, int quad) {
    TERN_UNROLL
    for (int h = 0; h < 2; ++h) {
      scales[h] = loadStreamed<Words4>(block + Wide8::scales + 64 * h + 16 * quad);
      minima[h] = loadStreamed<Words4>(block + Wide8::minima + 64 * h + 16 * quad);
    }
  }
  __device__ __forceinline__ float scale(int h, int row) const { return bitsToFloat(wordOf(scales[h], row)); }
  __device__ __forceinline__ float minimum(int h, int row) const { return bitsToFloat(wordOf(minima[h], row)); }
};

//===----------------------------------------------------------------------===//
// Pieces
//===----------------------------------------------------------------------===//

/// 32 columns of 4 rows.
template <typename FORMAT> struct WeightPiece {
  static constexpr int rows = 4, columns = 32;

  Words4 quants[FORMAT::bits == 8 ? 8 : 4];
  Words4 high[2]; ///< Of 5 bits the first; of 4 and 8 bits none.
  PieceScales<FORMAT> scales;

  /// Columns [32 index, 32 index + 32), rows [4 quad, 4 quad + 4) of the tile at `tile`.
  __device__ __forceinline__ void load(const unsigned char *tile, int index, int quad) {
    const unsigned char *block = tile + (FORMAT::isK ? index >> 3 : index) * FORMAT::blockBytes;
    int part = FORMAT::isK ? index & 7 : 0;
    constexpr int groups = FORMAT::bits == 8 ? 8 : 4;
    TERN_UNROLL
    for (int g = 0; g < groups; ++g)
      quants[g] = loadStreamed<Words4>(block + part * 256 + g * 64 + quad * 16);
    if (FORMAT::bits == 5)
      high[0] = loadStreamed<Words4>(block + FORMAT::high + part * 64 + quad * 16);
    if (FORMAT::bits == 6) {
      high[0] = loadStreamed<Words4>(block + FORMAT::high + part * 128 + quad * 16);
      high[1] = loadStreamed<Words4>(block + FORMAT::high + part * 128 + 64 + quad * 16);
    }
    scales.load(block, part, quad);
  }

  /// The unsigned quants of columns 4g .. 4g + 3 of a row, a byte each.
  __device__ __forceinline__ unsigned group(int g, int row) const {
    if (FORMAT::bits == 8)
      return wordOf(quants[FORMAT::bits == 8 ? g : 0], row);
    unsigned low = wordOf(quants[g % 4], row) >> (g / 4 * 4) & 0x0f0f0f0fu;
    if (FORMAT::bits == 5)
      low |= (wordOf(high[0], row) >> g & 0x01010101u) << 4;
    if (FORMAT::bits == 6)
      low |= (wordOf(high[g / 4], row) >> (g % 4 * 2) & 0x03030303u) << 4;
    return low;
  }

  /// What byte `j` of group `g` of a row stands for. A quant below 2^23 in the low bits of 2^23 makes a float.
  __device__ __forceinline__ float value(int g, int j, int row) const {
    float quant =
        bitsToFloat((group(g, row) >> (8 * j) & 255) | 0x4b000000u) - static_cast<float>(0x800000 + FORMAT::zero);
    int h = FORMAT::span == 16 ? g / 4 : 0;
    return FORMAT::hasMinimum ? multiplyAdd(scales.scale(h, row), quant, scales.minimum(h, row))
                              : multiply(scales.scale(h, row), quant);
  }
};

template <> struct WeightPiece<BF16> {
  static constexpr int rows = 4, columns = 2;
  Words4 words;

  __device__ __forceinline__ void load(const unsigned char *tile, int index, int part) {
    words = loadStreamed<Words4>(tile + index * 64 + part * 16);
  }
  __device__ __forceinline__ void clear() { words = Words4{0, 0, 0, 0}; }
  __device__ __forceinline__ float value(int column, int row) const {
    unsigned pair = wordOf(words, row);
    return bitsToFloat(column ? pair & 0xffff0000u : pair << 16);
  }
};

template <> struct WeightPiece<F16> {
  static constexpr int rows = 8, columns = 1;
  Words4 words;

  __device__ __forceinline__ void load(const unsigned char *tile, int index, int part) {
    words = loadStreamed<Words4>(tile + index * 32 + part * 16);
  }
  __device__ __forceinline__ void clear() { words = Words4{0, 0, 0, 0}; }
  __device__ __forceinline__ float value(int, int row) const { return halfToFloat(halfOf(words, row)); }
};

template <> struct WeightPiece<F32> {
  static constexpr int rows = 4, columns = 1;
  Words4 words;

  __device__ __forceinline__ void load(const unsigned char *tile, int index, int part) {
    words = loadStreamed<Words4>(tile + index * 64 + part * 16);
  }
  __device__ __forceinline__ void clear() { words = Words4{0, 0, 0, 0}; }
  __device__ __forceinline__ float value(int, int row) const { return bitsToFloat(wordOf(words, row)); }
};

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_WEIGHTPIECES_H
