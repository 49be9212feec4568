//===- MakeFakeCubin.cpp - CUDA C++ to what the fake driver executes ------===//
//
// Usage: TernMakeFakeCubin SOURCE.cu OUTPUT
//
//===----------------------------------------------------------------------===//

#include "runtime/Base/MappedFile.h"
#include "runtime/Cuda/Emulation/EmulatedKernels.h"

#include <cstdio>

using namespace tern;

int main(int count, char **arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: %s SOURCE.cu OUTPUT\n", arguments[0]);
    return 2;
  }
  Result<MappedFile> source = MappedFile::open(arguments[1]);
  Status made = source ? compileEmulation(source->text(), arguments[2]) : Status(source.problem());
  if (!made)
    std::fprintf(stderr, "error: %s\n", made.problem().str().c_str());
  return made ? 0 : 1;
}
