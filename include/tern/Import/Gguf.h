//===- Gguf.h - GGUF files ---------------------------------------*- C++ -*-===//
//
// Reads GGUF versions 2 and 3, little-endian, whole or split
// (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md):
//
//     "GGUF" version tensorCount keyCount
//     keyCount    x  (key, type, value)                        metadata: what kind of model this is
//     tensorCount x  (name, rank, dimensions, type, offset)    innermost dimension first
//     padding to general.alignment (32 unless given)
//     tensor data, each tensor at its offset from here
//
// A split model is several such files, name-00001-of-00003.gguf and so on; the first holds the metadata, each holds
// some of the tensors.
//
// Files are mapped, not read: strings and arrays are views into the mapping, so that opening a model of any size takes
// milliseconds. Memory used is bounded by a small multiple of the header's real size, whatever its counts claim.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_IMPORT_GGUF_H
#define TERN_IMPORT_GGUF_H

#include "runtime/Base/MappedFile.h"
#include "tern/Import/TensorFile.h"

#include <optional>
#include <unordered_map>

namespace tern {

/// Types of metadata values, numbered as in the file.
enum class GgufType : std::uint32_t {
  UInt8,
  Int8,
  UInt16,
  Int16,
  UInt32,
  Int32,
  Float32,
  Bool,
  String,
  Array,
  UInt64,
  Int64,
  Float64,
};

/// "u32", "string": for messages.
std::string_view ggufTypeName(GgufType type);

/// A metadata value: a view into the file. Getters answer nothing when the type is another.
class GgufValue {
public:
  GgufType type() const { return kind; }

  /// Any integer type, if the value fits.
  std::optional<std::int64_t> integer() const;
  /// Any integer type that is not negative.
  std::optional<std::uint64_t> unsignedInteger() const;
  /// Either floating-point type, or an integer type.
  std::optional<double> number() const;
  std::optional<bool> boolean() const;
  /// May hold any bytes: the format says UTF-8, and not all writers obey.
  std::optional<std::string_view> text() const;

  /// Of an array: type and number of its elements.
  GgufType elementType() const { return element; }
  std::uint64_t length() const { return count; }
  /// Of an array: element `index`, which must be below length(). Constant time.
  GgufValue at(std::uint64_t index) const;
  /// Of an array of strings: all of them.
  const std::vector<std::string_view> *texts() const;

private:
  friend class GgufParser;
  GgufType kind = GgufType::UInt8;
  GgufType element = GgufType::UInt8;
  std::uint64_t count = 0;               ///< Elements of an array, bytes of a string.
  const std::uint8_t *bytes = nullptr;   ///< The scalar, the string's text, or the first scalar element.
  std::vector<std::string_view> strings; ///< Elements of an array of strings.
  std::vector<GgufValue> arrays;         ///< Elements of an array of arrays.
};

/// A key and its value, in the order of the file.
struct GgufEntry {
  std::string_view key;
  GgufValue value;
};

/// An open model. Owns the mappings; every view handed out dies with it. Movable, not copyable.
class GgufFile {
public:
  /// Opens the model that the file at `path` belongs to; of a split model, `path` may name any part.
  ///
  /// Wrong things that leave the rest readable (an unknown tensor type, a tensor outside the file, a duplicate name, a
  /// missing part) are appended to `problems`, all of them; the tensor concerned is left out of tensors() and named in
  /// unusableTensors(). What ends reading (truncation, a version unknown) is the Problem returned. The model is sound
  /// only if there is a value and nothing was appended.
  static Result<GgufFile> open(const std::string &path, Problems &problems);

  /// The same for one file in memory, which must outlive the result. `where` names it in problems.
  static Result<GgufFile> parse(const std::uint8_t *data, std::uint64_t size, const std::string &where,
                                Problems &problems);

  GgufFile(GgufFile &&) = default;
  GgufFile &operator=(GgufFile &&) = default;

  /// "model.gguf", for problems.
  const std::string &path() const { return parts.front().path; }
  const std::vector<TensorFilePart> &files() const { return parts; }
  std::uint32_t version() const { return formatVersion; }

  /// Metadata of the first part, in its order.
  const std::vector<GgufEntry> &entries() const { return metadata; }
  const GgufValue *find(std::string_view key) const;

  /// Values that must be there and of the type asked for; the Problem names the key and what was found.
  Result<std::int64_t> integer(std::string_view key) const;
  Result<std::uint64_t> unsignedInteger(std::string_view key) const;
  Result<double> number(std::string_view key) const;
  Result<bool> boolean(std::string_view key) const;
  /// Checked to be UTF-8.
  Result<std::string_view> text(std::string_view key) const;
  /// Arrays whose elements all convert. A single value counts as an array of one, as some writers shorten them so.
  Result<std::vector<std::int64_t>> integers(std::string_view key) const;
  Result<std::vector<double>> numbers(std::string_view key) const;
  Result<std::vector<bool>> booleans(std::string_view key) const;
  /// An array of strings, without a copy.
  Result<const std::vector<std::string_view> *> texts(std::string_view key) const;

  const std::vector<TensorInfo> &tensors() const { return allTensors; }
  const TensorInfo *findTensor(std::string_view name) const;
  /// The first byte of a tensor of this model.
  const std::uint8_t *data(const TensorInfo &tensor) const { return contents[tensor.file] + tensor.offset; }
  /// The first byte of file `index` of files().
  const std::uint8_t *fileBytes(std::uint32_t index) const { return contents[index]; }
  /// Tensors that a problem has been reported for, so that nobody reports them as missing too.
  const std::vector<std::string> &unusableTensors() const { return unusable; }

private:
  friend class GgufParser;
  friend class GgufSplitReader;
  GgufFile() = default;

  std::vector<MappedFile> mappings;
  std::vector<TensorFilePart> parts;
  std::vector<const std::uint8_t *> contents; ///< First byte of each part.
  std::uint32_t formatVersion = 0;
  std::vector<GgufEntry> metadata;
  std::unordered_map<std::string_view, std::size_t> keyIndex;
  std::vector<TensorInfo> allTensors;
  std::unordered_map<std::string, std::size_t> tensorIndex;
  std::vector<std::string> unusable;
};

} // namespace tern

#endif // TERN_IMPORT_GGUF_H
