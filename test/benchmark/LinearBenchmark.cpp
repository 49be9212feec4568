//===- LinearBenchmark.cpp - How fast linear kernels are ------------------===//
//
// usage: linear-benchmark [--workers=N] [--formats=q4_1,...] [--activations=i15_32,...] [--tokens=1,8,512]
//                         [--shapes=3072x576,...] [--tiles=N] [--block=N] [--group=N] [--prefetch=BYTES]
//
// Compiles the product of each shape (rows x columns), format and number of tokens for the machine at hand and times
// it over as many matrices as 400 MB hold, so that weights come from memory as they do in a model. Prints bytes of
// weights and multiply-adds a second, beside the rate at which the same threads can read memory at all.
//
//===----------------------------------------------------------------------===//

#include "lib/Conversion/KernelToCpu/LinearLoops.h"

#include "test/unit/Conversion/KernelToCpu/CompiledKernel.h"
#include "test/unit/Conversion/KernelToCpu/LinearData.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <ctime>
#include <thread>

using namespace tern;
using namespace tern::cpu;
namespace cl = llvm::cl;

namespace {

/// The command line. Copied out of LLVM's options, which linking a kernel resets.
struct Options {
  int threads = 2;
  std::vector<std::string> formats, activations, shapes;
  std::vector<int> tokens;
  LinearSchedule schedule;
};
Options options;

void parseOptions(int argc, char **argv) {
  static cl::opt<int> workers("workers", cl::init(2), cl::desc("threads"));
  static cl::list<std::string> formats("formats", cl::CommaSeparated, cl::desc("packed formats of weights"));
  static cl::list<std::string> activations("activations", cl::CommaSeparated, cl::desc("formats of activations"));
  static cl::list<std::string> shapes("shapes", cl::CommaSeparated, cl::desc("rows x columns"));
  static cl::list<int> tokens("tokens", cl::CommaSeparated, cl::desc("numbers of tokens"));
  static cl::opt<int> tiles("tiles", cl::init(0), cl::desc("tiles that stream together"));
  static cl::opt<int> block("block", cl::init(0), cl::desc("tokens in registers"));
  static cl::opt<int> group("group", cl::init(0), cl::desc("tiles that a block of tokens meets"));
  static cl::opt<int> prefetch("prefetch", cl::init(1024), cl::desc("bytes ahead"));
  cl::ParseCommandLineOptions(argc, argv, "times linear kernels\n");
  options = {workers, formats, activations, shapes, tokens, {tiles, block, group, prefetch}};
  if (options.shapes.empty())
    options.shapes = {"3072x2048"};
  if (options.tokens.empty())
    options.tokens = {1, 8, 512};
}

/// Seconds of processor time of this thread.
double threadSeconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Runs a piece of work on all threads at once, several times, and returns the shortest time in seconds: of the thread
/// that took longest, in processor time, which others on the machine disturb less than the time of day.
double fastest(int repetitions, llvm::function_ref<void(int)> work) {
  double best = 1e9;
  for (int i = 0; i < repetitions; ++i) {
    std::atomic<int> ready{0};
    std::vector<double> seconds(options.threads);
    std::vector<std::thread> others;
    auto run = [&](int t) {
      ++ready;
      while (ready < options.threads)
        ;
      double begin = threadSeconds();
      work(t);
      seconds[t] = threadSeconds() - begin;
    };
    for (int t = 1; t < options.threads; ++t)
      others.emplace_back(run, t);
    run(0);
    for (std::thread &other : others)
      other.join();
    best = std::min(best, *std::max_element(seconds.begin(), seconds.end()));
  }
  return best;
}

/// Bytes a second that the threads can read, each its own part of `memory`.
double readCeiling(const AlignedBytes &memory) {
  size_t part = memory.size() / options.threads / 256 * 256;
  std::atomic<std::uint64_t> result{0};
  double seconds = fastest(6, [&](int t) {
    const std::uint8_t *from = memory.data() + part * t;
    std::uint64_t sums[32] = {};
    for (size_t i = 0; i < part; i += sizeof sums) {
      std::uint64_t words[32];
      std::memcpy(words, from + i, sizeof words);
      for (int k = 0; k < 32; ++k)
        sums[k] ^= words[k];
    }
    for (std::uint64_t sum : sums)
      result += sum;
  });
  return static_cast<double>(part) * options.threads / seconds;
}

struct Shape {
  int64_t rows, columns;
};

CompiledKernel compile(PackedFormat format, StorageFormat activation, Shape shape, int64_t tokens) {
  CompiledKernel kernel = CompiledKernel::build(3, [&](CodeBuilder &b, const KernelFrame &frame) {
    LinearInput input{activation, 0, frame.operands[0], shape.columns, tokens};
    // Many tokens are compiled for any number, as a prompt is.
    bool isKnown = tokens <= 8;
    LinearRange range{frame.begin, frame.end, b.index(0), isKnown ? b.index(tokens) : frame.dim(1),
                      isKnown ? std::optional<int64_t>(tokens) : std::nullopt};
    emitLinear(b, testTarget(), input, {{format, frame.operands[1]}}, shape.rows, options.schedule, range,
               [&](const LinearResult &result) {
                 b.store(result.sums[0], frame.operands[2], result.token * shape.rows + result.firstRow);
               });
  });
  kernel.scratchBytes = 0;
  return kernel;
}

void measure(PackedFormat format, StorageFormat activation, Shape shape, int64_t tokens, const AlignedBytes &memory,
             double ceiling) {
  CompiledKernel kernel = compile(format, activation, shape, tokens);
  RandomTokens input(activation, tokens, tokens, shape.columns);
  size_t bytes = *packedBytes(format, shape.rows, shape.columns);
  size_t copies = std::max<size_t>(1, memory.size() / bytes);
  if (tokens > 8)
    copies = std::min<size_t>(copies, 8);
  std::vector<float> result(tokens * shape.rows);
  int64_t numTasks = numTiles(shape.rows);
  double seconds = fastest(tokens > 8 ? 3 : 6, [&](int t) {
    for (size_t i = 0; i < copies; ++i)
      kernel.run({input.bytes.data(), memory.data() + i * bytes, result.data()}, {0, tokens},
                 numTasks * t / options.threads, numTasks * (t + 1) / options.threads);
  });
  double read = bytes * copies / seconds, products = double(shape.rows) * shape.columns * tokens * copies / seconds;
  llvm::outs() << llvm::formatv("{0,-6} {1,-7} {2,6} x {3,-6} {4,4} tokens {5,8:f1} GB/s {6,4:f0} % {7,8:f1} GMAC/s\n",
                                packedFormatInfo(format).name, storageFormatInfo(activation).name, shape.rows,
                                shape.columns, tokens, read / 1e9, 100 * read / ceiling, products / 1e9);
  llvm::outs().flush();
}

bool wanted(const std::vector<std::string> &list, std::string_view name) {
  return list.empty() || llvm::is_contained(list, std::string(name));
}

void measureFormat(const PackedFormatInfo &info, Shape shape) {
  if (shape.columns % info.columns != 0)
    return;
  AlignedBytes memory = randomWeights(info.format, 16, shape.columns, 1);
  // One tile over and over: the bytes differ in address alone.
  AlignedBytes all((size_t{400} << 20) / memory.size() * memory.size());
  for (size_t i = 0; i < all.size(); i += memory.size())
    std::memcpy(all.data() + i, memory.data(), memory.size());
  double ceiling = readCeiling(all);
  llvm::outs() << llvm::formatv("read ceiling {0:f1} GB/s, {1} threads\n", ceiling / 1e9, options.threads);
  for (StorageFormat activation :
       {StorageFormat::I15_32, StorageFormat::I8_32, StorageFormat::F32, StorageFormat::BF16}) {
    bool isUsual = storageFormatInfo(activation).isActivation == (info.columns >= 32);
    if (options.activations.empty() ? !isUsual : !wanted(options.activations, storageFormatInfo(activation).name))
      continue;
    for (int64_t tokens : options.tokens)
      measure(info.format, activation, shape, tokens, all, ceiling);
  }
}

} // namespace

int main(int argc, char **argv) {
  parseOptions(argc, argv);
  for (llvm::StringRef text : options.shapes) {
    auto [rows, columns] = text.split('x');
    Shape shape{};
    if (rows.getAsInteger(10, shape.rows) || columns.getAsInteger(10, shape.columns) || shape.rows <= 0 ||
        shape.columns <= 0) {
      llvm::errs() << "shape '" << text << "': a shape is ROWSxCOLUMNS, such as 3072x576\n";
      return 1;
    }
    for (const PackedFormatInfo &info : packedFormats)
      if (wanted(options.formats, info.name))
        measureFormat(info, shape);
  }
  return 0;
}
