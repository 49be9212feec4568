// Elementwise ops that break a constraint, named after op and label.
// RUN: tern-opt %s --split-input-file --verify-diagnostics

func.func @silu_C1(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+2 {{inferred type(s) '!graph.tensor<f32[B, 8]>' are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.silu %x : (f32[B, 8]) -> f32[B, 4]
  return
}

// -----

func.func @gelu_C1(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+2 {{inferred type(s) '!graph.tensor<f32[B, 8]>' are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.gelu %x : (f32[B, 8]) -> f32[B, 4]
  return
}

// -----

func.func @gelu_tanh_C1(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+2 {{inferred type(s) '!graph.tensor<f32[B, 8]>' are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.gelu_tanh %x : (f32[B, 8]) -> f32[B, 4]
  return
}

// -----

func.func @relu_C1(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+2 {{inferred type(s) '!graph.tensor<f32[B, 8]>' are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.relu %x : (f32[B, 8]) -> f32[B, 4]
  return
}

// -----

func.func @relu_squared_C1(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+2 {{inferred type(s) '!graph.tensor<f32[B, 8]>' are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.relu_squared %x : (f32[B, 8]) -> f32[B, 4]
  return
}

// -----

func.func @sigmoid_C1(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+2 {{inferred type(s) '!graph.tensor<f32[B, 8]>' are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.sigmoid %x : (f32[B, 8]) -> f32[B, 4]
  return
}

// -----

func.func @tanh_C1(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+2 {{inferred type(s) '!graph.tensor<f32[B, 8]>' are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.tanh %x : (f32[B, 8]) -> f32[B, 4]
  return
}

// -----

func.func @softplus_C1(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+2 {{inferred type(s) '!graph.tensor<f32[B, 8]>' are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.softplus %x : (f32[B, 8]) -> f32[B, 4]
  return
}

// -----

func.func @exp_C1(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+2 {{inferred type(s) '!graph.tensor<f32[B, 8]>' are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.exp %x : (f32[B, 8]) -> f32[B, 4]
  return
}

// -----

func.func @log_C1(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+2 {{inferred type(s) '!graph.tensor<f32[B, 8]>' are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.log %x : (f32[B, 8]) -> f32[B, 4]
  return
}

// -----

func.func @sqrt_C1(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+2 {{inferred type(s) '!graph.tensor<f32[B, 8]>' are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.sqrt %x : (f32[B, 8]) -> f32[B, 4]
  return
}

// -----

func.func @rsqrt_C1(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+2 {{inferred type(s) '!graph.tensor<f32[B, 8]>' are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.rsqrt %x : (f32[B, 8]) -> f32[B, 4]
  return
}

// -----

func.func @neg_C1(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+2 {{inferred type(s) '!graph.tensor<f32[B, 8]>' are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.neg %x : (f32[B, 8]) -> f32[B, 4]
  return
}

// -----

func.func @abs_C1(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+2 {{inferred type(s) '!graph.tensor<f32[B, 8]>' are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.abs %x : (f32[B, 8]) -> f32[B, 4]
  return
}

// -----

func.func @silu_integers(%x: !graph.tensor<i32[B]>) {
  // expected-error @+1 {{operand #0 must be tensor of floats}}
  %0 = graph.silu %x : (i32[B]) -> i32[B]
  return
}

// -----

func.func @silu_blocks(%x: !graph.tensor<q8_0[32]>) {
  // expected-error @+1 {{operand #0 must be tensor of floats}}
  %0 = graph.silu %x : (q8_0[32]) -> q8_0[32]
  return
}

// -----

func.func @soft_cap_C1(%x: !graph.tensor<f32[B]>) {
  // expected-error @+1 {{attribute 'cap' failed to satisfy constraint: 64-bit float attribute that is finite and positive}}
  %0 = graph.soft_cap %x cap 0.0 : (f32[B]) -> f32[B]
  return
}

// -----

func.func @soft_cap_C1_infinity(%x: !graph.tensor<f32[B]>) {
  // expected-error @+1 {{attribute 'cap' failed to satisfy constraint}}
  %0 = graph.soft_cap %x cap 0x7FF0000000000000 : (f32[B]) -> f32[B]
  return
}

// -----

func.func @soft_cap_C1_nan(%x: !graph.tensor<f32[B]>) {
  // expected-error @+1 {{attribute 'cap' failed to satisfy constraint}}
  %0 = graph.soft_cap %x cap 0x7FF8000000000000 : (f32[B]) -> f32[B]
  return
}

// -----

func.func @gated_C1(%x: !graph.tensor<f32[B, 8]>, %y: !graph.tensor<f32[8]>) {
  // expected-error @+2 {{'gate' and 'input' must have the same type, got '!graph.tensor<f32[B, 8]>' and '!graph.tensor<f32[8]>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.gated silu %x, %y : (f32[B, 8], f32[8]) -> f32[B, 8]
  return
}

// -----

func.func @gated_tanh(%x: !graph.tensor<f32[8]>) {
  // expected-error @+1 {{expected one of [silu, gelu, gelu_tanh, relu, relu_squared, sigmoid] for an activation function}}
  %0 = graph.gated tanh %x, %x : (f32[8], f32[8]) -> f32[8]
  return
}

// -----

func.func @add_C1(%x: !graph.tensor<f32[8]>, %y: !graph.tensor<f16[8]>) {
  // expected-error @+2 {{operands must have the same element type, got 'f32' and 'f16'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.add %x, %y : (f32[8], f16[8]) -> f32[8]
  return
}

// -----

func.func @add_C2(%x: !graph.tensor<f32[B, 8]>, %y: !graph.tensor<f32[T, 8]>) {
  // expected-error @+2 {{shapes must be equal or broadcast, got [B, 8] and [T, 8]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.add %x, %y : (f32[B, 8], f32[T, 8]) -> f32[B, 8]
  return
}

// -----

func.func @sub_C1(%x: !graph.tensor<f32[8]>, %y: !graph.tensor<f16[8]>) {
  // expected-error @+2 {{operands must have the same element type, got 'f32' and 'f16'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.sub %x, %y : (f32[8], f16[8]) -> f32[8]
  return
}

// -----

func.func @sub_C2(%x: !graph.tensor<f32[B, 8]>, %y: !graph.tensor<f32[T, 8]>) {
  // expected-error @+2 {{shapes must be equal or broadcast, got [B, 8] and [T, 8]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.sub %x, %y : (f32[B, 8], f32[T, 8]) -> f32[B, 8]
  return
}

// -----

func.func @mul_C1(%x: !graph.tensor<f32[8]>, %y: !graph.tensor<f16[8]>) {
  // expected-error @+2 {{operands must have the same element type, got 'f32' and 'f16'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.mul %x, %y : (f32[8], f16[8]) -> f32[8]
  return
}

// -----

func.func @mul_C2(%x: !graph.tensor<f32[B, 8]>, %y: !graph.tensor<f32[T, 8]>) {
  // expected-error @+2 {{shapes must be equal or broadcast, got [B, 8] and [T, 8]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.mul %x, %y : (f32[B, 8], f32[T, 8]) -> f32[B, 8]
  return
}

// -----

func.func @div_C1(%x: !graph.tensor<f32[8]>, %y: !graph.tensor<f16[8]>) {
  // expected-error @+2 {{operands must have the same element type, got 'f32' and 'f16'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.div %x, %y : (f32[8], f16[8]) -> f32[8]
  return
}

// -----

func.func @div_C2(%x: !graph.tensor<f32[B, 8]>, %y: !graph.tensor<f32[T, 8]>) {
  // expected-error @+2 {{shapes must be equal or broadcast, got [B, 8] and [T, 8]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.div %x, %y : (f32[B, 8], f32[T, 8]) -> f32[B, 8]
  return
}

// -----

func.func @maximum_C1(%x: !graph.tensor<f32[8]>, %y: !graph.tensor<f16[8]>) {
  // expected-error @+2 {{operands must have the same element type, got 'f32' and 'f16'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.maximum %x, %y : (f32[8], f16[8]) -> f32[8]
  return
}

// -----

func.func @maximum_C2(%x: !graph.tensor<f32[B, 8]>, %y: !graph.tensor<f32[T, 8]>) {
  // expected-error @+2 {{shapes must be equal or broadcast, got [B, 8] and [T, 8]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.maximum %x, %y : (f32[B, 8], f32[T, 8]) -> f32[B, 8]
  return
}

// -----

func.func @minimum_C1(%x: !graph.tensor<f32[8]>, %y: !graph.tensor<f16[8]>) {
  // expected-error @+2 {{operands must have the same element type, got 'f32' and 'f16'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.minimum %x, %y : (f32[8], f16[8]) -> f32[8]
  return
}

// -----

func.func @minimum_C2(%x: !graph.tensor<f32[B, 8]>, %y: !graph.tensor<f32[T, 8]>) {
  // expected-error @+2 {{shapes must be equal or broadcast, got [B, 8] and [T, 8]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.minimum %x, %y : (f32[B, 8], f32[T, 8]) -> f32[B, 8]
  return
}

// -----

func.func @add_blocks(%x: !graph.tensor<q8_0[32]>) {
  // expected-error @+1 {{operand #0 must be tensor of floats or integers}}
  %0 = graph.add %x, %x : (q8_0[32], q8_0[32]) -> q8_0[32]
  return
}

// -----

func.func @compare_C1(%x: !graph.tensor<f32[8]>, %y: !graph.tensor<i32[8]>) {
  // expected-error @+2 {{operands must have the same element type, got 'f32' and 'i32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.compare eq %x, %y : (f32[8], i32[8]) -> i1[8]
  return
}

// -----

func.func @compare_C2(%x: !graph.tensor<f32[8]>, %y: !graph.tensor<f32[4]>) {
  // expected-error @+2 {{shapes must be equal or broadcast, got [8] and [4]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.compare eq %x, %y : (f32[8], f32[4]) -> i1[8]
  return
}

// -----

func.func @compare_result(%x: !graph.tensor<f32[8]>) {
  // expected-error @+2 {{inferred type(s) '!graph.tensor<i1[8]>' are incompatible}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.compare eq %x, %x : (f32[8], f32[8]) -> i32[8]
  return
}

// -----

func.func @select_C1(%c: !graph.tensor<i32[8]>, %x: !graph.tensor<f32[8]>) {
  // expected-error @+2 {{'condition' must hold i1, got 'i32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.select %c, %x, %x : (i32[8], f32[8], f32[8]) -> f32[8]
  return
}

// -----

func.func @select_C2(%c: !graph.tensor<i1[8]>, %x: !graph.tensor<f32[8]>, %y: !graph.tensor<f32[1]>) {
  // expected-error @+2 {{'lhs' and 'rhs' must have the same type, got '!graph.tensor<f32[8]>' and '!graph.tensor<f32[1]>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.select %c, %x, %y : (i1[8], f32[8], f32[1]) -> f32[8]
  return
}

// -----

func.func @select_C3(%c: !graph.tensor<i1[1]>, %x: !graph.tensor<f32[8]>) {
  // expected-error @+2 {{'condition' must have shape [8], got [1]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.select %c, %x, %x : (i1[1], f32[8], f32[8]) -> f32[8]
  return
}
