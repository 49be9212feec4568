//===- WeightFiles.h - Files that weights are read from -----------*- C++ -*-===//
//
// An artifact may leave weights in the model's own files. They are opened when the model is loaded, and must be the
// files that it was compiled from: by size and by the hash of the header here, by the hash of each weight when it is
// packed (WeightPacker.h).
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_PACKING_WEIGHTFILES_H
#define TERN_RUNTIME_PACKING_WEIGHTFILES_H

#include "runtime/Artifact/Program.h"
#include "runtime/Base/MappedFile.h"

namespace tern {

/// Opens the files of `program`, in their order. Problems: a file that is gone or is another one.
Result<std::vector<MappedFile>> openWeightFiles(const Program &program);

} // namespace tern

#endif // TERN_RUNTIME_PACKING_WEIGHTFILES_H
