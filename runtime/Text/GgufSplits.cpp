//===- GgufSplits.cpp - Cutting text as GGUF files say --------------------===//

#include "runtime/Text/GgufPreTokenizers.h"
#include "runtime/Text/PreTokenizer.h"
#include "runtime/Text/Unicode.h"
#include "runtime/Text/Utf8.h"

using namespace tern;

namespace {

/// Cuts runs of digits where groups of three, from the right, begin or end.
class DigitGroups final : public PreTokenizer {
public:
  enum Rule {
    EndsOfNumbers, ///< After each group of a run of numbers: what stands before a run stays with its first group.
    BeginningsOfThousands ///< Before each whole group of a run of 0 to 9: fewer digits stay with what is before them.
  };
  explicit DigitGroups(Rule rule) : rule(rule) {}

  Status apply(Pieces &pieces) const override {
    return pieces.split([&](std::string_view piece, std::vector<Span> &parts) -> Status {
      std::vector<Span> run;
      std::size_t begin = 0;
      auto cutAt = [&](std::size_t place) {
        if (place > begin)
          parts.push_back({begin, place});
        begin = place;
      };
      auto endRun = [&] {
        for (std::size_t i = 0; i < run.size(); ++i)
          if (rule == EndsOfNumbers && (run.size() - i - 1) % 3 == 0)
            cutAt(run[i].end);
          else if (rule == BeginningsOfThousands && (run.size() - i) % 3 == 0)
            cutAt(run[i].begin);
        run.clear();
      };
      forEachCharacter(piece, [&](char32_t code, std::size_t at, std::size_t length) {
        if (rule == EndsOfNumbers ? unicode::isNumeric(code) : code >= '0' && code <= '9')
          run.push_back({at, at + length});
        else
          endRun();
      });
      endRun();
      cutAt(piece.size());
      return Done{};
    });
  }

private:
  Rule rule;
};

} // namespace

Result<std::unique_ptr<PreTokenizer>> tern::makeGgufSplits(const std::vector<std::string> &patterns, bool byteLevel,
                                                           const std::string &where) {
  std::vector<std::unique_ptr<PreTokenizer>> steps;
  for (const std::string &text : patterns) {
    if (text == ggufNumberEnds || text == ggufThousands) {
      bool ends = text == ggufNumberEnds;
      steps.push_back(
          std::make_unique<DigitGroups>(ends ? DigitGroups::EndsOfNumbers : DigitGroups::BeginningsOfThousands));
      continue;
    }
    Result<std::unique_ptr<PreTokenizer>> split =
        makePreTokenizer({{"type", "Split"}, {"pattern", {{"Regex", text}}}, {"behavior", "Isolated"}}, where);
    if (!split)
      return split.problem();
    steps.push_back(std::move(*split));
  }
  if (byteLevel) {
    Result<std::unique_ptr<PreTokenizer>> bytes =
        makePreTokenizer({{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}}, where);
    if (!bytes)
      return bytes.problem();
    steps.push_back(std::move(*bytes));
  }
  return makeSequence(std::move(steps));
}
