//===- QuantStretch.h - Four pieces of a tile in shared memory ---*- C++ -*-===//
//
// A stretch is up to four pieces of 32 columns of a tile of quants (PackedFormat.h) on their way through a WarpRing:
// neighbouring blocks of 32 columns, or half a block of 256. There it lies by parts, each of four pieces:
//
//   blocks of 32      quants │ high │ scales and minima, of each
//   half of 256       quants │ high │ subScales │ scales and minima of the block
//
// A warp copies it in runs of 16 bytes a lane and reads it as an operand of multiplyTilesU8: lane 4 g + q has rows 2 g
// and 2 g + 1, which stand for rows g and g + 8 of the matrix a, and columns 4 q .. 4 q + 3 and 16 + 4 q .. 16 + 4 q
// + 3. Of quants every other 128 bytes have their 32 swapped in pairs, so that these reads meet different banks.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_QUANTSTRETCH_H
#define TERN_RUNTIME_CUDA_DEVICE_QUANTSTRETCH_H

#include "runtime/Cuda/Device/Formats.h"
#include "runtime/Cuda/Device/Primitives.h"

namespace tern {

/// The place of a thread in its warp, and of a lane 4 g + q in matrices; not negative, as the compiler sees.
__device__ __forceinline__ int laneIndex() { return threadIndex() & 31; }
__device__ __forceinline__ int laneG() { return laneIndex() >> 2; }
__device__ __forceinline__ int laneQ() { return threadIndex() & 3; }

/// Where the parts of a stretch are, in bytes from its beginning.
template <typename FORMAT> struct StretchLayout {
  static constexpr bool isHalf = FORMAT::isK; ///< Of a block of 256 columns.
  /// A stretch of a tile begins at a multiple of so many pieces.
  static constexpr int grain = isHalf ? 4 : 1;
  // Bytes of a piece; the scales of a half are those of its block.
  static constexpr int ofQuants = FORMAT::bits == 8 ? 512 : 256;
  static constexpr int ofHigh = FORMAT::bits == 5 ? 64 : FORMAT::bits == 6 ? 128 : 0;
  static constexpr int ofSubScales = !isHalf ? 0 : FORMAT::bits == 6 ? 32 : 24;
  static constexpr int ofScales = FORMAT::blockBytes - FORMAT::scales;

  static constexpr int high = 4 * ofQuants, subScales = high + 4 * ofHigh, scales = subScales + 4 * ofSubScales;
  static constexpr int bytes = scales + (isHalf ? 1 : 4) * ofScales;

  static __device__ __forceinline__ int scalesOf(int piece) { return scales + (isHalf ? 0 : piece * ofScales); }
  static __device__ __forceinline__ int minimaOf(int piece) {
    return scalesOf(piece) + FORMAT::minima - FORMAT::scales;
  }
  /// Where byte `at` of the quants really lies.
  static __device__ __forceinline__ int placeOf(int at) { return at ^ (at & 128) / 4; }
};

/// Stretches of the tiles of one weight, from the first to the last.
template <typename FORMAT> struct StretchSource {
  using Layout = StretchLayout<FORMAT>;

  /// A run of 16 bytes that is copied: where it lies in memory, from the beginning of its block of 256 or of the first
  /// of 32; how much further in the second half; and the piece that it belongs to.
  struct Run {
    unsigned at, ofHalf;
    int piece;
  };
  static constexpr int quantPasses = Layout::high / 512, passes = (Layout::bytes + 511) / 512;
  static constexpr int passPieces = 512 / Layout::ofQuants; ///< Pieces of quants that a warp copies at once.

  const unsigned char *tile;
  Run quants;                       ///< This lane's first run, whose next are passPieces pieces further,
  Run others[passes - quantPasses]; ///< and those that are no quants.

  __device__ __forceinline__ explicit StretchSource(const unsigned char *tile)
      : tile(tile), quants(runOf(laneIndex() * 16)) {
    TERN_UNROLL
    for (int i = quantPasses; i < passes; ++i)
      others[i - quantPasses] = runOf(i * 512 + laneIndex() * 16);
  }

  /// Begins to copy `count` pieces from piece `first` of the tile on.
  __device__ __forceinline__ void copy(unsigned char *target, int first, int count) const {
    const unsigned block = static_cast<unsigned>(Layout::isHalf ? first >> 3 : first), half = first >> 2 & 1;
    const unsigned char *from = tile + block * FORMAT::blockBytes;
    const unsigned char *mine = from + (quants.at + half * quants.ofHalf);
    TERN_UNROLL
    for (int i = 0; i < quantPasses; ++i) {
      if (Layout::isHalf || i * passPieces + quants.piece < count)
        copyAsync16(target + i * 512 + Layout::placeOf(laneIndex() * 16),
                            mine + i * (Layout::isHalf ? 512 : passPieces * FORMAT::blockBytes));
    }
    TERN_UNROLL
    for (int i = quantPasses; i < passes; ++i) {
      const Run &run = others[i - quantPasses];
      bool isThere = (i + 1) * 512 <= Layout::bytes || i * 512 + laneIndex() * 16 < Layout::bytes;
      if (isThere && (Layout::isHalf || run.piece < count))
        copyAsync16(target + i * 512 + laneIndex() * 16, from + (run.at + half * run.ofHalf));
    }
  }

private:
  /// Of the run that lies at `at` in the stretch.
  static __device__ __forceinline__ Run runOf(int at) {
    if (at < Layout::high)
      return runOf(at, 0, Layout::ofQuants);
    if (at < Layout::subScales)
      return runOf(at - Layout::high, FORMAT::high, Layout::ofHigh);
    if (at < Layout::scales)
      return runOf(at - Layout::subScales, FORMAT::subScales, Layout::ofSubScales);
    if (Layout::isHalf)
      return {static_cast<unsigned>(at - Layout::scales + FORMAT::scales), 0, 0};
    return runOf(at - Layout::scales, FORMAT::scales, Layout::ofScales);
  }
  /// Of byte `at` of a part that is at `part` in a block and has `bytes` bytes of a piece.
  static __device__ __forceinline__ Run runOf(int at, int part, int bytes) {
    if (Layout::isHalf)
      return {static_cast<unsigned>(part + at), static_cast<unsigned>(4 * bytes), 0};
    return {static_cast<unsigned>(at / bytes * FORMAT::blockBytes + part + at % bytes), 0, at / bytes};
  }
};

//===----------------------------------------------------------------------===//
// Quants
//===----------------------------------------------------------------------===//

/// Unsigned quants of a piece, as the operand a.
template <typename FORMAT>
__device__ __forceinline__ void readQuants(const unsigned char *stretch, int piece, unsigned (&a)[4]) {
  using Layout = StretchLayout<FORMAT>;
  int g = laneG(), q = laneQ();
  const unsigned char *quants = stretch + Layout::placeOf(q * 64 + g * 8) + piece * Layout::ofQuants;
  Words2 words = load<Words2>(quants), others = words;
  if (FORMAT::bits == 8)
    others = load<Words2>(quants + 256);
  a[0] = words.x;
  a[1] = words.y;
  a[2] = others.x;
  a[3] = others.y;
  if (FORMAT::bits == 8)
    return;
  unsigned high[4] = {0, 0, 0, 0};
  const unsigned char *bits = stretch + Layout::high + piece * Layout::ofHigh + g * 8;
  if (FORMAT::bits == 5) {
    Words2 both = load<Words2>(bits);
    high[0] = both.x >> q;
    high[1] = both.y >> q;
    high[2] = both.x >> (q + 4);
    high[3] = both.y >> (q + 4);
  } else if (FORMAT::bits == 6) {
    Words2 first = load<Words2>(bits), second = load<Words2>(bits + 64);
    high[0] = first.x >> (2 * q);
    high[1] = first.y >> (2 * q);
    high[2] = second.x >> (2 * q);
    high[3] = second.y >> (2 * q);
  }
  constexpr unsigned mask = FORMAT::bits == 5 ? 0x01010101u : 0x03030303u;
  TERN_UNROLL
  for (int i = 0; i < 4; ++i) {
    a[i] = a[i] >> (i / 2 * 4) & 0x0f0f0f0fu;
    if (FORMAT::bits > 4)
      a[i] |= (high[i] & mask) << 4;
  }
}

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

/// The scales and minima of rows 2 g and 2 g + 1 of a piece, of its two halves where these have their own.
template <typename FORMAT> struct RowPairScales {
  static constexpr int parts = 32 / FORMAT::span;
  float scale[2][parts], minimum[2][parts];

  __device__ __forceinline__ void read(const unsigned char *stretch, int piece) {
    using Layout = StretchLayout<FORMAT>;
    int g = laneG();
    const unsigned char *scales = stretch + Layout::scalesOf(piece), *minima = stretch + Layout::minimaOf(piece);
    if constexpr (FORMAT::bits == 8 && parts == 2) { // Wide8
      TERN_UNROLL
      for (int h = 0; h < parts; ++h) {
        set(scale, h, load<Words2>(scales + 64 * h + 8 * g));
        set(minimum, h, load<Words2>(minima + 64 * h + 8 * g));
      }
      return;
    }
    setHalves(scale, load<unsigned>(scales + 4 * g));
    if (FORMAT::hasMinimum)
      setHalves(minimum, load<unsigned>(minima + 4 * g));
    const unsigned char *packed = stretch + Layout::subScales + piece * Layout::ofSubScales;
    if (FORMAT::isK && FORMAT::hasMinimum) {
      multiplySixBits(load<unsigned short>(packed + 2 * g), load<unsigned char>(packed + 16 + g));
    } else if (FORMAT::isK) {
      TERN_UNROLL
      for (int h = parts; h-- > 0;)
        multiplyBytes(h, load<unsigned short>(packed + 16 * h + 2 * g));
    }
  }

  /// Those that lane `lane` has.
  __device__ __forceinline__ RowPairScales of(int lane) const {
    RowPairScales other;
    TERN_UNROLL
    for (int i = 0; i < 2 * parts; ++i) {
      other.scale[i / parts][i % parts] = shuffle(scale[i / parts][i % parts], lane);
      if (FORMAT::hasMinimum)
        other.minimum[i / parts][i % parts] = shuffle(minimum[i / parts][i % parts], lane);
    }
    return other;
  }

private:
  static __device__ __forceinline__ void set(float (&of)[2][parts], int h, const Words2 &numbers) {
    of[0][h] = bitsToFloat(numbers.x);
    of[1][h] = bitsToFloat(numbers.y);
  }
  static __device__ __forceinline__ void setHalves(float (&of)[2][parts], unsigned halves) {
    of[0][0] = halfToFloat(static_cast<unsigned short>(halves));
    of[1][0] = halfToFloat(static_cast<unsigned short>(halves >> 16));
  }

  /// Q4_K, Q5_K: 6 bits for a row. Low and high bits of scale and minimum of both rows each get a byte of their own.
  __device__ __forceinline__ void multiplySixBits(unsigned low, unsigned high) {
    unsigned lows = (low & 0xffu) | (low & 0xff00u) << 8, highs = (high & 15u) | (high & 0xf0u) << 12;
    unsigned bytes = ((lows | lows << 4) & 0x0f0f0f0fu) | ((highs | highs << 6) & 0x03030303u) << 4;
    TERN_UNROLL
    for (int row = 0; row < 2; ++row) {
      scale[row][0] = multiply(scale[row][0], static_cast<float>(static_cast<int>(bytes >> (16 * row) & 255)));
      minimum[row][0] = -multiply(minimum[row][0], static_cast<float>(static_cast<int>(bytes >> (16 * row + 8) & 255)));
    }
  }

  /// Q6_K: a signed byte for a row and half; the first half comes last, as it has the block's scale.
  __device__ __forceinline__ void multiplyBytes(int h, unsigned bytes) {
    TERN_UNROLL
    for (int row = 0; row < 2; ++row)
      scale[row][h] =
          multiply(scale[row][0], static_cast<float>(static_cast<int>(static_cast<signed char>(bytes >> (8 * row)))));
  }
};

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_QUANTSTRETCH_H
