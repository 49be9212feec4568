//===- SharedLibrary.cpp - Libraries that may be absent -------------------===//

#include "runtime/Cuda/SharedLibrary.h"

#include <dlfcn.h>
#include <unistd.h>

using namespace tern;

SharedLibrary::SharedLibrary(const std::vector<std::string> &paths) {
  bool isThere = false;
  for (const std::string &path : paths) {
    handle = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    if (handle) {
      name = path;
      failure.clear();
      return;
    }
    const char *text = dlerror();
    bool exists = path.find('/') != std::string::npos && access(path.c_str(), F_OK) == 0;
    if (exists || !isThere)
      failure = text ? text : path + " cannot be loaded";
    isThere |= exists;
  }
}

void *SharedLibrary::find(const char *function) const { return handle ? dlsym(handle, function) : nullptr; }
