//===- Lexer.h - Tokens of a chat template -----------------------*- C++ -*-===//
//
// Cuts a template into text and the tokens between {{ }}, {% %}. White space is settled here, as Jinja2 does with
// trim_blocks and lstrip_blocks on:
//
//   - `{%` and `{#` take the spaces before them if only spaces stand before them in their line; `{%+` does not.
//   - `%}` and `#}` take one newline after them; `+%}` does not. `{{ }}` takes nothing by itself.
//   - `-` on either side takes all white space on that side.
//   - All line ends become \n, and one at the very end of the template is dropped.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEMPLATE_LEXER_H
#define TERN_RUNTIME_TEMPLATE_LEXER_H

#include "runtime/Base/Result.h"
#include "runtime/Template/Machine.h"

namespace tern::jinja {

enum class TokenKind : std::uint8_t {
  Data,
  BlockBegin,
  BlockEnd,
  VariableBegin,
  VariableEnd,
  Name,
  String,
  Integer,
  Float,
  Operator,
  End,
};

struct Token {
  TokenKind kind = TokenKind::End;
  std::string text; ///< Of Data, Name and Operator as written; of a String its value.
  std::int64_t integer = 0;
  double real = 0;
  Location at;

  bool isName(std::string_view name) const { return kind == TokenKind::Name && text == name; }
  bool isOperator(std::string_view sign) const { return kind == TokenKind::Operator && text == sign; }
};

/// A rule broken at a place in the template.
struct SyntaxError {
  Location at;
  std::string what;
};

/// Line ends as \n, the last one dropped: what the lexer and all locations work on.
std::string normalizeNewlines(std::string_view source);

/// The tokens of a normalized source, the last of which is End. On an error, `error` is set and the tokens are useless.
std::vector<Token> tokenize(std::string_view source, std::optional<SyntaxError> &error);

} // namespace tern::jinja

#endif // TERN_RUNTIME_TEMPLATE_LEXER_H
