//===- ZipFormat.cpp - The bytes of a ZIP file ----------------------------===//

#include "runtime/Artifact/ZipFormat.h"

#include <algorithm>
#include <cassert>

using namespace tern;

static constexpr std::uint32_t plainVersion = 10, zip64Version = 45; ///< Of the format, times ten, that a reader needs.
static constexpr std::uint32_t madeOnUnix = 3 << 8;
static constexpr std::uint32_t regularFile = 0100644;        ///< Type and permissions that unpacked entries get.
static constexpr std::uint32_t noTime = 0, firstDate = 0x21; ///< Midnight of 1980-01-01, the earliest time in ZIP.
static constexpr std::uint32_t paddingExtra = 0xd935;        ///< As Android's zipalign pads: alignment, then zeros.
static constexpr std::uint64_t paddingBytes = 6;             ///< The least that padding takes.
static constexpr std::uint64_t zip64HeaderExtraBytes = 20;

std::uint64_t tern::readLittle(std::string_view bytes, std::uint64_t offset, int width) {
  assert(offset <= bytes.size() && bytes.size() - offset >= static_cast<std::uint64_t>(width));
  std::uint64_t value = 0;
  for (int i = width - 1; i >= 0; --i)
    value = value << 8 | static_cast<unsigned char>(bytes[offset + i]);
  return value;
}

void tern::appendLittle(std::string &bytes, std::uint64_t value, int width) {
  for (int i = 0; i < width; ++i)
    bytes += static_cast<char>(value >> (8 * i));
}

bool tern::isZipName(std::string_view name) {
  auto isPlain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-' || c == '/';
  };
  if (name.size() > maxZipName || !std::all_of(name.begin(), name.end(), isPlain))
    return false;
  while (true) {
    std::size_t slash = std::min(name.find('/'), name.size());
    std::string_view part = name.substr(0, slash);
    if (part.empty() || part == "." || part == "..")
      return false;
    if (slash == name.size())
      return true;
    name.remove_prefix(slash + 1);
  }
}

/// A number in a field of 32 bits, or the mark that it stands in the 64-bit extra field.
static std::uint64_t shortForm(std::uint64_t value) { return std::min(value, zip64Limit); }

static std::uint64_t headerBytes(std::string_view name, std::uint64_t size) {
  return zipHeaderBytes + name.size() + (size >= zip64Limit ? zip64HeaderExtraBytes : 0);
}

std::uint64_t tern::zipDataOffset(std::string_view name, std::uint64_t size, std::uint64_t headerOffset,
                                  std::uint64_t alignment) {
  std::uint64_t end = headerOffset + headerBytes(name, size);
  std::uint64_t aligned = (end + alignment - 1) / alignment * alignment;
  return aligned == end || aligned - end >= paddingBytes ? aligned : aligned + alignment;
}

/// What headers and directory records have in common, from the version needed to the length of the name.
static void appendCommon(std::string &bytes, const ZipEntry &entry, bool needsZip64) {
  appendLittle(bytes, needsZip64 ? zip64Version : plainVersion, 2);
  appendLittle(bytes, 0, 2); // flags: none
  appendLittle(bytes, 0, 2); // method: stored
  appendLittle(bytes, noTime, 2);
  appendLittle(bytes, firstDate, 2);
  appendLittle(bytes, entry.crc, 4);
  appendLittle(bytes, shortForm(entry.size), 4); // compressed
  appendLittle(bytes, shortForm(entry.size), 4); // uncompressed
  appendLittle(bytes, entry.name.size(), 2);
}

std::string tern::zipHeader(const ZipEntry &entry) {
  bool isLarge = entry.size >= zip64Limit;
  std::uint64_t padding = entry.dataOffset - entry.headerOffset - headerBytes(entry.name, entry.size);
  assert((padding == 0 || padding >= paddingBytes) && padding < 2 * pageAlignment && "from zipDataOffset");
  std::string bytes;
  appendLittle(bytes, zipHeaderMark, 4);
  appendCommon(bytes, entry, isLarge);
  appendLittle(bytes, padding + (isLarge ? zip64HeaderExtraBytes : 0), 2);
  bytes += entry.name;
  if (isLarge) {
    appendLittle(bytes, zip64Extra, 2);
    appendLittle(bytes, 16, 2);
    appendLittle(bytes, entry.size, 8);
    appendLittle(bytes, entry.size, 8);
  }
  if (padding > 0) {
    appendLittle(bytes, paddingExtra, 2);
    appendLittle(bytes, padding - 4, 2);
    appendLittle(bytes, entry.dataOffset % pageAlignment == 0 ? pageAlignment : sectionAlignment, 2);
    bytes.append(padding - paddingBytes, '\0');
  }
  return bytes;
}

static void appendRecord(std::string &bytes, const ZipEntry &entry) {
  std::string extra;
  if (entry.size >= zip64Limit) {
    appendLittle(extra, entry.size, 8);
    appendLittle(extra, entry.size, 8);
  }
  if (entry.headerOffset >= zip64Limit)
    appendLittle(extra, entry.headerOffset, 8);
  appendLittle(bytes, zipRecordMark, 4);
  appendLittle(bytes, madeOnUnix | zip64Version, 2);
  appendCommon(bytes, entry, !extra.empty());
  appendLittle(bytes, extra.empty() ? 0 : extra.size() + 4, 2);
  appendLittle(bytes, 0, 2); // comment
  appendLittle(bytes, 0, 2); // disk
  appendLittle(bytes, 0, 2); // internal attributes
  appendLittle(bytes, regularFile << 16, 4);
  appendLittle(bytes, shortForm(entry.headerOffset), 4);
  bytes += entry.name;
  if (extra.empty())
    return;
  appendLittle(bytes, zip64Extra, 2);
  appendLittle(bytes, extra.size(), 2);
  bytes += extra;
}

/// The 64-bit record and the pointer to it, for directories that do not start within 32 bits.
static void appendZip64End(std::string &bytes, std::uint64_t count, std::uint64_t directory, std::uint64_t offset) {
  appendLittle(bytes, zip64EndMark, 4);
  appendLittle(bytes, zip64EndBytes - 12, 8); // what follows this field
  appendLittle(bytes, madeOnUnix | zip64Version, 2);
  appendLittle(bytes, zip64Version, 2);
  appendLittle(bytes, 0, 8); // disks
  appendLittle(bytes, count, 8);
  appendLittle(bytes, count, 8);
  appendLittle(bytes, directory, 8);
  appendLittle(bytes, offset, 8);
  appendLittle(bytes, zip64LocatorMark, 4);
  appendLittle(bytes, 0, 4); // disk
  appendLittle(bytes, offset + directory, 8);
  appendLittle(bytes, 1, 4); // disks
}

std::string tern::zipDirectory(const std::vector<ZipEntry> &entries, std::uint64_t offset) {
  assert(entries.size() <= maxZipEntries && "counts fit 16 bits");
  std::string bytes;
  for (const ZipEntry &entry : entries)
    appendRecord(bytes, entry);
  std::uint64_t directory = bytes.size();
  if (offset >= zip64Limit)
    appendZip64End(bytes, entries.size(), directory, offset);
  appendLittle(bytes, zipEndMark, 4);
  appendLittle(bytes, 0, 4); // disks
  appendLittle(bytes, entries.size(), 2);
  appendLittle(bytes, entries.size(), 2);
  appendLittle(bytes, directory, 4);
  appendLittle(bytes, shortForm(offset), 4);
  appendLittle(bytes, 0, 2); // comment
  return bytes;
}
