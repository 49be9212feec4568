//===- Pieces.h - Text on its way to the model -------------------*- C++ -*-===//
//
// A tokenizer changes text (normalizers) and cuts it (pre-tokenizers) before the model sees it. Here are the two things
// that those steps share: a Rewriter, the only way in which text changes, and Pieces, one buffer with the cuts in it.
//
//   text    "Hello  world 42"
//   spans   [0,5) [5,6) [6,12) [12,15)         cutting only makes spans, no text is copied
//
// A Rewriter also keeps track, if asked to, of where each byte of the changed text comes from, which gives tokens their
// offsets into the text that was given. As Hugging Face tokenizers have it, what a character turns into comes from that
// character as a whole, and so does what is put before it.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_PIECES_H
#define TERN_RUNTIME_TEXT_PIECES_H

#include "runtime/Text/Regex.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tern {

/// The stretch of the given text that a byte of changed text comes from.
struct Origin {
  std::uint32_t begin = 0, end = 0;
};

/// A text and, if it is traced, the origin of each of its bytes.
struct TracedText {
  std::string text;
  std::vector<Origin> origins; ///< Empty unless traced.
  bool traced = false;

  /// A valid text as it is given; its first byte is byte `at` of the whole.
  static TracedText of(std::string_view text, std::size_t at, bool traced);
  TracedText part(Span span) const;
  /// Where a stretch comes from.
  Span source(Span span) const;
};

/// Copies a text from left to right with changes.
class Rewriter {
public:
  /// `origins` are those of the bytes of `from`, null if nobody wants them.
  explicit Rewriter(std::string_view from, const Origin *origins = nullptr) : from(from), origins(origins) {
    to.text.reserve(from.size() + from.size() / 2);
    to.traced = origins;
  }
  explicit Rewriter(const TracedText &from) : Rewriter(from.text, from.traced ? from.origins.data() : nullptr) {
    to.traced = from.traced;
  }

  /// Takes over the next `count` bytes as they are.
  void keep(std::size_t count) {
    to.text += from.substr(at, count);
    if (origins)
      to.origins.insert(to.origins.end(), origins + at, origins + at + count);
    at += count;
  }
  /// Puts `with` in place of the next `count` bytes; 0 puts it before the next character, and an empty `with` drops.
  void replace(std::size_t count, std::string_view with) {
    to.text += with;
    if (to.traced)
      to.origins.insert(to.origins.end(), with.size(), originOf(count));
    at += count;
  }
  /// Puts `with` in place of the next `count` bytes, as coming from the last character of them; 0 puts it after the
  /// character before.
  void exchange(std::size_t count, std::string_view with);
  /// Puts `with` in place of the next `count` bytes, character for character: those that are too many come from the
  /// last one replaced.
  void replaceEach(std::size_t count, std::string_view with);
  /// What is left to change, and putting all of it in another form.
  TracedText rest() const;
  void replaceRest(TracedText &&with);

  /// Whether origins are wanted.
  bool traced() const { return to.traced; }
  std::size_t written() const { return to.text.size(); }
  TracedText take() { return std::move(to); }

private:
  std::string_view from;
  const Origin *origins;
  std::size_t at = 0;
  TracedText to;

  Origin originOf(std::size_t count) const;
};

/// A stretch of the input between added tokens, normalized, and the pieces it has been cut into so far.
class Pieces {
public:
  /// One piece, the whole of `text`; none when it is empty. `first` says that the input begins with it.
  Pieces(TracedText text, bool first) : buffer(std::move(text)), first(first) {
    if (!buffer.text.empty())
      spans.push_back({0, buffer.text.size()});
  }

  std::size_t size() const { return spans.size(); }
  std::string_view operator[](std::size_t index) const {
    return std::string_view(buffer.text).substr(spans[index].begin, spans[index].end - spans[index].begin);
  }
  /// Where a piece begins in the text that all of them are in.
  std::size_t begin(std::size_t index) const { return spans[index].begin; }
  const TracedText &whole() const { return buffer; }
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
    TracedText packed = pack();
    Rewriter rewriter(packed);
    for (std::size_t i = 0, begin = 0; i < spans.size(); ++i) {
      std::size_t length = spans[i].end - spans[i].begin, start = rewriter.written();
      change(i, std::string_view(packed.text).substr(begin, length), rewriter);
      begin += length;
      spans[i] = {start, rewriter.written()};
    }
    buffer = rewriter.take();
  }

private:
  TracedText buffer;
  std::vector<Span> spans;
  bool first;

  /// The buffer without what lies between the pieces.
  TracedText pack() const {
    TracedText packed;
    packed.traced = buffer.traced;
    packed.text.reserve(buffer.text.size());
    for (std::size_t i = 0; i < spans.size(); ++i)
      packed.text += (*this)[i];
    for (std::size_t i = 0; buffer.traced && i < spans.size(); ++i)
      packed.origins.insert(packed.origins.end(), buffer.origins.begin() + static_cast<std::ptrdiff_t>(spans[i].begin),
                            buffer.origins.begin() + static_cast<std::ptrdiff_t>(spans[i].end));
    return packed;
  }
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_PIECES_H
