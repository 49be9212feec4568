//===- KernelLibrary.cpp - Compiled kernels in this process ---------------===//

#include "runtime/Cpu/KernelLibrary.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace tern;

namespace {

/// A file that only this process knows, open for writing and for dlopen by path. Closed and removed on destruction,
/// unless the descriptor was taken; what was loaded from it stays.
class PrivateFile {
public:
  /// `anonymous`: in memory, without a name.
  explicit PrivateFile(bool anonymous) {
    if (anonymous) {
      descriptor = memfd_create("tern-kernels", MFD_CLOEXEC);
      place = "/proc/self/fd/" + std::to_string(descriptor);
      return;
    }
    const char *folder = std::getenv("TMPDIR");
    place = std::string(folder && *folder ? folder : "/tmp") + "/tern-kernels-XXXXXX";
    descriptor = mkostemp(place.data(), O_CLOEXEC);
    named = descriptor >= 0;
  }
  PrivateFile(const PrivateFile &) = delete;
  PrivateFile &operator=(const PrivateFile &) = delete;
  ~PrivateFile() {
    if (descriptor >= 0)
      close(descriptor);
    if (named)
      unlink(place.c_str());
  }

  const std::string &path() const { return place; }
  int take() { return std::exchange(descriptor, -1); }

  /// Nothing on success, else the system's reason.
  std::string write(std::string_view bytes) {
    if (descriptor < 0)
      return std::strerror(errno);
    while (!bytes.empty()) {
      ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR)
        continue;
      if (count <= 0)
        return std::strerror(count < 0 ? errno : ENOSPC);
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return "";
  }

private:
  std::string place;
  int descriptor = -1;
  bool named = false;
};

} // namespace

/// A handle from dlopen, and the descriptor behind its path. On failure null, and `reason` says why.
static void *open(std::string_view object, bool anonymous, int &descriptor, std::string &reason) {
  PrivateFile file(anonymous);
  reason = file.write(object);
  if (!reason.empty())
    return nullptr;
  void *handle = dlopen(file.path().c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char *text = dlerror();
    reason = text ? text : "the loader gives no reason";
    return nullptr;
  }
  descriptor = file.take();
  return handle;
}

Result<KernelLibrary> KernelLibrary::load(std::string_view object, const std::vector<std::string> &names,
                                          const std::string &where) {
  if (object.size() < 64 || object.substr(0, 4) != "\177ELF")
    return Problem{where, "kernel code must be an ELF shared object; the first bytes are not those of one", ""};

  KernelLibrary library{std::vector<TernKernel>{}};
  std::string inMemory, onDisk;
  library.handle = open(object, true, library.descriptor, inMemory);
  if (!library.handle)
    library.handle = open(object, false, library.descriptor, onDisk);
  if (!library.handle)
    return Problem{where, "kernel code could not be loaded: " + inMemory + "; from a temporary file: " + onDisk, ""};

  for (const std::string &name : names) {
    void *symbol = dlsym(library.handle, ("tern_" + name).c_str());
    if (!symbol)
      return Problem{where, "kernel code lacks the function 'tern_" + name + "' that the program calls",
                     "compile the model again"};
    library.kernels.push_back(reinterpret_cast<TernKernel>(symbol));
  }
  return library;
}

KernelLibrary::KernelLibrary(KernelLibrary &&other) noexcept
    : handle(std::exchange(other.handle, nullptr)), descriptor(std::exchange(other.descriptor, -1)),
      kernels(std::move(other.kernels)) {}

KernelLibrary &KernelLibrary::operator=(KernelLibrary &&other) noexcept {
  std::swap(handle, other.handle);
  std::swap(descriptor, other.descriptor);
  std::swap(kernels, other.kernels);
  return *this;
}

KernelLibrary::~KernelLibrary() {
  if (handle)
    dlclose(handle);
  if (descriptor >= 0)
    close(descriptor);
}
