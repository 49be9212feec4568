//===- Decoder.h - Sequences of tokens on a session ---------------*- C++ -*-===//
//
// Keeps for each slot how many tokens are in its caches, and turns "these tokens follow" into calls: prompts in the
// largest chunks that an entry takes, single tokens of several slots together where an entry takes several.
//
//   slots      0   1   2   3   4   5   6   7        tokens for 1, 2 and 6: one call of decode_8 from slot 0,
//   call           x   x               x            the empty rows with position -1
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_EXECUTOR_DECODER_H
#define TERN_RUNTIME_EXECUTOR_DECODER_H

#include "runtime/Executor/DecoderEntries.h"
#include "runtime/Executor/Executor.h"
#include "runtime/Sampler/Sampler.h"

#include <functional>

namespace tern {

/// Logits in the session's memory, `rows` of one float for each token of the vocabulary, valid until its next step. A
/// step that was cancelled has none.
struct LogitsView {
  const float *values = nullptr;
  std::int64_t rows = 0, vocabulary = 0;
  bool cancelled = false;

  const float *row(std::int64_t index) const { return values + index * vocabulary; }
};

struct PrefillOptions {
  /// Called after each chunk with the tokens done and all of this call.
  std::function<void(std::int64_t done, std::int64_t total)> progress;
  /// Set to be given the logits of every token, chunk by chunk; without it only the last token's are computed.
  std::function<void(std::int64_t first, const LogitsView &logits)> allLogits;
  const std::atomic<bool> *cancel = nullptr;
};

/// The next token of one slot.
struct SlotToken {
  std::int64_t slot = 0;
  TokenId token = 0;
};

/// Not for use from several threads at once.
class Decoder {
public:
  /// `slots` sequences of up to `context` tokens; memory is for a multiple of 64. Problems: those of
  /// ExecutorModel::newSession and DecoderEntries.
  static Result<std::unique_ptr<Decoder>> create(const std::shared_ptr<ExecutorModel> &model, std::int64_t slots,
                                                 std::int64_t context);

  /// The session that create() makes for these numbers.
  static Result<SessionSize> sessionSize(const ExecutorModel &model, std::int64_t slots, std::int64_t context);

  const ExecutorSession &session() const { return *memory; }
  std::int64_t slots() const { return static_cast<std::int64_t>(sequences.size()); }
  /// Tokens that a slot can hold.
  std::int64_t context() const { return limit; }
  /// As DecoderEntries has it.
  std::int64_t vocabulary() const { return entries.vocabulary(); }
  /// Whether "logits" are vectors of tokens; prefill() gives them, and there is nothing to decode.
  bool isEncoder() const { return entries.isEncoder(); }

  /// Tokens in the slot's caches; those that follow begin at this position.
  std::int64_t length(std::int64_t slot) const { return static_cast<std::int64_t>(ids(slot).size()); }
  /// Those tokens; holds until the slot's next step.
  const std::vector<TokenId> &ids(std::int64_t slot) const { return sequences[static_cast<std::size_t>(slot)].ids; }

  /// Begins a new sequence.
  void reset(std::int64_t slot);
  /// Forgets all but the first `length` tokens. Problems: more than there are, or a model whose states cannot go back.
  Status rewind(std::int64_t slot, std::int64_t length);

  /// Appends `ids` to a slot and gives the logits after the last of them. Cancelled, or on a problem, the slot keeps
  /// the chunks that were done. Problems: no ids, no such slot, no room in the context.
  Result<LogitsView> prefill(std::int64_t slot, const std::vector<TokenId> &ids, const PrefillOptions &options = {});

  /// Appends one token to each of some slots, each at most once; logits row i belongs to `tokens[i]`.
  Result<LogitsView> decode(const std::vector<SlotToken> &tokens, const std::atomic<bool> *cancel = nullptr);

  /// Decodes `tokens`, and then the token with the largest logit of each slot, the first of equals, for up to `count`
  /// steps that the device takes by itself. `take` is told the tokens of each step, in the order of `tokens`, and
  /// answers whether to go on; those of the last step are not in the slots yet. Gives the number of steps. 0 where a
  /// device cannot, and fewer where a step has to be decode()'s, which says why. Problems: as decode().
  Result<std::int64_t> decodeGreedily(std::vector<SlotToken> tokens, std::int64_t count,
                                      const std::function<bool(const std::vector<TokenId> &next)> &take,
                                      const std::atomic<bool> *cancel = nullptr);

private:
  struct Sequence {
    std::vector<TokenId> ids;
    bool broken = false; ///< A step ended inside; recurrent states hold parts of it.
  };

  Decoder(DecoderEntries entries, std::unique_ptr<ExecutorSession> session, std::int64_t slots, std::int64_t context)
      : entries(std::move(entries)), memory(std::move(session)), sequences(static_cast<std::size_t>(slots)),
        limit(context) {}

  Status checkSlot(std::int64_t slot, std::int64_t more) const;
  std::int64_t reachOf(const DecoderEntry &entry, std::int64_t more) const;
  Result<bool> call(const DecoderEntry &entry, std::int64_t firstSlot, std::int64_t batch, std::int64_t tokens,
                    std::int64_t outputs, const std::atomic<bool> *cancel);
  Result<bool> prefillChunk(std::int64_t slot, const TokenId *ids, const DecoderEntries::Step &step, bool wantAll,
                            const std::atomic<bool> *cancel);
  Status checkTokens(const std::vector<SlotToken> &tokens) const;
  struct Group {
    std::int64_t firstSlot = 0, batch = 0;
    std::size_t count = 0; ///< Tokens that it takes.
  };
  Group groupFor(const std::vector<SlotToken> &tokens) const;
  void fillInputs(const Group &group, const std::vector<SlotToken> &tokens, std::int64_t more);
  EntryCall makeCall(const DecoderEntry &entry, std::int64_t firstSlot, std::int64_t batch, std::int64_t tokens,
                     std::int64_t outputs, std::int64_t more, const std::atomic<bool> *cancel) const;
  Result<bool> decodeGroup(const Group &group, const std::vector<SlotToken> &tokens, const std::atomic<bool> *cancel);
  void breakSequence(std::int64_t slot);
  bool hasRecurrentStates() const;

  DecoderEntries entries;
  std::unique_ptr<ExecutorSession> memory;
  std::vector<Sequence> sequences;
  std::int64_t limit;
  std::vector<std::int32_t> tokenInput, positionInput, outputInput; ///< Of the present call.
  std::vector<float> gathered; ///< Logits of a step whose rows do not lie in order.
};

} // namespace tern

#endif // TERN_RUNTIME_EXECUTOR_DECODER_H
