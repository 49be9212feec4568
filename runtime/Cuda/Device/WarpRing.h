//===- WarpRing.h - Weights on their way through shared memory ---*- C++ -*-===//
//
// A warp reads weights from memory long before it multiplies them: it copies them to PLACES places of shared memory,
// one after another, and takes them from there in the same order. No other warp has to do with them.
//
//   copies    ── fill ──>  │ 5 │ 6 │ 3 │ 4 │  ── use ──>     3 and 4 are there, 5 and 6 are on their way
//
//   begin:                 toFill, copyAsync16, filled       PLACES times
//   then, for each:        toUse, read, used; toFill, copyAsync16, filled
//
// Copies begin in one function and go on in another (a kernel waits for the launch before it in between), so a ring is
// made twice: where the second begins all places are filled, and the next to fill is the first again.
//
// The walk through tiles is that of a warp's part of each, cut into groups: what goes to a place. The sums of a tile
// are those of its warps, added up from the first to the last.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_WARPRING_H
#define TERN_RUNTIME_CUDA_DEVICE_WARPRING_H

#include "runtime/Cuda/Device/Linear.h"

namespace tern {

/// The first tile of each of COUNT weights.
template <int COUNT> struct TilePointers {
  const unsigned char *at[COUNT];
};

/// PLACES places of BYTES bytes, those of all warps of a block behind each other.
template <int PLACES, int BYTES> struct WarpRing {
  static_assert(PLACES >= 1 && BYTES % 16 == 0, "a place holds whole copies");
  static constexpr int bytes = PLACES * BYTES;

  unsigned char *base;
  int fill = 0, use = 0;

  __device__ __forceinline__ explicit WarpRing(void *rings)
      : base(static_cast<unsigned char *>(rings) + (threadIndex() >> 5) * bytes) {}

  __device__ __forceinline__ unsigned char *toFill() const { return base + fill * BYTES; }
  /// All that is copied to the place that was to fill, perhaps nothing, has begun.
  __device__ __forceinline__ void filled() {
    commitCopies();
    fill = fill + 1 == PLACES ? 0 : fill + 1;
  }

  /// Waits for the copies of all lanes.
  __device__ __forceinline__ const unsigned char *toUse() const {
    waitForCopies<PLACES - 1>();
    warpBarrier();
    return base + use * BYTES;
  }
  /// All lanes have read what they need.
  __device__ __forceinline__ void used() {
    warpBarrier();
    use = use + 1 == PLACES ? 0 : use + 1;
  }
};

/// The next group of a warp: number `group` of tile `tile`.
struct TileWalk {
  int tile = 0, group = 0;

  /// Whether the next is in the next tile.
  __device__ __forceinline__ bool advance(int groupsOfTile) {
    if (++group < groupsOfTile)
      return false;
    group = 0;
    ++tile;
    return true;
  }
};

/// Adds up what the warps have of tokens [first, first + count) and hands it out.
template <int THREADS, int TOKENS, int COUNT, typename Finish>
__device__ __forceinline__ void finishTile(const float (&partial)[COUNT][THREADS / 32][TOKENS][16], long long first,
                                           int count, long long tile, Finish &finish) {
  TERN_UNROLL_BY(1)
  for (int i = threadIndex(); i < 16 * count; i += THREADS) {
    int token = i / 16, row = i % 16;
    float sums[COUNT];
    TERN_UNROLL
    for (int w = 0; w < COUNT; ++w) {
      sums[w] = partial[w][0][token][row];
      TERN_UNROLL
      for (int warp = 1; warp < THREADS / 32; ++warp)
        sums[w] = add(sums[w], partial[w][warp][token][row]);
    }
    finishRow<COUNT>(finish, first + token, tile * 16 + row, sums);
  }
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_WARPRING_H
