//===- Benchmark.h - Prefill and decode, timed -------------------*- C++ -*-===//
//
// A case is one kind of step at one size on one number of threads. Before each of its repeats the read ceiling is
// measured over as many bytes as a step reads, so that both saw the same machine.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TOOLS_TERN_BENCHMARK_H
#define TERN_TOOLS_TERN_BENCHMARK_H

#include "runtime/Base/Json.h"
#include "tools/tern/CompiledModel.h"

namespace tern {

struct BenchmarkSizes {
  std::int64_t prompt = 512;  ///< Tokens of a prompt; 0: no prefill.
  std::int64_t decode = 128;  ///< Steps of a decode; 0: no decode.
  std::int64_t context = 100; ///< Tokens in the cache before decode begins.
  int repeat = 5;
};

struct BenchmarkCase {
  bool isPrefill = true;
  std::int64_t tokens = 0, batch = 1, context = 0;
  unsigned threads = 1;
  std::vector<double> rates; ///< Tokens a second of each repeat, ascending.
  double bytesPerToken = 0;  ///< Read from weights and states, as the plan has it.
  double ceiling = 0;        ///< Bytes a second: the best reading of all repeats.

  double median() const { return rates[rates.size() / 2]; }
  double fractionOfCeiling() const { return median() * bytesPerToken / ceiling; }
  Json asJson() const;
};

/// Reads prompts of `sizes.prompt` tokens.
Result<BenchmarkCase> benchmarkPrefill(const CompiledModel &model, const BenchmarkSizes &sizes);

/// Decodes for `batch` sequences at once.
Result<BenchmarkCase> benchmarkDecode(const CompiledModel &model, const BenchmarkSizes &sizes, std::int64_t batch);

} // namespace tern

#endif // TERN_TOOLS_TERN_BENCHMARK_H
