//===- TokenizerFuzzer.cpp - Tokenizer files and texts of any bytes -------===//
//
// The input is a tokenizer.json up to the first zero byte and a text after it.
//
//===----------------------------------------------------------------------===//

#include "test/fuzz/TokenizerChecks.h"

using namespace tern;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char *>(data), size);
  std::size_t end = std::min(input.find('\0'), size);
  fuzz::checkTokenizer(Tokenizer::fromHuggingFace(input.substr(0, end), "input"),
                       input.substr(std::min(end + 1, size)));
  return 0;
}
