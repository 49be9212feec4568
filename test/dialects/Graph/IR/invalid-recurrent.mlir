// Recurrent layers that break a constraint, named after op and label.
// RUN: tern-opt %s --split-input-file --verify-diagnostics

func.func @short_conv_C1_input(%x: !graph.tensor<f32[B, T]>, %s: !graph.tensor<f32[B, 3, 8]>,
                               %w: !graph.tensor<f32[8, 4]>) {
  // expected-error @+2 {{'input' must have rank 3, got [B, T]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.short_conv %x state %s, %w : (f32[B, T], f32[B, 3, 8], f32[8, 4]) -> (f32[B, T], f32[B, 3, 8])
  return
}

// -----

func.func @short_conv_C1_weight(%x: !graph.tensor<f32[B, T, 8]>, %s: !graph.tensor<f32[B, 3, 8]>,
                                %w: !graph.tensor<f32[]>) {
  // expected-error @+2 {{'weight' must have rank 2, got []}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.short_conv %x state %s, %w : (f32[B, T, 8], f32[B, 3, 8], f32[]) -> (f32[B, T, 8], f32[B, 3, 8])
  return
}

// -----

func.func @short_conv_C1_taps(%x: !graph.tensor<f32[B, T, 8]>, %s: !graph.tensor<f32[B, 3, 8]>,
                              %w: !graph.tensor<f32[8, K]>) {
  // expected-error @+2 {{last dimension of 'weight' must be a positive number, got K}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.short_conv %x state %s, %w : (f32[B, T, 8], f32[B, 3, 8], f32[8, K]) -> (f32[B, T, 8], f32[B, 3, 8])
  return
}

// -----

func.func @short_conv_C1_no_taps(%x: !graph.tensor<f32[B, T, 8]>, %s: !graph.tensor<f32[B, 3, 8]>,
                                 %w: !graph.tensor<f32[8, 0]>) {
  // expected-error @+2 {{last dimension of 'weight' must be a positive number, got 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.short_conv %x state %s, %w : (f32[B, T, 8], f32[B, 3, 8], f32[8, 0]) -> (f32[B, T, 8], f32[B, 3, 8])
  return
}

// -----

func.func @short_conv_C1_state(%x: !graph.tensor<f32[B, T, 8]>, %s: !graph.tensor<f32[]>,
                               %w: !graph.tensor<f32[8, 4]>) {
  // expected-error @+2 {{'state' must have shape [B, 3, 8], got []}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.short_conv %x state %s, %w : (f32[B, T, 8], f32[], f32[8, 4]) -> (f32[B, T, 8], f32[])
  return
}

// -----

func.func @short_conv_C2_weight(%x: !graph.tensor<f32[B, T, 8]>, %s: !graph.tensor<f32[B, 3, 8]>,
                                %w: !graph.tensor<f32[4, 4]>) {
  // expected-error @+2 {{'last dimension of input' and 'first dimension of weight' must agree, got 8 and 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.short_conv %x state %s, %w : (f32[B, T, 8], f32[B, 3, 8], f32[4, 4]) -> (f32[B, T, 8], f32[B, 3, 8])
  return
}

// -----

func.func @short_conv_C2_state(%x: !graph.tensor<f32[B, T, 8]>, %s: !graph.tensor<f32[B, 4, 8]>,
                               %w: !graph.tensor<f32[8, 4]>) {
  // expected-error @+2 {{'state' must have shape [B, 3, 8], got [B, 4, 8]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.short_conv %x state %s, %w : (f32[B, T, 8], f32[B, 4, 8], f32[8, 4]) -> (f32[B, T, 8], f32[B, 4, 8])
  return
}

// -----

func.func @short_conv_C3(%x: !graph.tensor<f32[B, T, 8]>, %s: !graph.tensor<f32[B, 3, 8]>,
                         %w: !graph.tensor<f32[8, 4]>, %b: !graph.tensor<f32[4]>) {
  // expected-error @+2 {{'bias' must have shape [8], got [4]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.short_conv %x state %s, %w bias %b : (f32[B, T, 8], f32[B, 3, 8], f32[8, 4], f32[4]) -> (f32[B, T, 8], f32[B, 3, 8])
  return
}

// -----

func.func @gated_delta_rule_C1_query(%q: !graph.tensor<f32[]>, %k: !graph.tensor<f32[B, T, 4, 16]>,
                                     %v: !graph.tensor<f32[B, T, 4, 32]>, %d: !graph.tensor<f32[B, T, 4]>,
                                     %b: !graph.tensor<f32[B, T, 4]>, %s: !graph.tensor<f32[B, 4, 16, 32]>) {
  // expected-error @+2 {{'query' must have rank 4, got []}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.gated_delta_rule %q, %k, %v decay %d beta %b state %s
      : (f32[], f32[B, T, 4, 16], f32[B, T, 4, 32], f32[B, T, 4], f32[B, T, 4], f32[B, 4, 16, 32]) -> (f32[B, T, 4, 32], f32[B, 4, 16, 32])
  return
}

// -----

func.func @gated_delta_rule_C1_value(%q: !graph.tensor<f32[B, T, 4, 16]>, %k: !graph.tensor<f32[B, T, 4, 16]>,
                                     %v: !graph.tensor<f32[32]>, %d: !graph.tensor<f32[B, T, 4]>,
                                     %b: !graph.tensor<f32[B, T, 4]>, %s: !graph.tensor<f32[B, 4, 16, 32]>) {
  // expected-error @+2 {{'value' must have rank 4, got [32]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.gated_delta_rule %q, %k, %v decay %d beta %b state %s
      : (f32[B, T, 4, 16], f32[B, T, 4, 16], f32[32], f32[B, T, 4], f32[B, T, 4], f32[B, 4, 16, 32]) -> (f32[32], f32[B, 4, 16, 32])
  return
}

// -----

func.func @gated_delta_rule_C1_decay(%q: !graph.tensor<f32[B, T, 4, 16]>, %k: !graph.tensor<f32[B, T, 4, 16]>,
                                     %v: !graph.tensor<f32[B, T, 4, 32]>, %d: !graph.tensor<f32[]>,
                                     %b: !graph.tensor<f32[B, T, 4]>, %s: !graph.tensor<f32[B, 4, 16, 32]>) {
  // expected-error @+2 {{'decay' must have shape [B, T, 4], got []}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.gated_delta_rule %q, %k, %v decay %d beta %b state %s
      : (f32[B, T, 4, 16], f32[B, T, 4, 16], f32[B, T, 4, 32], f32[], f32[B, T, 4], f32[B, 4, 16, 32]) -> (f32[B, T, 4, 32], f32[B, 4, 16, 32])
  return
}

// -----

func.func @gated_delta_rule_C2_key(%q: !graph.tensor<f32[B, T, 4, 16]>, %k: !graph.tensor<f32[B, T, 4, 8]>,
                                   %v: !graph.tensor<f32[B, T, 4, 32]>, %d: !graph.tensor<f32[B, T, 4]>,
                                   %b: !graph.tensor<f32[B, T, 4]>, %s: !graph.tensor<f32[B, 4, 16, 32]>) {
  // expected-error @+2 {{'key' must have shape [B, T, 4, 16], got [B, T, 4, 8]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.gated_delta_rule %q, %k, %v decay %d beta %b state %s
      : (f32[B, T, 4, 16], f32[B, T, 4, 8], f32[B, T, 4, 32], f32[B, T, 4], f32[B, T, 4], f32[B, 4, 16, 32]) -> (f32[B, T, 4, 32], f32[B, 4, 16, 32])
  return
}

// -----

func.func @gated_delta_rule_C2_value(%q: !graph.tensor<f32[B, T, 4, 16]>, %k: !graph.tensor<f32[B, T, 4, 16]>,
                                     %v: !graph.tensor<f32[B, T, 8, 32]>, %d: !graph.tensor<f32[B, T, 4]>,
                                     %b: !graph.tensor<f32[B, T, 4]>, %s: !graph.tensor<f32[B, 4, 16, 32]>) {
  // expected-error @+2 {{'first three dimensions of value' must have shape [B, T, 4], got [B, T, 8]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.gated_delta_rule %q, %k, %v decay %d beta %b state %s
      : (f32[B, T, 4, 16], f32[B, T, 4, 16], f32[B, T, 8, 32], f32[B, T, 4], f32[B, T, 4], f32[B, 4, 16, 32]) -> (f32[B, T, 8, 32], f32[B, 4, 16, 32])
  return
}

// -----

func.func @gated_delta_rule_C2_beta(%q: !graph.tensor<f32[B, T, 4, 16]>, %k: !graph.tensor<f32[B, T, 4, 16]>,
                                    %v: !graph.tensor<f32[B, T, 4, 32]>, %d: !graph.tensor<f32[B, T, 4]>,
                                    %b: !graph.tensor<f32[B, T]>, %s: !graph.tensor<f32[B, 4, 16, 32]>) {
  // expected-error @+2 {{'beta' must have shape [B, T, 4], got [B, T]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.gated_delta_rule %q, %k, %v decay %d beta %b state %s
      : (f32[B, T, 4, 16], f32[B, T, 4, 16], f32[B, T, 4, 32], f32[B, T, 4], f32[B, T], f32[B, 4, 16, 32]) -> (f32[B, T, 4, 32], f32[B, 4, 16, 32])
  return
}

// -----

func.func @gated_delta_rule_C2_state(%q: !graph.tensor<f32[B, T, 4, 16]>, %k: !graph.tensor<f32[B, T, 4, 16]>,
                                     %v: !graph.tensor<f32[B, T, 4, 32]>, %d: !graph.tensor<f32[B, T, 4]>,
                                     %b: !graph.tensor<f32[B, T, 4]>, %s: !graph.tensor<f32[B, 4, 32, 16]>) {
  // expected-error @+2 {{'state' must have shape [B, 4, 16, 32], got [B, 4, 32, 16]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.gated_delta_rule %q, %k, %v decay %d beta %b state %s
      : (f32[B, T, 4, 16], f32[B, T, 4, 16], f32[B, T, 4, 32], f32[B, T, 4], f32[B, T, 4], f32[B, 4, 32, 16]) -> (f32[B, T, 4, 32], f32[B, 4, 32, 16])
  return
}

// -----

func.func @selective_scan_C1_input(%x: !graph.tensor<f32[]>, %d: !graph.tensor<f32[B, T, 4]>,
                                   %a: !graph.tensor<f32[4]>, %b: !graph.tensor<f32[B, T, 2, 8]>,
                                   %c: !graph.tensor<f32[B, T, 2, 8]>, %k: !graph.tensor<f32[4]>,
                                   %s: !graph.tensor<f32[B, 4, 16, 8]>) {
  // expected-error @+2 {{'input' must have rank 4, got []}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.selective_scan %x delta %d a %a b %b c %c skip %k state %s
      : (f32[], f32[B, T, 4], f32[4], f32[B, T, 2, 8], f32[B, T, 2, 8], f32[4], f32[B, 4, 16, 8]) -> (f32[], f32[B, 4, 16, 8])
  return
}

// -----

func.func @selective_scan_C1_b(%x: !graph.tensor<f32[B, T, 4, 16]>, %d: !graph.tensor<f32[B, T, 4]>,
                               %a: !graph.tensor<f32[4]>, %b: !graph.tensor<f32[8]>,
                               %c: !graph.tensor<f32[B, T, 2, 8]>, %k: !graph.tensor<f32[4]>,
                               %s: !graph.tensor<f32[B, 4, 16, 8]>) {
  // expected-error @+2 {{'b' must have rank 4, got [8]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.selective_scan %x delta %d a %a b %b c %c skip %k state %s
      : (f32[B, T, 4, 16], f32[B, T, 4], f32[4], f32[8], f32[B, T, 2, 8], f32[4], f32[B, 4, 16, 8]) -> (f32[B, T, 4, 16], f32[B, 4, 16, 8])
  return
}

// -----

func.func @selective_scan_C2_delta(%x: !graph.tensor<f32[B, T, 4, 16]>, %d: !graph.tensor<f32[B, T]>,
                                   %a: !graph.tensor<f32[4]>, %b: !graph.tensor<f32[B, T, 2, 8]>,
                                   %c: !graph.tensor<f32[B, T, 2, 8]>, %k: !graph.tensor<f32[4]>,
                                   %s: !graph.tensor<f32[B, 4, 16, 8]>) {
  // expected-error @+2 {{'delta' must have shape [B, T, 4], got [B, T]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.selective_scan %x delta %d a %a b %b c %c skip %k state %s
      : (f32[B, T, 4, 16], f32[B, T], f32[4], f32[B, T, 2, 8], f32[B, T, 2, 8], f32[4], f32[B, 4, 16, 8]) -> (f32[B, T, 4, 16], f32[B, 4, 16, 8])
  return
}

// -----

func.func @selective_scan_C2_a(%x: !graph.tensor<f32[B, T, 4, 16]>, %d: !graph.tensor<f32[B, T, 4]>,
                               %a: !graph.tensor<f32[2]>, %b: !graph.tensor<f32[B, T, 2, 8]>,
                               %c: !graph.tensor<f32[B, T, 2, 8]>, %k: !graph.tensor<f32[4]>,
                               %s: !graph.tensor<f32[B, 4, 16, 8]>) {
  // expected-error @+2 {{'a' must have shape [4], got [2]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.selective_scan %x delta %d a %a b %b c %c skip %k state %s
      : (f32[B, T, 4, 16], f32[B, T, 4], f32[2], f32[B, T, 2, 8], f32[B, T, 2, 8], f32[4], f32[B, 4, 16, 8]) -> (f32[B, T, 4, 16], f32[B, 4, 16, 8])
  return
}

// -----

func.func @selective_scan_C2_skip(%x: !graph.tensor<f32[B, T, 4, 16]>, %d: !graph.tensor<f32[B, T, 4]>,
                                  %a: !graph.tensor<f32[4]>, %b: !graph.tensor<f32[B, T, 2, 8]>,
                                  %c: !graph.tensor<f32[B, T, 2, 8]>, %k: !graph.tensor<f32[]>,
                                  %s: !graph.tensor<f32[B, 4, 16, 8]>) {
  // expected-error @+2 {{'skip' must have shape [4], got []}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.selective_scan %x delta %d a %a b %b c %c skip %k state %s
      : (f32[B, T, 4, 16], f32[B, T, 4], f32[4], f32[B, T, 2, 8], f32[B, T, 2, 8], f32[], f32[B, 4, 16, 8]) -> (f32[B, T, 4, 16], f32[B, 4, 16, 8])
  return
}

// -----

func.func @selective_scan_C2_b(%x: !graph.tensor<f32[B, T, 4, 16]>, %d: !graph.tensor<f32[B, T, 4]>,
                               %a: !graph.tensor<f32[4]>, %b: !graph.tensor<f32[B, U, 2, 8]>,
                               %c: !graph.tensor<f32[B, T, 2, 8]>, %k: !graph.tensor<f32[4]>,
                               %s: !graph.tensor<f32[B, 4, 16, 8]>) {
  // expected-error @+2 {{'first two dimensions of b' must have shape [B, T], got [B, U]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.selective_scan %x delta %d a %a b %b c %c skip %k state %s
      : (f32[B, T, 4, 16], f32[B, T, 4], f32[4], f32[B, U, 2, 8], f32[B, T, 2, 8], f32[4], f32[B, 4, 16, 8]) -> (f32[B, T, 4, 16], f32[B, 4, 16, 8])
  return
}

// -----

func.func @selective_scan_C2_c(%x: !graph.tensor<f32[B, T, 4, 16]>, %d: !graph.tensor<f32[B, T, 4]>,
                               %a: !graph.tensor<f32[4]>, %b: !graph.tensor<f32[B, T, 2, 8]>,
                               %c: !graph.tensor<f32[B, T, 2, 4]>, %k: !graph.tensor<f32[4]>,
                               %s: !graph.tensor<f32[B, 4, 16, 8]>) {
  // expected-error @+2 {{'c' must have shape [B, T, 2, 8], got [B, T, 2, 4]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.selective_scan %x delta %d a %a b %b c %c skip %k state %s
      : (f32[B, T, 4, 16], f32[B, T, 4], f32[4], f32[B, T, 2, 8], f32[B, T, 2, 4], f32[4], f32[B, 4, 16, 8]) -> (f32[B, T, 4, 16], f32[B, 4, 16, 8])
  return
}

// -----

func.func @selective_scan_C2_state(%x: !graph.tensor<f32[B, T, 4, 16]>, %d: !graph.tensor<f32[B, T, 4]>,
                                   %a: !graph.tensor<f32[4]>, %b: !graph.tensor<f32[B, T, 2, 8]>,
                                   %c: !graph.tensor<f32[B, T, 2, 8]>, %k: !graph.tensor<f32[4]>,
                                   %s: !graph.tensor<f32[B, 4, 8, 16]>) {
  // expected-error @+2 {{'state' must have shape [B, 4, 16, 8], got [B, 4, 8, 16]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.selective_scan %x delta %d a %a b %b c %c skip %k state %s
      : (f32[B, T, 4, 16], f32[B, T, 4], f32[4], f32[B, T, 2, 8], f32[B, T, 2, 8], f32[4], f32[B, 4, 8, 16]) -> (f32[B, T, 4, 16], f32[B, 4, 8, 16])
  return
}

// -----

func.func @selective_scan_C3(%x: !graph.tensor<f32[B, T, 4, 16]>, %d: !graph.tensor<f32[B, T, 4]>,
                             %a: !graph.tensor<f32[4]>, %b: !graph.tensor<f32[B, T, 3, 8]>,
                             %c: !graph.tensor<f32[B, T, 3, 8]>, %k: !graph.tensor<f32[4]>,
                             %s: !graph.tensor<f32[B, 4, 16, 8]>) {
  // expected-error @+2 {{heads of 'input' must be a multiple of the groups of 'b', got 4 and 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.selective_scan %x delta %d a %a b %b c %c skip %k state %s
      : (f32[B, T, 4, 16], f32[B, T, 4], f32[4], f32[B, T, 3, 8], f32[B, T, 3, 8], f32[4], f32[B, 4, 16, 8]) -> (f32[B, T, 4, 16], f32[B, 4, 16, 8])
  return
}

// -----

func.func @selective_scan_C3_zero(%x: !graph.tensor<f32[B, T, 4, 16]>, %d: !graph.tensor<f32[B, T, 4]>,
                                  %a: !graph.tensor<f32[4]>, %b: !graph.tensor<f32[B, T, 0, 8]>,
                                  %c: !graph.tensor<f32[B, T, 0, 8]>, %k: !graph.tensor<f32[4]>,
                                  %s: !graph.tensor<f32[B, 4, 16, 8]>) {
  // expected-error @+2 {{heads of 'input' must be a multiple of the groups of 'b', got 4 and 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.selective_scan %x delta %d a %a b %b c %c skip %k state %s
      : (f32[B, T, 4, 16], f32[B, T, 4], f32[4], f32[B, T, 0, 8], f32[B, T, 0, 8], f32[4], f32[B, 4, 16, 8]) -> (f32[B, T, 4, 16], f32[B, 4, 16, 8])
  return
}

// -----

func.func @selective_scan_C3_symbol(%x: !graph.tensor<f32[B, T, H, 16]>, %d: !graph.tensor<f32[B, T, H]>,
                                    %a: !graph.tensor<f32[H]>, %b: !graph.tensor<f32[B, T, 2, 8]>,
                                    %c: !graph.tensor<f32[B, T, 2, 8]>, %k: !graph.tensor<f32[H]>,
                                    %s: !graph.tensor<f32[B, H, 16, 8]>) {
  // expected-error @+2 {{heads of 'input' must be a multiple of the groups of 'b', got H and 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0, %1 = graph.selective_scan %x delta %d a %a b %b c %c skip %k state %s
      : (f32[B, T, H, 16], f32[B, T, H], f32[H], f32[B, T, 2, 8], f32[B, T, 2, 8], f32[H], f32[B, H, 16, 8]) -> (f32[B, T, H, 16], f32[B, H, 16, 8])
  return
}
