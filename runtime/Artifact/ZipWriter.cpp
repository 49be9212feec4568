//===- ZipWriter.cpp - ZIP files, entry by entry --------------------------===//

#include "runtime/Artifact/ZipWriter.h"

#include "runtime/Artifact/Crc32.h"

#include <algorithm>
#include <cassert>

using namespace tern;

Result<ZipWriter> ZipWriter::create(const std::string &path) {
  Result<AtomicFile> file = AtomicFile::create(path);
  if (!file)
    return file.problem();
  return ZipWriter(std::move(*file), path);
}

Status ZipWriter::write(std::string_view bytes) {
  position += bytes.size();
  return file.write(bytes);
}

Status ZipWriter::beginEntry(std::string name, std::uint64_t size, std::uint32_t crc, std::uint64_t alignment) {
  if (Status status = file.status(); !status)
    return status;
  assert(remaining == 0 && "the entry before is complete");
  assert(isZipName(name) && entries.size() < maxZipEntries);
  assert(std::none_of(entries.begin(), entries.end(), [&](const ZipEntry &entry) { return entry.name == name; }));
  ZipEntry entry;
  entry.headerOffset = position;
  entry.dataOffset = zipDataOffset(name, size, position, alignment);
  entry.name = std::move(name);
  entry.size = size;
  entry.crc = crc;
  entries.push_back(std::move(entry));
  remaining = size;
  return write(zipHeader(entries.back()));
}

Status ZipWriter::add(std::string name, std::string_view data) {
  if (Status begun = beginEntry(std::move(name), data.size(), updateCrc32(0, data), sectionAlignment); !begun)
    return begun;
  remaining = 0;
  return write(data);
}

Status ZipWriter::begin(std::string name, std::uint64_t size) {
  return beginEntry(std::move(name), size, 0, pageAlignment);
}

Status ZipWriter::append(std::string_view piece) {
  if (Status status = file.status(); !status || piece.empty())
    return status;
  assert(piece.size() <= remaining && "more than was announced");
  ZipEntry &entry = entries.back();
  entry.crc = updateCrc32(entry.crc, piece);
  remaining -= piece.size();
  if (Status written = write(piece); !written || remaining > 0)
    return written;
  std::string crc; // The header was written before the data was known.
  appendLittle(crc, entry.crc, 4);
  return file.writeAt(entry.headerOffset + zipHeaderCrc, crc);
}

Status ZipWriter::commit(std::string_view first, const FileCheck &check) {
  if (Status status = file.status(); !status)
    return status;
  assert(remaining == 0 && "the last entry is complete");
  auto found = std::find_if(entries.begin(), entries.end(), [&](const ZipEntry &entry) { return entry.name == first; });
  assert(found != entries.end());
  std::rotate(entries.begin(), found, found + 1);
  if (Status written = write(zipDirectory(entries, position)); !written)
    return written;
  return file.commit(check);
}
