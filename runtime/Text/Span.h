//===- Span.h - A stretch of a text ------------------------------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEXT_SPAN_H
#define TERN_RUNTIME_TEXT_SPAN_H

#include <cstddef>

namespace tern {

/// Bytes (or, where said so, characters) [begin, end) of a text.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;

  bool empty() const { return begin == end; }
  bool operator==(const Span &other) const { return begin == other.begin && end == other.end; }
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_SPAN_H
