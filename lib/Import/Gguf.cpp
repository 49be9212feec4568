//===- Gguf.cpp - GGUF values and models ----------------------------------===//

#include "tern/Import/Gguf.h"

#include "lib/Import/GgufParser.h"
#include "runtime/Base/Utf8.h"

#include <cstring>
#include <limits>

using namespace tern;

std::string_view tern::ggufTypeName(GgufType type) {
  constexpr std::string_view names[] = {"u8",   "i8",     "u16",   "i16", "u32", "i32", "f32",
                                        "bool", "string", "array", "u64", "i64", "f64"};
  return names[static_cast<int>(type)];
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

template <typename T> static T load(const std::uint8_t *bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

std::optional<std::int64_t> GgufValue::integer() const {
  switch (kind) {
  case GgufType::UInt8:
    return *bytes;
  case GgufType::Int8:
    return static_cast<std::int8_t>(*bytes);
  case GgufType::UInt16:
    return load<std::uint16_t>(bytes);
  case GgufType::Int16:
    return load<std::int16_t>(bytes);
  case GgufType::UInt32:
    return load<std::uint32_t>(bytes);
  case GgufType::Int32:
    return load<std::int32_t>(bytes);
  case GgufType::Int64:
    return load<std::int64_t>(bytes);
  case GgufType::UInt64: {
    std::uint64_t value = load<std::uint64_t>(bytes);
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return std::nullopt;
    return static_cast<std::int64_t>(value);
  }
  default:
    return std::nullopt;
  }
}

std::optional<std::uint64_t> GgufValue::unsignedInteger() const {
  if (kind == GgufType::UInt64)
    return load<std::uint64_t>(bytes);
  std::optional<std::int64_t> value = integer();
  if (!value || *value < 0)
    return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

std::optional<double> GgufValue::number() const {
  if (kind == GgufType::Float32)
    return load<float>(bytes);
  if (kind == GgufType::Float64)
    return load<double>(bytes);
  if (kind == GgufType::UInt64)
    return static_cast<double>(load<std::uint64_t>(bytes));
  if (std::optional<std::int64_t> value = integer())
    return static_cast<double>(*value);
  return std::nullopt;
}

std::optional<bool> GgufValue::boolean() const {
  if (kind != GgufType::Bool)
    return std::nullopt;
  return *bytes != 0;
}

std::optional<std::string_view> GgufValue::text() const {
  if (kind != GgufType::String)
    return std::nullopt;
  return std::string_view(reinterpret_cast<const char *>(bytes), count);
}

std::uint64_t tern::ggufScalarBytes(GgufType type) {
  constexpr std::uint8_t sizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
  return sizes[static_cast<int>(type)];
}

GgufValue GgufValue::at(std::uint64_t index) const {
  assert(kind == GgufType::Array && index < count && "an element of an array");
  if (element == GgufType::Array)
    return arrays[index];
  GgufValue value;
  value.kind = element;
  if (element == GgufType::String) {
    value.bytes = reinterpret_cast<const std::uint8_t *>(strings[index].data());
    value.count = strings[index].size();
  } else {
    value.bytes = bytes + index * ggufScalarBytes(element);
  }
  return value;
}

const std::vector<std::string_view> *GgufValue::texts() const {
  return kind == GgufType::Array && element == GgufType::String ? &strings : nullptr;
}

//===----------------------------------------------------------------------===//
// Values by key
//===----------------------------------------------------------------------===//

const GgufValue *GgufFile::find(std::string_view key) const {
  auto found = keyIndex.find(key);
  return found == keyIndex.end() ? nullptr : &metadata[found->second].value;
}

const TensorInfo *GgufFile::findTensor(std::string_view name) const {
  auto found = tensorIndex.find(std::string(name));
  return found == tensorIndex.end() ? nullptr : &allTensors[found->second];
}

namespace {

std::string describe(const GgufValue &value) {
  if (value.type() == GgufType::Array)
    return "an array of " + std::to_string(value.length()) + " " + std::string(ggufTypeName(value.elementType()));
  if (std::optional<std::string_view> text = value.text())
    return "the string " + inQuotes(*text);
  if (std::optional<std::uint64_t> whole = value.unsignedInteger())
    return std::string(ggufTypeName(value.type())) + " " + std::to_string(*whole);
  if (std::optional<double> number = value.number())
    return std::string(ggufTypeName(value.type())) + " " + std::to_string(*number);
  return "a " + std::string(ggufTypeName(value.type()));
}

Problem keyProblem(const GgufFile &file, std::string_view key, const std::string &what) {
  return {file.path() + ": metadata key " + inQuotes(key), what, "convert or download the model again"};
}

/// The value of `key` through `get`, one of the getters of GgufValue.
template <typename T>
Result<T> convert(const GgufFile &file, std::string_view key, const char *wanted,
                  std::optional<T> (GgufValue::*get)() const) {
  const GgufValue *value = file.find(key);
  if (!value)
    return keyProblem(file, key, std::string("the key must be there and hold ") + wanted + ", and it is missing");
  if (std::optional<T> converted = (value->*get)())
    return *converted;
  return keyProblem(file, key, std::string("the value must be ") + wanted + ", and it is " + describe(*value));
}

template <typename T>
Result<std::vector<T>> convertAll(const GgufFile &file, std::string_view key, const char *wanted,
                                  std::optional<T> (GgufValue::*get)() const) {
  const GgufValue *value = file.find(key);
  if (!value)
    return keyProblem(file, key, std::string("the key must be there and hold ") + wanted + "s, and it is missing");
  if (std::optional<T> single = (value->*get)())
    return std::vector<T>{*single};
  std::vector<T> all;
  for (std::uint64_t i = 0; value->type() == GgufType::Array && i < value->length(); ++i) {
    std::optional<T> converted = (value->at(i).*get)();
    if (!converted)
      break;
    all.push_back(*converted);
  }
  if (value->type() != GgufType::Array || all.size() != value->length())
    return keyProblem(file, key, std::string("every element must be ") + wanted + ", and it is " + describe(*value));
  return all;
}

} // namespace

Result<std::int64_t> GgufFile::integer(std::string_view key) const {
  return convert(*this, key, "an integer below 2^63", &GgufValue::integer);
}

Result<std::uint64_t> GgufFile::unsignedInteger(std::string_view key) const {
  return convert(*this, key, "an integer of at least 0", &GgufValue::unsignedInteger);
}

Result<double> GgufFile::number(std::string_view key) const {
  return convert(*this, key, "a number", &GgufValue::number);
}

Result<bool> GgufFile::boolean(std::string_view key) const {
  return convert(*this, key, "a bool", &GgufValue::boolean);
}

Result<std::string_view> GgufFile::text(std::string_view key) const {
  Result<std::string_view> value = convert(*this, key, "a string", &GgufValue::text);
  if (value && !isUtf8(*value))
    return keyProblem(*this, key, "strings must be UTF-8, and it is " + inQuotes(*value));
  return value;
}

Result<std::vector<std::int64_t>> GgufFile::integers(std::string_view key) const {
  return convertAll(*this, key, "an integer", &GgufValue::integer);
}

Result<std::vector<double>> GgufFile::numbers(std::string_view key) const {
  return convertAll(*this, key, "a number", &GgufValue::number);
}

Result<std::vector<bool>> GgufFile::booleans(std::string_view key) const {
  return convertAll(*this, key, "a bool", &GgufValue::boolean);
}

Result<const std::vector<std::string_view> *> GgufFile::texts(std::string_view key) const {
  const GgufValue *value = find(key);
  if (!value)
    return keyProblem(*this, key, "the key must be there and hold strings, and it is missing");
  if (const std::vector<std::string_view> *all = value->texts())
    return all;
  return keyProblem(*this, key, "the value must be an array of strings, and it is " + describe(*value));
}
