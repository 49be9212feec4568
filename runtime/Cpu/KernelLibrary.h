//===- KernelLibrary.h - Compiled kernels in this process ---------*- C++ -*-===//
//
// A variant's code is a complete shared object inside the artifact. It is copied into an anonymous file in memory and
// loaded from there, so nothing is written to disk and no path can be swapped underneath; where the system refuses such
// files, a private temporary file takes their place and is removed at once.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CPU_KERNELLIBRARY_H
#define TERN_RUNTIME_CPU_KERNELLIBRARY_H

#include "runtime/Base/Result.h"
#include "runtime/Cpu/KernelAbi.h"

#include <string_view>

namespace tern {

/// The kernels of one program, by their index in Program::kernels. Owns the loaded object: no kernel may be called
/// after it is gone. Movable, not copyable.
class KernelLibrary {
public:
  /// Loads the shared object in `object` and looks up `tern_<name>` for each of `names`. `where` names the artifact and
  /// variant in problems: not an object for this machine, unresolved imports, a kernel that is not there.
  static Result<KernelLibrary> load(std::string_view object, const std::vector<std::string> &names,
                                    const std::string &where);

  /// Kernels that are already in this process.
  explicit KernelLibrary(std::vector<TernKernel> kernels) : kernels(std::move(kernels)) {}

  KernelLibrary(KernelLibrary &&other) noexcept;
  KernelLibrary &operator=(KernelLibrary &&other) noexcept;
  KernelLibrary(const KernelLibrary &) = delete;
  KernelLibrary &operator=(const KernelLibrary &) = delete;
  ~KernelLibrary();

  std::size_t size() const { return kernels.size(); }
  TernKernel operator[](std::size_t index) const { return kernels[index]; }

private:
  void *handle = nullptr; ///< From dlopen; null for kernels of this process.
  int descriptor = -1;    ///< Open as long as `handle`: the loader takes an equal path for the same object.
  std::vector<TernKernel> kernels;
};

} // namespace tern

#endif // TERN_RUNTIME_CPU_KERNELLIBRARY_H
