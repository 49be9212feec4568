//===- GgufWriter.h - GGUF files for tests -----------------------*- C++ -*-===//
//
// Builds a GGUF file in memory, right or wrong on purpose: every count and every number can be overridden.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TEST_UNIT_IMPORT_GGUFWRITER_H
#define TERN_TEST_UNIT_IMPORT_GGUFWRITER_H

#include "tern/Import/Gguf.h"

#include <optional>

namespace tern::test {

class GgufWriter {
public:
  std::string magic = "GGUF";
  std::uint32_t version = 3;
  std::optional<std::uint64_t> keyCount, tensorCount; ///< Claimed in place of the real ones.
  std::uint64_t alignment = 32;                       ///< Of the data; key() states it in the file.

  /// A scalar under `name`; T must be as wide as the type.
  template <typename T> GgufWriter &key(std::string_view name, GgufType type, T value) {
    beginKey(name, static_cast<std::uint32_t>(type));
    put(metadata, value);
    return *this;
  }
  GgufWriter &text(std::string_view name, std::string_view value) {
    beginKey(name, static_cast<std::uint32_t>(GgufType::String));
    putString(metadata, value);
    return *this;
  }
  GgufWriter &texts(std::string_view name, const std::vector<std::string> &values) {
    beginArray(name, GgufType::String, values.size());
    for (const std::string &value : values)
      putString(metadata, value);
    return *this;
  }
  template <typename T> GgufWriter &array(std::string_view name, GgufType type, const std::vector<T> &values) {
    beginArray(name, type, values.size());
    for (T value : values)
      put(metadata, value);
    return *this;
  }
  /// A key whose value is whatever the caller appends with raw().
  GgufWriter &beginKey(std::string_view name, std::uint32_t type) {
    putString(metadata, name);
    put(metadata, type);
    ++numKeys;
    return *this;
  }
  GgufWriter &beginArray(std::string_view name, GgufType element, std::uint64_t count) {
    beginKey(name, static_cast<std::uint32_t>(GgufType::Array));
    return raw(static_cast<std::uint32_t>(element)).raw(count);
  }
  template <typename T> GgufWriter &raw(T value) {
    put(metadata, value);
    return *this;
  }

  /// A tensor with `bytes` of data; `dimensions` as in the file, innermost first. `offset` overrides the next free one.
  GgufWriter &tensor(std::string_view name, std::vector<std::uint64_t> dimensions, std::uint32_t type,
                     std::uint64_t bytes, std::optional<std::uint64_t> offset = {}) {
    putString(table, name);
    put(table, static_cast<std::uint32_t>(dimensions.size()));
    for (std::uint64_t dimension : dimensions)
      put(table, dimension);
    put(table, type);
    data.resize((data.size() + alignment - 1) / alignment * alignment);
    put(table, offset.value_or(data.size()));
    data.resize(data.size() + bytes, '\x01');
    ++numTensors;
    return *this;
  }

  std::string str() const {
    std::string file = magic;
    put(file, version);
    put(file, tensorCount.value_or(numTensors));
    put(file, keyCount.value_or(numKeys));
    file += metadata + table;
    if (numTensors > 0)
      file.resize((file.size() + alignment - 1) / alignment * alignment);
    return file + data;
  }

private:
  std::string metadata, table, data;
  std::uint64_t numKeys = 0, numTensors = 0;

  template <typename T> static void put(std::string &to, T value) {
    to.append(reinterpret_cast<const char *>(&value), sizeof value);
  }
  static void putString(std::string &to, std::string_view text) {
    put(to, std::uint64_t{text.size()});
    to += text;
  }
};

} // namespace tern::test

#endif // TERN_TEST_UNIT_IMPORT_GGUFWRITER_H
