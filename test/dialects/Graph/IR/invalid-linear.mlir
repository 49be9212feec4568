// Embeddings and matrix products that break a constraint, named after op and label.
// RUN: tern-opt %s --split-input-file --verify-diagnostics

func.func @embedding_C1(%t: !graph.tensor<f32[64]>, %i: !graph.tensor<i32[B]>) {
  // expected-error @+1 {{'table' must have rank 2, got [64]}}
  %0 = graph.embedding %t[%i] : (f32[64], i32[B]) -> f32[B, 64]
  return
}

// -----

func.func @embedding_C1_rank_0(%t: !graph.tensor<f32[]>, %i: !graph.tensor<i32[]>) {
  // expected-error @+1 {{'table' must have rank 2, got []}}
  %0 = graph.embedding %t[%i] : (f32[], i32[]) -> f32[]
  return
}

// -----

func.func @embedding_C2(%t: !graph.tensor<f32[100, 64]>, %i: !graph.tensor<i32[B]>) {
  // expected-error @+1 {{'result' must have shape [B, 64], got [B, 32]}}
  %0 = graph.embedding %t[%i] : (f32[100, 64], i32[B]) -> f32[B, 32]
  return
}

// -----

func.func @embedding_ids(%t: !graph.tensor<f32[100, 64]>, %i: !graph.tensor<f32[B]>) {
  // expected-error @+1 {{operand #1 must be tensor of integers}}
  %0 = graph.embedding %t[%i] : (f32[100, 64], f32[B]) -> f32[B, 64]
  return
}

// -----

func.func @linear_C1_weight_rank_0(%x: !graph.tensor<f32[B, T, 64]>, %w: !graph.tensor<f32[]>) {
  // expected-error @+2 {{'weight' must have rank 2, got []}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.linear %x, %w : (f32[B, T, 64], f32[]) -> f32[B, T, 96]
  return
}

// -----

func.func @linear_C1_weight_rank_3(%x: !graph.tensor<f32[B, T, 64]>, %w: !graph.tensor<f32[1, 96, 64]>) {
  // expected-error @+2 {{'weight' must have rank 2, got [1, 96, 64]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.linear %x, %w : (f32[B, T, 64], f32[1, 96, 64]) -> f32[B, T, 96]
  return
}

// -----

func.func @linear_C1_input_rank_0(%x: !graph.tensor<f32[]>, %w: !graph.tensor<f32[96, 64]>) {
  // expected-error @+2 {{'input' must have at least rank 1, got []}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.linear %x, %w : (f32[], f32[96, 64]) -> f32[B, T, 96]
  return
}

// -----

func.func @linear_C2(%x: !graph.tensor<f32[B, T, 32]>, %w: !graph.tensor<q8_0[96, 64]>) {
  // expected-error @+2 {{'last dimension of input' and 'last dimension of weight' must agree, got 32 and 64}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.linear %x, %w : (f32[B, T, 32], q8_0[96, 64]) -> f32[B, T, 96]
  return
}

// -----

func.func @linear_C2_symbol(%x: !graph.tensor<f32[B, T, K]>, %w: !graph.tensor<f32[96, 64]>) {
  // expected-error @+2 {{'last dimension of input' and 'last dimension of weight' must agree, got K and 64}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.linear %x, %w : (f32[B, T, K], f32[96, 64]) -> f32[B, T, 96]
  return
}

// -----

func.func @linear_C3(%x: !graph.tensor<f32[B, T, 64]>, %w: !graph.tensor<f32[96, 64]>, %b: !graph.tensor<f32[64]>) {
  // expected-error @+2 {{'bias' must have shape [96], got [64]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.linear %x, %w bias %b : (f32[B, T, 64], f32[96, 64], f32[64]) -> f32[B, T, 96]
  return
}

// -----

func.func @linear_C3_rank(%x: !graph.tensor<f32[B, T, 64]>, %w: !graph.tensor<f32[96, 64]>, %b: !graph.tensor<f32[]>) {
  // expected-error @+2 {{'bias' must have shape [96], got []}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.linear %x, %w bias %b : (f32[B, T, 64], f32[96, 64], f32[]) -> f32[B, T, 96]
  return
}

// -----

func.func @linear_integer_weight(%x: !graph.tensor<f32[B, 64]>, %w: !graph.tensor<i8[96, 64]>) {
  // expected-error @+1 {{operand #1 must be tensor of floats or stored blocks}}
  %0 = graph.linear %x, %w : (f32[B, 64], i8[96, 64]) -> f32[B, 96]
  return
}

// -----

func.func @linear_result(%x: !graph.tensor<f32[B, 64]>, %w: !graph.tensor<f32[96, 64]>) {
  // expected-error @+2 {{inferred type(s) '!graph.tensor<f32[B, 96]>' are incompatible with return type(s) of operation '!graph.tensor<f32[B, 64]>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.linear %x, %w : (f32[B, 64], f32[96, 64]) -> f32[B, 64]
  return
}

// -----

func.func @expert_linear_C1_input(%x: !graph.tensor<f32[B, 1, 64]>, %w: !graph.tensor<f32[8, 96, 64]>,
                                  %e: !graph.tensor<i32[B, T, 4]>) {
  // expected-error @+2 {{'input' must have rank 4, got [B, 1, 64]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.expert_linear %x, %w by %e : (f32[B, 1, 64], f32[8, 96, 64], i32[B, T, 4]) -> f32[B, T, 4, 96]
  return
}

// -----

func.func @expert_linear_C1_weight(%x: !graph.tensor<f32[B, T, 1, 64]>, %w: !graph.tensor<f32[96, 64]>,
                                   %e: !graph.tensor<i32[B, T, 4]>) {
  // expected-error @+2 {{'weight' must have rank 3, got [96, 64]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.expert_linear %x, %w by %e : (f32[B, T, 1, 64], f32[96, 64], i32[B, T, 4]) -> f32[B, T, 4, 96]
  return
}

// -----

func.func @expert_linear_C1_experts(%x: !graph.tensor<f32[B, T, 1, 64]>, %w: !graph.tensor<f32[8, 96, 64]>,
                                    %e: !graph.tensor<i32[]>) {
  // expected-error @+2 {{'experts' must have rank 3, got []}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.expert_linear %x, %w by %e : (f32[B, T, 1, 64], f32[8, 96, 64], i32[]) -> f32[B, T, 4, 96]
  return
}

// -----

func.func @expert_linear_C2_k(%x: !graph.tensor<f32[B, T, 1, 32]>, %w: !graph.tensor<f32[8, 96, 64]>,
                              %e: !graph.tensor<i32[B, T, 4]>) {
  // expected-error @+2 {{'last dimension of input' and 'last dimension of weight' must agree, got 32 and 64}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.expert_linear %x, %w by %e : (f32[B, T, 1, 32], f32[8, 96, 64], i32[B, T, 4]) -> f32[B, T, 4, 96]
  return
}

// -----

func.func @expert_linear_C2_b(%x: !graph.tensor<f32[A, T, 1, 64]>, %w: !graph.tensor<f32[8, 96, 64]>,
                              %e: !graph.tensor<i32[B, T, 4]>) {
  // expected-error @+2 {{'dimension 0 of input' and 'dimension 0 of experts' must agree, got A and B}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.expert_linear %x, %w by %e : (f32[A, T, 1, 64], f32[8, 96, 64], i32[B, T, 4]) -> f32[B, T, 4, 96]
  return
}

// -----

func.func @expert_linear_C2_t(%x: !graph.tensor<f32[B, U, 1, 64]>, %w: !graph.tensor<f32[8, 96, 64]>,
                              %e: !graph.tensor<i32[B, T, 4]>) {
  // expected-error @+2 {{'dimension 1 of input' and 'dimension 1 of experts' must agree, got U and T}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.expert_linear %x, %w by %e : (f32[B, U, 1, 64], f32[8, 96, 64], i32[B, T, 4]) -> f32[B, T, 4, 96]
  return
}

// -----

func.func @expert_linear_C3(%x: !graph.tensor<f32[B, T, 2, 64]>, %w: !graph.tensor<f32[8, 96, 64]>,
                            %e: !graph.tensor<i32[B, T, 4]>) {
  // expected-error @+2 {{dimension 2 of 'input' must be 1 or the picks of 'experts', 4, got 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.expert_linear %x, %w by %e : (f32[B, T, 2, 64], f32[8, 96, 64], i32[B, T, 4]) -> f32[B, T, 4, 96]
  return
}

// -----

func.func @expert_linear_C4(%x: !graph.tensor<f32[B, T, 1, 64]>, %w: !graph.tensor<f32[8, 96, 64]>,
                            %e: !graph.tensor<i32[B, T, 4]>, %b: !graph.tensor<f32[96]>) {
  // expected-error @+2 {{'bias' must have shape [8, 96], got [96]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.expert_linear %x, %w by %e bias %b : (f32[B, T, 1, 64], f32[8, 96, 64], i32[B, T, 4], f32[96]) -> f32[B, T, 4, 96]
  return
}

// -----

func.func @matmul_C1(%a: !graph.tensor<f32[64]>, %b: !graph.tensor<f32[64]>) {
  // expected-error @+2 {{'lhs' must have at least rank 2, got [64]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.matmul %a, %b : (f32[64], f32[64]) -> f32[B, T, C]
  return
}

// -----

func.func @matmul_C1_ranks(%a: !graph.tensor<f32[B, T, 64]>, %b: !graph.tensor<f32[64, C]>) {
  // expected-error @+2 {{'rhs' must have rank 3, got [64, C]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.matmul %a, %b : (f32[B, T, 64], f32[64, C]) -> f32[B, T, C]
  return
}

// -----

func.func @matmul_C2(%a: !graph.tensor<f32[B, T, 64]>, %b: !graph.tensor<f32[B, 32, C]>) {
  // expected-error @+2 {{'last dimension of lhs' and 'second last dimension of rhs' must agree, got 64 and 32}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.matmul %a, %b : (f32[B, T, 64], f32[B, 32, C]) -> f32[B, T, C]
  return
}

// -----

func.func @matmul_C3(%a: !graph.tensor<f32[B, T, 64]>, %b: !graph.tensor<f32[1, 64, C]>) {
  // expected-error @+2 {{'batch dimension of lhs' and 'batch dimension of rhs' must agree, got B and 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.matmul %a, %b : (f32[B, T, 64], f32[1, 64, C]) -> f32[B, T, C]
  return
}

// -----

func.func @linear_C4(%x: !graph.tensor<q8_0[B, 64]>, %w: !graph.tensor<q8_0[96, 64]>) {
  // expected-error @+2 {{an 'input' of blocks must be in a format of activations, got '!graph.tensor<q8_0[B, 64]>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.linear %x, %w : (q8_0[B, 64], q8_0[96, 64]) -> f32[B, 96]
  return
}

// -----

func.func @linear_C4_result(%x: !graph.tensor<i15_32[B, 64]>, %w: !graph.tensor<q8_0[96, 64]>) {
  // expected-error @+2 {{inferred type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.linear %x, %w : (i15_32[B, 64], q8_0[96, 64]) -> f16[B, 96]
  return
}

// -----

func.func @quantize_C1(%x: !graph.tensor<f32[B, 64]>) {
  // expected-error @+1 {{'result' must have shape [B, 64], got [B, 32]}}
  %0 = graph.quantize %x : (f32[B, 64]) -> i15_32[B, 32]
  return
}

// -----

func.func @quantize_C2(%x: !graph.tensor<f32[B, 64]>) {
  // expected-error @+1 {{result must be in a block format of activations, i8_32 or i15_32, got '!graph.storage<q8_0>'}}
  %0 = graph.quantize %x : (f32[B, 64]) -> q8_0[B, 64]
  return
}

// -----

func.func @quantize_floats(%x: !graph.tensor<f32[B, 64]>) {
  // expected-error @+1 {{result #0 must be}}
  %0 = graph.quantize %x : (f32[B, 64]) -> bf16[B, 64]
  return
}
