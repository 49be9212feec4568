//===- TokenArraysTest.cpp - The large part of a tokenizer as bytes -------===//

#include "runtime/Text/Tokenizer.h"

#include <gmock/gmock.h>

#include <cmath>

using namespace tern;
using testing::HasSubstr;

namespace {

/// Two tokens with a hole between them, a merge and scores.
TokenArrays makeArrays() {
  TokenArrays arrays;
  arrays.tokens = *TokenTable::fromJson({{"\xc3\xa9", 0u}, {"bb", 2u}, {"", 3u}}, "vocab");
  arrays.merges = {{0, 2, 3}};
  arrays.scores = {-1.5, 0, 2, 1e300};
  return arrays;
}

std::string problemOf(std::string_view bytes) {
  Result<TokenArrays> arrays = readTokenArrays(bytes, "tokens.bin");
  return arrays ? "" : arrays.problem().str();
}

/// The bytes with a 32-bit number replaced.
std::string with(std::size_t offset, std::uint32_t value) {
  std::string bytes = writeTokenArrays(makeArrays());
  return bytes.replace(offset, 4, reinterpret_cast<const char *>(&value), 4);
}

} // namespace

TEST(TokenArrays, ComeBackTheSame) {
  std::string bytes = writeTokenArrays(makeArrays());
  Result<TokenArrays> arrays = readTokenArrays(bytes, "tokens.bin");
  ASSERT_TRUE(arrays) << arrays.problem().str();
  EXPECT_EQ(writeTokenArrays(*arrays), bytes);
  EXPECT_EQ(arrays->tokens.size(), 4);
  EXPECT_EQ(arrays->tokens.text(2), "bb");
  EXPECT_FALSE(arrays->tokens.has(1));
  EXPECT_EQ(arrays->tokens.find("\xc3\xa9"), 0);
  EXPECT_EQ(arrays->tokens.find(""), 3);
  EXPECT_EQ(arrays->tokens.longest(), 2u);
  EXPECT_EQ(arrays->scores[3], 1e300);
}

TEST(TokenArrays, MayBeEmpty) { EXPECT_EQ(problemOf(writeTokenArrays(TokenArrays())), ""); }

TEST(TokenArrays, EveryTruncationIsRefused) {
  std::string bytes = writeTokenArrays(makeArrays());
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_THAT(problemOf(std::string_view(bytes).substr(0, length)), HasSubstr("must be as long as its counts say"));
  EXPECT_NE(problemOf(bytes + "x"), "");
}

TEST(TokenArrays, BrokenArraysAreRefused) {
  EXPECT_THAT(problemOf(with(0, 0xffffffff)), HasSubstr("must be as long as its counts say"));
  EXPECT_THAT(problemOf(with(16, 100)), HasSubstr("token 0 is cut"));
  EXPECT_THAT(problemOf(with(16, 1)), HasSubstr("a token must be UTF-8"));
  EXPECT_THAT(problemOf(with(24, 1)), HasSubstr("1 bytes are left"));
  EXPECT_THAT(problemOf(with(32, 1)), HasSubstr("merge 0 names 1"));
  EXPECT_THAT(problemOf(with(40, 0x80000000)), HasSubstr("merge 0 names -2147483648"));
  TokenArrays arrays = makeArrays();
  arrays.scores[1] = std::nan("");
  EXPECT_THAT(problemOf(writeTokenArrays(arrays)), HasSubstr("that of token 1 is NaN"));
  arrays.scores.pop_back();
  EXPECT_THAT(problemOf(writeTokenArrays(arrays)), HasSubstr("3 scores, 4 tokens"));
}
