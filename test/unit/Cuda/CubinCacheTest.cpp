//===- CubinCacheTest.cpp - Compiled kernels kept on disk -----------------===//

#include "runtime/Cuda/CubinCache.h"

#include "CudaTesting.h"

#include <sys/stat.h>

using namespace tern;
using namespace tern::testing;

namespace {

using CubinCacheTest = tern::test::TemporaryDirectory;

TEST_F(CubinCacheTest, GivesBackWhatItWasGiven) {
  CubinCache cache((directory / "a/b").string());
  EXPECT_EQ(cache.find("source", "sm_90a"), std::nullopt);
  EXPECT_TRUE(cache.store("source", "sm_90a", std::string("cu\0bin", 6)));
  EXPECT_EQ(cache.find("source", "sm_90a"), std::string("cu\0bin", 6));
  EXPECT_EQ(cache.find("source", "sm_80"), std::nullopt);
  EXPECT_EQ(cache.find("source ", "sm_90a"), std::nullopt);
  EXPECT_TRUE(cache.store("source", "sm_90a", "another"));
  EXPECT_EQ(cache.find("source", "sm_90a"), "another");
  EXPECT_EQ(CubinCache((directory / "a/b").string()).find("source", "sm_90a"), "another");
}

TEST_F(CubinCacheTest, DamageIsNotGivenBack) {
  CubinCache cache(directory.string());
  ASSERT_TRUE(cache.store("source", "sm_90a", "some machine code"));
  std::string path = cache.pathOf("source", "sm_90a"), whole = contentsOf(path);
  for (std::size_t i = 0; i != whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] ^= 1;
    ASSERT_TRUE(writeFile(path, damaged));
    ASSERT_EQ(cache.find("source", "sm_90a"), std::nullopt) << i;
    ASSERT_TRUE(writeFile(path, whole.substr(0, i)));
    ASSERT_EQ(cache.find("source", "sm_90a"), std::nullopt) << i;
  }
  ASSERT_TRUE(writeFile(path, whole));
  EXPECT_EQ(cache.find("source", "sm_90a"), "some machine code");
}

TEST_F(CubinCacheTest, WithoutAPlaceNothingIsKept) {
  EXPECT_FALSE(CubinCache("").store("source", "sm_90a", "cubin"));
  EXPECT_EQ(CubinCache("").find("source", "sm_90a"), std::nullopt);
  write("file", "");
  EXPECT_FALSE(CubinCache((directory / "file").string()).store("source", "sm_90a", "cubin"));
  std::filesystem::create_directories(CubinCache(directory.string()).pathOf("source", "sm_90a"));
  EXPECT_EQ(CubinCache(directory.string()).find("source", "sm_90a"), std::nullopt);
}

} // namespace
