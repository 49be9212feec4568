//===- WeightLoaderTest.cpp - Weights that the artifact does not hold -----===//

#include "runtime/Cpu/WeightLoader.h"
#include "runtime/Base/ContentHash.h"
#include "runtime/Base/Half.h"
#include "runtime/Base/RandomWeights.h"
#include "runtime/Packing/Pack.h"

#include <cstdio>
#include <fstream>
#include <gmock/gmock.h>

using namespace tern;
using ::testing::HasSubstr;

namespace {

/// A program with one file of 4 header bytes and the stored bytes behind.
class WeightLoaderTest : public testing::Test {
protected:
  void SetUp() override {
    path = testing::TempDir() + "/tern-weights-" + testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  void TearDown() override { std::remove(path.c_str()); }

  ProgramWeight store(StorageFormat format, std::vector<std::int64_t> shape) {
    std::uint64_t rows = 1;
    for (std::size_t i = 0; i + 1 < shape.size(); ++i)
      rows *= static_cast<std::uint64_t>(shape[i]);
    ProgramWeight weight;
    weight.name = "w";
    weight.shape = shape;
    weight.format = weight.sourceFormat = format;
    weight.source = ProgramWeight::Source::Stored;
    weight.file = 0;
    weight.offset = 4;
    weight.sourceBytes = *storageBytes(format, rows, static_cast<std::uint64_t>(shape.back()));
    bytes = "head";
    for (std::uint64_t i = 0; i != weight.sourceBytes; ++i)
      bytes += static_cast<char>(i * 37 % 61);
    weight.hash = contentHashOf(std::string_view(bytes).substr(4));
    weight.bytes = weight.sourceBytes;
    std::ofstream(path) << bytes;
    program.files = {{path, bytes.size(), 4, contentHashOf("head")}};
    return weight;
  }

  const std::uint8_t *stored() const { return reinterpret_cast<const std::uint8_t *>(bytes.data()) + 4; }

  Result<std::vector<std::uint8_t>> load(const ProgramWeight &weight) {
    Result<WeightLoader> loader = WeightLoader::open(program);
    if (!loader)
      return loader.problem();
    std::vector<std::uint8_t> target(weight.bytes);
    ThreadPool pool(2);
    if (Status status = loader->load(weight, target.data(), pool); !status)
      return status.problem();
    return target;
  }

  std::string path, bytes;
  Program program;
};

} // namespace

TEST_F(WeightLoaderTest, RowsAreCopied) {
  ProgramWeight weight = store(StorageFormat::F16, {3, 5});
  Result<std::vector<std::uint8_t>> loaded = load(weight);
  ASSERT_TRUE(loaded) << loaded.problem().str();
  EXPECT_TRUE(std::equal(loaded->begin(), loaded->end(), stored()));
}

TEST_F(WeightLoaderTest, RowsAreWidenedToAnotherScalar) {
  ProgramWeight weight = store(StorageFormat::F16, {15});
  weight.format = StorageFormat::F32;
  weight.bytes = 60;
  Result<std::vector<std::uint8_t>> loaded = load(weight);
  ASSERT_TRUE(loaded) << loaded.problem().str();
  std::vector<float> expected(15);
  decodeToFloat(StorageFormat::F16, stored(), expected.data(), 15);
  EXPECT_EQ(std::memcmp(loaded->data(), expected.data(), 60), 0);
}

TEST_F(WeightLoaderTest, BlocksArePackedIntoTiles) {
  ProgramWeight weight = store(StorageFormat::Q4_0, {2, 20, 64});
  weight.layout = WeightLayout::Tiles16;
  weight.bytes = *packedBytes(PackedFormat::Q4_0, 40, 64);
  Result<std::vector<std::uint8_t>> loaded = load(weight);
  ASSERT_TRUE(loaded) << loaded.problem().str();
  std::vector<std::uint8_t> expected(weight.bytes);
  packTiles(StorageFormat::Q4_0, stored(), 40, 64, 0, 3, expected.data());
  EXPECT_EQ(*loaded, expected);
}

TEST_F(WeightLoaderTest, ScalarsAreConvertedAndPacked) {
  ProgramWeight weight = store(StorageFormat::F32, {20, 6});
  weight.format = StorageFormat::BF16;
  weight.layout = WeightLayout::Tiles16;
  weight.bytes = *packedBytes(PackedFormat::BF16, 20, 6);
  Result<std::vector<std::uint8_t>> loaded = load(weight);
  ASSERT_TRUE(loaded) << loaded.problem().str();
  std::vector<float> source(120), unpacked(120);
  decodeToFloat(StorageFormat::F32, stored(), source.data(), 120);
  unpackTiles(PackedFormat::BF16, loaded->data(), 20, 6, unpacked.data());
  for (std::size_t i = 0; i != 120; ++i)
    EXPECT_EQ(unpacked[i], roundTo(StorageFormat::BF16, source[i]));
}

TEST_F(WeightLoaderTest, RandomWeightsComeFromTheirSeed) {
  ProgramWeight weight;
  weight.name = weight.tensor = "model.norm.weight";
  weight.source = ProgramWeight::Source::Random;
  weight.format = StorageFormat::F32;
  weight.sourceFormat = StorageFormat::BF16;
  weight.shape = {4, 3};
  weight.bytes = 48;
  weight.seed = 7;
  weight.center = 1;
  weight.scale = 0.1;
  Result<std::vector<std::uint8_t>> loaded = load(weight);
  ASSERT_TRUE(loaded) << loaded.problem().str();
  std::vector<float> expected(12);
  RandomWeights(7, weight.tensor).generate(1, 0.1, StorageFormat::BF16, 0, expected.data(), 12);
  EXPECT_EQ(std::memcmp(loaded->data(), expected.data(), 48), 0);
}

TEST_F(WeightLoaderTest, ChangedBytesAreFound) {
  ProgramWeight weight = store(StorageFormat::F32, {20, 6});
  std::string changed = bytes;
  changed[100] ^= 1;
  std::ofstream(path) << changed;
  Result<std::vector<std::uint8_t>> loaded = load(weight);
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.problem().what, HasSubstr("must have the hash"));
}

TEST_F(WeightLoaderTest, AnotherFileIsRefused) {
  ProgramWeight weight = store(StorageFormat::F32, {20, 6});
  std::ofstream(path) << bytes + "x";
  EXPECT_THAT(load(weight).problem().what, HasSubstr("of 484 bytes, but has 485"));
  bytes[0] = 'H';
  std::ofstream(path) << bytes;
  EXPECT_THAT(load(weight).problem().what, HasSubstr("header differs"));
  std::remove(path.c_str());
  EXPECT_FALSE(load(weight));
}

TEST_F(WeightLoaderTest, SizesThatContradictEachOtherAreRefused) {
  ProgramWeight weight = store(StorageFormat::F32, {20, 6});
  weight.bytes = 100;
  EXPECT_THAT(load(weight).problem().what, HasSubstr("does not fit the 100 bytes"));
  weight.format = StorageFormat::Q8_0;
  EXPECT_FALSE(load(weight));
}
