//===- Json.cpp - JSON text that may be hostile ---------------------------===//

#include "runtime/Base/Json.h"

#include "runtime/Base/MappedFile.h"

#include <algorithm>
#include <unordered_set>

using namespace tern;

namespace {

/// Builds a Json value from parser events. Nesting lives in `open`, not on the call stack, so depth costs memory only
/// and is cut at maxJsonDepth.
class JsonBuilder : public nlohmann::json_sax<Json> {
public:
  Json root;
  std::string failure;      ///< Empty while all is well.
  std::size_t position = 0; ///< Byte at which parsing failed; 0 when only the event is known.

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t &) override { return add(value); }
  bool string(string_t &value) override { return add(std::move(value)); }
  bool binary(binary_t &) override { return fail("binary values are not JSON"); }

  bool start_object(std::size_t) override { return enter(Json::object()); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return enter(Json::array()); }
  bool end_array() override { return leave(); }

  bool key(string_t &name) override {
    if (!addKey(name))
      return fail("key '" + name.substr(0, 80) + "' is given twice");
    pendingKey = std::move(name);
    return true;
  }

  bool parse_error(std::size_t at, const std::string &, const nlohmann::detail::exception &error) override {
    position = at;
    std::string message = error.what();
    if (std::size_t reason = message.find(": "); reason != std::string::npos)
      message = message.substr(reason + 2);
    return fail(message.substr(0, 200));
  }

private:
  /// The members as the vector that they are: the functions of an ordered object look through all of them.
  using Members = std::vector<std::pair<const std::string, Json>>;
  static constexpr std::size_t fewKeys = 16; ///< Up to here looking through the members is quicker than hashing.

  std::vector<Json *> open;
  std::vector<std::unordered_set<std::string>> keys; ///< Of each open object with more than a few.
  std::string pendingKey;

  static Members &membersOf(Json &object) { return *object.get_ptr<Json::object_t *>(); }

  /// False if the open object has the key already.
  bool addKey(const std::string &name) {
    const Members &members = membersOf(*open.back());
    if (members.size() < fewKeys)
      return std::none_of(members.begin(), members.end(), [&](const auto &member) { return member.first == name; });
    if (keys.back().empty())
      for (const auto &member : members)
        keys.back().insert(member.first);
    return keys.back().insert(name).second;
  }

  /// Makes room for another member. A vector of pairs with a const half would copy the values when it grows.
  static void makeRoom(Members &members) {
    if (members.size() < members.capacity())
      return;
    Members larger;
    larger.reserve(std::max<std::size_t>(4, members.size() * 2));
    for (auto &member : members)
      larger.emplace_back(member.first, std::move(member.second));
    members.swap(larger);
  }

  bool fail(std::string why) {
    if (failure.empty())
      failure = std::move(why);
    return false;
  }

  Json *place(Json value) {
    if (open.empty())
      return &(root = std::move(value));
    Json &parent = *open.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    Members &members = membersOf(parent);
    makeRoom(members);
    members.emplace_back(std::move(pendingKey), std::move(value)); // Keys are unique, see key().
    return &members.back().second;
  }
  bool add(Json value) {
    place(std::move(value));
    return true;
  }
  bool enter(Json container) {
    if (open.size() >= static_cast<std::size_t>(maxJsonDepth))
      return fail("nested deeper than " + std::to_string(maxJsonDepth) + " levels");
    open.push_back(place(std::move(container)));
    keys.emplace_back();
    return true;
  }
  bool leave() {
    open.pop_back();
    keys.pop_back();
    return true;
  }
};

/// "line 3, column 14" of byte `position` (1-based, as the parser counts).
std::string lineAndColumn(std::string_view text, std::size_t position) {
  std::string_view before = text.substr(0, std::min(position > 0 ? position - 1 : 0, text.size()));
  std::size_t line = 1 + std::count(before.begin(), before.end(), '\n');
  std::size_t lineStart = before.rfind('\n');
  std::size_t column = 1 + (lineStart == std::string_view::npos ? before.size() : before.size() - lineStart - 1);
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

} // namespace

Result<Json> tern::parseJson(std::string_view text, const std::string &where) {
  JsonBuilder builder;
  bool parsed = Json::sax_parse(text.begin(), text.end(), &builder);
  if (parsed && builder.failure.empty())
    return std::move(builder.root);
  std::string place = builder.position ? where + ": " + lineAndColumn(text, builder.position) : where;
  return Problem{place, "not valid JSON: " + builder.failure, "repair or re-download the file"};
}

Result<Json> tern::readJsonFile(const std::string &path) {
  Result<MappedFile> file = MappedFile::open(path);
  if (!file)
    return file.problem();
  return parseJson(file->text(), path);
}
