// Moves of elements that break a constraint, named after op and label.
// RUN: tern-opt %s --split-input-file --verify-diagnostics

func.func @reshape_C1(%x: !graph.tensor<f32[8]>) {
  // expected-error @+1 {{element types must be equal, got 'f32' and 'f16'}}
  %0 = graph.reshape %x : (f32[8]) -> f16[8]
  return
}

// -----

func.func @reshape_C2(%x: !graph.tensor<f32[B, T, 8]>) {
  // expected-error @+1 {{shapes must have the same symbols, got [B, T, 8] and [B, 8]}}
  %0 = graph.reshape %x : (f32[B, T, 8]) -> f32[B, 8]
  return
}

// -----

func.func @reshape_C2_twice(%x: !graph.tensor<f32[B, B]>) {
  // expected-error @+1 {{shapes must have the same symbols, got [B, B] and [B]}}
  %0 = graph.reshape %x : (f32[B, B]) -> f32[B]
  return
}

// -----

func.func @reshape_C3(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+1 {{shapes must have the same number of elements, below 2^63, got [B, 8] and [B, 2, 2]}}
  %0 = graph.reshape %x : (f32[B, 8]) -> f32[B, 2, 2]
  return
}

// -----

func.func @reshape_C3_overflow(%x: !graph.tensor<f32[4294967296, 4294967296]>) {
  // expected-error @+1 {{shapes must have the same number of elements, below 2^63}}
  %0 = graph.reshape %x : (f32[4294967296, 4294967296]) -> f32[4294967296, 4294967296]
  return
}

// -----

func.func @reshape_C3_wraps_to_zero(%x: !graph.tensor<f32[4294967296, 4294967296]>) {
  // expected-error @+1 {{shapes must have the same number of elements, below 2^63}}
  %0 = graph.reshape %x : (f32[4294967296, 4294967296]) -> f32[0]
  return
}

// -----

func.func @reshape_blocks(%x: !graph.tensor<q8_0[32]>) {
  // expected-error @+1 {{operand #0 must be tensor of floats or integers}}
  %0 = graph.reshape %x : (q8_0[32]) -> q8_0[1, 32]
  return
}

// -----

func.func @transpose_C1_short(%x: !graph.tensor<f32[B, T, 8]>) {
  // expected-error @+2 {{'permutation' must name each dimension of [B, T, 8] once}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.transpose %x [1, 0] : (f32[B, T, 8]) -> f32[T, B, 8]
  return
}

// -----

func.func @transpose_C1_twice(%x: !graph.tensor<f32[B, T]>) {
  // expected-error @+2 {{'permutation' must name each dimension of [B, T] once}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.transpose %x [1, 1] : (f32[B, T]) -> f32[T, T]
  return
}

// -----

func.func @transpose_C1_negative(%x: !graph.tensor<f32[B, T]>) {
  // expected-error @+2 {{'permutation' must name each dimension of [B, T] once}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.transpose %x [-1, 0] : (f32[B, T]) -> f32[T, B]
  return
}

// -----

func.func @transpose_C1_beyond(%x: !graph.tensor<f32[B, T]>) {
  // expected-error @+2 {{'permutation' must name each dimension of [B, T] once}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.transpose %x [0, 9223372036854775807] : (f32[B, T]) -> f32[B, T]
  return
}

// -----

func.func @slice_C1_negative(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+2 {{'axis' must be a dimension with a number of [B, 8], got -1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.slice %x axis -1 from 0 to 4 : (f32[B, 8]) -> f32[B, 4]
  return
}

// -----

func.func @slice_C1_beyond(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+2 {{'axis' must be a dimension with a number of [B, 8], got 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.slice %x axis 2 from 0 to 4 : (f32[B, 8]) -> f32[B, 4]
  return
}

// -----

func.func @slice_C1_rank_0(%x: !graph.tensor<f32[]>) {
  // expected-error @+2 {{'axis' must be a dimension with a number of [], got 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.slice %x axis 0 from 0 to 0 : (f32[]) -> f32[]
  return
}

// -----

func.func @slice_C1_symbol(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+2 {{'axis' must be a dimension with a number of [B, 8], got 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.slice %x axis 0 from 0 to 4 : (f32[B, 8]) -> f32[4, 8]
  return
}

// -----

func.func @slice_C2_end(%x: !graph.tensor<f32[8]>) {
  // expected-error @+2 {{range must lie inside 0 to 8 with a positive step, got 0 to 9 step 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.slice %x axis 0 from 0 to 9 : (f32[8]) -> f32[9]
  return
}

// -----

func.func @slice_C2_begin(%x: !graph.tensor<f32[8]>) {
  // expected-error @+2 {{range must lie inside 0 to 8 with a positive step, got -1 to 4 step 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.slice %x axis 0 from -1 to 4 : (f32[8]) -> f32[5]
  return
}

// -----

func.func @slice_C2_order(%x: !graph.tensor<f32[8]>) {
  // expected-error @+2 {{range must lie inside 0 to 8 with a positive step, got 5 to 4 step 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.slice %x axis 0 from 5 to 4 : (f32[8]) -> f32[0]
  return
}

// -----

func.func @slice_C2_step(%x: !graph.tensor<f32[8]>) {
  // expected-error @+2 {{range must lie inside 0 to 8 with a positive step, got 0 to 4 step 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.slice %x axis 0 from 0 to 4 step 0 : (f32[8]) -> f32[4]
  return
}

// -----

func.func @slice_C2_negative_step(%x: !graph.tensor<f32[8]>) {
  // expected-error @+2 {{range must lie inside 0 to 8 with a positive step, got 0 to 4 step -1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.slice %x axis 0 from 0 to 4 step -1 : (f32[8]) -> f32[4]
  return
}

// -----

func.func @slice_huge_step(%x: !graph.tensor<f32[8]>) {
  // expected-error @+2 {{inferred type(s) '!graph.tensor<f32[1]>' are incompatible}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.slice %x axis 0 from 0 to 8 step 9223372036854775807 : (f32[8]) -> f32[2]
  return
}

// -----

func.func @concat_C1() {
  // expected-error @+2 {{needs at least one input}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.concat axis 0 : () -> f32[1]
  return
}

// -----

func.func @concat_C2_element(%x: !graph.tensor<f32[8]>, %y: !graph.tensor<f16[8]>) {
  // expected-error @+2 {{inputs must have one element type and rank, got '!graph.tensor<f32[8]>' and '!graph.tensor<f16[8]>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.concat %x, %y axis 0 : (f32[8], f16[8]) -> f32[16]
  return
}

// -----

func.func @concat_C2_rank(%x: !graph.tensor<f32[8]>, %y: !graph.tensor<f32[]>) {
  // expected-error @+2 {{inputs must have one element type and rank}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.concat %x, %y axis 0 : (f32[8], f32[]) -> f32[16]
  return
}

// -----

func.func @concat_C2_axis(%x: !graph.tensor<f32[8]>) {
  // expected-error @+2 {{'axis' must be a dimension with a number of [8], got -1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.concat %x, %x axis -1 : (f32[8], f32[8]) -> f32[16]
  return
}

// -----

func.func @concat_C2_symbol(%x: !graph.tensor<f32[8]>, %y: !graph.tensor<f32[B]>) {
  // expected-error @+2 {{'axis' must be a dimension with a number of [B], got 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.concat %x, %y axis 0 : (f32[8], f32[B]) -> f32[16]
  return
}

// -----

func.func @concat_C2_overflow(%x: !graph.tensor<f32[9223372036854775807]>) {
  // expected-error @+2 {{dimension 0 of the result passes 2^63 - 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.concat %x, %x axis 0 : (f32[9223372036854775807], f32[9223372036854775807]) -> f32[0]
  return
}

// -----

func.func @concat_C3(%x: !graph.tensor<f32[B, 8]>, %y: !graph.tensor<f32[T, 8]>) {
  // expected-error @+2 {{'dimensions of one input' and 'those of another' must agree, got B and T}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.concat %x, %y axis 1 : (f32[B, 8], f32[T, 8]) -> f32[B, 16]
  return
}

// -----

func.func @concat_types(%x: !graph.tensor<f32[8]>) {
  // expected-error @+1 {{number of operands and types do not match}}
  %0 = graph.concat %x, %x axis 0 : (f32[8]) -> f32[16]
  return
}

// -----

func.func @gather_C1_negative(%x: !graph.tensor<f32[B, 8]>, %i: !graph.tensor<i32[B]>) {
  // expected-error @+2 {{'batch_dims' must be less than the rank of the input and at most that of the indices, got -1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.gather %x[%i] batch_dims -1 : (f32[B, 8], i32[B]) -> f32[B]
  return
}

// -----

func.func @gather_C1_input(%x: !graph.tensor<f32[B, 8]>, %i: !graph.tensor<i32[B, 8]>) {
  // expected-error @+2 {{'batch_dims' must be less than the rank of the input}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.gather %x[%i] batch_dims 2 : (f32[B, 8], i32[B, 8]) -> f32[B]
  return
}

// -----

func.func @gather_C1_indices(%x: !graph.tensor<f32[B, 8]>, %i: !graph.tensor<i32[]>) {
  // expected-error @+2 {{'batch_dims' must be less than the rank of the input}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.gather %x[%i] batch_dims 1 : (f32[B, 8], i32[]) -> f32[B]
  return
}

// -----

func.func @gather_C1_rank_0(%x: !graph.tensor<f32[]>, %i: !graph.tensor<i32[]>) {
  // expected-error @+2 {{'batch_dims' must be less than the rank of the input}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.gather %x[%i] batch_dims 0 : (f32[], i32[]) -> f32[]
  return
}

// -----

func.func @gather_C2(%x: !graph.tensor<f32[B, 8]>, %i: !graph.tensor<i32[T, 8]>) {
  // expected-error @+2 {{'input' and 'indices' must agree in the first 1 dimensions, got [B, 8] and [T, 8]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.gather %x[%i] batch_dims 1 : (f32[B, 8], i32[T, 8]) -> f32[B, 8]
  return
}

// -----

func.func @cast_C1(%x: !graph.tensor<f32[8]>) {
  // expected-error @+1 {{'result' must have shape [8], got [4]}}
  %0 = graph.cast %x : (f32[8]) -> f16[4]
  return
}

// -----

func.func @cast_blocks(%x: !graph.tensor<q8_0[32]>) {
  // expected-error @+1 {{operand #0 must be tensor of floats or integers}}
  %0 = graph.cast %x : (q8_0[32]) -> f32[32]
  return
}

// -----

func.func @cast_to_blocks(%x: !graph.tensor<f32[32]>) {
  // expected-error @+1 {{result #0 must be tensor of floats or integers}}
  %0 = graph.cast %x : (f32[32]) -> q8_0[32]
  return
}
