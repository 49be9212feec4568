//===- Nvrtc.h - CUDA C++ to cubins -------------------------------*- C++ -*-===//
//
// NVIDIA's compiler as a library (https://docs.nvidia.com/cuda/nvrtc), found when the program runs. It needs no GPU and
// no driver: `tern compile` uses it ahead of time, the runtime for a GPU that an artifact has no cubin for.
//
//   Result<Nvrtc> nvrtc = Nvrtc::open();
//   Result<CompiledCubin> made = nvrtc->compile({text, "gpu-0.cu", "model.tern"}, "sm_90a");
//
// All kernels are compiled with the same options: C++17, and no products and sums made into one rounding unless the
// source says so, so that host and GPU compute the same bits from the same source.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_NVRTC_H
#define TERN_RUNTIME_CUDA_NVRTC_H

#include "runtime/Base/Result.h"
#include "runtime/Cuda/KernelResources.h"

#include <memory>

namespace tern {

/// Self-contained CUDA C++: it includes nothing.
struct CudaSource {
  std::string_view text;
  std::string name;  ///< Of the file, in the compiler's messages: "gpu-0.cu".
  std::string where; ///< What problems begin with: "model.tern"; may be empty.
};

struct CompiledCubin {
  std::string cubin;
  std::string log; ///< Warnings, and the assembler's report.
  std::vector<KernelResources> kernels;
};

/// The options that all code for `architecture` is compiled with.
std::vector<std::string> nvrtcArguments(const std::string &architecture);

struct NvrtcOptions {
  std::vector<std::string> more; ///< Further options of NVRTC.
  std::string keepFolder;        ///< Where a source that does not compile is kept; empty: a new temporary folder.
};

/// Copies are the same compiler; const members may be called from several threads.
class Nvrtc {
public:
  /// Looks for the library: `path` alone if it is given, else below CUDA_HOME and CUDA_PATH, where the loader looks,
  /// and in /usr/local/cuda. Problem: it is not there or does not work, and what to install.
  static Result<Nvrtc> open(const std::string &path = "");

  const std::string &path() const;
  std::string version() const; ///< "13.0".

  /// Architectures that it compiles for, ascending: 90 stands for sm_90 and sm_90a.
  const std::vector<int> &architectures() const;

  /// Compiles for `architecture`, "sm_90a". Problems: an architecture that it does not know; a source with mistakes,
  /// with the first of them and where source and log are kept.
  Result<CompiledCubin> compile(const CudaSource &source, const std::string &architecture,
                                const NvrtcOptions &options = {}) const;

private:
  struct Library;
  explicit Nvrtc(std::shared_ptr<const Library> library) : library(std::move(library)) {}
  Problem mistake(const CudaSource &source, const std::string &architecture, const NvrtcOptions &options,
                  const std::string &log) const;

  std::shared_ptr<const Library> library;
};

} // namespace tern

#endif // TERN_RUNTIME_CUDA_NVRTC_H
