//===- GgufTest.cpp -------------------------------------------------------===//

#include "test/unit/Import/GgufWriter.h"
#include "test/unit/Import/ImportTesting.h"

#include <gmock/gmock.h>

using namespace tern;
using namespace tern::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

using ParsedGguf = Parsed<GgufFile>;

constexpr std::uint64_t huge = std::uint64_t{1} << 60, half = std::uint64_t{1} << 63;
constexpr std::uint32_t typeF32 = 0, typeQ4_1 = 3, typeIQ2_XXS = 16;

/// A small file with every kind of value.
GgufWriter soundFile() {
  GgufWriter writer;
  writer.text("general.architecture", "llama")
      .key("u8", GgufType::UInt8, std::uint8_t{200})
      .key("i8", GgufType::Int8, std::int8_t{-3})
      .key("u16", GgufType::UInt16, std::uint16_t{60000})
      .key("i16", GgufType::Int16, std::int16_t{-300})
      .key("u32", GgufType::UInt32, std::uint32_t{4000000000})
      .key("i32", GgufType::Int32, std::int32_t{-70000})
      .key("f32", GgufType::Float32, 0.5f)
      .key("bool", GgufType::Bool, std::uint8_t{1})
      .key("u64", GgufType::UInt64, ~std::uint64_t{0})
      .key("i64", GgufType::Int64, std::int64_t{-1})
      .key("f64", GgufType::Float64, 0.1)
      .texts("tokens", {"a", "", "ccc"})
      .array("heads", GgufType::Int32, std::vector<std::int32_t>{4, 2, 1})
      .array("scores", GgufType::Float32, std::vector<float>{1.5f, -2.0f});
  writer.beginArray("nested", GgufType::Array, 2);
  writer.raw(static_cast<std::uint32_t>(GgufType::UInt8)).raw(std::uint64_t{1}).raw(std::uint8_t{7});
  writer.raw(static_cast<std::uint32_t>(GgufType::String)).raw(std::uint64_t{0});
  writer.tensor("norm", {5}, typeF32, 20).tensor("weight", {64, 3}, typeQ4_1, 120);
  return writer;
}

TEST(Gguf, ReadsTensors) {
  for (std::uint32_t version : {2u, 3u}) {
    GgufWriter writer = soundFile();
    writer.version = version;
    std::string bytes = writer.str();
    ParsedGguf parsed(bytes);
    ASSERT_TRUE(parsed.outcome.sound()) << parsed.outcome.text;
    const GgufFile &file = *parsed.outcome.file;
    EXPECT_EQ(file.version(), version);
    ASSERT_EQ(file.tensors().size(), 2u);
    const TensorInfo *weight = file.findTensor("weight");
    ASSERT_NE(weight, nullptr);
    EXPECT_EQ(weight->format, StorageFormat::Q4_1);
    EXPECT_THAT(weight->shape, ElementsAre(3, 64));
    EXPECT_EQ(weight->bytes, 120u);
    EXPECT_EQ(weight->offset, bytes.size() - 120);
    EXPECT_EQ(file.data(*weight), parsed.copy.get() + weight->offset);
    EXPECT_EQ(file.findTensor("none"), nullptr);
    EXPECT_EQ(file.files().front().headerBytes, file.findTensor("norm")->offset);
  }
}

TEST(Gguf, ReadsValues) {
  ParsedGguf parsed(soundFile().str());
  ASSERT_TRUE(parsed.outcome.sound()) << parsed.outcome.text;
  const GgufFile &file = *parsed.outcome.file;
  EXPECT_EQ(file.entries().front().key, "general.architecture");
  EXPECT_EQ(file.entries().size(), 16u);
  EXPECT_EQ(*file.text("general.architecture"), "llama");
  EXPECT_EQ(*file.unsignedInteger("u8"), 200u);
  EXPECT_EQ(*file.integer("i8"), -3);
  EXPECT_EQ(*file.integer("u16"), 60000);
  EXPECT_EQ(*file.integer("i16"), -300);
  EXPECT_EQ(*file.integer("u32"), 4000000000);
  EXPECT_EQ(*file.number("i32"), -70000);
  EXPECT_EQ(*file.number("f32"), 0.5);
  EXPECT_TRUE(*file.boolean("bool"));
  EXPECT_EQ(*file.unsignedInteger("u64"), ~std::uint64_t{0});
  EXPECT_EQ(*file.number("f64"), 0.1);
  EXPECT_THAT(**file.texts("tokens"), ElementsAre("a", "", "ccc"));
  EXPECT_THAT(*file.integers("heads"), ElementsAre(4, 2, 1));
  EXPECT_THAT(*file.integers("i64"), ElementsAre(-1)) << "one value counts as an array of one";
  EXPECT_THAT(*file.numbers("scores"), ElementsAre(1.5, -2.0));
  EXPECT_EQ(file.find("tokens")->at(2).text(), "ccc");
  EXPECT_EQ(file.find("nested")->at(0).at(0).integer(), 7);
  EXPECT_EQ(file.find("nested")->at(1).length(), 0u);
  EXPECT_EQ(file.find("none"), nullptr);
}

TEST(Gguf, ValuesOfAnotherTypeAreProblems) {
  ParsedGguf parsed(soundFile().text("bad", "\xff").str());
  ASSERT_TRUE(parsed.outcome.sound()) << parsed.outcome.text;
  const GgufFile &file = *parsed.outcome.file;
  EXPECT_THAT(file.integer("u64").problem().str(), HasSubstr("test: metadata key 'u64': the value must be an integer"));
  EXPECT_THAT(file.unsignedInteger("i8").problem().what, HasSubstr("i8 -3"));
  EXPECT_THAT(file.unsignedInteger("none").problem().what, HasSubstr("it is missing"));
  EXPECT_THAT(file.text("bool").problem().what, HasSubstr("must be a string"));
  EXPECT_THAT(file.text("bad").problem().what, HasSubstr("must be UTF-8, and it is '\\xff'"));
  EXPECT_THAT(file.boolean("u8").problem().what, HasSubstr("must be a bool, and it is u8 200"));
  EXPECT_THAT(file.integers("tokens").problem().what, HasSubstr("an array of 3 string"));
  EXPECT_THAT(file.texts("heads").problem().what, HasSubstr("an array of 3 i32"));
  EXPECT_THAT(file.number("general.architecture").problem().what, HasSubstr("the string 'llama'"));
}

TEST(Gguf, EveryTruncationIsAProblem) {
  std::string bytes = soundFile().str();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ParsedGguf parsed(bytes, size);
    ASSERT_FALSE(parsed.outcome.sound()) << "cut to " << size << " of " << bytes.size() << " bytes";
    ASSERT_THAT(parsed.outcome.text, HasSubstr("test")) << "the file is named";
  }
}

/// Nothing that a single byte can do may crash; the sanitizer build makes this test what it is.
TEST(Gguf, EveryDamagedByteIsSurvived) {
  std::string bytes = soundFile().str();
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (char value : {'\x00', '\x7f', '\x80', '\xff'}) {
      std::string damaged = bytes;
      damaged[at] = value;
      ParsedGguf parsed(damaged);
    }
}

struct BadFile {
  const char *name;
  std::string bytes;
  const char *message;
};

template <typename Change> std::string fileWith(Change change) {
  GgufWriter writer;
  change(writer);
  return writer.str();
}

/// Files whose header ends reading.
std::vector<BadFile> fatalHeaders() {
  return {
      {"Empty", "", "this file is empty"},
      {"Magic", "GGML" + std::string(40, '\0'), "begins with 'GGML'"},
      {"Version1", fileWith([](auto &w) { w.version = 1; }), "this file has version 1"},
      {"Version4", fileWith([](auto &w) { w.version = 4; }), "this file has version 4"},
      {"BigEndian", fileWith([](auto &w) { w.version = 3u << 24; }), "this one is big-endian"},
      {"TensorCount", fileWith([](auto &w) { w.tensorCount = huge; }), "the header counts 1152921504606846976 tensors"},
      {"KeyCount", fileWith([](auto &w) { w.keyCount = huge; }), "the header counts 1152921504606846976 metadata keys"},
  };
}

/// Files whose metadata or tensor table ends reading.
std::vector<BadFile> fatalTables() {
  return {
      {"KeyLength", fileWith([](auto &w) { w.raw(half).raw(half).keyCount = 1; }), "needs 9223372036854775808 bytes"},
      {"KeyLengthAllOnes", fileWith([](auto &w) { w.raw(~std::uint64_t{0}).raw(half).keyCount = 1; }),
       "needs 18446744073709551615 bytes"},
      {"ValueType", fileWith([](auto &w) { w.beginKey("k", 13).raw(half); }), "has type 13"},
      {"StringLength", fileWith([](auto &w) { w.beginKey("k", 8).raw(half); }),
       "metadata key 'k' needs 92233720368547"},
      {"ArrayLength", fileWith([](auto &w) { w.beginArray("k", GgufType::UInt64, half / 4); }),
       "the array claims 2305843009213693952 elements"},
      {"ArrayOfStringsLength", fileWith([](auto &w) { w.beginArray("k", GgufType::String, huge).raw(half); }),
       "room for at most 1"},
      {"ArrayElementType", fileWith([](auto &w) { w.beginArray("k", GgufType(99), 1).raw(half); }), "has type 99"},
      {"ArrayDepth", fileWith([](auto &w) {
         w.beginArray("k", GgufType::Array, 1);
         for (int depth = 0; depth < 100; ++depth)
           w.raw(static_cast<std::uint32_t>(GgufType::Array)).raw(std::uint64_t{1});
       }),
       "nest at most 8 deep"},
      {"AlignmentZero", fileWith([](auto &w) { w.key("general.alignment", GgufType::UInt32, 0u); }), "it is 0"},
      {"AlignmentThree", fileWith([](auto &w) { w.key("general.alignment", GgufType::UInt32, 48u); }), "it is 48"},
      {"AlignmentType", fileWith([](auto &w) { w.text("general.alignment", "32"); }), "of type string"},
      {"AlignmentBeyondFile",
       fileWith([](auto &w) { w.key("general.alignment", GgufType::UInt32, 1u << 31).tensor("t", {1}, typeF32, 4); }),
       "the padding before the tensor data needs"},
      {"RankHuge", fileWith([](auto &w) {
         w.raw(std::uint64_t{1}).raw('t').raw(0xffffffffu).raw(half).raw(half).raw(half).tensorCount = 1;
       }),
       "the shape of tensor 't' needs 34359738360 bytes"},
  };
}

/// Files in which something is wrong with one tensor or key, and the rest can be read.
std::vector<BadFile> recoverableFiles() {
  auto make = [](auto change) {
    GgufWriter writer;
    change(writer);
    return writer.tensor("last", {1}, typeF32, 4).str();
  };
  return {
      {"UnknownType", make([](auto &w) { w.tensor("t", {32}, 99, 20); }), "tensor 't': its storage type"},
      {"UnreadType", make([](auto &w) { w.tensor("t", {256}, typeIQ2_XXS, 66); }), "number 16 (IQ2_XXS)"},
      {"Rank0", make([](auto &w) { w.tensor("t", {}, typeF32, 4); }), "this one has 0"},
      {"Rank5", make([](auto &w) { w.tensor("t", {1, 1, 1, 1, 1}, typeF32, 4); }), "this one has 5"},
      {"DimensionZero", make([](auto &w) { w.tensor("t", {4, 0}, typeF32, 4); }), "its shape is [0, 4]"},
      {"DimensionHuge", make([](auto &w) { w.tensor("t", {half}, typeF32, 4); }), "its shape is [9223372036854775808]"},
      {"ProductOverflow", make([](auto &w) { w.tensor("t", {half / 2, 2}, typeF32, 4); }), "their product below 2^63"},
      {"ProductWraps", make([](auto &w) { w.tensor("t", {1ull << 32, 1ull << 32, 1}, typeF32, 4); }), "product below"},
      {"BytesOverflow", make([](auto &w) { w.tensor("t", {half / 2}, typeF32, 4); }), "smaller than 2^63 bytes"},
      {"PartialBlock", make([](auto &w) { w.tensor("t", {48}, typeQ4_1, 40); }), "must be a multiple of 32 long"},
      {"OffsetUnaligned", make([](auto &w) { w.tensor("t", {1}, typeF32, 4, 4); }), "multiple of the alignment 32"},
      {"OffsetBeyondFile", make([](auto &w) { w.tensor("t", {1}, typeF32, 4, 1 << 20); }), "must lie in the file"},
      {"OffsetOverflow", make([](auto &w) { w.tensor("t", {64}, typeF32, 256, ~0ull - 31); }), "must lie in the file"},
      {"Overlap", make([](auto &w) { w.tensor("s", {16}, typeF32, 64).tensor("t", {1}, typeF32, 4, 32); }),
       "'s' reaches to byte"},
      {"SamePlace", make([](auto &w) { w.tensor("s", {1}, typeF32, 4, 0).tensor("t", {1}, typeF32, 4, 0); }),
       "must not share bytes"},
      {"DuplicateTensor", make([](auto &w) { w.tensor("t", {1}, typeF32, 4).tensor("t", {1}, typeF32, 4); }),
       "a tensor must be given once"},
      {"TensorNameNotUtf8", make([](auto &w) { w.tensor("t\xff", {1}, typeF32, 4); }),
       "tensor 't\\xff': names must be"},
      {"TensorNameEmpty", make([](auto &w) { w.tensor("", {1}, typeF32, 4); }), "not empty"},
      {"DuplicateKey", make([](auto &w) { w.text("k", "a").text("k", "b"); }), "key 'k': a key must be given once"},
      {"KeyNotUtf8", make([](auto &w) { w.text("\xc0k", "a"); }), "metadata key '\\xc0k'"},
      {"KeyEmpty", make([](auto &w) { w.text("", "a"); }), "metadata keys must have a name"},
      {"BoolTwo", make([](auto &w) { w.key("k", GgufType::Bool, std::uint8_t{2}); }),
       "must be 0 or 1, and this one is 2"},
      {"BoolInArray", make([](auto &w) { w.array("k", GgufType::Bool, std::vector<std::uint8_t>{1, 3}); }),
       "is neither"},
  };
}

class GgufFatal : public testing::TestWithParam<BadFile> {};
class GgufRecoverable : public testing::TestWithParam<BadFile> {};

TEST_P(GgufFatal, EndsReading) {
  ParsedGguf parsed(GetParam().bytes);
  EXPECT_FALSE(parsed.outcome.file);
  EXPECT_THAT(parsed.outcome.text, HasSubstr(GetParam().message));
  EXPECT_FALSE(parsed.outcome.problems.back().remedy.empty());
}

TEST_P(GgufRecoverable, IsReportedAndTheRestRead) {
  ParsedGguf parsed(GetParam().bytes);
  ASSERT_TRUE(parsed.outcome.file) << parsed.outcome.text;
  EXPECT_EQ(parsed.outcome.problems.size(), 1u) << parsed.outcome.text;
  EXPECT_THAT(parsed.outcome.text, HasSubstr(GetParam().message));
  EXPECT_NE(parsed.outcome.file->findTensor("last"), nullptr);
}

constexpr auto nameOf = [](const testing::TestParamInfo<BadFile> &info) { return std::string(info.param.name); };
INSTANTIATE_TEST_SUITE_P(BadHeader, GgufFatal, testing::ValuesIn(fatalHeaders()), nameOf);
INSTANTIATE_TEST_SUITE_P(BadTable, GgufFatal, testing::ValuesIn(fatalTables()), nameOf);
INSTANTIATE_TEST_SUITE_P(Bad, GgufRecoverable, testing::ValuesIn(recoverableFiles()), nameOf);

TEST(Gguf, ReportsAllProblemsAtOnce) {
  GgufWriter writer;
  writer.text("k", "a").text("k", "b");
  writer.tensor("one", {32}, 99, 20).tensor("two", {33}, typeQ4_1, 40).tensor("three", {1}, typeF32, 4, 1 << 20);
  ParsedGguf parsed(writer.tensor("good", {1}, typeF32, 4).str());
  ASSERT_TRUE(parsed.outcome.file);
  EXPECT_EQ(parsed.outcome.problems.size(), 4u) << parsed.outcome.text;
  EXPECT_EQ(parsed.outcome.file->tensors().size(), 1u);
  EXPECT_THAT(parsed.outcome.file->unusableTensors(), ElementsAre("one", "two", "three"));
}

TEST(Gguf, ProblemsAreCounted) {
  GgufWriter writer;
  for (int i = 0; i < 5000; ++i)
    writer.tensor("t" + std::to_string(i), {32}, 99, 20);
  ParsedGguf parsed(writer.str());
  EXPECT_EQ(parsed.outcome.problems.size(), 4097u);
  EXPECT_EQ(parsed.outcome.problems.back().what, "904 more problems are not listed");
}

TEST(Gguf, HonoursAlignment) {
  GgufWriter writer;
  writer.alignment = 4096;
  std::string bytes = writer.key("general.alignment", GgufType::UInt32, 4096u).tensor("t", {1}, typeF32, 4).str();
  ParsedGguf parsed(bytes);
  ASSERT_TRUE(parsed.outcome.sound()) << parsed.outcome.text;
  EXPECT_EQ(parsed.outcome.file->findTensor("t")->offset, 4096u);
}

TEST(Gguf, FileWithoutTensorsIsSound) {
  ParsedGguf parsed(GgufWriter().text("k", "v").str());
  EXPECT_TRUE(parsed.outcome.sound()) << parsed.outcome.text;
}

} // namespace
