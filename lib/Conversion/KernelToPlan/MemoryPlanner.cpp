//===- MemoryPlanner.cpp - Offsets for values with lifetimes --------------===//

#include "MemoryPlanner.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"

#include <map>

using namespace tern;

static int64_t alignedBytes(const PlannedValue &value) { return llvm::alignTo(value.bytes, arenaAlignment); }

static bool liveTogether(const PlannedValue &a, const PlannedValue &b) {
  return a.first <= b.last && b.first <= a.last;
}

/// The lowest offset at which `value` meets none of `placed`, which are in order of their offsets.
static int64_t lowestFree(const PlannedValue &value, llvm::ArrayRef<PlannedValue *> placed) {
  int64_t offset = 0;
  for (const PlannedValue *other : placed) {
    if (!liveTogether(value, *other))
      continue;
    if (offset + alignedBytes(value) <= other->offset)
      break;
    offset = std::max(offset, other->offset + alignedBytes(*other));
  }
  return offset;
}

int64_t tern::planMemory(llvm::MutableArrayRef<PlannedValue> values) {
  llvm::SmallVector<PlannedValue *> order, placed;
  for (PlannedValue &value : values)
    order.push_back(&value);
  llvm::stable_sort(order, [](const PlannedValue *a, const PlannedValue *b) { return a->bytes > b->bytes; });
  int64_t total = 0;
  for (PlannedValue *value : order) {
    value->offset = lowestFree(*value, placed);
    total = std::max(total, value->offset + alignedBytes(*value));
    auto place = llvm::upper_bound(placed, value,
                                   [](const PlannedValue *a, const PlannedValue *b) { return a->offset < b->offset; });
    placed.insert(place, value);
  }
  return total;
}

int64_t tern::peakBytes(llvm::ArrayRef<PlannedValue> values) {
  std::map<int64_t, int64_t> changes;
  for (const PlannedValue &value : values) {
    changes[value.first] += alignedBytes(value);
    changes[value.last + 1] -= alignedBytes(value);
  }
  int64_t live = 0, peak = 0;
  for (auto [launch, change] : changes)
    peak = std::max(peak, live += change);
  return peak;
}
