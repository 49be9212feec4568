//===- TinyProgram.h - The program of TestKernels.c ----------------*- C++ -*-===//

#ifndef TERN_TEST_UNIT_CPU_TINYPROGRAM_H
#define TERN_TEST_UNIT_CPU_TINYPROGRAM_H

#include "runtime/Artifact/Program.h"

namespace tern::testing {

constexpr std::int64_t tinyVocabulary = 32;

struct TinyOptions {
  bool recurrent = true;                        ///< With state 1.
  std::vector<std::int64_t> batches = {1, 4};   ///< Of decode entries.
  std::vector<std::int64_t> prefills = {8, 64}; ///< The most tokens of each prefill entry.
};

namespace tiny {

/// Places in the arena; every entry fits them.
enum : std::uint64_t { tokensAt = 0, positionsAt = 4096, outputsAt = 8192, logitsAt = 12288, arenaEnd = 12288 + 65536 };

inline Entry entry(const std::string &name, SymbolRange batch, SymbolRange tokens, SymbolRange outputs,
                   bool recurrent) {
  Entry entry;
  entry.name = name;
  entry.ranges = {batch, tokens, outputs, {4, 1, maxCapacity}};
  entry.inputs = {{"tokens", StorageFormat::I32, {{1, 1}, {2, 1}}, tokensAt},
                  {"positions", StorageFormat::I32, {{1, 1}, {2, 1}}, positionsAt},
                  {"outputs", StorageFormat::I32, {{1, 1}, {3, 1}}, outputsAt}};
  entry.outputs = {{"logits", StorageFormat::F32, {{1, 1}, {3, 1}, {-1, tinyVocabulary}}, logitsAt}};
  Place tokensPlace{Place::Kind::Arena, 0, tokensAt}, positionsPlace{Place::Kind::Arena, 0, positionsAt},
      outputsPlace{Place::Kind::Arena, 0, outputsAt}, logitsPlace{Place::Kind::Arena, 0, logitsAt},
      weights{Place::Kind::Weight, 0, 0}, cache{Place::Kind::State, 0, 0}, sums{Place::Kind::State, 1, 0};
  TaskFactor perBatch{{1, 1}, 1}, perToken{{2, 1}, 1}, perOutput{{3, 1}, 1}, perWord{{-1, tinyVocabulary}, 1};
  Launch append{0, {tokensPlace, positionsPlace, cache}, {{{perBatch, perToken}, 4096}}, true, "model.embed"};
  Launch accumulate{1, {tokensPlace, positionsPlace, sums}, {{{perBatch}, 4096}}, false, "model.recurrence"};
  Launch logits{2,
                {positionsPlace, outputsPlace, weights, cache, sums, logitsPlace},
                {{{perBatch, perOutput, perWord}, 4096}},
                true,
                "model.head"};
  if (!recurrent)
    accumulate.tasks = {{{{{-1, 0}, 1}}, 0}};
  entry.launches = {append, accumulate, logits};
  return entry;
}

} // namespace tiny

inline Program tinyProgram(const TinyOptions &options = {}) {
  Program program;
  program.kernels = {"append", "accumulate", "logits"};
  program.symbols = {"capacity", "B", "T", "N", "C"};
  ProgramWeight weights;
  weights.name = "head";
  weights.shape = {tinyVocabulary};
  weights.bytes = tinyVocabulary * 4;
  program.weights = {weights};
  program.weightBytes = weights.bytes;
  program.states = {{"cache", StorageFormat::I32, 0, 4}, {"sum", StorageFormat::I64, 0, 0}};
  program.states[1].fixedBytes = 8;
  for (std::int64_t batch : options.batches)
    program.entries.push_back(
        tiny::entry("decode_" + std::to_string(batch), {1, batch, batch}, {2, 1, 1}, {3, 1, 1}, options.recurrent));
  for (std::int64_t most : options.prefills)
    program.entries.push_back(tiny::entry("prefill_" + std::to_string(most), {1, 1, 1}, {2, 1, most},
                                          {3, 1, most == 64 ? 1 : most}, options.recurrent));
  program.arenaBytes = tiny::arenaEnd;
  program.scratchBytes = 100;
  if (!options.recurrent) // The kernel still gets a pointer, but nothing is written there.
    program.states[1] = {"sum", StorageFormat::I64, 0, 1};
  return program;
}

inline const float *tinyWeights() {
  alignas(64) static float weights[tinyVocabulary];
  for (std::int64_t v = 0; v != tinyVocabulary; ++v)
    weights[v] = static_cast<float>(v % 7);
  return weights;
}

/// What the model must give after `ids`.
inline float tinyLogit(const std::vector<std::int32_t> &ids, std::int64_t v, bool recurrent = true) {
  std::int64_t total = 0, sum = 0;
  for (std::size_t p = 0; p != ids.size(); ++p) {
    total += (ids[p] + 1) * static_cast<std::int64_t>(p + 1);
    sum += ids[p];
  }
  return tinyWeights()[v] * static_cast<float>(total) + (recurrent ? static_cast<float>(sum) : 0);
}

} // namespace tern::testing

#endif // TERN_TEST_UNIT_CPU_TINYPROGRAM_H
