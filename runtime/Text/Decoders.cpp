//===- Decoders.cpp - From tokens back to text ----------------------------===//
//
// Each stage follows the decoder of its name in Hugging Face tokenizers 0.23 (decoders).
//
//===----------------------------------------------------------------------===//

#include "runtime/Text/ByteLevel.h"
#include "runtime/Text/Decoder.h"
#include "runtime/Text/Utf8.h"

using namespace tern;

namespace {

using Made = Result<std::unique_ptr<Decoder>>;

/// A decoder that is one stage, made from what `Options` holds.
template <typename Stage, typename Options> class SimpleDecoder final : public Decoder {
public:
  explicit SimpleDecoder(Options options) : options(std::move(options)) {}
  void start(TokenSink &next, std::vector<std::unique_ptr<TokenSink>> &stages) const override {
    stages.push_back(std::make_unique<Stage>(next, options));
  }

private:
  Options options;
};

/// A stage that looks at whole tokens.
class TokenStage : public DecoderStage {
public:
  using DecoderStage::DecoderStage;
  void text(std::string_view part) final { token += part; }
  void endToken() final {
    decode(token);
    token.clear();
  }
  void end() override { next.end(); }

protected:
  virtual void decode(const std::string &token) = 0;
  void emit(std::string_view text) {
    next.text(text);
    next.endToken();
  }

private:
  std::string token;
};

struct NoOptions {};

//===----------------------------------------------------------------------===//
// Bytes
//===----------------------------------------------------------------------===//

/// All tokens become one text. A token with a character outside the alphabet stands for its own bytes.
class ByteLevelStage final : public TokenStage {
public:
  ByteLevelStage(TokenSink &next, NoOptions) : TokenStage(next) {}

  static Made make(ComponentSpec &spec) {
    for (const char *name : {"add_prefix_space", "trim_offsets", "use_regex"})
      spec.accept(name); // Options of the pre-tokenizer of the same name; decoding has no use for them.
    return spec.make<SimpleDecoder<ByteLevelStage, NoOptions>, Decoder>(NoOptions());
  }

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

//===----------------------------------------------------------------------===//
// Default
//===----------------------------------------------------------------------===//

/// Tokens with spaces between them: what the format means by no decoder.
class SpacedStage final : public TokenStage {
public:
  SpacedStage(TokenSink &next, NoOptions) : TokenStage(next) {}

protected:
  void decode(const std::string &token) override {
    emit(first ? token : " " + token);
    first = false;
  }

private:
  bool first = true;
};

} // namespace

Result<std::unique_ptr<Decoder>> tern::makeDecoder(const Json &json, const std::string &where) {
  static const std::vector<ComponentKind<Decoder>> kinds = {
      {"ByteLevel", ByteLevelStage::make},
  };
  if (json.is_null())
    return std::unique_ptr<Decoder>(std::make_unique<SimpleDecoder<SpacedStage, NoOptions>>(NoOptions()));
  return makeComponent<Decoder>(json, where, "decoder", kinds);
}

std::unique_ptr<Decoder> tern::makeByteLevelDecoder() {
  return std::make_unique<SimpleDecoder<ByteLevelStage, NoOptions>>(NoOptions());
}
