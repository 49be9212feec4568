//===- GgufParser.h - One GGUF file from front to back -----------*- C++ -*-===//
//
// Private to lib/Import. The parser walks one file once. Whatever breaks the walk is a Problem returned; whatever
// leaves the rest readable goes to the sink.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_LIB_IMPORT_GGUFPARSER_H
#define TERN_LIB_IMPORT_GGUFPARSER_H

#include "tern/Import/Gguf.h"

#include <cstring>

namespace tern {

/// Bytes of a scalar of type `type`; 0 for strings and arrays.
std::uint64_t ggufScalarBytes(GgufType type);

/// A place in a file, with reads that cannot leave it.
class GgufCursor {
public:
  GgufCursor(const std::uint8_t *data, std::uint64_t size) : data(data), size(size) {}

  std::uint64_t offset() const { return at; }
  std::uint64_t remaining() const { return size - at; }
  const std::uint8_t *here() const { return data + at; }

  /// Steps over `bytes`; false (and no step) if the file ends before.
  bool skip(std::uint64_t bytes) {
    if (bytes > remaining())
      return false;
    at += bytes;
    return true;
  }

  template <typename T> bool read(T &value) {
    if (sizeof(T) > remaining())
      return false;
    std::memcpy(&value, here(), sizeof(T));
    at += sizeof(T);
    return true;
  }

private:
  const std::uint8_t *data;
  std::uint64_t size;
  std::uint64_t at = 0;
};

/// Parses one file into `file`, as its next part.
class GgufParser {
public:
  GgufParser(GgufFile &file, ProblemSink &sink, const std::uint8_t *data, std::uint64_t size, std::string where)
      : file(file), sink(sink), cursor(data, size), data(data), size(size), where(std::move(where)) {}

  /// Reads the header and the metadata, and nothing into the model yet.
  Status parseMetadata();
  /// After parseMetadata: appends the part and its tensors to the model.
  Status parseTensors();

  /// Metadata of this part.
  const GgufValue *find(std::string_view key) const;
  /// Hands the metadata to the model, as its first part must.
  void giveMetadata();

private:
  /// Deepest nesting of arrays, and how many arrays may lie in arrays: no known model has one.
  static constexpr int maxArrayDepth = 8;
  static constexpr std::uint64_t maxNestedArrays = 1 << 16;

  GgufFile &file;
  ProblemSink &sink;
  GgufCursor cursor;
  const std::uint8_t *data;
  std::uint64_t size;
  std::string where;

  std::uint32_t version = 0;
  std::uint64_t tensorCount = 0, keyCount = 0;
  std::uint64_t alignment = 32;
  std::uint64_t nestedArrays = 0;
  std::vector<GgufEntry> metadata;
  std::unordered_map<std::string_view, std::size_t> keyIndex;

  Status readHeader();
  Status checkVersion();
  Status readMetadata();
  Status readAlignment();
  Status readValue(GgufType type, GgufValue &value, const std::string &what, int depth);
  Status readArray(GgufValue &value, const std::string &what, int depth);
  Status readNestedArrays(GgufValue &value, const std::string &what, int depth);
  Status readString(std::string_view &text, const std::string &what);
  Status readType(GgufType &type, const std::string &what);
  Status readTensor(std::uint64_t number);
  bool checkTensor(TensorInfo &tensor, std::uint32_t typeNumber, const std::string &place);
  bool checkShape(const TensorInfo &tensor, const std::string &place, std::uint64_t &rows);
  Status placeTensors(std::size_t firstTensor);

  Problem truncated(const std::string &what, std::uint64_t needed) const;
};

} // namespace tern

#endif // TERN_LIB_IMPORT_GGUFPARSER_H
