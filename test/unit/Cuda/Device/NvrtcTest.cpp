//===- NvrtcTest.cpp ------------------------------------------------------===//
//
// NVRTC compiles every device function for every architecture, without a header and without a GPU. What a decode step
// calls must not spill. Registers are recorded as properties of the test (--gtest_output=json:FILE). Skipped where
// there is no NVRTC; TERN_NVRTC names one that is not found.
//
//===----------------------------------------------------------------------===//

#include "runtime/Cuda/Device/DeviceSource.h"

#include <cstdlib>
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <regex>
#include <string>
#include <vector>

using namespace tern;

namespace {

//===----------------------------------------------------------------------===//
// NVRTC
//===----------------------------------------------------------------------===//

/// The functions of https://docs.nvidia.com/cuda/nvrtc that a compilation needs.
class Nvrtc {
public:
  static const Nvrtc &get() {
    static Nvrtc nvrtc;
    return nvrtc;
  }

  bool isThere() const { return library != nullptr; }

  /// What the compiler said; `ok` tells whether there is a cubin.
  std::string compile(const std::string &source, const std::string &architecture, bool &ok) const {
    void *program = nullptr;
    create(&program, source.c_str(), "kernels.cu", 0, nullptr, nullptr);
    std::string target = "--gpu-architecture=" + architecture;
    const char *options[] = {target.c_str(), "--std=c++17", "--ptxas-options=-v"};
    ok = compileProgram(program, 3, options) == 0;
    std::size_t size = 0, cubin = 0;
    logSize(program, &size);
    std::string log(size, '\0');
    readLog(program, log.data());
    ok = ok && cubinSize(program, &cubin) == 0 && cubin > 0;
    destroy(&program);
    return log;
  }

private:
  Nvrtc() {
    const char *named = std::getenv("TERN_NVRTC");
    for (const char *path :
         {named ? named : "libnvrtc.so", "libnvrtc.so.13", "libnvrtc.so.12", "/usr/local/cuda/lib64/libnvrtc.so"})
      if (!library)
        library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library)
      return;
    find(create, "nvrtcCreateProgram");
    find(compileProgram, "nvrtcCompileProgram");
    find(logSize, "nvrtcGetProgramLogSize");
    find(readLog, "nvrtcGetProgramLog");
    find(cubinSize, "nvrtcGetCUBINSize");
    find(destroy, "nvrtcDestroyProgram");
  }
  template <typename Function> void find(Function &function, const char *name) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    if (!function)
      library = nullptr;
  }

  void *library = nullptr;
  int (*create)(void **, const char *, const char *, int, const char *const *, const char *const *) = nullptr;
  int (*compileProgram)(void *, int, const char *const *) = nullptr;
  int (*logSize)(void *, std::size_t *) = nullptr;
  int (*readLog)(void *, char *) = nullptr;
  int (*cubinSize)(void *, std::size_t *) = nullptr;
  int (*destroy)(void **) = nullptr;
};

/// What the log says of a kernel.
struct Usage {
  std::string kernel;
  int registers, spilled;
};

std::vector<Usage> usagesIn(const std::string &log) {
  static const std::regex part(
      R"(entry function '(\w+)'|(\d+) bytes spill stores, (\d+) bytes spill loads|Used (\d+) registers)");
  std::vector<Usage> usages;
  for (std::sregex_iterator match(log.begin(), log.end(), part), end; match != end; ++match) {
    if ((*match)[1].matched)
      usages.push_back({(*match)[1], 0, 0});
    else if (usages.empty())
      continue;
    else if ((*match)[2].matched)
      usages.back().spilled = std::stoi((*match)[2]) + std::stoi((*match)[3]);
    else
      usages.back().registers = std::stoi((*match)[4]);
  }
  return usages;
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// What a kernel says of its weights.
struct Weights {
  explicit Weights(const std::vector<std::string> &of) {
    std::string sums, sum;
    for (std::size_t i = 0; i < of.size(); ++i) {
      std::string number = std::to_string(i);
      name += "_" + of[i];
      formats += ", tern::" + of[i];
      operands += ", w" + number;
      parameters += ", const void *__restrict__ w" + number;
      sums += ", float s" + number;
      sum += " + s" + number;
    }
    finish = "[&](long long token, long long row" + sums + ") { y[token * 4096 + row] = 0.0f" + sum + "; }";
  }

  std::string name, formats, operands, parameters, finish;
};

/// `weights` formats times tokens of X.
std::string linearKernel(const std::string &x, int maxTokens, const std::vector<std::string> &weights) {
  const Weights of(weights);
  std::string tokens = std::to_string(maxTokens);
  return "extern \"C\" __global__ void __launch_bounds__(256) tern_linear_" + x + "_" + tokens + of.name +
         "(const void *__restrict__ x, float *__restrict__ y, long long tokens" + of.parameters +
         ") {\n  tern::waitForPreviousLaunch();\n  tern::linear<tern::" + x + ", 256, " + tokens + of.formats +
         ">(x, " + tokens + ", 2048, 0, tokens, tern::blockIndex(), " + of.finish + of.operands + ");\n}\n";
}

/// Likewise quantised ones, of weights that stream through shared memory.
std::string quantsKernel(const std::string &x, int maxTokens, const std::vector<std::string> &weights) {
  const Weights of(weights);
  std::string tokens = std::to_string(maxTokens), resident = maxTokens == 1 ? "2" : "1";
  std::string arguments = tokens + ", 110592" + of.formats, tiles = "2048, tile, tile + 4" + of.operands;
  return "extern \"C\" __global__ void __launch_bounds__(512, " + resident + ") tern_quants_" + x + "_" + tokens +
         of.name + "(const float *x, float *__restrict__ y, long long tokens" + of.parameters +
         ") {\n  const long long tile = 4 * tern::blockIndex();\n  unsigned char *shared = tern::sharedMemory(), *rows "
         "= "
         "shared + 110592;\n  tern::startQuants<512, " +
         arguments + ">(shared, " + tiles + ");\n  tern::waitForPreviousLaunch();\n  tern::quantizeRow<tern::" + x +
         ", tern::Block<512>>(rows, " + tokens + ", 2048, 0, 0, 64, [&](long long column) { return x[column]; });\n" +
         "  tern::linearQuants<tern::" + x + ", 512, " + arguments + ">(shared, rows, " + tokens +
         ", 2048, 0, tokens, tile, tile + 4, " + of.finish + of.operands + ");\n}\n";
}

/// `count` weights of bf16 times tokens of X.
std::string numbersKernel(const std::string &x, int maxTokens, int count) {
  const Weights of(std::vector<std::string>(static_cast<std::size_t>(count), "BF16"));
  std::string tokens = std::to_string(maxTokens), tiles = "2048, tile, tile + 4" + of.operands;
  return "extern \"C\" __global__ void __launch_bounds__(512, 1) tern_numbers_" + x + "_" + tokens + of.name +
         "(const void *__restrict__ x, float *__restrict__ y, long long tokens" + of.parameters +
         ") {\n  const long long tile = 4 * tern::blockIndex();\n  tern::startNumbers<512, 4>(tern::sharedMemory(), " +
         tiles + ");\n  tern::waitForPreviousLaunch();\n  tern::linearNumbers<tern::" + x + ", 512, 4, " + tokens +
         ">(tern::sharedMemory(), x, 2048, 0, tokens, tile, tile + 4, " + of.finish + of.operands + ");\n}\n";
}

/// Attention of `rows` rows, of a part in 32 of the context.
std::string attentionKernel(int size, int rows, const std::string &type, const std::string &layout) {
  std::string n = std::to_string(size);
  return "extern \"C\" __global__ void __launch_bounds__(128) tern_attention_" + n + "_" + std::to_string(rows) + "_" +
         type + "_" + layout + "(const float *q, const tern::" + type + " *k, const tern::" + type +
         " *v, const int *position, float *y, long long rows, long long keys) {\n  long long part = blockIdx.x;\n"
         "  tern::attentionOfCaches<128, " +
         n + ", " + n + ", " + std::to_string(rows) + ", tern::KeyCache<tern::" + type + ", tern::" + layout +
         ">, tern::ValueCache<tern::" + type +
         ", tern::Heads>>(rows, part * 64, keys, 2048, [&](long long row, long long d) { return q[row * " + n +
         " + d]; }, [&](long long row) { return part * 64; }, [&](long long row) { return position[0] + 1ll; }, "
         "[&](long long row, long long key, float score) { return 30.0f * tanhf(score / 30.0f); }, k, v, "
         "[&](long long row, long long d, float sum, float largest, float total) { y[row * " +
         n + " + d] = sum / total; });\n}\n";
}

/// Attention of a chunk of a prompt.
std::string tiledAttentionKernel(int size, int threads) {
  std::string n = std::to_string(size), count = std::to_string(threads), shape = count + ", " + n + ", " + n;
  return "extern \"C\" __global__ void __launch_bounds__(" + count + ", 1) tern_tiled_attention_" + n + "_" + count +
         "(const float *q, const tern::f16 *k, const tern::f16 *v, const int *position, float *y, long long rows, "
         "long long keys) {\n  tern::attentionOfManyRows<" +
         shape + ", tern::TiledShape<" + shape +
         ">::sharedBytes>(rows, 0, keys, 64, [&](long long row, long long d) { return q[row * " + n +
         " + d]; }, [&](long long row) { return 0ll; }, [&](long long row) { return position[row] + 1ll; }, "
         "[&](long long row, long long key, float score) { return 30.0f * tanhf(score / 30.0f); }, k, v, "
         "tern::sharedMemory(), [&](long long row, float largest, float total) { return 1.0f / total; }, [&](long long "
         "row, long long d, float sum, float largest, float total) { y[row * " +
         n + " + d] = sum; });\n}\n";
}

/// `count` weights times many tokens, by warpgroups.
std::string groupKernel(const std::string &x, int tiles, int tokens, int resident, int count) {
  const Weights of(std::vector<std::string>(static_cast<std::size_t>(count), "BF16"));
  std::string shared = std::to_string(resident == 2 ? 112640 : 229376);
  return "extern \"C\" __global__ void __launch_bounds__(256, " + std::to_string(resident) + ") tern_group_" + x + "_" +
         std::to_string(tiles) + "_" + std::to_string(tokens) + of.name +
         "(const void *__restrict__ x, float *__restrict__ y, long long tokens" + of.parameters +
         ") {\n  const long long tile = " + std::to_string(tiles) +
         " * tern::blockIndex();\n  tern::waitForPreviousLaunch();\n  tern::groupBlock<tern::" + x + ", " +
         std::to_string(tiles) + ", " + std::to_string(tokens) + ", " + shared +
         ">(tern::sharedMemory(), x, 512, 2048, 0, tokens, tile, tile + " + std::to_string(tiles) + ", " + of.finish +
         of.operands + ");\n}\n";
}

constexpr const char *quantFormats[] = {"Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K", "Wide8"};
constexpr const char *numberFormats[] = {"BF16", "F16", "F32"};

/// One of each kind: what every architecture compiles.
std::string someDecodeKernels() {
  return linearKernel("F32", 1, {"Q5_1"}) + linearKernel("BF16", 16, {"BF16"}) + linearKernel("F32", 1, {"F16"}) +
         quantsKernel("I15", 1, {"Q8_0"}) + quantsKernel("I15", 16, {"Q4_K"}) + quantsKernel("I8", 1, {"Q6_K"}) +
         numbersKernel("F32", 1, 1) + numbersKernel("F32", 8, 2) + attentionKernel(64, 4, "f16", "Lanes16") +
         attentionKernel(256, 8, "f16", "Lanes16") + tiledAttentionKernel(64, 256) + tiledAttentionKernel(256, 128);
}

/// Every format that a decode step meets.
std::string decodeKernels() {
  std::string text;
  for (const char *format : quantFormats)
    text += quantsKernel("I15", 1, {format}) + quantsKernel("I15", 16, {format}) + linearKernel("F32", 1, {format}) +
            linearKernel("I15", 1, {format});
  for (const char *format : numberFormats)
    text += linearKernel("F32", 1, {format}) + linearKernel("BF16", 16, {format});
  for (const char *format : {"Q8_0", "Q4_1", "Q4_K", "Q6_K"})
    text += quantsKernel("I15", 1, {format, format}) + quantsKernel("I15", 16, {format, format}) +
            quantsKernel("I8", 4, {format});
  text += quantsKernel("I15", 1, {"Q4_K", "Q4_K", "Q6_K"}) + quantsKernel("I15", 16, {"Q4_K", "Q6_K", "Q8_0"});
  text += linearKernel("F32", 1, {"BF16", "BF16"});
  for (int count = 1; count <= 4; ++count)
    text += numbersKernel("F32", 1, count) + numbersKernel("F32", 8, count) + numbersKernel("BF16", 8, count);
  for (int size : {64, 80, 96, 128, 256})
    text += tiledAttentionKernel(size, 256) + tiledAttentionKernel(size, 128);
  for (int size : {64, 80, 96, 128, 256})
    for (int rows : {1, 4, 8})
      text += attentionKernel(size, rows, "f16", "Lanes16");
  return text + attentionKernel(128, 8, "bf16", "Lanes16") + attentionKernel(128, 8, "f16", "Heads");
}

std::string otherKernels() {
  std::string text;
  for (const char *format :
       {"Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K", "Wide8", "BF16", "F16", "F32"})
    text += std::string("extern \"C\" __global__ void tern_load_") + format +
            "(const void *w, float *y) { y[threadIdx.x] = tern::loadPacked<tern::" + format +
            ">(w, 2048, blockIdx.x, threadIdx.x); }\n";
  for (const char *format : {"I15", "I8"})
    text += std::string("extern \"C\" __global__ void tern_quantize_") + format +
            "(const float *x, void *y) { tern::quantizeRow<tern::" + format +
            ", tern::Block<256>>(y, 16, 2048, blockIdx.x, 0, 64, [&](long long column) { return x[column]; });\n"
            "tern::quantizeRow<tern::" +
            format + ", tern::Warp>(y, 16, 2048, blockIdx.x, 0, 64, [&](long long column) { return x[column]; }); }\n";
  return text + R"(
extern "C" __global__ void tern_reduce(float *x, long long *n, tern::f16 *h, tern::bf16 *b) {
  float y = tern::blockSum<256>(x[threadIdx.x]) + tern::blockMax<256>(x[1]) + tern::blockMin<256>(x[2]);
  long long m = tern::blockSumInt<256>(n[threadIdx.x]) + tern::blockMaxInt<256>(n[1]) + tern::blockMinInt<256>(n[2]);
  x[threadIdx.x] = y * tern::blockProduct<256>(x[3]) + tern::toFloat(h[3]) + tern::toFloat(b[2]);
  h[threadIdx.x] = tern::fromFloat<tern::f16>(y);
  b[threadIdx.x] = tern::fromFloat<tern::bf16>(y);
  n[threadIdx.x] = m;
  tern::allowNextLaunch();
}
extern "C" __global__ void tern_fold(const float *x, float *y, long long *n, long long count) {
  auto element = [&](long long i) { return x[i] * x[i]; };
  y[0] = tern::foldRow<tern::Block<512>, tern::Sum, float>(2048, 0.0f, element);
  y[1] = tern::foldRow<tern::Warp, tern::Sum, float>(2048, 0.0f, element);
  y[2] = tern::foldRow<tern::Block<256>, tern::Max, float>(count, 0.0f, element);
  y[3] = tern::foldRow<tern::Warp, tern::Product, float>(count, 1.0f, element);
  n[0] = tern::foldRow<tern::Block<128>, tern::Min, long long>(count, 0, [&](long long i) { return n[i]; });
}
extern "C" __global__ void tern_combine(const float *parts, float *y) {
  y[threadIdx.x] = tern::combineParts<40, 64>(parts, threadIdx.x, y[64]);
}
extern "C" __global__ void __launch_bounds__(128) tern_combine_rows(float *parts, int *arrivals, float *y) {
  if (!tern::isLastToArrive(arrivals + blockIdx.x / 32, tern::partsWithKeys<32>(100, 4000)))
    return;
  auto sink = [&](long long row) { return y[row]; };
  auto finish = [&](long long row, long long column, float value) { y[row * 256 + column] = value; };
  tern::combineRows<128, 32, 64>(4, parts, 100, 32, sink, finish);
  tern::combineRows<128, 64, 128>(8, parts, 100, tern::placeOfPart<64>(blockIdx.x, 9), sink, finish);
  tern::combineRows<128, 32, 256>(1, parts, 100, 9, sink, finish);
}
extern "C" __global__ void tern_tiles(const unsigned *x, float *y) {
  unsigned a[4] = {x[0], x[1], x[2], x[3]}, b[2] = {x[4], x[5]};
  int d[4] = {};
  float e[4] = {};
  tern::multiplyTilesU8(d, a, b);
  tern::multiplyTilesF16(e, a, b);
  tern::multiplyTilesBf16(e, a, b);
  y[threadIdx.x] = e[0] + e[1] + e[2] + e[3] + d[0] + d[1] + d[2] + d[3];
  tern::copyAsync16(tern::sharedMemory() + 16 * threadIdx.x, x);
  tern::commitCopies();
  tern::waitForCopies<0>();
  y[0] += tern::ballot(y[1] > 0) + tern::dotSigned(x[1], x[2], 3) + tern::shuffle(y[4], 3);
}
)";
}

class NvrtcTest : public testing::TestWithParam<const char *> {
protected:
  void SetUp() override {
    if (!Nvrtc::get().isThere())
      GTEST_SKIP() << "no NVRTC here: set TERN_NVRTC to the path of libnvrtc.so to compile the device headers";
  }
  std::vector<Usage> compile(const std::string &kernels) {
    bool ok = false;
    std::string log = Nvrtc::get().compile(std::string(deviceSource()) + kernels, GetParam(), ok);
    EXPECT_TRUE(ok) << log;
    EXPECT_THAT(log, testing::Not(testing::HasSubstr("warning")));
    EXPECT_THAT(log, testing::Not(testing::HasSubstr("Potential Performance Loss")));
    return usagesIn(log);
  }
};

TEST_P(NvrtcTest, DecodingDoesNotSpill) {
  bool isAll = std::string(GetParam()) == "sm_90a";
  std::vector<Usage> usages = compile(isAll ? decodeKernels() : someDecodeKernels());
  EXPECT_EQ(usages.size(), isAll ? 97u : 13u);
  for (const Usage &usage : usages) {
    EXPECT_EQ(usage.spilled, 0) << usage.kernel << " has " << usage.registers << " registers";
    RecordProperty(usage.kernel, usage.registers);
  }
}

TEST_P(NvrtcTest, WarpgroupsMultiplyWithoutWaiting) {
  if (std::string(GetParam()) != "sm_90a")
    GTEST_SKIP() << "warpgroups multiply on sm_90a";
  std::string text;
  for (const char *x : {"Split2", "Split1"})
    text += groupKernel(x, 16, 128, 1, 1) + groupKernel(x, 8, 64, 2, 1) + groupKernel(x, 4, 64, 2, 1) +
            groupKernel(x, 8, 128, 1, 2) + groupKernel(x, 4, 128, 2, 2);
  std::vector<Usage> usages = compile(text); // a warning would say that products wait for each other
  EXPECT_EQ(usages.size(), 11u);             // that of NextToken.h among them
  for (const Usage &usage : usages) {
    EXPECT_EQ(usage.spilled, 0) << usage.kernel << " has " << usage.registers << " registers";
    RecordProperty(usage.kernel, usage.registers);
  }
}

TEST_P(NvrtcTest, CompilesTheRest) { EXPECT_EQ(compile(otherKernels()).size(), 20u); }

INSTANTIATE_TEST_SUITE_P(Architectures, NvrtcTest, testing::Values("sm_80", "sm_89", "sm_90a", "sm_100a", "sm_120"),
                         [](const auto &info) { return std::string(info.param); });

} // namespace
