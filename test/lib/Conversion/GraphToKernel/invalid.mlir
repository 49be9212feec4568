// What convert-graph-to-kernel refuses.
// RUN: tern-opt %s --convert-graph-to-kernel=entries=forward --split-input-file --verify-diagnostics

// expected-error @below {{the module must have a function @forward of one block}}
module {
}

// -----

// expected-error @below {{the module must have a function @forward of one block}}
module {
  func.func private @forward()
}

// -----

func.func @forward(%x: !graph.tensor<f32[B]>) -> !graph.tensor<f32[B]> {
  // expected-error @below {{must stand in a graph.group before entries are made}}
  %0 = graph.silu %x : (f32[B]) -> f32[B]
  return %0 : !graph.tensor<f32[B]>
}

// -----

// What is read after the state was written again would be something else.
graph.state @k key of layer 0 : f32[B, C, 2]
func.func @forward(%x: !graph.tensor<f32[B, T, 2]>, %p: !graph.tensor<i32[B, T]>) -> !graph.tensor<f32[B, C, 2]> {
  %0 = graph.group "rows" -> f32[B, C, 2] {
    %3 = graph.append_state @k, %x at %p : (f32[B, T, 2], i32[B, T]) -> f32[B, C, 2]
    graph.yield %3 : (f32[B, C, 2])
  }
  %1 = graph.group "rows" -> f32[B, C, 2] {
    // expected-note @below {{it is written here}}
    %3 = graph.append_state @k, %x at %p : (f32[B, T, 2], i32[B, T]) -> f32[B, C, 2]
    graph.yield %3 : (f32[B, C, 2])
  }
  %2 = graph.group "rows" -> f32[B, C, 2] {
    // expected-error @below {{reads what @k held before a later write}}
    %3 = graph.silu %0 : (f32[B, C, 2]) -> f32[B, C, 2]
    graph.yield %3 : (f32[B, C, 2])
  }
  return %2 : !graph.tensor<f32[B, C, 2]>
}

// -----

graph.state @k key of layer 0 : f32[B, C, 2]
func.func @forward(%x: !graph.tensor<f32[B, T, 2]>, %p: !graph.tensor<i32[B, T]>) -> !graph.tensor<f32[B, C, 2]> {
  %0 = graph.group "rows" -> f32[B, C, 2] {
    %3 = graph.append_state @k, %x at %p : (f32[B, T, 2], i32[B, T]) -> f32[B, C, 2]
    // expected-error @below {{reads a state that its own group writes: they must be in different groups}}
    %4 = graph.silu %3 : (f32[B, C, 2]) -> f32[B, C, 2]
    graph.yield %4 : (f32[B, C, 2])
  }
  return %0 : !graph.tensor<f32[B, C, 2]>
}

// -----

func.func @forward(%0: !graph.tensor<q8_0[8, 64]>) -> !graph.tensor<q8_0[8, 64]> {
  // expected-error @below {{of an entry must hand out numbers, got '!graph.tensor<q8_0[8, 64]>'}}
  return %0 : !graph.tensor<q8_0[8, 64]>
}

// -----

// expected-error @below {{no dimension may be called 'capacity', which is the size of the caches}}
module {
  func.func @forward(%x: !graph.tensor<f32[capacity]>) -> !graph.tensor<f32[capacity]> {
    return %x : !graph.tensor<f32[capacity]>
  }
}

// -----

graph.state @k key of layer 0 : f32[B, C, 2]
func.func @forward(%x: !graph.tensor<f32[B, T, 2]>, %p: !graph.tensor<i32[B, T]>) {
  graph.group "rows" {
    %0 = graph.append_state @k, %x at %p : (f32[B, T, 2], i32[B, T]) -> f32[B, C, 2]
    // expected-error @below {{writes a state that its own group writes: they must be in different groups}}
    %1 = graph.append_state @k, %x at %p : (f32[B, T, 2], i32[B, T]) -> f32[B, C, 2]
    graph.yield
  }
  return
}
