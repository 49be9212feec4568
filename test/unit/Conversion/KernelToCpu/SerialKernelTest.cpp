//===- SerialKernelTest.cpp - Products, scans and states --------------------===//

#include "test/unit/Conversion/KernelToCpu/RowsCase.h"

#include <gtest/gtest.h>

using namespace tern::cpu;

TEST(SerialKernel, Matmul) {
  expectAgrees({{"%x: f32[B, T, 40]", "%y: f32[B, 40, C]", "%z: f32[B, 40, 64]"},
                {"f32[B, T, C]", "f32[B, T, 64]"},
                R"(%r0 = graph.matmul %x, %y : (f32[B, T, 40], f32[B, 40, C]) -> f32[B, T, C]
                   %r1 = graph.matmul %x, %z : (f32[B, T, 40], f32[B, 40, 64]) -> f32[B, T, 64])"},
               2e-6);
}

TEST(SerialKernel, LinearOfRowsAndTiles) {
  for (std::string format : {"f32", "bf16", "q8_0", "q4_k"}) {
    std::string weight = format + "[37, 256]";
    expectAgrees({{"%x: f32[B, T, 256]", "%table: " + weight, "%b: f32[37]"},
                  {"f32[B, T, 37]"},
                  "%r0 = graph.linear %x, %table bias %b : (f32[B, T, 256], " + weight + ", f32[37]) -> f32[B, T, 37]"},
                 3e-6);
  }
  expectAgrees({{"%x: f32[B, T, 64]", "%w: bf16[37, 64]"},
                {"f32[B, T, 37]"},
                "%r0 = graph.linear %x, %w : (f32[B, T, 64], bf16[37, 64]) -> f32[B, T, 37]"},
               3e-6);
}

TEST(SerialKernel, ExpertLinear) {
  for (std::string input : {"f32[B, T, 1, 64]", "f32[B, T, 3, 64]"})
    for (std::string name : {"%table", "%w"})
      expectAgrees({{"%x: " + input, name + ": " + (name == "%w" ? "f32" : "q8_0") + "[5, 32, 64]", "%e: i32[B, T, 3]",
                     "%b: f32[5, 32]"},
                    {"f32[B, T, 3, 32]"},
                    "%r0 = graph.expert_linear %x, " + name + " by %e bias %b : (" + input + ", " +
                        (name == "%w" ? "f32" : "q8_0") + "[5, 32, 64], i32[B, T, 3], f32[5, 32]) -> f32[B, T, 3, 32]",
                    {"", "", " {test.range = array<i64: 0, 5>}"}},
                   3e-6);
}

TEST(SerialKernel, ShortConv) {
  expectAgrees({{"%x: f32[B, T, 48]", "%s: f32[B, 3, 48]", "%w: f32[48, 4]", "%b: f32[48]"},
                {"f32[B, T, 48]", "f32[B, 3, 48]"},
                R"(%r0, %r1 = graph.short_conv %x state %s, %w bias %b
                     : (f32[B, T, 48], f32[B, 3, 48], f32[48, 4], f32[48]) -> (f32[B, T, 48], f32[B, 3, 48]))",
                {},
                /*isSerial=*/true},
               2e-6);
}

TEST(SerialKernel, GatedDeltaRule) {
  for (int64_t tokens : {1, 9})
    expectAgrees(
        {{"%q: f32[B, T, 4, 16]", "%k: f32[B, T, 4, 16]", "%v: f32[B, T, 4, 32]", "%g: f32[B, T, 4]",
          "%beta: f32[B, T, 4]", "%s: f32[B, 4, 16, 32]"},
         {"f32[B, T, 4, 32]", "f32[B, 4, 16, 32]"},
         R"(%0 = graph.softmax %k : (f32[B, T, 4, 16]) -> f32[B, T, 4, 16]
            %1 = graph.softplus %g : (f32[B, T, 4]) -> f32[B, T, 4]
            %2 = graph.neg %1 : (f32[B, T, 4]) -> f32[B, T, 4]
            %3 = graph.sigmoid %beta : (f32[B, T, 4]) -> f32[B, T, 4]
            %r0, %r1 = graph.gated_delta_rule %q, %0, %v decay %2 beta %3 state %s
              : (f32[B, T, 4, 16], f32[B, T, 4, 16], f32[B, T, 4, 32], f32[B, T, 4], f32[B, T, 4], f32[B, 4, 16, 32])
              -> (f32[B, T, 4, 32], f32[B, 4, 16, 32]))",
         {},
         /*isSerial=*/true},
        1e-5, {{"B", 2}, {"T", tokens}});
}

TEST(SerialKernel, SelectiveScan) {
  expectAgrees(
      {{"%x: f32[B, T, 4, 16]", "%dt: f32[B, T, 4]", "%a: f32[4]", "%b: f32[B, T, 2, 8]", "%s: f32[B, 4, 16, 8]"},
       {"f32[B, T, 4, 16]", "f32[B, 4, 16, 8]"},
       R"(%0 = graph.sigmoid %dt : (f32[B, T, 4]) -> f32[B, T, 4]
          %1 = graph.abs %a : (f32[4]) -> f32[4]
          %2 = graph.neg %1 : (f32[4]) -> f32[4]
          %r0, %r1 = graph.selective_scan %x delta %0 a %2 b %b c %b skip %a state %s
            : (f32[B, T, 4, 16], f32[B, T, 4], f32[4], f32[B, T, 2, 8], f32[B, T, 2, 8], f32[4], f32[B, 4, 16, 8])
            -> (f32[B, T, 4, 16], f32[B, 4, 16, 8]))",
       {},
       /*isSerial=*/true},
      1e-5);
}

TEST(SerialKernel, StatesAreReadBeforeTheyAreWritten) {
  KernelProgram program(R"(
graph.state @conv convolution of layer 0 : f16[B, 2, 32]
kernel.func @k(%s: !kernel.state<!graph.tensor<f16[B, 2, 32]>, rows>, %x: !graph.tensor<f32[B, T, 32]>,
    %w: !graph.tensor<f32[32, 3]>) -> !graph.tensor<f32[B, T, 32]> attributes {maxima = {B = 4 : i64, T = 16 : i64},
    schedule = #kernel.schedule<kind = serial>, tasks = [#kernel.tasks<roots = [0, 1], dims = [], tiles = []>]} {
  %0 = kernel.read_state %s : !kernel.state<!graph.tensor<f16[B, 2, 32]>, rows> -> f16[B, 2, 32]
  %1 = graph.cast %0 : (f16[B, 2, 32]) -> f32[B, 2, 32]
  %2, %3 = graph.short_conv %x state %1, %w
      : (f32[B, T, 32], f32[B, 2, 32], f32[32, 3]) -> (f32[B, T, 32], f32[B, 2, 32])
  %4 = graph.cast %3 : (f32[B, 2, 32]) -> f16[B, 2, 32]
  kernel.write_state %s, %4 : !kernel.state<!graph.tensor<f16[B, 2, 32]>, rows>, f16[B, 2, 32]
  kernel.return %2 : !graph.tensor<f32[B, T, 32]>
}
func.func @main(%x: !graph.tensor<f32[B, T, 32]>, %w: !graph.tensor<f32[32, 3]>) -> !graph.tensor<f32[B, T, 32]> {
  %s = kernel.load_state @conv : !kernel.state<!graph.tensor<f16[B, 2, 32]>, rows>
  %0 = kernel.launch @k(%s, %x, %w) : (!kernel.state<!graph.tensor<f16[B, 2, 32]>, rows>,
      !graph.tensor<f32[B, T, 32]>, !graph.tensor<f32[32, 3]>) -> !graph.tensor<f32[B, T, 32]>
  return %0 : !graph.tensor<f32[B, T, 32]>
})");
  for (int64_t tokens : {5, 1, 1, 2})
    program.expectAgrees("main", {{"B", 2}, {"T", tokens}}, 2e-3);
}
