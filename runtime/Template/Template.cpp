//===- Template.cpp - Chat templates in the Jinja language ----------------===//

#include "runtime/Template/Template.h"

#include "runtime/Template/Characters.h"
#include "runtime/Template/Parser.h"
#include "runtime/Template/Renderer.h"

using namespace tern;
using namespace tern::jinja;

/// Largest template accepted; published ones stay below 100 KB.
static constexpr std::size_t maxSourceBytes = 4u << 20;

Result<Template> Template::parse(std::string source, std::string name) {
  if (source.size() > maxSourceBytes)
    return Problem{name,
                   "a template may have " + std::to_string(maxSourceBytes) + " bytes, this one has " +
                       std::to_string(source.size()),
                   ""};
  if (std::size_t at = findMalformed(source); at != std::string_view::npos)
    return Problem{name, "a template must be UTF-8, byte " + std::to_string(at) + " is not", ""};
  auto tree = std::make_shared<Tree>();
  tree->name = name;
  tree->source = normalizeNewlines(source);
  std::optional<SyntaxError> error;
  parseTemplate(tree->source, *tree, error);
  if (!error)
    return Template(std::move(tree));
  return Problem{name + ": line " + std::to_string(error->at.line) + ", column " + std::to_string(error->at.column),
                 error->what, ""};
}

Result<std::string> Template::render(const Json &variables, const RenderLimits &limits,
                                     std::optional<std::tm> clock) const {
  Result<Rendering> rendering = renderTracked(variables, limits, clock);
  return rendering ? std::move(rendering->text) : Result<std::string>(rendering.problem());
}

Result<Rendering> Template::renderTracked(const Json &variables, const RenderLimits &limits,
                                          std::optional<std::tm> clock) const {
  return Renderer(*tree, limits, clock).run(variables);
}

bool Template::mentions(std::string_view text) const { return tree->source.find(text) != std::string::npos; }
