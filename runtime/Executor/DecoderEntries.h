//===- DecoderEntries.h - Which entry serves which step -----------*- C++ -*-===//
//
// A decoder's program has several entries for the same computation, each compiled for a range of sizes: `decode_<B>`
// for one token of each of B sequences, `prefill...` for many tokens of one. All take tokens[B, T], positions[B, T] and
// outputs[B, N], the indices along T whose logits are wanted, and give logits[B, N, V]. A program that gives embeddings
// has one entry, `encode`, with the vector of each token in the place of its logits: V is the size of a vector.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_EXECUTOR_DECODERENTRIES_H
#define TERN_RUNTIME_EXECUTOR_DECODERENTRIES_H

#include "runtime/Artifact/Program.h"

#include <optional>

namespace tern {

struct SizeRange {
  std::int64_t min = 1, max = 1;
  bool holds(std::int64_t size) const { return min <= size && size <= max; }
};

struct DecoderEntry {
  std::int32_t index = 0; ///< In Program::entries.
  SizeRange batch, tokens, outputs;
  SizeRange reach; ///< Of the symbol "C".
};

class DecoderEntries {
public:
  /// Problems: no entry of either kind, or one with other arguments than the above.
  static Result<DecoderEntries> find(const Program &program, const std::string &where);

  /// Whether the program gives embeddings, and nothing to decode.
  bool isEncoder() const { return decode.empty(); }

  /// Logits of a token; of an encoder, elements of its vector.
  std::int64_t vocabulary() const { return vocabularySize; }

  /// The symbol "C", a number of positions that the call's own lie below; -1 if the program has none.
  std::int32_t reachSymbol() const { return reach; }

  /// The step for the next tokens of one sequence, of which `remaining` are left: the entry that takes most of them,
  /// and of equals the one for fewest. `wantAll`: the logits of all tokens are wanted, not of one. The number of tokens
  /// is 0 if no entry takes any.
  struct Step {
    DecoderEntry entry;
    std::int64_t tokens = 0;
  };
  Step prefillStep(std::int64_t remaining, bool wantAll) const;

  /// The smallest batch that is at least `count`, or else the largest there is; 1 for an encoder.
  std::int64_t batchFor(std::int64_t count) const;
  /// The entry that decodes one token of each of `batch` sequences, a number that batchFor gave.
  std::optional<DecoderEntry> decodeEntry(std::int64_t batch) const;

private:
  std::vector<DecoderEntry> decode, prefill; ///< Decode by batch; prefill holds those for single sequences.
  std::int64_t vocabularySize = 0;
  std::int32_t reach = -1;
};

} // namespace tern

#endif // TERN_RUNTIME_EXECUTOR_DECODERENTRIES_H
