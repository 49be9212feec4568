// Rules of a policy: by op kind, by module path, the last that fits; and rules that cannot be.
// RUN: tern-opt %s --graph-assign-precision="policy=default,linear=int8,model.*.down=f32,lm_head=bf16,state=bf16" | FileCheck %s
// RUN: tern-opt %s --graph-assign-precision="policy=f32,model.*=int8" | FileCheck %s --check-prefix=GLOB
// RUN: tern-opt %s --graph-assign-precision="policy=f32,model.*=int15,model.k=f16" | FileCheck %s --check-prefix=NAMED
// RUN: not tern-opt %s --graph-assign-precision="policy=half" 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not tern-opt %s --graph-assign-precision="policy=f32,lm_head" 2>&1 | FileCheck %s --check-prefix=RULE
// RUN: not tern-opt %s --graph-assign-precision="policy=f32,lm_head=q4_0" 2>&1 | FileCheck %s --check-prefix=FORMAT
// RUN: not tern-opt %s --graph-assign-precision="policy=f32,a[=f32" 2>&1 | FileCheck %s --check-prefix=PATTERN
// RUN: not tern-opt %s --graph-assign-precision="policy=f32,state=int8" 2>&1 | FileCheck %s --check-prefix=STATE
// RUN: not tern-opt %s --graph-assign-precision="policy=f32,lm_haed=bf16" 2>&1 | FileCheck %s --check-prefix=UNUSED

// CHECK: graph.state @model.k key of layer 0 : bf16[B, C, 2, 32]
// CHECK-LABEL: func.func @forward(
// CHECK: graph.quantize %arg0 : (f32[B, 64]) -> i8_32[B, 64]
// CHECK: graph.linear %{{.*}}, %arg1 : (i8_32
// CHECK: graph.linear %{{.*}}, %arg1 : (f32
// CHECK: graph.cast {{.*}} -> bf16[B, 64]
// CHECK: graph.linear %{{.*}}, %arg1 : (bf16

// A glob on paths reaches states too, but a cache holds no blocks.
// GLOB: graph.state @model.k key of layer 0 : f32[B, C, 2, 32]
// GLOB: graph.linear %{{.*}}, %arg1 : (i8_32
// GLOB: graph.linear %{{.*}}, %arg1 : (i8_32
// GLOB: graph.linear %{{.*}}, %arg1 : (f32
// NAMED: graph.state @model.k key of layer 0 : f16[B, C, 2, 32]
// NAMED: graph.linear %{{.*}}, %arg1 : (i15_32

// NAME: error: --precision: must be default, f32, bf16 or int8, got 'half'
// RULE: error: --precision: a rule is PATTERN=FORMAT with f32, f16, bf16, int8 or int15, got 'lm_head'
// FORMAT: error: --precision: a rule is PATTERN=FORMAT with f32, f16, bf16, int8 or int15, got 'lm_head=q4_0'
// PATTERN: error: --precision: must hold patterns of names, got 'a['
// STATE: error: --precision: a cache holds f32, f16 or bf16, got 'state=int8'
// UNUSED: error: --precision: the rule for 'lm_haed' fits no linear layer and no state

graph.state @model.k key of layer 0 : f32[B, C, 2, 32]
func.func @forward(%x: !graph.tensor<f32[B, 64]>, %w: !graph.tensor<q8_0[64, 64]>) -> !graph.tensor<f32[B, 64]> {
  %0 = graph.linear %x, %w : (f32[B, 64], q8_0[64, 64]) -> f32[B, 64] loc("model.layers.0.up")
  %1 = graph.linear %0, %w : (f32[B, 64], q8_0[64, 64]) -> f32[B, 64] loc("model.layers.0.down")
  %2 = graph.linear %1, %w : (f32[B, 64], q8_0[64, 64]) -> f32[B, 64] loc("lm_head")
  return %2 : !graph.tensor<f32[B, 64]>
}
