//===- WeightPackerTest.cpp -----------------------------------------------===//

#include "runtime/Packing/WeightPacker.h"

#include "runtime/Base/ContentHash.h"
#include "runtime/Packing/Pack.h"

#include <gmock/gmock.h>

using namespace tern;
using testing::HasSubstr;

namespace {

std::string randomBytes(std::uint64_t count) {
  std::string bytes(count, '\0');
  std::uint64_t state = count;
  for (char &byte : bytes)
    byte = static_cast<char>((state = state * 6364136223846793005u + 1442695040888963407u) >> 56);
  return bytes;
}

std::uint64_t bytesInMemory(StorageFormat format, WeightLayout layout, std::uint64_t rows, std::uint64_t columns) {
  return layout == WeightLayout::Rows ? *storageBytes(format, rows, columns)
                                      : *packedBytes(*packedFormatOf(format), rows, columns);
}

/// A weight at offset 100 of a file.
ProgramWeight stored(StorageFormat sourceFormat, StorageFormat format, WeightLayout layout, std::int64_t rows,
                     std::int64_t columns) {
  ProgramWeight weight;
  weight.name = "w";
  weight.format = format;
  weight.layout = layout;
  weight.shape = {rows, columns};
  weight.bytes = bytesInMemory(format, layout, rows, columns);
  weight.source = ProgramWeight::Source::Stored;
  weight.sourceFormat = sourceFormat;
  weight.offset = 100;
  weight.sourceBytes = *storageBytes(sourceFormat, rows, columns);
  return weight;
}

ProgramWeight random(StorageFormat sourceFormat, StorageFormat format, WeightLayout layout, std::int64_t rows,
                     std::int64_t columns) {
  ProgramWeight weight = stored(sourceFormat, format, layout, rows, columns);
  weight.source = ProgramWeight::Source::Random;
  weight.sourceBytes = weight.offset = 0;
  weight.tensor = "model.layers.0.mlp.up_proj.weight";
  weight.seed = 7;
  weight.scale = 0.1;
  return weight;
}

std::string fileOf(const ProgramWeight &weight) {
  return std::string(100, 'x') + randomBytes(weight.sourceBytes) + std::string(10, 'x');
}

const std::uint8_t *sourceOf(const std::string &file) {
  return reinterpret_cast<const std::uint8_t *>(file.data()) + 100;
}

std::vector<std::uint8_t> load(const ProgramWeight &weight, const std::string &file, unsigned threads = 2) {
  std::vector<std::uint8_t> target(weight.bytes, 0xa5);
  ThreadPool pool(threads);
  Status status = loadWeights({{&weight, file, target.data()}}, pool);
  EXPECT_TRUE(status) << status.problem().str();
  return target;
}

std::string problemOf(const ProgramWeight &weight, const std::string &file) {
  ThreadPool pool(1);
  std::vector<std::uint8_t> target(weight.bytes);
  Status status = loadWeights({{&weight, file, target.data()}}, pool);
  return status ? "" : status.problem().str();
}

/// The values of a random weight as docs/RandomWeights.md has them.
std::vector<float> generated(const ProgramWeight &weight) {
  std::vector<float> values(weight.shape[0] * weight.shape[1]);
  RandomWeights(weight.seed, weight.tensor)
      .generate(weight.center, weight.scale, weight.sourceFormat, 0, values.data(), values.size());
  return values;
}

std::vector<float> unpacked(const ProgramWeight &weight, const std::vector<std::uint8_t> &bytes) {
  std::vector<float> values(weight.shape[0] * weight.shape[1]);
  if (weight.layout == WeightLayout::Rows)
    decodeToFloat(weight.format, bytes.data(), values.data(), values.size());
  else
    unpackTiles(*packedFormatOf(weight.format), bytes.data(), weight.shape[0], weight.shape[1], values.data());
  return values;
}

TEST(WeightPacker, TilesOfAStoredWeightAreThoseOfItsRows) {
  ProgramWeight weight = stored(StorageFormat::Q4_K, StorageFormat::Q4_K, WeightLayout::Tiles16, 37, 512);
  std::string file = fileOf(weight);
  std::vector<std::uint8_t> expected(weight.bytes);
  packTiles(StorageFormat::Q4_K, sourceOf(file), 37, 512, 0, 3, expected.data());
  EXPECT_EQ(load(weight, file), expected);
}

TEST(WeightPacker, RowsOfAStoredWeightAreCopied) {
  for (StorageFormat format : {StorageFormat::Q6_K, StorageFormat::I64, StorageFormat::F32}) {
    ProgramWeight weight = stored(format, format, WeightLayout::Rows, 5, 256);
    std::string file = fileOf(weight);
    std::vector<std::uint8_t> expected(sourceOf(file), sourceOf(file) + weight.sourceBytes);
    EXPECT_EQ(load(weight, file), expected);
  }
}

TEST(WeightPacker, LeadingDimensionsCountAsRows) {
  ProgramWeight weight = stored(StorageFormat::F16, StorageFormat::F16, WeightLayout::Tiles16, 32, 8);
  std::string file = fileOf(weight);
  std::vector<std::uint8_t> flat = load(weight, file);
  weight.shape = {2, 16, 8};
  EXPECT_EQ(load(weight, file), flat);
}

TEST(WeightPacker, StoredWeightsBecomeOtherFloats) {
  for (WeightLayout layout : {WeightLayout::Rows, WeightLayout::Tiles16})
    for (StorageFormat from : {StorageFormat::BF16, StorageFormat::Q5_1, StorageFormat::F8E5M2})
      for (StorageFormat to : {StorageFormat::F32, StorageFormat::F16, StorageFormat::F8E4M3}) {
        ProgramWeight weight = stored(from, to, layout, 19, 64);
        std::string file = fileOf(weight);
        std::vector<float> expected(19 * 64);
        decodeToFloat(from, sourceOf(file), expected.data(), expected.size());
        for (float &value : expected)
          value = roundTo(to, value);
        EXPECT_THAT(unpacked(weight, load(weight, file)), testing::Pointwise(testing::NanSensitiveFloatEq(), expected));
      }
}

TEST(WeightPacker, RandomWeightsAreThoseOfTheGenerator) {
  for (WeightLayout layout : {WeightLayout::Rows, WeightLayout::Tiles16})
    for (StorageFormat format :
         {StorageFormat::F32, StorageFormat::F16, StorageFormat::BF16, StorageFormat::F8E4M3, StorageFormat::F64}) {
      ProgramWeight weight = random(format, format, layout, 35, 65);
      EXPECT_EQ(unpacked(weight, load(weight, "")), generated(weight)) << storageFormatInfo(format).name;
    }
}

TEST(WeightPacker, RandomWeightsAreRoundedTwiceWhereTwoFormatsSaySo) {
  ProgramWeight narrow = random(StorageFormat::F8E5M2, StorageFormat::F32, WeightLayout::Rows, 3, 65);
  EXPECT_EQ(unpacked(narrow, load(narrow, "")), generated(narrow));
  ProgramWeight twice = random(StorageFormat::BF16, StorageFormat::F8E4M3, WeightLayout::Tiles16, 3, 65);
  std::vector<float> expected = generated(twice);
  for (float &value : expected)
    value = roundTo(StorageFormat::F8E4M3, value);
  EXPECT_EQ(unpacked(twice, load(twice, "")), expected);
}

TEST(WeightPacker, BytesDoNotDependOnThreadsOrPieces) {
  ProgramWeight weight = random(StorageFormat::BF16, StorageFormat::BF16, WeightLayout::Tiles16, 2050, 700);
  std::vector<std::uint8_t> one = load(weight, "", 1);
  EXPECT_EQ(load(weight, "", 3), one);
  ThreadPool pool(2);
  std::string streamed;
  std::uint64_t last = 0, total = 0;
  Status status = streamWeight(
      {&weight, {}, nullptr}, pool, [&](std::string_view piece) { return streamed += piece, Status(Done()); },
      [&](std::uint64_t done, std::uint64_t all) {
        EXPECT_GT(done, last);
        last = done;
        total = all;
      });
  ASSERT_TRUE(status);
  EXPECT_EQ(std::vector<std::uint8_t>(streamed.begin(), streamed.end()), one);
  EXPECT_EQ(last, total);
  EXPECT_EQ(total, weight.bytes);
}

TEST(WeightPacker, RoomBehindTheLastUnitIsZero) {
  ProgramWeight weight = stored(StorageFormat::F32, StorageFormat::F32, WeightLayout::Rows, 1, 3);
  weight.bytes = 64;
  std::string file = fileOf(weight), streamed;
  std::vector<std::uint8_t> bytes = load(weight, file);
  EXPECT_EQ(std::vector<std::uint8_t>(bytes.begin() + 12, bytes.end()), std::vector<std::uint8_t>(52));
  ThreadPool pool(1);
  EXPECT_TRUE(streamWeight({&weight, file, nullptr}, pool,
                           [&](std::string_view piece) { return streamed += piece, Status(Done()); }));
  EXPECT_EQ(std::vector<std::uint8_t>(streamed.begin(), streamed.end()), bytes);
}

/// A program may say so, and it must not take long to find out.
TEST(WeightPacker, AnyNumberOfRowsOfNothingIsNothing) {
  for (WeightLayout layout : {WeightLayout::Rows, WeightLayout::Tiles16}) {
    ProgramWeight weight = random(StorageFormat::F32, StorageFormat::F32, layout, maxProgramSize, 0);
    Result<WeightPacker> packer = WeightPacker::create(weight, "");
    ASSERT_TRUE(packer) << packer.problem().str();
    EXPECT_EQ(packer->units(), 0u);
    weight.bytes = 64;
    EXPECT_EQ(load(weight, ""), std::vector<std::uint8_t>(64));
  }
}

TEST(LoadWeights, FillsEachPlaceAndReportsProgress) {
  std::vector<ProgramWeight> weights;
  for (int i = 1; i < 40; ++i)
    weights.push_back(stored(StorageFormat::Q8_0, StorageFormat::Q8_0, WeightLayout::Tiles16, i * 7, 64));
  std::vector<std::string> files;
  std::vector<std::vector<std::uint8_t>> targets;
  std::vector<WeightLoad> loads;
  std::uint64_t bytes = 0;
  for (ProgramWeight &weight : weights) {
    files.push_back(fileOf(weight));
    targets.emplace_back(weight.bytes);
    weight.hash = contentHashOf(std::string_view(files.back()).substr(100, weight.sourceBytes));
    bytes += weight.bytes;
  }
  for (std::size_t i = 0; i < weights.size(); ++i)
    loads.push_back({&weights[i], files[i], targets[i].data()});
  ThreadPool pool(3);
  std::uint64_t reported = 0;
  ASSERT_TRUE(loadWeights(loads, pool, [&](std::uint64_t done, std::uint64_t total) {
    EXPECT_EQ(total, bytes);
    EXPECT_GT(done, reported);
    reported = done;
  }));
  EXPECT_EQ(reported, bytes);
  for (std::size_t i = 0; i < weights.size(); ++i)
    EXPECT_EQ(targets[i], load(weights[i], files[i], 1));
}

TEST(WeightPacker, SaysWhatIsWrongWithTheSource) {
  ProgramWeight good = stored(StorageFormat::Q8_0, StorageFormat::Q8_0, WeightLayout::Tiles16, 16, 32), bad = good;
  std::string file = fileOf(good);
  EXPECT_EQ(problemOf(good, file), "");
  EXPECT_THAT(problemOf(good, file.substr(0, 643)),
              HasSubstr("weight 'w': must lie inside its file of 643 bytes, is 544 bytes at 100; "));
  bad.offset = ~std::uint64_t{0};
  EXPECT_THAT(problemOf(bad, file), HasSubstr("must lie inside its file"));
  bad = good;
  bad.sourceBytes = 543;
  EXPECT_THAT(problemOf(bad, file), HasSubstr("must take the bytes of its shape in the file, 544, takes 543"));
  bad = good;
  bad.shape = {16, 31};
  EXPECT_THAT(problemOf(bad, file), HasSubstr("not whole blocks"));
  bad = good;
  bad.hash = "xxh3:0123456789abcdef";
  EXPECT_THAT(problemOf(bad, file), HasSubstr("content must have the hash xxh3:0123456789abcdef, has xxh3:"));
  bad = good;
  bad.source = ProgramWeight::Source::Embedded;
  EXPECT_THAT(problemOf(bad, file), HasSubstr("is embedded"));
}

TEST(WeightPacker, SaysWhatCannotBeMadeOfIt) {
  auto problem = [](StorageFormat from, StorageFormat to, WeightLayout layout) {
    ProgramWeight weight = stored(from, from, WeightLayout::Rows, 16, 32);
    weight.format = to;
    weight.layout = layout;
    weight.bytes = 1 << 20;
    return problemOf(weight, fileOf(weight));
  };
  EXPECT_EQ(problem(StorageFormat::F32, StorageFormat::Q8_0, WeightLayout::Tiles16),
            "weight 'w': must be floats to become q8_0, is f32");
  EXPECT_EQ(problem(StorageFormat::I32, StorageFormat::F32, WeightLayout::Rows),
            "weight 'w': must be floats to become f32, is i32");
  EXPECT_EQ(problem(StorageFormat::I32, StorageFormat::I32, WeightLayout::Tiles16),
            "weight 'w': must be floats or blocks to lie in tiles, is i32");
  EXPECT_EQ(problem(StorageFormat::I15_32, StorageFormat::I15_32, WeightLayout::Rows),
            "weight 'w': must be of a format that files hold, is i15_32");
  ProgramWeight integers = random(StorageFormat::I32, StorageFormat::I32, WeightLayout::Rows, 16, 32);
  EXPECT_EQ(problemOf(integers, ""), "weight 'w': random weights must be floats, are i32");
}

TEST(WeightPacker, SaysWhatHasNoRoom) {
  ProgramWeight weight = stored(StorageFormat::F16, StorageFormat::F16, WeightLayout::Tiles16, 3, 8);
  std::string file = fileOf(weight);
  weight.bytes = 255;
  EXPECT_EQ(problemOf(weight, file), "weight 'w': must take at least 256 bytes in memory, takes 255");
  weight = random(StorageFormat::F32, StorageFormat::F32, WeightLayout::Rows, 1, 1);
  weight.shape = {std::int64_t{1} << 40, std::int64_t{1} << 40};
  EXPECT_THAT(problemOf(weight, ""), HasSubstr("must have rows of whole blocks and a number of bytes in all"));
  weight.shape = {std::int64_t{1} << 40, std::int64_t{1} << 40, 1};
  EXPECT_THAT(problemOf(weight, ""), HasSubstr("shape must have sizes whose product is a number of bytes"));
  weight.shape = {-1, 4};
  EXPECT_THAT(problemOf(weight, ""), HasSubstr("shape must have sizes"));
}

TEST(StreamWeight, StopsWhereTheSinkStops) {
  ProgramWeight weight = stored(StorageFormat::F32, StorageFormat::F32, WeightLayout::Rows, 4096, 1024);
  std::string file = fileOf(weight);
  ThreadPool pool(1);
  int calls = 0;
  Status status = streamWeight({&weight, file, nullptr}, pool, [&](std::string_view) {
    ++calls;
    return Status(Problem{"disk", "is full", ""});
  });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.problem().str(), "disk: is full");
  EXPECT_EQ(calls, 1);
}

} // namespace
