//===- Pieces.h - Text on its way to the model -------------------*- C++ -*-===//
//
// A tokenizer changes text (normalizers) and cuts it (pre-tokenizers) before the model sees it. Here are the two things
// that those steps share: a Rewriter, the only way in which text changes, and Pieces, one buffer with the cuts in it.
//
//   text    "Hello  world 42"
//   spans   [0,5) [5,6) [6,12) [12,15)         cutting only makes spans, no text is copied
//
// Whoever needs the origin of each byte (offsets into the source) has one place to record it: the Rewriter.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_PIECES_H
#define TERN_RUNTIME_TEXT_PIECES_H

#include "runtime/Text/Regex.h"

#include <string>
#include <vector>

namespace tern {

/// Copies a text from left to right with changes.
class Rewriter {
public:
  explicit Rewriter(std::string_view from) : from(from) { to.reserve(from.size() + from.size() / 2); }

  /// Takes over the next `count` bytes as they are.
  void keep(std::size_t count) {
    to += from.substr(at, count);
    at += count;
  }
  /// Puts `with` in place of the next `count` bytes; 0 inserts, and an empty `with` drops.
  void replace(std::size_t count, std::string_view with) {
    to += with;
    at += count;
  }

  std::size_t written() const { return to.size(); }
  std::string take() { return std::move(to); }

private:
  std::string_view from;
  std::size_t at = 0;
  std::string to;
};

/// A stretch of the input between added tokens, normalized, and the pieces it has been cut into so far.
class Pieces {
public:
  /// One piece, the whole of `text`; none when it is empty. `first` says that the input begins with it.
  Pieces(std::string text, bool first) : buffer(std::move(text)), first(first) {
    if (!buffer.empty())
      spans.push_back({0, buffer.size()});
  }

  std::size_t size() const { return spans.size(); }
  std::string_view operator[](std::size_t index) const {
    return std::string_view(buffer).substr(spans[index].begin, spans[index].end - spans[index].begin);
  }
  /// Whether piece `index` begins the input; no piece does once its beginning has been cut off.
  bool startsInput(std::size_t index) const { return first && index == 0; }

  /// Replaces each piece by the non-empty spans that `cut(piece, spans)` appends, relative to the piece.
  template <typename Cut> Status split(Cut &&cut) {
    std::vector<Span> result, part;
    result.reserve(spans.size());
    for (std::size_t i = 0; i < spans.size(); ++i) {
      part.clear();
      if (Status status = cut((*this)[i], part); !status)
        return status;
      for (Span span : part)
        if (!span.empty())
          result.push_back({spans[i].begin + span.begin, spans[i].begin + span.end});
    }
    first = first && !result.empty() && result.front().begin == 0;
    spans = std::move(result);
    return Done{};
  }

  /// Changes each piece: `change(index, piece, rewriter)` consumes it from the rewriter.
  template <typename Change> void rewrite(Change &&change) {
    std::string packed = pack();
    Rewriter rewriter(packed);
    for (std::size_t i = 0, begin = 0; i < spans.size(); ++i) {
      std::size_t length = spans[i].end - spans[i].begin, start = rewriter.written();
      change(i, std::string_view(packed).substr(begin, length), rewriter);
      begin += length;
      spans[i] = {start, rewriter.written()};
    }
    buffer = rewriter.take();
  }

private:
  std::string buffer;
  std::vector<Span> spans;
  bool first;

  /// The buffer without what lies between the pieces.
  std::string pack() const {
    std::string packed;
    packed.reserve(buffer.size());
    for (std::size_t i = 0; i < spans.size(); ++i)
      packed += (*this)[i];
    return packed;
  }
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_PIECES_H
