//===- DecoderStages.h - What decoders are built from ------------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEXT_DECODERSTAGES_H
#define TERN_RUNTIME_TEXT_DECODERSTAGES_H

#include "runtime/Text/TokenDecoder.h"

namespace tern {

/// A decoder that is one stage, made from `Options`.
template <typename Stage, typename Options> class SimpleDecoder final : public TokenDecoder {
public:
  explicit SimpleDecoder(Options options) : options(std::move(options)) {}
  void start(TokenSink &next, std::vector<std::unique_ptr<TokenSink>> &stages) const override {
    stages.push_back(std::make_unique<Stage>(next, options));
  }

private:
  Options options;
};

struct NoOptions {};

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

// Rows of the registry that live in ByteDecoders.cpp.
Result<std::unique_ptr<TokenDecoder>> makeByteLevelDecoder(ComponentSpec &spec);
Result<std::unique_ptr<TokenDecoder>> makeByteFallbackDecoder(ComponentSpec &spec);

} // namespace tern

#endif // TERN_RUNTIME_TEXT_DECODERSTAGES_H
