//===- TemporaryDirectory.h - A directory for one test -----------*- C++ -*-===//
//
// Tests run side by side, from several build folders at once: a fixed file name in a shared folder would be written by
// two of them. Each test that writes files does so in a directory of its own.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TEST_UNIT_TEMPORARYDIRECTORY_H
#define TERN_TEST_UNIT_TEMPORARYDIRECTORY_H

#include "runtime/Base/AtomicFile.h"

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>

namespace tern::test {

/// A directory with a name that no other process has, removed with everything in it.
class OwnDirectory {
public:
  OwnDirectory() {
    std::string pattern = ::testing::TempDir() + "tern-test-XXXXXX";
    if (::mkdtemp(pattern.data()))
      path = pattern;
    else
      ADD_FAILURE() << "cannot create " << pattern;
  }
  ~OwnDirectory() { std::filesystem::remove_all(path); }
  OwnDirectory(const OwnDirectory &) = delete;
  OwnDirectory &operator=(const OwnDirectory &) = delete;

  std::filesystem::path path;
};

/// A fixture with a directory that lives as long as the test.
class TemporaryDirectory : public ::testing::Test {
protected:
  /// Writes a file, and the folders above it that there are not yet. Returns its path.
  std::string write(const std::string &name, const std::string &bytes) const {
    std::filesystem::path file = directory / name;
    std::filesystem::create_directories(file.parent_path());
    EXPECT_TRUE(writeFile(file.string(), bytes));
    return file.string();
  }

private:
  OwnDirectory own;

protected:
  const std::filesystem::path &directory = own.path;
};

} // namespace tern::test

#endif // TERN_TEST_UNIT_TEMPORARYDIRECTORY_H
