//===- ShapeKernelTest.cpp - Elements moved, read and turned ----------------===//

#include "test/unit/Conversion/KernelToCpu/RowsCase.h"

#include <gtest/gtest.h>

using namespace tern::cpu;

TEST(ShapeKernel, ReshapeAndTranspose) {
  expectAgrees({{"%x: f32[B, T, 96]"},
                {"f32[B, T, 3, 32]", "f32[B, 3, T, 32]", "f32[B, T, 96]", "f32[B, 32, T, 3]"},
                R"(%0 = graph.neg %x : (f32[B, T, 96]) -> f32[B, T, 96]
                   %r0 = graph.reshape %0 : (f32[B, T, 96]) -> f32[B, T, 3, 32]
                   %r1 = graph.transpose %r0 [0, 2, 1, 3] : (f32[B, T, 3, 32]) -> f32[B, 3, T, 32]
                   %r2 = graph.reshape %r0 : (f32[B, T, 3, 32]) -> f32[B, T, 96]
                   %r3 = graph.transpose %r0 [0, 3, 1, 2] : (f32[B, T, 3, 32]) -> f32[B, 32, T, 3])"},
               0);
}

TEST(ShapeKernel, NormOfReshapedHeads) {
  expectAgrees({{"%x: f32[B, T, 96]", "%w: f32[32]", "%u: f32[96]"},
                {"f32[B, T, 3, 32]", "i8_32[B, T, 96]"},
                R"(%0 = graph.rms_norm %x, %u epsilon 1.0e-5 : (f32[B, T, 96], f32[96]) -> f32[B, T, 96]
                   %1 = graph.reshape %0 : (f32[B, T, 96]) -> f32[B, T, 3, 32]
                   %r0 = graph.rms_norm %1, %w epsilon 1.0e-5 : (f32[B, T, 3, 32], f32[32]) -> f32[B, T, 3, 32]
                   %2 = graph.reshape %r0 : (f32[B, T, 3, 32]) -> f32[B, T, 96]
                   %r1 = graph.quantize %2 : (f32[B, T, 96]) -> i8_32[B, T, 96])"},
               0.02);
}

TEST(ShapeKernel, SliceConcatAndGather) {
  expectAgrees({{"%x: f32[B, T, 96]", "%y: f32[B, T, 32]", "%i: i32[B, 4]"},
                {"f32[B, T, 64]", "f32[B, T, 19]", "f32[B, T, 128]", "f32[B, T, 51]", "f32[B, 4, 96]"},
                R"(%r0 = graph.slice %x axis 2 from 32 to 96 : (f32[B, T, 96]) -> f32[B, T, 64]
                   %r1 = graph.slice %x axis 2 from 1 to 58 step 3 : (f32[B, T, 96]) -> f32[B, T, 19]
                   %r2 = graph.concat %y, %x axis 2 : (f32[B, T, 32], f32[B, T, 96]) -> f32[B, T, 128]
                   %r3 = graph.concat %r1, %y axis 2 : (f32[B, T, 19], f32[B, T, 32]) -> f32[B, T, 51]
                   %r4 = graph.gather %x[%i] batch_dims 1 : (f32[B, T, 96], i32[B, 4]) -> f32[B, 4, 96])",
                {"", "", " {test.range = array<i64: 0, 5>}"}},
               0);
}

TEST(ShapeKernel, IndicesOutsideAreReported) {
  RowsCase rows{{"%x: f32[8, 32]", "%i: i32[4]"},
                {"f32[4, 32]"},
                "%r0 = graph.embedding %x[%i] : (f32[8, 32], i32[4]) -> f32[4, 32]",
                {"", " {test.values = array<i64: 1, 8, 0, -4>}"}};
  EXPECT_EQ(KernelProgram(rows.text()).problemOf("main", {}), TERN_KERNEL_INDEX_OUTSIDE);
}

TEST(ShapeKernel, EmbeddingsFromRowsAndTiles) {
  for (std::string format :
       {"f32", "f16", "bf16", "q8_0", "q4_0", "q4_1", "q5_0", "q5_1", "q4_k", "q5_k", "q6_k", "iq4_nl"}) {
    std::string table = format + "[37, 256]";
    expectAgrees({{"%table: " + table, "%i: i32[B, T]"},
                  {"f32[B, T, 256]"},
                  "%r0 = graph.embedding %table[%i] : (" + table + ", i32[B, T]) -> f32[B, T, 256]",
                  {"", " {test.range = array<i64: 0, 37>}"}},
                 1e-6);
  }
  expectAgrees({{"%x: bf16[37, 64]", "%i: i32[B, T]"},
                {"f32[B, T, 64]"},
                "%r0 = graph.embedding %x[%i] : (bf16[37, 64], i32[B, T]) -> f32[B, T, 64]",
                {"", " {test.range = array<i64: 0, 37>}"}},
               0);
}

TEST(ShapeKernel, Constants) {
  expectAgrees({{"%x: f32[B, T, 4]"},
                {"f32[B, T, 4]", "i32[B, T, 2]"},
                R"(%0 = graph.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32> as f32[4]
                   %1 = graph.constant dense<2.5> : tensor<1xf32> as f32[1]
                   %2 = graph.mul %x, %0 : (f32[B, T, 4], f32[4]) -> f32[B, T, 4]
                   %r0 = graph.add %2, %1 : (f32[B, T, 4], f32[1]) -> f32[B, T, 4]
                   %3 = graph.constant dense<[-7, 2000000000]> : tensor<2xi32> as i32[2]
                   %4 = graph.slice %x axis 2 from 0 to 2 : (f32[B, T, 4]) -> f32[B, T, 2]
                   %5 = graph.cast %4 : (f32[B, T, 2]) -> i32[B, T, 2]
                   %r1 = graph.add %5, %3 : (i32[B, T, 2], i32[2]) -> i32[B, T, 2])"},
               0);
}

//===----------------------------------------------------------------------===//
// Rotary embedding
//===----------------------------------------------------------------------===//

static void expectRope(const std::string &rotary, const std::string &positions, const std::string &lists = "") {
  std::string x = "f32[B, T, 3, 64]", p = "i32[B, T]", attribute = " {test.values = array<i64: " + positions + ">}";
  std::string types = lists.empty() ? "" : lists.find("long") == std::string::npos ? ", f32[16]" : ", f32[16], f32[16]";
  std::string rope = "graph.rope %x by #graph.rotary<" + rotary + "> at %p" + lists + " : (" + x + ", " + p + types +
                     ") -> " + x;
  // Factors lie between 1 and 3.
  std::string factors = R"(%two = graph.constant dense<3.0> : tensor<1xf32> as f32[1]
      %f = graph.add %f0, %two : (f32[16], f32[1]) -> f32[16]
      %g = graph.add %f, %two : (f32[16], f32[1]) -> f32[16]
  )";
  expectAgrees({{"%x: " + x, "%p: " + p, "%f0: f32[16]"}, {x}, factors + "%r0 = " + rope, {"", attribute}}, 2e-6);
}

TEST(ShapeKernel, Rope) {
  std::string near = "0, 1, 2, 3, 4, 5, 6, 7, 8, -1", far = "0, 1000, 999999, 4096, 31, 8191, 77, 300000, 65535, 12";
  expectRope("theta = 100000.0, dims = 64, layout = half", near);
  expectRope("theta = 100000.0, dims = 64, layout = half", far);
  expectRope("theta = 100000.0, dims = 32, layout = half", far);
  expectRope("theta = 10000.0, dims = 64, layout = interleaved", far);
  expectRope("theta = 10000.0, dims = 20, layout = interleaved", far);
  expectRope("theta = 10000.0, dims = 64, layout = half, scaling = linear, factor = 4.0", far);
  expectRope("theta = 500000.0, dims = 64, layout = half, scaling = llama3, factor = 8.0, original = 8192, "
             "low_frequency = 1.0, high_frequency = 4.0",
             far);
  expectRope("theta = 10000.0, dims = 64, layout = half, scaling = yarn, factor = 4.0, original = 4096, "
             "attention_factor = 1.1386",
             far);
  for (std::string positions : {near, far})
    expectRope("theta = 10000.0, dims = 64, layout = half, scaling = dynamic, factor = 4.0, original = 2048", positions);
  expectRope("theta = 10000.0, dims = 32, layout = half", far, " factors %f");
  for (std::string positions : {near, far})
    expectRope("theta = 10000.0, dims = 32, layout = half, scaling = longrope, original = 4096", positions,
               " factors %f long %g");
}

TEST(ShapeKernel, RopeTableAndRotate) {
  for (std::string layout : {"half", "interleaved"})
    expectAgrees({{"%x: f32[B, T, 3, 64]", "%p: i32[B, T]"},
                  {"f32[B, T, 64]", "f32[B, T, 3, 64]"},
                  "%r0 = graph.rope_table #graph.rotary<theta = 100000.0, dims = 64, layout = " + layout +
                      "> at %p : (i32[B, T]) -> f32[B, T, 64]\n%r1 = graph.rotate " + layout +
                      " %x by %r0 : (f32[B, T, 3, 64], f32[B, T, 64]) -> f32[B, T, 3, 64]",
                  {"", " {test.values = array<i64: 0, 7, 1999, 100000>}"}},
                 2e-6);
}
