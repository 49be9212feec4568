//===- PieceCache.h - Pieces that were tokenized before ----------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEXT_PIECECACHE_H
#define TERN_RUNTIME_TEXT_PIECECACHE_H

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace tern {

/// Remembers, within one text, where in the output the ids of a piece are, so that "the" is worked out once. Lives for
/// one call, so it needs no lock; one slot per hash and at most 16,384 of them, so it is bounded. Pieces are views into
/// a buffer that outlives the cache.
class PieceCache {
public:
  explicit PieceCache(std::size_t pieces) {
    std::size_t capacity = 1;
    while (capacity < pieces && capacity < 16384)
      capacity *= 2;
    slots.resize(capacity);
  }

  /// Appends the ids of `piece`: copied when they are known, by `work(piece)` otherwise.
  template <typename Work> void tokenize(std::string_view piece, std::vector<std::int32_t> &ids, Work &&work) {
    Slot &slot = slots[std::hash<std::string_view>()(piece) & (slots.size() - 1)];
    if (slot.filled && slot.piece == piece) {
      for (std::size_t i = 0; i < slot.count; ++i)
        ids.push_back(ids[slot.begin + i]);
      return;
    }
    std::size_t begin = ids.size();
    work(piece);
    slot = {piece, begin, ids.size() - begin, true};
  }

private:
  struct Slot {
    std::string_view piece;
    std::size_t begin = 0;
    std::size_t count = 0;
    bool filled = false;
  };
  std::vector<Slot> slots;
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_PIECECACHE_H
