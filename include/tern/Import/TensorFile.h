//===- TensorFile.h - What all tensor containers have in common --*- C++ -*-===//
//
// A container (GGUF, safetensors) is one or more files whose headers name tensors and say where their bytes lie. The
// readers check everything that a header claims against the files, so that whoever holds a TensorInfo may touch
// [offset, offset + bytes) of its file without another look. No reader touches tensor bytes.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_IMPORT_TENSORFILE_H
#define TERN_IMPORT_TENSORFILE_H

#include "runtime/Base/Result.h"
#include "runtime/Base/StorageFormat.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tern {

/// One tensor of a container.
struct TensorInfo {
  std::string name;
  StorageFormat format;
  std::vector<std::int64_t> shape; ///< Outermost first; the last dimension is the row. Empty for a scalar.
  std::uint32_t file;              ///< Index into the container's files().
  std::uint64_t offset;            ///< In the file, from its first byte.
  std::uint64_t bytes;             ///< Agrees with shape and format.
};

/// One file of a container.
struct TensorFilePart {
  std::string path;
  std::uint64_t size;        ///< Of the whole file.
  std::uint64_t headerBytes; ///< Everything before the tensor data; content hashes of weights begin there.
};

/// Collects problems, but not without end: a hostile file could be wrong in a million places.
class ProblemSink {
public:
  explicit ProblemSink(Problems &problems) : problems(problems) {}
  ~ProblemSink() {
    if (left > 0)
      problems.push_back({"", std::to_string(left) + " more problems are not listed", ""});
  }
  ProblemSink(const ProblemSink &) = delete;
  ProblemSink &operator=(const ProblemSink &) = delete;

  void add(Problem problem) {
    if (added++ < limit)
      problems.push_back(std::move(problem));
    else
      ++left;
  }

private:
  static constexpr std::size_t limit = 4096;
  Problems &problems;
  std::size_t added = 0, left = 0;
};

/// Reports tensors that share bytes of a file. The tensors may be in any order.
void checkOverlaps(const std::vector<TensorInfo> &tensors, const std::vector<TensorFilePart> &files, ProblemSink &sink);

} // namespace tern

#endif // TERN_IMPORT_TENSORFILE_H
