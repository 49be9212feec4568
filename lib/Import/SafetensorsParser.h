//===- SafetensorsParser.h - One safetensors file ----------------*- C++ -*-===//
//
// Private to lib/Import. Whatever ends reading is a Problem returned; the rest goes to the sink.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_LIB_IMPORT_SAFETENSORSPARSER_H
#define TERN_LIB_IMPORT_SAFETENSORSPARSER_H

#include "runtime/Base/Json.h"
#include "tern/Import/Safetensors.h"

namespace tern {

/// Parses one file into `file`, as its next part.
class SafetensorsParser {
public:
  SafetensorsParser(SafetensorsFile &file, ProblemSink &sink, const std::uint8_t *data, std::uint64_t size,
                    std::string where)
      : file(file), sink(sink), data(data), size(size), where(std::move(where)) {}

  Status parse();

private:
  /// Where a tensor claims to lie, from the start of the data. Kept for the unusable ones too: they fill their place.
  struct Span {
    std::uint64_t begin, end;
    std::string name;
  };

  SafetensorsFile &file;
  ProblemSink &sink;
  const std::uint8_t *data;
  std::uint64_t size;
  std::string where;
  std::uint64_t dataStart = 0;
  std::vector<Span> spans;

  Result<Json> readHeader();
  void readMetadata(const Json &value);
  void readTensor(const std::string &name, const Json &entry);
  bool readKeys(const std::string &place, const Json &entry, TensorInfo &tensor);
  bool readShape(const std::string &place, const Json &value, TensorInfo &tensor, std::uint64_t &elements);
  bool readOffsets(const std::string &place, const Json &value, TensorInfo &tensor);
  void checkCoverage();
};

} // namespace tern

#endif // TERN_LIB_IMPORT_SAFETENSORSPARSER_H
