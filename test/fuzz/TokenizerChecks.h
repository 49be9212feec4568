//===- TokenizerChecks.h - What holds of every tokenizer ---------*- C++ -*-===//

#ifndef TERN_TEST_FUZZ_TOKENIZERCHECKS_H
#define TERN_TEST_FUZZ_TOKENIZERCHECKS_H

#include "runtime/Text/StreamDecoder.h"
#include "runtime/Text/Utf8.h"

#include <algorithm>
#include <cstdlib>

namespace tern::fuzz {

inline void check(bool holds) {
  if (!holds)
    std::abort();
}

/// A tokenizer that loads gives ids that it can decode, a stream of them joins to the whole, and offsets lie in the
/// text.
inline void checkTokenizer(Result<Tokenizer> tokenizer, std::string_view bytes) {
  if (!tokenizer) {
    check(!tokenizer.problem().what.empty());
    return;
  }
  std::string text = replaceInvalidUtf8(bytes);
  Result<std::vector<std::int32_t>> ids = tokenizer->encode(text, true);
  if (!ids)
    return;
  Result<Encoding> traced = tokenizer->encodeWithOffsets(text, true);
  check(bool(traced) && traced->ids == *ids && traced->types.size() == ids->size());
  for (Span span : traced->bytes)
    check(span.begin <= span.end && span.end <= text.size());
  if (Result<Encoding> pair = tokenizer->encodeWithOffsets(text, true, text))
    check(pair->characters.size() == pair->ids.size());
  Result<std::string> whole = tokenizer->decode(*ids, false);
  check(bool(whole) && findInvalidUtf8(*whole) == std::string_view::npos);
  StreamDecoder stream(*tokenizer, false);
  std::string joined;
  for (std::int32_t id : *ids)
    joined += *stream.feed(id);
  check(joined + stream.finish() == *whole);
}

} // namespace tern::fuzz

#endif // TERN_TEST_FUZZ_TOKENIZERCHECKS_H
