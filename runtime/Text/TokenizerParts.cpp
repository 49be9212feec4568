//===- TokenizerParts.cpp - A tokenizer as it is kept ---------------------===//

#include "runtime/Text/TokenizerParts.h"

#include "runtime/Text/Model.h"

#include <cmath>
#include <cstring>

using namespace tern;

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "arrays are written as they lie in memory");

Result<std::vector<TokenMerge>> tern::findMerges(const TokenTable &tokens, const std::vector<MergeText> &merges,
                                                 const std::string &innerPrefix, const std::string &where) {
  auto quoted = [](const std::string &text) { return "'" + text.substr(0, 80) + "'"; };
  std::vector<TokenMerge> found;
  found.reserve(merges.size());
  for (const auto &[left, right] : merges) {
    std::string result = left + (right.size() >= innerPrefix.size() ? right.substr(innerPrefix.size()) : right);
    TokenMerge merge = {tokens.find(left), tokens.find(right), tokens.find(result)};
    if (merge.left == noToken || merge.right == noToken || merge.result == noToken) {
      const std::string &missing = merge.left == noToken ? left : merge.right == noToken ? right : result;
      return Problem{where,
                     "a merge is of two tokens into a third: merge " + std::to_string(found.size()) + " (" +
                         quoted(left) + ", " + quoted(right) + ") needs " + quoted(missing) +
                         ", which is not in the vocabulary",
                     ""};
    }
    found.push_back(merge);
  }
  return found;
}

//===----------------------------------------------------------------------===//
// Bytes
//===----------------------------------------------------------------------===//

namespace {

/// How many entries follow.
struct Counts {
  std::uint32_t tokens = 0, merges = 0, scores = 0, textBytes = 0;

  std::uint64_t bytes() const {
    return sizeof(Counts) + std::uint64_t{4} * tokens + sizeof(TokenMerge) * std::uint64_t{merges} +
           sizeof(double) * std::uint64_t{scores} + textBytes;
  }
};

template <typename T> void append(std::string &bytes, const std::vector<T> &values) {
  bytes.append(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(T));
}

/// Takes `count` values off the front of `bytes`, which has them.
template <typename T> std::vector<T> take(std::string_view &bytes, std::uint32_t count) {
  std::vector<T> values(count);
  if (count > 0)
    std::memcpy(static_cast<void *>(values.data()), bytes.data(), count * sizeof(T));
  bytes.remove_prefix(count * sizeof(T));
  return values;
}

Status checkArrays(const TokenArrays &arrays, const std::string &where) {
  for (std::size_t i = 0; i < arrays.merges.size(); ++i)
    for (std::int32_t id : {arrays.merges[i].left, arrays.merges[i].right, arrays.merges[i].result})
      if (!arrays.tokens.has(id))
        return Problem{where, "a merge is of tokens: merge " + std::to_string(i) + " names " + std::to_string(id), ""};
  if (!arrays.scores.empty() && arrays.scores.size() != static_cast<std::size_t>(arrays.tokens.size()))
    return Problem{where,
                   "there is one score per token: " + std::to_string(arrays.scores.size()) + " scores, " +
                       std::to_string(arrays.tokens.size()) + " tokens",
                   ""};
  for (std::size_t i = 0; i < arrays.scores.size(); ++i)
    if (std::isnan(arrays.scores[i]))
      return Problem{where, "a score is a number: that of token " + std::to_string(i) + " is NaN", ""};
  return Done{};
}

} // namespace

std::string tern::writeTokenArrays(const TokenArrays &arrays) {
  std::vector<std::uint32_t> lengths;
  std::string texts;
  for (std::int32_t id = 0; id < arrays.tokens.size(); ++id) {
    lengths.push_back(arrays.tokens.has(id) ? static_cast<std::uint32_t>(arrays.tokens.text(id).size())
                                            : TokenTable::hole);
    if (arrays.tokens.has(id))
      texts += arrays.tokens.text(id);
  }
  Counts counts;
  counts.tokens = static_cast<std::uint32_t>(lengths.size());
  counts.merges = static_cast<std::uint32_t>(arrays.merges.size());
  counts.scores = static_cast<std::uint32_t>(arrays.scores.size());
  counts.textBytes = static_cast<std::uint32_t>(texts.size());
  std::string bytes(reinterpret_cast<const char *>(&counts), sizeof counts);
  append(bytes, lengths);
  append(bytes, arrays.merges);
  append(bytes, arrays.scores);
  return bytes + texts;
}

Result<TokenArrays> tern::readTokenArrays(std::string_view bytes, const std::string &where) {
  Counts counts;
  std::size_t size = bytes.size();
  if (size >= sizeof counts)
    std::memcpy(&counts, bytes.data(), sizeof counts);
  if (size < sizeof counts || counts.bytes() != size)
    return Problem{where,
                   "must be as long as its counts say, " + std::to_string(counts.bytes()) + " bytes, is " +
                       std::to_string(size),
                   ""};
  bytes.remove_prefix(sizeof counts);
  auto lengths = take<std::uint32_t>(bytes, counts.tokens);
  TokenArrays arrays;
  arrays.merges = take<TokenMerge>(bytes, counts.merges);
  arrays.scores = take<double>(bytes, counts.scores);
  Result<TokenTable> tokens = TokenTable::fromLengths(lengths, bytes, where);
  if (!tokens)
    return tokens.problem();
  arrays.tokens = std::move(*tokens);
  if (Status status = checkArrays(arrays, where); !status)
    return status.problem();
  return arrays;
}

//===----------------------------------------------------------------------===//
// From tokenizer.json
//===----------------------------------------------------------------------===//

Result<TokenizerParts> TokenizerParts::fromHuggingFace(std::string_view tokenizerJson, const std::string &where) {
  Result<Json> json = parseJson(tokenizerJson, where);
  if (!json)
    return json.problem();
  TokenizerParts parts{where, std::move(*json), {}};
  auto model = parts.settings.is_object() ? parts.settings.find("model") : parts.settings.end();
  if (!parts.settings.is_object() || model == parts.settings.end() || !model->is_object())
    return parts; // Which is told when a tokenizer is made.
  Result<TokenArrays> arrays = takeModelArrays(*model, where + ": model");
  if (!arrays)
    return arrays.problem();
  parts.arrays = std::move(*arrays);
  return parts;
}
