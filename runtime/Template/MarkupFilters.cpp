//===- MarkupFilters.cpp - Filters and methods for HTML and URLs ----------===//

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Characters.h"
#include "runtime/Template/Entities.h"
#include "runtime/Template/Iteration.h"
#include "runtime/Template/Parameters.h"
#include "runtime/Template/Printing.h"
#include "runtime/Template/Strings.h"

using namespace tern;
using namespace tern::jinja;

static Value filterEscape(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "escape", arguments, {});
  if (!given || self.isMarkup())
    return self;
  return machine.makeString(escapeHtml(strOf(machine, self)), true);
}

static Value filterForceEscape(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "forceescape", arguments, {});
  return given ? machine.makeString(escapeHtml(strOf(machine, self)), true) : Value();
}

static Value filterSafe(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "safe", arguments, {});
  return given ? machine.makeString(strOf(machine, self), true) : Value();
}

static Value filterStripTags(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "striptags", arguments, {});
  std::string text = strOf(machine, self);
  // Tags and comments, up to one that is not closed; then runs of white space; then character references.
  std::string kept;
  std::size_t at = 0;
  for (std::size_t start; (start = text.find('<', at)) != std::string::npos;) {
    bool isComment = text.compare(start, 4, "<!--") == 0;
    std::size_t end = isComment ? text.find("-->", start + 4) : text.find('>', start);
    if (end == std::string::npos)
      break;
    kept += text.substr(at, start - at);
    at = end + (isComment ? 3 : 1);
  }
  text = kept + text.substr(at);
  std::string joined;
  for (std::string_view word : splitSpace(text, -1, false))
    joined += (joined.empty() ? "" : " ") + std::string(word);
  joined = unescapeHtml(joined);
  return given ? machine.makeString(std::move(joined)) : Value();
}

static Value filterXmlAttr(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "xmlattr", arguments, {"autospace"});
  if (given && !self.is(Kind::Dict))
    return machine.fail("'xmlattr' needs a dict, not a " + typeName(self));
  if (!given)
    return Value();
  std::string text;
  for (const auto &[key, value] : self.as<DictObject>().entries) {
    if (value.is(Kind::None) || value.isUndefined())
      continue;
    std::string name = key.isString() ? key.text() : "";
    if (!key.isString() || name.find_first_of(" \t\n\r\f\v/>=") != std::string::npos)
      return machine.fail("'xmlattr' needs names without spaces, '/', '>' and '='");
    text += (text.empty() ? "" : " ") + (key.isMarkup() ? name : escapeHtml(name)) + "=\"" +
            (value.isMarkup() ? value.text() : escapeHtml(strOf(machine, value))) + "\"";
  }
  if (!text.empty() && given.flag(0, true))
    text = " " + text;
  return machine.makeString(std::move(text));
}

/// Percent-encodes all but letters, digits and _.-~; in a path also not '/', in a query a blank is '+'.
static std::string urlQuoted(std::string_view text, bool inQuery) {
  static constexpr char hex[] = "0123456789ABCDEF";
  std::string result;
  for (char c : text) {
    bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
                 c == '-' || c == '~' || (c == '/' && !inQuery);
    if (plain)
      result += c;
    else if (c == ' ' && inQuery)
      result += '+';
    else
      (result += '%') += {hex[static_cast<unsigned char>(c) >> 4], hex[c & 15]};
  }
  return result;
}

static Value filterUrlEncode(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "urlencode", arguments, {});
  if (!given || !machine.charge(self.isString() ? self.text().size() * 3 : 0))
    return Value();
  if (self.isString() || !isIterable(self))
    return machine.makeString(urlQuoted(strOf(machine, self), false));
  bool isDict = self.is(Kind::Dict);
  Value source = isDict ? machine.make(Kind::View, std::make_shared<ViewObject>(self, ViewObject::Items)) : self;
  std::vector<Value> pairs, pair;
  if (machine.failed() || !collect(machine, source, pairs))
    return Value();
  std::string text;
  for (const Value &item : pairs) {
    pair.clear();
    if (!collect(machine, item, pair))
      return Value();
    if (pair.size() != 2)
      return machine.fail("'urlencode' needs text, a dict or pairs");
    text += (text.empty() ? "" : "&") + urlQuoted(strOf(machine, pair[0]), true) + "=" +
            urlQuoted(strOf(machine, pair[1]), true);
  }
  return machine.makeString(std::move(text));
}

const Builtin *jinja::findMarkupFilter(std::string_view name) {
  static constexpr Builtin table[] = {
      {"escape", filterEscape},           {"e", filterEscape},
      {"forceescape", filterForceEscape}, {"safe", filterSafe},
      {"striptags", filterStripTags},     {"xmlattr", filterXmlAttr},
      {"urlencode", filterUrlEncode},     {"urlize", filterUrlize},
  };
  return findBuiltin(table, name);
}

//===----------------------------------------------------------------------===//
// Methods
//===----------------------------------------------------------------------===//

/// Markup.escape(s), which does not use the markup that it is called on.
static Value markupEscape(Machine &machine, const Value &, Arguments &arguments) {
  Parameters given(machine, "escape", arguments, {"s"}, 1);
  Arguments none;
  return given ? filterEscape(machine, given[0], none) : Value();
}

static Value markupUnescape(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "unescape", arguments, {});
  return given ? machine.makeString(unescapeHtml(self.text())) : Value();
}

const Builtin *jinja::findMarkupMethod(std::string_view name) {
  static constexpr Builtin table[] = {
      {"escape", markupEscape},
      {"unescape", markupUnescape},
      {"striptags", filterStripTags},
  };
  return findBuiltin(table, name);
}
