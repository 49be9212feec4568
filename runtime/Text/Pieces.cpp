//===- Pieces.cpp - Text on its way to the model --------------------------===//

#include "runtime/Text/Pieces.h"

#include "runtime/Text/Utf8.h"

using namespace tern;

TracedText TracedText::of(std::string_view text, std::size_t at, bool traced) {
  TracedText made{std::string(text), {}, traced};
  if (traced) {
    made.origins.reserve(text.size());
    forEachCharacter(text, [&](char32_t, std::size_t begin, std::size_t length) {
      auto first = static_cast<std::uint32_t>(at + begin);
      made.origins.insert(made.origins.end(), length, {first, first + static_cast<std::uint32_t>(length)});
    });
  }
  return made;
}

TracedText TracedText::part(Span span) const {
  TracedText made{text.substr(span.begin, span.end - span.begin), {}, traced};
  if (traced)
    made.origins.assign(origins.begin() + static_cast<std::ptrdiff_t>(span.begin),
                        origins.begin() + static_cast<std::ptrdiff_t>(span.end));
  return made;
}

Span TracedText::source(Span span) const {
  if (!span.empty() && span.end <= origins.size())
    return {origins[span.begin].begin, origins[span.end - 1].end};
  // A model that drops characters counts on without them; its last spans may lie beyond the text.
  std::size_t end = origins.empty() ? 0 : origins.back().end;
  return {span.begin < origins.size() ? origins[span.begin].begin : end, end};
}

Origin Rewriter::originOf(std::size_t count) const {
  if (!origins || (at == from.size() && at == 0))
    return {};
  if (at == from.size())
    return origins[at - 1];
  return {origins[at].begin, origins[count > 0 ? at + count - 1 : at].end};
}

void Rewriter::exchange(std::size_t count, std::string_view with) {
  at += count;
  to.text += with;
  if (!to.traced)
    return;
  Origin first = origins && !from.empty() ? origins[0] : Origin{};
  to.origins.insert(to.origins.end(), with.size(), at > 0 ? origins[at - 1] : Origin{first.begin, first.begin});
}

void Rewriter::replaceEach(std::size_t count, std::string_view with) {
  std::size_t end = at + count, done = 0;
  auto lengthAt = [](std::string_view text, std::size_t place) {
    return utf8Length(static_cast<unsigned char>(text[place]));
  };
  while (at < end && done < with.size()) {
    std::size_t old = lengthAt(from, at), length = at + old < end ? lengthAt(with, done) : with.size() - done;
    replace(old, with.substr(done, length));
    done += length;
  }
  at = end;
}

TracedText Rewriter::rest() const {
  TracedText left{std::string(from.substr(at)), {}, to.traced};
  if (origins)
    left.origins.assign(origins + at, origins + from.size());
  return left;
}

void Rewriter::replaceRest(TracedText &&with) {
  at = from.size();
  if (to.text.empty()) {
    to = std::move(with);
    return;
  }
  to.text += with.text;
  to.origins.insert(to.origins.end(), with.origins.begin(), with.origins.end());
}
