//===- JsonCursor.h - Reading JSON of a fixed shape --------------*- C++ -*-===//
//
// For formats that Tern itself defines: every key must be known, none may be missing, every value has a type and a
// range. A cursor stands at a value and knows the way to it. Reading goes on after a mistake with values that are safe
// (the least allowed number, "", no elements), and the first mistake is kept with its place, so that a reader is
// written without error paths:
//
//   JsonDocument document("program.json");
//   JsonCursor root(json, document);
//   root.object({"states", "arenaBytes"});                // both must be there, and nothing else
//   JsonCursor states = root.at("states");
//   states.forEach([&](const JsonCursor &state) { ... });
//   program.arenaBytes = root.at("arenaBytes").integer(0, maxBytes);
//   if (document.problem) ...                             // program.json: states[3].positionBytes: must be ...
//
// A cursor points at the one it came from, which must outlive it: name each, do not chain calls to at().
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_BASE_JSONCURSOR_H
#define TERN_RUNTIME_BASE_JSONCURSOR_H

#include "runtime/Base/Json.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace tern {

/// What the cursors of one document share.
struct JsonDocument {
  explicit JsonDocument(std::string where, std::string remedy = "")
      : where(std::move(where)), remedy(std::move(remedy)) {}

  std::string where;  ///< Names the source: "program.json".
  std::string remedy; ///< Of every problem in this document.
  std::optional<Problem> problem;
};

class JsonCursor {
public:
  /// At the root of a document. Both must outlive the cursor.
  JsonCursor(const Json &json, JsonDocument &document) : json(&json), document(&document) {}

  /// The value must be an object with the keys `required`, perhaps some of `optional`, and no other.
  void object(std::initializer_list<std::string_view> required,
              std::initializer_list<std::string_view> optional = {}) const;
  /// The member `key`; after a problem, or where an optional key is not there, a cursor at null.
  JsonCursor at(std::string_view key) const &;
  JsonCursor at(std::string_view key) const && = delete;
  bool has(std::string_view key) const;

  /// The value must be an array; its elements in order, until the first problem.
  template <typename Function> void forEach(Function &&function) const {
    for (std::size_t i = 0, count = size(); i < count && !failed(); ++i)
      function(element(i));
  }
  /// The number of elements of the value, which must be an array.
  std::size_t size() const;
  JsonCursor element(std::size_t i) const &;
  JsonCursor element(std::size_t i) const && = delete;
  /// The members of the value, which must be an object with any keys, in order, until the first problem.
  template <typename Function> void forEachMember(Function &&function) const {
    if (!isObject())
      return;
    for (auto member = json->begin(); member != json->end() && !failed(); ++member)
      function(std::string_view(member.key()), JsonCursor(&member.value(), this, member.key()));
  }

  // The value, which must be of that type; a safe one after a problem.
  bool boolean() const;
  double number() const; ///< Finite.
  std::int64_t integer(std::int64_t min, std::int64_t max) const;
  std::uint64_t unsignedInteger() const; ///< All 64 bits.
  const std::string &string() const;
  const std::string &name() const; ///< A string that is not empty and has no control characters.

  bool isNull() const { return json->is_null(); }
  bool isString() const { return json->is_string(); }
  const Json &value() const { return *json; }

  /// Records that the value here breaks a rule: "must be ...". The first problem stays.
  void fail(std::string what) const;
  bool failed() const { return document->problem.has_value(); }

private:
  JsonCursor(const Json *json, const JsonCursor *parent, std::string_view key)
      : json(json), parent(parent), key(key), document(parent->document) {}
  JsonCursor(const Json *json, const JsonCursor *parent, std::size_t index)
      : json(json), parent(parent), index(index), document(parent->document) {}

  bool isObject() const;
  std::string path() const;
  std::string shown() const;

  const Json *json;
  const JsonCursor *parent = nullptr;
  std::string_view key;  ///< In the parent; empty where it is an array.
  std::size_t index = 0; ///< In the parent, an array.
  JsonDocument *document;
};

} // namespace tern

#endif // TERN_RUNTIME_BASE_JSONCURSOR_H
