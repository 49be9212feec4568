// RUN: tern-opt %s --run-checks

// Expected values: numpy; edges by hand from the ops' documentation.

func.func @reduce() {
  %x = graph.constant dense<[[[1.0, -2.0], [3.0, 4.0], [0.5, 8.0]], [[2.0, 2.0], [-1.0, 0.0], [5.0, -3.0]]]> :
      tensor<2x3x2xf32> as f32[2, 3, 2]
  %0 = graph.reduce sum %x axis 1 : (f32[2, 3, 2]) -> f32[2, 1, 2]
  check.expect_constant %0 is dense<[[[4.5, 10.0]], [[6.0, -1.0]]]> : tensor<2x1x2xf32> absolute 1.0e-6 relative
      1.0e-6 : (f32[2, 1, 2])
  %1 = graph.reduce mean %x axis 1 : (f32[2, 3, 2]) -> f32[2, 1, 2]
  check.expect_constant %1 is dense<[[[1.5, 3.33333333]], [[2.0, -0.333333333]]]> : tensor<2x1x2xf32> absolute 1.0e-6
      relative 1.0e-6 : (f32[2, 1, 2])
  %2 = graph.reduce max %x axis 1 : (f32[2, 3, 2]) -> f32[2, 1, 2]
  check.expect_constant %2 is dense<[[[3.0, 8.0]], [[5.0, 2.0]]]> : tensor<2x1x2xf32> absolute 1.0e-6 relative 1.0e-6
      : (f32[2, 1, 2])
  %3 = graph.reduce min %x axis 1 : (f32[2, 3, 2]) -> f32[2, 1, 2]
  check.expect_constant %3 is dense<[[[0.5, -2.0]], [[-1.0, -3.0]]]> : tensor<2x1x2xf32> absolute 1.0e-6 relative
      1.0e-6 : (f32[2, 1, 2])
  %4 = graph.reduce product %x axis 1 : (f32[2, 3, 2]) -> f32[2, 1, 2]
  check.expect_constant %4 is dense<[[[1.5, -64.0]], [[-10.0, -0.0]]]> : tensor<2x1x2xf32> absolute 1.0e-6 relative
      1.0e-6 : (f32[2, 1, 2])
  return
}

func.func @reduce_empty() {
  %x = graph.constant dense<> : tensor<2x0xf32> as f32[2, 0]
  %0 = graph.reduce sum %x axis 1 : (f32[2, 0]) -> f32[2, 1]
  check.expect_constant %0 is dense<[[0.0], [0.0]]> : tensor<2x1xf32> : (f32[2, 1])
  %1 = graph.reduce mean %x axis 1 : (f32[2, 0]) -> f32[2, 1]
  check.expect_constant %1 is dense<[[0x7FC00000], [0x7FC00000]]> : tensor<2x1xf32> : (f32[2, 1])
  %2 = graph.reduce max %x axis 1 : (f32[2, 0]) -> f32[2, 1]
  check.expect_constant %2 is dense<[[0xFF800000], [0xFF800000]]> : tensor<2x1xf32> : (f32[2, 1])
  %3 = graph.reduce min %x axis 1 : (f32[2, 0]) -> f32[2, 1]
  check.expect_constant %3 is dense<[[0x7F800000], [0x7F800000]]> : tensor<2x1xf32> : (f32[2, 1])
  %4 = graph.reduce product %x axis 1 : (f32[2, 0]) -> f32[2, 1]
  check.expect_constant %4 is dense<[[1.0], [1.0]]> : tensor<2x1xf32> : (f32[2, 1])
  %i = graph.constant dense<> : tensor<1x0xi32> as i32[1, 0]
  %5 = graph.reduce sum %i axis 1 : (i32[1, 0]) -> i32[1, 1]
  check.expect_constant %5 is dense<[[0]]> : tensor<1x1xi32> : (i32[1, 1])
  %6 = graph.reduce mean %i axis 1 : (i32[1, 0]) -> i32[1, 1]
  check.expect_constant %6 is dense<[[0]]> : tensor<1x1xi32> : (i32[1, 1])
  %7 = graph.reduce max %i axis 1 : (i32[1, 0]) -> i32[1, 1]
  check.expect_constant %7 is dense<[[-2147483648]]> : tensor<1x1xi32> : (i32[1, 1])
  %8 = graph.reduce min %i axis 1 : (i32[1, 0]) -> i32[1, 1]
  check.expect_constant %8 is dense<[[2147483647]]> : tensor<1x1xi32> : (i32[1, 1])
  %9 = graph.reduce product %i axis 1 : (i32[1, 0]) -> i32[1, 1]
  check.expect_constant %9 is dense<[[1]]> : tensor<1x1xi32> : (i32[1, 1])
  return
}

func.func @reduce_nan() {
  %x = graph.constant dense<[[1.0, 0x7FC00000, 2.0]]> : tensor<1x3xf32> as f32[1, 3]
  %0 = graph.reduce sum %x axis 1 : (f32[1, 3]) -> f32[1, 1]
  check.expect_constant %0 is dense<[[0x7FC00000]]> : tensor<1x1xf32> : (f32[1, 1])
  %1 = graph.reduce mean %x axis 1 : (f32[1, 3]) -> f32[1, 1]
  check.expect_constant %1 is dense<[[0x7FC00000]]> : tensor<1x1xf32> : (f32[1, 1])
  %2 = graph.reduce max %x axis 1 : (f32[1, 3]) -> f32[1, 1]
  check.expect_constant %2 is dense<[[0x7FC00000]]> : tensor<1x1xf32> : (f32[1, 1])
  %3 = graph.reduce min %x axis 1 : (f32[1, 3]) -> f32[1, 1]
  check.expect_constant %3 is dense<[[0x7FC00000]]> : tensor<1x1xf32> : (f32[1, 1])
  %4 = graph.reduce product %x axis 1 : (f32[1, 3]) -> f32[1, 1]
  check.expect_constant %4 is dense<[[0x7FC00000]]> : tensor<1x1xf32> : (f32[1, 1])
  return
}

// Means go toward zero, sums wrap.
func.func @reduce_integers() {
  %x = graph.constant dense<[[-7, 2], [2147483647, 1]]> : tensor<2x2xi32> as i32[2, 2]
  %0 = graph.reduce sum %x axis 1 : (i32[2, 2]) -> i32[2, 1]
  check.expect_constant %0 is dense<[[-5], [-2147483648]]> : tensor<2x1xi32> : (i32[2, 1])
  %1 = graph.reduce mean %x axis 1 : (i32[2, 2]) -> i32[2, 1]
  check.expect_constant %1 is dense<[[-2], [1073741824]]> : tensor<2x1xi32> : (i32[2, 1])
  %2 = graph.reduce max %x axis 1 : (i32[2, 2]) -> i32[2, 1]
  check.expect_constant %2 is dense<[[2], [2147483647]]> : tensor<2x1xi32> : (i32[2, 1])
  %3 = graph.reduce min %x axis 1 : (i32[2, 2]) -> i32[2, 1]
  check.expect_constant %3 is dense<[[-7], [1]]> : tensor<2x1xi32> : (i32[2, 1])
  %4 = graph.reduce product %x axis 1 : (i32[2, 2]) -> i32[2, 1]
  check.expect_constant %4 is dense<[[-14], [2147483647]]> : tensor<2x1xi32> : (i32[2, 1])
  return
}

// Of equal elements the first comes first; NaN is larger than any number.
func.func @top_k() {
  %x = graph.constant dense<[[1.0, 3.0, 3.0, 2.0], [0x7FC00000, 0x7F800000, 0xFF800000, 0x7FC00000]]> :
      tensor<2x4xf32> as f32[2, 4]
  %0, %1 = graph.top_k %x k 3 : (f32[2, 4]) -> (f32[2, 3], i32[2, 3])
  check.expect_constant %0 is dense<[[3.0, 3.0, 2.0], [0x7FC00000, 0x7FC00000, 0x7F800000]]> : tensor<2x3xf32> :
      (f32[2, 3])
  check.expect_constant %1 is dense<[[1, 2, 3], [0, 3, 1]]> : tensor<2x3xi32> : (i32[2, 3])
  %i = graph.constant dense<[5, 5, 9]> : tensor<3xi32> as i32[3]
  %2, %3 = graph.top_k %i k 2 : (i32[3]) -> (i32[2], i32[2])
  check.expect_constant %2 is dense<[9, 5]> : tensor<2xi32> : (i32[2])
  check.expect_constant %3 is dense<[2, 0]> : tensor<2xi32> : (i32[2])
  return
}

// The lowest place of equals; the first NaN wins.
func.func @argmax() {
  %x = graph.constant dense<[[1.0, 3.0, 3.0], [2.0, 0x7FC00000, 0x7FC00000], [0xFF800000, 0xFF800000, 0xFF800000]]> :
      tensor<3x3xf32> as f32[3, 3]
  %0 = graph.argmax %x : (f32[3, 3]) -> i32[3]
  check.expect_constant %0 is dense<[1, 1, 0]> : tensor<3xi32> : (i32[3])
  %i = graph.constant dense<[4, 9, 9]> : tensor<3xi32> as i32[3]
  %1 = graph.argmax %i : (i32[3]) -> i32[]
  check.expect_constant %1 is dense<1> : tensor<i32> : (i32[])
  return
}
