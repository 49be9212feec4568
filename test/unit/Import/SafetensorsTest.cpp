//===- SafetensorsTest.cpp ------------------------------------------------===//

#include "tern/Import/Safetensors.h"

#include "test/unit/Import/ImportTesting.h"

#include <gmock/gmock.h>

using namespace tern;
using namespace tern::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

using ParsedSafetensors = Parsed<SafetensorsFile>;

/// A file with this header and `dataBytes` of data; `claimed` overrides the length of the header.
std::string fileOf(const std::string &header, std::size_t dataBytes, std::optional<std::uint64_t> claimed = {}) {
  std::uint64_t length = claimed.value_or(header.size());
  std::string bytes(reinterpret_cast<const char *>(&length), sizeof length);
  return bytes + header + std::string(dataBytes, '\x01');
}

std::string entry(const std::string &name, const std::string &dtype, const std::string &shape, std::uint64_t begin,
                  std::uint64_t end) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[" +
         std::to_string(begin) + "," + std::to_string(end) + "]}";
}

std::string soundFile() {
  return fileOf("{\"__metadata__\":{\"format\":\"pt\"}," + entry("b", "BF16", "[3,2]", 4, 16) + "," +
                    entry("a", "F32", "[]", 0, 4) + "," + entry("none", "I64", "[0,7]", 16, 16) + "}  ",
                16);
}

TEST(Safetensors, ReadsTensors) {
  std::string bytes = soundFile();
  ParsedSafetensors parsed(bytes);
  ASSERT_TRUE(parsed.outcome.sound()) << parsed.outcome.text;
  const SafetensorsFile &file = *parsed.outcome.file;
  ASSERT_EQ(file.tensors().size(), 3u);
  EXPECT_EQ(file.tensors().front().name, "b") << "in the order of the header";
  const TensorInfo *b = file.findTensor("b");
  ASSERT_NE(b, nullptr);
  EXPECT_EQ(b->format, StorageFormat::BF16);
  EXPECT_THAT(b->shape, ElementsAre(3, 2));
  EXPECT_EQ(b->bytes, 12u);
  EXPECT_EQ(b->offset, bytes.size() - 12);
  EXPECT_EQ(file.data(*b), parsed.copy.get() + b->offset);
  EXPECT_TRUE(file.findTensor("a")->shape.empty());
  EXPECT_EQ(file.findTensor("none")->bytes, 0u);
  EXPECT_THAT(file.metadata(), ElementsAre(std::pair<std::string, std::string>("format", "pt")));
  EXPECT_EQ(file.files().front().headerBytes, bytes.size() - 16);
}

TEST(Safetensors, ReadsEveryDtype) {
  std::string header = "{", comma;
  std::uint64_t offset = 0;
  for (auto [dtype, size] : {std::pair("F64", 8),
                             {"F32", 4},
                             {"F16", 2},
                             {"BF16", 2},
                             {"F8_E4M3", 1},
                             {"F8_E5M2", 1},
                             {"I64", 8},
                             {"I32", 4},
                             {"I16", 2},
                             {"I8", 1},
                             {"U8", 1},
                             {"BOOL", 1}}) {
    header += comma + entry(dtype, dtype, "[1]", offset, offset + size);
    offset += size;
    comma = ",";
  }
  ParsedSafetensors parsed(fileOf(header + "}", offset));
  ASSERT_TRUE(parsed.outcome.sound()) << parsed.outcome.text;
  EXPECT_EQ(parsed.outcome.file->tensors().size(), 12u);
  EXPECT_EQ(parsed.outcome.file->findTensor("F8_E5M2")->format, StorageFormat::F8E5M2);
}

TEST(Safetensors, EveryTruncationIsAProblem) {
  std::string bytes = soundFile();
  for (std::size_t size = 0; size < bytes.size(); ++size)
    ASSERT_FALSE(ParsedSafetensors(bytes, size).outcome.sound()) << "cut to " << size << " bytes";
}

TEST(Safetensors, EveryDamagedByteIsSurvived) {
  std::string bytes = soundFile();
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (char value : {'\x00', '0', '"', '}', '\x80', '\xff'}) {
      std::string damaged = bytes;
      damaged[at] = value;
      ParsedSafetensors parsed(damaged);
    }
}

struct BadFile {
  const char *name;
  std::string bytes;
  const char *message;
};

std::vector<BadFile> fatalFiles() {
  std::string deep = "{\"a\":" + std::string(100000, '[');
  return {
      {"Empty", "", "this file has 0"},
      {"HeaderBeyondFile", fileOf("{}", 0, 3), "claims 3 bytes, and 2 follow"},
      {"HeaderHuge", fileOf("{}", 0, ~0ull), "at most 100000000 bytes"},
      {"HeaderOverLimit", fileOf("{}", 0, 100'000'001), "at most 100000000 bytes"},
      {"HeaderEmpty", fileOf("", 4), "must begin with '{'"},
      {"HeaderArray", fileOf("[]", 0), "must begin with '{', and it begins with '[]'"},
      {"HeaderNotJson", fileOf("{\"a\":}", 0), "test: header: line 1, column 6: not valid JSON"},
      {"HeaderNotUtf8", fileOf("{\"a\xff\":1}", 0), "not valid JSON"},
      {"HeaderDeep", fileOf(deep, 0), "nested deeper than"},
      {"DuplicateName", fileOf("{" + entry("a", "F32", "[]", 0, 4) + "," + entry("a", "F32", "[]", 0, 4) + "}", 4),
       "key 'a' is given twice"},
  };
}

std::vector<BadFile> recoverableFiles() {
  // Each file ends in the sound tensor "last", whose bytes follow the `bytes` of the one that is wrong.
  auto with = [](const std::string &wrong, std::uint64_t bytes) {
    return fileOf("{" + wrong + "," + entry("last", "U8", "[1]", bytes, bytes + 1) + "}", bytes + 1);
  };
  return {
      {"UnknownDtype", with(entry("t", "F4", "[8]", 0, 4), 4),
       "tensor 't': its dtype is not one that Tern reads: 'F4'"},
      {"DtypeNotString", with("\"t\":{\"dtype\":1,\"shape\":[4],\"data_offsets\":[0,4]}", 4), "that Tern reads: 1"},
      {"NotAnObject", with("\"t\":[1]", 0), "a tensor must be an object, and this is an array"},
      {"KeyMissing", with("\"t\":{\"dtype\":\"U8\",\"shape\":[]}", 0), "and one is missing"},
      {"KeyUnknown", with("\"t\":{\"strides\":[1]}", 0), "this one has 'strides'"},
      {"ShapeNotList", with(entry("t", "U8", "4", 0, 4), 4), "the shape must be a list of whole numbers, and it is 4"},
      {"DimensionNegative", with(entry("t", "U8", "[-4]", 0, 4), 4), "and one is -4"},
      {"DimensionFraction", with(entry("t", "U8", "[4.0]", 0, 4), 4), "and one is 4.0"},
      {"DimensionHuge", with(entry("t", "U8", "[9223372036854775808]", 0, 4), 4), "below 2^63, and one is 92233"},
      {"ProductOverflow", with(entry("t", "U8", "[4294967296,4294967296]", 0, 4), 4), "product of the dimensions"},
      {"BytesOverflow", with(entry("t", "F64", "[4611686018427387904]", 0, 4), 4), "which need 2^63 or more"},
      {"SizeMismatch", with(entry("t", "F32", "[2]", 0, 4), 4), "which need 8, and data_offsets give 4"},
      {"OffsetsSwapped", with(entry("t", "U8", "[4]", 1, 0), 0), "they are 1 and 0"},
      {"OffsetsBeyondFile", with(entry("t", "U8", "[4]", 0, 400), 0), "within the 1 bytes of tensor data"},
      {"OffsetsHuge", with(entry("t", "U8", "[4]", ~0ull - 3, ~0ull), 0), "two whole numbers below 2^63"},
      {"OffsetsOne", with("\"t\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0]}", 0), "two whole numbers"},
      {"Overlap", with(entry("t", "U8", "[4]", 0, 4) + "," + entry("u", "U8", "[2]", 2, 4), 4),
       "tensor 'u': tensors must not share bytes: it begins at byte 2 of the data, and 't' reaches to byte 4"},
      {"SamePlace", with(entry("t", "U8", "[4]", 0, 4) + "," + entry("u", "U8", "[4]", 0, 4), 4), "share bytes"},
      {"HoleAtTheStart", with(entry("t", "U8", "[2]", 2, 4), 4), "no tensor has bytes 0 to 2"},
      {"HoleInTheMiddle", with(entry("t", "U8", "[2]", 0, 2), 4), "no tensor has bytes 2 to 4"},
      {"HoleAtTheEnd", fileOf("{" + entry("last", "U8", "[1]", 0, 1) + "}", 3), "no tensor has bytes 1 to 3"},
      {"MetadataNotObject", with("\"__metadata__\":3", 0), "'__metadata__': metadata must be an object of strings"},
      {"MetadataNotStrings", with("\"__metadata__\":{\"k\":3}", 0), "key 'k': metadata must be strings, and this is 3"},
  };
}

class SafetensorsFatal : public testing::TestWithParam<BadFile> {};
class SafetensorsRecoverable : public testing::TestWithParam<BadFile> {};

TEST_P(SafetensorsFatal, EndsReading) {
  ParsedSafetensors parsed(GetParam().bytes);
  EXPECT_FALSE(parsed.outcome.file);
  EXPECT_THAT(parsed.outcome.text, HasSubstr(GetParam().message));
}

TEST_P(SafetensorsRecoverable, IsReportedAndTheRestRead) {
  ParsedSafetensors parsed(GetParam().bytes);
  ASSERT_TRUE(parsed.outcome.file) << parsed.outcome.text;
  EXPECT_EQ(parsed.outcome.problems.size(), 1u) << parsed.outcome.text;
  EXPECT_THAT(parsed.outcome.text, HasSubstr(GetParam().message));
  EXPECT_NE(parsed.outcome.file->findTensor("last"), nullptr);
}

constexpr auto nameOf = [](const testing::TestParamInfo<BadFile> &info) { return std::string(info.param.name); };
INSTANTIATE_TEST_SUITE_P(Bad, SafetensorsFatal, testing::ValuesIn(fatalFiles()), nameOf);
INSTANTIATE_TEST_SUITE_P(Bad, SafetensorsRecoverable, testing::ValuesIn(recoverableFiles()), nameOf);

class SafetensorsIndex : public TemporaryDirectory {
protected:
  static std::string shard(const std::string &tensor) {
    return fileOf("{" + entry(tensor, "U8", "[2]", 0, 2) + "}", 2);
  }
  std::string writeIndex(const std::string &map) const {
    return write("model.safetensors.index.json", "{\"metadata\":{\"total_size\":4},\"weight_map\":" + map + "}");
  }
  static Outcome<SafetensorsFile> open(const std::string &path) {
    Problems problems;
    Result<SafetensorsFile> file = SafetensorsFile::open(path, problems);
    return Outcome<SafetensorsFile>(std::move(file), std::move(problems));
  }
};

TEST_F(SafetensorsIndex, OpensShardsByIndexOrDirectory) {
  write("one.safetensors", shard("a"));
  write("two.safetensors", shard("b"));
  std::string index = writeIndex(R"({"b": "two.safetensors", "a": "one.safetensors"})");
  for (const std::string &path : {index, directory.string()}) {
    Outcome<SafetensorsFile> outcome = open(path);
    ASSERT_TRUE(outcome.sound()) << outcome.text;
    EXPECT_EQ(outcome.file->files().size(), 2u);
    EXPECT_EQ(outcome.file->findTensor("b")->file, 1u);
    EXPECT_EQ(*outcome.file->data(*outcome.file->findTensor("b")), 1);
  }
}

TEST_F(SafetensorsIndex, OpensTheOneFileOfADirectory) {
  EXPECT_THAT(open(directory.string()).text, HasSubstr("has neither"));
  write("model.safetensors", shard("a"));
  EXPECT_TRUE(open(directory.string()).sound());
  EXPECT_TRUE(open((directory / "model.safetensors").string()).sound());
}

TEST_F(SafetensorsIndex, ReportsEveryDisagreement) {
  write("one.safetensors", shard("a"));
  write("two.safetensors", shard("unlisted"));
  std::string index = writeIndex(R"({"a": "one.safetensors", "absent": "one.safetensors", "b": "two.safetensors",
                                     "c": "gone.safetensors", "d": "gone.safetensors"})");
  Outcome<SafetensorsFile> outcome = open(index);
  ASSERT_TRUE(outcome.file);
  EXPECT_EQ(outcome.problems.size(), 4u) << outcome.text;
  EXPECT_THAT(outcome.text, HasSubstr("gone.safetensors: cannot open: No such file"));
  EXPECT_THAT(outcome.text, HasSubstr("'one.safetensors' has no tensor 'absent'"));
  EXPECT_THAT(outcome.text, HasSubstr("'two.safetensors' has no tensor 'b'"));
  EXPECT_THAT(outcome.text, HasSubstr("does not map 'unlisted' to 'two.safetensors'"));
  EXPECT_THAT(outcome.file->unusableTensors(), testing::UnorderedElementsAre("absent", "b", "c", "d"));
}

TEST_F(SafetensorsIndex, RefusesTensorsInTwoShards) {
  write("one.safetensors", shard("a"));
  write("two.safetensors", shard("a"));
  Outcome<SafetensorsFile> outcome = open(writeIndex(R"({"a": "one.safetensors", "b": "two.safetensors"})"));
  EXPECT_THAT(outcome.text, HasSubstr("tensor 'a': a tensor must be given once"));
}

TEST_F(SafetensorsIndex, RefusesPathsOutOfTheDirectory) {
  for (const char *name : {"../x.safetensors", "/etc/passwd", "sub/x.safetensors", "", "..", "x.bin",
                           "a\\\\b.safetensors", "x\\u0000.safetensors"}) {
    Outcome<SafetensorsFile> outcome = open(writeIndex("{\"a\": \"" + std::string(name) + "\"}"));
    EXPECT_EQ(outcome.problems.size(), 1u) << outcome.text;
    EXPECT_THAT(outcome.text, HasSubstr("the plain name of a .safetensors file")) << name;
  }
  EXPECT_THAT(open(writeIndex("{\"a\": 3}")).text, HasSubstr("mapped to a number"));
}

TEST_F(SafetensorsIndex, RefusesAnIndexThatIsNone) {
  EXPECT_THAT(open(write("x.json", "[]")).text, HasSubstr("must have an object 'weight_map'"));
  EXPECT_THAT(open(write("x.json", "{}")).text, HasSubstr("must have an object 'weight_map'"));
  EXPECT_THAT(open(writeIndex("[]")).text, HasSubstr("must have an object 'weight_map'"));
  EXPECT_THAT(open(write("x.json", "")).text, HasSubstr("not valid JSON"));
}

} // namespace
