// Positions and attention that break a constraint, named after op and label.
// RUN: tern-opt %s --split-input-file --verify-diagnostics

func.func @rope_C1(%x: !graph.tensor<f32[B, T, 16]>, %p: !graph.tensor<i32[B, T]>) {
  // expected-error @+2 {{'input' must have rank 4, got [B, T, 16]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half> at %p
      : (f32[B, T, 16], i32[B, T]) -> f32[B, T, 16]
  return
}

// -----

func.func @rope_C1_rank_0(%x: !graph.tensor<f32[]>, %p: !graph.tensor<i32[B, T]>) {
  // expected-error @+2 {{'input' must have rank 4, got []}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half> at %p
      : (f32[], i32[B, T]) -> f32[]
  return
}

// -----

func.func @rope_C1_positions(%x: !graph.tensor<f32[B, T, 2, 8]>, %p: !graph.tensor<i32[T]>) {
  // expected-error @+2 {{'positions' must have shape [B, T], got [T]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half> at %p
      : (f32[B, T, 2, 8], i32[T]) -> f32[B, T, 2, 8]
  return
}

// -----

func.func @rope_C2(%x: !graph.tensor<f32[B, T, 2, 4]>, %p: !graph.tensor<i32[B, T]>) {
  // expected-error @+2 {{'dims' must be at most the head size, got 8 and 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half> at %p
      : (f32[B, T, 2, 4], i32[B, T]) -> f32[B, T, 2, 4]
  return
}

// -----

func.func @rope_C2_symbol(%x: !graph.tensor<f32[B, T, 2, D]>, %p: !graph.tensor<i32[B, T]>) {
  // expected-error @+2 {{'dims' must be at most the head size, got 8 and D}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half> at %p
      : (f32[B, T, 2, D], i32[B, T]) -> f32[B, T, 2, D]
  return
}

// -----

func.func @rope_C3_factors(%x: !graph.tensor<f32[B, T, 2, 8]>, %p: !graph.tensor<i32[B, T]>,
                           %f: !graph.tensor<f32[8]>) {
  // expected-error @+2 {{'factors' must have shape [4], got [8]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half> at %p factors %f
      : (f32[B, T, 2, 8], i32[B, T], f32[8]) -> f32[B, T, 2, 8]
  return
}

// -----

func.func @rope_C3_long_factors(%x: !graph.tensor<f32[B, T, 2, 8]>, %p: !graph.tensor<i32[B, T]>,
                                %f: !graph.tensor<f32[4]>, %l: !graph.tensor<f32[]>) {
  // expected-error @+2 {{'long_factors' must have shape [4], got []}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half, scaling = longrope, original = 16> at %p factors %f long %l
      : (f32[B, T, 2, 8], i32[B, T], f32[4], f32[]) -> f32[B, T, 2, 8]
  return
}

// -----

func.func @rope_C4_none(%x: !graph.tensor<f32[B, T, 2, 8]>, %p: !graph.tensor<i32[B, T]>) {
  // expected-error @+2 {{longrope scaling, and no other, needs both 'factors' and 'long_factors'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half, scaling = longrope, original = 16> at %p
      : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, T, 2, 8]
  return
}

// -----

func.func @rope_C4_short_only(%x: !graph.tensor<f32[B, T, 2, 8]>, %p: !graph.tensor<i32[B, T]>,
                              %f: !graph.tensor<f32[4]>) {
  // expected-error @+2 {{longrope scaling, and no other, needs both 'factors' and 'long_factors'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half, scaling = longrope, original = 16> at %p factors %f
      : (f32[B, T, 2, 8], i32[B, T], f32[4]) -> f32[B, T, 2, 8]
  return
}

// -----

func.func @rope_C4_long_only(%x: !graph.tensor<f32[B, T, 2, 8]>, %p: !graph.tensor<i32[B, T]>,
                             %l: !graph.tensor<f32[4]>) {
  // expected-error @+2 {{longrope scaling, and no other, needs both 'factors' and 'long_factors'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half, scaling = longrope, original = 16> at %p long %l
      : (f32[B, T, 2, 8], i32[B, T], f32[4]) -> f32[B, T, 2, 8]
  return
}

// -----

func.func @rope_C4_default(%x: !graph.tensor<f32[B, T, 2, 8]>, %p: !graph.tensor<i32[B, T]>,
                           %f: !graph.tensor<f32[4]>, %l: !graph.tensor<f32[4]>) {
  // expected-error @+2 {{longrope scaling, and no other, needs both 'factors' and 'long_factors'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half> at %p factors %f long %l
      : (f32[B, T, 2, 8], i32[B, T], f32[4], f32[4]) -> f32[B, T, 2, 8]
  return
}

// -----

func.func @attention_C1_query(%q: !graph.tensor<f32[B, T, 8]>, %k: !graph.tensor<f32[B, C, 3, 8]>,
                              %v: !graph.tensor<f32[B, C, 3, 8]>) {
  // expected-error @+2 {{'query' must have rank 4, got [B, T, 8]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.attention %q, %k, %v mask none scale 0.25
      : (f32[B, T, 8], f32[B, C, 3, 8], f32[B, C, 3, 8]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C1_key(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[]>,
                            %v: !graph.tensor<f32[B, C, 3, 8]>) {
  // expected-error @+2 {{'key' must have rank 4, got []}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.attention %q, %k, %v mask none scale 0.25
      : (f32[B, T, 6, 8], f32[], f32[B, C, 3, 8]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C1_value(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[B, C, 3, 8]>,
                              %v: !graph.tensor<f32[8]>) {
  // expected-error @+2 {{'value' must have rank 4, got [8]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.attention %q, %k, %v mask none scale 0.25
      : (f32[B, T, 6, 8], f32[B, C, 3, 8], f32[8]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C1_batch(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[A, C, 3, 8]>,
                              %v: !graph.tensor<f32[B, C, 3, 8]>) {
  // expected-error @+2 {{'batch of query' and 'batch of key' must agree, got B and A}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.attention %q, %k, %v mask none scale 0.25
      : (f32[B, T, 6, 8], f32[A, C, 3, 8], f32[B, C, 3, 8]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C1_head_size(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[B, C, 3, 4]>,
                                  %v: !graph.tensor<f32[B, C, 3, 8]>) {
  // expected-error @+2 {{'head size of query' and 'head size of key' must agree, got 8 and 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.attention %q, %k, %v mask none scale 0.25
      : (f32[B, T, 6, 8], f32[B, C, 3, 4], f32[B, C, 3, 8]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C1_context(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[B, C, 3, 8]>,
                                %v: !graph.tensor<f32[B, T, 3, 8]>) {
  // expected-error @+2 {{'first three dimensions of value' must have shape [B, C, 3], got [B, T, 3]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.attention %q, %k, %v mask none scale 0.25
      : (f32[B, T, 6, 8], f32[B, C, 3, 8], f32[B, T, 3, 8]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C1_groups(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[B, C, 3, 8]>,
                               %v: !graph.tensor<f32[B, C, 6, 8]>) {
  // expected-error @+2 {{'first three dimensions of value' must have shape [B, C, 3], got [B, C, 6]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.attention %q, %k, %v mask none scale 0.25
      : (f32[B, T, 6, 8], f32[B, C, 3, 8], f32[B, C, 6, 8]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C2(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[B, C, 4, 8]>,
                        %v: !graph.tensor<f32[B, C, 4, 8]>) {
  // expected-error @+2 {{heads of 'query' must be a multiple of those of 'key', got 6 and 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.attention %q, %k, %v mask none scale 0.25
      : (f32[B, T, 6, 8], f32[B, C, 4, 8], f32[B, C, 4, 8]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C2_zero(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[B, C, 0, 8]>,
                             %v: !graph.tensor<f32[B, C, 0, 8]>) {
  // expected-error @+2 {{heads of 'query' must be a multiple of those of 'key', got 6 and 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.attention %q, %k, %v mask none scale 0.25
      : (f32[B, T, 6, 8], f32[B, C, 0, 8], f32[B, C, 0, 8]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C2_symbol(%q: !graph.tensor<f32[B, T, H, 8]>, %k: !graph.tensor<f32[B, C, 3, 8]>,
                               %v: !graph.tensor<f32[B, C, 3, 8]>) {
  // expected-error @+2 {{heads of 'query' must be a multiple of those of 'key', got H and 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.attention %q, %k, %v mask none scale 0.25
      : (f32[B, T, H, 8], f32[B, C, 3, 8], f32[B, C, 3, 8]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C3_shape(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[B, C, 3, 8]>,
                              %v: !graph.tensor<f32[B, C, 3, 8]>, %p: !graph.tensor<i32[B]>) {
  // expected-error @+2 {{'positions' must have shape [B, T], got [B]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.attention %q, %k, %v at %p mask none scale 0.25
      : (f32[B, T, 6, 8], f32[B, C, 3, 8], f32[B, C, 3, 8], i32[B]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C3_causal(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[B, C, 3, 8]>,
                               %v: !graph.tensor<f32[B, C, 3, 8]>) {
  // expected-error @+2 {{a causal mask, a window and slopes need 'positions'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.attention %q, %k, %v mask causal scale 0.25
      : (f32[B, T, 6, 8], f32[B, C, 3, 8], f32[B, C, 3, 8]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C3_window(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[B, C, 3, 8]>,
                               %v: !graph.tensor<f32[B, C, 3, 8]>) {
  // expected-error @+2 {{a causal mask, a window and slopes need 'positions'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.attention %q, %k, %v mask none window 4 scale 0.25
      : (f32[B, T, 6, 8], f32[B, C, 3, 8], f32[B, C, 3, 8]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C3_slopes(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[B, C, 3, 8]>,
                               %v: !graph.tensor<f32[B, C, 3, 8]>, %s: !graph.tensor<f32[6]>) {
  // expected-error @+2 {{a causal mask, a window and slopes need 'positions'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.attention %q, %k, %v slopes %s mask none scale 0.25
      : (f32[B, T, 6, 8], f32[B, C, 3, 8], f32[B, C, 3, 8], f32[6]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C4_lengths(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[B, C, 3, 8]>,
                                %v: !graph.tensor<f32[B, C, 3, 8]>, %l: !graph.tensor<i32[B, T]>) {
  // expected-error @+2 {{'lengths' must have shape [B], got [B, T]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.attention %q, %k, %v lengths %l mask none scale 0.25
      : (f32[B, T, 6, 8], f32[B, C, 3, 8], f32[B, C, 3, 8], i32[B, T]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C4_slopes(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[B, C, 3, 8]>,
                               %v: !graph.tensor<f32[B, C, 3, 8]>, %p: !graph.tensor<i32[B, T]>,
                               %s: !graph.tensor<f32[3]>) {
  // expected-error @+2 {{'slopes' must have shape [6], got [3]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.attention %q, %k, %v at %p slopes %s mask none scale 0.25
      : (f32[B, T, 6, 8], f32[B, C, 3, 8], f32[B, C, 3, 8], i32[B, T], f32[3]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C4_sinks(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[B, C, 3, 8]>,
                              %v: !graph.tensor<f32[B, C, 3, 8]>, %z: !graph.tensor<f32[]>) {
  // expected-error @+2 {{'sinks' must have shape [6], got []}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.attention %q, %k, %v sinks %z mask none scale 0.25
      : (f32[B, T, 6, 8], f32[B, C, 3, 8], f32[B, C, 3, 8], f32[]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C5_rank(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[B, C, 3, 8]>,
                             %v: !graph.tensor<f32[B, C, 3, 8]>, %b: !graph.tensor<f32[T, C]>) {
  // expected-error @+2 {{'bias' must have rank 4, got [T, C]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.attention %q, %k, %v bias %b mask none scale 0.25
      : (f32[B, T, 6, 8], f32[B, C, 3, 8], f32[B, C, 3, 8], f32[T, C]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C5(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[B, C, 3, 8]>,
                        %v: !graph.tensor<f32[B, C, 3, 8]>, %b: !graph.tensor<f32[B, 3, T, C]>) {
  // expected-error @+2 {{'bias' must broadcast to [B, 6, T, C], got [B, 3, T, C]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.attention %q, %k, %v bias %b mask none scale 0.25
      : (f32[B, T, 6, 8], f32[B, C, 3, 8], f32[B, C, 3, 8], f32[B, 3, T, C]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C6_window(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[B, C, 3, 8]>,
                               %v: !graph.tensor<f32[B, C, 3, 8]>, %p: !graph.tensor<i32[B, T]>) {
  // expected-error @+1 {{attribute 'window' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  %0 = graph.attention %q, %k, %v at %p mask none window 0 scale 0.25
      : (f32[B, T, 6, 8], f32[B, C, 3, 8], f32[B, C, 3, 8], i32[B, T]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C6_negative_window(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[B, C, 3, 8]>,
                                        %v: !graph.tensor<f32[B, C, 3, 8]>, %p: !graph.tensor<i32[B, T]>) {
  // expected-error @+1 {{attribute 'window' failed to satisfy constraint}}
  %0 = graph.attention %q, %k, %v at %p mask none window -1 scale 0.25
      : (f32[B, T, 6, 8], f32[B, C, 3, 8], f32[B, C, 3, 8], i32[B, T]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C6_soft_cap(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[B, C, 3, 8]>,
                                 %v: !graph.tensor<f32[B, C, 3, 8]>) {
  // expected-error @+1 {{attribute 'soft_cap' failed to satisfy constraint: 64-bit float attribute that is finite and positive}}
  %0 = graph.attention %q, %k, %v mask none scale 0.25 soft_cap 0.0
      : (f32[B, T, 6, 8], f32[B, C, 3, 8], f32[B, C, 3, 8]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C6_soft_cap_infinity(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[B, C, 3, 8]>,
                                          %v: !graph.tensor<f32[B, C, 3, 8]>) {
  // expected-error @+1 {{attribute 'soft_cap' failed to satisfy constraint}}
  %0 = graph.attention %q, %k, %v mask none scale 0.25 soft_cap 0x7FF0000000000000
      : (f32[B, T, 6, 8], f32[B, C, 3, 8], f32[B, C, 3, 8]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_C6_scale(%q: !graph.tensor<f32[B, T, 6, 8]>, %k: !graph.tensor<f32[B, C, 3, 8]>,
                              %v: !graph.tensor<f32[B, C, 3, 8]>) {
  // expected-error @+1 {{attribute 'scale' failed to satisfy constraint: 64-bit float attribute that is finite}}
  %0 = graph.attention %q, %k, %v mask none scale 0x7FF8000000000000
      : (f32[B, T, 6, 8], f32[B, C, 3, 8], f32[B, C, 3, 8]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @attention_no_mask(%q: !graph.tensor<f32[B, T, 6, 8]>) {
  // expected-error @+1 {{expected one of [none, causal] for which keys a query may see}}
  %0 = graph.attention %q, %q, %q mask window 4 scale 1.0 : (f32[B, T, 6, 8]) -> f32[B, T, 6, 8]
  return
}

// -----

func.func @rope_table_C1(%p: !graph.tensor<i32[B, T]>) {
  // expected-error @+1 {{'result' must have shape [B, T, 8], got [B, T, 4]}}
  %0 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = half> at %p : (i32[B, T]) -> f32[B, T, 4]
  return
}

// -----

func.func @rope_table_C1_rank(%p: !graph.tensor<i32[T]>) {
  // expected-error @+1 {{'positions' must have rank 2, got [T]}}
  %0 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = half> at %p : (i32[T]) -> f32[T, 8]
  return
}

// -----

func.func @rope_table_C1_element(%p: !graph.tensor<i32[B, T]>) {
  // expected-error @+1 {{result must be in f32, got '!graph.tensor<f16[B, T, 8]>'}}
  %0 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = half> at %p : (i32[B, T]) -> f16[B, T, 8]
  return
}

// -----

func.func @rope_table_C2(%p: !graph.tensor<i32[B, T]>, %f: !graph.tensor<f32[8]>) {
  // expected-error @+1 {{'factors' must have shape [4], got [8]}}
  %0 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = half> at %p factors %f
      : (i32[B, T], f32[8]) -> f32[B, T, 8]
  return
}

// -----

func.func @rope_table_C2_long(%p: !graph.tensor<i32[B, T]>, %f: !graph.tensor<f32[4]>) {
  // expected-error @+1 {{longrope scaling, and no other, needs both 'factors' and 'long_factors'}}
  %0 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = half> at %p factors %f long %f
      : (i32[B, T], f32[4], f32[4]) -> f32[B, T, 8]
  return
}

// -----

func.func @rotate_C1(%x: !graph.tensor<f32[B, T, 16]>, %t: !graph.tensor<f32[B, T, 8]>) {
  // expected-error @+2 {{'input' must have rank 4, got [B, T, 16]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.rotate half %x by %t : (f32[B, T, 16], f32[B, T, 8]) -> f32[B, T, 16]
  return
}

// -----

func.func @rotate_C1_table(%x: !graph.tensor<f32[B, T, 2, 16]>, %t: !graph.tensor<f32[T, B, 8]>) {
  // expected-error @+2 {{'table' must have shape [B, T, 8], got [T, B, 8]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.rotate half %x by %t : (f32[B, T, 2, 16], f32[T, B, 8]) -> f32[B, T, 2, 16]
  return
}

// -----

func.func @rotate_C2(%x: !graph.tensor<f32[B, T, 2, 16]>, %t: !graph.tensor<f32[B, T, 18]>) {
  // expected-error @+2 {{the table must hold an even number of entries, at most the head size, got 18 and 16}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.rotate half %x by %t : (f32[B, T, 2, 16], f32[B, T, 18]) -> f32[B, T, 2, 16]
  return
}

// -----

func.func @rotate_C2_odd(%x: !graph.tensor<f32[B, T, 2, 16]>, %t: !graph.tensor<f32[B, T, 7]>) {
  // expected-error @+2 {{the table must hold an even number of entries, at most the head size, got 7 and 16}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = graph.rotate half %x by %t : (f32[B, T, 2, 16], f32[B, T, 7]) -> f32[B, T, 2, 16]
  return
}
