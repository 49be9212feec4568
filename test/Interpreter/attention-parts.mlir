// Attention in parts and what combines them are graph.attention, whatever the number of parts.
// RUN: tern-opt %s --run-checks

// Blocks of 64, 64 and 22 keys; the second sequence sees no key of the last.
func.func @causal() {
  %q = check.random seed 1 : f32[2, 1, 4, 8]
  %k = check.random seed 2 : f16[2, 150, 2, 8]
  %v = check.random seed 3 : f16[2, 150, 2, 6]
  %p = graph.constant dense<[[149], [70]]> : tensor<2x1xi32> as i32[2, 1]
  %0 = graph.attention %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 6]
  %1 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 1, 8]
  %2 = kernel.attend_combine %1 : (f32[2, 1, 4, 1, 8]) -> f32[2, 1, 4, 6]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  %3 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 2, 8]
  %4 = kernel.attend_combine %3 : (f32[2, 1, 4, 2, 8]) -> f32[2, 1, 4, 6]
  check.expect_close %4, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  %5 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 3, 8]
  %6 = kernel.attend_combine %5 : (f32[2, 1, 4, 3, 8]) -> f32[2, 1, 4, 6]
  check.expect_close %6, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  return
}

// A sink is one more score, counted once.
func.func @with_sinks() {
  %q = check.random seed 1 : f32[2, 1, 4, 8]
  %k = check.random seed 2 : f16[2, 150, 2, 8]
  %v = check.random seed 3 : f16[2, 150, 2, 6]
  %p = graph.constant dense<[[149], [70]]> : tensor<2x1xi32> as i32[2, 1]
  %s = graph.constant dense<[0.5, -1.0, 3.0, 0.0]> : tensor<4xf32> as f32[4]
  %0 = graph.attention %q, %k, %v at %p sinks %s mask causal scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1], f32[4]) -> f32[2, 1, 4, 6]
  %1 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 1, 8]
  %2 = kernel.attend_combine %1 sinks %s : (f32[2, 1, 4, 1, 8], f32[4]) -> f32[2, 1, 4, 6]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  %3 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 2, 8]
  %4 = kernel.attend_combine %3 sinks %s : (f32[2, 1, 4, 2, 8], f32[4]) -> f32[2, 1, 4, 6]
  check.expect_close %4, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  %5 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 3, 8]
  %6 = kernel.attend_combine %5 sinks %s : (f32[2, 1, 4, 3, 8], f32[4]) -> f32[2, 1, 4, 6]
  check.expect_close %6, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  return
}

// Whole parts lie before the window.
func.func @window() {
  %q = check.random seed 1 : f32[2, 1, 4, 8]
  %k = check.random seed 2 : f16[2, 150, 2, 8]
  %v = check.random seed 3 : f16[2, 150, 2, 6]
  %p = graph.constant dense<[[149], [70]]> : tensor<2x1xi32> as i32[2, 1]
  %0 = graph.attention %q, %k, %v at %p mask causal window 5 scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 6]
  %1 = kernel.attend_part %q, %k, %v at %p mask causal window 5 scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 1, 8]
  %2 = kernel.attend_combine %1 : (f32[2, 1, 4, 1, 8]) -> f32[2, 1, 4, 6]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  %3 = kernel.attend_part %q, %k, %v at %p mask causal window 5 scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 2, 8]
  %4 = kernel.attend_combine %3 : (f32[2, 1, 4, 2, 8]) -> f32[2, 1, 4, 6]
  check.expect_close %4, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  %5 = kernel.attend_part %q, %k, %v at %p mask causal window 5 scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 3, 8]
  %6 = kernel.attend_combine %5 : (f32[2, 1, 4, 3, 8]) -> f32[2, 1, 4, 6]
  check.expect_close %6, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  return
}

// Scores are bent before they are compared.
func.func @soft_cap() {
  %q = check.random seed 1 : f32[2, 1, 4, 8]
  %k = check.random seed 2 : f16[2, 150, 2, 8]
  %v = check.random seed 3 : f16[2, 150, 2, 6]
  %p = graph.constant dense<[[149], [70]]> : tensor<2x1xi32> as i32[2, 1]
  %0 = graph.attention %q, %k, %v at %p mask causal scale 3.5 soft_cap 2.0
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 6]
  %1 = kernel.attend_part %q, %k, %v at %p mask causal scale 3.5 soft_cap 2.0
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 1, 8]
  %2 = kernel.attend_combine %1 : (f32[2, 1, 4, 1, 8]) -> f32[2, 1, 4, 6]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  %3 = kernel.attend_part %q, %k, %v at %p mask causal scale 3.5 soft_cap 2.0
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 2, 8]
  %4 = kernel.attend_combine %3 : (f32[2, 1, 4, 2, 8]) -> f32[2, 1, 4, 6]
  check.expect_close %4, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  %5 = kernel.attend_part %q, %k, %v at %p mask causal scale 3.5 soft_cap 2.0
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 3, 8]
  %6 = kernel.attend_combine %5 : (f32[2, 1, 4, 3, 8]) -> f32[2, 1, 4, 6]
  check.expect_close %6, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  return
}

// A query at a negative position sees nothing and gives zeros, with sinks and without.
func.func @no_token() {
  %q = check.random seed 1 : f32[2, 1, 4, 8]
  %k = check.random seed 2 : f16[2, 150, 2, 8]
  %v = check.random seed 3 : f16[2, 150, 2, 6]
  %p = graph.constant dense<[[-1], [3]]> : tensor<2x1xi32> as i32[2, 1]
  %0 = graph.attention %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 6]
  %1 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 1, 8]
  %2 = kernel.attend_combine %1 : (f32[2, 1, 4, 1, 8]) -> f32[2, 1, 4, 6]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  %3 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 2, 8]
  %4 = kernel.attend_combine %3 : (f32[2, 1, 4, 2, 8]) -> f32[2, 1, 4, 6]
  check.expect_close %4, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  %5 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 3, 8]
  %6 = kernel.attend_combine %5 : (f32[2, 1, 4, 3, 8]) -> f32[2, 1, 4, 6]
  check.expect_close %6, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  return
}

// The sink takes all of the weight.
func.func @no_token_with_sinks() {
  %q = check.random seed 1 : f32[2, 1, 4, 8]
  %k = check.random seed 2 : f16[2, 150, 2, 8]
  %v = check.random seed 3 : f16[2, 150, 2, 6]
  %p = graph.constant dense<[[-1], [3]]> : tensor<2x1xi32> as i32[2, 1]
  %s = graph.constant dense<[0.5, -1.0, 3.0, 0.0]> : tensor<4xf32> as f32[4]
  %0 = graph.attention %q, %k, %v at %p sinks %s mask causal scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1], f32[4]) -> f32[2, 1, 4, 6]
  %1 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 1, 8]
  %2 = kernel.attend_combine %1 sinks %s : (f32[2, 1, 4, 1, 8], f32[4]) -> f32[2, 1, 4, 6]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  %3 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 2, 8]
  %4 = kernel.attend_combine %3 sinks %s : (f32[2, 1, 4, 2, 8], f32[4]) -> f32[2, 1, 4, 6]
  check.expect_close %4, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  %5 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 3, 8]
  %6 = kernel.attend_combine %5 sinks %s : (f32[2, 1, 4, 3, 8], f32[4]) -> f32[2, 1, 4, 6]
  check.expect_close %6, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  return
}

// Queries on both sides of where parts meet.
func.func @several_tokens() {
  %q = check.random seed 1 : f32[2, 3, 4, 8]
  %k = check.random seed 2 : f16[2, 150, 2, 8]
  %v = check.random seed 3 : f16[2, 150, 2, 6]
  %p = graph.constant dense<[[0, 64, 149], [63, 127, 128]]> : tensor<2x3xi32> as i32[2, 3]
  %0 = graph.attention %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 3, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 3]) -> f32[2, 3, 4, 6]
  %1 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 3, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 3]) -> f32[2, 3, 4, 1, 8]
  %2 = kernel.attend_combine %1 : (f32[2, 3, 4, 1, 8]) -> f32[2, 3, 4, 6]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[2, 3, 4, 6], f32[2, 3, 4, 6])
  %3 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 3, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 3]) -> f32[2, 3, 4, 2, 8]
  %4 = kernel.attend_combine %3 : (f32[2, 3, 4, 2, 8]) -> f32[2, 3, 4, 6]
  check.expect_close %4, %0 absolute 1.0e-06 : (f32[2, 3, 4, 6], f32[2, 3, 4, 6])
  %5 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 3, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 3]) -> f32[2, 3, 4, 3, 8]
  %6 = kernel.attend_combine %5 : (f32[2, 3, 4, 3, 8]) -> f32[2, 3, 4, 6]
  check.expect_close %6, %0 absolute 1.0e-06 : (f32[2, 3, 4, 6], f32[2, 3, 4, 6])
  return
}

// Lengths, a bias that repeats over heads, and slopes.
func.func @all_operands() {
  %q = check.random seed 1 : f32[2, 1, 4, 8]
  %k = check.random seed 2 : f16[2, 150, 2, 8]
  %v = check.random seed 3 : f16[2, 150, 2, 6]
  %p = graph.constant dense<[[149], [70]]> : tensor<2x1xi32> as i32[2, 1]
  %l = graph.constant dense<[150, 65]> : tensor<2xi32> as i32[2]
  %b = check.random seed 4 : f32[2, 1, 1, 150]
  %a = graph.constant dense<[0.5, 0.25, 0.125, 0.0625]> : tensor<4xf32> as f32[4]
  %0 = graph.attention %q, %k, %v at %p lengths %l bias %b slopes %a mask none scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1], i32[2], f32[2, 1, 1, 150], f32[4]) -> f32[2, 1, 4, 6]
  %1 = kernel.attend_part %q, %k, %v at %p lengths %l bias %b slopes %a mask none scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1], i32[2], f32[2, 1, 1, 150], f32[4]) -> f32[2, 1, 4, 1, 8]
  %2 = kernel.attend_combine %1 : (f32[2, 1, 4, 1, 8]) -> f32[2, 1, 4, 6]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  %3 = kernel.attend_part %q, %k, %v at %p lengths %l bias %b slopes %a mask none scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1], i32[2], f32[2, 1, 1, 150], f32[4]) -> f32[2, 1, 4, 2, 8]
  %4 = kernel.attend_combine %3 : (f32[2, 1, 4, 2, 8]) -> f32[2, 1, 4, 6]
  check.expect_close %4, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  %5 = kernel.attend_part %q, %k, %v at %p lengths %l bias %b slopes %a mask none scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 150, 2, 8], f16[2, 150, 2, 6], i32[2, 1], i32[2], f32[2, 1, 1, 150], f32[4]) -> f32[2, 1, 4, 3, 8]
  %6 = kernel.attend_combine %5 : (f32[2, 1, 4, 3, 8]) -> f32[2, 1, 4, 6]
  check.expect_close %6, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  return
}

// Most parts hold no key at all.
func.func @more_parts_than_keys() {
  %q = check.random seed 1 : f32[2, 1, 4, 8]
  %k = check.random seed 2 : f16[2, 3, 2, 8]
  %v = check.random seed 3 : f16[2, 3, 2, 6]
  %p = graph.constant dense<[[2], [0]]> : tensor<2x1xi32> as i32[2, 1]
  %0 = graph.attention %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 3, 2, 8], f16[2, 3, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 6]
  %1 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 3, 2, 8], f16[2, 3, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 8, 8]
  %2 = kernel.attend_combine %1 : (f32[2, 1, 4, 8, 8]) -> f32[2, 1, 4, 6]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  return
}

// Nothing was ever appended.
func.func @no_keys() {
  %q = check.random seed 1 : f32[2, 1, 4, 8]
  %k = check.random seed 2 : f16[2, 0, 2, 8]
  %v = check.random seed 3 : f16[2, 0, 2, 6]
  %p = graph.constant dense<[[2], [0]]> : tensor<2x1xi32> as i32[2, 1]
  %0 = graph.attention %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 0, 2, 8], f16[2, 0, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 6]
  %1 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.35
      : (f32[2, 1, 4, 8], f16[2, 0, 2, 8], f16[2, 0, 2, 6], i32[2, 1]) -> f32[2, 1, 4, 2, 8]
  %2 = kernel.attend_combine %1 : (f32[2, 1, 4, 2, 8]) -> f32[2, 1, 4, 6]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[2, 1, 4, 6], f32[2, 1, 4, 6])
  return
}

// A part by hand: two keys with scores 0 and ln 3, so weights 1/3 and 1; values 3 and 6; the third is masked.
func.func @part_by_hand() {
  %q = graph.constant dense<1.0> : tensor<1x1x1x1xf32> as f32[1, 1, 1, 1]
  %k = graph.constant dense<[[[[0.0]], [[1.0986123]], [[9.0]]]]> : tensor<1x3x1x1xf32> as f32[1, 3, 1, 1]
  %v = graph.constant dense<[[[[3.0]], [[6.0]], [[100.0]]]]> : tensor<1x3x1x1xf32> as f32[1, 3, 1, 1]
  %p = graph.constant dense<1> : tensor<1x1xi32> as i32[1, 1]
  %0 = kernel.attend_part %q, %k, %v at %p mask causal scale 1.0
      : (f32[1, 1, 1, 1], f32[1, 3, 1, 1], f32[1, 3, 1, 1], i32[1, 1]) -> f32[1, 1, 1, 1, 3]
  check.expect_constant %0 is dense<[[[[[7.0, 1.0986123, 1.3333333]]]]]> : tensor<1x1x1x1x3xf32> absolute 1.0e-06
      : (f32[1, 1, 1, 1, 3])
  return
}

// No key in either part: zeros, and minus infinity is no NaN on the way.
func.func @combine_of_nothing() {
  %0 = graph.constant dense<[[[[[0.0, 0xFF800000, 0.0], [0.0, 0xFF800000, 0.0]]]]]> : tensor<1x1x1x2x3xf32> as f32[1, 1, 1, 2, 3]
  %1 = kernel.attend_combine %0 : (f32[1, 1, 1, 2, 3]) -> f32[1, 1, 1, 1]
  check.expect_constant %1 is dense<0.0> : tensor<1x1x1x1xf32> : (f32[1, 1, 1, 1])
  return
}
