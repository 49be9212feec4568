// What a program computes at the sizes it is specialised for stays the same, to the bit; other sizes are other programs.
// RUN: tern-opt %s --verify-diagnostics -o /dev/null \
// RUN:   --check-equivalence="pipeline=graph-specialize{dims=B=2,T=3} dims=B=2,T=3 absolute=0 relative=0"
// RUN: tern-opt %s --verify-diagnostics -o /dev/null \
// RUN:   --check-equivalence="pipeline=graph-specialize{dims=B=2},canonicalize,graph-specialize{dims=T=3,C=N} dims=B=2,T=3 absolute=0 relative=0"
// RUN: not tern-opt %s -o /dev/null --check-equivalence="pipeline=graph-specialize{dims=T=4} dims=B=2,T=3" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=SIZE

graph.state @key key of layer 0 : f32[B, C, 2, 8]
graph.state @value value of layer 0 : f32[B, C, 2, 8]

// SIZE: error: the pipeline must keep function @attend and its type
// expected-remark@below {{result 0: largest difference 0.0}}
func.func @attend(%x: !graph.tensor<f32[B, T, 16]>, %k: !graph.tensor<f32[B, T, 2, 8]>,
                  %p: !graph.tensor<i32[B, T]>) -> !graph.tensor<f32[B, T, 16]> {
  %0 = graph.rms_norm %x epsilon 1.0e-05 : (f32[B, T, 16]) -> f32[B, T, 16]
  %1 = graph.reshape %0 : (f32[B, T, 16]) -> f32[B, T, 2, 8]
  %2 = graph.append_state @key, %k at %p : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, C, 2, 8]
  %3 = graph.append_state @value, %1 at %p : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, C, 2, 8]
  %4 = graph.attention %1, %2, %3 at %p mask causal scale 0.25
      : (f32[B, T, 2, 8], f32[B, C, 2, 8], f32[B, C, 2, 8], i32[B, T]) -> f32[B, T, 2, 8]
  %5 = graph.reshape %4 : (f32[B, T, 2, 8]) -> f32[B, T, 16]
  return %5 : !graph.tensor<f32[B, T, 16]>
}
