//===- ZipReader.h - The directory of a ZIP file that may be hostile -*- C++ -*-===//

#ifndef TERN_RUNTIME_ARTIFACT_ZIPREADER_H
#define TERN_RUNTIME_ARTIFACT_ZIPREADER_H

#include "runtime/Artifact/ZipFormat.h"
#include "runtime/Base/Result.h"

namespace tern {

/// The entries of the ZIP file `bytes`, in the order of its directory. Every entry lies inside the file, overlaps no
/// other, and is aligned; names are as isZipName has them, each once, and `first` comes first. No data is read: only
/// the directory and the header of each entry. `where` names the file in problems. Problems: a file cut short, entries
/// that are compressed or encrypted, and any byte between the data that ZipWriter would not have written.
Result<std::vector<ZipEntry>> readZipDirectory(std::string_view bytes, std::string_view first,
                                               const std::string &where);

} // namespace tern

#endif // TERN_RUNTIME_ARTIFACT_ZIPREADER_H
