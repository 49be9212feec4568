// RUN: tern-opt %s --run-checks

// Expected values: numpy for floats, by hand for the rest.

func.func @add() {
  %x = graph.constant dense<[[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]]> : tensor<2x3xf32> as f32[2, 3]
  %row = graph.constant dense<[10.0, 0.5, -1.0]> : tensor<3xf32> as f32[3]
  %column = graph.constant dense<[[2.0], [-3.0]]> : tensor<2x1xf32> as f32[2, 1]
  %0 = graph.add %x, %row : (f32[2, 3], f32[3]) -> f32[2, 3]
  check.expect_constant %0 is dense<[[11.0, -1.5, 2.0], [14.0, 5.5, -7.0]]> : tensor<2x3xf32> absolute 1.0e-6 relative
      1.0e-6 : (f32[2, 3])
  %1 = graph.add %row, %column : (f32[3], f32[2, 1]) -> f32[2, 3]
  check.expect_constant %1 is dense<[[12.0, 2.5, 1.0], [7.0, -2.5, -4.0]]> : tensor<2x3xf32> absolute 1.0e-6 relative
      1.0e-6 : (f32[2, 3])
  return
}

func.func @sub() {
  %x = graph.constant dense<[[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]]> : tensor<2x3xf32> as f32[2, 3]
  %row = graph.constant dense<[10.0, 0.5, -1.0]> : tensor<3xf32> as f32[3]
  %column = graph.constant dense<[[2.0], [-3.0]]> : tensor<2x1xf32> as f32[2, 1]
  %0 = graph.sub %x, %row : (f32[2, 3], f32[3]) -> f32[2, 3]
  check.expect_constant %0 is dense<[[-9.0, -2.5, 4.0], [-6.0, 4.5, -5.0]]> : tensor<2x3xf32> absolute 1.0e-6 relative
      1.0e-6 : (f32[2, 3])
  %1 = graph.sub %row, %column : (f32[3], f32[2, 1]) -> f32[2, 3]
  check.expect_constant %1 is dense<[[8.0, -1.5, -3.0], [13.0, 3.5, 2.0]]> : tensor<2x3xf32> absolute 1.0e-6 relative
      1.0e-6 : (f32[2, 3])
  return
}

func.func @mul() {
  %x = graph.constant dense<[[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]]> : tensor<2x3xf32> as f32[2, 3]
  %row = graph.constant dense<[10.0, 0.5, -1.0]> : tensor<3xf32> as f32[3]
  %column = graph.constant dense<[[2.0], [-3.0]]> : tensor<2x1xf32> as f32[2, 1]
  %0 = graph.mul %x, %row : (f32[2, 3], f32[3]) -> f32[2, 3]
  check.expect_constant %0 is dense<[[10.0, -1.0, -3.0], [40.0, 2.5, 6.0]]> : tensor<2x3xf32> absolute 1.0e-6 relative
      1.0e-6 : (f32[2, 3])
  %1 = graph.mul %row, %column : (f32[3], f32[2, 1]) -> f32[2, 3]
  check.expect_constant %1 is dense<[[20.0, 1.0, -2.0], [-30.0, -1.5, 3.0]]> : tensor<2x3xf32> absolute 1.0e-6
      relative 1.0e-6 : (f32[2, 3])
  return
}

func.func @div() {
  %x = graph.constant dense<[[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]]> : tensor<2x3xf32> as f32[2, 3]
  %row = graph.constant dense<[10.0, 0.5, -1.0]> : tensor<3xf32> as f32[3]
  %column = graph.constant dense<[[2.0], [-3.0]]> : tensor<2x1xf32> as f32[2, 1]
  %0 = graph.div %x, %row : (f32[2, 3], f32[3]) -> f32[2, 3]
  check.expect_constant %0 is dense<[[0.100000001, -4.0, -3.0], [0.400000006, 10.0, 6.0]]> : tensor<2x3xf32> absolute
      1.0e-6 relative 1.0e-6 : (f32[2, 3])
  %1 = graph.div %row, %column : (f32[3], f32[2, 1]) -> f32[2, 3]
  check.expect_constant %1 is dense<[[5.0, 0.25, -0.5], [-3.33333325, -0.166666672, 0.333333343]]> : tensor<2x3xf32>
      absolute 1.0e-6 relative 1.0e-6 : (f32[2, 3])
  return
}

func.func @maximum() {
  %x = graph.constant dense<[[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]]> : tensor<2x3xf32> as f32[2, 3]
  %row = graph.constant dense<[10.0, 0.5, -1.0]> : tensor<3xf32> as f32[3]
  %column = graph.constant dense<[[2.0], [-3.0]]> : tensor<2x1xf32> as f32[2, 1]
  %0 = graph.maximum %x, %row : (f32[2, 3], f32[3]) -> f32[2, 3]
  check.expect_constant %0 is dense<[[10.0, 0.5, 3.0], [10.0, 5.0, -1.0]]> : tensor<2x3xf32> absolute 1.0e-6 relative
      1.0e-6 : (f32[2, 3])
  %1 = graph.maximum %row, %column : (f32[3], f32[2, 1]) -> f32[2, 3]
  check.expect_constant %1 is dense<[[10.0, 2.0, 2.0], [10.0, 0.5, -1.0]]> : tensor<2x3xf32> absolute 1.0e-6 relative
      1.0e-6 : (f32[2, 3])
  return
}

func.func @minimum() {
  %x = graph.constant dense<[[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]]> : tensor<2x3xf32> as f32[2, 3]
  %row = graph.constant dense<[10.0, 0.5, -1.0]> : tensor<3xf32> as f32[3]
  %column = graph.constant dense<[[2.0], [-3.0]]> : tensor<2x1xf32> as f32[2, 1]
  %0 = graph.minimum %x, %row : (f32[2, 3], f32[3]) -> f32[2, 3]
  check.expect_constant %0 is dense<[[1.0, -2.0, -1.0], [4.0, 0.5, -6.0]]> : tensor<2x3xf32> absolute 1.0e-6 relative
      1.0e-6 : (f32[2, 3])
  %1 = graph.minimum %row, %column : (f32[3], f32[2, 1]) -> f32[2, 3]
  check.expect_constant %1 is dense<[[2.0, 0.5, -1.0], [-3.0, -3.0, -3.0]]> : tensor<2x3xf32> absolute 1.0e-6 relative
      1.0e-6 : (f32[2, 3])
  return
}

// IEEE 754: division by zero, NaN in maximum and minimum, infinity minus itself.
func.func @edges() {
  %x = graph.constant dense<[1.0, -1.0, 0.0, 0x7FC00000, 1.0, 0x7F800000]> : tensor<6xf32> as f32[6]
  %y = graph.constant dense<[0.0, 0.0, 0.0, 1.0, 0x7FC00000, 0x7F800000]> : tensor<6xf32> as f32[6]
  %0 = graph.div %x, %y : (f32[6], f32[6]) -> f32[6]
  check.expect_constant %0 is dense<[0x7F800000, 0xFF800000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000]> :
      tensor<6xf32> : (f32[6])
  %1 = graph.maximum %x, %y : (f32[6], f32[6]) -> f32[6]
  check.expect_constant %1 is dense<[1.0, 0.0, 0.0, 0x7FC00000, 0x7FC00000, 0x7F800000]> : tensor<6xf32> : (f32[6])
  %2 = graph.minimum %x, %y : (f32[6], f32[6]) -> f32[6]
  check.expect_constant %2 is dense<[0.0, -1.0, 0.0, 0x7FC00000, 0x7FC00000, 0x7F800000]> : tensor<6xf32> : (f32[6])
  %3 = graph.sub %x, %y : (f32[6], f32[6]) -> f32[6]
  check.expect_constant %3 is dense<[1.0, -1.0, 0.0, 0x7FC00000, 0x7FC00000, 0x7FC00000]> : tensor<6xf32> : (f32[6])
  return
}

// Two's complement: sums and products wrap, quotients go toward zero.
func.func @integers() {
  %x = graph.constant dense<[7, -7, 2147483647, -2147483648]> : tensor<4xi32> as i32[4]
  %y = graph.constant dense<[2, 2, 1, -1]> : tensor<4xi32> as i32[4]
  %0 = graph.add %x, %y : (i32[4], i32[4]) -> i32[4]
  check.expect_constant %0 is dense<[9, -5, -2147483648, 2147483647]> : tensor<4xi32> : (i32[4])
  %1 = graph.sub %x, %y : (i32[4], i32[4]) -> i32[4]
  check.expect_constant %1 is dense<[5, -9, 2147483646, -2147483647]> : tensor<4xi32> : (i32[4])
  %2 = graph.mul %x, %y : (i32[4], i32[4]) -> i32[4]
  check.expect_constant %2 is dense<[14, -14, 2147483647, -2147483648]> : tensor<4xi32> : (i32[4])
  %3 = graph.div %x, %y : (i32[4], i32[4]) -> i32[4]
  check.expect_constant %3 is dense<[3, -3, 2147483647, -2147483648]> : tensor<4xi32> : (i32[4])
  %4 = graph.maximum %x, %y : (i32[4], i32[4]) -> i32[4]
  check.expect_constant %4 is dense<[7, 2, 2147483647, -1]> : tensor<4xi32> : (i32[4])
  %5 = graph.minimum %x, %y : (i32[4], i32[4]) -> i32[4]
  check.expect_constant %5 is dense<[2, -7, 1, -2147483648]> : tensor<4xi32> : (i32[4])
  return
}

func.func @narrow_integers() {
  %x = graph.constant dense<[200, 100]> : tensor<2xui8> as ui8[2]
  %0 = graph.add %x, %x : (ui8[2], ui8[2]) -> ui8[2]
  check.expect_constant %0 is dense<[144, 200]> : tensor<2xui8> : (ui8[2])
  %y = graph.constant dense<[100, -100]> : tensor<2xi8> as i8[2]
  %1 = graph.add %y, %y : (i8[2], i8[2]) -> i8[2]
  check.expect_constant %1 is dense<[-56, 56]> : tensor<2xi8> : (i8[2])
  return
}

// Every order with NaN is false, but ne; zeros of either sign are equal.
func.func @compare() {
  %x = graph.constant dense<[1.0, 2.0, 0x7FC00000, 0x7FC00000, -0.0]> : tensor<5xf32> as f32[5]
  %y = graph.constant dense<[1.0, 3.0, 1.0, 0x7FC00000, 0.0]> : tensor<5xf32> as f32[5]
  %0 = graph.compare eq %x, %y : (f32[5], f32[5]) -> i1[5]
  check.expect_constant %0 is dense<[true, false, false, false, true]> : tensor<5xi1> : (i1[5])
  %1 = graph.compare ne %x, %y : (f32[5], f32[5]) -> i1[5]
  check.expect_constant %1 is dense<[false, true, true, true, false]> : tensor<5xi1> : (i1[5])
  %2 = graph.compare lt %x, %y : (f32[5], f32[5]) -> i1[5]
  check.expect_constant %2 is dense<[false, true, false, false, false]> : tensor<5xi1> : (i1[5])
  %3 = graph.compare le %x, %y : (f32[5], f32[5]) -> i1[5]
  check.expect_constant %3 is dense<[true, true, false, false, true]> : tensor<5xi1> : (i1[5])
  %4 = graph.compare gt %x, %y : (f32[5], f32[5]) -> i1[5]
  check.expect_constant %4 is dense<[false, false, false, false, false]> : tensor<5xi1> : (i1[5])
  %5 = graph.compare ge %x, %y : (f32[5], f32[5]) -> i1[5]
  check.expect_constant %5 is dense<[true, false, false, false, true]> : tensor<5xi1> : (i1[5])
  return
}

func.func @compare_integers() {
  %x = graph.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi64> as i64[2, 2]
  %y = graph.constant dense<[3]> : tensor<1xi64> as i64[1]
  %0 = graph.compare lt %x, %y : (i64[2, 2], i64[1]) -> i1[2, 2]
  check.expect_constant %0 is dense<[[true, true], [false, false]]> : tensor<2x2xi1> : (i1[2, 2])
  %1 = graph.compare ge %x, %y : (i64[2, 2], i64[1]) -> i1[2, 2]
  check.expect_constant %1 is dense<[[false, false], [true, true]]> : tensor<2x2xi1> : (i1[2, 2])
  return
}

func.func @select() {
  %c = graph.constant dense<[true, false, true]> : tensor<3xi1> as i1[3]
  %x = graph.constant dense<[1.0, 2.0, 0x7FC00000]> : tensor<3xf32> as f32[3]
  %y = graph.constant dense<[4.0, 5.0, 6.0]> : tensor<3xf32> as f32[3]
  %0 = graph.select %c, %x, %y : (i1[3], f32[3], f32[3]) -> f32[3]
  check.expect_constant %0 is dense<[1.0, 5.0, 0x7FC00000]> : tensor<3xf32> : (f32[3])
  %i = graph.constant dense<[1, 2, 3]> : tensor<3xi32> as i32[3]
  %j = graph.constant dense<[4, 5, 6]> : tensor<3xi32> as i32[3]
  %1 = graph.select %c, %i, %j : (i1[3], i32[3], i32[3]) -> i32[3]
  check.expect_constant %1 is dense<[1, 5, 3]> : tensor<3xi32> : (i32[3])
  return
}
