//===- ProgramNames.h - Names that programs have in JSON ---------*- C++ -*-===//

#ifndef TERN_RUNTIME_ARTIFACT_PROGRAMNAMES_H
#define TERN_RUNTIME_ARTIFACT_PROGRAMNAMES_H

#include "runtime/Artifact/Program.h"

namespace tern {

/// What operands that are weights and states begin with: "w17", "s3".
constexpr char weightPrefix[] = "w", statePrefix[] = "s";

inline const char *layoutName(WeightLayout layout) {
  switch (layout) {
  case WeightLayout::Rows:
    return "rows";
  case WeightLayout::Tiles16:
    return "tiles16";
  }
  return "";
}

} // namespace tern

#endif // TERN_RUNTIME_ARTIFACT_PROGRAMNAMES_H
