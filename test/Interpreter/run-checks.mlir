// RUN: tern-opt %s --run-checks --split-input-file --verify-diagnostics

// Every failing check of every function is reported, with the worst element.
func.func @close() {
  %0 = graph.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32> as f32[2, 2]
  %1 = graph.constant dense<[[1.0, 2.5], [3.0, 3.0]]> : tensor<2x2xf32> as f32[2, 2]
  // expected-error@below {{check failed: 2 of 4 elements differ; worst at [1, 1]: got 4, expected 3, error 1}}
  check.expect_close %0, %1 absolute 1.0e-6 : (f32[2, 2], f32[2, 2])
  // expected-error@below {{check failed: 1 of 4 elements differ; worst at [1, 1]: got 4, expected 3, error 1}}
  check.expect_close %0, %1 absolute 1.0e-6 relative 0.2 : (f32[2, 2], f32[2, 2])
  check.expect_close %0, %1 absolute 1.0 : (f32[2, 2], f32[2, 2])
  return
}

func.func @special_numbers() {
  %0 = graph.constant dense<[0x7FC00000, 0x7F800000, 0xFF800000, 1.0]> : tensor<4xf32> as f32[4]
  check.expect_close %0, %0 : (f32[4], f32[4])
  check.expect_eq %0, %0 : (f32[4], f32[4])
  %1 = graph.constant dense<[1.0, 1.0, 0x7F800000, 0x7F800000]> : tensor<4xf32> as f32[4]
  // expected-error@below {{4 of 4 elements differ; worst at [0]: got nan, expected 1, error inf}}
  check.expect_close %0, %1 absolute 1.0 relative 1.0 : (f32[4], f32[4])
  return
}

func.func @equal() {
  %0 = graph.constant dense<[0.0, 1.0]> : tensor<2xf32> as f32[2]
  %1 = graph.neg %0 : (f32[2]) -> f32[2]
  %2 = graph.neg %1 : (f32[2]) -> f32[2]
  check.expect_eq %0, %2 : (f32[2], f32[2])
  %3 = graph.constant dense<[-0.0, 1.0]> : tensor<2xf32> as f32[2]
  // expected-error@below {{1 of 2 elements differ; worst at [0]: got 0, expected -0, error 0}}
  check.expect_eq %0, %3 : (f32[2], f32[2])
  check.expect_constant %0 is dense<[-0.0, 1.0]> : tensor<2xf32> : (f32[2])
  %4 = graph.constant dense<[9223372036854775807, 1]> : tensor<2xi64> as i64[2]
  // expected-error@below {{1 of 2 elements differ; worst at [0]: got 9223372036854775807, expected 9223372036854775806, error 1}}
  check.expect_constant %4 is dense<[9223372036854775806, 1]> : tensor<2xi64> : (i64[2])
  return
}

// Functions with parameters and private ones are not run by themselves.
func.func @with_parameters(%x: !graph.tensor<f32[2]>) {
  check.expect_constant %x is dense<7.0> : tensor<2xf32> : (f32[2])
  return
}
func.func private @helper() {
  %0 = graph.constant dense<1.0> : tensor<2xf32> as f32[2]
  check.expect_constant %0 is dense<7.0> : tensor<2xf32> : (f32[2])
  return
}

// -----

graph.state @key key of layer 0 : f32[1, C, 1]

// Symbolic dimensions are compared when they are known.
func.func @shapes() {
  %0 = graph.constant dense<[[[1.0], [2.0]]]> : tensor<1x2x1xf32> as f32[1, 2, 1]
  %1 = graph.constant dense<[[0, 1]]> : tensor<1x2xi32> as i32[1, 2]
  %2 = graph.append_state @key, %0 at %1 : (f32[1, 2, 1], i32[1, 2]) -> f32[1, C, 1]
  // expected-error@below {{check failed: shapes must be equal, got [1, 2, 1], expected [1, 3, 1]}}
  check.expect_constant %2 is dense<0.0> : tensor<1x3x1xf32> : (f32[1, C, 1])
  return
}

// -----

// expected-error@below {{the module must have a public function without parameters to run}}
module {
  func.func @with_parameters(%x: !graph.tensor<f32[2]>) {
    return
  }
}
