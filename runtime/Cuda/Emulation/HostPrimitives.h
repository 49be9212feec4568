//===- HostPrimitives.h - What Primitives.h offers, without a GPU -*- C++ -*-===//
//
// The functions of runtime/Cuda/Device/Primitives.h, which documents them, for fibers of Block.h. All lanes of a warp
// take part in an exchange: shuffles, ballots and matrix products are for whole warps here, as they are in all device
// code of Tern. Matrix products of floats are summed in f64 and rounded once; tensor cores round in ways of their own.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_EMULATION_HOSTPRIMITIVES_H
#define TERN_RUNTIME_CUDA_EMULATION_HOSTPRIMITIVES_H

#include "runtime/Base/Half.h"
#include "runtime/Cuda/Emulation/Block.h"

#include <cmath>

#define TERN_UNROLL
#define TERN_UNROLL_BY(COUNT)

namespace tern {

struct alignas(16) Words4 {
  unsigned x, y, z, w;
};
struct alignas(8) Words2 {
  unsigned x, y;
};

inline int threadIndex() { return static_cast<int>(emulation::Grid::current().thread().index.x); }
inline long long blockIndex() { return emulation::Grid::current().block.x; }
inline unsigned char *sharedMemory() { return emulation::Grid::current().dynamicShared(); }

inline void barrier(const char *file = __builtin_FILE(), int line = __builtin_LINE()) {
  emulation::Grid::current().waitForBlock({"a barrier", file, line});
}

namespace emulation {

/// Shows a value of at most 32 bytes to the warp and takes that of lane `from`.
template <typename T> T exchangeWith(T value, unsigned from, const Site &site) {
  static_assert(sizeof(T) % 4 == 0 && sizeof(T) <= 32);
  unsigned words[sizeof(T) / 4];
  std::memcpy(words, &value, sizeof value);
  std::memcpy(&value, Grid::current().exchange(words, sizeof(T) / 4, site)[from % warpLanes], sizeof value);
  return value;
}

/// Ends the launch if `address` is not a multiple of `bytes`, as a GPU does.
inline void checkAligned(const void *address, unsigned bytes, const char *file, int line) {
  if (reinterpret_cast<std::uintptr_t>(address) % bytes == 0)
    return;
  Grid &grid = Grid::current();
  grid.report("thread " + std::to_string(grid.thread().index.x) + " of block " + std::to_string(grid.block.x) +
              " accesses " + std::to_string(bytes) + " bytes at an address that is no multiple of it, " +
              Site{"an access", file, line}.text());
  grid.leave();
}

template <typename T> T loadAligned(const void *address, const char *file, int line) {
  checkAligned(address, sizeof(T), file, line);
  Grid::note(address, sizeof(T), AccessKind::Read);
  T value;
  std::memcpy(&value, address, sizeof value);
  return value;
}

} // namespace emulation

template <typename T> T shuffle(T value, int lane, const char *file = __builtin_FILE(), int line = __builtin_LINE()) {
  return emulation::exchangeWith(value, static_cast<unsigned>(lane), {"a shuffle", file, line});
}

template <typename T>
T shuffleXor(T value, int mask, const char *file = __builtin_FILE(), int line = __builtin_LINE()) {
  unsigned lane = emulation::Grid::current().thread().lane();
  return emulation::exchangeWith(value, lane ^ static_cast<unsigned>(mask), {"a shuffle", file, line});
}

inline unsigned ballot(bool vote, const char *file = __builtin_FILE(), int line = __builtin_LINE()) {
  unsigned word = vote, votes = 0;
  auto *words = emulation::Grid::current().exchange(&word, 1, {"a ballot", file, line});
  for (unsigned lane = 0; lane < emulation::warpLanes; ++lane)
    votes |= words[lane][0] << lane;
  return votes;
}

inline void warpBarrier(const char *file = __builtin_FILE(), int line = __builtin_LINE()) {
  emulation::Grid::current().exchange(nullptr, 0, {"a barrier of a warp", file, line});
}

template <typename T> T load(const void *address, const char *file = __builtin_FILE(), int line = __builtin_LINE()) {
  return emulation::loadAligned<T>(address, file, line);
}
template <typename T>
T loadStreamed(const void *address, const char *file = __builtin_FILE(), int line = __builtin_LINE()) {
  return emulation::loadAligned<T>(address, file, line);
}
inline void touch(const void *address) { static_cast<void>(*static_cast<const volatile unsigned char *>(address)); }
inline void fence() { emulation::Grid::current().fence(); }
inline unsigned long long atomicLargest(unsigned long long *number, unsigned long long value) {
  return emulation::change(number, [=](unsigned long long old) { return old < value ? value : old; });
}
inline unsigned atomicIncrement(unsigned *number) {
  return emulation::change(number, [](unsigned old) { return old + 1; });
}
inline unsigned atomicCount(unsigned *number, unsigned last) {
  fence();
  unsigned before = emulation::change(number, [=](unsigned old) { return old >= last ? 0 : old + 1; });
  fence();
  return before;
}
inline float loadOfOthers(const float *address, const char *file = __builtin_FILE(), int line = __builtin_LINE()) {
  return emulation::loadAligned<float>(address, file, line);
}
inline void waitForPreviousLaunch() { emulation::Grid::current().waitForLaunch(); }
inline void allowNextLaunch() {}

inline void copyAsync16(void *shared, const void *global, const char *file = __builtin_FILE(),
                        int line = __builtin_LINE()) {
  emulation::checkAligned(shared, 16, file, line);
  emulation::checkAligned(global, 16, file, line);
  emulation::Grid::current().copy(shared, global, 16);
}
inline void copyAsync16OrZeros(void *shared, const void *global, bool isThere, const char *file = __builtin_FILE(),
                               int line = __builtin_LINE()) {
  emulation::checkAligned(shared, 16, file, line);
  if (isThere)
    emulation::checkAligned(global, 16, file, line);
  emulation::Grid::current().copy(shared, isThere ? global : nullptr, 16);
}
inline void copyAsync4OrZeros(void *shared, const void *global, bool isThere, const char *file = __builtin_FILE(),
                              int line = __builtin_LINE()) {
  emulation::checkAligned(shared, 4, file, line);
  if (isThere)
    emulation::checkAligned(global, 4, file, line);
  emulation::Grid::current().copy(shared, isThere ? global : nullptr, 4);
}
inline void commitCopies() { emulation::Grid::current().commitCopies(); }
template <int PENDING> void waitForCopies() { emulation::Grid::current().waitForCopies(PENDING); }

using Phase = emulation::PhaseState;

inline unsigned sharedAddress(const void *shared) {
  return static_cast<unsigned>(static_cast<const unsigned char *>(shared) - emulation::Grid::current().dynamicShared());
}
inline void makePhase(Phase *phase, int arrivals) {
  auto count = static_cast<std::uint16_t>(arrivals);
  *phase = {0, count, count, 0};
}
inline void fenceCopies() {}
inline void arrive(Phase *phase) { phase->change(1, 0); }
inline void arriveWithBytes(Phase *phase, int bytes) { phase->change(1, bytes); }
inline void waitForPhase(Phase *phase, int parity, const char *file = __builtin_FILE(), int line = __builtin_LINE()) {
  emulation::Grid::current().waitForPhase(phase, static_cast<unsigned>(parity), {"a phase", file, line});
}
inline void copyBulk(void *shared, const void *global, int bytes, Phase *phase, const char *file = __builtin_FILE(),
                     int line = __builtin_LINE()) {
  emulation::checkAligned(shared, 16, file, line);
  emulation::checkAligned(global, 16, file, line);
  emulation::Grid::current().copyBulk(shared, global, static_cast<unsigned>(bytes), phase);
}

inline unsigned pairOfBfloat16(float low, float high) {
  return floatToBfloat16(low) | static_cast<unsigned>(floatToBfloat16(high)) << 16;
}

inline int dotUnsigned(unsigned bytes, int others, int sum) {
  for (int i = 0; i < 4; ++i)
    sum += static_cast<int>(bytes >> (8 * i) & 255) * static_cast<signed char>(others >> (8 * i));
  return sum;
}
inline int dotSigned(int bytes, int others, int sum) {
  for (int i = 0; i < 4; ++i)
    sum += static_cast<signed char>(bytes >> (8 * i)) * static_cast<signed char>(others >> (8 * i));
  return sum;
}

inline float multiply(float a, float b) { return a * b; }
inline float add(float a, float b) { return a + b; }
inline float divide(float a, float b) { return a / b; }
inline float multiplyAdd(float a, float b, float c) { return std::fma(a, b, c); }
inline float roundToEven(float value) { return std::nearbyint(value); }
inline float exponential(float x) { return std::exp(x); }
inline float exponential2(float x) { return x < -126 ? 0 : std::exp2(x); }
inline unsigned packHalves(float low, float high) {
  return floatToHalf(low) | static_cast<unsigned>(floatToHalf(high)) << 16;
}
inline float maximum(float a, float b) { return std::isnan(a) || std::isnan(b) ? NAN : a < b ? b : a; }
inline float minimum(float a, float b) { return std::isnan(a) || std::isnan(b) ? NAN : b < a ? b : a; }

namespace emulation {

/// d += a * b for one mma.m16n8: row and column of each sum of a lane, and the element `k` of its row or column, are
/// spread over the lanes' words as PTX says. `perWord` numbers share a word.
template <typename Sum, typename Part, typename Wide>
void multiplyWarp(Sum (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2], unsigned perWord, Part partA, Wide partB,
                  const Site &site) {
  unsigned words[6] = {a[0], a[1], a[2], a[3], b[0], b[1]};
  auto *all = Grid::current().exchange(words, 6, site);
  unsigned lane = Grid::current().thread().lane();
  for (unsigned i = 0; i < 4; ++i) {
    unsigned row = lane / 4 + i / 2 * 8, column = lane % 4 * 2 + i % 2;
    auto sum = decltype(partA(0u, 0u) * partB(0u, 0u))(d[i]);
    for (unsigned k = 0; k < perWord * 8; ++k) {
      unsigned quarter = k / perWord % 4, half = k / (perWord * 4), element = k % perWord;
      sum += partA(all[row % 8 * 4 + quarter][row / 8 + half * 2], element) *
             partB(all[column * 4 + quarter][4 + half], element);
    }
    d[i] = static_cast<Sum>(sum);
  }
}

} // namespace emulation

inline void loadTilesTransposed(unsigned (&tiles)[4], const void *row, const char *file = __builtin_FILE(),
                                int line = __builtin_LINE()) {
  emulation::checkAligned(row, 16, file, line);
  unsigned words[2], lane = emulation::Grid::current().thread().lane();
  std::memcpy(words, &row, sizeof row);
  auto *all = emulation::Grid::current().exchange(words, 2, {"a read of tiles", file, line});
  for (unsigned tile = 0; tile < 4; ++tile) {
    std::uint16_t halves[2];
    for (unsigned i = 0; i < 2; ++i) {
      const std::uint16_t *from;
      std::memcpy(&from, all[tile * 8 + lane % 4 * 2 + i], sizeof from);
      halves[i] = from[lane / 4];
    }
    tiles[tile] = halves[0] | static_cast<unsigned>(halves[1]) << 16;
  }
}

inline void multiplyTilesU8(int (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2],
                            const char *file = __builtin_FILE(), int line = __builtin_LINE()) {
  emulation::multiplyWarp(
      d, a, b, 4, [](unsigned word, unsigned i) { return static_cast<int>(word >> (8 * i) & 255); },
      [](unsigned word, unsigned i) { return static_cast<int>(static_cast<signed char>(word >> (8 * i))); },
      {"a matrix product", file, line});
}
inline void multiplyTilesF16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2],
                             const char *file = __builtin_FILE(), int line = __builtin_LINE()) {
  auto part = [](unsigned word, unsigned i) {
    return static_cast<double>(halfToFloat(static_cast<std::uint16_t>(word >> (16 * i))));
  };
  emulation::multiplyWarp(d, a, b, 2, part, part, {"a matrix product", file, line});
}
inline void multiplyTilesBf16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2],
                              const char *file = __builtin_FILE(), int line = __builtin_LINE()) {
  auto part = [](unsigned word, unsigned i) {
    return static_cast<double>(bfloat16ToFloat(static_cast<std::uint16_t>(word >> (16 * i))));
  };
  emulation::multiplyWarp(d, a, b, 2, part, part, {"a matrix product", file, line});
}

/// The descriptor of a matrix as PTX has it ("Matrix Descriptor Format" of wgmma).
struct alignas(8) GroupMatrix {
  unsigned long long words;

  explicit GroupMatrix(const void *numbers)
      : words((1ull << 62) | (1024ull / 16 << 32) | (1ull << 16) | (sharedAddress(numbers) & 0x3ffff) / 16) {}
  GroupMatrix after(int bytes) const {
    GroupMatrix other = *this;
    other.words += static_cast<unsigned>(bytes) / 16;
    return other;
  }
};

namespace emulation {

/// Number k of column `column` of the matrix of 128-byte swizzle that `descriptor` describes.
inline float numberOf(unsigned long long descriptor, unsigned column, unsigned k) {
  unsigned first = descriptor % 0x4000 * 16, piece = (descriptor >> 32) % 0x4000 * 16;
  unsigned place = first + column / 8 * piece + column % 8 * 128 + k * 2;
  place ^= place / 128 % 8 * 16;
  Grid &grid = Grid::current();
  if (descriptor >> 62 != 1 || place + 2 > grid.sharedBytes()) {
    grid.report("block " + std::to_string(grid.block.x) + ": a matrix of a product of a warpgroup has no such place");
    grid.leave();
  }
  std::uint16_t bits;
  std::memcpy(&bits, grid.dynamicShared() + place, sizeof bits);
  return bfloat16ToFloat(bits);
}

/// Adds a thread's part of a product.
inline void makeProduct(const GroupProduct &product) {
  unsigned q = Grid::current().thread().lane() % 4;
  for (unsigned i = 0; i < product.columns / 2; ++i) {
    unsigned half = i / 2 % 2, column = i / 4 * 8 + q * 2 + i % 2;
    double sum = static_cast<double>(product.sums[i]);
    for (unsigned k = 0; k < 16; ++k) {
      unsigned word = product.a[k / 2 % 4][half + k / 8 * 2];
      sum += static_cast<double>(bfloat16ToFloat(static_cast<std::uint16_t>(word >> (k % 2 * 16)))) *
             static_cast<double>(numberOf(product.matrix, column, k));
    }
    product.sums[i] = static_cast<float>(sum);
  }
}

} // namespace emulation

inline void beginProducts() {}
inline void commitProducts() { ++emulation::Grid::current().thread().productGroups; }
template <int PENDING> void waitForProducts() {
  emulation::Grid::current().waitForProducts(PENDING, emulation::makeProduct);
}

/// Each warp has its own rows of a and d, so a warp is what must meet.
template <int SUMS>
void multiplyGroup(float (&d)[SUMS], const unsigned (&a)[4], GroupMatrix b, const char *file = __builtin_FILE(),
                   int line = __builtin_LINE()) {
  emulation::Grid &grid = emulation::Grid::current();
  auto *all = grid.exchange(a, 4, {"a product of a warpgroup", file, line});
  emulation::GroupProduct product{d, SUMS * 2, {}, b.words, grid.thread().productGroups};
  for (unsigned q = 0; q < 4; ++q)
    std::copy_n(all[grid.thread().lane() / 4 * 4 + q], 4, product.a[q]);
  grid.multiply(product, emulation::makeProduct);
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_EMULATION_HOSTPRIMITIVES_H
