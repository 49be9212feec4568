//===- Target.h - What code is generated for ---------------------*- C++ -*-===//

#ifndef TERN_TARGET_TARGET_H
#define TERN_TARGET_TARGET_H

#include "tern/Target/CpuTarget.h"
#include "tern/Target/CudaTarget.h"

#include <variant>

namespace tern {

/// A CPU or a GPU.
using Target = std::variant<CpuTarget, CudaTarget>;

/// The target called `name`: a CPU's ("cpu", "cpu:x86-64-v4+vnni") or a GPU's ("sm_90a"). Problems name what exists.
Result<Target> parseTarget(llvm::StringRef name);

/// Its canonical name: "x86-64-v4+vnni", "sm_90a".
const std::string &nameOf(const Target &target);

/// Whether it is a GPU: what the phase schedule depends on.
bool isGpu(const Target &target);

} // namespace tern

#endif // TERN_TARGET_TARGET_H
