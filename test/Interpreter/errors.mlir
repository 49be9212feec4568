// RUN: tern-opt %s --run-checks --split-input-file --verify-diagnostics

func.func @id_out_of_range() {
  %table = graph.constant dense<0.0> : tensor<4x2xf32> as f32[4, 2]
  %ids = graph.constant dense<[[0, 1], [4, -1]]> : tensor<2x2xi32> as i32[2, 2]
  // expected-error@below {{ids must be at least 0 and less than 4, got 4 at [1, 0]}}
  %0 = graph.embedding %table[%ids] : (f32[4, 2], i32[2, 2]) -> f32[2, 2, 2]
  return
}

func.func @negative_id() {
  %table = graph.constant dense<0.0> : tensor<4x2xf32> as f32[4, 2]
  %ids = graph.constant dense<-1> : tensor<1xi32> as i32[1]
  // expected-error@below {{ids must be at least 0 and less than 4, got -1 at [0]}}
  %0 = graph.embedding %table[%ids] : (f32[4, 2], i32[1]) -> f32[1, 2]
  return
}

func.func @expert_out_of_range() {
  %x = graph.constant dense<0.0> : tensor<1x1x1x2xf32> as f32[1, 1, 1, 2]
  %w = graph.constant dense<0.0> : tensor<3x4x2xf32> as f32[3, 4, 2]
  %e = graph.constant dense<3> : tensor<1x1x1xi32> as i32[1, 1, 1]
  // expected-error@below {{experts must be at least 0 and less than 3, got 3 at [0, 0, 0]}}
  %0 = graph.expert_linear %x, %w by %e : (f32[1, 1, 1, 2], f32[3, 4, 2], i32[1, 1, 1]) -> f32[1, 1, 1, 4]
  return
}

func.func @index_out_of_range() {
  %x = graph.constant dense<0.0> : tensor<2x3xf32> as f32[2, 3]
  %i = graph.constant dense<[[0], [3]]> : tensor<2x1xi32> as i32[2, 1]
  // expected-error@below {{indices must be at least 0 and less than 3, got 3 at [1, 0]}}
  %0 = graph.gather %x[%i] batch_dims 1 : (f32[2, 3], i32[2, 1]) -> f32[2, 1]
  return
}

func.func @integer_division_by_zero() {
  %x = graph.constant dense<[1, 2]> : tensor<2xi32> as i32[2]
  %y = graph.constant dense<[1, 0]> : tensor<2xi32> as i32[2]
  // expected-error@below {{integer divisors must not be 0, got 0 at [1]}}
  %0 = graph.div %x, %y : (i32[2], i32[2]) -> i32[2]
  return
}

// -----

graph.state @key key of layer 0 : f32[1, C, 0]

func.func @argmax_of_nothing() {
  %0 = graph.read_state @key : f32[1, C, 0]
  %1 = graph.transpose %0 [0, 2, 1] : (f32[1, C, 0]) -> f32[1, 0, C]
  %2 = graph.argmax %1 : (f32[1, 0, C]) -> i32[1, 0]
  check.expect_constant %2 is dense<> : tensor<1x0xi32> : (i32[1, 0])
  return
}

// -----

graph.state @key key of layer 0 : f32[1, C]

func.func @argmax_of_nothing() {
  %0 = graph.read_state @key : f32[1, C]
  // expected-error@below {{last dimension of 'input' must not be 0, got [1, 0]}}
  %1 = graph.argmax %0 : (f32[1, C]) -> i32[1]
  return
}

// -----

graph.state @key key of layer 0 : f32[1, C]

// A name means the same number throughout a function.
func.func @symbol_changes() {
  %x = graph.constant dense<[[1.0]]> : tensor<1x1xf32> as f32[1, 1]
  %p = graph.constant dense<[[0]]> : tensor<1x1xi32> as i32[1, 1]
  %q = graph.constant dense<[[1]]> : tensor<1x1xi32> as i32[1, 1]
  %0 = graph.append_state @key, %x at %p : (f32[1, 1], i32[1, 1]) -> f32[1, C]
  // expected-error@below {{result 0 must have shape [1, C] with C = 1, got [1, 2]}}
  %1 = graph.append_state @key, %x at %q : (f32[1, 1], i32[1, 1]) -> f32[1, C]
  return
}

// -----

graph.state @s recurrent of layer 0 : f32[B, 2]

func.func @symbol_unknown() {
  // expected-error@below {{dimension B must be known here, got none so far}}
  %0 = graph.read_state @s : f32[B, 2]
  return
}

// -----

graph.state @key key of layer 0 : f32[1, C]

func.func @position_too_large() {
  %x = graph.constant dense<[[1.0]]> : tensor<1x1xf32> as f32[1, 1]
  %p = graph.constant dense<[[9223372036854775807]]> : tensor<1x1xi64> as i64[1, 1]
  // expected-error@below {{a tensor must take at most 17179869184 bytes, got positions up to 9223372036854775806}}
  %0 = graph.append_state @key, %x at %p : (f32[1, 1], i64[1, 1]) -> f32[1, C]
  return
}

// -----

graph.weight @huge : f32[1048576, 1048576] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 1.0>

// A weight of any size can be read row by row, but not at once.
func.func @too_large() {
  %w = graph.load_weight @huge : f32[1048576, 1048576]
  %id = graph.constant dense<[7]> : tensor<1xi32> as i32[1]
  %0 = graph.embedding %w[%id] : (f32[1048576, 1048576], i32[1]) -> f32[1, 1048576]
  // expected-error@below {{a tensor must take at most 17179869184 bytes, got '!graph.tensor<f32[1048576, 1048576]>'}}
  %1 = graph.neg %w : (f32[1048576, 1048576]) -> f32[1048576, 1048576]
  return
}

// -----

func.func @endless() {
  // expected-error@below {{calls must not nest deeper than 64}}
  func.call @endless() : () -> ()
  return
}

// -----

func.func private @elsewhere(!graph.tensor<f32[2]>)

func.func @no_body() {
  %0 = graph.constant dense<0.0> : tensor<2xf32> as f32[2]
  // expected-error@below {{@elsewhere must have a body to be called}}
  func.call @elsewhere(%0) : (!graph.tensor<f32[2]>) -> ()
  return
}

// -----

func.func @unknown_op() {
  // expected-error@below {{the interpreter does not know the op 'func.constant'}}
  %0 = func.constant @unknown_op : () -> ()
  return
}

// -----

// expected-error@below {{cannot open: No such file or directory; check the path}}
graph.file @model "there/is/no/such.gguf" size 100 header 0 "xxh3:2d06800538d394c2"

func.func @missing_file() {
  return
}
