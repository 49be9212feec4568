// The phase normalize: what its pipeline holds, what each option does, and a program through it.
// RUN: tern-opt %s --tern-normalize --dump-pass-pipeline -o /dev/null 2>&1 | FileCheck %s --check-prefix=DEFAULT
// RUN: tern-opt %s --tern-normalize="raise=false verify=false" --dump-pass-pipeline -o %t.mlir 2>&1 \
// RUN:   | FileCheck %s --check-prefix=NEITHER
// RUN: FileCheck %s --check-prefix=UNRAISED < %t.mlir
// RUN: tern-opt %s --tern-normalize | FileCheck %s
// RUN: not tern-opt %s --tern-normalize=raise=false 2>&1 | FileCheck %s --check-prefix=ERROR
// RUN: tern-opt %s --pass-pipeline='builtin.module(tern-normalize)' | FileCheck %s

// DEFAULT: builtin.module(
// DEFAULT: canonicalize
// DEFAULT: func.func(
// DEFAULT-NEXT: graph-raise-gated-activation
// DEFAULT: cse
// DEFAULT: canonicalize
// DEFAULT: graph-verify-normal
// NEITHER: builtin.module(
// NEITHER-NOT: graph-
// NEITHER: cse

// CHECK-LABEL: func.func @mlp(
// CHECK-NEXT: %[[W:.*]] = graph.load_weight @w
// CHECK-NEXT: %[[G:.*]] = graph.linear %arg0, %[[W]] : (f32[B, 64], q8_0[64, 64]) -> f32[B, 64]
// CHECK-NEXT: %[[R:.*]] = graph.gated silu %[[G]], %[[G]] : (f32[B, 64], f32[B, 64]) -> f32[B, 64]
// CHECK-NEXT: return %[[R]]

// UNRAISED: graph.silu
// UNRAISED: graph.mul
// ERROR: error: loc("mlp"): 'graph.mul' op of an activation must be a graph.gated, got graph.silu

graph.file @f "f.gguf" size 4352 header 0 "xxh3:0123456789abcdef" loc("f.gguf")
graph.weight @w : q8_0[64, 64] = #graph.stored<file = @f, tensor = "w", offset = 0, bytes = 4352> loc("mlp.weight")

func.func @mlp(%x: !graph.tensor<f32[B, 64]>) -> !graph.tensor<f32[B, 64]> {
  %0 = graph.load_weight @w : q8_0[64, 64] loc("mlp")
  %1 = graph.dequantize %0 : (q8_0[64, 64]) -> f32[64, 64] loc("mlp")
  %2 = graph.linear %x, %1 : (f32[B, 64], f32[64, 64]) -> f32[B, 64] loc("mlp")
  %3 = graph.silu %2 : (f32[B, 64]) -> f32[B, 64] loc("mlp")
  %4 = graph.load_weight @w : q8_0[64, 64] loc("mlp")
  %5 = graph.linear %x, %4 : (f32[B, 64], q8_0[64, 64]) -> f32[B, 64] loc("mlp")
  %6 = graph.reshape %5 : (f32[B, 64]) -> f32[B, 64] loc("mlp")
  %7 = graph.mul %3, %6 : (f32[B, 64], f32[B, 64]) -> f32[B, 64] loc("mlp")
  return %7 : !graph.tensor<f32[B, 64]>
}
