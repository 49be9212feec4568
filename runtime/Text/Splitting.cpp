//===- Splitting.cpp - Cutting a piece at its matches ---------------------===//

#include "runtime/Text/Splitting.h"

#include <algorithm>

using namespace tern;

std::vector<Stretch> tern::cover(std::string_view text, const std::vector<Span> &matches) {
  std::vector<Stretch> stretches;
  stretches.reserve(2 * matches.size() + 1);
  std::size_t done = 0;
  for (Span match : matches) {
    if (done != match.begin)
      stretches.push_back({{done, match.begin}, false});
    stretches.push_back({match, true});
    done = match.end;
  }
  if (done != text.size())
    stretches.push_back({{done, text.size()}, false});
  return stretches;
}

namespace {

/// Runs of stretches of one kind become one piece.
void joinRuns(const std::vector<Stretch> &stretches, std::vector<Span> &pieces) {
  std::size_t first = pieces.size();
  bool previous = false;
  for (const Stretch &stretch : stretches) {
    if (stretch.matched == previous && pieces.size() > first)
      pieces.back().end = stretch.span.end;
    else
      pieces.push_back(stretch.span);
    previous = stretch.matched;
  }
}

/// A match joins the piece before it, unless that was a match itself.
void joinBackward(const std::vector<Stretch> &stretches, std::vector<Span> &pieces) {
  std::size_t first = pieces.size();
  bool previous = false;
  for (const Stretch &stretch : stretches) {
    if (stretch.matched && !previous && pieces.size() > first)
      pieces.back().end = stretch.span.end;
    else
      pieces.push_back(stretch.span);
    previous = stretch.matched;
  }
}

/// A match joins the piece after it, unless that was a match itself.
void joinForward(const std::vector<Stretch> &stretches, std::vector<Span> &pieces) {
  std::size_t first = pieces.size();
  bool previous = false;
  for (auto stretch = stretches.rbegin(); stretch != stretches.rend(); ++stretch) {
    if (stretch->matched && !previous && pieces.size() > first)
      pieces.back().begin = stretch->span.begin;
    else
      pieces.push_back(stretch->span);
    previous = stretch->matched;
  }
  std::reverse(pieces.begin() + static_cast<std::ptrdiff_t>(first), pieces.end());
}

} // namespace

void tern::splitStretches(const std::vector<Stretch> &stretches, SplitBehavior behavior, std::vector<Span> &pieces) {
  switch (behavior) {
  case SplitBehavior::Removed:
  case SplitBehavior::Isolated:
    for (const Stretch &stretch : stretches)
      if (!stretch.matched || behavior == SplitBehavior::Isolated)
        pieces.push_back(stretch.span);
    return;
  case SplitBehavior::Contiguous:
    return joinRuns(stretches, pieces);
  case SplitBehavior::MergedWithPrevious:
    return joinBackward(stretches, pieces);
  case SplitBehavior::MergedWithNext:
    return joinForward(stretches, pieces);
  }
}
