//===- ArtifactWriter.h - Making the file that ships -------------*- C++ -*-===//
//
// An artifact is one ZIP file with nothing compressed: sections that are data of their own, all described by the first,
// `tern.json`. docs/Artifact.md has the format.
//
//   Result<ArtifactWriter> writer = ArtifactWriter::create("model.tern");
//   writer->beginWeights(program.weightBytes);         // gigabytes, in pieces as they are packed
//   for (...) writer->appendWeights(piece);
//   writer->addVariant("x86-64-v4", {"avx512vnni"}, code, program);
//   writer->addVariant("sm_90a", {}, cubin, gpuProgram, source);
//   writer->add(section::graph, ir);
//   writer->commit("tern 0.1.0", model);               // now the file appears, whole
//
// The same calls with the same bytes make the same file.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_ARTIFACT_ARTIFACTWRITER_H
#define TERN_RUNTIME_ARTIFACT_ARTIFACTWRITER_H

#include "runtime/Artifact/Manifest.h"
#include "runtime/Artifact/Program.h"
#include "runtime/Artifact/ZipWriter.h"

namespace tern {

/// Writes an artifact. After a problem every further call repeats it and the file that was there before stays.
class ArtifactWriter {
public:
  /// Problems: as AtomicFile::create.
  static Result<ArtifactWriter> create(const std::string &path);

  /// Adds a section; its name is as isZipName asks, and new.
  Status add(const std::string &name, std::string_view bytes);

  /// Adds code and program for one kind of processor, a CPU or a GPU, as `target` says. Call for the best kind first.
  /// `source`, if not empty, is what the code was compiled from: CUDA C++ from which a runtime makes code for other
  /// GPUs.
  Status addVariant(std::string target, std::vector<std::string> features, std::string_view code,
                    const Program &program, std::string_view source = {});

  /// Announces the weights: their size, what the programs have as `weightBytes`. At most once; until as many bytes are
  /// appended nothing else may be added. `bytes` 0 does nothing.
  Status beginWeights(std::uint64_t bytes);
  /// The next bytes of the weights, of any length, also the zeros between one weight and the next.
  Status appendWeights(std::string_view piece);

  /// Makes the file appear, unless `check` has a problem with it. Call once, last.
  Status commit(std::string producer, ArtifactModel model, const FileCheck &check = {});

private:
  explicit ArtifactWriter(ZipWriter zip) : zip(std::move(zip)) {}

  ZipWriter zip;
  Manifest manifest;
};

} // namespace tern

#endif // TERN_RUNTIME_ARTIFACT_ARTIFACTWRITER_H
