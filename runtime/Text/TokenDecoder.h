//===- TokenDecoder.h - From tokens back to text ----------------------*- C++ -*-===//
//
// A decoder is a chain of stages through which the texts of tokens flow as they come:
//
//   "▁Hel" "<0xC3>" "<0xA9>"  ->  Replace  ->  ByteFallback  ->  Fuse  ->  Strip  ->  text
//
// A stage passes on what cannot change any more and holds back what can: half a character, a token that may be the
// last. Decoding a whole list and streaming one token at a time are the same flow, so the pieces of a stream join to
// the whole text by construction, not by luck.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_TOKENDECODER_H
#define TERN_RUNTIME_TEXT_TOKENDECODER_H

#include "runtime/Text/ComponentSpec.h"

namespace tern {

/// Receives tokens, each in one or more parts.
class TokenSink {
public:
  virtual ~TokenSink() = default;

  /// More of the current token; `part` is valid UTF-8.
  virtual void text(std::string_view part) = 0;
  /// The current token is complete.
  virtual void endToken() = 0;
  /// No token follows; called once.
  virtual void end() = 0;
};

/// The state of one decoder within one stream: a sink that writes to the next.
class DecoderStage : public TokenSink {
public:
  explicit DecoderStage(TokenSink &next) : next(next) {}

protected:
  TokenSink &next;
};

/// Immutable; safe to use from several threads. A decoder of a new kind is a stage and a row in the registry of
/// Decoders.cpp.
class TokenDecoder {
public:
  virtual ~TokenDecoder() = default;

  /// Appends, to `stages`, what writes to `next`; the last stage appended is the one to feed.
  virtual void start(TokenSink &next, std::vector<std::unique_ptr<TokenSink>> &stages) const = 0;
};

/// Makes the decoder that tokenizer.json's "decoder" describes; null gives the format's default, tokens with spaces
/// between them.
Result<std::unique_ptr<TokenDecoder>> makeDecoder(const Json &json, const std::string &where);

/// Byte-level characters to bytes.
std::unique_ptr<TokenDecoder> makeByteLevelDecoder();

} // namespace tern

#endif // TERN_RUNTIME_TEXT_TOKENDECODER_H
