//===- StreamDecoder.h - Text from ids as they come --------------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEXT_STREAMDECODER_H
#define TERN_RUNTIME_TEXT_STREAMDECODER_H

#include "runtime/Text/Tokenizer.h"

namespace tern {

/// Decodes one sequence of ids, one id at a time. Each answer is valid UTF-8, and all answers together are what
/// Tokenizer::decode gives for the whole sequence; half a character is held back until its other half comes. Keeps a
/// pointer into the tokenizer, which must outlive it. Movable; for use by one thread at a time.
class StreamDecoder {
public:
  StreamDecoder(const Tokenizer &tokenizer, bool skipSpecial);
  StreamDecoder(StreamDecoder &&) noexcept;
  StreamDecoder &operator=(StreamDecoder &&) noexcept;
  ~StreamDecoder();

  /// The text that is certain now and was not before; often empty. Problem: an id that is no token, which changes
  /// nothing.
  Result<std::string> feed(std::int32_t id);
  /// What is left once no id follows, with U+FFFD for half a character. Call it once, last.
  std::string finish();

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_STREAMDECODER_H
