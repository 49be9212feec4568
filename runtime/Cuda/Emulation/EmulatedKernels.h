//===- EmulatedKernels.h - Generated CUDA C++, compiled and run here -*- C++ -*-===//
//
// From the text of a generated .cu file to kernels that run on this machine, for tests of the compiler and for the fake
// driver of the runtime's tests:
//
//   Result<EmulatedKernels> kernels = EmulatedKernels::compile(text);
//   void *parameters[] = {&x, &y, &sizes, &problem};           // as for cuLaunchKernel
//   Status done = kernels->launch("tern_norm_1", parameters, grid, block, sharedBytes, seed);
//
// The text is self-contained, as NVRTC gets it. Emulation.h documents what is emulated, what is detected, what the
// library exports, and what the seed does.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_EMULATION_EMULATEDKERNELS_H
#define TERN_RUNTIME_CUDA_EMULATION_EMULATEDKERNELS_H

#include "runtime/Base/Result.h"

#include <string>
#include <string_view>
#include <vector>

namespace tern {

struct EmulationOptions {
  /// The compiler, and the folder that "runtime/Cuda/Emulation/Emulation.h" is below; empty for those of this build.
  std::string compiler, sourceRoot;
  /// Whether accesses beyond an allocation end the process. The program must be built with the sanitizer as well.
  bool detectOutOfBounds = false;
  /// Whether accesses that nothing orders end a launch (RaceDetector.h). Not together with the other.
  bool detectRaces = false;
  int optimization = 1;
};

/// The names of the `__global__` functions of a source, in their order.
std::vector<std::string> kernelNamesOf(std::string_view source);

/// What the compiler is given: dynamic shared memory by its emulated name, and an exported launcher for each kernel.
std::string emulationSourceOf(std::string_view source);

/// Compiles `source` to the shared library `path`. A problem shows what the compiler said, and keeps `path` + ".cpp".
Status compileEmulation(std::string_view source, const std::string &path, const EmulationOptions &options = {});

/// A compiled and loaded source.
class EmulatedKernels {
public:
  static Result<EmulatedKernels> compile(std::string_view source, const EmulationOptions &options = {});

  /// Loads a library that compileEmulation made.
  static Result<EmulatedKernels> load(const std::string &path);

  bool has(const std::string &kernel) const;

  /// Runs a grid to its end. `parameters` holds the address of each argument. A problem says what a GPU would not have
  /// forgiven; the operands are then half written.
  Status launch(const std::string &kernel, void **parameters, unsigned grid, unsigned block, unsigned sharedBytes = 0,
                unsigned long long seed = 0) const;

private:
  explicit EmulatedKernels(void *library);

  void *library; ///< From dlopen; stays loaded, since its fibers keep their stacks.
};

} // namespace tern

#endif // TERN_RUNTIME_CUDA_EMULATION_EMULATEDKERNELS_H
