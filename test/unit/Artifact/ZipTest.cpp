//===- ZipTest.cpp - ZIP files, also hostile ones -------------------------===//

#include "ArtifactTesting.h"

#include "runtime/Artifact/Crc32.h"
#include "runtime/Artifact/ZipReader.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

using namespace tern;
using testing::HasSubstr;

namespace {

/// A ZIP file being forged: entries and data can be changed before it is spelled.
struct Forgery {
  std::vector<ZipEntry> entries;
  std::string bytes;

  Forgery() {
    add("first", "1");
    add("second", "some data");
    add("third", "more data");
  }
  void add(const std::string &name, const std::string &data) {
    ZipEntry entry;
    entry.name = name;
    entry.size = data.size();
    entry.crc = updateCrc32(0, data);
    entry.headerOffset = bytes.size();
    entry.dataOffset = zipDataOffset(name, data.size(), bytes.size(), sectionAlignment);
    bytes += zipHeader(entry) + data;
    entries.push_back(entry);
  }
  std::string spelled() const { return bytes + zipDirectory(entries, bytes.size()); }
  /// Where the directory's record of entry `i` starts in spelled().
  std::size_t record(std::size_t i) const {
    std::size_t at = bytes.size();
    for (std::size_t k = 0; k < i; ++k)
      at += zipRecordBytes + entries[k].name.size();
    return at;
  }
};

std::string problemOf(const std::string &bytes) {
  Result<std::vector<ZipEntry>> entries = readZipDirectory(bytes, "first", "z");
  return entries ? "" : entries.problem().str();
}

std::string forgedProblem(const std::function<void(Forgery &)> &forge) {
  Forgery forgery;
  forge(forgery);
  return problemOf(forgery.spelled());
}

TEST(Zip, NamesAreSafe) {
  for (const char *name : {"a", "text/tokenizer.json", "a-b_c.9", "..a", "a..", ".hidden"})
    EXPECT_TRUE(isZipName(name)) << name;
  for (const char *name :
       {"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/.", "a\\b", "a b", "a\n", "\xc3\xa9"})
    EXPECT_FALSE(isZipName(name)) << name;
  EXPECT_TRUE(isZipName(std::string(maxZipName, 'a')));
  EXPECT_FALSE(isZipName(std::string(maxZipName + 1, 'a')));
}

TEST(Zip, EveryNameLengthCanBePaddedToItsAlignment) {
  for (std::uint64_t alignment : {sectionAlignment, pageAlignment})
    for (std::size_t length = 1; length <= maxZipName; ++length)
      for (std::uint64_t offset : {0, 1, 63, 64, 4095}) {
        ZipEntry entry;
        entry.name = std::string(length, 'a');
        entry.headerOffset = offset;
        entry.dataOffset = zipDataOffset(entry.name, 0, offset, alignment);
        EXPECT_EQ(entry.dataOffset % alignment, 0u);
        ASSERT_EQ(zipHeader(entry).size(), entry.dataOffset - offset);
      }
}

TEST(Zip, ReadsWhatIsSpelled) {
  Forgery forgery;
  Result<std::vector<ZipEntry>> entries = readZipDirectory(forgery.spelled(), "first", "z");
  ASSERT_TRUE(entries) << entries.problem().str();
  ASSERT_EQ(entries->size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*entries)[i].name, forgery.entries[i].name);
    EXPECT_EQ((*entries)[i].dataOffset, forgery.entries[i].dataOffset);
  }
}

TEST(Zip, EncryptedOrCompressedEntriesAreRefused) {
  Forgery forgery;
  std::string bytes = forgery.spelled();
  bytes[forgery.record(1) + 8] = 1;
  EXPECT_THAT(problemOf(bytes), HasSubstr("z: entry 'second': is encrypted"));
  bytes = forgery.spelled();
  bytes[forgery.record(2) + 10] = 8;
  EXPECT_THAT(problemOf(bytes), HasSubstr("z: entry 'third': must be stored, is compressed by method 8"));
}

TEST(Zip, BadNamesAreRefused) {
  EXPECT_THAT(forgedProblem([](Forgery &f) { f.add("second", "again"); }),
              HasSubstr("'second': must have a name of its own"));
  EXPECT_THAT(forgedProblem([](Forgery &f) { f.add("../escape", ""); }), HasSubstr("that of entry 3 is not"));
  EXPECT_THAT(forgedProblem([](Forgery &f) { f.entries.erase(f.entries.begin()); }),
              HasSubstr("its first entry must be 'first'"));
  EXPECT_THAT(forgedProblem([](Forgery &f) { f.entries.clear(); }), HasSubstr("its first entry must be 'first'"));
}

TEST(Zip, OverlapsGapsAndOffsetsOutsideAreRefused) {
  EXPECT_THAT(forgedProblem([](Forgery &f) { f.entries[2].headerOffset = f.entries[1].headerOffset; }),
              HasSubstr("must start where the one before ends"));
  EXPECT_THAT(forgedProblem([](Forgery &f) { f.entries[2].headerOffset += 1; }), HasSubstr("must start where"));
  EXPECT_THAT(forgedProblem([](Forgery &f) { f.bytes += "gap"; }),
              HasSubstr("must have its directory where the entries"));
  EXPECT_THAT(forgedProblem([](Forgery &f) { f.entries[0].headerOffset = ~std::uint64_t{0}; }),
              HasSubstr("must start where"));
  for (std::uint64_t size : {std::uint64_t{2}, std::uint64_t{0xfffffffe}, std::uint64_t{1} << 40, ~std::uint64_t{0}})
    EXPECT_NE(forgedProblem([&](Forgery &f) { f.entries[0].size = size; }), "") << size;
  // A size that header and directory agree on, beyond the end of the file.
  Forgery forgery;
  ZipEntry &last = forgery.entries[2];
  last.size = 1000;
  forgery.bytes.resize(last.headerOffset);
  forgery.bytes += zipHeader(last) + "more data";
  EXPECT_THAT(problemOf(forgery.spelled()), HasSubstr("'third': must end before the directory, and has 1000 bytes"));
}

TEST(Zip, HeadersMustAgreeWithTheDirectory) {
  EXPECT_THAT(forgedProblem([](Forgery &f) { f.entries[1].crc ^= 1; }), HasSubstr("'second': must have the header"));
  EXPECT_THAT(forgedProblem([](Forgery &f) { f.bytes[f.entries[1].dataOffset - 1] = 1; }),
              HasSubstr("'second': must have the header"));
}

/// A file of more than 4 GiB without the blocks: an entry of zeros that nobody writes.
TEST(Zip, LargeFilesUse64BitFields) {
  std::string path = testPath("large.zip");
  ZipEntry large;
  large.name = "large";
  large.size = 0x100000123;
  large.dataOffset = zipDataOffset(large.name, large.size, 0, pageAlignment);
  ZipEntry first;
  first.name = "first";
  first.headerOffset = large.dataOffset + large.size;
  first.dataOffset = zipDataOffset(first.name, 0, first.headerOffset, sectionAlignment);
  std::string head = zipHeader(large), tail = zipHeader(first) + zipDirectory({first, large}, first.dataOffset);
  int descriptor = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
  ASSERT_GE(descriptor, 0);
  ASSERT_EQ(::pwrite(descriptor, head.data(), head.size(), 0), static_cast<ssize_t>(head.size()));
  ASSERT_EQ(::pwrite(descriptor, tail.data(), tail.size(), static_cast<off_t>(first.headerOffset)),
            static_cast<ssize_t>(tail.size()));
  ::close(descriptor);
  Result<MappedFile> file = MappedFile::open(path);
  ASSERT_TRUE(file);
  Result<std::vector<ZipEntry>> entries = readZipDirectory(file->text(), "first", "z");
  ASSERT_TRUE(entries) << entries.problem().str();
  EXPECT_EQ((*entries)[1].size, large.size);
  std::string script = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); "
                       "assert z.read('first') == b'' and z.getinfo('large').file_size == 0x100000123";
  EXPECT_EQ(std::system(("python3 -c \"" + script + "\" " + path).c_str()), 0);
  std::remove(path.c_str());
}

} // namespace
