//===- RandomProgram.cpp - Valid graph programs from a seed ---------------===//

#include "test/unit/Pipelines/ProgramBuilder.h"

#include "runtime/Base/ContentHash.h"

#include <cmath>
#include <fstream>
#include <random>
#include <unistd.h>

#include <gtest/gtest.h>

using namespace tern;
using namespace tern::testing;

/// Half a step of 15 and 8 bits, with some slack; of f16 and bf16 half a unit in the last place.
static constexpr double int15 = 0x1p-14, int8 = 1.0 / 250, f16 = 0x1p-11, bf16 = 0x1p-8;

const std::array<RandomPolicy, 8> tern::testing::randomPolicies = {{
    {"f32", 0, 0, 0},
    {"default", int15, 0, f16},
    {"bf16", bf16, bf16, f16},
    {"int8", int8, 0, f16},
    {"default", int15, 0, f16},
    {"default,state=bf16", int15, 0, bf16},
    {"bf16,linear=f32,state=bf16", 0, 0, bf16},
    {"int8,state=f32", int8, 0, 0},
}};

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

/// Random bytes whose elements are finite, none above the pool's largest and not all tiny.
static std::vector<std::uint8_t> randomBlock(const StorageFormatInfo &info, std::mt19937_64 &generator) {
  std::vector<std::uint8_t> bytes(info.blockBytes);
  std::vector<float> elements(info.blockLength);
  while (true) {
    for (std::uint8_t &byte : bytes)
      byte = static_cast<std::uint8_t>(generator());
    decodeToFloat(info.format, bytes.data(), elements.data(), info.blockLength);
    double largest = 0;
    for (float element : elements)
      largest = std::isfinite(element) ? std::max<double>(largest, std::fabs(element)) : INFINITY;
    if (largest >= BlockPool::largest / 20 && largest <= BlockPool::largest)
      return bytes;
  }
}

BlockPool::BlockPool() : path(::testing::TempDir() + "tern-blocks-" + std::to_string(getpid())) {
  std::mt19937_64 generator(1);
  std::string all;
  for (int i = 0; i < numStorageFormats; ++i) {
    const StorageFormatInfo &info = storageFormatInfo(static_cast<StorageFormat>(i));
    if (info.blockLength == 1 || info.isActivation)
      continue;
    std::vector<std::vector<std::uint8_t>> blocks;
    for (int block = 0; block < 64; ++block)
      blocks.push_back(randomBlock(info, generator));
    Range &range = ranges[static_cast<std::size_t>(i)];
    range = {all.size(), 16384}; // the largest weight has 4 x 128 rows of 512 columns
    for (std::uint64_t block = 0; block < range.blocks; ++block) {
      const std::vector<std::uint8_t> &bytes = blocks[generator() % blocks.size()];
      all.append(bytes.begin(), bytes.end());
    }
  }
  size = all.size();
  std::ofstream(path, std::ios::binary) << all;
}

BlockPool::~BlockPool() { unlink(path.c_str()); }

std::string BlockPool::fileOp() const {
  return "graph.file @blocks \"" + path + "\" size " + std::to_string(size) + " header 0 \"" +
         contentHashOf("") + "\"";
}

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

static const std::vector<NamedMaker> &allMakers() {
  static const std::vector<NamedMaker> makers = [] {
    std::vector<NamedMaker> all;
    for (auto &&family : {elementwiseMakers(), shapeMakers(), rowMakers(), linearMakers(), attentionMakers(), stateMakers()})
      all.insert(all.end(), family.begin(), family.end());
    return all;
  }();
  return makers;
}

RandomProgram tern::testing::makeRandomProgram(std::uint64_t seed, int size, const RandomPolicy &policy,
                                               const BlockPool &pool) {
  ProgramBuilder builder(seed, policy, pool);
  const std::vector<NamedMaker> &makers = allMakers();
  int all = 0;
  for (const NamedMaker &maker : makers)
    all += maker.weight;
  for (int made = 0, tried = 0; made < size && tried < 50 * size; ++tried) {
    std::int64_t place = builder.uniform(0, all - 1);
    auto maker = makers.begin();
    for (; place >= maker->weight; ++maker)
      place -= maker->weight;
    if (!maker->make(builder))
      continue;
    builder.count(maker->name);
    ++made;
  }
  return builder.finish();
}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

static std::int64_t sizeOf(const std::string &dim, const Sizes &sizes) {
  auto found = sizes.find(dim);
  return found == sizes.end() ? number(dim) : found->second;
}

/// How many tokens sequence `sequence` gets in `call`: the first one all of them.
static std::int64_t tokensOf(const RandomProgram &program, std::uint64_t seed, std::size_t call, std::int64_t sequence) {
  std::int64_t tokens = program.calls[call].at("T");
  std::mt19937_64 generator(seed * 31 + call * 7 + static_cast<std::uint64_t>(sequence));
  generator.discard(3);
  bool isShort = sequence > 0 && generator() % 4 == 0;
  return isShort ? static_cast<std::int64_t>(generator() % static_cast<std::uint64_t>(tokens + 1)) : tokens;
}

static std::vector<std::int64_t> positionsOf(const RandomProgram &program, std::uint64_t seed, std::size_t call) {
  std::vector<std::int64_t> positions;
  for (std::int64_t sequence = 0; sequence < program.slots; ++sequence) {
    std::int64_t start = 0, tokens = program.calls[call].at("T");
    for (std::size_t before = 0; before < call; ++before)
      start += tokensOf(program, seed, before, sequence);
    std::int64_t count = tokensOf(program, seed, call, sequence);
    for (std::int64_t token = 0; token < tokens; ++token)
      positions.push_back(token < count ? start + token : -1);
  }
  return positions;
}

std::vector<Tensor> tern::testing::randomArguments(const RandomProgram &program, std::uint64_t seed, std::size_t call) {
  const Sizes &sizes = program.calls[call];
  std::vector<Tensor> tensors;
  for (const RandomArgument &argument : program.arguments) {
    std::mt19937_64 generator(seed * 1000003 + call * 1009 + tensors.size());
    generator.discard(5);
    StorageFormat format = formatOf(argument.element);
    Shape shape;
    for (const std::string &dim : argument.dims)
      shape.push_back(sizeOf(dim, sizes));
    std::int64_t count = numElements(shape);
    auto below = [&](std::int64_t end) { return static_cast<std::int64_t>(generator() % static_cast<std::uint64_t>(end)); };
    if (!storageFormatInfo(format).isInteger) {
      std::vector<float> values(static_cast<std::size_t>(count));
      for (float &value : values)
        value = static_cast<float>(argument.low + (argument.high - argument.low) *
                                                      (static_cast<double>(generator() >> 11) * 0x1p-53));
      tensors.push_back(Tensor::fromFloats(shape, std::move(values), format));
      continue;
    }
    std::vector<std::int64_t> values(static_cast<std::size_t>(count));
    if (argument.role == Role::Positions)
      values = positionsOf(program, seed, call);
    else
      for (std::int64_t &value : values)
        value = argument.role == Role::Uniform
                    ? static_cast<std::int64_t>(argument.low) + below(static_cast<std::int64_t>(argument.high - argument.low) + 1)
                : argument.role == Role::Choice ? below(sizeOf(argument.of, sizes))
                                                : 1 + below(sizeOf(argument.of, sizes));
    tensors.push_back(Tensor::fromInts(shape, std::move(values), format));
  }
  return tensors;
}
