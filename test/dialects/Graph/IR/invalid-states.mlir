// States that break a constraint, named after op and label.
// RUN: tern-opt %s --split-input-file --verify-diagnostics

// state_C1
// expected-error @+1 {{attribute 'layer' failed to satisfy constraint: 64-bit signless integer attribute whose value is non-negative}}
graph.state @s key of layer -1 : f32[B, C, 3, 8]

// -----

// state_C2
// expected-error @+1 {{axis 1 of a 'key' state must be a symbol, got [B, 32, 3, 8]}}
graph.state @s key of layer 0 : f32[B, 32, 3, 8]

// -----

// state_C2: rank 1
// expected-error @+1 {{axis 1 of a 'value' state must be a symbol, got [C]}}
graph.state @s value of layer 0 : f32[C]

// -----

// state_C3
// expected-error @+1 {{attribute 'window' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
graph.state @s key of layer 0 window 0 : f32[B, C, 3, 8]

// -----

// state_C3
// expected-error @+1 {{attribute 'window' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
graph.state @s key of layer 0 window -4 : f32[B, C, 3, 8]

// -----

// state_C3: no positions
// expected-error @+1 {{'window' belongs to key and value states, got a 'recurrent' state}}
graph.state @s recurrent of layer 0 window 4 : f32[B, 16]

// -----

// state_C4
// expected-error @+1 {{attribute 'type' failed to satisfy constraint: type attribute of tensor of floats or integers}}
graph.state @s recurrent of layer 0 : q8_0[B, 32]

// -----

// no such kind
// expected-error @+1 {{expected one of [key, value, recurrent, convolution, encoded] for what a state holds}}
graph.state @s cross of layer 0 : f32[B, 16]

// -----

func.func @read_state_C1() {
  // expected-error @+1 {{must name a graph.state of the module, got @s}}
  %0 = graph.read_state @s : f32[B, 16]
  return
}

// -----

graph.file @f "f.gguf" size 100 header 0 "xxh3:0123456789abcdef"
func.func @read_state_C1_file() {
  // expected-error @+1 {{must name a graph.state of the module, got @f}}
  %0 = graph.read_state @f : f32[B, 16]
  return
}

// -----

// expected-note @+1 {{the state is declared here}}
graph.state @s recurrent of layer 0 : f32[B, 16]
func.func @read_state_C2() {
  // expected-error @+1 {{'result' must have the state's type '!graph.tensor<f32[B, 16]>', got '!graph.tensor<f32[B, 8]>'}}
  %0 = graph.read_state @s : f32[B, 8]
  return
}

// -----

func.func @write_state_C1(%x: !graph.tensor<f32[B, 16]>) {
  // expected-error @+1 {{must name a graph.state of the module, got @s}}
  graph.write_state @s, %x : f32[B, 16]
  return
}

// -----

// expected-note @+1 {{the state is declared here}}
graph.state @s recurrent of layer 0 : f32[B, 16]
func.func @write_state_C2(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+1 {{'value' must have the state's type '!graph.tensor<f32[B, 16]>', got '!graph.tensor<f32[B, 8]>'}}
  graph.write_state @s, %x : f32[B, 8]
  return
}

// -----

graph.state @k key of layer 0 : f32[B, C, 3, 8]
func.func @write_state_C3(%x: !graph.tensor<f32[B, C, 3, 8]>) {
  // expected-error @+1 {{a state indexed by position is written by graph.append_state}}
  graph.write_state @k, %x : f32[B, C, 3, 8]
  return
}

// -----

func.func @append_state_C1(%x: !graph.tensor<f32[B, T, 3, 8]>, %p: !graph.tensor<i32[B, T]>) {
  // expected-error @+1 {{must name a graph.state of the module, got @k}}
  %0 = graph.append_state @k, %x at %p : (f32[B, T, 3, 8], i32[B, T]) -> f32[B, C, 3, 8]
  return
}

// -----

graph.state @s recurrent of layer 0 : f32[B, 16]
func.func @append_state_C1_kind(%x: !graph.tensor<f32[B, 16]>, %p: !graph.tensor<i32[B, T]>) {
  // expected-error @+1 {{the state must be of kind key or value, got 'recurrent'}}
  %0 = graph.append_state @s, %x at %p : (f32[B, 16], i32[B, T]) -> f32[B, 16]
  return
}

// -----

// expected-note @+1 {{the state is declared here}}
graph.state @k key of layer 0 : f32[B, C, 3, 8]
func.func @append_state_C2(%x: !graph.tensor<f32[B, T, 3, 8]>, %p: !graph.tensor<i32[B, T]>) {
  // expected-error @+1 {{'result' must have the state's type '!graph.tensor<f32[B, C, 3, 8]>', got '!graph.tensor<f32[B, T, 3, 8]>'}}
  %0 = graph.append_state @k, %x at %p : (f32[B, T, 3, 8], i32[B, T]) -> f32[B, T, 3, 8]
  return
}

// -----

graph.state @k key of layer 0 : f32[B, C, 3, 8]
func.func @append_state_C3_element(%x: !graph.tensor<f16[B, T, 3, 8]>, %p: !graph.tensor<i32[B, T]>) {
  // expected-error @+1 {{'value' must have the state's element type 'f32', got 'f16'}}
  %0 = graph.append_state @k, %x at %p : (f16[B, T, 3, 8], i32[B, T]) -> f32[B, C, 3, 8]
  return
}

// -----

graph.state @k key of layer 0 : f32[B, C, 3, 8]
func.func @append_state_C3_rank(%x: !graph.tensor<f32[B]>, %p: !graph.tensor<i32[B, T]>) {
  // expected-error @+1 {{'value' must have rank 4, got [B]}}
  %0 = graph.append_state @k, %x at %p : (f32[B], i32[B, T]) -> f32[B, C, 3, 8]
  return
}

// -----

graph.state @k key of layer 0 : f32[B, C, 3, 8]
func.func @append_state_C3_shape(%x: !graph.tensor<f32[B, T, 2, 8]>, %p: !graph.tensor<i32[B, T]>) {
  // expected-error @+1 {{'value' must have shape [B, T, 3, 8], got [B, T, 2, 8]}}
  %0 = graph.append_state @k, %x at %p : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, C, 3, 8]
  return
}

// -----

graph.state @k key of layer 0 : f32[B, C, 3, 8]
func.func @append_state_C4(%x: !graph.tensor<f32[B, T, 3, 8]>, %p: !graph.tensor<i32[T]>) {
  // expected-error @+1 {{'positions' must have shape [B, T], got [T]}}
  %0 = graph.append_state @k, %x at %p : (f32[B, T, 3, 8], i32[T]) -> f32[B, C, 3, 8]
  return
}
