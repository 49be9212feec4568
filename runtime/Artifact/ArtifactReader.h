//===- ArtifactReader.h - Opening the file that ships ------------*- C++ -*-===//
//
// Opens an artifact, which may be cut short, damaged or hostile: the directory is compared byte by byte with what Tern
// would write, and every section but the weights with its hash, so after open() all of them are what was written. The
// weights may be gigabytes: they stay untouched on disk until used, and verifyWeights() compares them when asked.
// Hashes find damage, not malice: an artifact contains code, so run only artifacts you trust.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_ARTIFACT_ARTIFACTREADER_H
#define TERN_RUNTIME_ARTIFACT_ARTIFACTREADER_H

#include "runtime/Artifact/Manifest.h"
#include "runtime/Artifact/Program.h"
#include "runtime/Artifact/ZipFormat.h"
#include "runtime/Base/MappedFile.h"

#include <optional>

namespace tern {

/// Whether the file at `path` begins as artifacts and other ZIP files do; models never do. False if it cannot be read.
bool isArtifactFile(const std::string &path);

/// An artifact that is open. Owns the mapping; all views live as long. Movable; const members may be called from
/// several threads.
class ArtifactReader {
public:
  /// Problems: no such file, not an artifact, another version, anything damaged.
  static Result<ArtifactReader> open(const std::string &path);
  /// The same for bytes in memory, which the caller keeps; `path` names them in problems.
  static Result<ArtifactReader> fromBytes(std::string_view bytes, const std::string &path);

  const std::string &path() const { return name; }
  const Manifest &manifest() const { return contents; }

  /// The bytes of a section, aligned to 64; nothing if there is none of that name.
  std::optional<std::string_view> section(std::string_view name) const;
  /// All sections in the order of the file's directory, the manifest first.
  const std::vector<ZipEntry> &entries() const { return directory; }

  /// Code and program of a variant of the manifest.
  std::string_view code(const ArtifactVariant &variant) const { return *section(variant.code); }
  /// What the code was compiled from; empty if it is not there.
  std::string_view source(const ArtifactVariant &variant) const {
    return variant.source.empty() ? std::string_view() : *section(variant.source);
  }
  /// Problems: as readProgram, and embedded weights where the artifact has none of that size.
  Result<Program> program(const ArtifactVariant &variant) const;

  /// The weights section, which starts at a multiple of 4096; empty if no weights are embedded.
  std::string_view weights() const { return section(section::weights).value_or(std::string_view()); }
  /// Reads the whole section and compares it with its checksum. Problem: it differs; names the first weight of `program`
  /// that differs from its hash.
  Status verifyWeights(const Program &program) const;

private:
  ArtifactReader() = default;
  Status read();
  Result<Manifest> readContents() const;
  Status checkSections() const;
  std::string_view dataOf(const ZipEntry &entry) const { return bytes.substr(entry.dataOffset, entry.size); }

  std::string name;
  std::optional<MappedFile> file;
  std::string_view bytes;
  std::vector<ZipEntry> directory;
  Manifest contents;
};

} // namespace tern

#endif // TERN_RUNTIME_ARTIFACT_ARTIFACTREADER_H
