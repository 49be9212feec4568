// What graph-form-groups leaves, rule by rule. Every program here verifies; the pass alone objects.
// RUN: tern-opt %s --graph-verify-groups --split-input-file --verify-diagnostics

graph.weight @w : f32[8, 64] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
graph.state @k key of layer 0 : f32[B, C, 2, 8]
func.func @accepted(%x: !graph.tensor<f32[B, 64]>, %y: !graph.tensor<f32[B, T, 2, 8]>, %p: !graph.tensor<i32[B, T]>)
    -> !graph.tensor<f32[B, T, 2, 8]> {
  %0 = graph.load_weight @w : f32[8, 64]
  %1 = graph.constant dense<2.0> : tensor<f32> as f32[]
  %2 = graph.group "linear" -> f32[B, 8] {
    %5 = graph.linear %x, %0 : (f32[B, 64], f32[8, 64]) -> f32[B, 8]
    %6 = graph.mul %5, %1 : (f32[B, 8], f32[]) -> f32[B, 8]
    graph.yield %6 : (f32[B, 8])
  }
  %3 = graph.group "rows" -> f32[B, C, 2, 8] {
    %5 = graph.append_state @k, %y at %p : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, C, 2, 8]
    graph.yield %5 : (f32[B, C, 2, 8])
  }
  %4 = graph.group "attention" -> f32[B, T, 2, 8] {
    %5 = graph.attention %y, %3, %3 at %p mask causal scale 1.0
        : (f32[B, T, 2, 8], f32[B, C, 2, 8], f32[B, C, 2, 8], i32[B, T]) -> f32[B, T, 2, 8]
    graph.yield %5 : (f32[B, T, 2, 8])
  }
  return %4 : !graph.tensor<f32[B, T, 2, 8]>
}
func.func private @declared()

// -----

func.func @G1(%x: !graph.tensor<f32[B, 64]>) -> !graph.tensor<f32[B, 64]> {
  // expected-error @below {{must stand in a graph.group}}
  %0 = graph.silu %x : (f32[B, 64]) -> f32[B, 64]
  return %0 : !graph.tensor<f32[B, 64]>
}

// -----

func.func private @f()
func.func @G1_call() {
  // expected-error @below {{must stand in a graph.group}}
  func.call @f() : () -> ()
  return
}

// -----

func.func private @f()
func.func @G2() {
  graph.group "serial" {
    // expected-error @below {{must be an op of the graph dialect to stand in a group}}
    func.call @f() : () -> ()
    graph.yield
  }
  return
}

// -----

func.func @G2_constant() {
  graph.group "rows" {
    // expected-error @below {{must stand at the top of the function, where every group can read it}}
    %0 = graph.constant dense<2.0> : tensor<f32> as f32[]
    graph.yield
  }
  return
}

// -----

func.func @G3(%x: !graph.tensor<f32[B, 3, 4]>) {
  %0 = graph.group "rows" -> f32[B, 3, 3] {
    %1 = graph.transpose %x [0, 2, 1] : (f32[B, 3, 4]) -> f32[B, 4, 3]
    // expected-error @below {{cannot be computed row by row, so it must not stand in a group of kind rows}}
    %2 = graph.matmul %x, %1 : (f32[B, 3, 4], f32[B, 4, 3]) -> f32[B, 3, 3]
    graph.yield %2 : (f32[B, 3, 3])
  }
  return
}

// -----

graph.state @k key of layer 0 : f32[B, C, 2]
func.func @G4(%y: !graph.tensor<f32[B, T, 2]>, %p: !graph.tensor<i32[B, T]>) {
  %0 = graph.group "rows" -> f32[B, C, 2] {
    %1 = graph.append_state @k, %y at %p : (f32[B, T, 2], i32[B, T]) -> f32[B, C, 2]
    // expected-error @below {{must not read a state that its own group writes}}
    %2 = graph.silu %1 : (f32[B, C, 2]) -> f32[B, C, 2]
    graph.yield %2 : (f32[B, C, 2])
  }
  return
}

// -----

graph.state @k key of layer 0 : f32[B, C, 2]
func.func @G4_twice(%y: !graph.tensor<f32[B, T, 2]>, %p: !graph.tensor<i32[B, T]>) {
  graph.group "rows" {
    // expected-error @below {{must not write a state that its own group writes as well}}
    %1 = graph.append_state @k, %y at %p : (f32[B, T, 2], i32[B, T]) -> f32[B, C, 2]
    // expected-error @below {{must not write a state that its own group writes as well}}
    %2 = graph.append_state @k, %y at %p : (f32[B, T, 2], i32[B, T]) -> f32[B, C, 2]
    graph.yield
  }
  return
}
