//===- TokenizerFuzzer.cpp - Tokenizer files and texts of any bytes -------===//
//
// The input is a tokenizer.json up to the first zero byte and a text after it. A tokenizer that loads must give ids
// that it can decode, and a stream must join to the whole.
//
//===----------------------------------------------------------------------===//

#include "runtime/Text/StreamDecoder.h"
#include "runtime/Text/Utf8.h"

#include <algorithm>
#include <cstdlib>

using namespace tern;

static void check(bool holds) {
  if (!holds)
    std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char *>(data), size);
  std::size_t end = std::min(input.find('\0'), size);
  Result<Tokenizer> tokenizer = Tokenizer::fromHuggingFace(input.substr(0, end), "input");
  if (!tokenizer) {
    check(!tokenizer.problem().what.empty());
    return 0;
  }
  std::string text = replaceInvalidUtf8(input.substr(std::min(end + 1, size)));
  Result<std::vector<std::int32_t>> ids = tokenizer->encode(text, true);
  if (!ids)
    return 0;
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
  return 0;
}
