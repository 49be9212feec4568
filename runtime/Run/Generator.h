//===- Generator.h - Text from a prompt ---------------------------*- C++ -*-===//
//
// The loop round a sequence: prompt in, then sample, show, feed, until a rule stops it.
//
//   ids -> prefill -> logits -> sampler -> token -> stream decoder -> stop rules -> text shown
//                       ^                    |
//                       +------ decode ------+
//
// Where the token is always the one with the largest logit, a device that can goes round by itself, and hands tokens to
// the stream decoder.
//
// What computes is behind TokenSequence: a slot of a compiled model's decoder here, the reference interpreter in
// `tern`.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_RUN_GENERATOR_H
#define TERN_RUNTIME_RUN_GENERATOR_H

#include "runtime/Executor/Decoder.h"
#include "runtime/Sampler/StopRules.h"
#include "runtime/Text/Tokenizer.h"

namespace tern {

/// One sequence of tokens and what computes the logits that follow it.
class TokenSequence {
public:
  virtual ~TokenSequence() = default;

  virtual std::int64_t vocabulary() const = 0;
  /// The tokens that it holds, their number, and how many can still follow.
  virtual const std::vector<TokenId> &ids() const = 0;
  std::int64_t length() const { return static_cast<std::int64_t>(ids().size()); }
  virtual std::int64_t room() const = 0;

  /// Appends `ids`, of which there is at least one, and gives the logits after the last.
  virtual Result<LogitsView> prefill(const std::vector<TokenId> &ids, const PrefillOptions &options) = 0;
  virtual Result<LogitsView> decode(TokenId token, const std::atomic<bool> *cancel) = 0;
  /// Up to `count` steps that a device takes by itself, as Decoder::decodeGreedily; here none.
  virtual Result<std::int64_t> decodeGreedily(TokenId /*token*/, std::int64_t /*count*/,
                                              const std::function<bool(TokenId next)> & /*take*/,
                                              const std::atomic<bool> * /*cancel*/) {
    return 0;
  }

  /// Forgets all but the first `length` tokens. Problem: it cannot go back to there; to 0 it always can.
  virtual Status rewind(std::int64_t length) = 0;
};

/// A slot of a decoder, which must outlive it.
class SlotSequence final : public TokenSequence {
public:
  SlotSequence(Decoder &decoder, std::int64_t slot) : decoder(decoder), slot(slot) {}

  std::int64_t vocabulary() const override { return decoder.vocabulary(); }
  const std::vector<TokenId> &ids() const override { return decoder.ids(slot); }
  std::int64_t room() const override { return decoder.context() - decoder.length(slot); }
  Result<LogitsView> prefill(const std::vector<TokenId> &ids, const PrefillOptions &options) override;
  Result<LogitsView> decode(TokenId token, const std::atomic<bool> *cancel) override;
  Result<std::int64_t> decodeGreedily(TokenId token, std::int64_t count, const std::function<bool(TokenId next)> &take,
                                      const std::atomic<bool> *cancel) override;
  Status rewind(std::int64_t length) override { return decoder.rewind(slot, length); }

private:
  Decoder &decoder;
  std::int64_t slot;
};

struct GenerationRequest {
  std::vector<TokenId> prompt; ///< Appended to what the sequence holds.
  SamplerOptions sampler;
  /// Texts over which a repetition does not reach, beside `sampler.dryBreakers`.
  std::vector<std::string> dryBreakers = {"\n", ":", "\"", "*"};
  StopOptions stops; ///< `contextRoom` is set from the sequence.
  /// If set, the end of the context ends no text: it is shifted (ContextShift.h), and this many first tokens are kept;
  /// -1: all up to the end of the prompt.
  std::optional<std::int64_t> shiftKeep;

  std::function<void(std::int64_t done, std::int64_t total)> progress; ///< Of the prompt; may be empty.
  /// Called for each token with the text to show now, which is often empty and may belong to tokens before. At the end
  /// text may come without a token. Answers whether to go on.
  std::function<bool(std::optional<TokenId> token, std::string_view text)> stream;
  /// Called before `stream` for each token, if the sampler's options ask for logprobs; may be empty.
  std::function<void(const Logprobs &logprobs)> logprobs;
  const std::atomic<bool> *cancel = nullptr; ///< May be null.
};

struct Generation {
  std::vector<TokenId> ids;       ///< The last one, whatever it is, is not in the sequence.
  std::int64_t shifts = 0;        ///< Times that the context was shifted.
  std::vector<Logprobs> logprobs; ///< One for each id, if the sampler's options ask for them.
  std::string text;
  std::optional<StopReason> reason; ///< Nothing if it was cancelled.
  double prefillSeconds = 0, decodeSeconds = 0;

  /// Tokens a second after the first, which the prompt's pass gave.
  double decodeRate() const {
    return ids.size() > 1 && decodeSeconds > 0 ? static_cast<double>(ids.size() - 1) / decodeSeconds : 0;
  }
};

/// Problems: options out of range, a prompt that is empty or does not fit, or is to be kept and fills the context,
/// those of a step.
Result<Generation> generate(TokenSequence &sequence, const Tokenizer &tokenizer, const GenerationRequest &request);

/// What is told between samples; either may be empty.
struct SampleEvents {
  std::function<void(std::int64_t sample)> begin;
  std::function<void(std::int64_t sample, const Generation &generation)> end;
};

/// `count` texts for one prompt, which is read once: sample i is what generate() gives for the stream that is i higher.
/// Cancelled or told to stop, it ends with the sample that it is at. The sequence holds the last one. Problems: those
/// of generate(); a model whose states cannot go back to the end of the prompt, where the sequence was not empty before
/// it.
Result<std::vector<Generation>> generateSamples(TokenSequence &sequence, const Tokenizer &tokenizer,
                                                const GenerationRequest &request, std::int64_t count,
                                                const SampleEvents &events = {});

} // namespace tern

#endif // TERN_RUNTIME_RUN_GENERATOR_H
