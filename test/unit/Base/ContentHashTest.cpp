//===- ContentHashTest.cpp ------------------------------------------------===//

#include "runtime/Base/ContentHash.h"

#include <gtest/gtest.h>

using namespace tern;

/// Values of the reference implementation (xxhsum -H3).
TEST(ContentHash, IsXxh3) {
  EXPECT_EQ(contentHashOf(""), "xxh3:2d06800538d394c2");
  EXPECT_EQ(contentHashOf("a"), "xxh3:e6c632b61e964e1f");
  EXPECT_EQ(contentHashOf("abc"), "xxh3:78af5f94892f3950");
}

TEST(ContentHash, PiecesGiveTheSameAsTheWhole) {
  std::string bytes;
  for (int i = 0; i < 5000; ++i)
    bytes += static_cast<char>(i * 31);
  ContentHasher hasher;
  for (std::size_t at = 0, length = 1; at < bytes.size(); at += length, length = length * 2 + 1)
    hasher.add(std::string_view(bytes).substr(at, length));
  EXPECT_EQ(hasher.hash(), contentHashOf(bytes));
  ContentHasher moved = std::move(hasher);
  EXPECT_EQ(moved.hash(), contentHashOf(bytes));
}

TEST(ContentHash, KnowsItsSpelling) {
  EXPECT_TRUE(isContentHash("xxh3:0123456789abcdef"));
  for (const char *wrong : {"", "xxh3:", "xxh3:0123456789abcde", "xxh3:0123456789abcdeF", "xxh4:0123456789abcdef",
                            "xxh3:0123456789abcdef0"})
    EXPECT_FALSE(isContentHash(wrong)) << wrong;
}
