//===- SplitRows.h - Activations as warpgroups multiply them -----*- C++ -*-===//
//
// Warpgroups multiply bfloat16 that lie in shared memory as tensor cores read them (Warpgroups.h). Rows of activations
// are stored so in memory, by the kernel that computes them, and blocks copy them without touching a number.
//
//   Split2    two bfloat16 a number, x = hi + lo with |x - hi - lo| <= 2^-17 |x|
//   Split1    one
//
// A buffer is made for M rows of K columns, M a multiple of 8 and K of 64, and holds a plane of hi, then one of lo:
//
//   plane     [K / 64][M / 8]    pieces of 1024 bytes: 64 columns of 8 rows. So the rows of a block of tokens that a
//                                stage takes are one run of bytes
//   piece     [8 rows][8]        16 bytes of 8 columns, those of row r at place number ^ r: swizzled in 128 bytes
//
// The order of columns in a piece is that in which lanes read weights without bank conflicts: column 32 h + 8 s + 4 u +
// v is at number 2 s + u of its row, half h, place v. Four neighbouring columns, from a multiple of four, stay
// together.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_SPLITROWS_H
#define TERN_RUNTIME_CUDA_DEVICE_SPLITROWS_H

#include "runtime/Cuda/Device/Storage.h"

namespace tern {

struct Split2 {
  static constexpr int parts = 2;
};
struct Split1 {
  static constexpr int parts = 1;
};

/// A buffer for `maxRows` rows of `columns` columns. PARTS is 2 or 1.
template <int PARTS> struct SplitRows {
  static constexpr int pieceBytes = 1024, pieceRows = 8, pieceColumns = 64;

  unsigned char *planes;
  long long maxRows, columns;

  __device__ __forceinline__ SplitRows(const void *buffer, long long maxRows, long long columns)
      : planes(static_cast<unsigned char *>(const_cast<void *>(buffer))), maxRows((maxRows + 7) / 8 * 8),
        columns((columns + 63) / 64 * 64) {}

  __device__ __forceinline__ long long planeBytes() const { return maxRows * columns * 2; }

  /// The piece of columns [64 stage, 64 stage + 64) and rows [8 group, 8 group + 8) of hi (0) or lo (1).
  __device__ __forceinline__ unsigned char *piece(int part, long long stage, long long group) const {
    return planes + part * planeBytes() + (stage * (maxRows / pieceRows) + group) * pieceBytes;
  }

  /// Stores numbers `column` .. `column` + 3, a multiple of 4, of `row`.
  __device__ __forceinline__ void store4(long long row, long long column, const float (&numbers)[4]) const {
    unsigned hi[2], lo[2];
    TERN_UNROLL
    for (int i = 0; i < 2; ++i) {
      float first = numbers[2 * i], second = numbers[2 * i + 1];
      hi[i] = pairOfBfloat16(first, second);
      lo[i] = pairOfBfloat16(first - bitsToFloat(hi[i] << 16), second - bitsToFloat(hi[i] & 0xffff0000u));
    }
    long long place = placeOf(row, column);
    *reinterpret_cast<Words2 *>(planes + place) = Words2{hi[0], hi[1]};
    if (PARTS == 2)
      *reinterpret_cast<Words2 *>(planes + planeBytes() + place) = Words2{lo[0], lo[1]};
  }

  /// Stores one number.
  __device__ __forceinline__ void store(long long row, long long column, float number) const {
    long long place = placeOf(row, column);
    unsigned short hi = floatToBfloat16(number);
    *reinterpret_cast<unsigned short *>(planes + place) = hi;
    if (PARTS == 2)
      *reinterpret_cast<unsigned short *>(planes + planeBytes() + place) =
          floatToBfloat16(number - bfloat16ToFloat(hi));
  }

  __device__ __forceinline__ float load(long long row, long long column) const {
    long long place = placeOf(row, column);
    float hi = bfloat16ToFloat(tern::load<unsigned short>(planes + place));
    if (PARTS == 1)
      return hi;
    return hi + bfloat16ToFloat(tern::load<unsigned short>(planes + planeBytes() + place));
  }

private:
  /// The offset in its plane of one number.
  __device__ __forceinline__ long long placeOf(long long row, long long column) const {
    int c = static_cast<int>(column % pieceColumns), r = static_cast<int>(row % pieceRows);
    int number = c / 8 % 4 * 2 + c / 4 % 2;
    return (column / pieceColumns * (maxRows / pieceRows) + row / pieceRows) * pieceBytes + r * 128 +
           (number ^ r) * 16 + c / 32 * 8 + c % 4 * 2;
  }
};

/// Stores element `offset` of rows of `columns` numbers that follow each other.
template <typename X>
__device__ __forceinline__ void storeSplit(void *buffer, long long maxRows, long long columns, long long offset,
                                           float number) {
  SplitRows<X::parts>(buffer, maxRows, columns).store(offset / columns, offset % columns, number);
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_SPLITROWS_H
