//===- ArtifactTesting.h - Artifacts for tests -------------------*- C++ -*-===//

#ifndef TERN_TEST_UNIT_ARTIFACT_ARTIFACTTESTING_H
#define TERN_TEST_UNIT_ARTIFACT_ARTIFACTTESTING_H

#include "ProgramTesting.h"

#include "runtime/Artifact/ArtifactReader.h"
#include "runtime/Artifact/ArtifactWriter.h"
#include "runtime/Base/ContentHash.h"
#include "test/unit/TemporaryDirectory.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace tern {

/// A path in a directory that this process alone has.
inline std::string testPath(const std::string &name) {
  static test::OwnDirectory directory;
  return (directory.path / name).string();
}

inline std::string readBytes(const std::string &path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The weights that the test program speaks of: 640 bytes at 64 of 8192.
inline std::string makeTestWeights() {
  std::string weights(8192, '\0');
  for (int i = 0; i < 640; ++i)
    weights[64 + i] = static_cast<char>(i * 7);
  return weights;
}

/// The test program with the hash of its embedded weight.
inline Program makeHashedProgram() {
  Program program = makeTestProgram(5);
  program.weights[0].hash = contentHashOf(makeTestWeights().substr(64, 640));
  return program;
}

/// Writes a small artifact with a section of each kind.
inline Status writeTestArtifact(const std::string &path) {
  Result<ArtifactWriter> writer = ArtifactWriter::create(path);
  if (!writer)
    return writer.problem();
  std::string weights = makeTestWeights();
  Status statuses[] = {
      writer->beginWeights(weights.size()),
      writer->appendWeights(std::string_view(weights).substr(0, 100)),
      writer->appendWeights(std::string_view(weights).substr(100)),
      writer->addVariant("x86-64-v4", {"avx512vnni"}, "not really code", makeHashedProgram()),
      writer->add(section::graph, "graph.func @main() {}"),
      writer->commit("tern test", {"tiny", "llama", 2048, 100}),
  };
  for (const Status &status : statuses)
    if (!status)
      return status;
  return Done{};
}

/// The bytes of that artifact.
inline std::string testArtifact() {
  std::string path = testPath("bytes.tern");
  Status written = writeTestArtifact(path);
  EXPECT_TRUE(written) << written.problem().str();
  std::string bytes = readBytes(path);
  std::remove(path.c_str());
  return bytes;
}

} // namespace tern

#endif // TERN_TEST_UNIT_ARTIFACT_ARTIFACTTESTING_H
