//===- ComponentSpec.h - Options of one component of a tokenizer -*- C++ -*-===//
//
// tokenizer.json describes each component as {"type": "Digits", "individual_digits": true}. A ComponentSpec hands out
// the options by name and type, remembers the first thing that is wrong, and knows which options nobody asked for:
//
//   bool individual = spec.boolean("individual_digits", false);
//   return spec.make<Digits>(individual);        // the component, or the Problem: also for an option not read
//
// so an option of a newer format version, or a misspelt one, is an error and never ignored.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_COMPONENTSPEC_H
#define TERN_RUNTIME_TEXT_COMPONENTSPEC_H

#include "runtime/Base/Json.h"

#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace tern {

class ComponentSpec {
public:
  /// Reads `json`, which must outlive the spec; `where` is its place in the file ("tokenizer.json: pre_tokenizer").
  ComponentSpec(const Json &json, std::string where);

  const std::string &where() const { return place; }
  /// The place of a member: "tokenizer.json: model.vocab".
  std::string where(const std::string &name) const { return place + "." + name; }
  /// The "type" of the component; empty when there is none.
  const std::string &type() const { return typeName; }

  // Each answers the option's value, or `absent` when the file does not have it or has null. Without `absent` the
  // option must be there.
  bool boolean(const char *name, std::optional<bool> absent = std::nullopt);
  std::string string(const char *name, std::optional<std::string> absent = std::nullopt);
  std::optional<std::string> optionalString(const char *name);
  std::uint64_t integer(const char *name, std::optional<std::uint64_t> absent = std::nullopt);
  double number(const char *name, std::optional<double> absent = std::nullopt);
  /// A string of exactly one character.
  char32_t character(const char *name, std::optional<char32_t> absent = std::nullopt);
  /// One of `names`, as its index.
  std::size_t choice(const char *name, const std::vector<std::string> &names, std::optional<std::size_t> absent);
  /// The array, an empty one when absent.
  const Json &array(const char *name);
  /// The member as it is; null when absent.
  const Json &member(const char *name);
  /// Accepts an option that has no effect on ids or text here.
  void accept(const char *name) { member(name); }

  /// Records what is wrong with an option; the first report stays.
  void fail(const std::string &name, std::string what);
  /// The first thing wrong, or an option that nobody asked for.
  std::optional<Problem> problem() const;
  bool failed() const { return firstProblem.has_value(); }

  /// Makes the component unless something is wrong.
  template <typename Component, typename Base, typename... Args> Result<std::unique_ptr<Base>> make(Args &&...args) {
    if (std::optional<Problem> wrong = problem())
      return *wrong;
    return std::unique_ptr<Base>(std::make_unique<Component>(std::forward<Args>(args)...));
  }

private:
  const Json &json;
  std::string place;
  std::string typeName;
  std::set<std::string> known;
  std::optional<Problem> firstProblem;

  const Json *find(const char *name, bool required);
};

/// One row of a registry: the JSON type and how to make the component.
template <typename Base> struct ComponentKind {
  const char *type;
  Result<std::unique_ptr<Base>> (*make)(ComponentSpec &spec);
};

/// Makes the component that `json` describes from the registry `kinds`; `what` names the family ("normalizer").
template <typename Base>
Result<std::unique_ptr<Base>> makeComponent(const Json &json, const std::string &where, const char *what,
                                            const std::vector<ComponentKind<Base>> &kinds) {
  ComponentSpec spec(json, where);
  if (spec.failed())
    return *spec.problem();
  std::string known;
  for (const ComponentKind<Base> &kind : kinds) {
    if (spec.type() == kind.type)
      return kind.make(spec);
    known += (known.empty() ? "" : ", ") + std::string(kind.type);
  }
  return Problem{where, std::string(what) + " type '" + spec.type() + "' is not known", "known types: " + known};
}

} // namespace tern

#endif // TERN_RUNTIME_TEXT_COMPONENTSPEC_H
