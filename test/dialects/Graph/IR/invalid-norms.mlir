// Norms and softmax that break a constraint, named after op and label.
// RUN: tern-opt %s --split-input-file --verify-diagnostics

func.func @rms_norm_C1(%x: !graph.tensor<f32[]>) {
  // expected-error @+2 {{'input' must have at least rank 1, got []}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.rms_norm %x epsilon 0.0 : (f32[]) -> f32[]
  return
}

// -----

func.func @rms_norm_C2(%x: !graph.tensor<f32[B, 8]>, %w: !graph.tensor<f32[4]>) {
  // expected-error @+2 {{'weight' must have shape [8], got [4]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.rms_norm %x, %w epsilon 0.0 : (f32[B, 8], f32[4]) -> f32[B, 8]
  return
}

// -----

func.func @rms_norm_C2_symbol(%x: !graph.tensor<f32[B, D]>, %w: !graph.tensor<f32[8]>) {
  // expected-error @+2 {{'weight' must have shape [D], got [8]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.rms_norm %x, %w epsilon 0.0 : (f32[B, D], f32[8]) -> f32[B, D]
  return
}

// -----

func.func @rms_norm_C3(%x: !graph.tensor<f32[8]>) {
  // expected-error @+1 {{attribute 'epsilon' failed to satisfy constraint: 64-bit float attribute that is finite and not negative}}
  %0 = graph.rms_norm %x epsilon -1.0 : (f32[8]) -> f32[8]
  return
}

// -----

func.func @rms_norm_C4_nan(%x: !graph.tensor<f32[8]>) {
  // expected-error @+1 {{attribute 'epsilon' failed to satisfy constraint}}
  %0 = graph.rms_norm %x epsilon 0x7FF8000000000000 : (f32[8]) -> f32[8]
  return
}

// -----

func.func @rms_norm_C4_infinity(%x: !graph.tensor<f32[8]>) {
  // expected-error @+1 {{attribute 'offset' failed to satisfy constraint: 64-bit float attribute that is finite}}
  %0 = graph.rms_norm %x epsilon 0.0 offset 0x7FF0000000000000 : (f32[8]) -> f32[8]
  return
}

// -----

func.func @layer_norm_C1(%x: !graph.tensor<f32[]>) {
  // expected-error @+2 {{'input' must have at least rank 1, got []}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.layer_norm %x epsilon 0.0 : (f32[]) -> f32[]
  return
}

// -----

func.func @layer_norm_C2_weight(%x: !graph.tensor<f32[B, 8]>, %w: !graph.tensor<f32[B, 8]>) {
  // expected-error @+2 {{'weight' must have shape [8], got [B, 8]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.layer_norm %x weight %w epsilon 0.0 : (f32[B, 8], f32[B, 8]) -> f32[B, 8]
  return
}

// -----

func.func @layer_norm_C2_bias(%x: !graph.tensor<f32[B, 8]>, %w: !graph.tensor<f32[]>) {
  // expected-error @+2 {{'bias' must have shape [8], got []}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.layer_norm %x bias %w epsilon 0.0 : (f32[B, 8], f32[]) -> f32[B, 8]
  return
}

// -----

func.func @layer_norm_C3(%x: !graph.tensor<f32[8]>) {
  // expected-error @+1 {{attribute 'epsilon' failed to satisfy constraint}}
  %0 = graph.layer_norm %x epsilon -1.0e-9 : (f32[8]) -> f32[8]
  return
}

// -----

func.func @layer_norm_C3_infinity(%x: !graph.tensor<f32[8]>) {
  // expected-error @+1 {{attribute 'epsilon' failed to satisfy constraint}}
  %0 = graph.layer_norm %x epsilon 0x7FF0000000000000 : (f32[8]) -> f32[8]
  return
}

// -----

func.func @softmax_C1(%x: !graph.tensor<f32[]>) {
  // expected-error @+2 {{'input' must have at least rank 1, got []}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.softmax %x : (f32[]) -> f32[]
  return
}

// -----

func.func @softmax_result(%x: !graph.tensor<f32[B]>) {
  // expected-error @+2 {{inferred type(s) '!graph.tensor<f32[B]>' are incompatible}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.softmax %x : (f32[B]) -> f16[B]
  return
}
