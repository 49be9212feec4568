//===- TokenList.h - Tokens and what text they stand for ---------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEXT_TOKENLIST_H
#define TERN_RUNTIME_TEXT_TOKENLIST_H

#include "runtime/Text/Span.h"

#include <cstdint>
#include <vector>

namespace tern {

/// Ids and, if it is traced, for each the stretch of text that it was made from. Whoever only wants ids pays nothing.
struct TokenList {
  std::vector<std::int32_t> ids;
  std::vector<Span> spans; ///< Empty unless traced.
  bool traced = false;
  std::size_t base = 0; ///< Where the piece begins to which the spans given to add() are relative.

  void add(std::int32_t id, std::size_t begin, std::size_t end) {
    ids.push_back(id);
    if (traced)
      spans.push_back({base + begin, base + end});
  }
  /// Adds again the `count` tokens from `begin` on, for a piece that stood at `oldBase` and stands at `base` now.
  void repeat(std::size_t begin, std::size_t count, std::size_t oldBase) {
    for (std::size_t i = begin; i < begin + count; ++i) {
      ids.push_back(ids[i]);
      if (traced)
        spans.push_back({spans[i].begin - oldBase + base, spans[i].end - oldBase + base});
    }
  }
  void resize(std::size_t size) {
    ids.resize(size);
    if (traced)
      spans.resize(size);
  }
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_TOKENLIST_H
