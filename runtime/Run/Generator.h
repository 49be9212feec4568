//===- Generator.h - Text from a prompt ---------------------------*- C++ -*-===//
//
// The loop round a decoder: prompt in, then sample, show, feed, until a rule stops it.
//
//   ids -> prefill -> logits -> sampler -> token -> stream decoder -> stop rules -> text shown
//                       ^                    |
//                       +------ decode ------+
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_RUN_GENERATOR_H
#define TERN_RUNTIME_RUN_GENERATOR_H

#include "runtime/Cpu/Decoder.h"
#include "runtime/Sampler/StopRules.h"
#include "runtime/Text/Tokenizer.h"

namespace tern {

struct GenerationRequest {
  std::int64_t slot = 0;
  std::vector<TokenId> prompt; ///< Appended to what the slot holds.
  SamplerOptions sampler;
  StopOptions stops; ///< `contextRoom` is set from the slot.

  std::function<void(std::int64_t done, std::int64_t total)> progress; ///< Of the prompt; may be empty.
  /// Called for each token with the text to show now, which is often empty and may belong to tokens before. At the end
  /// text may come without a token. Answers whether to go on.
  std::function<bool(std::optional<TokenId> token, std::string_view text)> stream;
  const std::atomic<bool> *cancel = nullptr; ///< May be null.
};

struct Generation {
  std::vector<TokenId> ids; ///< The last one, whatever it is, is not in the slot.
  std::string text;
  std::optional<StopReason> reason; ///< Nothing if it was cancelled.
  double prefillSeconds = 0, decodeSeconds = 0;

  /// Tokens a second after the first, which the prompt's pass gave.
  double decodeRate() const {
    return ids.size() > 1 && decodeSeconds > 0 ? static_cast<double>(ids.size() - 1) / decodeSeconds : 0;
  }
};

/// Generates in `request.slot`. Problems: options out of range, a prompt that does not fit, those of a step.
Result<Generation> generate(Decoder &decoder, const Tokenizer &tokenizer, const GenerationRequest &request);

} // namespace tern

#endif // TERN_RUNTIME_RUN_GENERATOR_H
