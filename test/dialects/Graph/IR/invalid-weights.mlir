// Files, weights and constants that break a constraint, named after op and label.
// RUN: tern-opt %s --split-input-file --verify-diagnostics

// file_C1
// expected-error @+1 {{attribute 'size' failed to satisfy constraint: 64-bit signless integer attribute whose value is non-negative}}
graph.file @f "f.gguf" size -1 header 0 "xxh3:0123456789abcdef"

// -----

// file_C2
// expected-error @+1 {{attribute 'header_hash' failed to satisfy constraint}}
graph.file @f "f.gguf" size 1 header 0 "sha256:00"

// -----

// file_C2
// expected-error @+1 {{attribute 'header_hash' failed to satisfy constraint}}
graph.file @f "f.gguf" size 1 header 0 "xxh3:0123456789abcdeg"

// -----

// weight_C1
// expected-error @+1 {{type must have a static shape of at least rank 1, got [B]}}
graph.weight @w : f32[B] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 1.0>

// -----

// weight_C1: rank 0
// expected-error @+1 {{type must have a static shape of at least rank 1, got []}}
graph.weight @w : f32[] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 1.0>

// -----

// weight_C2
// expected-error @+1 {{'file' must name a graph.file of the module, got @f}}
graph.weight @w : f32[2] = #graph.stored<file = @f, tensor = "w", offset = 0, bytes = 8>

// -----

// weight_C2: another kind of symbol
graph.state @s recurrent of layer 0 : f32[B, 16]
// expected-error @+1 {{'file' must name a graph.file of the module, got @s}}
graph.weight @w : f32[2] = #graph.stored<file = @s, tensor = "w", offset = 0, bytes = 8>

// -----

// weight_C3
graph.file @f "f.gguf" size 100 header 0 "xxh3:0123456789abcdef"
// expected-error @+1 {{'bytes' must be what the type takes, 8, got 7}}
graph.weight @w : f32[2] = #graph.stored<file = @f, tensor = "w", offset = 0, bytes = 7>

// -----

// weight_C3
graph.file @f "f.gguf" size 100 header 0 "xxh3:0123456789abcdef"
// expected-error @+1 {{'bytes' must be what the type takes, 80, got 81}}
graph.weight @w : q4_1[2, 64] = #graph.stored<file = @f, tensor = "w", offset = 0, bytes = 81>

// -----

// weight_C3: more bytes than a number holds
graph.file @f "f.gguf" size 100 header 0 "xxh3:0123456789abcdef"
// expected-error @+1 {{'bytes' must be what the type takes, more than 2^63 - 1, got 0}}
graph.weight @w : f32[4294967296, 4294967296] = #graph.stored<file = @f, tensor = "w", offset = 0, bytes = 0>

// -----

// weight_C3: bytes overflow though elements do not
graph.file @f "f.gguf" size 100 header 0 "xxh3:0123456789abcdef"
// expected-error @+1 {{'bytes' must be what the type takes, more than 2^63 - 1, got 0}}
graph.weight @w : f64[4294967296, 1073741824] = #graph.stored<file = @f, tensor = "w", offset = 0, bytes = 0>

// -----

// weight_C4
// expected-note @+1 {{the file is declared here}}
graph.file @f "f.gguf" size 100 header 0 "xxh3:0123456789abcdef"
// expected-error @+1 {{range must lie inside the file of 100 bytes, got 8 bytes at 93}}
graph.weight @w : f32[2] = #graph.stored<file = @f, tensor = "w", offset = 93, bytes = 8>

// -----

// weight_C4: the end overflows
// expected-note @+1 {{the file is declared here}}
graph.file @f "f.gguf" size 100 header 0 "xxh3:0123456789abcdef"
// expected-error @+1 {{range must lie inside the file of 100 bytes, got 8 bytes at 9223372036854775807}}
graph.weight @w : f32[2] = #graph.stored<file = @f, tensor = "w", offset = 9223372036854775807, bytes = 8>

// -----

// weight_C5
// expected-error @+1 {{a random weight must be a tensor of floats, got '!graph.tensor<i32[2]>'}}
graph.weight @w : i32[2] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 1.0>

// -----

// weight_C5: blocks are not drawn
// expected-error @+1 {{a random weight must be a tensor of floats}}
graph.weight @w : q8_0[32] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 1.0>

// -----

// weight_C6
graph.file @f "a.gguf" size 100 header 10 "xxh3:0123456789abcdef"
// expected-error @+1 {{a stored weight must be of a format that files hold, got i8_32, a format of activations}}
graph.weight @w : i8_32[1, 32] = #graph.stored<file = @f, tensor = "w", offset = 10, bytes = 48>

// -----

// a weight has one kind of source
// expected-error @+1 {{attribute 'source' failed to satisfy constraint: where a weight comes from}}
graph.weight @w : f32[2] = #graph.rotary<theta = 10000.0, dims = 64, layout = half>

// -----

func.func @load_weight_C1() {
  // expected-error @+1 {{must name a graph.weight of the module, got @w}}
  %0 = graph.load_weight @w : f32[2]
  return
}

// -----

graph.state @s recurrent of layer 0 : f32[B, 16]
func.func @load_weight_C1_state() {
  // expected-error @+1 {{must name a graph.weight of the module, got @s}}
  %0 = graph.load_weight @s : f32[B, 16]
  return
}

// -----

// expected-note @+1 {{the weight is declared here}}
graph.weight @w : f32[3] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 1.0>
func.func @load_weight_C2() {
  // expected-error @+1 {{result must have the weight's type '!graph.tensor<f32[3]>', got '!graph.tensor<f32[2]>'}}
  %0 = graph.load_weight @w : f32[2]
  return
}

// -----

func.func @dequantize_C1(%w: !graph.tensor<q4_1[2, 32]>) {
  // expected-error @+1 {{'result' must have shape [2, 32], got [2, 64]}}
  %0 = graph.dequantize %w : (q4_1[2, 32]) -> f32[2, 64]
  return
}

// -----

func.func @dequantize_floats(%w: !graph.tensor<f32[2, 32]>) {
  // expected-error @+1 {{operand #0 must be tensor of stored blocks}}
  %0 = graph.dequantize %w : (f32[2, 32]) -> f32[2, 32]
  return
}

// -----

func.func @dequantize_to_integers(%w: !graph.tensor<q4_1[2, 32]>) {
  // expected-error @+1 {{result #0 must be tensor of floats}}
  %0 = graph.dequantize %w : (q4_1[2, 32]) -> i32[2, 32]
  return
}

// -----

func.func @constant_C1_shape() {
  // expected-error @+1 {{result must have the shape and element type of the value}}
  %0 = graph.constant dense<0.0> : tensor<2xf32> as f32[3]
  return
}

// -----

func.func @constant_C1_rank() {
  // expected-error @+1 {{result must have the shape and element type of the value}}
  %0 = graph.constant dense<0.0> : tensor<2xf32> as f32[]
  return
}

// -----

func.func @constant_C1_symbol() {
  // expected-error @+1 {{result must have the shape and element type of the value}}
  %0 = graph.constant dense<0.0> : tensor<2xf32> as f32[B]
  return
}

// -----

func.func @constant_C1_element() {
  // expected-error @+1 {{result must have the shape and element type of the value}}
  %0 = graph.constant dense<0.0> : tensor<2xf32> as f16[2]
  return
}

// -----

func.func @constant_C2_vector() {
  // expected-error @+1 {{attribute 'value' failed to satisfy constraint: dense elements of a tensor}}
  %0 = graph.constant dense<0.0> : vector<2xf32> as f32[2]
  return
}

// -----

func.func @constant_C2_sparse() {
  // expected-error @+1 {{invalid kind of attribute specified}}
  %0 = graph.constant sparse<0, 1.0> : tensor<2xf32> as f32[2]
  return
}

// -----

func.func @constant_C2_strings() {
  // expected-error @+1 {{attribute 'value' failed to satisfy constraint: dense elements of a tensor}}
  %0 = graph.constant dense<"a"> : tensor<2x!graph.tensor<f32[1]>> as f32[2]
  return
}

// -----

func.func @constant_number() {
  // expected-error @+1 {{invalid kind of attribute specified}}
  %0 = graph.constant 1.0 : f32 as f32[]
  return
}

// -----

// file_C3
// expected-error @+1 {{'header' must be at most 'size'}}
graph.file @f "f.gguf" size 1 header 2 "xxh3:0123456789abcdef"
