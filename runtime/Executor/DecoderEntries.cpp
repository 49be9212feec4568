//===- DecoderEntries.cpp - Which entry serves which step -----------------===//

#include "runtime/Executor/DecoderEntries.h"

#include <algorithm>

using namespace tern;

static SizeRange rangeOf(const Entry &entry, const Extent &extent) {
  if (extent.symbol < 0)
    return {extent.size, extent.size};
  for (const SymbolRange &range : entry.ranges)
    if (range.symbol == extent.symbol)
      return {range.min, range.max};
  return {0, 0};
}

static bool isMatrixOfIds(const Argument &argument, const char *name) {
  return argument.name == name && argument.format == StorageFormat::I32 && argument.shape.size() == 2;
}

/// Whether two extents are the same size in every call.
static bool areEqual(const Entry &entry, const Extent &a, const Extent &b) {
  if (a.symbol >= 0 && a.symbol == b.symbol)
    return true;
  SizeRange first = rangeOf(entry, a), second = rangeOf(entry, b);
  return first.min == first.max && second.min == second.max && first.min == second.min;
}

/// Whether the entry has the arguments that all decoder entries have.
static bool hasDecoderArguments(const Entry &entry) {
  return entry.inputs.size() == 3 && isMatrixOfIds(entry.inputs[0], "tokens") &&
         isMatrixOfIds(entry.inputs[1], "positions") && isMatrixOfIds(entry.inputs[2], "outputs") &&
         !entry.outputs.empty() && entry.outputs[0].format == StorageFormat::F32 &&
         entry.outputs[0].shape.size() == 3 && areEqual(entry, entry.outputs[0].shape[0], entry.inputs[2].shape[0]) &&
         areEqual(entry, entry.outputs[0].shape[1], entry.inputs[2].shape[1]) && entry.outputs[0].shape[2].symbol < 0;
}

static bool startsWith(const std::string &text, const char *start) { return text.rfind(start, 0) == 0; }

Result<DecoderEntries> DecoderEntries::find(const Program &program, const std::string &where) {
  DecoderEntries found;
  bool encodes = false, generates = false;
  for (std::size_t i = 0; i != program.symbols.size(); ++i)
    if (program.symbols[i] == "C")
      found.reach = static_cast<std::int32_t>(i);
  for (std::size_t i = 0; i != program.entries.size(); ++i) {
    const Entry &entry = program.entries[i];
    bool isDecode = startsWith(entry.name, "decode_"), isPrefill = startsWith(entry.name, "prefill");
    bool isEncode = entry.name == "encode";
    if (!isDecode && !isPrefill && !isEncode)
      continue;
    encodes |= isEncode;
    generates |= !isEncode;
    std::string at = where + ": entry '" + entry.name + "'";
    if (!hasDecoderArguments(entry))
      return Problem{at, "must take tokens, positions and outputs, matrices of i32, and give logits of f32[B, N, V]",
                     ""};
    std::int64_t vocabulary = entry.outputs[0].shape[2].size;
    if (found.vocabularySize != 0 && found.vocabularySize != vocabulary)
      return Problem{at,
                     "all entries must give logits of one vocabulary; there are " +
                         std::to_string(found.vocabularySize) + " and " + std::to_string(vocabulary),
                     ""};
    found.vocabularySize = vocabulary;
    DecoderEntry sizes{static_cast<std::int32_t>(i), rangeOf(entry, entry.inputs[0].shape[0]),
                       rangeOf(entry, entry.inputs[0].shape[1]), rangeOf(entry, entry.inputs[2].shape[1]),
                       rangeOf(entry, {found.reach, 0})};
    if (isDecode && sizes.batch.max > 0 && sizes.tokens.holds(1) && sizes.outputs.holds(1))
      found.decode.push_back(sizes);
    if (sizes.batch.holds(1) && sizes.outputs.max > 0)
      found.prefill.push_back(sizes);
  }
  std::sort(found.decode.begin(), found.decode.end(),
            [](const DecoderEntry &a, const DecoderEntry &b) { return a.batch.max < b.batch.max; });
  if (encodes && !generates && !found.prefill.empty())
    return found;
  if (encodes && generates)
    return Problem{where, "must have an entry 'encode' or entries that generate, not both", ""};
  if (found.decode.empty() || found.prefill.empty())
    return Problem{where,
                   "a program that generates must have entries 'decode_1' and 'prefill', it lacks " +
                       std::string(found.decode.empty() ? "the first" : "the second"),
                   ""};
  return found;
}

DecoderEntries::Step DecoderEntries::prefillStep(std::int64_t remaining, bool wantAll) const {
  Step best;
  for (const DecoderEntry &entry : prefill) {
    std::int64_t most = entry.tokens.max;
    if (wantAll)
      most = std::min(most, entry.outputs.max);
    std::int64_t tokens = std::min(remaining, most);
    if (tokens < entry.tokens.min || (wantAll && tokens < entry.outputs.min))
      continue;
    if (tokens > best.tokens || (tokens == best.tokens && entry.tokens.max < best.entry.tokens.max))
      best = {entry, tokens};
  }
  return best;
}

std::int64_t DecoderEntries::batchFor(std::int64_t count) const {
  for (const DecoderEntry &entry : decode)
    if (entry.batch.max >= count)
      return std::max(entry.batch.min, count);
  return decode.empty() ? 1 : decode.back().batch.max;
}

std::optional<DecoderEntry> DecoderEntries::decodeEntry(std::int64_t batch) const {
  for (const DecoderEntry &entry : decode)
    if (entry.batch.holds(batch))
      return entry;
  return std::nullopt;
}
