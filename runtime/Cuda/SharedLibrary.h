//===- SharedLibrary.h - Libraries that may be absent --------------*- C++ -*-===//

#ifndef TERN_RUNTIME_CUDA_SHAREDLIBRARY_H
#define TERN_RUNTIME_CUDA_SHAREDLIBRARY_H

#include <string>
#include <vector>

namespace tern {

/// A library that is looked for when the program runs. It stays loaded until the program ends: NVIDIA's libraries take
/// memory and start threads when they are loaded, and unloading leaves those behind. Copies are the same library.
class SharedLibrary {
public:
  SharedLibrary() = default;

  /// The first of `paths` that can be loaded; names without a slash are looked for as the loader does.
  explicit SharedLibrary(const std::vector<std::string> &paths);

  explicit operator bool() const { return handle; }

  /// The path of `paths` that was loaded; empty if none was.
  const std::string &path() const { return name; }
  /// Why nothing was loaded: what the loader says of the last path that is there, or else of the last.
  const std::string &reason() const { return failure; }

  /// Null if the library has no such function.
  void *find(const char *function) const;

private:
  void *handle = nullptr;
  std::string name, failure;
};

} // namespace tern

#endif // TERN_RUNTIME_CUDA_SHAREDLIBRARY_H
