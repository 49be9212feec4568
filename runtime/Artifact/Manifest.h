//===- Manifest.h - What an artifact says of itself --------------*- C++ -*-===//
//
// The entry `tern.json`, first in every artifact: version, model, variants of the code, and the names and hashes of all
// other sections.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_ARTIFACT_MANIFEST_H
#define TERN_RUNTIME_ARTIFACT_MANIFEST_H

#include "runtime/Base/Json.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tern {

/// The version of the format that this Tern writes, and the only one that it reads. Raised with every change.
constexpr std::int64_t artifactVersion = 2;

/// Names of sections that have one place. Those of variants are in the manifest; those of text begin with "text/".
namespace section {
constexpr char manifest[] = "tern.json", graph[] = "graph.mlir", weights[] = "weights.bin";
constexpr char golden[] = "golden.json", goldenLogits[] = "golden.bin";
} // namespace section

/// What was compiled. IR that was written by hand may say less: empty and 0 mean not known.
struct ArtifactModel {
  std::string name;         ///< As its files call it.
  std::string architecture; ///< "llama", "qwen3", ...
  std::int64_t maxContext = 0;
  std::int64_t vocabulary = 0; ///< Logits of a position.
};

/// Code and program for one kind of processor.
struct ArtifactVariant {
  std::string target;                ///< "x86-64-v4", "sm_90a".
  std::vector<std::string> features; ///< What the processor must have: "avx512vnni".
  std::string code, program;         ///< Names of sections: "cpu-0.so", "cpu-0.json".
  std::string source;                ///< "gpu-1.cu": what the code was compiled from; empty if it is not there.
};

/// Whether a variant for `target` runs on an NVIDIA GPU: "sm_" and a number, perhaps with a letter after it.
bool isGpuTarget(std::string_view target);

struct Manifest {
  std::string producer; ///< "tern 0.1.0".
  ArtifactModel model;
  std::vector<ArtifactVariant> variants; ///< The best first.
  bool hasGraph = false, hasGolden = false, hasWeights = false;
  std::vector<std::pair<std::string, std::string>>
      sections; ///< Name and content hash of each but manifest and weights.
};

std::string writeManifest(const Manifest &manifest);

/// Problems: another version, named with what to do; else as readProgram. Names of sections are checked against
/// `sections`, not yet against the file.
Result<Manifest> readManifest(std::string_view text, const std::string &where);

} // namespace tern

#endif // TERN_RUNTIME_ARTIFACT_MANIFEST_H
