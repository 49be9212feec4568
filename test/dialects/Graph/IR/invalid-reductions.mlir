// Reductions that break a constraint, named after op and label.
// RUN: tern-opt %s --split-input-file --verify-diagnostics

func.func @reduce_C1(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+2 {{'axis' must be a dimension of [B, 8], got 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.reduce sum %x axis 2 : (f32[B, 8]) -> f32[B, 8]
  return
}

// -----

func.func @reduce_C1_negative(%x: !graph.tensor<f32[B, 8]>) {
  // expected-error @+2 {{'axis' must be a dimension of [B, 8], got -1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.reduce sum %x axis -1 : (f32[B, 8]) -> f32[B, 1]
  return
}

// -----

func.func @reduce_C1_rank_0(%x: !graph.tensor<f32[]>) {
  // expected-error @+2 {{'axis' must be a dimension of [], got 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.reduce sum %x axis 0 : (f32[]) -> f32[]
  return
}

// -----

func.func @reduce_median(%x: !graph.tensor<f32[8]>) {
  // expected-error @+1 {{expected one of [sum, mean, max, min, product] for how elements are reduced to one}}
  %0 = graph.reduce median %x axis 0 : (f32[8]) -> f32[1]
  return
}

// -----

func.func @top_k_C1_rank_0(%x: !graph.tensor<f32[]>) {
  // expected-error @+2 {{'input' must have at least rank 1, got []}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.top_k %x k 1 : (f32[]) -> (f32[], i32[])
  return
}

// -----

func.func @top_k_C1_symbol(%x: !graph.tensor<f32[B]>) {
  // expected-error @+2 {{last dimension of 'input' must be a number, got B}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.top_k %x k 1 : (f32[B]) -> (f32[1], i32[1])
  return
}

// -----

func.func @top_k_C2(%x: !graph.tensor<f32[8]>) {
  // expected-error @+2 {{'k' must be between 1 and 8, got 9}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.top_k %x k 9 : (f32[8]) -> (f32[9], i32[9])
  return
}

// -----

func.func @top_k_C2_zero(%x: !graph.tensor<f32[8]>) {
  // expected-error @+2 {{'k' must be between 1 and 8, got 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.top_k %x k 0 : (f32[8]) -> (f32[0], i32[0])
  return
}

// -----

func.func @top_k_C2_negative(%x: !graph.tensor<f32[8]>) {
  // expected-error @+2 {{'k' must be between 1 and 8, got -3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.top_k %x k -3 : (f32[8]) -> (f32[0], i32[0])
  return
}

// -----

func.func @top_k_C2_empty(%x: !graph.tensor<f32[0]>) {
  // expected-error @+2 {{'k' must be between 1 and 0, got 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.top_k %x k 1 : (f32[0]) -> (f32[1], i32[1])
  return
}

// -----

func.func @top_k_results(%x: !graph.tensor<f32[8]>) {
  // expected-error @+1 {{expected 2 types, one per operand or result, got 3}}
  %0, %1 = graph.top_k %x k 1 : (f32[8]) -> (f32[1], i32[1], i32[1])
  return
}

// -----

func.func @argmax_C1_rank_0(%x: !graph.tensor<f32[]>) {
  // expected-error @+2 {{'input' must have at least rank 1, got []}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.argmax %x : (f32[]) -> i32[]
  return
}

// -----

func.func @argmax_C1_empty(%x: !graph.tensor<f32[B, 0]>) {
  // expected-error @+2 {{last dimension of 'input' must not be 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.argmax %x : (f32[B, 0]) -> i32[B]
  return
}
