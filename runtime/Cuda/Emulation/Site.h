//===- Site.h - Places in the source of a kernel -----------------*- C++ -*-===//
//
// Threads that wait are told apart, and named, by the place where they wait: the caller of a function of the device
// headers, which gets it by arguments that the compiler fills in.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_EMULATION_SITE_H
#define TERN_RUNTIME_CUDA_EMULATION_SITE_H

#include <cstring>
#include <string>

namespace tern::emulation {

/// A place in the source, by which waiting threads are compared.
struct Site {
  const char *what;
  const char *file;
  int line;

  bool operator==(const Site &other) const {
    return line == other.line && std::strcmp(what, other.what) == 0 && std::strcmp(file, other.file) == 0;
  }
  std::string text() const { return std::string(what) + " at " + file + ":" + std::to_string(line); }
};

} // namespace tern::emulation

#endif // TERN_RUNTIME_CUDA_EMULATION_SITE_H
