//===- Template.h - Chat templates in the Jinja language ---------*- C++ -*-===//
//
// Renders the chat templates that model authors publish, exactly as Hugging Face transformers does with Jinja2 3.1
// (an immutable sandbox, trim_blocks, lstrip_blocks, loop controls, and transformers' own tojson, raise_exception,
// strftime_now and generation tag). A template is parsed once and rendered any number of times, from any thread.
//
//   source --Lexer--> tokens --Parser--> tree --analyzeScopes--> tree --Renderer (variables)--> text
//
// Not in the language here: extends, include, import (there are no other templates), autoescape, and integers beyond
// 64 bits. Each is an error with its place.
//
// Reference: https://jinja.palletsprojects.com/en/stable/templates/ and transformers' chat_template_utils.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEMPLATE_TEMPLATE_H
#define TERN_RUNTIME_TEMPLATE_TEMPLATE_H

#include "runtime/Base/Json.h"

#include <ctime>
#include <memory>
#include <optional>

namespace tern {

namespace jinja {
struct Tree;
}

/// Bounds on one rendering. The defaults pass every honest template and stop a hostile one within a second or two.
struct RenderLimits {
  std::uint64_t maxSteps = 20'000'000;  ///< Expressions and statements evaluated.
  std::uint64_t maxMemory = 512u << 20; ///< Bytes of all values built, whether or not they are still alive.
  std::uint64_t maxOutput = 64u << 20;  ///< Bytes of text.
  unsigned maxDepth = 600;              ///< Nested evaluation: expressions, blocks and macro calls.
};

/// What a template printed.
struct Rendering {
  std::string text;
  /// The parts inside {% generation %}, which the model is to say: [begin, end) in characters of the text, as
  /// transformers counts them. One that begins in a macro or a block that is assigned counts from the text before that.
  std::vector<std::pair<std::size_t, std::size_t>> generated;
};

class Template {
public:
  /// Parses UTF-8 `source`. `name` stands for it in problems, which read "name: line 3, column 14: rule".
  static Result<Template> parse(std::string source, std::string name);

  /// Renders with the members of the object `variables`. strftime_now sees `clock`, or the local time without it.
  Result<std::string> render(const Json &variables, const RenderLimits &limits = {},
                             std::optional<std::tm> clock = {}) const;
  /// The same, with the parts that the model is to say.
  Result<Rendering> renderTracked(const Json &variables, const RenderLimits &limits = {},
                                  std::optional<std::tm> clock = {}) const;

  /// Whether the source has `text` in it.
  bool mentions(std::string_view text) const;

private:
  explicit Template(std::shared_ptr<const jinja::Tree> tree) : tree(std::move(tree)) {}
  std::shared_ptr<const jinja::Tree> tree;
};

} // namespace tern

#endif // TERN_RUNTIME_TEMPLATE_TEMPLATE_H
