//===- ProgramTest.cpp - Programs to JSON and back ------------------------===//

#include "ProgramTesting.h"

#include <gmock/gmock.h>

using namespace tern;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

std::string textOf(const Program &program) { return writeProgram(program).dump(); }

Result<Program> readText(const std::string &text) {
  Result<Json> json = parseJson(text, "cpu-0.json");
  return json ? readProgram(*json, "cpu-0.json") : Result<Program>(json.problem());
}

TEST(Program, ComesBackTheSame) {
  std::string text = textOf(makeTestProgram(30));
  Result<Program> program = readText(text);
  ASSERT_TRUE(program) << program.problem().str();
  EXPECT_EQ(textOf(*program), text);
  const ProgramWeight &random = program->weights[2];
  EXPECT_EQ(random.seed, ~std::uint64_t{0});
  EXPECT_EQ(random.scale, 0.1);
  EXPECT_EQ(random.sourceFormat, StorageFormat::BF16);
  EXPECT_EQ(program->weights[0].layout, WeightLayout::Tiles16);
  ASSERT_EQ(program->shapes.size(), 3u);
  EXPECT_EQ(program->shapes[1].threads, 1024u);
  EXPECT_EQ(program->shapes[1].sharedBytes, 227u << 10);
  EXPECT_TRUE(program->shapes[1].early);
  EXPECT_FALSE(program->shapes[2].early);
  const Launch &launch = program->entries[0].launches[8];
  EXPECT_EQ(launch.kernel, 2);
  EXPECT_EQ(launch.where, "model.layers.1.self_attn");
  EXPECT_FALSE(launch.wait);
  EXPECT_EQ(launch.operands[3].kind, Place::Kind::Weight);
  EXPECT_EQ(launch.operands[3].index, 2);
  EXPECT_EQ(launch.tasks[0].factors[1].extent.symbol, 2);
  EXPECT_EQ(launch.tasks[1].bytes, 512u);
}

TEST(Program, NeedsNoShapesOnACpu) {
  Program program = makeTestProgram(3);
  program.shapes.clear();
  Result<Program> read = readText(textOf(program));
  ASSERT_TRUE(read) << read.problem().str();
  EXPECT_TRUE(read->shapes.empty());
}

TEST(Program, MayBeEmpty) {
  Program program;
  program.symbols = {"capacity"};
  EXPECT_TRUE(readText(textOf(program)));
}

TEST(Program, LaunchesAreCompact) {
  Json json = writeProgram(makeTestProgram(2));
  EXPECT_EQ(json["entries"][0]["launches"][1].dump(),
            "[1,true,\"model.layers.0.self_attn\",[448,512,576,\"w1\",\"s1\"],"
            "[[10240,[1536,16],[\"T\",8]],[512,[\"capacity\",64]]]]");
}

/// One edit of a good program and what the reader says to it.
struct Damage {
  const char *pointer;
  Json value;
  const char *where;
  const char *what;
};

class DamagedProgram : public testing::TestWithParam<Damage> {};

TEST_P(DamagedProgram, IsRefusedWithItsPlace) {
  const Damage &damage = GetParam();
  Json json = writeProgram(makeTestProgram(8));
  json[Json::json_pointer(damage.pointer)] = damage.value;
  Result<Program> program = readProgram(json, "cpu-0.json");
  ASSERT_FALSE(program);
  EXPECT_EQ(program.problem().where, std::string("cpu-0.json") + damage.where);
  EXPECT_THAT(program.problem().what, HasSubstr(damage.what));
  EXPECT_THAT(program.problem().remedy, HasSubstr("compile the model again"));
}

const std::int64_t huge = std::int64_t{1} << 62;
const char *const launch3 = ": entries[0].launches[3]";

INSTANTIATE_TEST_SUITE_P(
    Tables, DamagedProgram,
    testing::Values(
        Damage{"/arenaBytes", -1, ": arenaBytes", "must be an integer in [0, 281474976710656], is -1"},
        Damage{"/arenaBytes", ~std::uint64_t{0}, ": arenaBytes", "is 18446744073709551615"},
        Damage{"/arenaBytes", 1.5, ": arenaBytes", "must be an integer"},
        Damage{"/extra", 1, "", "key 'extra' is not known"},
        Damage{"/kernels", Json::object(), ": kernels", "must be an array, is an object"},
        Damage{"/kernels/1", "embed", ": kernels[1]", "'embed' is given twice"},
        Damage{"/kernels/1", "a\nb", ": kernels[1]", "without control characters"},
        Damage{"/shapes", Json(2, Json{{"threads", 32}, {"sharedBytes", 0}, {"early", false}}), ": shapes",
               "must be empty or one for each of the 3 kernels, are 2"},
        Damage{"/shapes/1/threads", 0, ": shapes[1].threads", "must be an integer in [1, 1024], is 0"},
        Damage{"/shapes/1/threads", 1056, ": shapes[1].threads", "must be an integer in [1, 1024], is 1056"},
        Damage{"/shapes/1/threads", 48, ": shapes[1].threads", "must be a multiple of 32, is 48"},
        Damage{"/shapes/2/sharedBytes", 232449, ": shapes[2].sharedBytes", "must be an integer in [0, 232448]"},
        Damage{"/shapes/2/early", 1, ": shapes[2].early", "must be true or false, is 1"},
        Damage{"/shapes/0/grid", 1, ": shapes[0]", "key 'grid' is not known"},
        Damage{"/symbols/0", "B0", ": symbols", "must begin with 'capacity'"},
        Damage{"/files/0/header", 5001, ": files[0].header", "must be an integer in [0, 5000]"},
        Damage{"/files/0/headerHash", "md5:1", ": files[0].headerHash", "16 lower-case"},
        Damage{"/weights/1/name", "model.embed", ": weights[1]", "given twice"},
        Damage{"/weights/0/format", "q9", ": weights[0].format", "must be a storage format, is 'q9'"},
        Damage{"/weights/0/layout", "tiles", ": weights[0].layout", "must be 'rows' or 'tiles16'"},
        Damage{"/weights/0/shape/0", -1, ": weights[0].shape[0]", "must be an integer in [0,"},
        Damage{"/weights/0/embedded/offset", 1, ": weights[0].embedded.offset", "must be a multiple of 64, is 1"},
        Damage{"/weights/0/embedded/offset", 7616, ": weights[0].embedded.offset", "640 bytes in a section of 8192"},
        Damage{"/weights/0/bytes", 639, ": weights[0].bytes", "must be at least 640 for that shape, is 639"},
        Damage{"/weights/0/shape/0", 17, ": weights[0].bytes", "must be at least 1280 for that shape, is 640"},
        Damage{"/weights/0/shape/1", 65, ": weights[0].shape", "rows of whole blocks"},
        Damage{"/weights/0/shape/0", maxProgramSize, ": weights[0].shape", "at most 281474976710656 bytes"},
        Damage{"/weights/0/format", "i32", ": weights[0].shape", "that the layout 'tiles16' can hold"},
        Damage{"/weights/0/stored", Json::object(), ": weights[0]", "exactly one"},
        Damage{"/weights/1/bytes", 255, ": weights[1].bytes", "must be at least 256"},
        Damage{"/weights/1/shape/0", huge / (1 << 14), ": weights[1].shape", "at most 281474976710656 bytes"},
        Damage{"/weights/1/stored/file", 1, ": weights[1].stored.file", "must be below the number of files, 1"},
        Damage{"/weights/1/stored/offset", 4873, ": weights[1].stored.offset", "128 bytes in a file of 5000"},
        Damage{"/weights/1/stored/bytes", 127, ": weights[1].stored.bytes", "what the shape takes"},
        Damage{"/weights/2/bytes", maxProgramSize - 895, ": weights[2]", "bytes together with those before"},
        Damage{"/weights/2/random/scale", nullptr, ": weights[2].random.scale", "finite number, is null"},
        Damage{"/states/0/positionBytes", 1 << 20, ": states[0].positionBytes", "must be an integer in"},
        Damage{"/states/1/name", "key", ": states[1]", "given twice"}));

INSTANTIATE_TEST_SUITE_P(
    Entries, DamagedProgram,
    testing::Values(
        Damage{"/entries/0/ranges/D", Json{1, 2}, ": entries[0].ranges.D", "a symbol of the program"},
        Damage{"/entries/0/ranges/T", Json{8, 4}, ": entries[0].ranges.T[1]", "must be an integer in [8,"},
        Damage{"/entries/0/ranges/T", Json{8}, ": entries[0].ranges.T", "must be [least, largest]"},
        Damage{"/entries/0/inputs/0/offset", (1 << 20) - 1, ": entries[0].inputs[0].offset",
               "2048 bytes in an arena of 1048576"},
        Damage{"/entries/0/inputs/0/shape/0", huge, ": entries[0].inputs[0].shape[0]", "must be an integer in"},
        Damage{"/entries/0/inputs/0/shape/0", "capacity", ": entries[0].inputs[0].offset", "bytes in an arena"},
        Damage{"/entries/0/inputs/0/shape/0", huge >> 16, ": entries[0].inputs[0].shape[1]", "elements"},
        Damage{"/entries/0/outputs/0/shape/1", "D", ": entries[0].outputs[0].shape[1]", "a symbol with a range"},
        Damage{"/entries/0/outputs/0/format", "q8_0", ": entries[0].outputs[0].format", "single numbers, is 'q8_0'"},
        Damage{"/entries/0/inputs/0/format", "i8_32", ": entries[0].inputs[0].format", "single numbers, is 'i8_32'"},
        Damage{"/entries/0/launches/3", Json{0, true}, launch3, "must be [kernel, wait, where, operands, tasks]"},
        Damage{"/entries/0/launches/3/0", 3, ": entries[0].launches[3][0]", "below the number of kernels, 3, is 3"},
        Damage{"/entries/0/launches/3/1", 1, ": entries[0].launches[3][1]", "must be true or false, is 1"},
        Damage{"/entries/0/launches/3/3/0", 1 << 20, ": entries[0].launches[3][3][0]", "an arena of 1048576 bytes"},
        Damage{"/entries/0/launches/3/3/0", -64, ": entries[0].launches[3][3][0]", "must be an integer"},
        Damage{"/entries/0/launches/3/3/3", "w3", ": entries[0].launches[3][3][3]", "a weight below 3"},
        Damage{"/entries/0/launches/3/3/3", "w-1", ": entries[0].launches[3][3][3]", "is 'w-1'"},
        Damage{"/entries/0/launches/3/3/3", "w01", ": entries[0].launches[3][3][3]", "is 'w01'"},
        Damage{"/entries/0/launches/3/3/3", "", ": entries[0].launches[3][3][3]", "is ''"},
        Damage{"/entries/0/launches/3/3/3", "x1", ": entries[0].launches[3][3][3]", "is 'x1'"},
        Damage{"/entries/0/launches/3/3/4", "s2", ": entries[0].launches[3][3][4]", "a state below 2"},
        Damage{"/entries/0/launches/3/3/4", "s99999999999", ": entries[0].launches[3][3][4]", "s99999999999"},
        Damage{"/entries/0/launches/3/3", Json{0}, ": entries[0].launches[3][3]", "must be 5, as in the other"},
        Damage{"/entries/0/launches/3/4/0", Json::array(), ": entries[0].launches[3][4][0]", "[bytes, [extent, tile]"},
        Damage{"/entries/0/launches/3/4/0/1/1", 0, ": entries[0].launches[3][4][0][1][1]", "must be an integer in [1,"},
        Damage{"/entries/0/launches/3/4/0/1", Json{huge >> 14, 1}, ": entries[0].launches[3][4][0][2]", "tasks"},
        Damage{"/entries/0/launches/3/4/0/1/0", "Q", ": entries[0].launches[3][4][0][1][0]", "is 'Q'"}));

TEST(Program, MissingKeyIsNamed) {
  Json json = writeProgram(makeTestProgram(1));
  json["entries"][0].erase("launches");
  Result<Program> program = readProgram(json, "cpu-0.json");
  ASSERT_FALSE(program);
  EXPECT_EQ(program.problem().where, "cpu-0.json: entries[0]");
  EXPECT_EQ(program.problem().what, "must have the key 'launches'");
}

/// Every byte of the text cut off or changed: a problem or a program that is written again without fault.
TEST(Program, AnyDamageIsSafe) {
  std::string text = textOf(makeTestProgram(3));
  for (std::size_t i = 0; i < text.size(); ++i) {
    EXPECT_FALSE(readText(text.substr(0, i)));
    for (char c : {'0', '9', '"', '-'}) {
      std::string changed = text;
      changed[i] = c;
      if (Result<Program> program = readText(changed))
        EXPECT_FALSE(textOf(*program).empty());
    }
  }
}

} // namespace
