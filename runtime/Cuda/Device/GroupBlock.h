//===- GroupBlock.h - Linear layers of many tokens on sm_90a -----*- C++ -*-===//
//
// groupBlock<X, TILES, TOKENS, SHARED, COUNT>(shared, x, maxRows, columns, tokenBegin, tokenEnd, tileBegin, tileEnd,
//                                             finish, w...)
//
// What linearBlock() of LinearBlock.h does, for COUNT weights of bf16 and tokens of SplitRows.h, with the matrix
// products of warpgroups. All threads of a block of groupThreads call it; `columns` is a multiple of 64.
//
//   X          Split2 or Split1: x is a buffer of SplitRows.h made for `maxRows` rows
//   shared     SHARED bytes
//   finish     finish(token, row, sum, ...) as in linearBlock()
//
// One warp produces: it fills a ring of stages, 64 columns of all tiles and all tokens each, with bulk copies. Two
// warpgroups consume: each has some of the units of 64 rows, four tiles of one weight, times all tokens; if there is
// one unit, they take turns with the stages and are added at last.
//
//                         TOKENS tokens
//                       ┌──────────────┐    x from shared memory, as SplitRows.h stores it: hi and lo meet a tile
//                       │ hi  │  lo    │    that has been read once
//            ┌───────┐  ├──────────────┤
//            │ tile  │  │ warp 0       │    weights through registers: a warp reads the 16 rows of its tile from shared
//   a unit   │ tile  │  │ warp 1       │    memory, where they lie as in memory; lane 4 g + q has rows 2 g and 2 g + 1
//            │ tile  │  │ warp 2       │
//            │ tile  │  │ warp 3       │
//            └───────┘  └──────────────┘
//
// In a step of 16 columns lanes of q < 2 read columns 8 s .. 8 s + 7 of a stage, the others those 32 further. That half
// of a stage is shifted by 32 bytes, so that all lanes meet different banks; the order of columns in SplitRows.h is the
// one that follows.
//
// Tokens of a pass begin at a multiple of 8, as pieces of SplitRows.h do: where `tokenBegin` is none, a second pass may
// be needed. A token's sums depend on it and on the template arguments alone.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_GROUPBLOCK_H
#define TERN_RUNTIME_CUDA_DEVICE_GROUPBLOCK_H

#include "runtime/Cuda/Device/LinearBlock.h"
#include "runtime/Cuda/Device/SplitRows.h"

namespace tern {

/// Two warpgroups.
inline constexpr int groupThreads = 256;

/// A place in a ring of STAGES stages, and the parity of its phases there.
template <int STAGES> struct RingPlace {
  int place = 0, parity = 0;

  __device__ __forceinline__ void advance() {
    if (++place == STAGES) {
      place = 0;
      parity ^= 1;
    }
  }
};

/// How a block shares its work, and its shared memory.
template <int PARTS, int TILES, int TOKENS, int SHARED, int COUNT> struct GroupShape {
  static constexpr int warpgroups = groupThreads / 128, columns = 64;
  static constexpr int tiles = COUNT * TILES, units = tiles / 4, unitsOfWeight = TILES / 4;
  static constexpr int slots = units >= warpgroups ? units / warpgroups : 1; ///< Units of a warpgroup.
  static constexpr int alongTokens = warpgroups / (units / slots);           ///< Warpgroups that share a unit.
  static constexpr int groupTokens = TOKENS / alongTokens;                   ///< Of a warpgroup.
  static constexpr int productTokens = groupTokens < 128 ? groupTokens : 128, groups = groupTokens / productTokens;
  static_assert(TILES % 4 == 0 && units * alongTokens == slots * warpgroups &&
                    TOKENS == productTokens * groups * alongTokens,
                "warpgroups have the same share");
  static_assert(tiles <= 16, "a lane copies half a tile of a stage");

  static constexpr int tokenBytes = TOKENS * columns * 2, stageTokenBytes = PARTS * tokenBytes;
  static constexpr int halfBytes = 1024, halfStride = tiles * halfBytes + 32; ///< Of tiles in a stage.
  static constexpr int stageTileBytes = 2 * tiles * halfBytes + 128;
  static constexpr int alignment = 1024, phaseBytes = 128;
  static constexpr int fitting = (SHARED - alignment - phaseBytes) / (stageTokenBytes + stageTileBytes);
  static constexpr int stages = fitting < 8 ? fitting : 8;
  static constexpr int stageBytes = stages * (stageTokenBytes + stageTileBytes);
  static constexpr int sumBytes = COUNT * TOKENS * sumStride<TILES> * 4;
  static_assert(stages >= 2 && sumBytes <= stageBytes, "two stages, and at last the sums, must fit in SHARED bytes");
  using Place = RingPlace<stages>;

  static __device__ __forceinline__ int warpgroup() { return threadIndex() / 128; }
  static __device__ __forceinline__ int firstUnit() { return warpgroup() / alongTokens * slots; }
  static __device__ __forceinline__ int firstToken() { return warpgroup() % alongTokens * groupTokens; }
};

/// The ring: tokens of all stages, tiles of all stages, and two phases for each, of stages that are full and empty.
template <typename Shape> struct GroupRing {
  unsigned char *tokens, *tiles;
  Phase *full, *empty;

  __device__ __forceinline__ explicit GroupRing(unsigned char *shared) {
    tokens = shared +
             (Shape::alignment - reinterpret_cast<unsigned long long>(shared) % Shape::alignment) % Shape::alignment;
    tiles = tokens + Shape::stages * Shape::stageTokenBytes;
    full = reinterpret_cast<Phase *>(tiles + Shape::stages * Shape::stageTileBytes);
    empty = full + Shape::stages;
  }

  __device__ __forceinline__ void makePhases() const {
    if (threadIndex() == 0) {
      TERN_UNROLL
      for (int i = 0; i < Shape::stages; ++i) {
        makePhase(full + i, 1);
        makePhase(empty + i, groupThreads / 32);
      }
    }
    fenceCopies();
    barrier();
  }

  __device__ __forceinline__ unsigned char *tokensOf(int place) const {
    return tokens + place * Shape::stageTokenBytes;
  }
  __device__ __forceinline__ unsigned char *tilesOf(int place) const { return tiles + place * Shape::stageTileBytes; }
};

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

/// What a thread copies to the stages of a pass: half of a tile, all columns of tokens from a first one on of one
/// plane, or nothing. All warps have their share, as a warp begins one copy after another.
template <typename Shape, int PARTS, int TILES, int TOKENS, int COUNT> struct StageCopies {
  using Rows = SplitRows<PARTS>;
  static constexpr int halves = 2 * Shape::tiles;
  static_assert(halves + PARTS <= groupThreads, "a thread copies one thing");

  typename Shape::Place place; ///< To fill next.
  int number, end;             ///< The stage of the pass that goes there, and how many there are.
  int item;                    ///< Halves of tiles, then planes of tokens, then nothing.
  const unsigned char *from;   ///< Its bytes of the first stage; null if there are none.
  unsigned char *to;           ///< Its place in the first place of the ring.
  long long stride;            ///< From stage to stage.
  int bytes, tileBytes, allBytes;

  /// Of the block; the pass comes later.
  __device__ __forceinline__ StageCopies(const GroupRing<Shape> &ring, const WeightPointers<COUNT> &weights,
                                         long long columns, const BlockRange &range)
      : end(static_cast<int>(columns / Shape::columns)),
        item(threadIndex() % 32 * (groupThreads / 32) + threadIndex() / 32), from(nullptr) {
    int tile = item / 2 % TILES, half = item % 2, weight = item / 2 / TILES;
    long long left = range.tileEnd - range.tileBegin;
    int numTiles = left < TILES ? static_cast<int>(left) : TILES;
    TERN_UNROLL
    for (int w = 0; w < COUNT; ++w)
      if (w == weight && tile < numTiles)
        from = static_cast<const unsigned char *>(weights.at[w]) +
               (range.tileBegin + tile) * tern::tileBytes<BF16>(columns) + half * Shape::halfBytes;
    to = ring.tiles + (weight * TILES + tile) * Shape::halfBytes + half * Shape::halfStride;
    stride = 2 * Shape::halfBytes;
    bytes = Shape::halfBytes;
    tileBytes = COUNT * numTiles * 2 * Shape::halfBytes;
  }

  /// The pass of tokens from `first` on, a multiple of 8, begins.
  __device__ __forceinline__ void begin(const GroupRing<Shape> &ring, const Rows &x, long long first,
                                        long long tokenEnd) {
    constexpr int most = TOKENS / Rows::pieceRows;
    long long left = (tokenEnd - first + Rows::pieceRows - 1) / Rows::pieceRows;
    int tokenBytes = (left < most ? static_cast<int>(left) : most) * Rows::pieceBytes, part = item - halves;
    if (part >= 0 && part < PARTS) {
      from = x.piece(part, 0, first / Rows::pieceRows);
      to = ring.tokens + part * Shape::tokenBytes;
      stride = x.maxRows / Rows::pieceRows * Rows::pieceBytes;
      bytes = tokenBytes;
    }
    allBytes = tileBytes + PARTS * tokenBytes;
    number = 0;
  }

  /// Fills the next place, when it is empty, if there is a stage.
  __device__ __forceinline__ void fill(const GroupRing<Shape> &ring) {
    if (number >= end)
      return;
    Phase *full = ring.full + place.place;
    waitForPhase(ring.empty + place.place, place.parity ^ 1);
    if (threadIndex() == 0)
      arriveWithBytes(full, allBytes);
    if (from)
      copyBulk(to + place.place * (item < halves ? Shape::stageTileBytes : Shape::stageTokenBytes),
               from + number * stride, bytes, full);
    ++number;
    place.advance();
  }
};

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// The sums of a warpgroup.
template <typename Shape, int PARTS, int TILES, int TOKENS, int COUNT> struct GroupSums {
  static constexpr int steps = Shape::columns / 16, numbers = Shape::productTokens / 2;
  using Copies = StageCopies<Shape, PARTS, TILES, TOKENS, COUNT>;
  using Operands = unsigned[Shape::slots][4];

  /// [unit][tokens of a product][eight tokens: rows 2 g and 2 g + 1, tokens 2 q and 2 q + 1]
  float sums[Shape::slots][Shape::groups][numbers];

  /// Adds the products of all stages of a pass, which begin at `place`. While the products of a step run, the weights
  /// of the next are read.
  __device__ __forceinline__ void multiply(const GroupRing<Shape> &ring, typename Shape::Place &place, Copies &copies) {
    TERN_UNROLL
    for (int i = 0; i < Shape::slots * Shape::groups * numbers; ++i)
      sums[i / (Shape::groups * numbers)][i / numbers % Shape::groups][i % numbers] = 0.0f;
    TERN_UNROLL_BY(1)
    for (int i = 0; i < Shape::stages; ++i)
      copies.fill(ring);
    Operands operands[2];
    waitForPhase(ring.full + place.place, place.parity);
    read(ring.tilesOf(place.place), 0, operands[0]);
    Phase *last = nullptr; // of the stage before
    int number = 0;
    do { // there is a stage; sums are where products want them only if the compiler knows
      const unsigned char *tiles = ring.tilesOf(place.place);
      const GroupMatrix tokens(ring.tokensOf(place.place) + Shape::firstToken() * 128);
      Phase *empty = ring.empty + place.place;
      place.advance();
      TERN_UNROLL
      for (int step = 0; step < steps; ++step) {
        multiplyStep(operands[step % 2], tokens.after(step * 32));
        waitForProducts<1>(); // those of the step before are done
        if (step == 0 && number > 0 && threadIndex() % 32 == 0)
          arrive(last);
        if (step == 2 && number > 0)
          copies.fill(ring); // when all warps have arrived, which those who are slower will soon
        if (step + 1 < steps) {
          read(tiles, step + 1, operands[(step + 1) % 2]);
        } else if (number + 1 < copies.end) {
          waitForPhase(ring.full + place.place, place.parity);
          read(ring.tilesOf(place.place), 0, operands[0]);
        }
      }
      last = empty;
    } while (++number < copies.end);
    waitForProducts<0>();
    if (threadIndex() % 32 == 0)
      arrive(last);
  }

  /// Leaves the sums in shared memory.
  __device__ __forceinline__ void hand(float *target) const {
    int warp = threadIndex() / 32 % 4, g = threadIndex() % 32 / 4, q = threadIndex() % 4;
    TERN_UNROLL
    for (int slot = 0; slot < Shape::slots; ++slot) {
      int unit = Shape::firstUnit() + slot;
      int row = (unit % Shape::unitsOfWeight * 4 + warp) * 16 + 2 * g;
      int plane = unit / Shape::unitsOfWeight;
      TERN_UNROLL
      for (int i = 0; i < Shape::groups * numbers / 4; ++i) {
        const float *from = sums[slot][i / (numbers / 4)] + i % (numbers / 4) * 4;
        TERN_UNROLL
        for (int t = 0; t < 2; ++t)
          *reinterpret_cast<Words2 *>(
              target + (plane * TOKENS + Shape::firstToken() + i * 8 + 2 * q + t) * sumStride<TILES> + row) =
              Words2{floatToBits(from[t]), floatToBits(from[2 + t])};
      }
    }
  }

private:
  /// This lane's part of its tiles: of step s, rows 2 g and 2 g + 1 of two pairs of columns.
  static __device__ __forceinline__ void read(const unsigned char *tiles, int step, Operands &operands) {
    int lane = threadIndex() % 32, g = lane / 4, q = lane % 4;
    const unsigned char *pairs = tiles + (Shape::firstUnit() * 4 + threadIndex() / 32 % 4) * Shape::halfBytes +
                                 q / 2 * Shape::halfStride + (step * 4 + q % 2) * 64 + g * 8;
    TERN_UNROLL
    for (int i = 0; i < Shape::slots * 2; ++i) {
      Words2 rows = load<Words2>(pairs + i / 2 * 4 * Shape::halfBytes + i % 2 * 128);
      operands[i / 2][i % 2 * 2] = rows.x;
      operands[i / 2][i % 2 * 2 + 1] = rows.y;
    }
  }

  /// Begins the products of 16 columns.
  __device__ __forceinline__ void multiplyStep(const Operands &operands, const GroupMatrix &tokens) {
    beginProducts();
    TERN_UNROLL
    for (int part = PARTS - 1; part >= 0; --part) {
      TERN_UNROLL
      for (int i = 0; i < Shape::slots * Shape::groups; ++i)
        multiplyGroup(sums[i / Shape::groups][i % Shape::groups], operands[i / Shape::groups],
                      tokens.after(part * Shape::tokenBytes + i % Shape::groups * Shape::productTokens * 128));
    }
    commitProducts();
  }
};

//===----------------------------------------------------------------------===//
// What kernels call
//===----------------------------------------------------------------------===//

template <typename X, int TILES, int TOKENS, int SHARED, typename Finish, typename... Weights>
__device__ __forceinline__ void groupBlock(unsigned char *shared, const void *x, long long maxRows, long long columns,
                                           long long tokenBegin, long long tokenEnd, long long tileBegin,
                                           long long tileEnd, Finish finish, Weights... w) {
#if defined(__CUDA_ARCH__) && !defined(__CUDA_ARCH_FEAT_SM90_ALL)
  static_assert(TILES < 0, "this kernel was compiled for sm_90a, whose warpgroups multiply matrices: compile the model "
                           "for this GPU too (--target)");
#endif
  constexpr int count = sizeof...(Weights), parts = X::parts, rows = TILES * 16, stride = sumStride<TILES>;
  using Shape = GroupShape<parts, TILES, TOKENS, SHARED, count>;
  static_assert(count >= 1 && count <= 4 && groupThreads % rows == 0, "a thread finishes sums of one row");
  const SplitRows<parts> tokens(x, maxRows, columns);
  const BlockRange range{tokenBegin, tokenEnd, tileBegin, tileEnd};
  const GroupRing<Shape> ring(shared);
  float *sums = reinterpret_cast<float *>(ring.tokens);
  StageCopies<Shape, parts, TILES, TOKENS, count> copies(ring, {{w...}}, columns, range);
  typename Shape::Place place;
  ring.makePhases();
  TERN_UNROLL_BY(1)
  for (long long first = tokenBegin / 8 * 8; first < tokenEnd; first += TOKENS) {
    copies.begin(ring, tokens, first, tokenEnd);
    {
      GroupSums<Shape, parts, TILES, TOKENS, count> product;
      product.multiply(ring, place, copies);
      barrier(); // all have read the last stages
      product.hand(sums);
    }
    barrier();
    auto finishAt = [&](int token, int row) {
      float all[count];
      TERN_UNROLL
      for (int weight = 0; weight < count; ++weight)
        all[weight] = sums[(weight * TOKENS + token) * stride + row];
      finishRow<count>(finish, first + token, tileBegin * 16 + row, all);
    };
    if (first >= tokenBegin && tokenEnd - first >= TOKENS && tileEnd - tileBegin >= TILES) {
      TERN_UNROLL_BY(8) // what finish reads of several elements is on its way at once
      for (int i = 0; i < TOKENS * rows / groupThreads; ++i)
        finishAt((i * groupThreads + threadIndex()) / rows, threadIndex() % rows);
    } else {
      TERN_UNROLL_BY(1)
      for (int i = threadIndex(); i < TOKENS * rows; i += groupThreads)
        if (first + i / rows >= tokenBegin && first + i / rows < tokenEnd && tileBegin + i % rows / 16 < tileEnd)
          finishAt(i / rows, i % rows);
    }
    fenceCopies();
    barrier(); // sums have been read before stages are filled again
  }
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_GROUPBLOCK_H
