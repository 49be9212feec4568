//===- GpuTest.cpp - Artifacts for a GPU against transformers -------------===//
//
// The models of goldens/ compiled as `tern compile --target sm_90a` does, then run by the runtime's own backend for
// GPUs on a driver without a GPU (test/unit/Cuda/FakeCuda.h), which executes the artifact's CUDA C++ by emulation. What
// the backend is given is a GPU that the artifact has no cubin for, so it compiles the source; what stands in for NVRTC
// makes emulated kernels of it.
//
//===----------------------------------------------------------------------===//

#include "runtime/Artifact/ArtifactReader.h"
#include "runtime/Base/Json.h"
#include "runtime/Cpu/CpuBackend.h"
#include "runtime/Cuda/CudaBackend.h"
#include "runtime/Cuda/Emulation/EmulatedKernels.h"
#include "runtime/Cuda/SharedLibrary.h"
#include "runtime/Executor/Decoder.h"
#include "tern/Pipelines/Compiler.h"
#include "tern/RegisterAll.h"
#include "tern/Support/Npy.h"
#include "test/unit/Cuda/FakeCuda.h"
#include "test/unit/TemporaryDirectory.h"

#include "mlir/IR/MLIRContext.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>

using namespace tern;
namespace fs = std::filesystem;

namespace {

const std::string goldens = TERN_TEST_DIR "/goldens";

/// Everything that is special about a family is in one of these.
const char *const models[] = {"gemma2",  "gemma3", "gpt2",        "granite_bias", "llama3", "llama_bias", "llama_yarn",
                              "mistral", "olmo2",  "phi3_window", "qwen2_window", "qwen3",  "smollm3"};

class GpuTest : public test::TemporaryDirectory {
protected:
  void SetUp() override {
    ASSERT_TRUE(library) << library.reason();
    reinterpret_cast<void (*)()>(library.find("ternFakeCudaReset"))();
    // Where the compiler looks for NVRTC.
    fs::create_directories(directory / "cuda/lib64");
    fs::create_symlink(TERN_FAKE_CUDA, directory / "cuda/lib64/libnvrtc.so.13");
    setenv("CUDA_HOME", (directory / "cuda").c_str(), 1);
    fake().nvrtcCubin = "a cubin for another GPU";
    fake().devices = {{"Emulated GPU", 8, 0, 108, std::uint64_t(1) << 30, 163 << 10}};
  }
  void TearDown() override { unsetenv("CUDA_HOME"); }

  tern::testing::FakeCuda &fake() const {
    return *reinterpret_cast<tern::testing::FakeCuda *(*)()>(library.find("ternFakeCuda"))();
  }

  /// Compiles for a GPU and for this CPU, in that order.
  std::string compile(const std::string &model, std::optional<std::uint64_t> seed, const std::string &precision,
                      std::int64_t chunk = 16, const std::vector<std::int64_t> &batches = {1}) {
    mlir::DialectRegistry registry;
    registerAllDialects(registry);
    mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
    CompilerOptions options;
    options.input = model;
    options.output = (directory / "model.tern").string();
    options.targets = {"sm_90a", "cpu"};
    options.precision = precision;
    options.randomSeed = seed;
    options.golden = false;
    options.chunk = chunk;
    options.batches = batches;
    for (const Problem &problem : compileModel(context, options).problems)
      ADD_FAILURE() << problem.str();
    return options.output;
  }

  /// A backend whose NVRTC makes emulated kernels of the artifact's source.
  Result<std::shared_ptr<ExecutorModel>> load(const std::shared_ptr<const ArtifactReader> &artifact,
                                              const EmulationOptions &options = {}) {
    const ArtifactVariant &variant = artifact->manifest().variants[0];
    std::string emulated = (directory / "kernels.so").string();
    if (Status made = compileEmulation(artifact->source(variant), emulated, options); !made)
      return made.problem();
    std::ifstream file(emulated, std::ios::binary);
    fake().nvrtcCubin.assign(std::istreambuf_iterator<char>(file), {});
    CudaPaths paths;
    paths.driver = paths.nvrtc = TERN_FAKE_CUDA;
    paths.cache = (directory / "cache").string();
    backend = std::make_unique<CudaBackend>(paths);
    return backend->load(artifact, variant, 1);
  }

  SharedLibrary library{{TERN_FAKE_CUDA}};
  std::unique_ptr<CudaBackend> backend;
};

class GpuGoldenTest : public GpuTest, public ::testing::WithParamInterface<const char *> {};

/// Logits of ids: `prompt` tokens first, of all of them or, as they go through the largest entry then, of the last;
/// then one by one.
FloatTable run(Decoder &decoder, const std::vector<TokenId> &ids, std::size_t prompt, bool all = true) {
  FloatTable table{0, decoder.vocabulary(), {}};
  auto take = [&](const LogitsView &logits) {
    table.values.insert(table.values.end(), logits.values, logits.values + logits.rows * logits.vocabulary);
    table.rows += logits.rows;
  };
  PrefillOptions options;
  if (all)
    options.allLogits = [&](std::int64_t, const LogitsView &logits) { take(logits); };
  std::vector<TokenId> first(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(prompt));
  if (Result<LogitsView> done = decoder.prefill(0, first, options); !done)
    ADD_FAILURE() << done.problem().str();
  else if (!all)
    take(*done);
  for (std::size_t i = prompt; i < ids.size() && !::testing::Test::HasFailure(); ++i) {
    Result<LogitsView> logits = decoder.decode({{0, ids[i]}});
    if (logits)
      take(*logits);
    else
      ADD_FAILURE() << logits.problem().str();
  }
  return table;
}

} // namespace

TEST_P(GpuGoldenTest, LogitsAgree) {
  std::string folder = goldens + "/" + GetParam();
  Result<Json> golden = readJsonFile(folder + "/golden.json"), ids = readJsonFile(folder + "/ids.json");
  Result<FloatTable> expected = readNpy(folder + "/logits.npy");
  ASSERT_TRUE(golden && ids && expected);
  std::string path = compile(folder, (*golden)["seed"].get<std::uint64_t>(), "f32");
  ASSERT_FALSE(HasFailure());
  Result<ArtifactReader> opened = ArtifactReader::open(path);
  ASSERT_TRUE(opened) << opened.problem().str();
  Result<std::shared_ptr<ExecutorModel>> model = load(std::make_shared<const ArtifactReader>(std::move(*opened)));
  ASSERT_TRUE(model) << model.problem().str();
  Result<std::unique_ptr<Decoder>> decoder = Decoder::create(*model, 1, static_cast<std::int64_t>(ids->size()));
  ASSERT_TRUE(decoder) << decoder.problem().str();
  FloatTable logits = run(**decoder, ids->get<std::vector<TokenId>>(), (*golden)["prompt_length"].get<std::size_t>());
  ASSERT_EQ(logits.rows, expected->rows);
  auto [low, high] = std::minmax_element(expected->values.begin(), expected->values.end());
  double worst = 0;
  for (std::size_t i = 0; i < logits.values.size(); ++i)
    worst = std::max(worst, std::abs(double(logits.values[i]) - expected->values[i]));
  // The bound of the interpreter.
  EXPECT_LE(worst, 1e-5 * (*high - *low));
  RecordProperty("worst", std::to_string(worst / (*high - *low)));
  EXPECT_THAT(fake().mistakes, ::testing::IsEmpty());
}

namespace {

/// Models that turn queries and keys as they are, that norm them first, and whose weights are of bf16
/// (NumberProduct.h).
class GpuBatchTest : public GpuTest, public ::testing::WithParamInterface<const char *> {
protected:
  /// The folder of `name`: of a golden model, or of "<golden>_bf16", with weights of bf16.
  std::string modelOf(std::string name) {
    constexpr std::string_view suffix = "_bf16";
    if (name.size() < suffix.size() || name.substr(name.size() - suffix.size()) != suffix)
      return goldens + "/" + name;
    Result<Json> config = readJsonFile(goldens + "/" + name.substr(0, name.size() - suffix.size()) + "/config.json");
    EXPECT_TRUE(config);
    (*config)["dtype"] = "bfloat16";
    std::ofstream(write(name + "/config.json", "")) << config->dump();
    return (directory / name).string();
  }
};

/// Some tokens of a sequence, others for each `seed`.
std::vector<TokenId> someIds(std::int64_t count, std::int64_t seed, std::int64_t vocabulary) {
  std::vector<TokenId> ids;
  for (std::int64_t i = 0; i < count; ++i)
    ids.push_back(static_cast<TokenId>((seed * 13 + i * 7) % vocabulary));
  return ids;
}

/// One row of logits.
FloatTable tableOf(const LogitsView &logits, std::int64_t row) {
  return {1, logits.vocabulary, {logits.row(row), logits.row(row) + logits.vocabulary}};
}

} // namespace

/// The largest difference of two tables beside the range of the second.
static double differenceOf(const FloatTable &a, const FloatTable &b) {
  double worst = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i)
    worst = std::max(worst, std::abs(double(a.values[i]) - b.values[i]));
  auto [low, high] = std::minmax_element(b.values.begin(), b.values.end());
  return worst / (*high - *low);
}

/// Sequences that go on together, in slots of which some are empty, are what each is alone to the last bit; their
/// lengths pass from one part of the context to the next.
TEST_P(GpuBatchTest, SequencesTogetherAreAsAlone) {
  std::string path = compile(modelOf(GetParam()), 1, "f32", 16, {1, 4});
  ASSERT_FALSE(HasFailure());
  Result<ArtifactReader> opened = ArtifactReader::open(path);
  ASSERT_TRUE(opened) << opened.problem().str();
  auto artifact = std::make_shared<const ArtifactReader>(std::move(*opened));
  Result<std::shared_ptr<ExecutorModel>> model = load(artifact);
  ASSERT_TRUE(model) << model.problem().str();
  std::int64_t context = std::min<std::int64_t>(192, artifact->manifest().model.maxContext);
  Result<std::unique_ptr<Decoder>> together = Decoder::create(*model, 4, context);
  ASSERT_TRUE(together) << together.problem().str();
  std::vector<std::unique_ptr<Decoder>> alone;
  const std::int64_t lengths[] = {context / 3 - 2, 1, context / 3 * 2 - 1, 30};
  for (std::int64_t slot = 0; slot < 4; ++slot) {
    Result<std::unique_ptr<Decoder>> decoder = Decoder::create(*model, 1, context);
    ASSERT_TRUE(decoder) << decoder.problem().str();
    alone.push_back(std::move(*decoder));
    std::vector<TokenId> ids = someIds(lengths[slot], slot, (*together)->vocabulary());
    ASSERT_TRUE((*together)->prefill(slot, ids));
    ASSERT_TRUE(alone.back()->prefill(0, ids));
  }
  const std::vector<std::vector<std::int64_t>> steps = {{0, 2}, {2, 0}, {0, 1, 2, 3}, {3, 2, 0}, {1, 2}};
  TokenId next = 1;
  for (const std::vector<std::int64_t> &slots : steps) {
    std::vector<SlotToken> tokens;
    for (std::int64_t slot : slots)
      tokens.push_back({slot, next++});
    Result<LogitsView> logits = (*together)->decode(tokens);
    ASSERT_TRUE(logits) << logits.problem().str();
    for (std::size_t row = 0; row < slots.size(); ++row) {
      Result<LogitsView> expected = alone[static_cast<std::size_t>(slots[row])]->decode({{0, tokens[row].token}});
      ASSERT_TRUE(expected) << expected.problem().str();
      EXPECT_EQ(differenceOf(tableOf(*logits, static_cast<std::int64_t>(row)), tableOf(*expected, 0)), 0)
          << "slot " << slots[row];
    }
  }
  EXPECT_THAT(fake().mistakes, ::testing::IsEmpty());
}

namespace {

/// Sequences of a model: logits of prompts and of steps after them, in two slots of four.
FloatTable logitsInSlots(const std::shared_ptr<ExecutorModel> &model) {
  Result<std::unique_ptr<Decoder>> decoder = Decoder::create(model, 4, 64);
  if (!decoder) {
    ADD_FAILURE() << decoder.problem().str();
    return {};
  }
  FloatTable table{0, (*decoder)->vocabulary(), {}};
  auto take = [&](const Result<LogitsView> &logits) {
    if (!logits)
      return ADD_FAILURE() << logits.problem().str(), void();
    table.values.insert(table.values.end(), logits->values, logits->values + logits->rows * logits->vocabulary);
    table.rows += logits->rows;
  };
  for (std::int64_t slot : {2, 0})
    take((*decoder)->prefill(slot, someIds(slot == 0 ? 19 : 3, slot, table.columns)));
  for (TokenId token : {5, 6}) {
    take((*decoder)->decode({{0, token}}));
    take((*decoder)->decode({{2, token}, {0, token + 1}}));
  }
  return table;
}

class GpuOrderTest : public GpuBatchTest {};

} // namespace

/// Whole steps of a model, task by task in adversarial orders: threads, blocks and launches, of which some begin long
/// before those that they wait for. The bits are the same, and nothing that is read or written depends on the order
/// (runtime/Cuda/Emulation/RaceDetector.h).
TEST_P(GpuOrderTest, EveryOrderGivesTheSameBits) {
  std::string path = compile(modelOf(GetParam()), 1, "default", 16, {1, 4});
  ASSERT_FALSE(HasFailure());
  Result<ArtifactReader> opened = ArtifactReader::open(path);
  ASSERT_TRUE(opened) << opened.problem().str();
  EmulationOptions options;
  options.detectRaces = true;
  Result<std::shared_ptr<ExecutorModel>> model =
      load(std::make_shared<const ArtifactReader>(std::move(*opened)), options);
  ASSERT_TRUE(model) << model.problem().str();
  fake().order = 0;
  FloatTable expected = logitsInSlots(*model);
  for (unsigned long long order : {2, 3}) {
    fake().order = order;
    fake().together = 1 + order;
    FloatTable logits = logitsInSlots(*model);
    ASSERT_EQ(logits.rows, expected.rows);
    EXPECT_TRUE(logits.values == expected.values) << "order " << order;
  }
  EXPECT_THAT(fake().early, ::testing::Not(::testing::IsEmpty()));
  EXPECT_THAT(fake().mistakes, ::testing::IsEmpty());
}

/// What the GPU's or this CPU's code of `path` makes of tokens, as `run` has them.
static FloatTable logitsOf(const Result<std::shared_ptr<ExecutorModel>> &model, const std::vector<TokenId> &ids,
                           std::size_t prompt, bool all) {
  if (!model) {
    ADD_FAILURE() << model.problem().str();
    return {};
  }
  Result<std::unique_ptr<Decoder>> decoder = Decoder::create(*model, 1, 128);
  if (decoder)
    return run(**decoder, ids, prompt, all);
  ADD_FAILURE() << decoder.problem().str();
  return {};
}

/// Layers that are wide enough for their products to be blocks of rows and tokens.
struct ManyTokens {
  int heads, keyHeads, intermediate; ///< Of the model, with 32 numbers to a head.
  int chunk;                         ///< Tokens of a call at most.
  int prompt, tokens;                ///< Of the tokens, the first call has so many.
  const char *precision, *product;   ///< What the kernels call.
  double bound;
};

class GpuManyTokens : public GpuTest, public ::testing::WithParamInterface<ManyTokens> {};

TEST_P(GpuManyTokens, AreAsGoodAsOnTheCpu) {
  const ManyTokens &of = GetParam();
  Result<Json> config = readJsonFile(goldens + "/llama3/config.json");
  ASSERT_TRUE(config);
  for (auto [key, value] :
       {std::pair("hidden_size", of.heads * 32), std::pair("num_attention_heads", of.heads),
        std::pair("num_key_value_heads", of.keyHeads), std::pair("intermediate_size", of.intermediate),
        std::pair("head_dim", 32), std::pair("num_hidden_layers", 2)})
    (*config)[key] = value;
  (*config)["dtype"] = "bfloat16";
  std::ofstream(write("wide/config.json", "")) << config->dump();
  std::vector<TokenId> ids;
  for (TokenId i = 0; i < of.tokens; ++i)
    ids.push_back(i * 37 % 131);
  std::string path = compile((directory / "wide").string(), 11, of.precision, of.chunk);
  ASSERT_FALSE(HasFailure());
  Result<ArtifactReader> opened = ArtifactReader::open(path);
  ASSERT_TRUE(opened) << opened.problem().str();
  auto artifact = std::make_shared<const ArtifactReader>(std::move(*opened));
  EXPECT_THAT(std::string(artifact->source(artifact->manifest().variants[0])), ::testing::HasSubstr(of.product));
  fake().devices[0].sharedBytes = 227 << 10; // warpgroups need more than other kernels
  FloatTable gpu = logitsOf(load(artifact), ids, std::size_t(of.prompt), false);
  FloatTable cpu =
      logitsOf(CpuBackend().load(artifact, artifact->manifest().variants[1], 2), ids, std::size_t(of.prompt), false);
  ASSERT_EQ(gpu.rows, 3);
  double difference = differenceOf(gpu, cpu);
  RecordProperty("difference", std::to_string(difference));
  EXPECT_LE(difference, of.bound);
  EXPECT_THAT(fake().mistakes, ::testing::IsEmpty());
}

// Activations are two bfloat16, 2^-17; or one, whose rounding goes the other way now and then.
INSTANTIATE_TEST_SUITE_P(
    Products, GpuManyTokens,
    ::testing::Values(ManyTokens{9, 3, 328, 64, 40, 42, "f32", "linearBlock<tern::F32", 1e-5},
                      ManyTokens{10, 5, 384, 128, 77, 79, "f32", "groupBlock<tern::Split2", 1e-5},
                      ManyTokens{10, 5, 384, 128, 77, 79, "bf16", "groupBlock<tern::Split1", 1e-2}),
    [](const auto &info) { return std::string(info.param.precision) + "_" + std::to_string(info.param.heads); });

#ifdef TERN_SMOLLM2
TEST_F(GpuTest, RealModelIsAsGoodAsOnTheCpu) {
#if __has_feature(address_sanitizer)
  GTEST_SKIP() << "takes minutes under the sanitizers";
#endif
  fake().devices[0].memory = std::uint64_t(4) << 30;
  const std::vector<TokenId> ids = {504, 3575, 282, 4649, 314};
  std::vector<FloatTable> logits; // of the GPU, of the CPU, and of the CPU in f32
  for (const char *precision : {"default", "f32"}) {
    std::string path = compile(TERN_SMOLLM2, std::nullopt, precision, 32);
    ASSERT_FALSE(HasFailure());
    Result<ArtifactReader> opened = ArtifactReader::open(path);
    ASSERT_TRUE(opened) << opened.problem().str();
    auto artifact = std::make_shared<const ArtifactReader>(std::move(*opened));
    if (logits.empty())
      logits.push_back(logitsOf(load(artifact), ids, 3, true));
    logits.push_back(logitsOf(CpuBackend().load(artifact, artifact->manifest().variants[1], 2), ids, 3, true));
  }
  ASSERT_EQ(logits[0].rows, 5);
  // Both round activations and the cache alike; where a number falls on another side, both are as far from f32.
  double gpu = differenceOf(logits[0], logits[2]), cpu = differenceOf(logits[1], logits[2]);
  RecordProperty("differences", std::to_string(gpu) + " on the GPU, " + std::to_string(cpu) + " on the CPU");
  EXPECT_LE(gpu, 1.5 * cpu);
  EXPECT_LE(gpu, 1e-3);
  EXPECT_THAT(fake().mistakes, ::testing::IsEmpty());
}
#endif

INSTANTIATE_TEST_SUITE_P(Goldens, GpuGoldenTest, ::testing::ValuesIn(models),
                         [](const ::testing::TestParamInfo<const char *> &info) { return std::string(info.param); });
INSTANTIATE_TEST_SUITE_P(Goldens, GpuBatchTest, ::testing::Values("llama3", "llama3_bf16", "qwen3", "gemma3"),
                         [](const ::testing::TestParamInfo<const char *> &info) { return std::string(info.param); });
INSTANTIATE_TEST_SUITE_P(Goldens, GpuOrderTest, ::testing::Values("llama3", "qwen3_bf16", "gemma3"),
                         [](const ::testing::TestParamInfo<const char *> &info) { return std::string(info.param); });
