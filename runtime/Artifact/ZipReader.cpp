//===- ZipReader.cpp - The directory of a ZIP file that may be hostile ----===//

#include "runtime/Artifact/ZipReader.h"

#include <algorithm>
#include <unordered_set>

using namespace tern;

namespace {

/// Reads from the end of the file to its start: end record, directory, headers. Every offset is checked against the
/// bytes before it is used.
class ZipReader {
public:
  ZipReader(std::string_view bytes, std::string_view first, const std::string &where)
      : bytes(bytes), first(first), where(where) {}

  Result<std::vector<ZipEntry>> read() {
    for (Status (ZipReader::*step)() : {&ZipReader::readEnd, &ZipReader::readZip64End, &ZipReader::readRecords,
                                        &ZipReader::checkEntries, &ZipReader::checkHeaders, &ZipReader::checkSpelling})
      if (Status status = (this->*step)(); !status)
        return status.problem();
    return std::move(entries);
  }

private:
  std::string_view bytes, first;
  const std::string &where;
  std::uint64_t count = 0;           ///< Of entries.
  std::uint64_t directoryOffset = 0; ///< Where the directory starts.
  std::uint64_t directoryEnd = 0;    ///< Where its records end.
  std::vector<ZipEntry> entries;
  struct Way {
    bool isEncrypted;
    std::uint64_t method; ///< Of compression, 0 for none.
  };
  std::vector<Way> ways; ///< How each entry is stored.

  Problem problem(std::string what, std::string remedy = "download it again, or compile the model again") const {
    return {where, std::move(what), std::move(remedy)};
  }
  Problem problemOf(const ZipEntry &entry, const std::string &what) const {
    return {where + ": entry '" + entry.name.substr(0, 80) + "'", what,
            "a ZIP tool may have rewritten the file: download it again, or compile the model again"};
  }

  std::uint64_t number(std::uint64_t offset, int width) const { return readLittle(bytes, offset, width); }
  bool holds(std::uint64_t offset, std::uint64_t size) const {
    return offset <= bytes.size() && size <= bytes.size() - offset;
  }

  Status readEnd() {
    if (bytes.size() < zipEndBytes || number(bytes.size() - zipEndBytes, 4) != zipEndMark)
      return problem("must end with the directory of a ZIP file, and does not: it is cut short or damaged");
    std::uint64_t end = bytes.size() - zipEndBytes;
    count = number(end + 10, 2);
    directoryOffset = number(end + 16, 4);
    directoryEnd = end;
    if (count > maxZipEntries)
      return problem("must have at most " + std::to_string(maxZipEntries) + " entries, has " + std::to_string(count));
    return Done{};
  }

  Status readZip64End() {
    if (directoryOffset != zip64Limit)
      return Done{};
    if (directoryEnd < zip64LocatorBytes + zip64EndBytes)
      return problem("is too short for the 64-bit record that it announces");
    directoryEnd -= zip64LocatorBytes + zip64EndBytes;
    directoryOffset = number(directoryEnd + 48, 8); // All else in these records is compared in checkSpelling.
    return Done{};
  }

  Status readRecords() {
    if (directoryOffset > directoryEnd)
      return problem("must have its directory before the end record, has it at byte " +
                     std::to_string(directoryOffset));
    std::uint64_t at = directoryOffset;
    for (std::uint64_t i = 0; i < count; ++i) {
      Status read = readRecord(at);
      if (!read)
        return read;
    }
    return Done{};
  }

  /// Reads the record at `at` and moves on to the next.
  Status readRecord(std::uint64_t &at) {
    std::string place = "record " + std::to_string(entries.size()) + " of the directory, at byte " + std::to_string(at);
    if (directoryEnd - at < zipRecordBytes || number(at, 4) != zipRecordMark)
      return problem(place + ", is damaged");
    std::uint64_t nameBytes = number(at + 28, 2), extraBytes = number(at + 30, 2);
    if (directoryEnd - at - zipRecordBytes < nameBytes + extraBytes)
      return problem(place + ", is cut short");
    ZipEntry entry;
    entry.name = bytes.substr(at + zipRecordBytes, nameBytes);
    entry.crc = static_cast<std::uint32_t>(number(at + 16, 4));
    entry.size = number(at + 24, 4);
    entry.headerOffset = number(at + 42, 4);
    ways.push_back({(number(at + 8, 2) & 1) != 0, number(at + 10, 2)});
    if (!readZip64Extra(bytes.substr(at + zipRecordBytes + nameBytes, extraBytes), entry))
      return problemOf(entry, "lacks 64-bit sizes that it announces");
    at += zipRecordBytes + nameBytes + extraBytes;
    entries.push_back(std::move(entry));
    return Done{};
  }

  static bool readZip64Extra(std::string_view extra, ZipEntry &entry) {
    bool isLarge = entry.size == zip64Limit, isFar = entry.headerOffset == zip64Limit;
    if (!isLarge && !isFar)
      return true;
    if (extra.size() < (isLarge ? 20u : 4u) + (isFar ? 8u : 0u))
      return false;
    if (isLarge)
      entry.size = readLittle(extra, 4, 8);
    if (isFar)
      entry.headerOffset = readLittle(extra, isLarge ? 20 : 4, 8);
    return true;
  }

  Status checkEntries() {
    if (entries.empty() || entries[0].name != first)
      return problem("is a ZIP file, but not of ours: its first entry must be '" + std::string(first) + "'",
                     "name an artifact that 'tern compile' made");
    std::unordered_set<std::string_view> names;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const ZipEntry &entry = entries[i];
      if (!isZipName(entry.name))
        return problem("names of entries must be of letters, digits and '._-', with single slashes between and no "
                       "part '..': that of entry " +
                       std::to_string(i) + " is not");
      if (!names.insert(entry.name).second)
        return problemOf(entry, "must have a name of its own, and two have this one");
      if (ways[i].isEncrypted)
        return problemOf(entry, "is encrypted, which entries of an artifact never are");
      if (ways[i].method != 0)
        return problemOf(entry, "must be stored, is compressed by method " + std::to_string(ways[i].method));
    }
    return Done{};
  }

  /// Entries must fill the file up to the directory, without gap or overlap.
  Status checkHeaders() {
    std::vector<ZipEntry *> inOrder;
    for (ZipEntry &entry : entries)
      inOrder.push_back(&entry);
    std::sort(inOrder.begin(), inOrder.end(),
              [](const ZipEntry *a, const ZipEntry *b) { return a->headerOffset < b->headerOffset; });
    std::uint64_t end = 0;
    for (ZipEntry *entry : inOrder) {
      if (entry->headerOffset != end)
        return problemOf(*entry, "must start where the one before ends, at byte " + std::to_string(end) +
                                     ", starts at " + std::to_string(entry->headerOffset));
      if (Status checked = checkHeader(*entry); !checked)
        return checked;
      end = entry->dataOffset + entry->size;
    }
    if (end != directoryOffset)
      return problem("must have its directory where the entries end, at byte " + std::to_string(end) + ", has it at " +
                     std::to_string(directoryOffset));
    return Done{};
  }

  /// Finds the data and compares the header with what the directory says.
  Status checkHeader(ZipEntry &entry) const {
    if (directoryOffset < zipHeaderBytes || entry.headerOffset > directoryOffset - zipHeaderBytes)
      return problemOf(entry, "must start before the directory, starts at byte " + std::to_string(entry.headerOffset));
    std::uint64_t length = zipHeaderBytes + number(entry.headerOffset + 26, 2) + number(entry.headerOffset + 28, 2);
    entry.dataOffset = entry.headerOffset + length;
    bool isAligned = false;
    for (std::uint64_t alignment : {sectionAlignment, pageAlignment})
      isAligned |= entry.dataOffset == zipDataOffset(entry.name, entry.size, entry.headerOffset, alignment);
    if (!isAligned || !holds(entry.headerOffset, length) ||
        zipHeader(entry) != bytes.substr(entry.headerOffset, length))
      return problemOf(entry, "must have the header at byte " + std::to_string(entry.headerOffset) +
                                  " that its record in the directory describes");
    if (entry.dataOffset > directoryOffset || entry.size > directoryOffset - entry.dataOffset)
      return problemOf(entry, "must end before the directory, and has " + std::to_string(entry.size) +
                                  " bytes at byte " + std::to_string(entry.dataOffset));
    return Done{};
  }

  Status checkSpelling() {
    if (zipDirectory(entries, directoryOffset) != bytes.substr(directoryOffset))
      return problem("the directory must be as Tern writes it, and is not",
                     "a ZIP tool may have rewritten the file: download it again, or compile the model again");
    return Done{};
  }
};

} // namespace

Result<std::vector<ZipEntry>> tern::readZipDirectory(std::string_view bytes, std::string_view first,
                                                     const std::string &where) {
  return ZipReader(bytes, first, where).read();
}
