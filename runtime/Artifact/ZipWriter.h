//===- ZipWriter.h - ZIP files, entry by entry -------------------*- C++ -*-===//

#ifndef TERN_RUNTIME_ARTIFACT_ZIPWRITER_H
#define TERN_RUNTIME_ARTIFACT_ZIPWRITER_H

#include "runtime/Artifact/ZipFormat.h"
#include "runtime/Base/AtomicFile.h"

namespace tern {

/// Writes entries in the order of the calls; the file appears when all is done, or not at all. The same calls give the
/// same bytes. After a problem every further call repeats it.
class ZipWriter {
public:
  static Result<ZipWriter> create(const std::string &path);

  /// Writes an entry whose data is at hand, aligned to sectionAlignment.
  Status add(std::string name, std::string_view data);

  /// Begins an entry of `size` bytes, aligned to pageAlignment, that append() fills piece by piece before anything else
  /// is written. For data too large to be held.
  Status begin(std::string name, std::uint64_t size);
  Status append(std::string_view piece);

  /// Lists the entries, the one named `first` ahead of the others, and makes the file appear, unless `check` has a
  /// problem with it. Call once, last.
  Status commit(std::string_view first, const FileCheck &check = {});

  /// Bytes that the entry begun last still waits for.
  std::uint64_t missing() const { return remaining; }

private:
  ZipWriter(AtomicFile file, std::string path) : file(std::move(file)), path(std::move(path)) {}
  Status beginEntry(std::string name, std::uint64_t size, std::uint32_t crc, std::uint64_t alignment);
  Status write(std::string_view bytes);

  AtomicFile file;
  std::string path;
  std::vector<ZipEntry> entries;
  std::uint64_t position = 0;  ///< Bytes written.
  std::uint64_t remaining = 0; ///< Of the last entry.
};

} // namespace tern

#endif // TERN_RUNTIME_ARTIFACT_ZIPWRITER_H
