//===- StringMethods.cpp - Methods of str ---------------------------------===//
//
// Methods of markup answer markup and escape the text they are given, as markupsafe's do.
//
//===----------------------------------------------------------------------===//

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Characters.h"
#include "runtime/Template/Iteration.h"
#include "runtime/Template/Parameters.h"
#include "runtime/Template/Printing.h"
#include "runtime/Template/Strings.h"

#include <algorithm>

using namespace tern;
using namespace tern::jinja;

static Value like(Machine &machine, const Value &self, std::string text) {
  return machine.makeString(std::move(text), self.isMarkup());
}

/// `text` as it goes into `self`.
static std::string fitting(const Value &self, const Value &value) {
  return self.isMarkup() && !value.isMarkup() ? escapeHtml(value.text()) : value.text();
}

//===----------------------------------------------------------------------===//
// Case and classes
//===----------------------------------------------------------------------===//

template <std::string (*convert)(std::string_view)>
static Value convertCase(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "case conversion", arguments, {});
  return given && machine.charge(self.text().size() * 8) ? like(machine, self, convert(self.text())) : Value();
}

/// Whether there are characters and all of them are of the class.
template <bool (*belongs)(char32_t)>
static Value allCharacters(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "character test", arguments, {});
  const std::string &text = self.text();
  bool all = given && !text.empty();
  for (std::size_t at = 0; all && at < text.size();)
    all = belongs(readCharacter(text, at));
  return Value::boolean(all);
}

/// islower, isupper: via the tests of those names, which agree but for their arguments.
static Value isLowerText(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "islower", arguments, {});
  return given ? findTest("lower")(machine, self, arguments) : Value();
}

static Value isUpperText(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "isupper", arguments, {});
  return given ? findTest("upper")(machine, self, arguments) : Value();
}

static Value isTitleText(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "istitle", arguments, {});
  bool found = false, inWord = false;
  for (std::size_t at = 0; given && at < self.text().size();) {
    char32_t code = readCharacter(self.text(), at);
    bool starts = isUpper(code) || isTitle(code), continues = isLower(code);
    if ((starts && inWord) || (continues && !inWord))
      return Value::boolean(false);
    found |= starts || continues;
    inWord = starts || continues;
  }
  return Value::boolean(found);
}

static bool isAsciiCharacter(char32_t code) { return code < 0x80; }

static Value isAsciiText(Machine &machine, const Value &self, Arguments &arguments) {
  return self.text().empty() ? Value::boolean(true) : allCharacters<isAsciiCharacter>(machine, self, arguments);
}

static Value isPrintableText(Machine &machine, const Value &self, Arguments &arguments) {
  return self.text().empty() ? Value::boolean(true) : allCharacters<isPrintable>(machine, self, arguments);
}

static Value isIdentifierText(Machine &machine, const Value &self, Arguments &arguments) {
  const std::string &text = self.text();
  bool digitFirst = !text.empty() && text[0] >= '0' && text[0] <= '9';
  return digitFirst ? Value::boolean(false) : allCharacters<isWordCharacter>(machine, self, arguments);
}

//===----------------------------------------------------------------------===//
// Stripping and padding
//===----------------------------------------------------------------------===//

template <bool left, bool right> static Value stripText(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "strip", arguments, {"chars"});
  if (!given)
    return Value();
  if (given[0].is(Kind::None))
    return like(machine, self, std::string(strip(self.text(), left, right)));
  std::string chars = given.text(0, "");
  std::string_view set = chars;
  return given ? like(machine, self, std::string(strip(self.text(), left, right, &set))) : Value();
}

/// Space on the left in the share that `leftShare` computes of all that is missing to a width.
template <std::int64_t (*leftShare)(std::int64_t missing, std::int64_t width)>
static Value pad(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "padding", arguments, {"width", "fillchar"}, 1);
  std::int64_t width = given.integer(0, 0), length = static_cast<std::int64_t>(countCharacters(self.text()));
  std::string fill = given.text(1, " ");
  if (given && countCharacters(fill) != 1)
    return machine.fail("padding needs one character");
  if (!given || width <= length)
    return given ? self : Value();
  std::int64_t missing = width - length, left = leftShare(missing, width);
  return like(machine, self, repeated(machine, fill, left) + self.text() + repeated(machine, fill, missing - left));
}

static std::int64_t padNoneLeft(std::int64_t, std::int64_t) { return 0; }
static std::int64_t padAllLeft(std::int64_t missing, std::int64_t) { return missing; }
static std::int64_t padHalfLeft(std::int64_t missing, std::int64_t width) {
  return missing / 2 + (missing & width & 1);
}

static Value zeroFill(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "zfill", arguments, {"width"}, 1);
  const std::string &text = self.text();
  std::int64_t missing = given.integer(0, 0) - static_cast<std::int64_t>(countCharacters(text));
  bool hasSign = !text.empty() && (text[0] == '-' || text[0] == '+');
  std::string zeros = repeated(machine, "0", missing);
  return given ? like(machine, self, text.substr(0, hasSign) + zeros + text.substr(hasSign)) : Value();
}

static Value expandTabs(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "expandtabs", arguments, {"tabsize"});
  std::int64_t size = given.integer(0, 8), column = 0;
  std::string text;
  for (char c : self.text()) {
    if (c == '\t') {
      std::int64_t spaces = size > 0 ? size - column % size : 0;
      text += repeated(machine, " ", spaces);
      column += spaces;
    } else {
      text += c;
      column = c == '\n' || c == '\r' ? 0 : column + ((c & 0xC0) != 0x80);
    }
    if (!given)
      return Value();
  }
  return like(machine, self, std::move(text));
}

//===----------------------------------------------------------------------===//
// Splitting and joining
//===----------------------------------------------------------------------===//

static Value listLike(Machine &machine, const Value &self, const std::vector<std::string_view> &parts) {
  std::vector<Value> items;
  for (std::string_view part : parts)
    items.push_back(like(machine, self, std::string(part)));
  return machine.makeList(std::move(items));
}

template <bool fromRight> static Value splitText(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "split", arguments, {"sep", "maxsplit"});
  std::int64_t limit = given.integer(1, -1);
  std::string separator = given[0].is(Kind::None) ? "" : given.text(0, "");
  if (given && !given[0].is(Kind::None) && separator.empty())
    return machine.fail("'split' needs a separator that is not empty");
  if (!given)
    return Value();
  return listLike(machine, self,
                  given[0].is(Kind::None) ? splitSpace(self.text(), limit, fromRight)
                                          : splitAt(self.text(), separator, limit, fromRight));
}

static Value splitLinesOf(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "splitlines", arguments, {"keepends"});
  return given ? listLike(machine, self, splitLines(self.text(), given.flag(0, false))) : Value();
}

template <bool fromRight> static Value partition(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "partition", arguments, {"sep"}, 1);
  std::string separator = given.text(0, " ");
  if (given && separator.empty())
    return machine.fail("'partition' needs a separator that is not empty");
  if (!given)
    return Value();
  const std::string &text = self.text();
  std::size_t at = fromRight ? text.rfind(separator) : text.find(separator);
  if (at == std::string::npos)
    return fromRight ? machine.makeTuple({like(machine, self, ""), like(machine, self, ""), self})
                     : machine.makeTuple({self, like(machine, self, ""), like(machine, self, "")});
  return machine.makeTuple({like(machine, self, text.substr(0, at)), like(machine, self, separator),
                            like(machine, self, text.substr(at + separator.size()))});
}

static Value joinText(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "join", arguments, {"iterable"}, 1);
  std::vector<Value> items;
  if (!given || !collect(machine, given[0], items))
    return Value();
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!items[i].isString() && !self.isMarkup())
      return machine.fail("'join' needs strings, and item " + std::to_string(i) + " is a " + typeName(items[i]));
    std::string item = items[i].isString() ? fitting(self, items[i]) : escapeHtml(strOf(machine, items[i]));
    if (!machine.charge(self.text().size() + item.size()))
      return Value();
    text += i > 0 ? self.text() + item : item;
  }
  return like(machine, self, std::move(text));
}

//===----------------------------------------------------------------------===//
// Searching and replacing
//===----------------------------------------------------------------------===//

static Value replaceText(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "replace", arguments, {"old", "new", "count"}, 2);
  std::string from = given.text(0, ""), to = given.text(1, "");
  std::int64_t limit = given.integer(2, -1);
  if (given && self.isMarkup())
    to = fitting(self, given[1]);
  return given ? like(machine, self, replaceAll(machine, self.text(), from, to, limit)) : Value();
}

/// The bytes of `self` between two optional character positions, as slices count them; false if there are none.
static bool window(const Value &self, const Parameters &given, std::size_t &begin, std::size_t &end) {
  const std::string &text = self.text();
  std::int64_t length = static_cast<std::int64_t>(countCharacters(text));
  auto place = [&](std::int64_t bound) { return bound < 0 ? std::max<std::int64_t>(bound + length, 0) : bound; };
  std::int64_t start = given[1].is(Kind::None) ? 0 : place(given.integer(1, 0));
  std::int64_t stop = given[2].is(Kind::None) ? length : std::min(place(given.integer(2, length)), length);
  begin = byteOffset(text, static_cast<std::size_t>(start));
  end = byteOffset(text, static_cast<std::size_t>(stop));
  return start <= stop && start <= length;
}

template <bool fromRight, bool mustBeThere>
static Value findText(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "find", arguments, {"sub", "start", "end"}, 1);
  std::string wanted = given.text(0, "");
  std::size_t begin = 0, end = 0, at = std::string::npos;
  bool hasWindow = given && window(self, given, begin, end);
  if (!given)
    return Value();
  std::string_view searched = std::string_view(self.text()).substr(0, end);
  if (hasWindow && fromRight && searched.size() - begin >= wanted.size()) {
    at = searched.rfind(wanted);
    at = at != std::string::npos && at < begin ? std::string::npos : at;
  } else if (hasWindow && !fromRight) {
    at = searched.find(wanted, begin);
  }
  if (at != std::string::npos)
    return Value::integer(static_cast<std::int64_t>(countCharacters(searched.substr(0, at))));
  return mustBeThere ? machine.fail("the text is not in the string") : Value::integer(-1);
}

static Value countText(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "count", arguments, {"sub", "start", "end"}, 1);
  std::string wanted = given.text(0, "");
  std::size_t begin = 0, end = 0;
  if (!given || !window(self, given, begin, end))
    return given ? Value::integer(0) : Value();
  std::string_view searched = std::string_view(self.text()).substr(begin, end - begin);
  if (wanted.empty())
    return Value::integer(static_cast<std::int64_t>(countCharacters(searched)) + 1);
  std::int64_t count = 0;
  for (std::size_t at = searched.find(wanted); at != std::string::npos; at = searched.find(wanted, at + wanted.size()))
    ++count;
  return Value::integer(count);
}

template <bool atEnd> static Value hasAffix(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, atEnd ? "endswith" : "startswith", arguments, {"affix", "start", "end"}, 1);
  if (!given)
    return Value();
  std::vector<Value> affixes = {given[0]};
  if (given[0].is(Kind::Tuple))
    affixes = given[0].as<SequenceObject>().items;
  std::size_t begin = 0, end = 0;
  bool hasWindow = window(self, given, begin, end);
  std::string_view text = hasWindow ? std::string_view(self.text()).substr(begin, end - begin) : std::string_view();
  for (const Value &affix : affixes) {
    if (!affix.isString())
      return affix.isUndefined() ? machine.failUndefined(affix)
                                 : machine.fail("an affix must be a string, not a " + typeName(affix));
    const std::string &wanted = affix.text();
    if (hasWindow && text.size() >= wanted.size() &&
        text.substr(atEnd ? text.size() - wanted.size() : 0, wanted.size()) == wanted)
      return Value::boolean(true);
  }
  return Value::boolean(false);
}

template <bool atEnd> static Value removeAffix(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, atEnd ? "removesuffix" : "removeprefix", arguments, {"affix"}, 1);
  std::string affix = given.text(0, "");
  const std::string &text = self.text();
  if (!given)
    return Value();
  bool there =
      text.size() >= affix.size() && text.compare(atEnd ? text.size() - affix.size() : 0, affix.size(), affix) == 0;
  if (!there)
    return self;
  return like(machine, self, atEnd ? text.substr(0, text.size() - affix.size()) : text.substr(affix.size()));
}

//===----------------------------------------------------------------------===//
// Formatting
//===----------------------------------------------------------------------===//

static Value formatText(Machine &machine, const Value &self, Arguments &arguments) {
  return formatBraces(machine, self, arguments);
}

static Value formatMap(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "format_map", arguments, {"mapping"}, 1);
  Value mapping = given[0];
  if (given && !mapping.is(Kind::Dict))
    return machine.fail("'format_map' needs a dict, not a " + typeName(mapping));
  if (!given)
    return Value();
  Arguments named;
  for (const auto &[key, value] : mapping.as<DictObject>().entries)
    if (key.isString())
      named.named.emplace_back(key.text(), value);
  return formatBraces(machine, self, named);
}

static Value encodeText(Machine &machine, const Value &, Arguments &) { return refuseBytes(machine, "encode"); }

const Builtin *jinja::findStringMethod(std::string_view name) {
  static constexpr Builtin table[] = {
      {"upper", convertCase<toUpper>},
      {"lower", convertCase<toLower>},
      {"casefold", convertCase<toFolded>},
      {"title", convertCase<toTitle>},
      {"capitalize", convertCase<toCapitalized>},
      {"swapcase", convertCase<swapCase>},
      {"isalpha", allCharacters<isAlphabetic>},
      {"isalnum", allCharacters<isAlphanumeric>},
      {"isdigit", allCharacters<isDigit>},
      {"isdecimal", allCharacters<isDecimal>},
      {"isnumeric", allCharacters<isNumeric>},
      {"isspace", allCharacters<isSpace>},
      {"islower", isLowerText},
      {"isupper", isUpperText},
      {"istitle", isTitleText},
      {"isascii", isAsciiText},
      {"isprintable", isPrintableText},
      {"isidentifier", isIdentifierText},
      {"strip", stripText<true, true>},
      {"lstrip", stripText<true, false>},
      {"rstrip", stripText<false, true>},
      {"ljust", pad<padNoneLeft>},
      {"rjust", pad<padAllLeft>},
      {"center", pad<padHalfLeft>},
      {"zfill", zeroFill},
      {"expandtabs", expandTabs},
      {"split", splitText<false>},
      {"rsplit", splitText<true>},
      {"splitlines", splitLinesOf},
      {"partition", partition<false>},
      {"rpartition", partition<true>},
      {"join", joinText},
      {"replace", replaceText},
      {"find", findText<false, false>},
      {"rfind", findText<true, false>},
      {"index", findText<false, true>},
      {"rindex", findText<true, true>},
      {"count", countText},
      {"startswith", hasAffix<false>},
      {"endswith", hasAffix<true>},
      {"removeprefix", removeAffix<false>},
      {"removesuffix", removeAffix<true>},
      {"format", formatText},
      {"format_map", formatMap},
      {"maketrans", methodMakeTranslation},
      {"translate", methodTranslate},
      {"encode", encodeText},
  };
  return findBuiltin(table, name);
}
