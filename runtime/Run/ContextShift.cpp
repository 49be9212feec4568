//===- ContextShift.cpp - Going on past the end of the context ------------===//

#include "runtime/Run/ContextShift.h"

using namespace tern;

Result<bool> tern::shiftContext(TokenSequence &sequence, std::int64_t keep, const std::atomic<bool> *cancel) {
  std::int64_t length = sequence.length();
  if (length == 0)
    return Problem{"context shift", "needs tokens to leave out, and there are none", ""};
  if (keep < 0)
    return Problem{"context shift", "the tokens to keep must be at least 0, not " + std::to_string(keep), ""};
  if (keep >= length)
    return Problem{"context shift",
                   "must keep 0 to " + std::to_string(length - 1) + " of the " + std::to_string(length) +
                       " tokens that there are, not " + std::to_string(keep),
                   "keep fewer"};
  std::vector<TokenId> ids = sequence.ids();
  auto middle = ids.begin() + keep;
  ids.erase(middle, middle + (length - keep + 1) / 2);
  if (sequence.rewind(keep)) {
    ids.erase(ids.begin(), ids.begin() + keep);
  } else if (Status status = sequence.rewind(0); !status) { // recurrent states, which cannot go back to `keep`
    return status.problem();
  }
  if (ids.empty())
    return true;
  PrefillOptions options;
  options.cancel = cancel;
  Result<LogitsView> read = sequence.prefill(ids, options);
  return read ? Result<bool>(!read->cancelled) : read.problem();
}
