//===- UrlizeFilter.cpp - urlize --------------------------------------------===//

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Characters.h"
#include "runtime/Template/Iteration.h"
#include "runtime/Template/Parameters.h"
#include "runtime/Template/Printing.h"
#include "runtime/Template/Strings.h"

#include <algorithm>
#include <set>

using namespace tern;
using namespace tern::jinja;

namespace {

bool startsWith(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }
bool endsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

std::size_t countOf(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string_view::npos; at += part.size())
    ++count;
  return count;
}

/// Whether all characters satisfy `rule` and there are between `least` and `most` of them.
template <typename Rule> bool consistsOf(std::string_view text, std::size_t least, std::size_t most, const Rule &rule) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count)
    if (!rule(readCharacter(text, at)))
      return false;
  return count >= least && count <= most;
}

bool isHostCharacter(char32_t code) { return isWordCharacter(code) || code == '%' || code == '-'; }
bool isLatin(char32_t code) { return (code | 32) >= 'a' && (code | 32) <= 'z'; }
bool isHex(char32_t code) { return isDecimal(code) || ((code | 32) >= 'a' && (code | 32) <= 'f'); }

/// Names with dots between them, the last of which looks like a top-level domain; without a scheme, a well-known one.
bool isDomain(std::string_view host, bool hasScheme) {
  std::vector<std::string_view> labels = splitAt(host, ".", -1, false);
  std::string last = toLower(labels.back());
  labels.pop_back();
  static const std::set<std::string> known = {"com", "net", "int", "edu", "gov", "org", "info", "mil"};
  auto areNames = [&](std::size_t least, std::size_t most) {
    return std::all_of(labels.begin(), labels.end(),
                       [&](std::string_view label) { return consistsOf(label, least, most, isHostCharacter); });
  };
  bool isInternational =
      startsWith(last, "xn--") && consistsOf(std::string_view(last).substr(4), 2, 59,
                                             [](char32_t code) { return isWordCharacter(code) || code == '%'; });
  if (hasScheme && areNames(1, SIZE_MAX) && (consistsOf(last, 2, 63, isLatin) || isInternational))
    return true;
  return !labels.empty() && known.count(last) != 0 && areNames(2, 63);
}

bool isAddress4(std::string_view host) {
  std::vector<std::string_view> parts = splitAt(host, ".", -1, false);
  return parts.size() == 4 && std::all_of(parts.begin(), parts.end(),
                                          [](std::string_view part) { return consistsOf(part, 1, 3, isDecimal); });
}

/// What stands between the brackets: two groups with a colon each, then up to six that need none.
bool isAddress6(std::string_view inside) {
  std::size_t at = 0;
  auto group = [&] {
    for (int digits = 0; digits < 4 && at < inside.size(); ++digits) {
      std::size_t next = at;
      if (!isHex(readCharacter(inside, next)))
        break;
      at = next;
    }
    bool hasColon = at < inside.size() && inside[at] == ':';
    at += hasColon;
    return hasColon;
  };
  if (!group() || !group())
    return false;
  for (int i = 0; i < 6 && at < inside.size(); ++i)
    group();
  return at == inside.size();
}

/// What may follow a host: a port, then a path, a query or a fragment.
bool isRest(std::string_view rest) {
  if (!rest.empty() && rest.front() == ':') {
    std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
    if (!consistsOf(rest.substr(1, end - 1), 1, 5, isDecimal))
      return false;
    rest.remove_prefix(end);
  }
  return rest.empty() || rest.front() == '/' || rest.front() == '?' || rest.front() == '#';
}

bool isUrl(std::string_view word) {
  std::string lower = toLower(word);
  std::size_t scheme = startsWith(lower, "https://") ? 8 : startsWith(lower, "http://") ? 7 : 0;
  std::string_view after = word.substr(scheme);
  if (scheme != 0 && startsWith(after, "[")) {
    std::size_t close = after.find(']');
    return close != std::string_view::npos && isAddress6(after.substr(1, close - 1)) && isRest(after.substr(close + 1));
  }
  std::size_t end = std::min(after.find_first_of(":/?#"), after.size());
  std::string_view host = after.substr(0, end);
  if (!isRest(after.substr(end)))
    return false;
  if (scheme != 0 && (isAddress4(host) || isDomain(host, true)))
    return true;
  return scheme == 0 && (isDomain(host, false) || (startsWith(lower, "www.") && isDomain(host.substr(4), true)));
}

/// Anything, an @, and then a name with a dot in it, which has no @.
bool isMail(std::string_view word) {
  std::size_t at = word.rfind('@'), second = 0;
  if (at == std::string_view::npos || at == 0)
    return false;
  std::string_view host = word.substr(at + 1);
  std::size_t dot = host.rfind('.');
  if (dot == std::string_view::npos || !isWordCharacter(readCharacter(host, second)))
    return false;
  auto inHost = [](char32_t code) { return isWordCharacter(code) || code == '.' || code == '-'; };
  return consistsOf(host.substr(0, dot), 1, SIZE_MAX, inHost) &&
         consistsOf(host.substr(dot + 1), 1, SIZE_MAX, isWordCharacter);
}

struct Links {
  std::string attributes; ///< rel and target, with a blank before each.
  std::int64_t limit = -1;
  std::vector<std::string> schemes;

  std::string shown(std::string_view url) const {
    if (limit == INT64_MIN || countCharacters(url) <= static_cast<std::size_t>(std::max<std::int64_t>(limit, 0)))
      return std::string(url);
    // A limit below zero counts from the end, as a slice does.
    std::size_t count = countCharacters(url);
    std::size_t kept = limit >= 0 ? static_cast<std::size_t>(limit)
                                  : count - std::min<std::size_t>(count, static_cast<std::size_t>(-limit));
    return std::string(url.substr(0, byteOffset(url, kept))) + "...";
  }
  std::string link(std::string_view target, std::string_view text) const {
    return "<a href=\"" + std::string(target) + "\"" + attributes + ">" + std::string(text) + "</a>";
  }

  std::string linked(std::string_view word) const {
    std::string text(word);
    if (isUrl(word))
      return link((startsWith(word, "https://") || startsWith(word, "http://") ? "" : "https://") + text, shown(word));
    if (startsWith(word, "mailto:") && isMail(word.substr(7)))
      return "<a href=\"" + text + "\">" + text.substr(7) + "</a>";
    if (!startsWith(word, "www.") && !startsWith(word, "@") && word.find(':') == std::string_view::npos && isMail(word))
      return "<a href=\"mailto:" + text + "\">" + text + "</a>";
    for (const std::string &scheme : schemes)
      if (text != scheme && startsWith(text, scheme))
        text = link(text, text);
    return text;
  }
};

/// The length of the run of opening brackets at the start, or of closing ones and stops at the end.
std::size_t headLength(std::string_view word) {
  std::size_t at = 0;
  for (bool more = true; more;) {
    more = false;
    for (std::string_view open : {"(", "<", "&lt;"})
      if (startsWith(word.substr(at), open))
        at += open.size(), more = true;
  }
  return at;
}
std::size_t tailLength(std::string_view word) {
  std::size_t length = 0;
  for (bool more = true; more;) {
    more = false;
    for (std::string_view close : {")", ">", ".", ",", "\n", "&gt;"})
      if (endsWith(word.substr(0, word.size() - length), close))
        length += close.size(), more = true;
  }
  return length;
}

/// A word, escaped, as links make it: brackets and stops round it stay outside, but for those that it opens itself.
std::string linkedWord(std::string_view word, const Links &links) {
  std::size_t head = headLength(word), tail = word.size() - head - tailLength(word.substr(head));
  std::string middle(word.substr(head, tail)), end(word.substr(head + tail));
  for (auto [open, close] : {std::pair("(", ")"), std::pair("<", ">"), std::pair("&lt;", "&gt;")}) {
    std::size_t opened = countOf(middle, open);
    if (opened <= countOf(middle, close))
      continue;
    std::size_t moved = 0;
    for (std::size_t moves = std::min(opened, countOf(end, close)); moves > 0; --moves)
      moved = end.find(close, moved) + std::string_view(close).size();
    middle += end.substr(0, moved);
    end.erase(0, moved);
  }
  return std::string(word.substr(0, head)) + links.linked(middle) + end;
}

/// A word of at least two characters, a colon, up to two slashes.
bool isScheme(std::string_view text) {
  std::size_t colon = text.find(':');
  auto inScheme = [](char32_t code) { return isWordCharacter(code) || code == '.' || code == '+' || code == '-'; };
  return colon != std::string_view::npos && consistsOf(text.substr(0, colon), 2, SIZE_MAX, inScheme) &&
         (text.size() - colon <= 3) && text.find_first_not_of('/', colon + 1) == std::string_view::npos;
}

} // namespace

Value jinja::filterUrlize(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "urlize", arguments, {"trim_url_limit", "nofollow", "target", "rel", "extra_schemes"});
  Links links;
  links.limit = given[0].is(Kind::None) ? INT64_MIN : given.integer(0, 0);
  std::set<std::string> rel = {"noopener"};
  if (given.flag(1, false))
    rel.insert("nofollow");
  std::string given3 = given[3].is(Kind::None) ? "" : given.text(3, "");
  for (std::string_view word : splitSpace(given3, -1, false))
    rel.insert(std::string(word));
  std::string joined;
  for (const std::string &word : rel)
    joined += (joined.empty() ? "" : " ") + word;
  links.attributes = " rel=\"" + escapeHtml(joined) + "\"";
  if (std::string target = given[2].is(Kind::None) ? "" : given.text(2, ""); !target.empty())
    links.attributes += " target=\"" + escapeHtml(target) + "\"";
  std::vector<Value> schemes;
  if (!given || (given.has(4) && !given[4].is(Kind::None) && !collect(machine, given[4], schemes)))
    return Value();
  for (const Value &scheme : schemes) {
    if (!scheme.isString() || !isScheme(scheme.text()))
      return machine.fail("'urlize' needs schemes such as 'ftp://' or 'tel:'");
    links.schemes.push_back(scheme.text());
  }
  std::string text = self.isMarkup() ? self.text() : escapeHtml(strOf(machine, self)), result;
  if (!machine.charge(text.size() * 4))
    return Value();
  for (std::size_t at = 0; at < text.size();) {
    std::size_t begin = at, next = at;
    bool blank = isSpace(readCharacter(text, next));
    while (at < text.size() && (next = at, isSpace(readCharacter(text, next)) == blank))
      at = next;
    std::string_view word = std::string_view(text).substr(begin, at - begin);
    std::string linked = blank ? std::string(word) : linkedWord(word, links);
    if (!machine.charge(linked.size()))
      return Value();
    result += linked;
  }
  return machine.makeString(std::move(result));
}
