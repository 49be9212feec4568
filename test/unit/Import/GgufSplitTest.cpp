//===- GgufSplitTest.cpp --------------------------------------------------===//

#include "test/unit/Import/GgufWriter.h"
#include "test/unit/Import/ImportTesting.h"

#include <gmock/gmock.h>

using namespace tern;
using namespace tern::test;
using testing::HasSubstr;

namespace {

class GgufSplit : public TemporaryDirectory {
protected:
  /// Part `number` (from 0) of three, with one tensor.
  static GgufWriter part(std::uint16_t number, std::uint16_t count = 3) {
    GgufWriter writer;
    writer.key("split.no", GgufType::UInt16, number).key("split.count", GgufType::UInt16, count);
    writer.key("split.tensors.count", GgufType::Int32, std::int32_t{3});
    if (number == 0)
      writer.text("general.architecture", "llama");
    writer.tensor("t" + std::to_string(number), {2}, 0, 8);
    return writer;
  }
  static std::string partName(int number) { return "m-0000" + std::to_string(number + 1) + "-of-00003.gguf"; }

  std::string writePart(int number, const GgufWriter &writer) const { return write(partName(number), writer.str()); }
  std::string writeAll() const {
    writePart(2, part(2));
    writePart(1, part(1));
    return writePart(0, part(0));
  }
  static Outcome<GgufFile> open(const std::string &path) {
    Problems problems;
    Result<GgufFile> file = GgufFile::open(path, problems);
    return Outcome<GgufFile>(std::move(file), std::move(problems));
  }
};

TEST_F(GgufSplit, OpensFromAnyPart) {
  writeAll();
  for (int number = 0; number < 3; ++number) {
    Outcome<GgufFile> outcome = open((directory / partName(number)).string());
    ASSERT_TRUE(outcome.sound()) << outcome.text;
    const GgufFile &file = *outcome.file;
    ASSERT_EQ(file.files().size(), 3u);
    EXPECT_THAT(file.files()[1].path, HasSubstr("m-00002-of-00003.gguf"));
    EXPECT_EQ(*file.text("general.architecture"), "llama");
    ASSERT_EQ(file.tensors().size(), 3u);
    EXPECT_EQ(file.findTensor("t2")->file, 2u);
    EXPECT_EQ(*file.data(*file.findTensor("t2")), 1);
  }
}

TEST_F(GgufSplit, NamesEveryMissingPart) {
  std::string first = writePart(0, part(0));
  Outcome<GgufFile> outcome = open(first);
  EXPECT_FALSE(outcome.file);
  EXPECT_THAT(outcome.text, HasSubstr("m-00002-of-00003.gguf"));
  EXPECT_THAT(outcome.text, HasSubstr("m-00003-of-00003.gguf"));
  EXPECT_THAT(outcome.text, HasSubstr("put all parts into one directory"));
}

TEST_F(GgufSplit, RefusesWrongNamesAndNumbers) {
  EXPECT_THAT(open(write("renamed.gguf", part(0).str())).text, HasSubstr("must end in -00001-of-00003.gguf"));
  std::string first = writeAll();
  writePart(1, part(2));
  EXPECT_THAT(open(first).text, HasSubstr("its name says part 2 of 3, and its metadata part 3 of 3"));
  writePart(1, part(1, 4));
  EXPECT_THAT(open(first).text, HasSubstr("part 2 of 4"));
  writePart(0, part(3));
  EXPECT_THAT(open(first).text, HasSubstr("split.no below it, and this has 3 and 3"));
}

TEST_F(GgufSplit, RefusesDuplicatesAndWrongCounts) {
  std::string first = writeAll();
  GgufWriter second = part(1);
  second.tensor("t0", {2}, 0, 8).tensor("extra", {2}, 0, 8);
  writePart(1, second);
  Outcome<GgufFile> outcome = open(first);
  EXPECT_EQ(outcome.problems.size(), 2u) << outcome.text;
  EXPECT_THAT(outcome.text, HasSubstr("00002-of-00003.gguf: tensor 't0': a tensor must be given once"));
  EXPECT_THAT(outcome.text, HasSubstr("it says 3, and they hold 4"));
}

TEST_F(GgufSplit, DamagedPartIsNamed) {
  std::string first = writeAll();
  write(partName(2), part(2).str().substr(0, 100));
  EXPECT_THAT(open(first).text, HasSubstr("m-00003-of-00003.gguf: file ends too early"));
}

TEST_F(GgufSplit, PartsMayHoldTheSameOffsets) {
  // Every part begins its data at offset 0: tensors of different files never overlap.
  EXPECT_TRUE(open(writeAll()).sound());
}

TEST_F(GgufSplit, OpenNamesWhatIsNotThere) {
  EXPECT_THAT(open((directory / "none.gguf").string()).text, HasSubstr("No such file"));
  EXPECT_THAT(open(directory.string()).text, HasSubstr("is a directory"));
  EXPECT_THAT(open(write("empty.gguf", "")).text, HasSubstr("this file is empty"));
}

} // namespace
