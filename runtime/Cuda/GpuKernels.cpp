//===- GpuKernels.cpp - Compiled kernels on the device --------------------===//

#include "runtime/Cuda/GpuKernels.h"

using namespace tern;

static constexpr char compileAgain[] = "compile the model again";

Result<GpuKernels> GpuKernels::load(std::shared_ptr<GpuContext> context, std::string_view cubin, const Program &program,
                                    const std::string &where, Loading *loading) {
  if (program.shapes.size() != program.kernels.size())
    return Problem{where, "a program for a GPU must have a shape for each kernel", compileAgain};
  GpuKernels kernels;
  GpuContext::Scope scope(*context);
  std::string image(cubin); // aligned, and nothing that the driver reads changes under it
  cuda::Code code = (*context)->moduleLoadData(&kernels.module, image.data());
  if (code != cuda::success) {
    if (loading)
      loading->refused =
          code == cuda::invalidImage || code == cuda::noBinaryForGpu || code == cuda::unsupportedPtxVersion;
    return context->problem(where, "the driver does not load the code", code);
  }
  kernels.context = std::move(context);
  for (std::size_t i = 0; i != program.kernels.size(); ++i)
    if (Status status = kernels.find(program.kernels[i], program.shapes[i], where); !status)
      return status.problem();
  code = (*kernels.context)->moduleGetFunction(&kernels.greedy, kernels.module, "tern_next_token");
  if (code == cuda::notFound)
    return Problem{where, "kernel code lacks the function 'tern_next_token'", compileAgain};
  if (code != cuda::success)
    return kernels.context->problem(where + ": kernel 'next_token'", "cannot be loaded", code);
  return kernels;
}

Status GpuKernels::find(const std::string &name, const KernelShape &shape, const std::string &where) {
  cuda::Function function = nullptr;
  std::string place = where + ": kernel '" + name + "'";
  cuda::Code code = (*context)->moduleGetFunction(&function, module, ("tern_" + name).c_str());
  if (code == cuda::notFound)
    return Problem{where, "kernel code lacks the function 'tern_" + name + "' that the program calls", compileAgain};
  if (code != cuda::success)
    return context->problem(place, "cannot be loaded", code);
  int most = 0, fixed = 0;
  code = (*context)->functionGetAttribute(&most, cuda::functionMaxThreads, function);
  if (code == cuda::success)
    code = (*context)->functionGetAttribute(&fixed, cuda::functionSharedBytes, function);
  if (code != cuda::success)
    return context->problem(place, "cannot be looked at", code);
  if (shape.threads > static_cast<unsigned>(most))
    return Problem{place,
                   "is compiled for blocks of up to " + std::to_string(most) + " threads, the program has " +
                       std::to_string(shape.threads),
                   compileAgain};
  std::uint64_t shared = std::uint64_t{shape.sharedBytes} + static_cast<std::uint64_t>(fixed);
  if (shared > context->device().sharedBytesPerBlock)
    return Problem{place,
                   "takes " + std::to_string(shared) + " bytes of shared memory, a block has " +
                       std::to_string(context->device().sharedBytesPerBlock) + " on " + context->device().name,
                   "compile the model with --target " + context->device().bestArchitecture()};
  if (shape.sharedBytes != 0)
    code = (*context)->functionSetAttribute(function, cuda::functionMaxDynamicSharedBytes,
                                            static_cast<int>(shape.sharedBytes));
  if (code != cuda::success)
    return context->problem(place, "is not given its shared memory", code);
  functions.push_back(function);
  return Done{};
}

void GpuKernels::swap(GpuKernels &other) {
  std::swap(context, other.context);
  std::swap(module, other.module);
  std::swap(functions, other.functions);
  std::swap(greedy, other.greedy);
}

GpuKernels::~GpuKernels() {
  if (!context)
    return;
  GpuContext::Scope scope(*context);
  (*context)->moduleUnload(module);
}
