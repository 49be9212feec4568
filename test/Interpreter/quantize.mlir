// Activations in blocks of integers, and products of them. Expected values: by hand.
// RUN: tern-opt %s --run-checks

// The largest of the first block is 127, so its scale is 1 (1/128 of 15 bits); of the second 15.875, so it is 1/8. Ties
// go to even: 0.5 to 0, 1.5 and 2.5 to 2.
func.func @i8() {
  %x = graph.constant dense<[[127.0, -63.4, 0.5, 1.5, 2.5, -127.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
      0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 15.875, 0.1875, -1.0, 0.0, 0.0, 0.0, 0.0,
      0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
      0.0, 0.0, 0.0, 0.0]]>
      : tensor<1x64xf32> as f32[1, 64]
  %0 = graph.quantize %x : (f32[1, 64]) -> i8_32[1, 64]
  %1 = graph.dequantize %0 : (i8_32[1, 64]) -> f32[1, 64]
  check.expect_constant %1 is dense<[[127.0, -63.0, 0.0, 2.0, 2.0, -127.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
      0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 15.875, 0.25, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0,
      0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
      0.0, 0.0, 0.0]]>
      : tensor<1x64xf32> : (f32[1, 64])
  return
}

// 63.4 * 128 = 8115.2 becomes 8115.
func.func @i15() {
  %x = graph.constant dense<[[127.0, -63.4, 0.5, 1.5, 2.5, -127.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
      0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 15.875, 0.1875, -1.0, 0.0, 0.0, 0.0, 0.0,
      0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
      0.0, 0.0, 0.0, 0.0]]>
      : tensor<1x64xf32> as f32[1, 64]
  %0 = graph.quantize %x : (f32[1, 64]) -> i15_32[1, 64]
  %1 = graph.dequantize %0 : (i15_32[1, 64]) -> f32[1, 64]
  check.expect_constant %1 is dense<[[127.0, -63.3984375, 0.5, 1.5, 2.5, -127.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
      0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 15.875, 0.1875, -1.0, 0.0, 0.0, 0.0,
      0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
      0.0, 0.0, 0.0, 0.0, 0.0]]>
      : tensor<1x64xf32> : (f32[1, 64])
  return
}

// A block of zeros, and one of numbers below 2^-100, of which 127 / m would be no number.
func.func @zeros() {
  %x = graph.constant dense<0.0> : tensor<1x32xf32> as f32[1, 32]
  %0 = graph.quantize %x : (f32[1, 32]) -> i8_32[1, 32]
  %1 = graph.dequantize %0 : (i8_32[1, 32]) -> f32[1, 32]
  check.expect_constant %1 is dense<0.0> : tensor<1x32xf32> : (f32[1, 32])
  %y = graph.constant dense<1.0e-38> : tensor<1x32xf32> as f32[1, 32]
  %2 = graph.quantize %y : (f32[1, 32]) -> i15_32[1, 32]
  %3 = graph.dequantize %2 : (i15_32[1, 32]) -> f32[1, 32]
  check.expect_constant %3 is dense<0.0> : tensor<1x32xf32> : (f32[1, 32])
  return
}

// One infinity makes its whole block NaN, and no other block.
func.func @infinity() {
  %a = graph.constant dense<0x7F800000> : tensor<1x1xf32> as f32[1, 1]
  %b = graph.constant dense<1.0> : tensor<1x63xf32> as f32[1, 63]
  %x = graph.concat %b, %a axis 1 : (f32[1, 63], f32[1, 1]) -> f32[1, 64]
  %0 = graph.quantize %x : (f32[1, 64]) -> i8_32[1, 64]
  %1 = graph.dequantize %0 : (i8_32[1, 64]) -> f32[1, 64]
  %2 = graph.slice %1 axis 1 from 0 to 32 : (f32[1, 64]) -> f32[1, 32]
  check.expect_constant %2 is dense<1.0> : tensor<1x32xf32> : (f32[1, 32])
  %3 = graph.slice %1 axis 1 from 32 to 64 : (f32[1, 64]) -> f32[1, 32]
  check.expect_constant %3 is dense<0x7FC00000> : tensor<1x32xf32> : (f32[1, 32])
  return
}

// A linear layer reads the values that the blocks decode to.
func.func @linear() {
  %x = check.random seed 1 : f32[2, 3, 64]
  %w = check.random seed 2 : f32[5, 64]
  %0 = graph.quantize %x : (f32[2, 3, 64]) -> i8_32[2, 3, 64]
  %1 = graph.linear %0, %w : (i8_32[2, 3, 64], f32[5, 64]) -> f32[2, 3, 5]
  %2 = graph.dequantize %0 : (i8_32[2, 3, 64]) -> f32[2, 3, 64]
  %3 = graph.linear %2, %w : (f32[2, 3, 64], f32[5, 64]) -> f32[2, 3, 5]
  check.expect_close %1, %3 absolute 1.0e-06 : (f32[2, 3, 5], f32[2, 3, 5])
  return
}

// 15 bits: within 2^-14 of the largest element of a block, which is at most 1 here.
func.func @i15_is_close() {
  %x = check.random seed 3 : f32[4, 64]
  %0 = graph.quantize %x : (f32[4, 64]) -> i15_32[4, 64]
  %1 = graph.dequantize %0 : (i15_32[4, 64]) -> f32[4, 64]
  check.expect_close %1, %x absolute 6.2e-05 : (f32[4, 64], f32[4, 64])
  return
}
