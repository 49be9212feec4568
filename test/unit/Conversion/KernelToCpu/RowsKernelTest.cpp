//===- RowsKernelTest.cpp - Kernels of rows against the interpreter ---------===//

#include "test/unit/Conversion/KernelToCpu/RowsCase.h"

#include <gtest/gtest.h>

using namespace tern::cpu;

namespace {

/// One op of one operand and a result of the same type.
void expectUnary(const std::string &op, double tolerance, const std::string &type = "f32[B, T, 72]") {
  expectAgrees({{"%x: " + type}, {type}, "%r0 = graph." + op + " : (" + type + ") -> " + type}, tolerance);
}

} // namespace

TEST(RowsKernel, UnaryOps) {
  for (std::string op : {"silu", "gelu", "gelu_tanh", "relu", "relu_squared", "sigmoid", "tanh", "softplus", "exp",
                         "log", "sqrt", "rsqrt", "neg", "abs"})
    expectUnary(op + " %x", 3e-6);
  expectUnary("soft_cap %x cap 30.0", 1e-6);
  expectUnary("silu %x", 1e-2, "bf16[B, T, 64]");
  expectUnary("silu %x", 1e-3, "f16[B, T, 7]");
}

TEST(RowsKernel, BinaryOpsBroadcast) {
  for (std::string op : {"add", "sub", "mul", "maximum", "minimum"}) {
    expectAgrees({{"%x: f32[B, T, 64]", "%y: f32[64]"},
                  {"f32[B, T, 64]"},
                  "%r0 = graph." + op + " %x, %y : (f32[B, T, 64], f32[64]) -> f32[B, T, 64]"},
                 1e-6);
    expectAgrees({{"%x: f32[B, T, 64]", "%y: f32[B, 1, 1]"},
                  {"f32[B, T, 64]"},
                  "%r0 = graph." + op + " %x, %y : (f32[B, T, 64], f32[B, 1, 1]) -> f32[B, T, 64]"},
                 1e-6);
    expectAgrees({{"%x: i32[B, T, 6]", "%y: i32[T, 6]"},
                  {"i32[B, T, 6]"},
                  "%r0 = graph." + op + " %x, %y : (i32[B, T, 6], i32[T, 6]) -> i32[B, T, 6]",
                  {" {test.range = array<i64: -9, 9>}", " {test.range = array<i64: -2000000000, 2000000000>}"}},
                 0);
  }
  expectAgrees({{"%x: i32[B, T, 16]", "%y: i32[T, 16]"},
                {"i32[B, T, 16]"},
                "%r0 = graph.div %x, %y : (i32[B, T, 16], i32[T, 16]) -> i32[B, T, 16]",
                {" {test.range = array<i64: -99, 99>}", " {test.range = array<i64: 1, 9>}"}},
               0);
}

TEST(RowsKernel, DivisionByZeroIsReported) {
  RowsCase rows{{"%x: i32[B, 16]", "%y: i32[B, 16]"},
                {"i32[B, 16]"},
                "%r0 = graph.div %x, %y : (i32[B, 16], i32[B, 16]) -> i32[B, 16]",
                {"", " {test.values = array<i64: 1, 2, 0, 4>}"}};
  EXPECT_EQ(KernelProgram(rows.text()).problemOf("main", {{"B", 2}}), TERN_KERNEL_DIVISION_BY_ZERO);
}

TEST(RowsKernel, CompareSelectAndCast) {
  expectAgrees({{"%x: f32[B, T, 64]", "%y: f32[64]"},
                {"f32[B, T, 64]", "i1[B, T, 64]", "i8[B, T, 64]", "f16[B, T, 64]"},
                R"(%0 = graph.compare lt %x, %y : (f32[B, T, 64], f32[64]) -> i1[B, T, 64]
                   %r1 = graph.compare ne %x, %y : (f32[B, T, 64], f32[64]) -> i1[B, T, 64]
                   %1 = graph.neg %x : (f32[B, T, 64]) -> f32[B, T, 64]
                   %r0 = graph.select %0, %x, %1 : (i1[B, T, 64], f32[B, T, 64], f32[B, T, 64]) -> f32[B, T, 64]
                   %r2 = graph.cast %x : (f32[B, T, 64]) -> i8[B, T, 64]
                   %r3 = graph.cast %x : (f32[B, T, 64]) -> f16[B, T, 64])",
                {" {test.scale = 100.0 : f64}"}},
               1e-6);
}

TEST(RowsKernel, NormsAndSoftmax) {
  for (std::string type : {"f32[B, T, 576]", "f32[B, T, 50]"}) {
    std::string weight = type == "f32[B, T, 50]" ? "f32[50]" : "f32[576]";
    expectAgrees({{"%x: " + type, "%w: " + weight},
                  {type},
                  "%r0 = graph.rms_norm %x, %w epsilon 1.0e-5 offset 1.0 : (" + type + ", " + weight + ") -> " + type},
                 2e-6);
    expectAgrees({{"%x: " + type, "%w: " + weight, "%b: " + weight},
                  {type},
                  "%r0 = graph.layer_norm %x weight %w bias %b epsilon 1.0e-5 : (" + type + ", " + weight + ", " +
                      weight + ") -> " + type},
                 2e-6);
    expectUnary("softmax %x", 1e-6, type);
  }
  expectUnary("softmax %x", 1e-6, "f32[B, C]");
}

TEST(RowsKernel, NormOfSumIsOneLoop) {
  expectAgrees({{"%x: f32[B, T, 96]", "%y: f32[B, T, 96]", "%w: f32[96]"},
                {"f32[B, T, 96]", "i15_32[B, T, 96]", "i8_32[B, T, 96]"},
                R"(%r0 = graph.add %x, %y : (f32[B, T, 96], f32[B, T, 96]) -> f32[B, T, 96]
                   %0 = graph.rms_norm %r0, %w epsilon 1.0e-5 : (f32[B, T, 96], f32[96]) -> f32[B, T, 96]
                   %r1 = graph.quantize %0 : (f32[B, T, 96]) -> i15_32[B, T, 96]
                   %r2 = graph.quantize %0 : (f32[B, T, 96]) -> i8_32[B, T, 96])"},
               0.02);
}

TEST(RowsKernel, Reductions) {
  for (std::string kind : {"sum", "mean", "max", "min", "product"}) {
    expectAgrees({{"%x: f32[B, T, 70]"},
                  {"f32[B, T, 1]", "f32[B, 1, 70]"},
                  "%r0 = graph.reduce " + kind + " %x axis 2 : (f32[B, T, 70]) -> f32[B, T, 1]\n%r1 = graph.reduce " +
                      kind + " %x axis 1 : (f32[B, T, 70]) -> f32[B, 1, 70]"},
                 3e-6);
    expectAgrees({{"%x: i32[B, T, 7]"},
                  {"i32[B, T, 1]"},
                  "%r0 = graph.reduce " + kind + " %x axis 2 : (i32[B, T, 7]) -> i32[B, T, 1]",
                  {" {test.range = array<i64: -5, 6>}"}},
                 0);
  }
}

TEST(RowsKernel, ArgmaxAndTopK) {
  expectAgrees({{"%x: f32[B, T, 1000]"}, {"i32[B, T]"}, "%r0 = graph.argmax %x : (f32[B, T, 1000]) -> i32[B, T]"}, 0);
  expectAgrees({{"%x: i32[B, T, 64]"},
                {"i32[B, T]"},
                "%r0 = graph.argmax %x : (i32[B, T, 64]) -> i32[B, T]",
                {" {test.range = array<i64: -3, 3>}"}},
               0);
  expectAgrees({{"%x: f32[B, T, 33]"},
                {"f32[B, T, 4]", "i32[B, T, 4]"},
                "%r0, %r1 = graph.top_k %x k 4 : (f32[B, T, 33]) -> (f32[B, T, 4], i32[B, T, 4])"},
               0);
  expectAgrees({{"%x: i32[B, T, 33]"},
                {"i32[B, T, 5]", "i32[B, T, 5]"},
                "%r0, %r1 = graph.top_k %x k 5 : (i32[B, T, 33]) -> (i32[B, T, 5], i32[B, T, 5])",
                {" {test.range = array<i64: -3, 3>}"}},
               0);
}
