//===- WrapFilter.cpp - wordwrap -------------------------------------------===//
//
// What Python's textwrap does with one paragraph, as Jinja calls it: blanks stay as they are inside a line and are
// dropped where a line ends or begins.
//
//===----------------------------------------------------------------------===//

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Characters.h"
#include "runtime/Template/Parameters.h"
#include "runtime/Template/Strings.h"

#include <algorithm>

using namespace tern;
using namespace tern::jinja;

namespace {

using Text = std::u32string_view;

bool isBlank(char32_t code) { return (code >= 9 && code <= 13) || code == ' '; }

/// A letter, for textwrap: what continues a word, but no decimal digit.
bool isLetter(char32_t code) { return isWordCharacter(code) && !isDecimal(code); }

bool endsWords(char32_t code) {
  return isWordCharacter(code) || (code < 0x80 && std::string_view("!\"'&.,?").find(static_cast<char>(code)) < 7);
}

/// Cuts a paragraph into chunks: runs of blanks, words, parts of hyphenated words, dashes between words.
class Splitter {
public:
  Splitter(Text text, bool onHyphens) : text(text), onHyphens(onHyphens) {}

  std::vector<Text> split() {
    std::vector<Text> chunks;
    for (std::size_t begin = 0; begin < text.size();) {
      std::size_t end = isBlank(text[begin]) ? endOf(begin, isBlank) : endOfWord(begin);
      chunks.push_back(text.substr(begin, end - begin));
      begin = end;
    }
    return chunks;
  }

private:
  template <typename Rule> std::size_t endOf(std::size_t at, const Rule &rule) const {
    while (at < text.size() && rule(text[at]))
      ++at;
    return at;
  }
  bool isLetterAt(std::size_t at) const { return at < text.size() && isLetter(text[at]); }

  /// Where the dashes at `at` end, if they stand between words; else `at`.
  std::size_t endOfDashes(std::size_t at) const {
    if (at == 0 || !endsWords(text[at - 1]))
      return at;
    std::size_t end = endOf(at, [](char32_t code) { return code == '-'; });
    return end - at >= 2 && end < text.size() && isWordCharacter(text[end]) ? end : at;
  }

  /// Whether a word may be parted after the hyphen at `at`.
  bool isHyphen(std::size_t at) const {
    if (at >= text.size() || text[at] != '-' || at < 2 || !isLetterAt(at + 1))
      return false;
    bool before = (isLetter(text[at - 1]) && isLetter(text[at - 2])) ||
                  (at >= 3 && isLetter(text[at - 1]) && text[at - 2] == '-' && isLetter(text[at - 3]));
    return before && (isLetterAt(at + 2) || (at + 2 < text.size() && text[at + 2] == '-' && isLetterAt(at + 3)));
  }

  std::size_t endOfWord(std::size_t begin) const {
    if (!onHyphens)
      return endOf(begin, [](char32_t code) { return !isBlank(code); });
    if (std::size_t end = endOfDashes(begin); end != begin)
      return end;
    for (std::size_t at = begin + 1; at < text.size() && !isBlank(text[at]); ++at) {
      if (isHyphen(at))
        return at + 1;
      if (endOfDashes(at) != at)
        return at;
    }
    return endOf(begin, [](char32_t code) { return !isBlank(code); });
  }

  Text text;
  bool onHyphens;
};

struct Wrapping {
  std::size_t width;
  bool breakLongWords, breakOnHyphens;
};

bool isAllSpace(Text chunk) { return std::all_of(chunk.begin(), chunk.end(), isSpace); }

/// What of a chunk that is too long for any line goes into the `space` that is left of this one.
std::size_t lengthOfPart(Text chunk, std::size_t space, bool onHyphens) {
  if (!onHyphens || chunk.size() <= space)
    return std::min(space, chunk.size());
  std::size_t hyphen = chunk.substr(0, space).rfind(U'-');
  bool isInside = hyphen != Text::npos && hyphen > 0 && chunk.substr(0, hyphen).find_first_not_of(U'-') != Text::npos;
  return isInside ? hyphen + 1 : space;
}

/// The lines of one paragraph.
std::vector<std::u32string> wrap(Machine &machine, Text paragraph, const Wrapping &wrapping) {
  std::vector<Text> chunks = Splitter(paragraph, wrapping.breakOnHyphens).split();
  std::vector<std::u32string> lines;
  for (std::size_t next = 0; next < chunks.size() && machine.step();) {
    if (isAllSpace(chunks[next]) && !lines.empty())
      ++next;
    std::vector<Text> line;
    std::size_t length = 0;
    for (; next < chunks.size() && length + chunks[next].size() <= wrapping.width; ++next) {
      line.push_back(chunks[next]);
      length += chunks[next].size();
    }
    if (next < chunks.size() && chunks[next].size() > wrapping.width) {
      if (wrapping.breakLongWords) {
        std::size_t part = lengthOfPart(chunks[next], wrapping.width - length, wrapping.breakOnHyphens);
        line.push_back(chunks[next].substr(0, part));
        chunks[next].remove_prefix(part);
      } else if (line.empty()) {
        line.push_back(chunks[next++]);
      }
    }
    if (!line.empty() && isAllSpace(line.back()))
      line.pop_back();
    std::u32string joined;
    for (Text chunk : line)
      joined += chunk;
    if (!line.empty())
      lines.push_back(std::move(joined));
  }
  return lines;
}

} // namespace

Value jinja::filterWordWrap(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "wordwrap", arguments, {"width", "break_long_words", "wrapstring", "break_on_hyphens"});
  if (given && !self.isString())
    return self.isUndefined() ? machine.failUndefined(self)
                              : machine.fail("'wordwrap' needs text, not a " + typeName(self));
  std::int64_t width = given.integer(0, 79);
  Wrapping wrapping{static_cast<std::size_t>(std::max<std::int64_t>(width, 1)), given.flag(1, true),
                    given.flag(3, true)};
  std::string separator = given[2].is(Kind::None) ? "\n" : given.text(2, "\n");
  if (!given || !machine.charge(self.text().size() * 8))
    return Value();
  std::string result;
  bool isFirst = true;
  for (std::string_view paragraph : splitLines(self.text(), false)) {
    std::u32string codes = toCodePoints(paragraph);
    if (width <= 0)
      return machine.fail("'wordwrap' needs a width above 0");
    std::vector<std::u32string> lines = wrap(machine, codes, wrapping);
    if (lines.empty())
      lines.emplace_back(); // joined, an empty paragraph is an empty line
    for (const std::u32string &line : lines) {
      if (!machine.charge(separator.size()))
        return Value();
      result += isFirst ? "" : separator;
      result += fromCodePoints(line);
      isFirst = false;
    }
  }
  return machine.makeString(std::move(result));
}
