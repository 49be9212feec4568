//===- StorageFormatTest.cpp ----------------------------------------------===//
//
// Decoding is compared bit for bit with storage_vectors.json (see make_storage_vectors.py); rounding with the
// definition, at every representable value and around every midpoint between two of them.
//
//===----------------------------------------------------------------------===//

#include "runtime/Base/StorageFormat.h"

#include "runtime/Base/Half.h"
#include "runtime/Base/Json.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace tern;

namespace {

constexpr int numGroups = 32, blocksPerGroup = 64, scalarBlock = 64;

std::uint64_t splitmix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

std::vector<std::uint8_t> stream(std::uint64_t seed, std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  for (std::size_t i = 0; i < count; ++i)
    bytes[i] = static_cast<std::uint8_t>(splitmix(seed + (i / 8 + 1) * 0x9e3779b97f4a7c15) >> (8 * (i % 8)));
  return bytes;
}

std::uint32_t canonicalBits(float value) { return std::isnan(value) ? 0x7fc00000u : floatToBits(value); }

std::uint64_t hashOf(const std::vector<float> &values) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    sum += splitmix((std::uint64_t{i} << 32) + canonicalBits(values[i]));
  return sum;
}

std::vector<std::uint8_t> bytesOfHex(const std::string &hex) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

class StorageVectors : public testing::TestWithParam<int> {
protected:
  const StorageFormatInfo &info = storageFormatInfo(static_cast<StorageFormat>(GetParam()));

  static const Json &vectors() {
    static const Result<Json> file = readJsonFile(TERN_TEST_DIR "/storage_vectors.json");
    return *file;
  }
  const Json &mine() const { return vectors().at(std::string(info.name)); }

  std::vector<float> decode(const std::uint8_t *source, std::size_t bytes) const {
    std::vector<float> values(bytes / info.blockBytes * info.blockLength);
    decodeToFloat(info.format, source, values.data(), values.size());
    return values;
  }
};

TEST_P(StorageVectors, EdgeBlocksDecodeBitForBit) {
  for (const Json &edge : mine().at("edges")) {
    std::vector<std::uint8_t> bytes = bytesOfHex(edge.at(0));
    std::vector<float> values = decode(bytes.data(), bytes.size());
    std::string expected = edge.at(1);
    ASSERT_EQ(values.size() * 8, expected.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      EXPECT_EQ(canonicalBits(values[i]), std::stoul(expected.substr(8 * i, 8), nullptr, 16)) << "element " << i;
  }
}

TEST_P(StorageVectors, RandomBlocksDecodeBitForBit) {
  std::size_t groupBytes = std::size_t{blocksPerGroup} * info.blockBytes * (info.blockLength == 1 ? scalarBlock : 1);
  // One byte in front: sources may lie at any address.
  std::vector<std::uint8_t> bytes = stream(mine().at("seed"), groupBytes * numGroups);
  bytes.insert(bytes.begin(), 0);
  ASSERT_EQ(mine().at("groups").size(), std::size_t{numGroups});
  for (std::size_t group = 0; group < numGroups; ++group) {
    std::uint64_t expected = std::stoull(mine().at("groups").at(group).get<std::string>(), nullptr, 16);
    EXPECT_EQ(hashOf(decode(bytes.data() + 1 + group * groupBytes, groupBytes)), expected) << "group " << group;
  }
}

/// Every format but those of activations, which come last.
constexpr int numFileFormats = static_cast<int>(StorageFormat::I8_32);

INSTANTIATE_TEST_SUITE_P(All, StorageVectors, testing::Range(0, numFileFormats), [](const auto &test) {
  return std::string(storageFormatInfo(static_cast<StorageFormat>(test.param)).name);
});

TEST(StorageFormat, NamesAreUniqueAndFound) {
  for (int i = 0; i < numStorageFormats; ++i) {
    StorageFormat format = static_cast<StorageFormat>(i);
    EXPECT_EQ(storageFormatByName(storageFormatInfo(format).name), format);
  }
  EXPECT_EQ(storageFormatByName("Q4_1"), std::nullopt);
  EXPECT_EQ(storageFormatByName(""), std::nullopt);
}

TEST(StorageFormat, ActivationsComeLastAndCountEveryArray) {
  for (int i = 0; i < numStorageFormats; ++i)
    EXPECT_EQ(storageFormatInfo(static_cast<StorageFormat>(i)).isActivation, i >= numFileFormats) << i;
  EXPECT_EQ(storageFormatByName("i8_32"), StorageFormat::I8_32);
  EXPECT_EQ(storageFormatByName("i15_32"), StorageFormat::I15_32);
  EXPECT_EQ(storageBytes(StorageFormat::I8_32, 3, 64), 3u * 2 * 48);
  EXPECT_EQ(storageBytes(StorageFormat::I15_32, 3, 64), 3u * 2 * 80);
  EXPECT_EQ(storageBytes(StorageFormat::I15_32, 3, 48), std::nullopt) << "half a block";
}

TEST(StorageFormat, BytesOfRows) {
  EXPECT_EQ(storageBytes(StorageFormat::Q4_1, 3, 64), 120u);
  EXPECT_EQ(storageBytes(StorageFormat::Q6_K, 1, 256), 210u);
  EXPECT_EQ(storageBytes(StorageFormat::BF16, 0, 7), 0u);
  EXPECT_EQ(storageBytes(StorageFormat::Q4_K, 1, 128), std::nullopt) << "half a block";
  EXPECT_EQ(storageBytes(StorageFormat::I8, 1, std::uint64_t{1} << 63), std::nullopt);
  EXPECT_EQ(storageBytes(StorageFormat::I8, 1, (std::uint64_t{1} << 63) - 1), (std::uint64_t{1} << 63) - 1);
  EXPECT_EQ(storageBytes(StorageFormat::F64, std::uint64_t{1} << 32, std::uint64_t{1} << 32), std::nullopt);
}

/// The values of a 16-bit float type, by code.
float decodeOne(StorageFormat format, unsigned code) {
  std::uint8_t bytes[2] = {static_cast<std::uint8_t>(code), static_cast<std::uint8_t>(code >> 8)};
  float value;
  decodeToFloat(format, bytes, &value, 1);
  return value;
}

/// Checks roundTo at all values of a type whose non-negative finite codes are 0..largest, in order, and around the
/// midpoints between neighbours.
void checkRounding(StorageFormat format, unsigned largest) {
  for (unsigned code = 0; code <= largest; ++code) {
    float value = decodeOne(format, code);
    ASSERT_EQ(floatToBits(roundTo(format, value)), floatToBits(value));
    ASSERT_EQ(floatToBits(roundTo(format, -value)), floatToBits(-value));
    if (code == largest)
      break;
    float next = decodeOne(format, code + 1), even = code % 2 == 0 ? value : next;
    double middle = (static_cast<double>(value) + next) / 2;
    if (static_cast<float>(middle) != middle)
      continue; // halfway between the smallest of BF16 and zero: no f32 lies there
    float tie = static_cast<float>(middle);
    ASSERT_EQ(roundTo(format, tie), even) << "midpoint above code " << code;
    ASSERT_EQ(roundTo(format, -tie), -even) << "midpoint above code " << code;
    ASSERT_EQ(roundTo(format, std::nextafter(tie, 0.0f)), value) << "below the midpoint above code " << code;
    ASSERT_EQ(roundTo(format, std::nextafter(tie, INFINITY)), next) << "above the midpoint above code " << code;
  }
}

TEST(RoundTo, NearestTiesToEven) {
  checkRounding(StorageFormat::F16, 0x7bff);
  checkRounding(StorageFormat::BF16, 0x7f7f);
  checkRounding(StorageFormat::F8E4M3, 0x7e);
  checkRounding(StorageFormat::F8E5M2, 0x7b);
}

TEST(RoundTo, OverflowAndNaN) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(roundTo(StorageFormat::F16, 65519.996f), 65504.0f);
  EXPECT_EQ(roundTo(StorageFormat::F16, 65520.0f), infinity);
  EXPECT_EQ(roundTo(StorageFormat::BF16, -std::numeric_limits<float>::max()), -infinity);
  EXPECT_EQ(roundTo(StorageFormat::F8E5M2, 61439.996f), 57344.0f);
  EXPECT_EQ(roundTo(StorageFormat::F8E5M2, -61440.0f), -infinity);
  EXPECT_EQ(roundTo(StorageFormat::F8E4M3, 464.0f), 448.0f) << "a tie, and 448 is even";
  EXPECT_TRUE(std::isnan(roundTo(StorageFormat::F8E4M3, 464.00003f)));
  EXPECT_TRUE(std::isnan(roundTo(StorageFormat::F8E4M3, infinity)));
  for (StorageFormat format : {StorageFormat::F16, StorageFormat::BF16, StorageFormat::F8E4M3, StorageFormat::F8E5M2,
                               StorageFormat::F32, StorageFormat::F64})
    EXPECT_TRUE(std::isnan(roundTo(format, nan)));
  EXPECT_EQ(roundTo(StorageFormat::F16, infinity), infinity);
  EXPECT_EQ(roundTo(StorageFormat::F64, 0.1f), 0.1f);
}

TEST(Half, RoundTripsEveryCode) {
  for (unsigned code = 0; code <= 0xffff; ++code) {
    std::uint16_t bits = static_cast<std::uint16_t>(code);
    if (float value = halfToFloat(bits); std::isnan(value))
      EXPECT_TRUE(std::isnan(halfToFloat(floatToHalf(value))));
    else
      EXPECT_EQ(floatToHalf(value), bits);
    if (float value = bfloat16ToFloat(bits); std::isnan(value))
      EXPECT_TRUE(std::isnan(bfloat16ToFloat(floatToBfloat16(value))));
    else
      EXPECT_EQ(floatToBfloat16(value), bits);
  }
}

/// Every code of a floating-point scalar, or as many random ones as fit, decodes and encodes to itself.
TEST(EncodeFromFloat, IsTheWayBack) {
  for (StorageFormat format : {StorageFormat::F8E4M3, StorageFormat::F8E5M2, StorageFormat::F16, StorageFormat::BF16}) {
    unsigned bytes = storageFormatInfo(format).blockBytes, count = 1u << (8 * bytes);
    for (unsigned code = 0; code < count; ++code) {
      float value = decodeOne(format, code);
      std::uint8_t encoded[2] = {};
      encodeFromFloat(format, &value, encoded, 1);
      if (std::isnan(value))
        EXPECT_TRUE(std::isnan(decodeOne(format, encoded[0] | encoded[1] << 8))) << code;
      else
        EXPECT_EQ(encoded[0] | encoded[1] << 8, code);
    }
  }
}

TEST(EncodeFromFloat, RoundsAsRoundToDoes) {
  std::vector<float> values = {0.1f, -0.3f, 1e-8f, 449.0f, 465.0f, 1e6f, -1e30f, 0x1p-10f, 0x1.8p-10f, 0x1p-133f};
  for (std::uint8_t byte : stream(7, 512))
    values.push_back(std::ldexp(static_cast<float>(byte) - 127.3f, byte % 40 - 25));
  for (StorageFormat format : {StorageFormat::F8E4M3, StorageFormat::F8E5M2, StorageFormat::F16, StorageFormat::BF16,
                               StorageFormat::F32, StorageFormat::F64}) {
    std::vector<std::uint8_t> bytes(values.size() * storageFormatInfo(format).blockBytes);
    encodeFromFloat(format, values.data(), bytes.data(), values.size());
    std::vector<float> back(values.size());
    decodeToFloat(format, bytes.data(), back.data(), back.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      EXPECT_EQ(canonicalBits(back[i]), canonicalBits(roundTo(format, values[i]))) << values[i];
  }
}

} // namespace
