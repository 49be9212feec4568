// Every op in its own syntax, each optional part present and absent, in text and bytecode.
// RUN: tern-opt %s | tern-opt | FileCheck %s
// RUN: tern-opt --emit-bytecode %s | tern-opt | FileCheck %s
// RUN: tern-opt --mlir-print-op-generic %s | tern-opt | FileCheck %s

//===----------------------------------------------------------------------===//
// Module level
//===----------------------------------------------------------------------===//

// CHECK: graph.file @plain "a b/\C3\BC.gguf" size 0 header 0 "xxh3:0123456789abcdef"
graph.file @plain "a b/ü.gguf" size 0 header 0 "xxh3:0123456789abcdef"
// CHECK: graph.file @hashed "m.gguf" size 9223372036854775807 header 64 "xxh3:00112233445566ff" {origin = "hub"}
graph.file @hashed "m.gguf" size 9223372036854775807 header 64 "xxh3:00112233445566ff" {origin = "hub"}

// CHECK: graph.weight @model.layers.0.mlp.up_proj.weight : q4_1[2, 64] = #graph.stored<file = @hashed, tensor = "blk.0.ffn_up.weight", offset = 32, bytes = 80>
graph.weight @model.layers.0.mlp.up_proj.weight : q4_1[2, 64]
    = #graph.stored<file = @hashed, tensor = "blk.0.ffn_up.weight", offset = 32, bytes = 80>
// CHECK: graph.weight @empty : f32[0, 4] = #graph.stored<file = @plain, tensor = "e", offset = 0, bytes = 0>
graph.weight @empty : f32[0, 4] = #graph.stored<file = @plain, tensor = "e", offset = 0, bytes = 0>
// CHECK: graph.weight @random : bf16[3] = #graph.random<tensor = "r", seed = 1, center = 1.0, scale = 0.1>
graph.weight @random : bf16[3] = #graph.random<tensor = "r", seed = 1, center = 1.0, scale = 0.1>

// CHECK: graph.state @k key of layer 0 window 512 : bf16[B, C, 3, 8]
graph.state @k key of layer 0 window 512 : bf16[B, C, 3, 8]
// CHECK: graph.state @v value of layer 0 : f32[B, C, 3, 8]
graph.state @v value of layer 0 : f32[B, C, 3, 8]
// CHECK: graph.state @r recurrent of layer 7 : f32[B, 16]
graph.state @r recurrent of layer 7 : f32[B, 16]
// CHECK: graph.state @c convolution of layer 7 : f32[B, 3, 16]
graph.state @c convolution of layer 7 : f32[B, 3, 16]
// CHECK: graph.state @e encoded of layer 0 : f32[B, S, 16]
graph.state @e encoded of layer 0 : f32[B, S, 16]

// CHECK-LABEL: func.func @weights
func.func @weights() {
  // CHECK: graph.load_weight @model.layers.0.mlp.up_proj.weight : q4_1[2, 64]
  %0 = graph.load_weight @model.layers.0.mlp.up_proj.weight : q4_1[2, 64]
  // CHECK: graph.dequantize %{{.*}} : (q4_1[2, 64]) -> bf16[2, 64]
  %1 = graph.dequantize %0 : (q4_1[2, 64]) -> bf16[2, 64]
  // CHECK: graph.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32> as f32[2]
  %2 = graph.constant dense<[1.0, 2.0]> : tensor<2xf32> as f32[2]
  // CHECK: graph.constant dense<7> : tensor<i32> as i32[]
  %3 = graph.constant dense<7> : tensor<i32> as i32[]
  // CHECK: graph.constant dense<> : tensor<0xi1> as i1[0]
  %4 = graph.constant dense<> : tensor<0xi1> as i1[0]
  return
}

// CHECK-LABEL: func.func @states
func.func @states(%x: !graph.tensor<bf16[B, T, 3, 8]>, %p: !graph.tensor<i32[B, T]>) {
  // CHECK: %[[R:.*]] = graph.read_state @r : f32[B, 16]
  %0 = graph.read_state @r : f32[B, 16]
  // CHECK: graph.write_state @r, %[[R]] : f32[B, 16]
  graph.write_state @r, %0 : f32[B, 16]
  // CHECK: graph.append_state @k, %{{.*}} at %{{.*}} : (bf16[B, T, 3, 8], i32[B, T]) -> bf16[B, C, 3, 8]
  %1 = graph.append_state @k, %x at %p : (bf16[B, T, 3, 8], i32[B, T]) -> bf16[B, C, 3, 8]
  return
}

//===----------------------------------------------------------------------===//
// Linear algebra
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @linear
func.func @linear(%x: !graph.tensor<f32[B, T, 64]>, %q: !graph.tensor<q8_0[96, 64]>, %f: !graph.tensor<bf16[96, 64]>,
                  %b: !graph.tensor<f32[96]>, %v: !graph.tensor<f16[64]>) {
  // CHECK: graph.linear %{{.*}}, %{{.*}} : (f32[B, T, 64], q8_0[96, 64]) -> f32[B, T, 96]
  %0 = graph.linear %x, %q : (f32[B, T, 64], q8_0[96, 64]) -> f32[B, T, 96]
  // CHECK: graph.linear %{{.*}}, %{{.*}} bias %{{.*}} : (f32[B, T, 64], bf16[96, 64], f32[96]) -> f32[B, T, 96]
  %1 = graph.linear %x, %f bias %b : (f32[B, T, 64], bf16[96, 64], f32[96]) -> f32[B, T, 96]
  // CHECK: graph.linear %{{.*}}, %{{.*}} {note = "v"} : (f16[64], q8_0[96, 64]) -> f16[96]
  %2 = graph.linear %v, %q {note = "v"} : (f16[64], q8_0[96, 64]) -> f16[96]
  return
}

// CHECK-LABEL: func.func @expert_linear
func.func @expert_linear(%x: !graph.tensor<f32[B, T, 1, 64]>, %y: !graph.tensor<f32[B, T, 4, 64]>,
                         %w: !graph.tensor<mxfp4[8, 96, 64]>, %e: !graph.tensor<i32[B, T, 4]>,
                         %b: !graph.tensor<f32[8, 96]>) {
  // CHECK: graph.expert_linear %{{.*}}, %{{.*}} by %{{.*}} : (f32[B, T, 1, 64], mxfp4[8, 96, 64], i32[B, T, 4]) -> f32[B, T, 4, 96]
  %0 = graph.expert_linear %x, %w by %e : (f32[B, T, 1, 64], mxfp4[8, 96, 64], i32[B, T, 4]) -> f32[B, T, 4, 96]
  // CHECK: graph.expert_linear %{{.*}}, %{{.*}} by %{{.*}} bias %{{.*}} : (f32[B, T, 4, 64], mxfp4[8, 96, 64], i32[B, T, 4], f32[8, 96]) -> f32[B, T, 4, 96]
  %1 = graph.expert_linear %y, %w by %e bias %b
      : (f32[B, T, 4, 64], mxfp4[8, 96, 64], i32[B, T, 4], f32[8, 96]) -> f32[B, T, 4, 96]
  return
}

// CHECK-LABEL: func.func @embedding
func.func @embedding(%t: !graph.tensor<q8_0[100, 64]>, %i: !graph.tensor<i32[B, T]>, %s: !graph.tensor<i64[]>) {
  // CHECK: graph.embedding %{{.*}}[%{{.*}}] : (q8_0[100, 64], i32[B, T]) -> f32[B, T, 64]
  %0 = graph.embedding %t[%i] : (q8_0[100, 64], i32[B, T]) -> f32[B, T, 64]
  // CHECK: graph.embedding %{{.*}}[%{{.*}}] : (q8_0[100, 64], i64[]) -> bf16[64]
  %1 = graph.embedding %t[%s] : (q8_0[100, 64], i64[]) -> bf16[64]
  return
}

// CHECK-LABEL: func.func @matmul
func.func @matmul(%a: !graph.tensor<f32[B, 3, T, 64]>, %b: !graph.tensor<bf16[B, 3, 64, C]>) {
  // CHECK: graph.matmul %{{.*}}, %{{.*}} : (f32[B, 3, T, 64], bf16[B, 3, 64, C]) -> f32[B, 3, T, C]
  %0 = graph.matmul %a, %b : (f32[B, 3, T, 64], bf16[B, 3, 64, C]) -> f32[B, 3, T, C]
  return
}

//===----------------------------------------------------------------------===//
// Norms
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @norms
func.func @norms(%x: !graph.tensor<f32[B, T, 8]>, %w: !graph.tensor<f32[8]>) {
  // CHECK: graph.rms_norm %{{.*}} epsilon 1.0e-05 : (f32[B, T, 8]) -> f32[B, T, 8]
  %0 = graph.rms_norm %x epsilon 1.0e-5 : (f32[B, T, 8]) -> f32[B, T, 8]
  // CHECK: graph.rms_norm %{{.*}}, %{{.*}} epsilon 1.0e-06 offset 1.0 : (f32[B, T, 8], f32[8]) -> f32[B, T, 8]
  %1 = graph.rms_norm %x, %w epsilon 1.0e-6 offset 1.0 : (f32[B, T, 8], f32[8]) -> f32[B, T, 8]
  // CHECK: graph.layer_norm %{{.*}} epsilon 0.0 : (f32[B, T, 8]) -> f32[B, T, 8]
  %2 = graph.layer_norm %x epsilon 0.0 : (f32[B, T, 8]) -> f32[B, T, 8]
  // CHECK: graph.layer_norm %{{.*}} weight %{{.*}} epsilon 1.0e-05 : (f32[B, T, 8], f32[8]) -> f32[B, T, 8]
  %3 = graph.layer_norm %x weight %w epsilon 1.0e-5 : (f32[B, T, 8], f32[8]) -> f32[B, T, 8]
  // CHECK: graph.layer_norm %{{.*}} bias %{{.*}} epsilon 1.0e-05 : (f32[B, T, 8], f32[8]) -> f32[B, T, 8]
  %4 = graph.layer_norm %x bias %w epsilon 1.0e-5 : (f32[B, T, 8], f32[8]) -> f32[B, T, 8]
  // CHECK: graph.layer_norm %{{.*}} weight %{{.*}} bias %{{.*}} epsilon 1.0e-05 : (f32[B, T, 8], f32[8], f32[8])
  %5 = graph.layer_norm %x weight %w bias %w epsilon 1.0e-5 : (f32[B, T, 8], f32[8], f32[8]) -> f32[B, T, 8]
  // CHECK: graph.softmax %{{.*}} : (f32[B, T, 8]) -> f32[B, T, 8]
  %6 = graph.softmax %x : (f32[B, T, 8]) -> f32[B, T, 8]
  return
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @rope
func.func @rope(%x: !graph.tensor<f32[B, T, 2, 8]>, %p: !graph.tensor<i32[B, T]>, %f: !graph.tensor<f32[2]>) {
  // CHECK: graph.rope %{{.*}} by #rotary at %{{.*}} : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, T, 2, 8]
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 4, layout = half> at %p
      : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, T, 2, 8]
  // CHECK: graph.rope %{{.*}} by #rotary at %{{.*}} factors %{{.*}} : (f32[B, T, 2, 8], i32[B, T], f32[2]) -> f32[B, T, 2, 8]
  %1 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 4, layout = half> at %p factors %f
      : (f32[B, T, 2, 8], i32[B, T], f32[2]) -> f32[B, T, 2, 8]
  // CHECK: graph.rope %{{.*}} by #rotary{{[0-9]*}} at %{{.*}} factors %{{.*}} long %{{.*}} : (f32[B, T, 2, 8], i32[B, T], f32[2], f32[2])
  %2 = graph.rope %x
      by #graph.rotary<theta = 10000.0, dims = 4, layout = interleaved, scaling = longrope, original = 16>
      at %p factors %f long %f : (f32[B, T, 2, 8], i32[B, T], f32[2], f32[2]) -> f32[B, T, 2, 8]
  return
}

// CHECK-LABEL: func.func @attention
func.func @attention(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<bf16[B, C, 3, 8]>,
                     %v: !graph.tensor<f32[B, C, 3, 16]>, %p: !graph.tensor<i32[B, T]>, %l: !graph.tensor<i32[B]>,
                     %b: !graph.tensor<f32[1, 6, T, C]>, %s: !graph.tensor<f32[6]>) {
  // CHECK: graph.attention %{{.*}}, %{{.*}}, %{{.*}} mask none scale 0.25 : (f32[B, T, 6, 8], bf16[B, C, 3, 8], f32[B, C, 3, 16]) -> f32[B, T, 6, 16]
  %0 = graph.attention %q, %k, %v mask none scale 0.25
      : (f32[B, T, 6, 8], bf16[B, C, 3, 8], f32[B, C, 3, 16]) -> f32[B, T, 6, 16]
  // CHECK: graph.attention %{{.*}} at %{{.*}} mask causal scale
  %1 = graph.attention %q, %k, %v at %p mask causal scale 0.25
      : (f32[B, T, 6, 8], bf16[B, C, 3, 8], f32[B, C, 3, 16], i32[B, T]) -> f32[B, T, 6, 16]
  // CHECK: graph.attention %{{.*}} lengths %{{.*}} mask none scale
  %2 = graph.attention %q, %k, %v lengths %l mask none scale 0.25
      : (f32[B, T, 6, 8], bf16[B, C, 3, 8], f32[B, C, 3, 16], i32[B]) -> f32[B, T, 6, 16]
  // CHECK: graph.attention %{{.*}} bias %{{.*}} mask none scale
  %3 = graph.attention %q, %k, %v bias %b mask none scale 0.25
      : (f32[B, T, 6, 8], bf16[B, C, 3, 8], f32[B, C, 3, 16], f32[1, 6, T, C]) -> f32[B, T, 6, 16]
  // CHECK: graph.attention %{{.*}} at %{{.*}} slopes %{{.*}} mask none scale
  %4 = graph.attention %q, %k, %v at %p slopes %s mask none scale 0.25
      : (f32[B, T, 6, 8], bf16[B, C, 3, 8], f32[B, C, 3, 16], i32[B, T], f32[6]) -> f32[B, T, 6, 16]
  // CHECK: graph.attention %{{.*}} sinks %{{.*}} mask none scale
  %5 = graph.attention %q, %k, %v sinks %s mask none scale 0.25
      : (f32[B, T, 6, 8], bf16[B, C, 3, 8], f32[B, C, 3, 16], f32[6]) -> f32[B, T, 6, 16]
  // CHECK: graph.attention %{{.*}} at %{{.*}} lengths %{{.*}} bias %{{.*}} slopes %{{.*}} sinks %{{.*}} mask causal window 4 scale 0.25 soft_cap 50.0
  // CHECK-SAME: : (f32[B, T, 6, 8], bf16[B, C, 3, 8], f32[B, C, 3, 16], i32[B, T], i32[B], f32[1, 6, T, C], f32[6], f32[6]) -> f32[B, T, 6, 16]
  %6 = graph.attention %q, %k, %v at %p lengths %l bias %b slopes %s sinks %s mask causal window 4 scale 0.25
      soft_cap 50.0
      : (f32[B, T, 6, 8], bf16[B, C, 3, 8], f32[B, C, 3, 16], i32[B, T], i32[B], f32[1, 6, T, C], f32[6], f32[6])
      -> f32[B, T, 6, 16]
  return
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @unary
func.func @unary(%x: !graph.tensor<f32[B, 8]>) {
  // CHECK: graph.silu %{{.*}} : (f32[B, 8]) -> f32[B, 8]
  %silu = graph.silu %x : (f32[B, 8]) -> f32[B, 8]
  // CHECK: graph.gelu %{{.*}} : (f32[B, 8]) -> f32[B, 8]
  %gelu = graph.gelu %x : (f32[B, 8]) -> f32[B, 8]
  // CHECK: graph.gelu_tanh %{{.*}} : (f32[B, 8]) -> f32[B, 8]
  %gelu_tanh = graph.gelu_tanh %x : (f32[B, 8]) -> f32[B, 8]
  // CHECK: graph.relu %{{.*}} : (f32[B, 8]) -> f32[B, 8]
  %relu = graph.relu %x : (f32[B, 8]) -> f32[B, 8]
  // CHECK: graph.relu_squared %{{.*}} : (f32[B, 8]) -> f32[B, 8]
  %relu_squared = graph.relu_squared %x : (f32[B, 8]) -> f32[B, 8]
  // CHECK: graph.sigmoid %{{.*}} : (f32[B, 8]) -> f32[B, 8]
  %sigmoid = graph.sigmoid %x : (f32[B, 8]) -> f32[B, 8]
  // CHECK: graph.tanh %{{.*}} : (f32[B, 8]) -> f32[B, 8]
  %tanh = graph.tanh %x : (f32[B, 8]) -> f32[B, 8]
  // CHECK: graph.softplus %{{.*}} : (f32[B, 8]) -> f32[B, 8]
  %softplus = graph.softplus %x : (f32[B, 8]) -> f32[B, 8]
  // CHECK: graph.exp %{{.*}} : (f32[B, 8]) -> f32[B, 8]
  %exp = graph.exp %x : (f32[B, 8]) -> f32[B, 8]
  // CHECK: graph.log %{{.*}} : (f32[B, 8]) -> f32[B, 8]
  %log = graph.log %x : (f32[B, 8]) -> f32[B, 8]
  // CHECK: graph.sqrt %{{.*}} : (f32[B, 8]) -> f32[B, 8]
  %sqrt = graph.sqrt %x : (f32[B, 8]) -> f32[B, 8]
  // CHECK: graph.rsqrt %{{.*}} : (f32[B, 8]) -> f32[B, 8]
  %rsqrt = graph.rsqrt %x : (f32[B, 8]) -> f32[B, 8]
  // CHECK: graph.neg %{{.*}} : (f32[B, 8]) -> f32[B, 8]
  %neg = graph.neg %x : (f32[B, 8]) -> f32[B, 8]
  // CHECK: graph.abs %{{.*}} : (f32[B, 8]) -> f32[B, 8]
  %abs = graph.abs %x : (f32[B, 8]) -> f32[B, 8]
  // CHECK: graph.soft_cap %{{.*}} cap 30.0 : (f32[B, 8]) -> f32[B, 8]
  %0 = graph.soft_cap %x cap 30.0 : (f32[B, 8]) -> f32[B, 8]
  return
}

// CHECK-LABEL: func.func @gated
func.func @gated(%g: !graph.tensor<f32[B, 8]>, %u: !graph.tensor<f32[B, 8]>) {
  // CHECK: graph.gated silu %{{.*}}, %{{.*}} : (f32[B, 8], f32[B, 8]) -> f32[B, 8]
  %silu = graph.gated silu %g, %u : (f32[B, 8], f32[B, 8]) -> f32[B, 8]
  // CHECK: graph.gated gelu %{{.*}}, %{{.*}} : (f32[B, 8], f32[B, 8]) -> f32[B, 8]
  %gelu = graph.gated gelu %g, %u : (f32[B, 8], f32[B, 8]) -> f32[B, 8]
  // CHECK: graph.gated gelu_tanh %{{.*}}, %{{.*}} : (f32[B, 8], f32[B, 8]) -> f32[B, 8]
  %gelu_tanh = graph.gated gelu_tanh %g, %u : (f32[B, 8], f32[B, 8]) -> f32[B, 8]
  // CHECK: graph.gated relu %{{.*}}, %{{.*}} : (f32[B, 8], f32[B, 8]) -> f32[B, 8]
  %relu = graph.gated relu %g, %u : (f32[B, 8], f32[B, 8]) -> f32[B, 8]
  // CHECK: graph.gated relu_squared %{{.*}}, %{{.*}} : (f32[B, 8], f32[B, 8]) -> f32[B, 8]
  %relu_squared = graph.gated relu_squared %g, %u : (f32[B, 8], f32[B, 8]) -> f32[B, 8]
  // CHECK: graph.gated sigmoid %{{.*}}, %{{.*}} : (f32[B, 8], f32[B, 8]) -> f32[B, 8]
  %sigmoid = graph.gated sigmoid %g, %u : (f32[B, 8], f32[B, 8]) -> f32[B, 8]
  return
}

// CHECK-LABEL: func.func @binary
func.func @binary(%x: !graph.tensor<f32[B, 1, 8]>, %y: !graph.tensor<f32[T, 8]>, %i: !graph.tensor<i32[]>) {
  // CHECK: graph.add %{{.*}}, %{{.*}} : (f32[B, 1, 8], f32[T, 8]) -> f32[B, T, 8]
  %add = graph.add %x, %y : (f32[B, 1, 8], f32[T, 8]) -> f32[B, T, 8]
  // CHECK: graph.add %{{.*}}, %{{.*}} : (i32[], i32[]) -> i32[]
  %i_add = graph.add %i, %i : (i32[], i32[]) -> i32[]
  // CHECK: graph.sub %{{.*}}, %{{.*}} : (f32[B, 1, 8], f32[T, 8]) -> f32[B, T, 8]
  %sub = graph.sub %x, %y : (f32[B, 1, 8], f32[T, 8]) -> f32[B, T, 8]
  // CHECK: graph.sub %{{.*}}, %{{.*}} : (i32[], i32[]) -> i32[]
  %i_sub = graph.sub %i, %i : (i32[], i32[]) -> i32[]
  // CHECK: graph.mul %{{.*}}, %{{.*}} : (f32[B, 1, 8], f32[T, 8]) -> f32[B, T, 8]
  %mul = graph.mul %x, %y : (f32[B, 1, 8], f32[T, 8]) -> f32[B, T, 8]
  // CHECK: graph.mul %{{.*}}, %{{.*}} : (i32[], i32[]) -> i32[]
  %i_mul = graph.mul %i, %i : (i32[], i32[]) -> i32[]
  // CHECK: graph.div %{{.*}}, %{{.*}} : (f32[B, 1, 8], f32[T, 8]) -> f32[B, T, 8]
  %div = graph.div %x, %y : (f32[B, 1, 8], f32[T, 8]) -> f32[B, T, 8]
  // CHECK: graph.div %{{.*}}, %{{.*}} : (i32[], i32[]) -> i32[]
  %i_div = graph.div %i, %i : (i32[], i32[]) -> i32[]
  // CHECK: graph.maximum %{{.*}}, %{{.*}} : (f32[B, 1, 8], f32[T, 8]) -> f32[B, T, 8]
  %maximum = graph.maximum %x, %y : (f32[B, 1, 8], f32[T, 8]) -> f32[B, T, 8]
  // CHECK: graph.maximum %{{.*}}, %{{.*}} : (i32[], i32[]) -> i32[]
  %i_maximum = graph.maximum %i, %i : (i32[], i32[]) -> i32[]
  // CHECK: graph.minimum %{{.*}}, %{{.*}} : (f32[B, 1, 8], f32[T, 8]) -> f32[B, T, 8]
  %minimum = graph.minimum %x, %y : (f32[B, 1, 8], f32[T, 8]) -> f32[B, T, 8]
  // CHECK: graph.minimum %{{.*}}, %{{.*}} : (i32[], i32[]) -> i32[]
  %i_minimum = graph.minimum %i, %i : (i32[], i32[]) -> i32[]
  // CHECK: graph.compare eq %{{.*}}, %{{.*}} : (f32[B, 1, 8], f32[T, 8]) -> i1[B, T, 8]
  %eq = graph.compare eq %x, %y : (f32[B, 1, 8], f32[T, 8]) -> i1[B, T, 8]
  // CHECK: graph.compare ne %{{.*}}, %{{.*}} : (f32[B, 1, 8], f32[T, 8]) -> i1[B, T, 8]
  %ne = graph.compare ne %x, %y : (f32[B, 1, 8], f32[T, 8]) -> i1[B, T, 8]
  // CHECK: graph.compare lt %{{.*}}, %{{.*}} : (f32[B, 1, 8], f32[T, 8]) -> i1[B, T, 8]
  %lt = graph.compare lt %x, %y : (f32[B, 1, 8], f32[T, 8]) -> i1[B, T, 8]
  // CHECK: graph.compare le %{{.*}}, %{{.*}} : (f32[B, 1, 8], f32[T, 8]) -> i1[B, T, 8]
  %le = graph.compare le %x, %y : (f32[B, 1, 8], f32[T, 8]) -> i1[B, T, 8]
  // CHECK: graph.compare gt %{{.*}}, %{{.*}} : (f32[B, 1, 8], f32[T, 8]) -> i1[B, T, 8]
  %gt = graph.compare gt %x, %y : (f32[B, 1, 8], f32[T, 8]) -> i1[B, T, 8]
  // CHECK: graph.compare ge %{{.*}}, %{{.*}} : (f32[B, 1, 8], f32[T, 8]) -> i1[B, T, 8]
  %ge = graph.compare ge %x, %y : (f32[B, 1, 8], f32[T, 8]) -> i1[B, T, 8]
  // CHECK: graph.select %{{.*}}, %{{.*}}, %{{.*}} : (i1[B, T, 8], f32[B, T, 8], f32[B, T, 8]) -> f32[B, T, 8]
  %0 = graph.select %eq, %add, %sub : (i1[B, T, 8], f32[B, T, 8], f32[B, T, 8]) -> f32[B, T, 8]
  return
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @shapes
func.func @shapes(%x: !graph.tensor<f32[B, T, 12]>, %y: !graph.tensor<f32[B, T, 4]>, %i: !graph.tensor<i32[B, N]>,
                  %j: !graph.tensor<i64[]>) {
  // CHECK: graph.reshape %{{.*}} : (f32[B, T, 12]) -> f32[T, 3, B, 1, 4]
  %0 = graph.reshape %x : (f32[B, T, 12]) -> f32[T, 3, B, 1, 4]
  // CHECK: graph.transpose %{{.*}} [2, 0, 1] : (f32[B, T, 12]) -> f32[12, B, T]
  %1 = graph.transpose %x [2, 0, 1] : (f32[B, T, 12]) -> f32[12, B, T]
  // CHECK: graph.slice %{{.*}} axis 2 from 3 to 9 : (f32[B, T, 12]) -> f32[B, T, 6]
  %2 = graph.slice %x axis 2 from 3 to 9 : (f32[B, T, 12]) -> f32[B, T, 6]
  // CHECK: graph.slice %{{.*}} axis 2 from 1 to 12 step 4 : (f32[B, T, 12]) -> f32[B, T, 3]
  %3 = graph.slice %x axis 2 from 1 to 12 step 4 : (f32[B, T, 12]) -> f32[B, T, 3]
  // CHECK: graph.slice %{{.*}} axis 2 from 5 to 5 : (f32[B, T, 12]) -> f32[B, T, 0]
  %4 = graph.slice %x axis 2 from 5 to 5 : (f32[B, T, 12]) -> f32[B, T, 0]
  // CHECK: graph.concat %{{.*}}, %{{.*}}, %{{.*}} axis 2 : (f32[B, T, 12], f32[B, T, 4], f32[B, T, 12]) -> f32[B, T, 28]
  %5 = graph.concat %x, %y, %x axis 2 : (f32[B, T, 12], f32[B, T, 4], f32[B, T, 12]) -> f32[B, T, 28]
  // CHECK: graph.concat %{{.*}} axis 2 : (f32[B, T, 4]) -> f32[B, T, 4]
  %6 = graph.concat %y axis 2 : (f32[B, T, 4]) -> f32[B, T, 4]
  // CHECK: graph.gather %{{.*}}[%{{.*}}] batch_dims 1 : (f32[B, T, 12], i32[B, N]) -> f32[B, N, 12]
  %7 = graph.gather %x[%i] batch_dims 1 : (f32[B, T, 12], i32[B, N]) -> f32[B, N, 12]
  // CHECK: graph.gather %{{.*}}[%{{.*}}] batch_dims 0 : (f32[B, T, 12], i64[]) -> f32[T, 12]
  %8 = graph.gather %x[%j] batch_dims 0 : (f32[B, T, 12], i64[]) -> f32[T, 12]
  // CHECK: graph.cast %{{.*}} : (f32[B, T, 12]) -> f8E4M3FN[B, T, 12]
  %9 = graph.cast %x : (f32[B, T, 12]) -> f8E4M3FN[B, T, 12]
  // CHECK: graph.cast %{{.*}} : (i64[]) -> i1[]
  %10 = graph.cast %j : (i64[]) -> i1[]
  return
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @reductions
func.func @reductions(%x: !graph.tensor<f32[B, T, 12]>) {
  // CHECK: graph.reduce sum %{{.*}} axis 0 : (f32[B, T, 12]) -> f32[1, T, 12]
  %0 = graph.reduce sum %x axis 0 : (f32[B, T, 12]) -> f32[1, T, 12]
  // CHECK: graph.reduce mean %{{.*}} axis 2 : (f32[B, T, 12]) -> f32[B, T, 1]
  %1 = graph.reduce mean %x axis 2 : (f32[B, T, 12]) -> f32[B, T, 1]
  // CHECK: graph.reduce max
  %2 = graph.reduce max %x axis 2 : (f32[B, T, 12]) -> f32[B, T, 1]
  // CHECK: graph.reduce min
  %3 = graph.reduce min %x axis 2 : (f32[B, T, 12]) -> f32[B, T, 1]
  // CHECK: graph.reduce product
  %4 = graph.reduce product %x axis 2 : (f32[B, T, 12]) -> f32[B, T, 1]
  // CHECK: graph.top_k %{{.*}} k 12 : (f32[B, T, 12]) -> (f32[B, T, 12], i32[B, T, 12])
  %5, %6 = graph.top_k %x k 12 : (f32[B, T, 12]) -> (f32[B, T, 12], i32[B, T, 12])
  // CHECK: graph.argmax %{{.*}} : (f32[B, T, 12]) -> i32[B, T]
  %7 = graph.argmax %x : (f32[B, T, 12]) -> i32[B, T]
  return
}

//===----------------------------------------------------------------------===//
// Recurrent layers
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @short_conv
func.func @short_conv(%x: !graph.tensor<f32[B, T, 8]>, %s: !graph.tensor<f32[B, 3, 8]>, %w: !graph.tensor<f32[8, 4]>,
                      %b: !graph.tensor<f32[8]>, %s0: !graph.tensor<f32[B, 0, 8]>, %w0: !graph.tensor<f32[8, 1]>) {
  // CHECK: graph.short_conv %{{.*}} state %{{.*}}, %{{.*}} : (f32[B, T, 8], f32[B, 3, 8], f32[8, 4]) -> (f32[B, T, 8], f32[B, 3, 8])
  %0, %1 = graph.short_conv %x state %s, %w : (f32[B, T, 8], f32[B, 3, 8], f32[8, 4]) -> (f32[B, T, 8], f32[B, 3, 8])
  // CHECK: graph.short_conv %{{.*}} state %{{.*}}, %{{.*}} bias %{{.*}} : (f32[B, T, 8], f32[B, 0, 8], f32[8, 1], f32[8]) -> (f32[B, T, 8], f32[B, 0, 8])
  %2, %3 = graph.short_conv %x state %s0, %w0 bias %b
      : (f32[B, T, 8], f32[B, 0, 8], f32[8, 1], f32[8]) -> (f32[B, T, 8], f32[B, 0, 8])
  return
}

// CHECK-LABEL: func.func @gated_delta_rule
func.func @gated_delta_rule(%q: !graph.tensor<f32[B, T, 4, 16]>, %v: !graph.tensor<f32[B, T, 4, 32]>,
                            %g: !graph.tensor<f32[B, T, 4]>, %s: !graph.tensor<f32[B, 4, 16, 32]>) {
  // CHECK: graph.gated_delta_rule %{{.*}}, %{{.*}}, %{{.*}} decay %{{.*}} beta %{{.*}} state %{{.*}} : (f32[B, T, 4, 16], f32[B, T, 4, 16], f32[B, T, 4, 32], f32[B, T, 4], f32[B, T, 4], f32[B, 4, 16, 32]) -> (f32[B, T, 4, 32], f32[B, 4, 16, 32])
  %0, %1 = graph.gated_delta_rule %q, %q, %v decay %g beta %g state %s
      : (f32[B, T, 4, 16], f32[B, T, 4, 16], f32[B, T, 4, 32], f32[B, T, 4], f32[B, T, 4], f32[B, 4, 16, 32])
      -> (f32[B, T, 4, 32], f32[B, 4, 16, 32])
  return
}

// CHECK-LABEL: func.func @selective_scan
func.func @selective_scan(%x: !graph.tensor<f32[B, T, 4, 16]>, %dt: !graph.tensor<f32[B, T, 4]>,
                          %a: !graph.tensor<f32[4]>, %b: !graph.tensor<f32[B, T, 2, 8]>,
                          %s: !graph.tensor<f32[B, 4, 16, 8]>) {
  // CHECK: graph.selective_scan %{{.*}} delta %{{.*}} a %{{.*}} b %{{.*}} c %{{.*}} skip %{{.*}} state %{{.*}} : (f32[B, T, 4, 16], f32[B, T, 4], f32[4], f32[B, T, 2, 8], f32[B, T, 2, 8], f32[4], f32[B, 4, 16, 8]) -> (f32[B, T, 4, 16], f32[B, 4, 16, 8])
  %0, %1 = graph.selective_scan %x delta %dt a %a b %b c %b skip %a state %s
      : (f32[B, T, 4, 16], f32[B, T, 4], f32[4], f32[B, T, 2, 8], f32[B, T, 2, 8], f32[4], f32[B, 4, 16, 8])
      -> (f32[B, T, 4, 16], f32[B, 4, 16, 8])
  return
}

//===----------------------------------------------------------------------===//
// What precision and fusion make explicit
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @quantize(
func.func @quantize(%x: !graph.tensor<f32[B, T, 64]>, %w: !graph.tensor<q4_1[96, 64]>) {
  // CHECK: graph.quantize %{{.*}} : (f32[B, T, 64]) -> i15_32[B, T, 64]
  %0 = graph.quantize %x : (f32[B, T, 64]) -> i15_32[B, T, 64]
  // CHECK: graph.quantize %{{.*}} : (f32[B, T, 64]) -> i8_32[B, T, 64]
  %1 = graph.quantize %x : (f32[B, T, 64]) -> i8_32[B, T, 64]
  // CHECK: graph.linear %{{.*}}, %{{.*}} : (i15_32[B, T, 64], q4_1[96, 64]) -> f32[B, T, 96]
  %2 = graph.linear %0, %w : (i15_32[B, T, 64], q4_1[96, 64]) -> f32[B, T, 96]
  return
}

// CHECK-LABEL: func.func @rope_table(
func.func @rope_table(%p: !graph.tensor<i32[B, T]>, %f: !graph.tensor<f32[4]>, %x: !graph.tensor<f32[B, T, 2, 16]>) {
  // CHECK: %[[T:.*]] = graph.rope_table {{.*}} at %{{.*}} : (i32[B, T]) -> f32[B, T, 8]
  %0 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = half> at %p : (i32[B, T]) -> f32[B, T, 8]
  // CHECK: graph.rope_table {{.*}} at %{{.*}} factors %{{.*}} : (i32[B, T], f32[4]) -> f32[B, T, 8]
  %1 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = half> at %p factors %f
      : (i32[B, T], f32[4]) -> f32[B, T, 8]
  // CHECK: graph.rope_table {{.*}} at %{{.*}} factors %{{.*}} long %{{.*}} : (i32[B, T], f32[4], f32[4]) -> f32[B, T, 8]
  %2 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = half, scaling = longrope, original = 16> at %p
      factors %f long %f : (i32[B, T], f32[4], f32[4]) -> f32[B, T, 8]
  // CHECK: graph.rotate half %{{.*}} by %[[T]] : (f32[B, T, 2, 16], f32[B, T, 8]) -> f32[B, T, 2, 16]
  %3 = graph.rotate half %x by %0 : (f32[B, T, 2, 16], f32[B, T, 8]) -> f32[B, T, 2, 16]
  // CHECK: graph.rotate interleaved %{{.*}} by %[[T]] : (f32[B, T, 2, 16], f32[B, T, 8]) -> f32[B, T, 2, 16]
  %4 = graph.rotate interleaved %x by %0 : (f32[B, T, 2, 16], f32[B, T, 8]) -> f32[B, T, 2, 16]
  return
}

// CHECK-LABEL: func.func @groups(
func.func @groups(%x: !graph.tensor<f32[B, T, 64]>, %w: !graph.tensor<f32[96, 64]>, %s: !graph.tensor<f32[B, 16]>)
    -> (!graph.tensor<f32[B, T, 64]>, !graph.tensor<f32[B, T, 96]>) {
  // CHECK: %[[G:.*]]:2 = graph.group "linear" -> f32[B, T, 96], f32[B, T, 96] {
  %0:2 = graph.group "linear" -> f32[B, T, 96], f32[B, T, 96] {
    %2 = graph.linear %x, %w : (f32[B, T, 64], f32[96, 64]) -> f32[B, T, 96]
    %3 = graph.silu %2 : (f32[B, T, 96]) -> f32[B, T, 96]
    // CHECK: graph.yield %{{.*}}, %{{.*}} : (f32[B, T, 96], f32[B, T, 96])
    graph.yield %2, %3 : (f32[B, T, 96], f32[B, T, 96])
  }
  // CHECK: graph.group "serial" attributes {note = "writes"} {
  graph.group "serial" attributes {note = "writes"} {
    graph.write_state @r, %s : f32[B, 16]
    // CHECK: graph.yield{{$}}
    graph.yield
  }
  // CHECK: graph.group "rows" -> f32[B, T, 64] {
  %1 = graph.group "rows" -> f32[B, T, 64] {
    %2 = graph.silu %x : (f32[B, T, 64]) -> f32[B, T, 64]
    graph.yield %2 : (f32[B, T, 64])
  }
  // CHECK: return %{{.*}}, %[[G]]#1
  return %1, %0#1 : !graph.tensor<f32[B, T, 64]>, !graph.tensor<f32[B, T, 96]>
}
