//===- MappedFile.h - Read-only files in memory ------------------*- C++ -*-===//

#ifndef TERN_RUNTIME_BASE_MAPPEDFILE_H
#define TERN_RUNTIME_BASE_MAPPEDFILE_H

#include "runtime/Base/Result.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tern {

/// A regular file mapped read-only. Pages are read when touched, so opening a model of any size costs nothing. Owns the
/// mapping; views into it die with it. Movable, not copyable. An empty file maps to an empty view.
class MappedFile {
public:
  /// Problems: no such file, no permission, a directory or device, the map refused.
  static Result<MappedFile> open(const std::string &path);

  MappedFile(MappedFile &&other) noexcept;
  MappedFile &operator=(MappedFile &&other) noexcept;
  MappedFile(const MappedFile &) = delete;
  MappedFile &operator=(const MappedFile &) = delete;
  ~MappedFile();

  const std::string &path() const { return name; }
  const std::uint8_t *data() const { return bytes; }
  std::uint64_t size() const { return length; }
  std::string_view text() const { return {reinterpret_cast<const char *>(bytes), length}; }

private:
  MappedFile() = default;

  std::string name;
  const std::uint8_t *bytes = nullptr;
  std::size_t length = 0;
};

} // namespace tern

#endif // TERN_RUNTIME_BASE_MAPPEDFILE_H
