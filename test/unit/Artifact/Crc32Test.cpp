//===- Crc32Test.cpp - Checksums against zlib's ---------------------------===//

#include "runtime/Artifact/Crc32.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <random>
#include <string>

using namespace tern;

static std::uint32_t reference(std::uint32_t crc, std::string_view bytes) {
  return static_cast<std::uint32_t>(::crc32(crc, reinterpret_cast<const Bytef *>(bytes.data()), bytes.size()));
}

TEST(Crc32, KnownValue) { EXPECT_EQ(updateCrc32(0, "123456789"), 0xCBF43926u); }

TEST(Crc32, EveryLengthAndAlignmentAgreesWithZlib) {
  std::mt19937 random(1);
  std::string bytes(3000, '\0');
  for (char &byte : bytes)
    byte = static_cast<char>(random());
  for (std::size_t length = 0; length < 2000; ++length) {
    std::string_view piece = std::string_view(bytes).substr(length % 64, length);
    ASSERT_EQ(updateCrc32(0, piece), reference(0, piece)) << length;
    ASSERT_EQ(updateCrc32(0x12345678, piece), reference(0x12345678, piece)) << length;
  }
}

TEST(Crc32, PiecesGiveTheSameAsTheWhole) {
  std::string bytes(100000, 'x');
  bytes[77777] = 'y';
  std::uint32_t crc = 0;
  std::size_t at = 0;
  for (std::size_t length = 1; at < bytes.size(); at += length, length = length * 3 + 1)
    crc = updateCrc32(crc, std::string_view(bytes).substr(at, length));
  EXPECT_EQ(crc, reference(0, bytes));
}
