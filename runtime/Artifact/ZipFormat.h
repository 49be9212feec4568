//===- ZipFormat.h - The bytes of a ZIP file ---------------------*- C++ -*-===//
//
// The part of the ZIP format that artifacts use (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT): entries
// stored as they are, one after another, then the directory that lists them, then the record that ends the file:
//
//     [header of entry][data]  [header of entry][data] ...  [directory: a record per entry][end]
//      name, padding    ^                                                                   |
//                       multiple of the entry's alignment        ^--------------------------+
//
// Each list of entries has exactly one spelling in bytes: fixed times and attributes, no gaps, 64-bit fields only where
// a number needs them. The writer spells; the reader takes names, sizes and offsets out of the directory, spells them
// again and compares, so every byte that is not data is checked.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_ARTIFACT_ZIPFORMAT_H
#define TERN_RUNTIME_ARTIFACT_ZIPFORMAT_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tern {

/// One entry, wherever it lies. All offsets count from the start of the file.
struct ZipEntry {
  std::string name;
  std::uint64_t headerOffset = 0; ///< Where its header starts.
  std::uint64_t dataOffset = 0;   ///< Where its data starts.
  std::uint64_t size = 0;
  std::uint32_t crc = 0;
};

/// Alignments that an entry's data can have.
constexpr std::uint64_t sectionAlignment = 64, pageAlignment = 4096;

/// The most entries of a file, and the longest name.
constexpr std::size_t maxZipEntries = 4096, maxZipName = 255;

/// Letters, digits and "._-" in parts divided by single slashes, no part "." or "..", at most maxZipName.
bool isZipName(std::string_view name);

/// The header of `entry`; its padding brings the data to entry.dataOffset.
std::string zipHeader(const ZipEntry &entry);

/// Where the data starts after a header at `headerOffset`: the next multiple of `alignment` that a header can reach.
std::uint64_t zipDataOffset(std::string_view name, std::uint64_t size, std::uint64_t headerOffset,
                            std::uint64_t alignment);

/// The directory of `entries` in that order, which starts at `offset`, and the record that ends the file.
std::string zipDirectory(const std::vector<ZipEntry> &entries, std::uint64_t offset);

/// Where the checksum stands in the header of an entry.
constexpr std::uint64_t zipHeaderCrc = 14;

// Numbers in a ZIP file are little-endian and not aligned.
std::uint64_t readLittle(std::string_view bytes, std::uint64_t offset, int width);
void appendLittle(std::string &bytes, std::uint64_t value, int width);

constexpr std::uint32_t zipHeaderMark = 0x04034b50, zipRecordMark = 0x02014b50, zipEndMark = 0x06054b50;
constexpr std::uint32_t zip64EndMark = 0x06064b50, zip64LocatorMark = 0x07064b50;
constexpr std::uint64_t zipHeaderBytes = 30, zipRecordBytes = 46, zipEndBytes = 22;
constexpr std::uint64_t zip64EndBytes = 56, zip64LocatorBytes = 20;
constexpr std::uint64_t zip64Limit = 0xffffffff; ///< This and larger numbers stand in 64-bit fields.
constexpr std::uint32_t zip64Extra = 1;

} // namespace tern

#endif // TERN_RUNTIME_ARTIFACT_ZIPFORMAT_H
