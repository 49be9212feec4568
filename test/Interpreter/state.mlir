// RUN: tern-opt %s --run-checks

// Expected values: by hand.

graph.state @key key of layer 0 : f32[2, C, 1]
graph.state @ids value of layer 0 : i32[1, C]
graph.state @recurrent recurrent of layer 0 : f32[2, 3]

func.func @fresh_states_are_zero() {
  %0 = graph.read_state @recurrent : f32[2, 3]
  check.expect_constant %0 is dense<0.0> : tensor<2x3xf32> : (f32[2, 3])
  return
}

func.func @a_fresh_state_by_position_is_empty() {
  %0 = graph.read_state @key : f32[2, C, 1]
  check.expect_constant %0 is dense<> : tensor<2x0x1xf32> : (f32[2, C, 1])
  return
}

func.func @written_states_are_read() {
  %0 = graph.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32> as f32[2, 3]
  graph.write_state @recurrent, %0 : f32[2, 3]
  %1 = graph.read_state @recurrent : f32[2, 3]
  check.expect_eq %1, %0 : (f32[2, 3], f32[2, 3])
  %2 = graph.add %1, %1 : (f32[2, 3], f32[2, 3]) -> f32[2, 3]
  graph.write_state @recurrent, %2 : f32[2, 3]
  // A value that was read stays what it was.
  check.expect_eq %1, %0 : (f32[2, 3], f32[2, 3])
  %3 = graph.read_state @recurrent : f32[2, 3]
  check.expect_eq %3, %2 : (f32[2, 3], f32[2, 3])
  return
}

// Positions in any order; a negative one marks a slot without a token. The second sequence stops at position 1.
func.func private @first_call() {
  %0 = graph.constant dense<[[[1.0], [2.0], [3.0]], [[4.0], [5.0], [6.0]]]> : tensor<2x3x1xf32> as f32[2, 3, 1]
  %1 = graph.constant dense<[[0, 2, 1], [1, -1, 0]]> : tensor<2x3xi32> as i32[2, 3]
  %2 = graph.append_state @key, %0 at %1 : (f32[2, 3, 1], i32[2, 3]) -> f32[2, C, 1]
  check.expect_constant %2 is dense<[[[1.0], [3.0], [2.0]], [[6.0], [4.0], [0.0]]]> : tensor<2x3x1xf32>
      : (f32[2, C, 1])
  return
}

// Continues, and replaces position 1 of the first sequence; what came before stays in place though the state grows.
func.func private @second_call() {
  %0 = graph.constant dense<[[[7.0]], [[8.0]]]> : tensor<2x1x1xf32> as f32[2, 1, 1]
  %1 = graph.constant dense<[[1], [3]]> : tensor<2x1xi32> as i32[2, 1]
  %2 = graph.append_state @key, %0 at %1 : (f32[2, 1, 1], i32[2, 1]) -> f32[2, C, 1]
  check.expect_constant %2 is dense<[[[1.0], [7.0], [2.0], [0.0]], [[6.0], [4.0], [0.0], [8.0]]]> : tensor<2x4x1xf32>
      : (f32[2, C, 1])
  return
}

func.func @appending() {
  func.call @first_call() : () -> ()
  func.call @second_call() : () -> ()
  return
}

// States are fresh for each function that the pass runs.
func.func @appending_again() {
  func.call @first_call() : () -> ()
  return
}

func.func private @append_ids() {
  %0 = graph.constant dense<[[10, 11]]> : tensor<1x2xi32> as i32[1, 2]
  %1 = graph.constant dense<[[0, 1]]> : tensor<1x2xi32> as i32[1, 2]
  %2 = graph.append_state @ids, %0 at %1 : (i32[1, 2], i32[1, 2]) -> i32[1, C]
  check.expect_constant %2 is dense<[[10, 11]]> : tensor<1x2xi32> : (i32[1, C])
  return
}

// A sequence that no token came to keeps its state.
func.func private @append_no_ids() {
  %0 = graph.constant dense<[[12]]> : tensor<1x1xi32> as i32[1, 1]
  %1 = graph.constant dense<[[-1]]> : tensor<1x1xi32> as i32[1, 1]
  %2 = graph.append_state @ids, %0 at %1 : (i32[1, 1], i32[1, 1]) -> i32[1, C]
  check.expect_constant %2 is dense<[[10, 11]]> : tensor<1x2xi32> : (i32[1, C])
  return
}

func.func @appending_integers() {
  func.call @append_ids() : () -> ()
  func.call @append_no_ids() : () -> ()
  return
}

// The first value of an append does not change when the state does.
func.func @appended_values_stay() {
  %0 = graph.constant dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32> as f32[2, 1, 1]
  %1 = graph.constant dense<[[[3.0]], [[4.0]]]> : tensor<2x1x1xf32> as f32[2, 1, 1]
  %2 = graph.constant dense<0> : tensor<2x1xi32> as i32[2, 1]
  %3 = graph.append_state @key, %0 at %2 : (f32[2, 1, 1], i32[2, 1]) -> f32[2, C, 1]
  %4 = graph.append_state @key, %1 at %2 : (f32[2, 1, 1], i32[2, 1]) -> f32[2, C, 1]
  check.expect_eq %3, %0 : (f32[2, C, 1], f32[2, 1, 1])
  check.expect_eq %4, %1 : (f32[2, C, 1], f32[2, 1, 1])
  return
}
