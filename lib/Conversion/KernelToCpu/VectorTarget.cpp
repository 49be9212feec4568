//===- VectorTarget.cpp - What generated code needs of a CPU --------------===//

#include "lib/Conversion/KernelToCpu/VectorTarget.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace tern::cpu {

VectorTarget vectorTargetFor(const Triple &triple, StringRef features) {
  SmallVector<StringRef> parts;
  features.split(parts, ',', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  StringSet<> on;
  for (StringRef part : parts) {
    if (part.consume_front("+"))
      on.insert(part);
    else if (part.consume_front("-"))
      on.erase(part);
  }

  VectorTarget target;
  if (triple.isAArch64()) {
    target.registers = 32;
    if (on.contains("dotprod"))
      target.dotStep = DotStep::Sdot;
    return target;
  }
  if (!triple.isX86())
    return target;
  bool avx512 = on.contains("avx512f") && on.contains("avx512bw");
  if (avx512) {
    target.registerBytes = 64;
    target.registers = 32;
    target.bf16Dot = on.contains("avx512bf16");
  } else if (on.contains("avx2")) {
    target.registerBytes = 32;
  }
  bool vnni = avx512 ? on.contains("avx512vnni") : on.contains("avxvnni");
  if (vnni)
    target.dotStep = DotStep::Vnni;
  else if (target.registerBytes > 16)
    target.dotStep = DotStep::Maddubs;
  return target;
}

} // namespace tern::cpu
