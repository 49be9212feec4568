//===- FunctionsTest.cpp - Functions against those of the C library ---------===//

#include "test/unit/Conversion/KernelToCpu/CompiledKernel.h"

#include <cmath>
#include <cstring>

#include <gtest/gtest.h>

using namespace tern::cpu;

static constexpr double infinity = std::numeric_limits<double>::infinity();

/// f32 values over the whole range: every 1021st bit pattern.
static std::vector<float> everySo() {
  std::vector<float> values;
  for (uint64_t bits = 0; bits < (uint64_t{1} << 32); bits += 10210) {
    uint32_t word = static_cast<uint32_t>(bits);
    float value;
    std::memcpy(&value, &word, 4);
    values.push_back(value);
  }
  values.resize(values.size() / 16 * 16);
  return values;
}

/// The largest error of `function` against `exact` in units in the last place of the exact value.
static double worstUlps(const std::function<Val(CodeBuilder &, Val)> &function, double (*exact)(double), double from,
                        double to) {
  CompiledKernel kernel = CompiledKernel::build(2, [&](CodeBuilder &b, const KernelFrame &frame) {
    b.forLoop(frame.begin, frame.end, b.index(16), [&](Val i) {
      b.store(function(b, b.load(CodeBuilder::vec(b.f32, 16), frame.operands[0], i)), frame.operands[1], i);
    });
  });
  std::vector<float> in = everySo(), out(in.size());
  kernel.run({in.data(), out.data()}, {}, 0, in.size());
  double worst = 0;
  for (size_t i = 0; i < in.size(); ++i) {
    double want = exact(in[i]), got = out[i];
    float rounded = static_cast<float>(want);
    if (std::isnan(in[i]) || std::isnan(want)) {
      EXPECT_TRUE(std::isnan(got)) << in[i];
      continue;
    }
    if (in[i] < from || in[i] > to)
      continue;
    if (std::isinf(rounded) || std::isinf(got)) {
      EXPECT_EQ(got, rounded) << in[i];
      continue;
    }
    double ulp = std::max(std::nextafter(std::fabs(rounded), INFINITY) - std::fabs(rounded), 1.4e-45f);
    double error = std::fabs(got - want) / ulp;
    if (error > worst)
      worst = error;
  }
  return worst;
}

TEST(Functions, Exp) {
  EXPECT_LT(worstUlps([](CodeBuilder &b, Val x) { return b.exp(x); }, std::exp, -infinity, infinity), 1.5);
}
TEST(Functions, Log) {
  EXPECT_LT(worstUlps([](CodeBuilder &b, Val x) { return b.log(x); }, std::log, -infinity, infinity), 2);
}
TEST(Functions, Tanh) {
  EXPECT_LT(worstUlps([](CodeBuilder &b, Val x) { return b.tanh(x); }, std::tanh, -infinity, infinity), 2);
}
TEST(Functions, Erf) {
  EXPECT_LT(worstUlps([](CodeBuilder &b, Val x) { return b.erf(x); }, std::erf, -infinity, infinity), 2);
}

TEST(Functions, SineAndCosineOfLargeAngles) {
  CompiledKernel kernel = CompiledKernel::build(3, [&](CodeBuilder &b, const KernelFrame &frame) {
    auto [sine, cosine] = b.sinCos(b.load(CodeBuilder::vec(b.f64, 8), frame.operands[0]));
    b.store(sine, frame.operands[1]);
    b.store(cosine, frame.operands[2]);
  });
  for (double base : {0.0, 1.0, 700.5, 1e5, 1e6, -3e6, 9.9e8}) {
    std::vector<double> in, sine(8), cosine(8);
    for (int i = 0; i < 8; ++i)
      in.push_back(base + i * 0.7853981633974483);
    kernel.run({in.data(), sine.data(), cosine.data()});
    for (int i = 0; i < 8; ++i) {
      EXPECT_NEAR(sine[i], std::sin(in[i]), 1e-11) << in[i];
      EXPECT_NEAR(cosine[i], std::cos(in[i]), 1e-11) << in[i];
    }
  }
}

TEST(Functions, ConversionsRoundToNearest) {
  CompiledKernel kernel = CompiledKernel::build(4, [&](CodeBuilder &b, const KernelFrame &frame) {
    b.forLoop(frame.begin, frame.end, b.index(1), [&](Val i) {
      Val wide = b.load(b.f64, frame.operands[0], i);
      Val half = b.convertFloat(b.f16, wide), brain = b.convertFloat(b.bf16, wide);
      b.store(half, frame.operands[1], i);
      b.store(brain, frame.operands[2], i);
      b.store(b.convertFloat(b.f32, half) + b.convertFloat(b.f32, brain), frame.operands[3], i);
    });
  });
  // Just above and below ties that a step through f32 would lose.
  std::vector<double> in = {1.0,
                            1.0 + 0x1p-11,
                            1.0 + 0x1p-11 + 0x1p-40,
                            1.0 + 3 * 0x1p-11 - 0x1p-40,
                            1.0 + 0x1p-8 + 0x1p-40,
                            1e300,
                            -65519.99,
                            NAN};
  std::vector<uint16_t> half(8), brain(8);
  std::vector<float> sum(8);
  kernel.run({in.data(), half.data(), brain.data(), sum.data()}, {}, 0, 8);
  EXPECT_EQ(half[0], 0x3c00);
  EXPECT_EQ(half[1], 0x3c00);
  EXPECT_EQ(half[2], 0x3c01);
  EXPECT_EQ(half[3], 0x3c01);
  EXPECT_EQ(brain[4], 0x3f81);
  EXPECT_EQ(half[5], 0x7c00);
  EXPECT_EQ(half[6], 0xfbff);
  EXPECT_EQ(half[7] & 0x7c00, 0x7c00);
  EXPECT_NE(half[7] & 0x3ff, 0);
  EXPECT_EQ(sum[0], 2.0f);
}
