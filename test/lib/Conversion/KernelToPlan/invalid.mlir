// What convert-kernel-to-plan refuses.
// RUN: tern-opt %s --convert-kernel-to-plan --split-input-file --verify-diagnostics

func.func @ungrouped(%x: !graph.tensor<f32[4]>) -> !graph.tensor<f32[4]> {
  // expected-error @below {{must be in a kernel before memory is planned}}
  %0 = graph.silu %x : (f32[4]) -> f32[4]
  return %0 : !graph.tensor<f32[4]>
}

// -----

// expected-error @below {{an entry point must have a body of one block}}
func.func private @declared()

// -----

// expected-error @below {{the largest size of '!graph.tensor<f32[T]>' must be known: give every symbol a maximum}}
func.func @no_maximum(%x: !graph.tensor<f32[T]>) -> !graph.tensor<f32[T]> {
  return %x : !graph.tensor<f32[T]>
}

// -----

// expected-error @below {{the largest size of '!graph.tensor<f32[T, T]>' must be known}}
func.func @overflow(%x: !graph.tensor<f32[T, T]>) -> !graph.tensor<f32[T, T]>
    attributes {kernel.maxima = {T = 4611686018427387904 : i64}} {
  return %x : !graph.tensor<f32[T, T]>
}

// -----

// expected-error @below {{values of an entry must take less than 2^60 bytes in all: give smaller maxima}}
func.func @large(%x: !graph.tensor<f32[T]>, %y: !graph.tensor<f32[T]>) -> !graph.tensor<f32[T]>
    attributes {kernel.maxima = {T = 288230376151711744 : i64}} {
  return %x : !graph.tensor<f32[T]>
}

// -----

graph.weight @w : f32[4] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
// expected-error @below {{must return what a launch gives}}
func.func @returned_weight() -> !graph.tensor<f32[4]> {
  %0 = graph.load_weight @w : f32[4]
  return %0 : !graph.tensor<f32[4]>
}
