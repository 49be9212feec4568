//===- NvrtcTest.cpp - CUDA C++ to cubins ---------------------------------===//

#include "runtime/Cuda/Nvrtc.h"

#include "test/unit/TemporaryDirectory.h"

#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>
#include <iterator>
#include <optional>

using namespace tern;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

namespace {

constexpr char scaleSource[] = R"(
extern "C" __global__ void __launch_bounds__(256) tern_scale(const float *__restrict__ x, float *__restrict__ y,
                                                             long long n) {
  __shared__ float part[64];
  long long i = blockIdx.x * 256ll + threadIdx.x;
  part[threadIdx.x % 64] = i;
  __syncthreads();
  if (i < n)
    y[i] = x[i] * 2.0f + part[0];
}
extern "C" __global__ void tern_nothing() {}
)";

std::string contentsOf(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Sets a variable as long as it lives.
class Variable {
public:
  Variable(const char *name, const std::string &value) : name(name) {
    if (const char *old = std::getenv(name))
      before = old;
    setenv(name, value.c_str(), 1);
  }
  ~Variable() { before ? setenv(name, before->c_str(), 1) : unsetenv(name); }

private:
  const char *name;
  std::optional<std::string> before;
};

/// Tests that compile; skipped on machines that have no NVRTC.
class NvrtcTest : public test::TemporaryDirectory {
protected:
  void SetUp() override {
    test::TemporaryDirectory::SetUp();
    Result<Nvrtc> opened = Nvrtc::open();
    if (!opened)
      GTEST_SKIP() << opened.problem().str();
    nvrtc.emplace(*opened);
    options.keepFolder = directory.string();
  }

  std::optional<Nvrtc> nvrtc;
  NvrtcOptions options;
};

TEST_F(NvrtcTest, CompilesForEveryArchitectureThatWeSupport) {
  for (const char *architecture : {"sm_80", "sm_89", "sm_90a", "sm_100a", "sm_120"}) {
    Result<CompiledCubin> made = nvrtc->compile({scaleSource, "scale.cu", ""}, architecture);
    ASSERT_TRUE(made) << made.problem().str();
    EXPECT_EQ(made->cubin.substr(0, 4), "\177ELF");
    ASSERT_EQ(made->kernels.size(), 2u) << made->log;
    const KernelResources &scale = made->kernels[made->kernels[0].name == "tern_scale" ? 0 : 1];
    EXPECT_EQ(scale.architecture, architecture);
    EXPECT_GT(scale.registers, 0u);
    EXPECT_GE(scale.sharedBytes, 256u);
    EXPECT_EQ(scale.spillStores, 0u);
  }
}

/// What the fake driver executes is CUDA C++ that a real one would get.
TEST_F(NvrtcTest, CompilesTheKernelsOfTheTinyModel) {
  std::string source = contentsOf(TERN_TEST_DIR "/TinyKernels.cu");
  Result<CompiledCubin> made = nvrtc->compile({source, "TinyKernels.cu", ""}, "sm_90a");
  ASSERT_TRUE(made) << made.problem().str();
  EXPECT_EQ(made->kernels.size(), 3u);
}

TEST_F(NvrtcTest, TheSameSourceIsTheSameCubin) {
  Result<CompiledCubin> first = nvrtc->compile({scaleSource, "scale.cu", ""}, "sm_90a");
  Result<CompiledCubin> second = nvrtc->compile({scaleSource, "scale.cu", ""}, "sm_90a");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->cubin, second->cubin);
}

TEST_F(NvrtcTest, SaysItsVersionAndArchitectures) {
  EXPECT_THAT(nvrtc->version(), MatchesRegex("1[0-9]\\.[0-9]+"));
  EXPECT_THAT(nvrtc->path(), HasSubstr("libnvrtc.so"));
  EXPECT_THAT(nvrtc->architectures(), ::testing::IsSupersetOf({80, 89, 90}));
}

TEST_F(NvrtcTest, AMistakeIsShownAndTheSourceKept) {
  std::string source = "extern \"C\" __global__ void tern_bad(int *a) {\n  a[0] = missing;\n}\n";
  Result<CompiledCubin> made = nvrtc->compile({source, "gpu-0.cu", "m.tern"}, "sm_90a", options);
  ASSERT_FALSE(made);
  const Problem &problem = made.problem();
  EXPECT_EQ(problem.where, "m.tern: gpu-0.cu");
  EXPECT_THAT(problem.what, HasSubstr("cannot compile it for sm_90a: gpu-0.cu(2): error: identifier \"missing\" is"));
  std::string path = (directory / "gpu-0.cu").string();
  EXPECT_EQ(problem.remedy, "the source is in " + path + ", the whole log in " + path + ".log");
  EXPECT_EQ(contentsOf(path), source);
  EXPECT_THAT(contentsOf(path + ".log"), HasSubstr("1 error detected"));
}

TEST_F(NvrtcTest, WithoutAFolderTheSourceIsKeptInANewOne) {
  Variable temporary("TMPDIR", directory.string());
  Result<CompiledCubin> made = nvrtc->compile({"nonsense", "a/b/kernels.cu", ""}, "sm_80");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.problem().where, "a/b/kernels.cu");
  EXPECT_THAT(made.problem().remedy, StartsWith("the source is in " + directory.string() + "/tern-nvrtc-"));
}

TEST_F(NvrtcTest, AFolderThatCannotBeWrittenIsNamed) {
  options.keepFolder = (directory / "absent").string();
  Result<CompiledCubin> made = nvrtc->compile({"nonsense", "kernels.cu", ""}, "sm_80", options);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.problem().remedy, StartsWith("the source could not be kept: " + options.keepFolder));
}

TEST_F(NvrtcTest, UnknownArchitecturesAreNamed) {
  for (const char *architecture : {"sm_77", "sm_", "90", "compute_90", ""}) {
    Result<CompiledCubin> made = nvrtc->compile({scaleSource, "scale.cu", "m.tern"}, architecture, options);
    ASSERT_FALSE(made) << architecture;
    EXPECT_EQ(made.problem().where, "m.tern");
    EXPECT_THAT(made.problem().what, HasSubstr(std::string(", not for ") + architecture));
    EXPECT_THAT(made.problem().what, HasSubstr("sm_80"));
  }
}

TEST_F(NvrtcTest, UnknownOptionsAreAMistake) {
  options.more = {"--no-such-option"};
  Result<CompiledCubin> made = nvrtc->compile({scaleSource, "scale.cu", ""}, "sm_90a", options);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.problem().what, HasSubstr("no-such-option"));
}

TEST_F(NvrtcTest, ProductsAndSumsStayTwoRoundings) {
  Result<CompiledCubin> made = nvrtc->compile(
      {"extern \"C\" __global__ void tern_a(float *x) { x[0] = x[1] * x[2] + x[3]; }", "a.cu", ""}, "sm_90a");
  Result<CompiledCubin> fused = nvrtc->compile(
      {"extern \"C\" __global__ void tern_a(float *x) { x[0] = __fmaf_rn(x[1], x[2], x[3]); }", "a.cu", ""}, "sm_90a");
  ASSERT_TRUE(made && fused);
  EXPECT_NE(made->cubin, fused->cubin);
}

TEST(NvrtcSearch, AMissingLibraryIsNamedWithWhatToInstall) {
  Result<Nvrtc> nvrtc = Nvrtc::open("/nowhere/libnvrtc.so.13");
  ASSERT_FALSE(nvrtc);
  EXPECT_EQ(nvrtc.problem().where, "NVRTC");
  EXPECT_THAT(nvrtc.problem().what, HasSubstr("cannot be loaded: /nowhere/libnvrtc.so.13"));
  EXPECT_THAT(nvrtc.problem().remedy, HasSubstr("install NVRTC of the CUDA toolkit"));
}

TEST(NvrtcSearch, AnotherLibraryIsRefused) {
  Result<Nvrtc> nvrtc = Nvrtc::open("libm.so.6");
  ASSERT_FALSE(nvrtc);
  EXPECT_EQ(nvrtc.problem().str().substr(0, 9), "libm.so.6");
  EXPECT_THAT(nvrtc.problem().what, HasSubstr("is no NVRTC"));
}

} // namespace
