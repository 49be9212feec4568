//===- MemoryPlanner.h - Offsets for values with lifetimes -------*- C++ -*-===//
//
// Values are intervals of time that need bytes; overlapping intervals need disjoint bytes:
//
//   offset
//     |   [ b ]     [  d  ]
//     |   [ b ][ c ]
//     |  [   a     ][  e  ]
//     +------------------------ launches
//
// Placed largest first, each at the lowest free offset: simple, deterministic, and within a few percent of the most
// bytes that live at one time for the chains of a transformer.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_LIB_CONVERSION_KERNELTOPLAN_MEMORYPLANNER_H
#define TERN_LIB_CONVERSION_KERNELTOPLAN_MEMORYPLANNER_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>

namespace tern {

inline constexpr int64_t arenaAlignment = 64;

struct PlannedValue {
  int64_t bytes = 0;
  int64_t first = 0, last = 0; ///< The launches between which it must not be overwritten, both included.
  int64_t offset = 0;          ///< Chosen by planMemory.
};

/// Chooses the offsets, multiples of arenaAlignment; answers the bytes of the arena.
int64_t planMemory(llvm::MutableArrayRef<PlannedValue> values);

/// The most bytes, aligned, that live at one time: no plan takes less.
int64_t peakBytes(llvm::ArrayRef<PlannedValue> values);

} // namespace tern

#endif // TERN_LIB_CONVERSION_KERNELTOPLAN_MEMORYPLANNER_H
