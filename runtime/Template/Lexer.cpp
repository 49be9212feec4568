//===- Lexer.cpp - Tokens of a chat template ------------------------------===//

#include "runtime/Template/Lexer.h"

#include "runtime/Template/Characters.h"
#include "runtime/Template/Numbers.h"

#include <algorithm>

using namespace tern;
using namespace tern::jinja;

namespace {

class Lexer {
public:
  Lexer(std::string_view source, std::optional<SyntaxError> &error) : source(source), error(error) {}

  std::vector<Token> run() {
    while (!error && at < source.size())
      lexText();
    push(TokenKind::End, at);
    return std::move(tokens);
  }

private:
  std::string_view source;
  std::optional<SyntaxError> &error;
  std::vector<Token> tokens;
  std::size_t at = 0;
  bool lineStarting = true; ///< Whether the last thing matched ended with a newline.
  std::string brackets;     ///< Closing signs that are awaited.
  // Where location() counted to; places are asked for in order.
  std::size_t counted = 0;
  Location place;

  //===- Places and errors ------------------------------------------------===//

  Location location(std::size_t position) {
    for (; counted < position && counted < source.size(); ++counted) {
      if (source[counted] == '\n')
        place = {place.line + 1, 1};
      else if ((source[counted] & 0xC0) != 0x80)
        ++place.column;
    }
    return place;
  }
  void fail(std::size_t position, std::string what) {
    if (!error)
      error = SyntaxError{location(position), std::move(what)};
  }
  Token &push(TokenKind kind, std::size_t position, std::string text = {}) {
    tokens.emplace_back();
    Token &token = tokens.back();
    token.kind = kind;
    token.text = std::move(text);
    token.at = location(position);
    return token;
  }

  //===- Matching ---------------------------------------------------------===//

  bool startsWith(std::size_t position, std::string_view text) const {
    return source.compare(position, text.size(), text) == 0;
  }
  std::size_t skipSpace(std::size_t position) const {
    while (position < source.size()) {
      std::size_t next = position;
      if (!isSpace(readCharacter(source, next)))
        break;
      position = next;
    }
    return position;
  }
  void moveTo(std::size_t position) {
    at = position;
    lineStarting = position > 0 && source[position - 1] == '\n';
  }
  char sign(std::size_t position) const {
    char found = position < source.size() ? source[position] : '\0';
    return found == '-' || found == '+' ? found : '\0';
  }
  /// End of a closing `mark` ("%}" or "#}") at `position` with its white space, or npos if it is not there.
  std::size_t closing(std::size_t position, std::string_view mark) const {
    if (startsWith(position, mark)) {
      std::size_t end = position + mark.size();
      return end + (end < source.size() && source[end] == '\n');
    }
    if (position < source.size() && startsWith(position + 1, mark)) {
      if (source[position] == '+')
        return position + 1 + mark.size();
      if (source[position] == '-')
        return skipSpace(position + 1 + mark.size());
    }
    return std::string_view::npos;
  }
  /// End of `{% raw %}` at `position`, or npos.
  std::size_t rawBegin(std::size_t position) const {
    std::size_t next = position + 2;
    next = skipSpace(next + (sign(next) != '\0'));
    if (!startsWith(next, "raw"))
      return std::string_view::npos;
    next = skipSpace(next + 3);
    if (startsWith(next, "-%}"))
      return skipSpace(next + 3);
    return startsWith(next, "%}") ? next + 2 : std::string_view::npos;
  }
  /// End of `{% endraw %}` at `position`, or npos.
  std::size_t rawEnd(std::size_t position) const {
    if (!startsWith(position, "{%"))
      return std::string_view::npos;
    std::size_t next = position + 2;
    next = skipSpace(next + (sign(next) != '\0'));
    return startsWith(next, "endraw") ? closing(skipSpace(next + 6), "%}") : std::string_view::npos;
  }

  //===- Text, comments, raw ----------------------------------------------===//

  /// Emits the text from `at` up to a tag at `end`, whose strip sign is `strip`. A tag other than {{ takes the spaces
  /// that alone stand before it in its line.
  void pushData(std::size_t end, char strip, bool isVariable) {
    std::string_view text = source.substr(at, end - at);
    if (strip == '-') {
      text = jinja::strip(text, false, true);
    } else if (strip != '+' && !isVariable) {
      std::size_t lineStart = text.rfind('\n') + 1; // npos + 1 is 0
      bool blank = jinja::strip(text.substr(lineStart), true, false).empty();
      if ((lineStart > 0 || lineStarting) && blank)
        text = text.substr(0, lineStart);
    }
    if (!text.empty())
      push(TokenKind::Data, at, std::string(text));
  }

  /// Text up to the next tag, and that tag.
  void lexText() {
    std::size_t tag = at;
    while ((tag = source.find('{', tag)) != std::string_view::npos) {
      char next = tag + 1 < source.size() ? source[tag + 1] : '\0';
      if (next == '{' || next == '%' || next == '#')
        break;
      ++tag;
    }
    if (tag == std::string_view::npos) {
      push(TokenKind::Data, at, std::string(source.substr(at)));
      return moveTo(source.size());
    }
    char strip = sign(tag + 2);
    bool isVariable = source[tag + 1] == '{';
    pushData(tag, strip, isVariable);
    std::size_t inside = tag + 2 + (strip != '\0');
    if (source[tag + 1] == '#')
      return lexComment(tag, inside);
    if (std::size_t raw = isVariable ? std::string_view::npos : rawBegin(tag); raw != std::string_view::npos) {
      moveTo(raw);
      return lexRaw(tag);
    }
    push(isVariable ? TokenKind::VariableBegin : TokenKind::BlockBegin, tag);
    moveTo(inside);
    lexTag(isVariable, tag);
  }

  void lexComment(std::size_t tag, std::size_t inside) {
    for (std::size_t end = inside; end < source.size(); ++end)
      if (std::size_t after = closing(end, "#}"); after != std::string_view::npos)
        return moveTo(after);
    fail(tag, "a comment has no end");
    at = source.size();
  }

  void lexRaw(std::size_t tag) {
    for (std::size_t end = source.find('{', at); end != std::string_view::npos; end = source.find('{', end + 1)) {
      std::size_t after = rawEnd(end);
      if (after == std::string_view::npos)
        continue;
      pushData(end, sign(end + 2), false);
      return moveTo(after);
    }
    fail(tag, "a raw block has no end");
    at = source.size();
  }

  //===- Inside tags ------------------------------------------------------===//

  /// The tokens of a tag, up to and with its end.
  void lexTag(bool isVariable, std::size_t tag) {
    while (!error && at < source.size()) {
      if (brackets.empty() && lexTagEnd(isVariable))
        return;
      std::size_t next = skipSpace(at);
      if (next != at)
        moveTo(next);
      else
        lexToken();
    }
    if (!error)
      fail(tag, "a tag has no end");
  }

  bool lexTagEnd(bool isVariable) {
    std::size_t end = std::string_view::npos;
    if (!isVariable)
      end = closing(at, "%}");
    else if (startsWith(at, "-}}"))
      end = skipSpace(at + 3);
    else if (startsWith(at, "}}"))
      end = at + 2;
    if (end == std::string_view::npos)
      return false;
    push(isVariable ? TokenKind::VariableEnd : TokenKind::BlockEnd, at);
    moveTo(end);
    return true;
  }

  void lexToken() {
    char first = source[at];
    if (first >= '0' && first <= '9')
      return lexNumber();
    if (first == '\'' || first == '"')
      return lexString(first);
    std::size_t next = at;
    if (isWordCharacter(readCharacter(source, next)))
      return lexName();
    lexOperator();
  }

  void lexName() {
    std::size_t end = at;
    for (std::size_t next = at; next < source.size(); end = next)
      if (!isWordCharacter(readCharacter(source, next)))
        break;
    push(TokenKind::Name, at, std::string(source.substr(at, end - at)));
    moveTo(end);
  }

  void lexOperator() {
    static constexpr std::string_view signs[] = {"**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[",
                                                 "]",  "(",  ")",  "{",  "}",  ">",  "<", "=", ".", ":", "|", ",", ";"};
    auto found = std::find_if(std::begin(signs), std::end(signs), [&](auto text) { return startsWith(at, text); });
    if (found == std::end(signs)) {
      std::size_t end = at;
      readCharacter(source, end);
      return fail(at, "unexpected character '" + std::string(source.substr(at, end - at)) + "'");
    }
    if (!balance(found->front()))
      return;
    push(TokenKind::Operator, at, std::string(*found));
    moveTo(at + found->size());
  }

  bool balance(char bracket) {
    switch (bracket) {
    case '(':
      brackets += ')';
      return true;
    case '[':
      brackets += ']';
      return true;
    case '{':
      brackets += '}';
      return true;
    case ')':
    case ']':
    case '}':
      if (brackets.empty() || brackets.back() != bracket) {
        std::string awaited = brackets.empty() ? "" : std::string(", expected '") + brackets.back() + "'";
        fail(at, std::string("unexpected '") + bracket + "'" + awaited);
        return false;
      }
      brackets.pop_back();
      return true;
    default:
      return true;
    }
  }

  //===- Numbers ----------------------------------------------------------===//

  /// Digits accepted by `isDigit`, each perhaps after one underscore; answers the end, `position` if there are none.
  template <typename IsDigit> std::size_t digits(std::size_t position, IsDigit isDigit, bool underscoreFirst) const {
    bool mayUnderscore = underscoreFirst;
    for (; position < source.size(); ++position) {
      if (isDigit(source[position])) {
        mayUnderscore = true;
        continue;
      }
      bool joins = source[position] == '_' && mayUnderscore && position + 1 < source.size();
      if (!joins || !isDigit(source[position + 1]))
        break;
    }
    return position;
  }

  void lexNumber() {
    auto decimal = [](char c) { return c >= '0' && c <= '9'; };
    std::size_t whole = digits(at, decimal, false), end = whole;
    if (end + 1 < source.size() && source[end] == '.' && decimal(source[end + 1]))
      end = digits(end + 1, decimal, false);
    if (end < source.size() && (source[end] == 'e' || source[end] == 'E')) {
      std::size_t exponent = end + 1 + (sign(end + 1) != '\0');
      if (exponent < source.size() && decimal(source[exponent]))
        end = digits(exponent, decimal, false);
    }
    bool afterDot = at > 0 && source[at - 1] == '.'; // `x.1.5` is two subscripts
    if (end != whole && !afterDot)
      return pushFloat(end);
    lexInteger();
  }

  void pushFloat(std::size_t end) {
    std::string text(source.substr(at, end - at));
    text.erase(std::remove(text.begin(), text.end(), '_'), text.end());
    push(TokenKind::Float, at).real = parseDouble(text).value_or(0);
    moveTo(end);
  }

  void lexInteger() {
    std::size_t end = at;
    int base = 10;
    if (source[at] == '0') {
      char mark = at + 1 < source.size() ? source[at + 1] | 0x20 : '\0';
      base = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 10;
      auto fits = [&](char c) { return digitValue(c) < base; };
      std::size_t digitsEnd = base == 10 ? at : digits(at + 2, fits, true);
      if (base == 10 || digitsEnd == at + 2) { // plain zeros
        base = 10;
        digitsEnd = digits(at, [](char c) { return c == '0'; }, false);
      }
      end = digitsEnd;
    } else {
      end = digits(at, [](char c) { return c >= '0' && c <= '9'; }, false);
    }
    std::string text(source.substr(at, end - at));
    std::optional<std::int64_t> value = parseInteger(base == 10 ? text : text.substr(2), base);
    if (!value)
      return fail(at, "integers have 64 bits, and " + text.substr(0, 80) + " needs more");
    push(TokenKind::Integer, at).integer = *value;
    moveTo(end);
  }

  //===- Strings ----------------------------------------------------------===//

  void lexString(char quote) {
    std::size_t end = at + 1;
    while (end < source.size() && source[end] != quote)
      end += source[end] == '\\' ? 2 : 1;
    if (end >= source.size())
      return fail(at, "a string has no end");
    std::string value;
    if (!unescape(source.substr(at + 1, end - at - 1), value))
      return;
    push(TokenKind::String, at, std::move(value));
    moveTo(end + 1);
  }

  /// Python's escapes. An unknown one stands for itself, backslash included.
  bool unescape(std::string_view text, std::string &value) {
    for (std::size_t i = 0; i < text.size();) {
      if (text[i] != '\\') {
        value += text[i++];
        continue;
      }
      char escape = text[++i];
      static constexpr std::string_view letters = "\\'\"abfnrtv", meanings = "\\'\"\a\b\f\n\r\t\v";
      if (std::size_t which = letters.find(escape); which != std::string_view::npos) {
        value += meanings[which];
        ++i;
      } else if (escape == '\n') {
        ++i;
      } else if (escape >= '0' && escape <= '7') {
        std::uint32_t code = 0;
        for (int digit = 0; digit < 3 && i < text.size() && text[i] >= '0' && text[i] <= '7'; ++digit)
          code = code * 8 + (text[i++] - '0');
        appendCharacter(value, code);
      } else if (escape == 'x' || escape == 'u' || escape == 'U') {
        if (!unescapeHex(text, i, value))
          return false;
      } else if (escape == 'N') {
        fail(at, "strings may not use \\N{...}; write the character itself");
        return false;
      } else {
        value += '\\';
        i = unescapeOther(text, i, value);
      }
    }
    return true;
  }

  bool unescapeHex(std::string_view text, std::size_t &i, std::string &value) {
    std::size_t length = text[i] == 'x' ? 2 : text[i] == 'u' ? 4 : 8;
    std::string_view hex = text.substr(i + 1, length);
    std::optional<std::int64_t> code = hex.size() == length ? parseInteger(std::string(hex), 16) : std::nullopt;
    bool isHex = std::all_of(hex.begin(), hex.end(), [](char c) { return digitValue(c) < 16; });
    if (!code || !isHex || *code > 0x10FFFF || (*code >= 0xD800 && *code < 0xE000)) {
      fail(at, "an escape must name a character, and '\\" + std::string(text.substr(i, length + 1)) + "' does not");
      return false;
    }
    appendCharacter(value, static_cast<char32_t>(*code));
    i += 1 + length;
    return true;
  }

  /// The character after a backslash that means nothing. Jinja2 turns characters beyond ASCII into escapes before it
  /// reads escapes, so that a backslash before one leaves the escape as text.
  std::size_t unescapeOther(std::string_view text, std::size_t i, std::string &value) {
    std::size_t next = i;
    char32_t code = readCharacter(text, next);
    if (code < 0x80) {
      value += text[i];
      return next;
    }
    static constexpr char hex[] = "0123456789abcdef";
    int digits = code < 0x100 ? 2 : code < 0x10000 ? 4 : 8;
    value += digits == 2 ? 'x' : digits == 4 ? 'u' : 'U';
    for (int digit = digits - 1; digit >= 0; --digit)
      value += hex[code >> (4 * digit) & 15];
    return next;
  }
};

} // namespace

std::string jinja::normalizeNewlines(std::string_view source) {
  std::string text;
  text.reserve(source.size());
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\r') {
      text += '\n';
      i += i + 1 < source.size() && source[i + 1] == '\n';
    } else {
      text += source[i];
    }
  }
  if (!text.empty() && text.back() == '\n')
    text.pop_back();
  return text;
}

std::vector<Token> jinja::tokenize(std::string_view source, std::optional<SyntaxError> &error) {
  return Lexer(source, error).run();
}
