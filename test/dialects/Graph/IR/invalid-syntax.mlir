// Text that no op accepts: a located error each, whatever is missing or too much.
// RUN: tern-opt %s --split-input-file --verify-diagnostics

func.func @too_few_types(%x: !graph.tensor<f32[B, 64]>, %w: !graph.tensor<f32[96, 64]>) {
  // expected-error @+1 {{expected 2 types, one per operand or result, got 1}}
  %0 = graph.linear %x, %w : (f32[B, 64]) -> f32[B, 96]
  return
}

// -----

func.func @too_many_types(%x: !graph.tensor<f32[B, 64]>, %w: !graph.tensor<f32[96, 64]>) {
  // expected-error @+1 {{expected 2 types, one per operand or result, got 3}}
  %0 = graph.linear %x, %w : (f32[B, 64], f32[96, 64], f32[96]) -> f32[B, 96]
  return
}

// -----

func.func @type_of_absent_bias(%x: !graph.tensor<f32[B, 64]>, %w: !graph.tensor<f32[96, 64]>,
                               %b: !graph.tensor<f32[96]>) {
  // expected-error @+1 {{expected 3 types, one per operand or result, got 2}}
  %0 = graph.linear %x, %w bias %b : (f32[B, 64], f32[96, 64]) -> f32[B, 96]
  return
}

// -----

func.func @no_types(%x: !graph.tensor<f32[B]>) {
  // expected-error @+1 {{expected 1 types, one per operand or result, got 0}}
  %0 = graph.silu %x : () -> f32[B]
  return
}

// -----

func.func @foreign_type(%x: !graph.tensor<f32[B]>) {
  // expected-error @+1 {{expected '['}}
  %0 = graph.silu %x : (tensor<2xf32>) -> f32[B]
  return
}

// -----

// expected-note @+1 {{prior use here}}
func.func @type_of_another(%x: !graph.tensor<f32[B]>) {
  // expected-error @+1 {{use of value '%x' expects different type than prior uses: '!graph.tensor<f32[T]>' vs '!graph.tensor<f32[B]>'}}
  %0 = graph.silu %x : (f32[T]) -> f32[T]
  return
}

// -----

func.func @integer_epsilon(%x: !graph.tensor<f32[B]>) {
  // expected-error @+2 {{unexpected decimal integer literal for a floating point value}}
  // expected-note @+1 {{add a trailing dot to make the literal a float}}
  %0 = graph.rms_norm %x epsilon 1 : (f32[B]) -> f32[B]
  return
}

// -----

func.func @huge_axis(%x: !graph.tensor<f32[B]>) {
  // expected-error @+1 {{integer constant out of range for attribute}}
  %0 = graph.reduce sum %x axis 99999999999999999999 : (f32[B]) -> f32[B]
  return
}

// -----

func.func @generic_foreign_operand() {
  %c = "builtin.unrealized_conversion_cast"() : () -> i32
  // expected-error @+1 {{operand #0 must be tensor of floats, but got 'i32'}}
  %0 = "graph.silu"(%c) : (i32) -> !graph.tensor<f32[B]>
  return
}

// -----

func.func @generic_foreign_result(%x: !graph.tensor<f32[B]>) {
  // expected-error @+1 {{result #0 must be tensor of floats, but got 'tensor<2xf32>'}}
  %0 = "graph.silu"(%x) : (!graph.tensor<f32[B]>) -> tensor<2xf32>
  return
}

// -----

func.func @generic_operand_count(%x: !graph.tensor<f32[B]>) {
  // expected-error @+1 {{expected 2 operands, but found 1}}
  %0 = "graph.add"(%x) : (!graph.tensor<f32[B]>) -> !graph.tensor<f32[B]>
  return
}

// -----

func.func @generic_result_count(%x: !graph.tensor<f32[B]>) {
  // expected-error @+1 {{requires one result}}
  "graph.silu"(%x) : (!graph.tensor<f32[B]>) -> ()
  return
}

// -----

func.func @generic_missing_attribute(%x: !graph.tensor<f32[B, T]>) {
  // expected-error @+1 {{requires attribute 'permutation'}}
  %0 = "graph.transpose"(%x) : (!graph.tensor<f32[B, T]>) -> !graph.tensor<f32[T, B]>
  return
}

// -----

func.func @generic_wrong_attribute(%x: !graph.tensor<f32[B, T]>) {
  // expected-error @+1 {{Invalid attribute `permutation` in property conversion: "ab"}}
  %0 = "graph.transpose"(%x) <{permutation = "ab"}> : (!graph.tensor<f32[B, T]>) -> !graph.tensor<f32[T, B]>
  return
}

// -----

func.func @generic_wrong_axis(%x: !graph.tensor<f32[8]>) {
  // expected-error @+1 {{attribute 'axis' failed to satisfy constraint: 64-bit signless integer attribute}}
  %0 = "graph.reduce"(%x) <{kind = #graph<reduction sum>, axis = 0 : i32}> : (!graph.tensor<f32[8]>) -> !graph.tensor<f32[1]>
  return
}

// -----

func.func @generic_segments(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+1 {{operand count (1) does not match with the total size (2) specified in attribute 'operandSegmentSizes'}}
  %0 = "graph.layer_norm"(%x) <{epsilon = 0.0 : f64, operandSegmentSizes = array<i32: 1, 1, 0>}> : (!graph.tensor<f32[B, 8]>) -> !graph.tensor<f32[B, 8]>
  return
}

// -----

// a type that is no tensor
// expected-error @+1 {{attribute 'type' failed to satisfy constraint: type attribute of tensor of floats or integers}}
"graph.state"() <{sym_name = "s", kind = #graph<state_kind key>, layer = 0, type = f32}> : () -> ()

// -----

// a type that is no tensor
// expected-error @+1 {{attribute 'type' failed to satisfy constraint: type attribute of graph tensor}}
"graph.weight"() <{sym_name = "w", type = i32, source = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 1.0>}> : () -> ()

// -----

// two symbols of one name
// expected-note @+1 {{see existing symbol definition here}}
graph.file @f "a" size 1 header 0 "xxh3:0123456789abcdef"
// expected-error @+1 {{redefinition of symbol named 'f'}}
graph.file @f "b" size 2 header 0 "xxh3:0123456789abcdef"
