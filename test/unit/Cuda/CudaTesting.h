//===- CudaTesting.h - The tiny model on the fake GPU --------------*- C++ -*-===//

#ifndef TERN_TEST_UNIT_CUDA_CUDATESTING_H
#define TERN_TEST_UNIT_CUDA_CUDATESTING_H

#include "FakeCuda.h"
#include "runtime/Artifact/ArtifactWriter.h"
#include "runtime/Cuda/CudaBackend.h"
#include "runtime/Cuda/SharedLibrary.h"
#include "test/unit/Cpu/TinyProgram.h"
#include "test/unit/TemporaryDirectory.h"

#include <fstream>
#include <gmock/gmock.h>
#include <iterator>

namespace tern::testing {

/// Must be loaded.
inline const SharedLibrary &fakeLibrary() {
  static const SharedLibrary library({TERN_FAKE_CUDA});
  return library;
}

inline FakeCuda &fakeCuda() {
  static auto get = reinterpret_cast<FakeCuda *(*)()>(fakeLibrary().find("ternFakeCuda"));
  return *get();
}

inline std::string contentsOf(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The tiny program for a GPU.
inline Program tinyGpuProgram(const TinyOptions &options = {}) {
  Program program = tinyProgram(options);
  program.scratchBytes = 0;
  program.shapes = {{32, 0}, {32, 0, true}, {64, 64 * 8}};
  return program;
}

/// What an artifact holds for one GPU.
struct TinyVariant {
  std::string target = "sm_90a", code = contentsOf(TERN_TINY_CUBIN), source = "// tiny\n";
  Program program = tinyGpuProgram();
};

/// A fresh fake GPU, a backend that uses it, and artifacts of the tiny model. Afterwards nothing may be left on the GPU
/// and no mistake have been made.
class CudaTest : public tern::test::TemporaryDirectory {
protected:
  void SetUp() override {
    ASSERT_TRUE(fakeLibrary()) << fakeLibrary().reason();
    reinterpret_cast<void (*)()>(fakeLibrary().find("ternFakeCudaReset"))();
    fakeCuda().nvrtcCubin = contentsOf(TERN_TINY_CUBIN);
    fakeCuda().devices[0].memory = std::uint64_t(64) << 20;
    newBackend();
  }

  void TearDown() override {
    const FakeCuda &fake = fakeCuda();
    EXPECT_THAT(fake.mistakes, ::testing::IsEmpty());
    EXPECT_EQ(fake.allocated + fake.blocks + fake.pinned + fake.streams + fake.modules + fake.graphs + fake.events +
                  fake.contexts,
              0u);
  }

  /// One that has not yet looked for its driver.
  void newBackend() {
    CudaPaths paths;
    paths.driver = paths.nvrtc = TERN_FAKE_CUDA;
    paths.cache = (directory / "cache").string();
    backend = std::make_unique<CudaBackend>(paths);
  }

  std::shared_ptr<const ArtifactReader> artifact(const std::vector<TinyVariant> &variants) {
    std::string path = (directory / "tiny.tern").string();
    ArtifactWriter writer = std::move(*ArtifactWriter::create(path));
    const Program &first = variants[0].program;
    EXPECT_TRUE(writer.beginWeights(first.weightBytes));
    std::string weights(reinterpret_cast<const char *>(tinyWeights()), tinyVocabulary * 4);
    weights.resize(first.weightBytes);
    EXPECT_TRUE(weights.empty() || writer.appendWeights(weights));
    for (const TinyVariant &variant : variants)
      EXPECT_TRUE(writer.addVariant(variant.target, {}, variant.code, variant.program, variant.source));
    EXPECT_TRUE(writer.commit("tern test", {"tiny", "letters", 256, tinyVocabulary}));
    Result<ArtifactReader> reader = ArtifactReader::open(path);
    EXPECT_TRUE(reader) << reader.problem().str();
    return std::make_shared<const ArtifactReader>(std::move(*reader));
  }

  Result<std::shared_ptr<ExecutorModel>> load(const TinyVariant &variant = {}) {
    std::shared_ptr<const ArtifactReader> opened = artifact({variant});
    return backend->load(opened, opened->manifest().variants[0], 2);
  }

  std::string lackOf(const std::vector<TinyVariant> &variants, std::size_t index = 0) {
    std::shared_ptr<const ArtifactReader> opened = artifact(variants);
    return backend->lackOf(*opened, opened->manifest().variants[index]);
  }

  std::unique_ptr<CudaBackend> backend;
};

} // namespace tern::testing

#endif // TERN_TEST_UNIT_CUDA_CUDATESTING_H
