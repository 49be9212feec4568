// RUN: not tern-opt %s --check-equivalence="pipeline=symbol-privatize,symbol-dce" 2>&1 | FileCheck %s
// RUN: not tern-opt %s --check-equivalence="pipeline=no-such-pass" 2>&1 | FileCheck %s --check-prefix=PIPELINE
// RUN: not tern-opt %s --check-equivalence="dims=B" 2>&1 | FileCheck %s --check-prefix=DIMS

// PIPELINE: 'pipeline' must name passes of a module, got 'no-such-pass': {{.*}}
// DIMS: 'dims' must be a list like B=2,T=5, got 'B'

// CHECK: error: the pipeline must keep function @gone and its type
func.func @gone(%x: !graph.tensor<f32[2]>) -> !graph.tensor<f32[2]> {
  return %x : !graph.tensor<f32[2]>
}
