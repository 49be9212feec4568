// RUN: tern-opt %s --split-input-file --verify-diagnostics

func.func @expect_close_c1_rank(%x: !graph.tensor<f32[2]>, %y: !graph.tensor<f32[2, 1]>) {
  // expected-error@below {{'actual' and 'expected' must have the same shape, got [2] and [2, 1]}}
  check.expect_close %x, %y : (f32[2], f32[2, 1])
  return
}

// -----

func.func @expect_close_c1_number(%x: !graph.tensor<f32[B, 2]>, %y: !graph.tensor<f32[5, 3]>) {
  // expected-error@below {{'actual' and 'expected' must have the same shape, got [B, 2] and [5, 3]}}
  check.expect_close %x, %y : (f32[B, 2], f32[5, 3])
  return
}

// -----

func.func @expect_close_c2(%x: !graph.tensor<f32[2]>) {
  // expected-error@below {{'absolute' and 'relative' must not be negative, got}}
  check.expect_close %x, %x absolute -1.0 : (f32[2], f32[2])
  return
}

// -----

func.func @expect_eq_c1(%x: !graph.tensor<f32[2]>, %y: !graph.tensor<f32[3]>) {
  // expected-error@below {{'actual' and 'expected' must have the same shape, got [2] and [3]}}
  check.expect_eq %x, %y : (f32[2], f32[3])
  return
}

// -----

func.func @expect_eq_c2(%x: !graph.tensor<f32[2]>, %y: !graph.tensor<i32[2]>) {
  // expected-error@below {{'actual' and 'expected' must have the same element type, got 'f32' and 'i32'}}
  check.expect_eq %x, %y : (f32[2], i32[2])
  return
}

// -----

func.func @expect_constant_c1(%x: !graph.tensor<f32[2]>) {
  // expected-error@below {{'actual' must have the shape and element type of the values, 'tensor<3xf32>', got '!graph.tensor<f32[2]>'}}
  check.expect_constant %x is dense<1.0> : tensor<3xf32> : (f32[2])
  return
}

// -----

func.func @expect_constant_c2(%x: !graph.tensor<i32[2]>) {
  // expected-error@below {{integers must be equal, without a tolerance, got}}
  check.expect_constant %x is dense<1> : tensor<2xi32> absolute 1.0 : (i32[2])
  return
}

// -----

func.func @random_c1() {
  // expected-error@below {{shape must be static, got [B, 2]}}
  %0 = check.random seed 1 : f32[B, 2]
  return
}
