//===- LengthRules.cpp - Truncation and padding ---------------------------===//

#include "runtime/Text/LengthRules.h"

#include "runtime/Text/TokenTable.h"

#include <algorithm>

using namespace tern;

/// A length that nobody means; it also keeps sums from overflowing.
static constexpr std::uint64_t lengthEnd = 1ull << 40;

static std::uint64_t readLength(ComponentSpec &spec, const char *name, std::optional<std::uint64_t> absent) {
  std::uint64_t length = spec.integer(name, absent);
  if (length >= lengthEnd)
    spec.fail(name, "must be below " + std::to_string(lengthEnd) + ", is " + std::to_string(length));
  return length;
}

static LengthRules::Truncation readTruncation(ComponentSpec &spec) {
  LengthRules::Truncation rule;
  rule.longest = readLength(spec, "max_length", std::nullopt);
  rule.keepEnd = spec.choice("direction", {"Right", "Left"}, 0) == 1;
  rule.strategy = static_cast<LengthRules::Truncation::Strategy>(
      spec.choice("strategy", {"LongestFirst", "OnlyFirst", "OnlySecond"}, 0));
  spec.accept("stride"); // How far the cut-off parts overlap; only the first part is kept here.
  return rule;
}

static LengthRules::Padding readPadding(ComponentSpec &spec) {
  LengthRules::Padding rule;
  const Json &strategy = spec.member("strategy");
  if (strategy.is_object() && strategy.size() == 1 && strategy.contains("Fixed")) {
    ComponentSpec fixed(strategy, spec.where("strategy"));
    rule.shortest = readLength(fixed, "Fixed", std::nullopt);
    if (fixed.failed())
      spec.fail("strategy.Fixed", fixed.problem()->what);
  } else if (strategy != "BatchLongest") { // The longest of a batch of one is the text itself.
    spec.fail("strategy", "must be 'BatchLongest' or {\"Fixed\": length}, is " + strategy.dump().substr(0, 80));
  }
  rule.multiple = readLength(spec, "pad_to_multiple_of", 0);
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

template <typename T> static void cut(std::vector<T> &values, std::size_t size, bool keepEnd) {
  if (values.size() <= size)
    return;
  auto excess = static_cast<std::ptrdiff_t>(values.size() - size);
  keepEnd ? values.erase(values.begin(), values.begin() + excess) : values.erase(values.end() - excess, values.end());
}

Status LengthRules::truncate(std::vector<TokenSequence> &texts, std::size_t added) const {
  if (!truncation)
    return Done{};
  std::size_t room = truncation->longest > added ? truncation->longest - added : 0, total = 0;
  for (const TokenSequence &text : texts)
    total += text.types.size();
  if (total <= room)
    return Done{};
  std::vector<std::size_t> sizes = {room, 0};
  if (truncation->strategy == Truncation::LongestFirst && texts.size() == 2) {
    std::size_t first = texts[0].types.size(), second = texts[1].types.size();
    auto [shorter, longer] = shareRoom(std::min(first, second), std::max(first, second), room);
    sizes = first > second ? std::vector<std::size_t>{longer, shorter} : std::vector<std::size_t>{shorter, longer};
  } else if (truncation->strategy != Truncation::LongestFirst && room > 0) {
    std::size_t target = truncation->strategy == Truncation::OnlyFirst ? 0 : 1;
    if (target >= texts.size() || texts[target].types.size() <= total - room)
      return Problem{"text",
                     std::string("cannot be shortened to ") + std::to_string(truncation->longest) +
                         " tokens at the cost of the " + (target ? "second" : "first") + " text alone",
                     ""};
    sizes[1 - target] = texts.size() == 2 ? texts[1 - target].types.size() : 0;
    sizes[target] = texts[target].types.size() - (total - room);
  } else if (room == 0) {
    sizes = {0, 0};
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    cut(texts[i].tokens.ids, sizes[i], truncation->keepEnd);
    cut(texts[i].tokens.spans, sizes[i], truncation->keepEnd);
    cut(texts[i].types, sizes[i], truncation->keepEnd);
  }
  return Done{};
}

void LengthRules::pad(TokenSequence &text) const {
  if (!padding)
    return;
  std::uint64_t size = text.types.size(), length = padding->shortest ? padding->shortest : size;
  if (padding->multiple && length % padding->multiple)
    length += padding->multiple - length % padding->multiple;
  if (length <= size)
    return;
  auto insert = [&](auto &values, auto value) {
    values.insert(padding->atStart ? values.begin() : values.end(), length - size, value);
  };
  insert(text.tokens.ids, padding->token);
  insert(text.types, padding->type);
  if (text.tokens.traced)
    insert(text.tokens.spans, Span{0, 0});
}
