//===- GpuKernels.h - Compiled kernels on the device ---------------*- C++ -*-===//

#ifndef TERN_RUNTIME_CUDA_GPUKERNELS_H
#define TERN_RUNTIME_CUDA_GPUKERNELS_H

#include "runtime/Artifact/Program.h"
#include "runtime/Cuda/Driver.h"

namespace tern {

/// The kernels of one program, by their index in Program::kernels. Owns the module. Movable, not copyable.
class GpuKernels {
public:
  GpuKernels() = default;

  /// Whether the driver took the code, apart from other problems: code that it does not take can be compiled again.
  struct Loading {
    bool refused = false;
  };

  /// Loads a cubin and looks up `tern_<name>` for each kernel. `where` names artifact and variant in problems: code
  /// that the driver refuses, a kernel that is not there, a shape that code or device does not allow.
  static Result<GpuKernels> load(std::shared_ptr<GpuContext> context, std::string_view cubin, const Program &program,
                                 const std::string &where, Loading *loading = nullptr);

  GpuKernels(GpuKernels &&other) noexcept { swap(other); }
  GpuKernels &operator=(GpuKernels &&other) noexcept {
    swap(other);
    return *this;
  }
  GpuKernels(const GpuKernels &) = delete;
  GpuKernels &operator=(const GpuKernels &) = delete;
  ~GpuKernels();

  cuda::Function operator[](std::size_t index) const { return functions[index]; }
  /// tern_next_token of runtime/Cuda/Device/NextToken.h.
  cuda::Function nextToken() const { return greedy; }

private:
  Status find(const std::string &name, const KernelShape &shape, const std::string &where);
  void swap(GpuKernels &other);

  std::shared_ptr<GpuContext> context;
  cuda::Module module = nullptr;
  std::vector<cuda::Function> functions;
  cuda::Function greedy = nullptr;
};

} // namespace tern

#endif // TERN_RUNTIME_CUDA_GPUKERNELS_H
