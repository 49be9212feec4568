// A table of angles and a rotation by it are graph.rope, in every layout and scaling.
// RUN: tern-opt %s --run-checks

func.func @default_half() {
  %x = check.random seed 1 : f32[2, 3, 2, 12]
  %p = graph.constant dense<[[0, 7, 40], [-1, 1, 9]]> : tensor<2x3xi32> as i32[2, 3]
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half> at %p
      : (f32[2, 3, 2, 12], i32[2, 3]) -> f32[2, 3, 2, 12]
  %1 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = half> at %p
      : (i32[2, 3]) -> f32[2, 3, 8]
  %2 = graph.rotate half %x by %1 : (f32[2, 3, 2, 12], f32[2, 3, 8]) -> f32[2, 3, 2, 12]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[2, 3, 2, 12], f32[2, 3, 2, 12])
  return
}

func.func @linear_half() {
  %x = check.random seed 1 : f32[2, 3, 2, 12]
  %p = graph.constant dense<[[0, 7, 40], [-1, 1, 9]]> : tensor<2x3xi32> as i32[2, 3]
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half, scaling = linear, factor = 4.0> at %p
      : (f32[2, 3, 2, 12], i32[2, 3]) -> f32[2, 3, 2, 12]
  %1 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = half, scaling = linear, factor = 4.0> at %p
      : (i32[2, 3]) -> f32[2, 3, 8]
  %2 = graph.rotate half %x by %1 : (f32[2, 3, 2, 12], f32[2, 3, 8]) -> f32[2, 3, 2, 12]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[2, 3, 2, 12], f32[2, 3, 2, 12])
  return
}

func.func @dynamic_half() {
  %x = check.random seed 1 : f32[2, 3, 2, 12]
  %p = graph.constant dense<[[0, 7, 40], [-1, 1, 9]]> : tensor<2x3xi32> as i32[2, 3]
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half, scaling = dynamic, factor = 2.0, original = 8> at %p
      : (f32[2, 3, 2, 12], i32[2, 3]) -> f32[2, 3, 2, 12]
  %1 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = half, scaling = dynamic, factor = 2.0, original = 8> at %p
      : (i32[2, 3]) -> f32[2, 3, 8]
  %2 = graph.rotate half %x by %1 : (f32[2, 3, 2, 12], f32[2, 3, 8]) -> f32[2, 3, 2, 12]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[2, 3, 2, 12], f32[2, 3, 2, 12])
  return
}

func.func @llama3_half() {
  %x = check.random seed 1 : f32[2, 3, 2, 12]
  %p = graph.constant dense<[[0, 7, 40], [-1, 1, 9]]> : tensor<2x3xi32> as i32[2, 3]
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half, scaling = llama3, factor = 8.0, original = 16, low_frequency = 1.0, high_frequency = 4.0> at %p
      : (f32[2, 3, 2, 12], i32[2, 3]) -> f32[2, 3, 2, 12]
  %1 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = half, scaling = llama3, factor = 8.0, original = 16, low_frequency = 1.0, high_frequency = 4.0> at %p
      : (i32[2, 3]) -> f32[2, 3, 8]
  %2 = graph.rotate half %x by %1 : (f32[2, 3, 2, 12], f32[2, 3, 8]) -> f32[2, 3, 2, 12]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[2, 3, 2, 12], f32[2, 3, 2, 12])
  return
}

func.func @yarn_half() {
  %x = check.random seed 1 : f32[2, 3, 2, 12]
  %p = graph.constant dense<[[0, 7, 40], [-1, 1, 9]]> : tensor<2x3xi32> as i32[2, 3]
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half, scaling = yarn, factor = 4.0, original = 16, attention_factor = 1.1386> at %p
      : (f32[2, 3, 2, 12], i32[2, 3]) -> f32[2, 3, 2, 12]
  %1 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = half, scaling = yarn, factor = 4.0, original = 16, attention_factor = 1.1386> at %p
      : (i32[2, 3]) -> f32[2, 3, 8]
  %2 = graph.rotate half %x by %1 : (f32[2, 3, 2, 12], f32[2, 3, 8]) -> f32[2, 3, 2, 12]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[2, 3, 2, 12], f32[2, 3, 2, 12])
  return
}

func.func @default_interleaved() {
  %x = check.random seed 1 : f32[2, 3, 2, 12]
  %p = graph.constant dense<[[0, 7, 40], [-1, 1, 9]]> : tensor<2x3xi32> as i32[2, 3]
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = interleaved> at %p
      : (f32[2, 3, 2, 12], i32[2, 3]) -> f32[2, 3, 2, 12]
  %1 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = interleaved> at %p
      : (i32[2, 3]) -> f32[2, 3, 8]
  %2 = graph.rotate interleaved %x by %1 : (f32[2, 3, 2, 12], f32[2, 3, 8]) -> f32[2, 3, 2, 12]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[2, 3, 2, 12], f32[2, 3, 2, 12])
  return
}

func.func @linear_interleaved() {
  %x = check.random seed 1 : f32[2, 3, 2, 12]
  %p = graph.constant dense<[[0, 7, 40], [-1, 1, 9]]> : tensor<2x3xi32> as i32[2, 3]
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = interleaved, scaling = linear, factor = 4.0> at %p
      : (f32[2, 3, 2, 12], i32[2, 3]) -> f32[2, 3, 2, 12]
  %1 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = interleaved, scaling = linear, factor = 4.0> at %p
      : (i32[2, 3]) -> f32[2, 3, 8]
  %2 = graph.rotate interleaved %x by %1 : (f32[2, 3, 2, 12], f32[2, 3, 8]) -> f32[2, 3, 2, 12]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[2, 3, 2, 12], f32[2, 3, 2, 12])
  return
}

func.func @dynamic_interleaved() {
  %x = check.random seed 1 : f32[2, 3, 2, 12]
  %p = graph.constant dense<[[0, 7, 40], [-1, 1, 9]]> : tensor<2x3xi32> as i32[2, 3]
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = interleaved, scaling = dynamic, factor = 2.0, original = 8> at %p
      : (f32[2, 3, 2, 12], i32[2, 3]) -> f32[2, 3, 2, 12]
  %1 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = interleaved, scaling = dynamic, factor = 2.0, original = 8> at %p
      : (i32[2, 3]) -> f32[2, 3, 8]
  %2 = graph.rotate interleaved %x by %1 : (f32[2, 3, 2, 12], f32[2, 3, 8]) -> f32[2, 3, 2, 12]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[2, 3, 2, 12], f32[2, 3, 2, 12])
  return
}

func.func @llama3_interleaved() {
  %x = check.random seed 1 : f32[2, 3, 2, 12]
  %p = graph.constant dense<[[0, 7, 40], [-1, 1, 9]]> : tensor<2x3xi32> as i32[2, 3]
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = interleaved, scaling = llama3, factor = 8.0, original = 16, low_frequency = 1.0, high_frequency = 4.0> at %p
      : (f32[2, 3, 2, 12], i32[2, 3]) -> f32[2, 3, 2, 12]
  %1 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = interleaved, scaling = llama3, factor = 8.0, original = 16, low_frequency = 1.0, high_frequency = 4.0> at %p
      : (i32[2, 3]) -> f32[2, 3, 8]
  %2 = graph.rotate interleaved %x by %1 : (f32[2, 3, 2, 12], f32[2, 3, 8]) -> f32[2, 3, 2, 12]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[2, 3, 2, 12], f32[2, 3, 2, 12])
  return
}

func.func @yarn_interleaved() {
  %x = check.random seed 1 : f32[2, 3, 2, 12]
  %p = graph.constant dense<[[0, 7, 40], [-1, 1, 9]]> : tensor<2x3xi32> as i32[2, 3]
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = interleaved, scaling = yarn, factor = 4.0, original = 16, attention_factor = 1.1386> at %p
      : (f32[2, 3, 2, 12], i32[2, 3]) -> f32[2, 3, 2, 12]
  %1 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = interleaved, scaling = yarn, factor = 4.0, original = 16, attention_factor = 1.1386> at %p
      : (i32[2, 3]) -> f32[2, 3, 8]
  %2 = graph.rotate interleaved %x by %1 : (f32[2, 3, 2, 12], f32[2, 3, 8]) -> f32[2, 3, 2, 12]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[2, 3, 2, 12], f32[2, 3, 2, 12])
  return
}

// The largest position picks the list: 7 the short one, 40 the long one.
func.func @longrope_half() {
  %x = check.random seed 1 : f32[1, 2, 2, 12]
  %short = graph.constant dense<[1.0, 1.5, 2.0, 3.0]> : tensor<4xf32> as f32[4]
  %long = graph.constant dense<[4.0, 8.0, 16.0, 20.0]> : tensor<4xf32> as f32[4]
  %near = graph.constant dense<[[0, 7]]> : tensor<1x2xi32> as i32[1, 2]
  %far = graph.constant dense<[[7, 40]]> : tensor<1x2xi32> as i32[1, 2]
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half, scaling = longrope, original = 8, attention_factor = 1.25>
      at %near factors %short long %long : (f32[1, 2, 2, 12], i32[1, 2], f32[4], f32[4]) -> f32[1, 2, 2, 12]
  %1 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = half, scaling = longrope, original = 8, attention_factor = 1.25>
      at %near factors %short long %long : (i32[1, 2], f32[4], f32[4]) -> f32[1, 2, 8]
  %2 = graph.rotate half %x by %1 : (f32[1, 2, 2, 12], f32[1, 2, 8]) -> f32[1, 2, 2, 12]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[1, 2, 2, 12], f32[1, 2, 2, 12])
  %3 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half, scaling = longrope, original = 8, attention_factor = 1.25>
      at %far factors %short long %long : (f32[1, 2, 2, 12], i32[1, 2], f32[4], f32[4]) -> f32[1, 2, 2, 12]
  %4 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = half, scaling = longrope, original = 8, attention_factor = 1.25>
      at %far factors %short long %long : (i32[1, 2], f32[4], f32[4]) -> f32[1, 2, 8]
  %5 = graph.rotate half %x by %4 : (f32[1, 2, 2, 12], f32[1, 2, 8]) -> f32[1, 2, 2, 12]
  check.expect_close %5, %3 absolute 1.0e-06 : (f32[1, 2, 2, 12], f32[1, 2, 2, 12])
  return
}

// The largest position picks the list: 7 the short one, 40 the long one.
func.func @longrope_interleaved() {
  %x = check.random seed 1 : f32[1, 2, 2, 12]
  %short = graph.constant dense<[1.0, 1.5, 2.0, 3.0]> : tensor<4xf32> as f32[4]
  %long = graph.constant dense<[4.0, 8.0, 16.0, 20.0]> : tensor<4xf32> as f32[4]
  %near = graph.constant dense<[[0, 7]]> : tensor<1x2xi32> as i32[1, 2]
  %far = graph.constant dense<[[7, 40]]> : tensor<1x2xi32> as i32[1, 2]
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = interleaved, scaling = longrope, original = 8, attention_factor = 1.25>
      at %near factors %short long %long : (f32[1, 2, 2, 12], i32[1, 2], f32[4], f32[4]) -> f32[1, 2, 2, 12]
  %1 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = interleaved, scaling = longrope, original = 8, attention_factor = 1.25>
      at %near factors %short long %long : (i32[1, 2], f32[4], f32[4]) -> f32[1, 2, 8]
  %2 = graph.rotate interleaved %x by %1 : (f32[1, 2, 2, 12], f32[1, 2, 8]) -> f32[1, 2, 2, 12]
  check.expect_close %2, %0 absolute 1.0e-06 : (f32[1, 2, 2, 12], f32[1, 2, 2, 12])
  %3 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = interleaved, scaling = longrope, original = 8, attention_factor = 1.25>
      at %far factors %short long %long : (f32[1, 2, 2, 12], i32[1, 2], f32[4], f32[4]) -> f32[1, 2, 2, 12]
  %4 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 8, layout = interleaved, scaling = longrope, original = 8, attention_factor = 1.25>
      at %far factors %short long %long : (i32[1, 2], f32[4], f32[4]) -> f32[1, 2, 8]
  %5 = graph.rotate interleaved %x by %4 : (f32[1, 2, 2, 12], f32[1, 2, 8]) -> f32[1, 2, 2, 12]
  check.expect_close %5, %3 absolute 1.0e-06 : (f32[1, 2, 2, 12], f32[1, 2, 2, 12])
  return
}

// cos and sin of 0, 2 and -2: theta to the power 0 and -1/2. Values by a pocket calculator.
func.func @table_by_hand() {
  %p = graph.constant dense<[[0, 2, -2]]> : tensor<1x3xi32> as i32[1, 3]
  %0 = graph.rope_table #graph.rotary<theta = 100.0, dims = 4, layout = half> at %p : (i32[1, 3]) -> f32[1, 3, 4]
  check.expect_constant %0 is dense<[[[1.0, 1.0, 0.0, 0.0], [-0.41614684, 0.98006658, 0.90929743, 0.19866933],
      [-0.41614684, 0.98006658, -0.90929743, -0.19866933]]]> : tensor<1x3x4xf32> absolute 1.0e-07 : (f32[1, 3, 4])
  return
}
