// RUN: %python -c "import struct, sys; sys.stdout.buffer.write(struct.pack('<ee32b', 0.5, 0.25, *range(-16, 16)))" > %t.blocks
// RUN: %python -c "import struct, sys; sys.stdout.buffer.write(struct.pack('<2f3hq', 1.5, -2.0, -1, 2, 3, 1 << 40))" > %t.plain
// RUN: sed -e 's@BLOCKS@%t.blocks@' -e 's@PLAIN@%t.plain@' %s | tern-opt --run-checks

// Two bytes of header, then one block of q8_0 with scale 0.25 and quants -16 to 15. "xxh3:..." is the XXH3-64 of the
// header; that of no bytes is a published test vector.
graph.file @blocks "BLOCKS" size 36 header 2 "xxh3:d07b779ec0e9fd91"
graph.weight @quants : q8_0[1, 32] = #graph.stored<file = @blocks, tensor = "q", offset = 2, bytes = 34>

graph.file @plain "PLAIN" size 22 header 0 "xxh3:2d06800538d394c2"
graph.weight @floats : f32[2] = #graph.stored<file = @plain, tensor = "f", offset = 0, bytes = 8>
graph.weight @shorts : i16[3] = #graph.stored<file = @plain, tensor = "s", offset = 8, bytes = 6>
graph.weight @long : i64[1] = #graph.stored<file = @plain, tensor = "l", offset = 14, bytes = 8>

graph.weight @random : f32[2, 3] = #graph.random<tensor = "w", seed = 7, center = 1.0, scale = 0.1>
graph.weight @rounded : bf16[2, 3] = #graph.random<tensor = "w", seed = 7, center = 1.0, scale = 0.1>

// A unit vector reads one quant.
func.func @linear_reads_blocks() {
  %w = graph.load_weight @quants : q8_0[1, 32]
  %p = graph.constant dense<[0, 5, 31]> : tensor<3xi32> as i32[3]
  %f = graph.dequantize %w : (q8_0[1, 32]) -> f32[1, 32]
  %t = graph.transpose %f [1, 0] : (f32[1, 32]) -> f32[32, 1]
  %0 = graph.gather %t[%p] batch_dims 0 : (f32[32, 1], i32[3]) -> f32[3, 1]
  check.expect_constant %0 is dense<[[-4.0], [-2.75], [3.75]]> : tensor<3x1xf32> : (f32[3, 1])
  // The squares of the quants sum to 2736, a sixteenth of which is 171.
  %1 = graph.linear %f, %w : (f32[1, 32], q8_0[1, 32]) -> f32[1, 1]
  check.expect_constant %1 is dense<[[171.0]]> : tensor<1x1xf32> : (f32[1, 1])
  %2 = graph.linear %f, %f : (f32[1, 32], f32[1, 32]) -> f32[1, 1]
  check.expect_eq %2, %1 : (f32[1, 1], f32[1, 1])
  %id = graph.constant dense<[0]> : tensor<1xi32> as i32[1]
  %3 = graph.embedding %w[%id] : (q8_0[1, 32], i32[1]) -> f32[1, 32]
  check.expect_eq %3, %f : (f32[1, 32], f32[1, 32])
  return
}

// f8E5M2 keeps two bits of mantissa: -2.75 is halfway between -2.5 and -3, which is even; 3.75 between 3.5 and 4.
func.func @dequantize_rounds() {
  %w = graph.load_weight @quants : q8_0[1, 32]
  %0 = graph.dequantize %w : (q8_0[1, 32]) -> f8E5M2[1, 32]
  %1 = graph.slice %0 axis 1 from 5 to 32 step 26 : (f8E5M2[1, 32]) -> f8E5M2[1, 2]
  check.expect_constant %1 is dense<[[-3.0, 4.0]]> : tensor<1x2xf8E5M2> : (f8E5M2[1, 2])
  return
}

func.func @plain_numbers() {
  %0 = graph.load_weight @floats : f32[2]
  check.expect_constant %0 is dense<[1.5, -2.0]> : tensor<2xf32> : (f32[2])
  %1 = graph.load_weight @shorts : i16[3]
  check.expect_constant %1 is dense<[-1, 2, 3]> : tensor<3xi16> : (i16[3])
  %2 = graph.load_weight @long : i64[1]
  check.expect_constant %2 is dense<[1099511627776]> : tensor<1xi64> : (i64[1])
  return
}

// Values: docs/RandomWeights.md in Python.
func.func @random_weights() {
  %0 = graph.load_weight @random : f32[2, 3]
  check.expect_constant %0 is dense<[[1.0057653188705444, 1.0597537755966187, 0.9209668040275574],
                                     [0.9166490435600281, 1.034854531288147, 1.0439749956130981]]> : tensor<2x3xf32>
      : (f32[2, 3])
  %1 = graph.cast %0 : (f32[2, 3]) -> bf16[2, 3]
  %2 = graph.load_weight @rounded : bf16[2, 3]
  check.expect_eq %2, %1 : (bf16[2, 3], bf16[2, 3])
  %3 = check.random seed 1 : f32[4]
  check.expect_constant %3 is dense<[0.9637660980224609, 0.3122214078903198, 0.46620631217956543, 0.057045698165893555]>
      : tensor<4xf32> : (f32[4])
  return
}

// A weight can be a result, and go through a call.
func.func private @pass_on(%w: !graph.tensor<f32[2, 3]>) -> !graph.tensor<f32[2, 3]> {
  return %w : !graph.tensor<f32[2, 3]>
}

func.func @calls_with_weights() -> !graph.tensor<f32[2, 3]> {
  %0 = graph.load_weight @random : f32[2, 3]
  %1 = func.call @pass_on(%0) : (!graph.tensor<f32[2, 3]>) -> !graph.tensor<f32[2, 3]>
  check.expect_eq %1, %0 : (f32[2, 3], f32[2, 3])
  return %1 : !graph.tensor<f32[2, 3]>
}
