//===- LoadPacked.h - One number of a packed matrix --------------*- C++ -*-===//
//
// loadPacked<FORMAT>(tiles, columns, row, column) for embeddings and whatever else reads a weight here and there. It
// gives, bit for bit, what decoding the file gives (runtime/Packing/Unpack.cpp).
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_LOADPACKED_H
#define TERN_RUNTIME_CUDA_DEVICE_LOADPACKED_H

#include "runtime/Cuda/Device/Storage.h"

namespace tern {

/// One lane (row) of one block of a tile.
template <typename FORMAT> struct PackedLane {
  const unsigned char *block;
  int lane;

  __device__ float half(int part) const { return halfToFloat(loadStreamed<unsigned short>(block + part + 2 * lane)); }
  __device__ float single(int part, int index) const {
    return bitsToFloat(loadStreamed<unsigned>(block + part + 4 * (16 * index + lane)));
  }

  /// Byte c % 4 of this lane in group c / 4 of the groups at `part`.
  __device__ int inGroup(int part, int c) const { return block[part + c / 4 * 64 + lane * 4 + c % 4]; }

  /// The unsigned quant of column `c` of the block.
  __device__ int quant(int c) const {
    int sub = c / 32, inSub = c % 32;
    if (FORMAT::bits == 8)
      return inGroup(0, c);
    int low = inGroup(sub * 256, inSub % 16) >> (inSub / 16 * 4) & 15;
    if (FORMAT::bits == 5)
      return low | (inGroup(FORMAT::high + sub * 64, inSub % 4) >> (inSub / 4) & 1) << 4;
    if (FORMAT::bits == 6)
      return low | (inGroup(FORMAT::high + sub * 128 + inSub / 16 * 64, c % 4) >> (c % 16 / 4 * 2) & 3) << 4;
    return low;
  }

  /// The 6-bit scale (0, 0) or minimum (4, 2) of a sub-block of 32 columns.
  __device__ int sixBits(int sub, int low, int high) const {
    const unsigned char *packed = block + FORMAT::subScales + sub * 24;
    int above = packed[16 + lane / 2] >> (lane % 2 * 4);
    return (packed[lane] >> low & 15) | (above >> high & 3) << 4;
  }

  __device__ float scale(int c) const {
    if constexpr (FORMAT::blockColumns == 32 && FORMAT::span == 16)
      return single(FORMAT::scales, c / 16);
    else if constexpr (FORMAT::bits == 6)
      return multiply(half(FORMAT::scales),
                      static_cast<float>(static_cast<signed char>(block[FORMAT::subScales + c / 16 * 16 + lane])));
    else if constexpr (FORMAT::isK)
      return multiply(half(FORMAT::scales), static_cast<float>(sixBits(c / 32, 0, 0)));
    else
      return half(FORMAT::scales);
  }

  /// What is added: of Q4_K and Q5_K, the minimum that they take away with its sign changed.
  __device__ float minimum(int c) const {
    if constexpr (FORMAT::blockColumns == 32 && FORMAT::span == 16)
      return single(FORMAT::minima, c / 16);
    else if constexpr (FORMAT::isK)
      return -multiply(half(FORMAT::minima), static_cast<float>(sixBits(c / 32, 4, 2)));
    else
      return half(FORMAT::minima);
  }

  __device__ float value(int c) const {
    float product = multiply(scale(c), static_cast<float>(quant(c) - FORMAT::zero));
    if constexpr (FORMAT::hasMinimum)
      return add(product, minimum(c));
    else
      return product;
  }
};

/// Element (row, column) of a matrix of `columns` columns. Any thread may call it.
template <typename FORMAT>
__device__ __forceinline__ float loadPacked(const void *tiles, long long columns, long long row, long long column) {
  const unsigned char *block = static_cast<const unsigned char *>(tiles) + (row >> 4) * tileBytes<FORMAT>(columns) +
                               column / FORMAT::blockColumns * FORMAT::blockBytes;
  int lane = static_cast<int>(row & 15), inBlock = static_cast<int>(column % FORMAT::blockColumns);
  return PackedLane<FORMAT>{block, lane}.value(inBlock);
}

template <>
__device__ __forceinline__ float loadPacked<BF16>(const void *tiles, long long columns, long long row,
                                                  long long column) {
  const unsigned char *tile = static_cast<const unsigned char *>(tiles) + (row >> 4) * tileBytes<BF16>(columns);
  return bfloat16ToFloat(loadStreamed<unsigned short>(tile + (column >> 1) * 64 + (row & 15) * 4 + (column & 1) * 2));
}
template <>
__device__ __forceinline__ float loadPacked<F16>(const void *tiles, long long columns, long long row,
                                                 long long column) {
  const unsigned char *tile = static_cast<const unsigned char *>(tiles) + (row >> 4) * tileBytes<F16>(columns);
  return halfToFloat(loadStreamed<unsigned short>(tile + column * 32 + (row & 15) * 2));
}
template <>
__device__ __forceinline__ float loadPacked<F32>(const void *tiles, long long columns, long long row,
                                                 long long column) {
  const unsigned char *tile = static_cast<const unsigned char *>(tiles) + (row >> 4) * tileBytes<F32>(columns);
  return bitsToFloat(loadStreamed<unsigned>(tile + column * 64 + (row & 15) * 4));
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_LOADPACKED_H
