//===- AtomicFile.cpp - Files that appear whole or not at all -------------===//

#include "runtime/Base/AtomicFile.h"

#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace tern;

namespace {

/// While it lives, passing the limit on file sizes (ulimit -f) is an error of write() and not the end of the process.
/// The kernel sends SIGXFSZ to the writing thread, so blocking it there and taking it back disturbs nobody else.
class FileSizeSignalHeld {
public:
  FileSizeSignalHeld() {
    sigemptyset(&held);
    sigaddset(&held, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &held, &before);
  }
  ~FileSizeSignalHeld() {
    int error = errno;
    if (!sigismember(&before, SIGXFSZ)) {
      timespec now = {0, 0};
      while (sigtimedwait(&held, nullptr, &now) == -1 && errno == EINTR)
        ;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error;
  }

private:
  sigset_t held, before;
};

Problem systemProblem(const std::string &path, const char *action, int error) {
  const char *remedy = "check the path and the disk";
  switch (error) {
  case ENOENT:
  case ENOTDIR:
    remedy = "create the directory first";
    break;
  case EACCES:
  case EPERM:
    remedy = "choose a directory that this user may write";
    break;
  case EROFS:
    remedy = "choose a place that is not read-only";
    break;
  case ENOSPC:
  case EDQUOT:
    remedy = "free some space or choose another disk";
    break;
  case EFBIG:
    remedy = "raise the limit on file sizes (ulimit -f) or choose another file system";
    break;
  case ESPIPE:
    remedy = "name a regular file: a pipe takes nothing back";
    break;
  case ENAMETOOLONG:
    remedy = "choose a shorter name";
    break;
  }
  return {path, std::string("cannot ") + action + ": " + std::strerror(error), remedy};
}

/// `path` with every symbolic link followed, if it exists.
std::string resolveLinks(const std::string &path) {
  char resolved[PATH_MAX];
  return ::realpath(path.c_str(), resolved) ? std::string(resolved) : path;
}

std::string directoryOf(const std::string &path) {
  std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

/// A hidden name beside `target` that no other process or thread uses now.
std::string temporaryName(const std::string &target) {
  static std::atomic<unsigned> count{0};
  std::size_t slash = target.rfind('/');
  std::size_t nameStart = slash == std::string::npos ? 0 : slash + 1;
  std::string name = target.substr(nameStart, 200); // leaves room below NAME_MAX
  return target.substr(0, nameStart) + "." + name + ".tmp-" + std::to_string(::getpid()) + "-" +
         std::to_string(count++);
}

/// A file in `directory` that has no name, so that nothing is left of it if the process is killed; -1 where the file
/// system has no such files, or where they could not be given a name later.
int openUnnamed(const std::string &directory) {
  if (::access("/proc/self/fd", X_OK) != 0)
    return -1;
  return ::open(directory.c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
}

/// Gives the file of `descriptor` the name `temporary`, or another one like it, unless it has a name. False: errno says
/// why not.
bool giveName(int descriptor, const std::string &target, std::string &temporary) {
  struct stat status;
  if (::fstat(descriptor, &status) != 0)
    return false;
  if (status.st_nlink > 0)
    return true;
  std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  for (int attempt = 0; attempt < 100; ++attempt) {
    if (::linkat(AT_FDCWD, path.c_str(), AT_FDCWD, temporary.c_str(), AT_SYMLINK_FOLLOW) == 0)
      return true;
    if (errno != EEXIST)
      break;
    temporary = temporaryName(target);
  }
  return false;
}

} // namespace

Result<AtomicFile> AtomicFile::create(const std::string &path) {
  AtomicFile file;
  file.path = path;
  file.target = resolveLinks(path);
  struct stat status;
  bool exists = ::stat(file.target.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode))
    return Problem{path, "is a directory, not a file", "name the file itself"};
  if (exists && !S_ISREG(status.st_mode)) {
    file.descriptor = ::open(file.target.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (file.descriptor < 0)
      return systemProblem(path, "write", errno);
    return file;
  }
  file.temporary = temporaryName(file.target);
  file.descriptor = openUnnamed(directoryOf(file.target));
  // A name can only be taken by what a killed process of the same number left behind.
  for (int attempt = 0; attempt < 100 && file.descriptor < 0; ++attempt) {
    file.temporary = temporaryName(file.target);
    file.descriptor = ::open(file.temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file.descriptor < 0 && errno != EEXIST)
      break;
  }
  if (file.descriptor < 0) {
    int error = errno;
    file.temporary.clear(); // not ours to remove
    return systemProblem(path, "create", error);
  }
  if (exists && ::fchmod(file.descriptor, status.st_mode & 07777) != 0)
    return file.fail("set the permissions of", errno).problem();
  return file;
}

Status AtomicFile::write(std::string_view bytes) {
  if (descriptor < 0)
    return failure;
  FileSizeSignalHeld guard;
  while (!bytes.empty()) {
    ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return fail("write", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return Done{};
}

Status AtomicFile::writeAt(std::uint64_t offset, std::string_view bytes) {
  if (descriptor < 0)
    return failure;
  FileSizeSignalHeld guard;
  while (!bytes.empty()) {
    ssize_t written = ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return fail("write", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return Done{};
}

/// Where what was written can be opened.
std::string AtomicFile::pathBeforeCommit() const {
  struct stat status;
  if (::fstat(descriptor, &status) == 0 && status.st_nlink == 0)
    return "/proc/self/fd/" + std::to_string(descriptor);
  return temporary.empty() ? target : temporary;
}

Status AtomicFile::commit(const FileCheck &check) {
  if (descriptor < 0)
    return failure;
  bool replaces = !temporary.empty();
  if (replaces && ::fsync(descriptor) != 0)
    return fail("write", errno);
  if (check)
    if (Status checked = check(pathBeforeCommit()); !checked)
      return fail(checked.problem());
  if (replaces && !giveName(descriptor, target, temporary))
    return fail("create", errno);
  // Some file systems report a full disk only now.
  int open = std::exchange(descriptor, -1);
  if (::close(open) != 0 && errno != EINTR)
    return fail("write", errno);
  if (!replaces)
    return Done{};
  if (::rename(temporary.c_str(), target.c_str()) != 0)
    return fail("replace", errno);
  temporary.clear();
  // The new name must survive a power cut as the bytes do. Not every file system can sync a directory; the file is
  // whole either way.
  int directory = ::open(directoryOf(target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    (void)::fsync(directory);
    ::close(directory);
  }
  return Done{};
}

Status AtomicFile::fail(const char *action, int error) { return fail(systemProblem(path, action, error)); }

Status AtomicFile::fail(Problem problem) {
  discard();
  failure = std::move(problem);
  return failure;
}

void AtomicFile::discard() {
  if (descriptor >= 0)
    ::close(std::exchange(descriptor, -1));
  if (!temporary.empty())
    ::unlink(temporary.c_str());
  temporary.clear();
}

AtomicFile::AtomicFile(AtomicFile &&other) noexcept { *this = std::move(other); }

AtomicFile &AtomicFile::operator=(AtomicFile &&other) noexcept {
  std::swap(path, other.path);
  std::swap(target, other.target);
  std::swap(temporary, other.temporary);
  std::swap(descriptor, other.descriptor);
  std::swap(failure, other.failure);
  return *this;
}

AtomicFile::~AtomicFile() { discard(); }

Status tern::writeFile(const std::string &path, std::string_view bytes) {
  Result<AtomicFile> file = AtomicFile::create(path);
  if (!file)
    return file.problem();
  if (Status written = file->write(bytes); !written)
    return written;
  return file->commit();
}
