// A norm before a product: each worker computes it for a few tokens; for many, a launch of its own does, ahead.
// RUN: tern-opt %s --convert-graph-to-kernel=entries=few:T=4,many:T=512 --verify-diagnostics \
// RUN:   --remarks-filter='convert-graph-to-kernel' --remark-format=emitRemark | FileCheck %s

// CHECK-LABEL: kernel.func @rms_norm_linear_0(
// CHECK-SAME: inline_prologue = 1
// CHECK-LABEL: func.func @few(
// CHECK: kernel.launch @rms_norm_linear_0(
// CHECK-LABEL: kernel.func @rms_norm_1(
// CHECK-SAME: #kernel.schedule<kind = rows>
// CHECK-LABEL: kernel.func @linear_2(
// CHECK-SAME: #kernel.schedule<kind = linear
// CHECK-NOT: inline_prologue
// CHECK-LABEL: func.func @many(
// CHECK: %[[N:.*]] = kernel.launch @rms_norm_1(%arg0)
// CHECK: kernel.launch @linear_2(%[[N]], %
graph.weight @w : f32[1024, 512] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
func.func @forward(%x: !graph.tensor<f32[T, 512]>) -> !graph.tensor<f32[T, 1024]> {
  %0 = graph.load_weight @w : f32[1024, 512]
  %1 = graph.group "linear" -> f32[T, 1024] {
    // expected-remark @+2 {{@rms_norm_linear_0: linear kernel of 2 ops in few}}
    // expected-remark @+1 {{@rms_norm_1: rows kernel of 1 ops in many}}
    %2 = graph.rms_norm %x epsilon 1.0e-05 : (f32[T, 512]) -> f32[T, 512]
    // expected-remark @+2 {{@linear_2: linear kernel of 1 ops in many}}
    // expected-remark @+1 {{the prologue runs ahead of the product: 262144 elements are more than each worker should compute}}
    %3 = graph.linear %2, %0 : (f32[T, 512], f32[1024, 512]) -> f32[T, 1024]
    graph.yield %3 : (f32[T, 1024])
  }
  return %1 : !graph.tensor<f32[T, 1024]>
}
