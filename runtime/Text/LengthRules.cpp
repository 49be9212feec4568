//===- LengthRules.cpp - Truncation and padding ---------------------------===//

#include "runtime/Text/LengthRules.h"

#include "runtime/Text/TokenTable.h"

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
  std::size_t strategy = spec.choice("strategy", {"LongestFirst", "OnlyFirst", "OnlySecond"}, 0);
  if (strategy == 2)
    spec.fail("strategy", "'OnlySecond' is for pairs of texts, which are not supported");
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
  spec.accept("pad_type_id"); // Segment numbers are not part of ids.
  spec.accept("pad_token");   // The text of pad_id.
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

void LengthRules::truncate(std::vector<std::int32_t> &ids, std::size_t added) const {
  if (!truncation)
    return;
  std::uint64_t room = truncation->longest > added ? truncation->longest - added : 0;
  if (ids.size() <= room)
    return;
  auto excess = static_cast<std::ptrdiff_t>(ids.size() - room);
  truncation->keepEnd ? ids.erase(ids.begin(), ids.begin() + excess) : ids.erase(ids.end() - excess, ids.end());
}

void LengthRules::pad(std::vector<std::int32_t> &ids) const {
  if (!padding)
    return;
  std::uint64_t length = padding->shortest ? padding->shortest : ids.size();
  if (padding->multiple && length % padding->multiple)
    length += padding->multiple - length % padding->multiple;
  if (length > ids.size())
    ids.insert(padding->atStart ? ids.begin() : ids.end(), length - ids.size(), padding->token);
}
