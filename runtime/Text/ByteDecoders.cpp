//===- ByteDecoders.cpp - From tokens that spell bytes to text ------------===//
//
// Follows Hugging Face tokenizers 0.23 (pre_tokenizers/byte_level, decoders/byte_fallback).
//
//===----------------------------------------------------------------------===//

#include "runtime/Text/ByteLevel.h"
#include "runtime/Text/DecoderStages.h"
#include "runtime/Text/Utf8.h"

using namespace tern;

namespace {

/// All tokens become one text. A token with a character outside the alphabet stands for its own bytes.
class ByteLevelStage final : public TokenStage {
public:
  ByteLevelStage(TokenSink &next, NoOptions) : TokenStage(next) {}

  void end() override {
    flush(true);
    next.endToken();
    next.end();
  }

protected:
  void decode(const std::string &token) override {
    if (!bytelevel::appendBytes(token, bytes))
      bytes += token;
    flush(false);
  }

private:
  std::string bytes; ///< Not passed on yet: the beginning of a character.

  void flush(bool last) {
    std::string valid;
    std::size_t at = 0;
    while (at < bytes.size()) {
      Utf8Step step = readUtf8(bytes, at);
      if (step.truncated && !last)
        break;
      valid += step.valid ? std::string_view(bytes).substr(at, step.length) : replacementCharacter;
      at += step.length;
    }
    bytes.erase(0, at);
    if (!valid.empty())
      next.text(valid);
  }
};

/// The byte of "<0x41>", or -1.
int byteOf(std::string_view token) {
  if (token.size() != 6 || token.substr(0, 3) != "<0x" || token[5] != '>')
    return -1;
  auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
  };
  int high = digit(token[3]), low = digit(token[4]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/// A run of byte tokens becomes its text if the whole run is UTF-8, and else U+FFFD for each byte. So a run is held
/// back until it ends.
class ByteFallbackStage final : public TokenStage {
public:
  ByteFallbackStage(TokenSink &next, NoOptions) : TokenStage(next) {}

  void end() override {
    flush();
    next.end();
  }

protected:
  void decode(const std::string &token) override {
    if (int byte = byteOf(token); byte >= 0) {
      run += static_cast<char>(byte);
      return;
    }
    flush();
    emit(token);
  }

private:
  std::string run;

  void flush() {
    if (run.empty())
      return;
    bool valid = findInvalidUtf8(run) == std::string_view::npos;
    if (valid)
      emit(run);
    for (std::size_t i = 0; !valid && i < run.size(); ++i)
      emit(replacementCharacter);
    run.clear();
  }
};

} // namespace

std::unique_ptr<TokenDecoder> tern::makeByteLevelDecoder() {
  return std::make_unique<SimpleDecoder<ByteLevelStage, NoOptions>>(NoOptions());
}

Result<std::unique_ptr<TokenDecoder>> tern::makeByteLevelDecoder(ComponentSpec &spec) {
  for (const char *name : {"add_prefix_space", "trim_offsets", "use_regex"})
    spec.accept(name); // Options of the pre-tokenizer of the same name; decoding has no use for them.
  return spec.make<SimpleDecoder<ByteLevelStage, NoOptions>, TokenDecoder>(NoOptions());
}

Result<std::unique_ptr<TokenDecoder>> tern::makeByteFallbackDecoder(ComponentSpec &spec) {
  return spec.make<SimpleDecoder<ByteFallbackStage, NoOptions>, TokenDecoder>(NoOptions());
}
