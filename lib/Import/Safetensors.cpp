//===- Safetensors.cpp - One safetensors file -----------------------------===//

#include "lib/Import/SafetensorsParser.h"
#include "runtime/Base/Utf8.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <tuple>

using namespace tern;

static const char damaged[] = "the file is truncated or damaged: download it again";
static const char saveAgain[] = "save or download the model again";

/// The limit of the format.
constexpr std::uint64_t maxHeaderBytes = 100'000'000;

static std::optional<StorageFormat> formatOfDtype(std::string_view dtype) {
  constexpr std::pair<std::string_view, StorageFormat> dtypes[] = {
      {"F64", StorageFormat::F64},   {"F32", StorageFormat::F32},        {"F16", StorageFormat::F16},
      {"BF16", StorageFormat::BF16}, {"F8_E4M3", StorageFormat::F8E4M3}, {"F8_E5M2", StorageFormat::F8E5M2},
      {"I64", StorageFormat::I64},   {"I32", StorageFormat::I32},        {"I16", StorageFormat::I16},
      {"I8", StorageFormat::I8},     {"U8", StorageFormat::U8},          {"BOOL", StorageFormat::Bool},
  };
  for (const auto &[name, format] : dtypes)
    if (name == dtype)
      return format;
  return std::nullopt;
}

/// JSON as evidence in a message.
static std::string evidence(const Json &value) {
  if (value.is_string())
    return inQuotes(value.get_ref<const std::string &>());
  return value.is_structured() ? std::string("an ") + value.type_name() : value.dump();
}

/// A whole number from 0 to 2^63 - 1.
static std::optional<std::uint64_t> wholeNumber(const Json &value) {
  if (!value.is_number_unsigned())
    return std::nullopt;
  std::uint64_t number = value.get<std::uint64_t>();
  if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return std::nullopt;
  return number;
}

static const Json *member(const Json &object, std::string_view key) {
  auto found = object.find(std::string(key));
  return found == object.end() ? nullptr : &*found;
}

Status SafetensorsParser::parse() {
  Result<Json> header = readHeader();
  if (!header)
    return header.problem();
  std::size_t firstTensor = file.allTensors.size();
  for (const auto &[name, entry] : header->items()) {
    if (name == "__metadata__")
      readMetadata(entry);
    else
      readTensor(name, entry);
  }
  checkCoverage();
  for (std::size_t i = firstTensor; i < file.allTensors.size(); ++i)
    file.allTensors[i].offset += dataStart;
  file.parts.push_back({where, size, dataStart});
  file.contents.push_back(data);
  return Done{};
}

Result<Json> SafetensorsParser::readHeader() {
  if (size < 8)
    return Problem{where,
                   "a safetensors file must begin with the length of its header in 8 bytes, and this file has " +
                       std::to_string(size),
                   damaged};
  std::uint64_t length;
  std::memcpy(&length, data, sizeof length);
  if (length > maxHeaderBytes)
    return Problem{where,
                   "the header must be at most " + std::to_string(maxHeaderBytes) + " bytes, and it claims " +
                       std::to_string(length),
                   "check that this is a safetensors file"};
  if (length > size - 8)
    return Problem{where,
                   "file ends too early: the header claims " + std::to_string(length) + " bytes, and " +
                       std::to_string(size - 8) + " follow",
                   damaged};
  std::string_view text(reinterpret_cast<const char *>(data) + 8, static_cast<std::size_t>(length));
  if (text.empty() || text.front() != '{')
    return Problem{where, "the header must begin with '{', and it begins with " + inQuotes(text.substr(0, 8)),
                   "check that this is a safetensors file"};
  dataStart = 8 + length;
  return parseJson(text, where + ": header");
}

void SafetensorsParser::readMetadata(const Json &value) {
  std::string place = where + ": '__metadata__'";
  if (!value.is_object()) {
    sink.add({place, "metadata must be an object of strings, and it is " + evidence(value), saveAgain});
    return;
  }
  for (const auto &[key, text] : value.items()) {
    if (!text.is_string())
      sink.add(
          {place + ": key " + inQuotes(key), "metadata must be strings, and this is " + evidence(text), saveAgain});
    else if (file.parts.empty())
      file.texts.emplace_back(key, text.get<std::string>());
  }
}

void SafetensorsParser::readTensor(const std::string &name, const Json &entry) {
  std::string place = where + ": tensor " + inQuotes(name);
  TensorInfo tensor;
  tensor.name = name;
  tensor.file = static_cast<std::uint32_t>(file.parts.size());
  if (!readKeys(place, entry, tensor)) {
    file.unusable.push_back(name);
    return;
  }
  if (!file.tensorIndex.emplace(name, file.allTensors.size()).second) {
    sink.add({place,
              "a tensor must be given once, and " + file.parts[file.findTensor(name)->file].path + " gives it too",
              saveAgain});
    return;
  }
  file.allTensors.push_back(std::move(tensor));
}

/// Fills all of `tensor` but its place in the model; false once a problem is reported.
bool SafetensorsParser::readKeys(const std::string &place, const Json &entry, TensorInfo &tensor) {
  auto wrong = [&](const std::string &what, const char *remedy = saveAgain) {
    sink.add({place, what, remedy});
    return false;
  };
  if (!entry.is_object())
    return wrong("a tensor must be an object, and this is " + evidence(entry));
  for (const auto &[key, value] : entry.items())
    if (key != "dtype" && key != "shape" && key != "data_offsets")
      return wrong("a tensor has the keys dtype, shape and data_offsets only, and this one has " + inQuotes(key));
  const Json *dtype = member(entry, "dtype"), *shape = member(entry, "shape"), *offsets = member(entry, "data_offsets");
  if (!dtype || !shape || !offsets)
    return wrong("a tensor must have dtype, shape and data_offsets, and one is missing");
  std::uint64_t elements = 0;
  bool sound = readShape(place, *shape, tensor, elements);
  sound = readOffsets(place, *offsets, tensor) && sound;
  std::optional<StorageFormat> format =
      dtype->is_string() ? formatOfDtype(dtype->get_ref<const std::string &>()) : std::nullopt;
  if (!format)
    return wrong("its dtype is not one that Tern reads: " + evidence(*dtype), "save the model in BF16, F16 or F32");
  tensor.format = *format;
  if (!sound)
    return false;
  std::optional<std::uint64_t> bytes = storageBytes(tensor.format, 1, elements);
  if (!bytes || *bytes != tensor.bytes)
    return wrong("the bytes must be those of shape and dtype, which need " +
                 (bytes ? std::to_string(*bytes) : "2^63 or more") + ", and data_offsets give " +
                 std::to_string(tensor.bytes));
  return true;
}

bool SafetensorsParser::readShape(const std::string &place, const Json &value, TensorInfo &tensor,
                                  std::uint64_t &elements) {
  if (!value.is_array()) {
    sink.add({place, "the shape must be a list of whole numbers, and it is " + evidence(value), saveAgain});
    return false;
  }
  std::int64_t product = 1;
  for (const Json &dimension : value) {
    std::optional<std::uint64_t> extent = wholeNumber(dimension);
    if (!extent) {
      sink.add({place, "dimensions must be whole numbers below 2^63, and one is " + evidence(dimension), saveAgain});
      return false;
    }
    tensor.shape.push_back(static_cast<std::int64_t>(*extent));
    if (__builtin_mul_overflow(product, tensor.shape.back(), &product)) {
      sink.add({place, "the product of the dimensions must be below 2^63, and it is not", saveAgain});
      return false;
    }
  }
  elements = static_cast<std::uint64_t>(product);
  return true;
}

bool SafetensorsParser::readOffsets(const std::string &place, const Json &value, TensorInfo &tensor) {
  bool isPair = value.is_array() && value.size() == 2;
  std::optional<std::uint64_t> begin = isPair ? wholeNumber(value[0]) : std::nullopt;
  std::optional<std::uint64_t> end = isPair ? wholeNumber(value[1]) : std::nullopt;
  if (!begin || !end) {
    sink.add({place, "data_offsets must be two whole numbers below 2^63, and they are not", saveAgain});
    return false;
  }
  std::uint64_t room = size - dataStart;
  if (*begin > *end || *end > room) {
    sink.add({place,
              "data_offsets must be begin and end, in this order, within the " + std::to_string(room) +
                  " bytes of tensor data, and they are " + std::to_string(*begin) + " and " + std::to_string(*end),
              damaged});
    return false;
  }
  tensor.offset = *begin;
  tensor.bytes = *end - *begin;
  spans.push_back({*begin, *end, tensor.name});
  return true;
}

/// The tensors must cover the data from its first byte to its last, each byte once.
void SafetensorsParser::checkCoverage() {
  std::sort(spans.begin(), spans.end(), [](const Span &a, const Span &b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  std::uint64_t covered = 0;
  std::string_view last = "the header";
  auto hole = [&](std::uint64_t from, std::uint64_t to) {
    sink.add({where,
              "tensors must cover the data without gaps, and no tensor has bytes " + std::to_string(from) + " to " +
                  std::to_string(to) + " of it",
              damaged});
  };
  for (const Span &span : spans) {
    if (span.begin < covered && span.end > span.begin)
      sink.add({where + ": tensor " + inQuotes(span.name),
                "tensors must not share bytes: it begins at byte " + std::to_string(span.begin) + " of the data, and " +
                    inQuotes(last) + " reaches to byte " + std::to_string(covered),
                saveAgain});
    else if (span.begin > covered)
      hole(covered, span.begin);
    if (span.end > covered) {
      covered = span.end;
      last = span.name;
    }
  }
  if (covered < size - dataStart)
    hole(covered, size - dataStart);
}

const TensorInfo *SafetensorsFile::findTensor(std::string_view name) const {
  auto found = tensorIndex.find(std::string(name));
  return found == tensorIndex.end() ? nullptr : &allTensors[found->second];
}

Result<SafetensorsFile> SafetensorsFile::parse(const std::uint8_t *data, std::uint64_t size, const std::string &where,
                                               Problems &problems) {
  ProblemSink sink(problems);
  SafetensorsFile file;
  SafetensorsParser parser(file, sink, data, size, where);
  if (Status parsed = parser.parse(); !parsed)
    return parsed.problem();
  return file;
}
