//===- ProgramTesting.h - Programs for tests ---------------------*- C++ -*-===//

#ifndef TERN_TEST_UNIT_ARTIFACT_PROGRAMTESTING_H
#define TERN_TEST_UNIT_ARTIFACT_PROGRAMTESTING_H

#include "runtime/Artifact/Program.h"

namespace tern {

/// One weight from each kind of source, a state of each kind, and an entry with `launches` launches.
inline Program makeTestProgram(int launches) {
  Program program;
  program.kernels = {"embed", "mlp", "head"};
  program.shapes = {{32, 0}, {1024, 227 << 10, true}, {256, 1024}};
  program.symbols = {"capacity", "B", "T"};
  program.arenaBytes = 1 << 20;
  program.scratchBytes = 4096;
  program.weightBytes = 8192;
  program.files = {{"model.gguf", 5000, 100, "xxh3:0123456789abcdef"}};

  ProgramWeight embedded;
  embedded.name = "model.embed";
  embedded.format = StorageFormat::Q4_1;
  embedded.layout = WeightLayout::Tiles16;
  embedded.shape = {16, 64};
  embedded.bytes = 640;
  embedded.offset = 64;
  embedded.hash = "xxh3:00000000000000ff";
  ProgramWeight stored;
  stored.name = "model.norm";
  stored.shape = {64};
  stored.bytes = 256;
  stored.source = ProgramWeight::Source::Stored;
  stored.sourceFormat = StorageFormat::F16;
  stored.file = 0;
  stored.offset = 4872;
  stored.sourceBytes = 128;
  ProgramWeight random;
  random.name = "model.bias";
  random.shape = {4, 4};
  random.bytes = 64;
  random.source = ProgramWeight::Source::Random;
  random.sourceFormat = StorageFormat::BF16;
  random.tensor = "bias";
  random.seed = ~std::uint64_t{0};
  random.scale = 0.1;
  program.weights = {embedded, stored, random};
  program.states = {{"key", StorageFormat::F16, 0, 128}, {"recurrent", StorageFormat::F32, 4096, 0}};

  Entry entry;
  entry.name = "prefill";
  entry.ranges = {{1, 1, 8}, {2, 1, 64}};
  entry.inputs = {{"tokens", StorageFormat::I32, {{1, 1}, {2, 1}}, 0}};
  entry.outputs = {{"logits", StorageFormat::F32, {{1, 1}, {-1, 100}}, 8192}};
  for (int i = 0; i < launches; ++i) {
    Launch launch;
    launch.kernel = i % 3;
    launch.where = "model.layers." + std::to_string(i / 7) + ".self_attn";
    launch.wait = i % 4 != 0;
    for (int k = 0; k < 3; ++k)
      launch.operands.push_back({Place::Kind::Arena, 0, static_cast<std::uint64_t>((i * 7 + k) % 1000) * 64});
    launch.operands.push_back({Place::Kind::Weight, i % 3, 0});
    launch.operands.push_back({Place::Kind::State, i % 2, 0});
    launch.tasks = {{{{{-1, 1536}, 16}, {{2, 1}, 8}}, 10240}, {{{{0, 1}, 64}}, 512}};
    entry.launches.push_back(launch);
  }
  program.entries = {entry};
  return program;
}

} // namespace tern

#endif // TERN_TEST_UNIT_ARTIFACT_PROGRAMTESTING_H
