//===- MappedFile.cpp - Read-only files in memory -------------------------===//

#include "runtime/Base/MappedFile.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace tern;

static Problem systemProblem(const std::string &path, const char *action, int error) {
  const char *remedy = error == ENOENT   ? "check the path"
                       : error == EACCES ? "make the file readable for this user"
                                         : "check the file and the disk";
  return {path, std::string("cannot ") + action + ": " + std::strerror(error), remedy};
}

Result<MappedFile> MappedFile::open(const std::string &path) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0)
    return systemProblem(path, "open", errno);
  struct stat status;
  if (::fstat(descriptor, &status) != 0) {
    int error = errno;
    ::close(descriptor);
    return systemProblem(path, "stat", error);
  }
  if (!S_ISREG(status.st_mode)) {
    ::close(descriptor);
    return Problem{path, S_ISDIR(status.st_mode) ? "is a directory, not a file" : "is not a regular file",
                   "name the file itself"};
  }
  MappedFile file;
  file.name = path;
  file.length = static_cast<std::size_t>(status.st_size);
  if (file.length > 0) {
    void *address = ::mmap(nullptr, file.length, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (address == MAP_FAILED) {
      int error = errno;
      ::close(descriptor);
      file.length = 0;
      return systemProblem(path, "map", error);
    }
    file.bytes = static_cast<const std::uint8_t *>(address);
  }
  ::close(descriptor);
  return file;
}

MappedFile::MappedFile(MappedFile &&other) noexcept { *this = std::move(other); }

MappedFile &MappedFile::operator=(MappedFile &&other) noexcept {
  std::swap(name, other.name);
  std::swap(bytes, other.bytes);
  std::swap(length, other.length);
  return *this;
}

MappedFile::~MappedFile() {
  if (bytes)
    ::munmap(const_cast<std::uint8_t *>(bytes), length);
}
