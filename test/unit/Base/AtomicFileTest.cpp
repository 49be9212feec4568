//===- AtomicFileTest.cpp -------------------------------------------------===//

#include "runtime/Base/AtomicFile.h"

#include "runtime/Base/MappedFile.h"
#include "test/unit/TemporaryDirectory.h"

#include <csignal>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace tern;
using testing::HasSubstr;
namespace fs = std::filesystem;

namespace {

class AtomicFileTest : public test::TemporaryDirectory {
protected:
  std::string contents(const std::string &name) const {
    Result<MappedFile> file = MappedFile::open(name);
    return file ? std::string(file->text()) : "(" + file.problem().str() + ")";
  }
  std::size_t numFiles() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
  }

  std::string path = (directory / "model.plan").string();
};

TEST_F(AtomicFileTest, WritesNewAndReplacesOld) {
  ASSERT_TRUE(writeFile(path, "first"));
  EXPECT_EQ(contents(path), "first");
  ASSERT_TRUE(writeFile(path, "second"));
  EXPECT_EQ(contents(path), "second");
  EXPECT_EQ(numFiles(), 1u);
}

TEST_F(AtomicFileTest, ReplacesBytesWrittenBefore) {
  Result<AtomicFile> file = AtomicFile::create(path);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write("size ???? and "));
  ASSERT_TRUE(file->writeAt(5, "1234"));
  ASSERT_TRUE(file->write("data"));
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(contents(path), "size 1234 and data");
}

TEST_F(AtomicFileTest, AppearsOnlyOnCommit) {
  ASSERT_TRUE(writeFile(path, "old"));
  {
    Result<AtomicFile> file = AtomicFile::create(path);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write("half of"));
    EXPECT_EQ(contents(path), "old");
  }
  EXPECT_EQ(contents(path), "old");
  EXPECT_EQ(numFiles(), 1u) << "a file that is not committed leaves nothing behind";
}

TEST_F(AtomicFileTest, IsCheckedBeforeItAppears) {
  ASSERT_TRUE(writeFile(path, "old"));
  for (bool isGood : {false, true}) {
    Result<AtomicFile> file = AtomicFile::create(path);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write("new"));
    Status status = file->commit([&](const std::string &whole) -> Status {
      EXPECT_EQ(contents(whole), "new");
      EXPECT_EQ(contents(path), "old");
      return isGood ? Status(Done{}) : Status(Problem{"check", "finds it wanting", ""});
    });
    EXPECT_EQ(bool(status), isGood);
    EXPECT_EQ(isGood ? "" : file->status().problem().what, isGood ? "" : "finds it wanting");
    EXPECT_EQ(contents(path), isGood ? "new" : "old");
    EXPECT_EQ(numFiles(), 1u);
  }
}

TEST_F(AtomicFileTest, LeavesNothingBehindWhenKilled) {
  int unnamed = ::open(directory.c_str(), O_WRONLY | O_TMPFILE, 0600);
  if (unnamed < 0)
    GTEST_SKIP() << "the file system has no files without names";
  ::close(unnamed);
  ASSERT_TRUE(writeFile(path, "old"));
  pid_t child = ::fork();
  if (child == 0) {
    Result<AtomicFile> file = AtomicFile::create(path);
    if (file && file->write("half of"))
      ::kill(::getpid(), SIGKILL);
    ::_exit(1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(contents(path), "old");
  EXPECT_EQ(numFiles(), 1u);
}

TEST_F(AtomicFileTest, KeepsPermissionsAndLinks) {
  ASSERT_TRUE(writeFile(path, "old"));
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  std::string link = (directory / "link").string();
  fs::create_symlink("model.plan", link);
  ASSERT_TRUE(writeFile(link, "new"));
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(contents(path), "new");
  struct stat status;
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST_F(AtomicFileTest, RefusesWhatCannotBeWritten) {
  Status toDirectory = writeFile(directory.string(), "x");
  ASSERT_FALSE(toDirectory);
  EXPECT_THAT(toDirectory.problem().what, HasSubstr("is a directory"));
  Status nowhere = writeFile((directory / "none" / "file").string(), "x");
  ASSERT_FALSE(nowhere);
  EXPECT_THAT(nowhere.problem().str(), HasSubstr("create the directory first"));
  Status longName = writeFile((directory / std::string(300, 'n')).string(), "x");
  ASSERT_FALSE(longName);
  EXPECT_THAT(longName.problem().str(), HasSubstr("shorter name"));
  EXPECT_EQ(numFiles(), 0u);
}

TEST_F(AtomicFileTest, RefusesWithoutPermission) {
  if (::geteuid() == 0)
    GTEST_SKIP() << "root may write everywhere";
  ASSERT_EQ(::chmod(directory.c_str(), 0500), 0);
  Status status = writeFile(path, "x");
  ASSERT_EQ(::chmod(directory.c_str(), 0700), 0);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.problem().str(), HasSubstr("choose a directory that this user may write"));
}

TEST_F(AtomicFileTest, WritesThroughToDevices) {
  EXPECT_TRUE(writeFile("/dev/null", "x"));
  Status full = writeFile("/dev/full", "x");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.problem().where, "/dev/full");
  EXPECT_THAT(full.problem().remedy, HasSubstr("free some space"));
  EXPECT_TRUE(fs::is_character_file("/dev/full")) << "a device is not replaced";
}

/// Exit status of the child of FileThatGrowsTooLarge: which of its expectations failed first, or 0.
int writeUnderLimit(const std::string &path) {
  rlimit limit = {4096, 4096};
  if (::setrlimit(RLIMIT_FSIZE, &limit) != 0)
    return 1;
  Result<AtomicFile> file = AtomicFile::create(path);
  if (!file)
    return 2;
  Status status = file->write(std::string(100000, 'x'));
  if (status || status.problem().remedy.find("ulimit") == std::string::npos)
    return 3;
  if (file->write("more") || file->commit())
    return 4;
  return writeFile(path, "small") ? 0 : 5;
}

TEST_F(AtomicFileTest, FileThatGrowsTooLargeLeavesNothing) {
  ASSERT_TRUE(writeFile(path, "old"));
  pid_t child = ::fork();
  if (child == 0)
    ::_exit(writeUnderLimit(path));
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status)) << "the limit must be a problem, not a signal";
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(contents(path), "small");
  EXPECT_EQ(numFiles(), 1u);
}

} // namespace
