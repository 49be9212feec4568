// Functions that graph-form-groups leaves as they are.
// RUN: tern-opt %s --graph-form-groups --verify-diagnostics \
// RUN:   --remarks-filter='graph-form-groups' --remark-format=emitRemark | FileCheck %s
// CHECK-NOT: graph.group "serial"

func.func private @declared()

// expected-remark @+1 {{@blocks stays without groups: it has several blocks}}
func.func private @blocks(%x: !graph.tensor<f32[B]>) -> !graph.tensor<f32[B]> {
  %0 = graph.silu %x : (f32[B]) -> f32[B]
  return %0 : !graph.tensor<f32[B]>
^other:
  return %x : !graph.tensor<f32[B]>
}

// expected-remark @+1 {{@calls stays without groups: it holds ops of other dialects}}
func.func @calls() {
  func.call @declared() : () -> ()
  return
}

// expected-remark @+1 {{@grouped stays without groups: it has groups}}
func.func @grouped(%x: !graph.tensor<f32[B]>) -> !graph.tensor<f32[B]> {
  %0 = graph.group "rows" -> f32[B] {
    %1 = graph.silu %x : (f32[B]) -> f32[B]
    graph.yield %1 : (f32[B])
  }
  return %0 : !graph.tensor<f32[B]>
}
