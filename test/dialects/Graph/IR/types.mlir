// Types and attributes in text and bytecode. Aliases are spelled out, so that each line can be read alone.
// RUN: tern-opt %s | tern-opt | FileCheck %s
// RUN: tern-opt --emit-bytecode %s | tern-opt | FileCheck %s

// CHECK-LABEL: func.func private @scalars(
// CHECK-SAME: !graph.tensor<f64[1]>, !graph.tensor<f32[1]>, !graph.tensor<f16[1]>, !graph.tensor<bf16[1]>,
// CHECK-SAME: !graph.tensor<f8E4M3FN[1]>, !graph.tensor<f8E5M2[1]>, !graph.tensor<i64[1]>, !graph.tensor<i32[1]>,
// CHECK-SAME: !graph.tensor<i16[1]>, !graph.tensor<i8[1]>, !graph.tensor<ui8[1]>, !graph.tensor<i1[1]>)
func.func private @scalars(
    !graph.tensor<f64[1]>, !graph.tensor<f32[1]>, !graph.tensor<f16[1]>, !graph.tensor<bf16[1]>,
    !graph.tensor<f8E4M3FN[1]>, !graph.tensor<f8E5M2[1]>, !graph.tensor<i64[1]>, !graph.tensor<i32[1]>,
    !graph.tensor<i16[1]>, !graph.tensor<i8[1]>, !graph.tensor<ui8[1]>, !graph.tensor<i1[1]>)

// CHECK-LABEL: func.func private @blocks(
// CHECK-SAME: q8_0[32]>, !graph.tensor<q4_0[32]>, !graph.tensor<q4_1[32]>, !graph.tensor<q5_0[32]>,
// CHECK-SAME: q5_1[32]>, !graph.tensor<q2_k[256]>, !graph.tensor<q3_k[256]>, !graph.tensor<q4_k[256]>,
// CHECK-SAME: q5_k[256]>, !graph.tensor<q6_k[256]>, !graph.tensor<iq4_nl[32]>, !graph.tensor<iq4_xs[256]>,
// CHECK-SAME: mxfp4[2, 0, 64]>)
func.func private @blocks(
    !graph.tensor<q8_0[32]>, !graph.tensor<q4_0[32]>, !graph.tensor<q4_1[32]>, !graph.tensor<q5_0[32]>,
    !graph.tensor<q5_1[32]>, !graph.tensor<q2_k[256]>, !graph.tensor<q3_k[256]>, !graph.tensor<q4_k[256]>,
    !graph.tensor<q5_k[256]>, !graph.tensor<q6_k[256]>, !graph.tensor<iq4_nl[32]>, !graph.tensor<iq4_xs[256]>,
    !graph.tensor<mxfp4[2, 0, 64]>)

// A block format may also be written as a type of its own, and prints as its bare name inside a tensor.
// CHECK-LABEL: func.func private @storage(!graph.tensor<q4_1[2, 32]>, !graph.storage<q4_1>)
func.func private @storage(!graph.tensor<!graph.storage<q4_1>[2, 32]>, !graph.storage<q4_1>)

// CHECK-LABEL: func.func private @shapes(
// CHECK-SAME: !graph.tensor<f32[]>, !graph.tensor<f32[0]>, !graph.tensor<f32[_x, B2, f32, tensor, true]>,
// CHECK-SAME: !graph.tensor<f32[9223372036854775807, 9223372036854775807]>)
func.func private @shapes(
    !graph.tensor<f32[]>, !graph.tensor<f32[0]>, !graph.tensor<f32[_x, B2, f32, tensor, true]>,
    !graph.tensor<f32[9223372036854775807, 9223372036854775807]>)

// Rotary attributes are named at the top of a dump; what is default is left out.
// RUN: tern-opt %s | tern-opt | FileCheck %s --check-prefix=ROTARY
// ROTARY-DAG: = #graph.rotary<theta = 10000.0, dims = 64, layout = half>
// ROTARY-DAG: = #graph.rotary<theta = 10000.0, dims = 2, layout = interleaved, scaling = linear, factor = 2.5>
// ROTARY-DAG: = #graph.rotary<theta = 500000.0, dims = 128, layout = half, scaling = llama3, factor = 32.0, original = 8192, high_frequency = 4.0>
// ROTARY-DAG: = #graph.rotary<theta = 10000.0, dims = 64, layout = half, scaling = yarn, factor = 40.0, original = 4096, beta_fast = 31.0, beta_slow = 2.0, truncate = 0, attention_factor = 1.3689>
// ROTARY-DAG: = #graph.rotary<theta = 10000.0, dims = 4, layout = half, scaling = dynamic, original = 16>
// ROTARY-DAG: = #graph.rotary<theta = 10000.0, dims = 4, layout = half, scaling = longrope, original = 16>
func.func private @rotary() attributes {
  a = #graph.rotary<theta = 10000.0, dims = 64, layout = half>,
  b = #graph.rotary<theta = 1.0e4, dims = 2, layout = interleaved, scaling = linear, factor = 2.5>,
  c = #graph.rotary<theta = 500000.0, dims = 128, layout = half, scaling = llama3, factor = 32.0, original = 8192,
                    low_frequency = 1.0, high_frequency = 4.0>,
  d = #graph.rotary<theta = 10000.0, dims = 64, layout = half, scaling = yarn, factor = 40.0, original = 4096,
                    beta_fast = 31.0, beta_slow = 2.0, truncate = 0, attention_factor = 1.3689>,
  e = #graph.rotary<theta = 10000.0, dims = 4, layout = half, scaling = dynamic, original = 16>,
  f = #graph.rotary<theta = 10000.0, dims = 4, layout = half, scaling = longrope, original = 16>
}

// Numbers print as the shortest decimal that reads back to the same bits.
// CHECK-LABEL: func.func private @reals() attributes {
func.func private @reals() attributes {
  // CHECK-SAME: a = #graph.random<tensor = "w", seed = 0, center = -0.0, scale = 0.1>
  a = #graph.random<tensor = "w", seed = 0, center = -0.0, scale = 0.1>,
  // CHECK-SAME: b = #graph.random<tensor = "w", seed = 18446744073709551615, center = 0.30000000000000004, scale = 4.9e-324>
  b = #graph.random<tensor = "w", seed = 18446744073709551615, center = 0.30000000000000004, scale = 4.9e-324>,
  // CHECK-SAME: c = #graph.random<tensor = "w\22\0A", seed = 1, center = 1.7976931348623157e+308, scale = 1.0e-05>
  c = #graph.random<tensor = "w\22\0A", seed = 1, center = 1.7976931348623157e308, scale = 0.00001>,
  // CHECK-SAME: d = #graph.random<tensor = "", seed = 1, center = 123456789.125, scale = 1.0e+09>
  d = #graph.random<tensor = "", seed = 1, center = 123456789.125, scale = 1000000000.0>,
  // CHECK-SAME: e = #graph.stored<file = @f, tensor = "w", offset = 0, bytes = 4>
  e = #graph.stored<file = @f, tensor = "w", offset = 0, bytes = 4>,
  // CHECK-SAME: f = #graph.stored<file = @f, tensor = "w", offset = 9223372036854775807, bytes = 0, hash = "xxh3:0123456789abcdef">
  f = #graph.stored<file = @f, tensor = "w", offset = 9223372036854775807, bytes = 0, hash = "xxh3:0123456789abcdef">
}

// CHECK-LABEL: func.func @alias
// CHECK: graph.rope %{{.*}} by #rotary{{[0-9]*}} at
func.func @alias(%q: !graph.tensor<f32[B, T, 2, 4]>, %p: !graph.tensor<i32[B, T]>) {
  %0 = graph.rope %q by #graph.rotary<theta = 10000.0, dims = 4, layout = half, scaling = dynamic, original = 16> at %p
      : (f32[B, T, 2, 4], i32[B, T]) -> f32[B, T, 2, 4]
  return
}
