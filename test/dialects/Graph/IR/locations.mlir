// The module path that an op came from survives text, bytecode and canonicalisation.
// RUN: tern-opt %s --mlir-print-debuginfo | tern-opt --mlir-print-debuginfo | FileCheck %s
// RUN: tern-opt %s --emit-bytecode | tern-opt --mlir-print-debuginfo | FileCheck %s
// RUN: tern-opt %s --canonicalize --mlir-print-debuginfo | FileCheck %s --check-prefix=CANON

// CHECK: graph.weight @w : q8_0[64, 64] = {{.*}} loc([[W:#.*]])
// CHECK: graph.linear {{.*}} loc([[Q:#.*]])
// CHECK: graph.slice {{.*}} loc([[A:#.*]])
// CHECK: graph.slice {{.*}} loc([[B:#.*]])
// CHECK-DAG: [[W]] = loc("model.layers.7.self_attn.q_proj.weight")
// CHECK-DAG: [[Q]] = loc("model.layers.7.self_attn.q_proj")
// CHECK-DAG: [[A]] = loc("model.layers.7.self_attn.rotate"({{#.*}}))
// CHECK-DAG: = loc("modeling_llama.py":150:3)
// CHECK-DAG: [[B]] = loc("model.layers.7.self_attn.pass")

// The op whose operand changed keeps its place; one op made of two has both.
// CANON: graph.linear {{.*}} loc([[Q:#.*]])
// CANON: graph.slice {{.*}} loc([[FUSED:#.*]])
// CANON-DAG: [[Q]] = loc("model.layers.7.self_attn.q_proj")
// CANON-DAG: [[FUSED]] = loc(fused[[[A:#.*]], [[B:#.*]]])
// CANON-DAG: [[A]] = loc("model.layers.7.self_attn.rotate"({{.*}}))
// CANON-DAG: [[B]] = loc("model.layers.7.self_attn.pass")

graph.weight @w : q8_0[64, 64] = #graph.stored<file = @f, tensor = "w", offset = 0, bytes = 4352>
    loc("model.layers.7.self_attn.q_proj.weight")
graph.file @f "f.gguf" size 4352 header 0 "xxh3:0123456789abcdef"

func.func @forward(%x: !graph.tensor<f32[B, T, 64]>) -> !graph.tensor<f32[B, T, 32]> {
  %0 = graph.load_weight @w : q8_0[64, 64] loc("model.layers.7.self_attn.q_proj")
  %1 = graph.dequantize %0 : (q8_0[64, 64]) -> f32[64, 64] loc("model.layers.7.self_attn.q_proj")
  %2 = graph.linear %x, %1 : (f32[B, T, 64], f32[64, 64]) -> f32[B, T, 64] loc("model.layers.7.self_attn.q_proj")
  %3 = graph.slice %2 axis 2 from 0 to 16 : (f32[B, T, 64]) -> f32[B, T, 16]
      loc("model.layers.7.self_attn.rotate"("modeling_llama.py":150:3))
  %4 = graph.slice %2 axis 2 from 16 to 32 : (f32[B, T, 64]) -> f32[B, T, 16] loc("model.layers.7.self_attn.pass")
  %5 = graph.concat %3, %4 axis 2 : (f32[B, T, 16], f32[B, T, 16]) -> f32[B, T, 32] loc("model.layers.7.self_attn")
  return %5 : !graph.tensor<f32[B, T, 32]>
}
