//===- RowScales.h - Scales of one row of a piece ----------------*- C++ -*-===//
//
// The scales and minima of 32 columns of one row of a tile, the same numbers as those that PieceScales (WeightPieces.h)
// has for four rows; `h` counts parts of 16 columns where these have their own.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_ROWSCALES_H
#define TERN_RUNTIME_CUDA_DEVICE_ROWSCALES_H

#include "runtime/Cuda/Device/Storage.h"

namespace tern {

/// One binary16 for a row.
template <typename FORMAT> struct RowScales {
  unsigned short scales, minima;

  __device__ __forceinline__ void load(const unsigned char *block, int /*part*/, int row) {
    scales = loadStreamed<unsigned short>(block + FORMAT::scales + 2 * row);
    minima = FORMAT::hasMinimum ? loadStreamed<unsigned short>(block + FORMAT::minima + 2 * row) : 0;
  }
  __device__ __forceinline__ float scale(int /*h*/) const { return halfToFloat(scales); }
  __device__ __forceinline__ float minimum(int /*h*/) const { return halfToFloat(minima); }
};

/// Q4_K, Q5_K: 6 bits for a row and 32 columns, times a half.
template <typename FORMAT> struct SixBitRowScales {
  unsigned short scales, minima;
  unsigned low, high; ///< The bits of this row alone.

  __device__ __forceinline__ void load(const unsigned char *block, int part, int row) {
    const unsigned char *packed = block + FORMAT::subScales + 24 * part;
    low = packed[row];
    high = packed[16 + row / 2] >> (row % 2 * 4);
    scales = loadStreamed<unsigned short>(block + FORMAT::scales + 2 * row);
    minima = loadStreamed<unsigned short>(block + FORMAT::minima + 2 * row);
  }
  __device__ __forceinline__ float scale(int /*h*/) const {
    return multiply(halfToFloat(scales), static_cast<float>(static_cast<int>((low & 15) | (high & 3) << 4)));
  }
  __device__ __forceinline__ float minimum(int /*h*/) const {
    return -multiply(halfToFloat(minima), static_cast<float>(static_cast<int>(low >> 4 | (high >> 2 & 3) << 4)));
  }
};
template <> struct RowScales<Q4_K> : SixBitRowScales<Q4_K> {};
template <> struct RowScales<Q5_K> : SixBitRowScales<Q5_K> {};

/// Q6_K: a signed byte for a row and 16 columns, times a half.
template <> struct RowScales<Q6_K> {
  unsigned short scales;
  signed char bytes[2];

  __device__ __forceinline__ void load(const unsigned char *block, int part, int row) {
    bytes[0] = static_cast<signed char>(block[Q6_K::subScales + 32 * part + row]);
    bytes[1] = static_cast<signed char>(block[Q6_K::subScales + 32 * part + 16 + row]);
    scales = loadStreamed<unsigned short>(block + Q6_K::scales + 2 * row);
  }
  __device__ __forceinline__ float scale(int h) const {
    return multiply(halfToFloat(scales), static_cast<float>(bytes[h]));
  }
  __device__ __forceinline__ float minimum(int) const { return 0.0f; }
};

/// Wide8: f32 for a row and 16 columns.
template <> struct RowScales<Wide8> {
  unsigned scales[2], minima[2];

  __device__ __forceinline__ void load(const unsigned char *block, int /*part*/, int row) {
    TERN_UNROLL
    for (int h = 0; h < 2; ++h) {
      scales[h] = loadStreamed<unsigned>(block + Wide8::scales + 64 * h + 4 * row);
      minima[h] = loadStreamed<unsigned>(block + Wide8::minima + 64 * h + 4 * row);
    }
  }
  __device__ __forceinline__ float scale(int h) const { return bitsToFloat(scales[h]); }
  __device__ __forceinline__ float minimum(int h) const { return bitsToFloat(minima[h]); }
};

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_ROWSCALES_H
