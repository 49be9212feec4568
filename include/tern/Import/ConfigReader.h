//===- ConfigReader.h - A model's configuration, key by key ------*- C++ -*-===//
//
// Every family reads its configuration through this class, from config.json and from GGUF metadata by one call: each
// key is given in both spellings. The reader remembers what was read; what remains at the end and is not known to be
// without influence on the numbers is a problem. So no key is ever ignored in silence.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_IMPORT_CONFIGREADER_H
#define TERN_IMPORT_CONFIGREADER_H

#include "tern/Import/ModelFiles.h"

#include <set>

namespace tern {

/// A configuration key in its two spellings; empty where a format has none. The GGUF one stands behind "llama." or
/// whatever the architecture is called.
struct ConfigKey {
  std::string_view huggingFace;
  std::string_view gguf;
};

/// Reads values by key, collecting problems: a getter always answers something, so that reading goes on and all
/// problems are found at once.
class ConfigReader {
public:
  ConfigReader(const ModelFiles &model, Problems &problems);

  bool isGguf() const { return gguf; }
  /// Whether the key is there and not null.
  bool has(ConfigKey key) const;
  /// Whether the key is there and null: of many keys the opposite of absent, which means the architecture's default.
  bool isNull(ConfigKey key) const;

  /// The value, or `fallback` if the key is absent or null; without a fallback that is a problem. Counts lie in
  /// [least, 2^31).
  std::int64_t count(ConfigKey key, std::optional<std::int64_t> fallback = std::nullopt, std::int64_t least = 1);
  double number(ConfigKey key, std::optional<double> fallback = std::nullopt);
  bool flag(ConfigKey key, bool fallback);
  std::string text(ConfigKey key, std::optional<std::string> fallback = std::nullopt);
  /// Lists of whole numbers, numbers, flags (0 and 1 count) and texts; empty if absent.
  std::vector<double> numbers(ConfigKey key);
  std::vector<bool> flags(ConfigKey key);
  std::vector<std::string> texts(ConfigKey key);

  /// Marks a key as read: it is known and does not matter here.
  void ignore(ConfigKey key);
  /// The object under a Hugging Face key, as a reader of its own; nothing if absent or empty. Finish it with
  /// reportUnread().
  std::optional<ConfigReader> object(std::string_view key);

  /// Appends a problem at `key`.
  void problem(ConfigKey key, std::string what, std::string remedy);
  /// Appends a problem for every key that was not read and could matter.
  void reportUnread();

private:
  ConfigReader(const Json &object, std::string prefix, Problems &problems);

  /// The JSON value of a key, null or absent as nullptr; marks it as read.
  const Json *take(std::string_view key);
  const GgufValue *takeGguf(std::string_view key);
  std::string where(ConfigKey key) const;
  /// The value of a key that is there, as evidence in a message.
  std::string evidence(ConfigKey key) const;
  /// `value` answered by one of the formats, the fallback, or a problem and `substitute`.
  template <typename T>
  T require(ConfigKey key, std::optional<T> value, std::optional<T> fallback, T substitute, const std::string &what);

  const Json *json = nullptr;
  const GgufFile *gguf = nullptr;
  std::string source; ///< "config.json" or the GGUF file's path, for problems.
  std::string prefix; ///< "rope_parameters." or "llama.".
  Problems *problems;
  std::set<std::string, std::less<>> used;
};

} // namespace tern

#endif // TERN_IMPORT_CONFIGREADER_H
