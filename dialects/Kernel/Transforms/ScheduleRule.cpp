//===- ScheduleRule.cpp - What kernels of some names get ------------------===//

#include "dialects/Kernel/Transforms/ScheduleRule.h"

#include "llvm/ADT/StringExtras.h"

using namespace tern;
using namespace tern::kernel;
using llvm::StringRef;

static Problem badPart(StringRef part, const std::string &must) {
  return {"", must + ", got '" + part.str() + "'", "for example: linear_* rows=4 prefetch=4096"};
}

/// A number from `least` to `most`.
static std::optional<int64_t> readNumber(StringRef text, int64_t least, int64_t most) {
  int64_t number = 0;
  if (text.getAsInteger(10, number) || number < least || number > most)
    return std::nullopt;
  return number;
}

/// "32x1x64".
static Result<llvm::SmallVector<int64_t>> readTiles(StringRef part, StringRef text) {
  llvm::SmallVector<StringRef> pieces;
  text.split(pieces, 'x');
  llvm::SmallVector<int64_t> tiles;
  for (StringRef piece : pieces) {
    std::optional<int64_t> tile = readNumber(piece, 1, mostTile);
    if (!tile)
      return badPart(part, "tiles are numbers from 1 to " + std::to_string(mostTile) + " with x between them");
    tiles.push_back(*tile);
  }
  return tiles;
}

/// Reads NAME=NUMBER into `rule`.
static Status readPart(StringRef part, ScheduleRule &rule) {
  auto [name, value] = part.split('=');
  if (name == "tiles") {
    if (!rule.tiles.empty())
      return badPart(part, "each name stands once");
    Result<llvm::SmallVector<int64_t>> tiles = readTiles(part, value);
    if (!tiles)
      return tiles.problem();
    rule.tiles = std::move(*tiles);
    return Done{};
  }
  struct Field {
    StringRef name;
    std::optional<int64_t> ScheduleRule::*number;
    int64_t most;
  };
  static constexpr Field fields[] = {{"rows", &ScheduleRule::rows, mostScheduleRows},
                                     {"tokens", &ScheduleRule::tokens, mostScheduleTokens},
                                     {"prefetch", &ScheduleRule::prefetch, mostSchedulePrefetch}};
  const Field *field = llvm::find_if(fields, [name = name](const Field &one) { return one.name == name; });
  if (field == std::end(fields))
    return badPart(part, "a rule sets rows, tokens, prefetch or tiles");
  if (rule.*field->number)
    return badPart(part, "each name stands once");
  rule.*field->number = readNumber(value, 0, field->most);
  if (!(rule.*field->number))
    return badPart(part, name.str() + " must be a number from 0 to " + std::to_string(field->most));
  return Done{};
}

Result<ScheduleRule> ScheduleRule::parse(StringRef text) {
  llvm::SmallVector<StringRef> parts;
  llvm::SplitString(text, parts, " \t\r");
  if (parts.size() < 2)
    return badPart(text, "a rule is a pattern of kernel names, and what they get");
  llvm::Expected<llvm::GlobPattern> glob = llvm::GlobPattern::create(parts.front());
  if (!glob)
    return badPart(parts.front(),
                   "the first word is a pattern of kernel names (" + llvm::toString(glob.takeError()) + ")");
  ScheduleRule rule{text.trim().str(), std::move(*glob), {}, {}, {}, {}};
  for (StringRef part : llvm::ArrayRef(parts).drop_front())
    if (Status status = readPart(part, rule); !status)
      return status.problem();
  return rule;
}
