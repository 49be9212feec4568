//===- GgufParser.cpp - One GGUF file from front to back ------------------===//

#include "lib/Import/GgufParser.h"

#include "runtime/Base/Utf8.h"

#include <algorithm>
#include <limits>

using namespace tern;

static const char damaged[] = "the file is truncated or damaged: download it again";
static const char convertAgain[] = "convert or download the model again";

Problem GgufParser::truncated(const std::string &what, std::uint64_t needed) const {
  return {where,
          "file ends too early: " + what + " needs " + std::to_string(needed) + " bytes at byte " +
              std::to_string(cursor.offset()) + ", and the file has " + std::to_string(size),
          damaged};
}

const GgufValue *GgufParser::find(std::string_view key) const {
  auto found = keyIndex.find(key);
  return found == keyIndex.end() ? nullptr : &metadata[found->second].value;
}

void GgufParser::giveMetadata() {
  file.metadata = std::move(metadata);
  file.keyIndex = std::move(keyIndex);
  file.formatVersion = version;
}

Status GgufParser::parseMetadata() {
  for (auto step : {&GgufParser::readHeader, &GgufParser::readMetadata, &GgufParser::readAlignment})
    if (Status status = (this->*step)(); !status)
      return status;
  return Done{};
}

//===----------------------------------------------------------------------===//
// Header
//===----------------------------------------------------------------------===//

Status GgufParser::readHeader() {
  if (size == 0)
    return Problem{where, "a GGUF file must begin with 'GGUF', and this file is empty", damaged};
  std::string_view magic(reinterpret_cast<const char *>(data), std::min<std::uint64_t>(size, 4));
  if (magic != "GGUF")
    return Problem{where, "a GGUF file must begin with 'GGUF', and this file begins with " + inQuotes(magic),
                   "name a .gguf file, or a directory with config.json"};
  cursor.skip(4);
  if (!cursor.read(version))
    return truncated("the version", 4);
  if (Status supported = checkVersion(); !supported)
    return supported;
  if (!cursor.read(tensorCount) || !cursor.read(keyCount))
    return truncated("the header", 16);
  // The least that a tensor and a key take: empty names, rank 1, a value of one byte.
  constexpr std::uint64_t tensorBytes = 8 + 4 + 8 + 4 + 8, keyBytes = 8 + 4 + 1;
  auto count = [&](const char *what, std::uint64_t claimed, std::uint64_t room) -> Problem {
    return {where,
            "the header counts " + std::to_string(claimed) + " " + what + ", and the " +
                std::to_string(cursor.remaining()) + " bytes that follow have room for at most " + std::to_string(room),
            damaged};
  };
  if (keyCount > cursor.remaining() / keyBytes)
    return count("metadata keys", keyCount, cursor.remaining() / keyBytes);
  if (tensorCount > cursor.remaining() / tensorBytes)
    return count("tensors", tensorCount, cursor.remaining() / tensorBytes);
  return Done{};
}

Status GgufParser::checkVersion() {
  if (version == 2 || version == 3)
    return Done{};
  if ((version & 0xffffu) == 0 && version != 0)
    return Problem{where, "only little-endian GGUF files are read, and this one is big-endian",
                   "convert the model again for a little-endian machine"};
  return Problem{where, "only GGUF versions 2 and 3 are read, and this file has version " + std::to_string(version),
                 convertAgain};
}

//===----------------------------------------------------------------------===//
// Metadata
//===----------------------------------------------------------------------===//

Status GgufParser::readString(std::string_view &text, const std::string &what) {
  std::uint64_t length;
  if (!cursor.read(length))
    return truncated("the length of " + what, 8);
  const std::uint8_t *start = cursor.here();
  if (!cursor.skip(length))
    return truncated(what, length);
  text = {reinterpret_cast<const char *>(start), static_cast<std::size_t>(length)};
  return Done{};
}

Status GgufParser::readType(GgufType &type, const std::string &what) {
  std::uint32_t number;
  if (!cursor.read(number))
    return truncated("the type of " + what, 4);
  if (number > static_cast<std::uint32_t>(GgufType::Float64))
    return Problem{where,
                   "metadata types are 0 to 12, and " + what + " has type " + std::to_string(number) + " at byte " +
                       std::to_string(cursor.offset() - 4),
                   damaged};
  type = static_cast<GgufType>(number);
  return Done{};
}

Status GgufParser::readMetadata() {
  for (std::uint64_t number = 0; number < keyCount; ++number) {
    GgufEntry entry;
    if (Status read = readString(entry.key, "the name of metadata key " + std::to_string(number)); !read)
      return read;
    std::string what = "metadata key " + inQuotes(entry.key);
    GgufType type;
    if (Status read = readType(type, what); !read)
      return read;
    if (Status read = readValue(type, entry.value, what, 0); !read)
      return read;
    if (entry.key.empty())
      sink.add(
          {where, "metadata keys must have a name, and key " + std::to_string(number) + " has none", convertAgain});
    else if (!isUtf8(entry.key))
      sink.add({where + ": " + what, "names must be UTF-8, and this one is not", convertAgain});
    else if (!keyIndex.emplace(entry.key, metadata.size()).second)
      sink.add({where + ": " + what, "a key must be given once, and this one is given again", convertAgain});
    else
      metadata.push_back(std::move(entry));
  }
  return Done{};
}

Status GgufParser::readValue(GgufType type, GgufValue &value, const std::string &what, int depth) {
  value.kind = type;
  if (type == GgufType::Array)
    return readArray(value, what, depth);
  if (type == GgufType::String) {
    std::string_view text;
    if (Status read = readString(text, what); !read)
      return read;
    value.bytes = reinterpret_cast<const std::uint8_t *>(text.data());
    value.count = text.size();
    return Done{};
  }
  value.bytes = cursor.here();
  if (!cursor.skip(ggufScalarBytes(type)))
    return truncated("the value of " + what, ggufScalarBytes(type));
  if (type == GgufType::Bool && *value.bytes > 1)
    sink.add(
        {where + ": " + what, "a bool must be 0 or 1, and this one is " + std::to_string(*value.bytes), convertAgain});
  return Done{};
}

Status GgufParser::readArray(GgufValue &value, const std::string &what, int depth) {
  if (Status read = readType(value.element, "the elements of " + what); !read)
    return read;
  if (!cursor.read(value.count))
    return truncated("the length of " + what, 8);
  bool nested = value.element == GgufType::Array;
  std::uint64_t least = nested ? 12 : value.element == GgufType::String ? 8 : ggufScalarBytes(value.element);
  if (value.count > cursor.remaining() / least)
    return Problem{where + ": " + what,
                   "the array claims " + std::to_string(value.count) + " elements, and the " +
                       std::to_string(cursor.remaining()) + " bytes that follow have room for at most " +
                       std::to_string(cursor.remaining() / least),
                   damaged};
  value.bytes = cursor.here();
  if (value.element == GgufType::String) {
    value.strings.resize(value.count);
    for (std::string_view &text : value.strings)
      if (Status read = readString(text, what); !read)
        return read;
    return Done{};
  }
  if (nested)
    return readNestedArrays(value, what, depth);
  cursor.skip(value.count * least);
  if (value.element == GgufType::Bool &&
      std::any_of(value.bytes, value.bytes + value.count, [](std::uint8_t byte) { return byte > 1; }))
    sink.add({where + ": " + what, "a bool must be 0 or 1, and an element is neither", convertAgain});
  return Done{};
}

Status GgufParser::readNestedArrays(GgufValue &value, const std::string &what, int depth) {
  if (depth + 1 >= maxArrayDepth || value.count > maxNestedArrays - nestedArrays)
    return Problem{where + ": " + what,
                   "arrays must nest at most " + std::to_string(maxArrayDepth) + " deep, with at most " +
                       std::to_string(maxNestedArrays) + " arrays inside others",
                   convertAgain};
  nestedArrays += value.count;
  value.arrays.resize(value.count);
  for (GgufValue &inner : value.arrays)
    if (Status read = readValue(GgufType::Array, inner, what, depth + 1); !read)
      return read;
  return Done{};
}

Status GgufParser::readAlignment() {
  const GgufValue *value = find("general.alignment");
  if (!value)
    return Done{};
  std::optional<std::uint64_t> given = value->unsignedInteger();
  if (!given || *given == 0 || (*given & (*given - 1)) != 0 || *given > std::numeric_limits<std::uint32_t>::max())
    return Problem{where + ": metadata key 'general.alignment'",
                   "the alignment must be a power of two below 2^32, and it is " +
                       (given ? std::to_string(*given) : "of type " + std::string(ggufTypeName(value->type()))),
                   convertAgain};
  alignment = *given;
  return Done{};
}
