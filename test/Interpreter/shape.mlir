// RUN: tern-opt %s --run-checks

// Expected values: numpy for moves, torch 2 for casts between floats but f8E4M3FN (the format's definition), by hand for the rest.

func.func @reshape() {
  %x = graph.constant dense<[[[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], [[6.0, 7.0], [8.0, 9.0], [10.0, 11.0]]]> :
      tensor<2x3x2xf32> as f32[2, 3, 2]
  %0 = graph.reshape %x : (f32[2, 3, 2]) -> f32[3, 4]
  check.expect_constant %0 is dense<[[0.0, 1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0], [8.0, 9.0, 10.0, 11.0]]> :
      tensor<3x4xf32> : (f32[3, 4])
  return
}

func.func @transpose() {
  %x = graph.constant dense<[[[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], [[6.0, 7.0], [8.0, 9.0], [10.0, 11.0]]]> :
      tensor<2x3x2xf32> as f32[2, 3, 2]
  %0 = graph.transpose %x [2, 0, 1] : (f32[2, 3, 2]) -> f32[2, 2, 3]
  check.expect_constant %0 is dense<[[[0.0, 2.0, 4.0], [6.0, 8.0, 10.0]], [[1.0, 3.0, 5.0], [7.0, 9.0, 11.0]]]> :
      tensor<2x2x3xf32> : (f32[2, 2, 3])
  %i = graph.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi64> as i64[2, 3]
  %1 = graph.transpose %i [1, 0] : (i64[2, 3]) -> i64[3, 2]
  check.expect_constant %1 is dense<[[1, 4], [2, 5], [3, 6]]> : tensor<3x2xi64> : (i64[3, 2])
  return
}

func.func @slice() {
  %x = graph.constant dense<[[[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], [[6.0, 7.0], [8.0, 9.0], [10.0, 11.0]]]> :
      tensor<2x3x2xf32> as f32[2, 3, 2]
  %0 = graph.slice %x axis 1 from 1 to 3 : (f32[2, 3, 2]) -> f32[2, 2, 2]
  check.expect_constant %0 is dense<[[[2.0, 3.0], [4.0, 5.0]], [[8.0, 9.0], [10.0, 11.0]]]> : tensor<2x2x2xf32> :
      (f32[2, 2, 2])
  %1 = graph.slice %x axis 1 from 0 to 3 step 2 : (f32[2, 3, 2]) -> f32[2, 2, 2]
  check.expect_constant %1 is dense<[[[0.0, 1.0], [4.0, 5.0]], [[6.0, 7.0], [10.0, 11.0]]]> : tensor<2x2x2xf32> :
      (f32[2, 2, 2])
  %2 = graph.slice %x axis 2 from 1 to 1 : (f32[2, 3, 2]) -> f32[2, 3, 0]
  check.expect_constant %2 is dense<> : tensor<2x3x0xf32> : (f32[2, 3, 0])
  return
}

func.func @concat() {
  %x = graph.constant dense<[[[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], [[6.0, 7.0], [8.0, 9.0], [10.0, 11.0]]]> :
      tensor<2x3x2xf32> as f32[2, 3, 2]
  %y = graph.constant dense<[[[100.0], [101.0], [102.0]], [[103.0], [104.0], [105.0]]]> : tensor<2x3x1xf32> as f32[2,
      3, 1]
  %0 = graph.concat %x, %y, %x axis 2 : (f32[2, 3, 2], f32[2, 3, 1], f32[2, 3, 2]) -> f32[2, 3, 5]
  check.expect_constant %0 is dense<[[[0.0, 1.0, 100.0, 0.0, 1.0], [2.0, 3.0, 101.0, 2.0, 3.0], [4.0, 5.0, 102.0, 4.0,
      5.0]], [[6.0, 7.0, 103.0, 6.0, 7.0], [8.0, 9.0, 104.0, 8.0, 9.0], [10.0, 11.0, 105.0, 10.0, 11.0]]]> :
      tensor<2x3x5xf32> : (f32[2, 3, 5])
  %i = graph.constant dense<[1, 2]> : tensor<2xi32> as i32[2]
  %none = graph.constant dense<> : tensor<0xi32> as i32[0]
  %1 = graph.concat %i, %none, %i axis 0 : (i32[2], i32[0], i32[2]) -> i32[4]
  check.expect_constant %1 is dense<[1, 2, 1, 2]> : tensor<4xi32> : (i32[4])
  return
}

func.func @gather() {
  %x = graph.constant dense<[[[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], [[6.0, 7.0], [8.0, 9.0], [10.0, 11.0]]]> :
      tensor<2x3x2xf32> as f32[2, 3, 2]
  %i = graph.constant dense<[[2, 0], [1, 1]]> : tensor<2x2xi32> as i32[2, 2]
  %0 = graph.gather %x[%i] batch_dims 1 : (f32[2, 3, 2], i32[2, 2]) -> f32[2, 2, 2]
  check.expect_constant %0 is dense<[[[4.0, 5.0], [0.0, 1.0]], [[8.0, 9.0], [8.0, 9.0]]]> : tensor<2x2x2xf32> :
      (f32[2, 2, 2])
  %j = graph.constant dense<[1, 0, 1]> : tensor<3xi64> as i64[3]
  %1 = graph.gather %x[%j] batch_dims 0 : (f32[2, 3, 2], i64[3]) -> f32[3, 3, 2]
  check.expect_constant %1 is dense<[[[6.0, 7.0], [8.0, 9.0], [10.0, 11.0]], [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]],
      [[6.0, 7.0], [8.0, 9.0], [10.0, 11.0]]]> : tensor<3x3x2xf32> : (f32[3, 3, 2])
  %none = graph.constant dense<> : tensor<2x0xi32> as i32[2, 0]
  %2 = graph.gather %x[%none] batch_dims 1 : (f32[2, 3, 2], i32[2, 0]) -> f32[2, 0, 2]
  check.expect_constant %2 is dense<> : tensor<2x0x2xf32> : (f32[2, 0, 2])
  return
}

func.func @cast_floats() {
  %x = graph.constant dense<[1.00390625, -65520.0, 70000.0, 3.0e-08, 0x7FC00000, 0xFF800000, 0.3]> : tensor<7xf32> as
      f32[7]
  %0 = graph.cast %x : (f32[7]) -> bf16[7]
  check.expect_constant %0 is dense<[1.0, -65536.0, 70144.0, 3.0035153e-08, 0x7FC0, 0xFF80, 0.30078125]> :
      tensor<7xbf16> : (bf16[7])
  %1 = graph.cast %x : (f32[7]) -> f16[7]
  check.expect_constant %1 is dense<[1.00390625, 0xFC00, 0x7C00, 5.96046448e-08, 0x7E00, 0xFC00, 0.300048828]> :
      tensor<7xf16> : (f16[7])
  %2 = graph.cast %x : (f32[7]) -> f8E5M2[7]
  check.expect_constant %2 is dense<[1.0, 0xFC, 0x7C, 0.0, 0x7E, 0xFC, 0.3125]> : tensor<7xf8E5M2> : (f8E5M2[7])
  %y = graph.constant dense<[0.3, -447.0, 448.0, 464.0, 465.0, 0x7FC00000, 0.001]> : tensor<7xf32> as f32[7]
  %8 = graph.cast %y : (f32[7]) -> f8E4M3FN[7]
  check.expect_constant %8 is dense<[0.3125, -448.0, 448.0, 448.0, 0x7F, 0x7F, 0.001953125]> : tensor<7xf8E4M3FN> :
      (f8E4M3FN[7])
  return
}

// Toward zero, clamped, NaN to 0; integers keep their low bits; i1 says whether it is not 0.
func.func @cast_to_integers() {
  %x = graph.constant dense<[1.9, -1.9, 3000000000.0, 0xFF800000, 0x7FC00000, 300.0]> : tensor<6xf32> as f32[6]
  %0 = graph.cast %x : (f32[6]) -> i32[6]
  check.expect_constant %0 is dense<[1, -1, 2147483647, -2147483648, 0, 300]> : tensor<6xi32> : (i32[6])
  %1 = graph.cast %x : (f32[6]) -> ui8[6]
  check.expect_constant %1 is dense<[1, 0, 255, 0, 0, 255]> : tensor<6xui8> : (ui8[6])
  %2 = graph.cast %x : (f32[6]) -> i1[6]
  check.expect_constant %2 is dense<[true, true, true, true, true, true]> : tensor<6xi1> : (i1[6])
  %3 = graph.cast %x : (f32[6]) -> i64[6]
  check.expect_constant %3 is dense<[1, -1, 3000000000, -9223372036854775808, 0, 300]> : tensor<6xi64> : (i64[6])
  %i = graph.constant dense<[300, -1, 0]> : tensor<3xi32> as i32[3]
  %4 = graph.cast %i : (i32[3]) -> i8[3]
  check.expect_constant %4 is dense<[44, -1, 0]> : tensor<3xi8> : (i8[3])
  %5 = graph.cast %i : (i32[3]) -> i1[3]
  check.expect_constant %5 is dense<[true, true, false]> : tensor<3xi1> : (i1[3])
  %6 = graph.cast %i : (i32[3]) -> f32[3]
  check.expect_constant %6 is dense<[300.0, -1.0, 0.0]> : tensor<3xf32> : (f32[3])
  %7 = graph.cast %5 : (i1[3]) -> f32[3]
  check.expect_constant %7 is dense<[1.0, 1.0, 0.0]> : tensor<3xf32> : (f32[3])
  return
}
