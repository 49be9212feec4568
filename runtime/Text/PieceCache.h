//===- PieceCache.h - Pieces that were tokenized before ----------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEXT_PIECECACHE_H
#define TERN_RUNTIME_TEXT_PIECECACHE_H

#include "runtime/Text/TokenList.h"

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

  /// Appends the tokens of `piece`, which stands at `tokens.base`: copied when they are known, by `work(piece)`
  /// otherwise.
  template <typename Work> void tokenize(std::string_view piece, TokenList &tokens, Work &&work) {
    Slot &slot = slots[std::hash<std::string_view>()(piece) & (slots.size() - 1)];
    if (slot.filled && slot.piece == piece) {
      tokens.repeat(slot.begin, slot.count, slot.base);
      return;
    }
    std::size_t begin = tokens.ids.size();
    work(piece);
    slot = {piece, begin, tokens.ids.size() - begin, tokens.base, true};
  }

private:
  struct Slot {
    std::string_view piece;
    std::size_t begin = 0;
    std::size_t count = 0;
    std::size_t base = 0; ///< Where the piece stood.
    bool filled = false;
  };
  std::vector<Slot> slots;
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_PIECECACHE_H
