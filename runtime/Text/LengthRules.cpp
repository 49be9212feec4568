//===- LengthRules.cpp - Truncation and padding ---------------------------===//

#include "runtime/Text/LengthRules.h"

#include "runtime/Text/TokenTable.h"

#include <algorithm>

using namespace tern;

/// A length that nobody means; it also keeps sums from overflowing.
static constexpr std::uint64_t lengthEnd = 1ull << 40;

/// Tokens in all the parts that are cut off; every text that a model can take has fewer.
static constexpr std::uint64_t longestOverflow = 1ull << 24;

/// Texts are padded to less, for a file of a few bytes must not ask for all memory.
static constexpr std::uint64_t paddedEnd = 1ull << 24;

static std::uint64_t readLength(ComponentSpec &spec, const char *name, std::optional<std::uint64_t> absent,
                                std::uint64_t end) {
  std::uint64_t length = spec.integer(name, absent);
  if (length >= end)
    spec.fail(name, "must be below " + std::to_string(end) + ", is " + std::to_string(length));
  return length;
}

static LengthRules::Truncation readTruncation(ComponentSpec &spec) {
  LengthRules::Truncation rule;
  rule.longest = readLength(spec, "max_length", std::nullopt, lengthEnd);
  rule.keepEnd = spec.choice("direction", {"Right", "Left"}, 0) == 1;
  rule.strategy = static_cast<LengthRules::Truncation::Strategy>(
      spec.choice("strategy", {"LongestFirst", "OnlyFirst", "OnlySecond"}, 0));
  rule.stride = readLength(spec, "stride", 0, lengthEnd);
  return rule;
}

static LengthRules::Padding readPadding(ComponentSpec &spec) {
  LengthRules::Padding rule;
  const Json &strategy = spec.member("strategy");
  if (strategy.is_object() && strategy.size() == 1 && strategy.contains("Fixed")) {
    ComponentSpec fixed(strategy, spec.where("strategy"));
    rule.shortest = readLength(fixed, "Fixed", std::nullopt, paddedEnd);
    if (fixed.failed())
      spec.fail("strategy.Fixed", fixed.problem()->what);
  } else if (strategy != "BatchLongest") { // The longest of a batch of one is the text itself.
    spec.fail("strategy", "must be 'BatchLongest' or {\"Fixed\": length}, is " + strategy.dump().substr(0, 80));
  }
  rule.multiple = readLength(spec, "pad_to_multiple_of", 0, paddedEnd);
  rule.atStart = spec.choice("direction", {"Right", "Left"}, 0) == 1;
  std::uint64_t token = spec.integer("pad_id");
  if (token >= static_cast<std::uint64_t>(TokenTable::idEnd))
    spec.fail("pad_id", "must be a token id, is " + std::to_string(token));
  else
    rule.token = static_cast<std::int32_t>(token);
  if (std::uint64_t type = spec.integer("pad_type_id", 0); type < static_cast<std::uint64_t>(TokenTable::idEnd))
    rule.type = static_cast<std::int32_t>(type);
  else
    spec.fail("pad_type_id", "must be below " + std::to_string(TokenTable::idEnd));
  spec.accept("pad_token"); // The text of pad_id.
  return rule;
}

Result<LengthRules> LengthRules::fromJson(const Json &truncation, const Json &padding, const std::string &where) {
  LengthRules rules;
  if (!truncation.is_null()) {
    ComponentSpec spec(truncation, where + ": truncation");
    rules.truncation = readTruncation(spec);
    if (std::optional<Problem> wrong = spec.problem())
      return *wrong;
  }
  if (!padding.is_null()) {
    ComponentSpec spec(padding, where + ": padding");
    rules.padding = readPadding(spec);
    if (std::optional<Problem> wrong = spec.problem())
      return *wrong;
  }
  return rules;
}

/// How many tokens of the shorter and of the longer text stay when both share `room`: the longer loses first.
static std::pair<std::size_t, std::size_t> shareRoom(std::size_t shorter, std::size_t longer, std::size_t room) {
  longer = shorter > room ? shorter : std::max(shorter, room - shorter);
  if (shorter + longer > room) {
    shorter = room / 2;
    longer = shorter + room % 2;
  }
  return {shorter, longer};
}

/// How many tokens of each text stay; the texts together have `total`, which is more than `room`.
static Result<std::vector<std::size_t>> sizesWithin(const std::vector<TokenizedText> &texts, std::size_t room,
                                                    std::size_t total, const LengthRules::Truncation &rule) {
  using Truncation = LengthRules::Truncation;
  std::vector<std::size_t> sizes = {room, 0};
  if (room == 0)
    return std::vector<std::size_t>{0, 0};
  if (rule.strategy == Truncation::LongestFirst) {
    if (texts.size() == 1)
      return sizes;
    std::size_t first = texts[0].types.size(), second = texts[1].types.size();
    auto [shorter, longer] = shareRoom(std::min(first, second), std::max(first, second), room);
    return first > second ? std::vector<std::size_t>{longer, shorter} : std::vector<std::size_t>{shorter, longer};
  }
  std::size_t target = rule.strategy == Truncation::OnlyFirst ? 0 : 1;
  if (target >= texts.size() || texts[target].types.size() <= total - room)
    return Problem{"text",
                   "cannot be shortened to " + std::to_string(rule.longest) + " tokens at the cost of the " +
                       (target ? "second" : "first") + " text alone",
                   ""};
  sizes[1 - target] = texts.size() == 2 ? texts[1 - target].types.size() : 0;
  sizes[target] = texts[target].types.size() - (total - room);
  return sizes;
}

/// How many parts `count` tokens make of which `longest` stay. Needs a stride below `longest`, unless that is 0.
static std::size_t countParts(std::size_t count, std::size_t longest, const LengthRules::Truncation &rule) {
  if (longest >= count || longest == 0)
    return longest >= count ? 1 : 2;
  std::size_t step = longest - rule.stride;
  return 1 + (count - longest + step - 1) / step;
}

/// The tokens from `begin` to `end`.
static TokenizedText slice(const TokenizedText &text, std::size_t begin, std::size_t end) {
  auto cut = [&](const auto &values) {
    auto first = values.begin() + static_cast<std::ptrdiff_t>(begin);
    return std::decay_t<decltype(values)>(first, first + static_cast<std::ptrdiff_t>(end - begin));
  };
  TokenizedText part;
  part.tokens.traced = text.tokens.traced;
  part.tokens.ids = cut(text.tokens.ids);
  if (text.tokens.traced)
    part.tokens.spans = cut(text.tokens.spans);
  part.types = cut(text.types);
  return part;
}

/// Cuts a text into `numParts` parts of at most `longest` tokens, of which the first stays. Where none stay, all that
/// was cut off is one part.
static void cutUp(TokenizedText &text, std::size_t longest, std::size_t numParts, const LengthRules::Truncation &rule) {
  std::size_t count = text.types.size();
  if (longest >= count)
    return;
  auto part = [&](std::size_t number) {
    if (longest == 0)
      return slice(text, 0, number == 0 ? 0 : count);
    std::size_t begin = number * (longest - rule.stride), end = std::min(begin + longest, count);
    return rule.keepEnd ? slice(text, count - end, count - begin) : slice(text, begin, end);
  };
  TokenizedText kept = part(0);
  for (std::size_t number = 1; number < numParts; ++number)
    kept.overflowing.push_back(part(number));
  text = std::move(kept);
}

Status LengthRules::truncate(std::vector<TokenizedText> &texts, std::size_t added, bool keepRest) const {
  // Where special tokens alone are longer, Hugging Face tokenizers take nothing off either.
  if (!truncation || truncation->longest < added)
    return Done{};
  std::size_t room = truncation->longest - added, total = 0;
  for (const TokenizedText &text : texts)
    total += text.types.size();
  if (total <= room)
    return Done{};
  Result<std::vector<std::size_t>> sizes = sizesWithin(texts, room, total, *truncation);
  if (!sizes)
    return sizes.problem();
  std::vector<std::size_t> numParts;
  std::uint64_t numJoined = 1; // Every part of one text comes with every part of the other.
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::size_t count = texts[i].types.size(), size = (*sizes)[i];
    if (size > 0 && size < count && truncation->stride >= size)
      return Problem{"text",
                     "truncation.stride must be below the tokens that stay of a text: is " +
                         std::to_string(truncation->stride) + ", and " + std::to_string(size) + " of " +
                         std::to_string(count) + " tokens stay",
                     ""};
    numParts.push_back(keepRest ? countParts(count, size, *truncation) : 1);
    if (__builtin_mul_overflow(numJoined, static_cast<std::uint64_t>(numParts.back()), &numJoined))
      numJoined = lengthEnd;
  }
  if (std::uint64_t length = std::max<std::uint64_t>(room + added, 1); numJoined > longestOverflow / length)
    return Problem{"text",
                   "the parts that truncation cuts off may have " + std::to_string(longestOverflow) +
                       " tokens in all: " + std::to_string(numJoined) + " of up to " + std::to_string(length) +
                       " are more",
                   "pass shorter texts, or take a smaller truncation.stride"};
  for (std::size_t i = 0; i < texts.size(); ++i)
    cutUp(texts[i], (*sizes)[i], numParts[i], *truncation);
  return Done{};
}

/// Brings a text to `length` tokens, unless it has more.
static void padTo(TokenizedText &text, std::uint64_t length, const LengthRules::Padding &rule) {
  std::uint64_t size = text.types.size();
  if (length <= size)
    return;
  auto insert = [&](auto &values, auto value) {
    values.insert(rule.atStart ? values.begin() : values.end(), length - size, value);
  };
  insert(text.tokens.ids, rule.token);
  insert(text.types, rule.type);
  if (text.tokens.traced)
    insert(text.tokens.spans, Span{0, 0});
}

void LengthRules::pad(TokenizedText &text) const {
  if (!padding)
    return;
  std::uint64_t length = padding->shortest ? padding->shortest : text.types.size();
  if (padding->multiple && length % padding->multiple)
    length += padding->multiple - length % padding->multiple;
  padTo(text, length, *padding);
  for (TokenizedText &part : text.overflowing)
    padTo(part, length, *padding);
}
