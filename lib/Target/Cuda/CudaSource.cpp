//===- CudaSource.cpp - Kernels as a file of CUDA C++ ---------------------===//

#include "tern/Target/CudaSource.h"

#include "runtime/Cuda/Device/DeviceSource.h"
#include "tern/Target/PrintCuda.h"

using namespace mlir;
using namespace tern;

Result<std::string> tern::cudaSourceOf(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  std::string_view device = deviceSource();
  PrintCudaOptions options;
  options.deviceHeaders = device;
  if (failed(printCudaSource(module, stream, options)))
    return Problem{"emit", "the kernels cannot be printed as CUDA C++", "see the errors above"};
  return text;
}

llvm::StringRef tern::kernelInSource(llvm::StringRef source, llvm::StringRef name) {
  size_t place = source.find((name + "(").str());
  while (place != llvm::StringRef::npos && place != 0 && !llvm::StringRef(" \n").contains(source[place - 1]))
    place = source.find((name + "(").str(), place + 1);
  if (place == llvm::StringRef::npos)
    return {};
  size_t begin = source.take_front(place).rfind("\n\n"), end = source.find("\n}\n", place);
  if (begin == llvm::StringRef::npos || end == llvm::StringRef::npos)
    return {};
  return source.slice(begin + 2, end + 3);
}
