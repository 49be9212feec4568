// RUN: tern-opt %s --run-checks

// Expected values: torch 2 in f64. The frequencies of every scaling are tested in RopeFrequenciesTest.cpp.

// Six elements, of which four turn; a negative position turns backwards.
func.func @layouts() {
  %x = graph.constant dense<[[[[-0.481000006, -1.83899999, -0.500999987, 1.21200001, 0.717999995, 0.268999994]],
      [[-1.65499997, 1.245, 0.449999988, -0.788999975, 1.14100003, -1.84399998]], [[-1.25, 1.15600002, -1.81599998,
      -1.47099996, 0.00600000005, 0.839999974]]]]> : tensor<1x3x1x6xf32> as f32[1, 3, 1, 6]
  %p = graph.constant dense<[[0, 7, -2]]> : tensor<1x3xi32> as i32[1, 3]
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 4, layout = half> at %p : (f32[1, 3, 1, 6], i32[1, 3])
      -> f32[1, 3, 1, 6]
  check.expect_constant %0 is dense<[[[[-0.481000006, -1.83899999, -0.500999987, 1.21200001, 0.717999995,
      0.268999994]], [[-1.54335217, 1.2971359, -0.748056797, -0.699988869, 1.14100003, -1.84399998]], [[-1.13110057,
      1.12635079, 1.89234443, -1.49382423, 0.00600000005, 0.839999974]]]]> : tensor<1x3x1x6xf32> absolute 1.0e-6
      relative 1.0e-6 : (f32[1, 3, 1, 6])
  %1 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 4, layout = interleaved> at %p : (f32[1, 3, 1, 6],
      i32[1, 3]) -> f32[1, 3, 1, 6]
  check.expect_constant %1 is dense<[[[[-0.481000006, -1.83899999, -0.500999987, 1.21200001, 0.717999995,
      0.268999994]], [[-2.06565653, -0.148704492, 0.504082843, -0.755593434, 1.14100003, -1.84399998]], [[1.57133139,
      0.655556033, -1.84505483, -1.43438819, 0.00600000005, 0.839999974]]]]> : tensor<1x3x1x6xf32> absolute 1.0e-6
      relative 1.0e-6 : (f32[1, 3, 1, 6])
  return
}

func.func @factors() {
  %x = graph.constant dense<[[[[-0.481000006, -1.83899999, -0.500999987, 1.21200001, 0.717999995, 0.268999994]],
      [[-1.65499997, 1.245, 0.449999988, -0.788999975, 1.14100003, -1.84399998]], [[-1.25, 1.15600002, -1.81599998,
      -1.47099996, 0.00600000005, 0.839999974]]]]> : tensor<1x3x1x6xf32> as f32[1, 3, 1, 6]
  %p = graph.constant dense<[[0, 7, -2]]> : tensor<1x3xi32> as i32[1, 3]
  %f = graph.constant dense<[1.5, 8.0, 32.0]> : tensor<3xf32> as f32[3]
  %0 = graph.rope %x by #graph.rotary<theta = 500000.0, dims = 6, layout = half> at %p factors %f : (f32[1, 3, 1, 6],
      i32[1, 3], f32[3]) -> f32[1, 3, 1, 6]
  check.expect_constant %0 is dense<[[[[-0.481000006, -1.83899999, -0.500999987, 1.21200001, 0.717999995,
      0.268999994]], [[-0.712531339, 1.23234587, 0.45006402, 1.6893327, 1.15465568, -1.84398435]], [[-1.72376758,
      1.15601318, -1.81599165, 0.868887917, 0.00235880442, 0.840017991]]]]> : tensor<1x3x1x6xf32> absolute 1.0e-6
      relative 1.0e-6 : (f32[1, 3, 1, 6])
  return
}

// The largest position picks the list: 7 is below the original 8, 8 is not.
func.func @longrope() {
  %x = graph.constant dense<[[[[-0.481000006, -1.83899999, -0.500999987, 1.21200001, 0.717999995, 0.268999994]],
      [[-1.65499997, 1.245, 0.449999988, -0.788999975, 1.14100003, -1.84399998]], [[-1.25, 1.15600002, -1.81599998,
      -1.47099996, 0.00600000005, 0.839999974]]]]> : tensor<1x3x1x6xf32> as f32[1, 3, 1, 6]
  %p = graph.constant dense<[[0, 7, -2]]> : tensor<1x3xi32> as i32[1, 3]
  %far = graph.constant dense<[[0, 8, 1]]> : tensor<1x3xi32> as i32[1, 3]
  %short = graph.constant dense<[1.0, 1.5, 2.0]> : tensor<3xf32> as f32[3]
  %long = graph.constant dense<[4.0, 8.0, 16.0]> : tensor<3xf32> as f32[3]
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 6, layout = half, scaling = longrope, original = 8,
      attention_factor = 1.25> at %p factors %short long %long : (f32[1, 3, 1, 6], i32[1, 3], f32[3], f32[3]) ->
      f32[1, 3, 1, 6]
  check.expect_constant %0 is dense<[[[[-0.601250008, -2.29874998, -0.626249984, 1.51500002, 0.897499993,
      0.336249992]], [[-0.911682249, 1.21335757, 0.57986473, -2.10267708, 1.72738724, -2.30069294]], [[-1.02174116,
      1.44269752, -2.26773256, 2.1859672, -0.081885229, 1.05488809]]]]> : tensor<1x3x1x6xf32> absolute 1.0e-6 relative
      1.0e-6 : (f32[1, 3, 1, 6])
  %1 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 6, layout = half, scaling = longrope, original = 8,
      attention_factor = 1.25> at %far factors %short long %long : (f32[1, 3, 1, 6], i32[1, 3], f32[3], f32[3]) ->
      f32[1, 3, 1, 6]
  check.expect_constant %1 is dense<[[[[-0.601250008, -2.29874998, -0.626249984, 1.51500002, 0.897499993,
      0.336249992]], [[1.75769831, 1.48839699, 0.564982644, -1.47068421, 1.49692273, -2.30439271]], [[-1.05901164,
      1.44493219, -2.27014135, -2.16815635, 0.0158836968, 1.0496943]]]]> : tensor<1x3x1x6xf32> absolute 1.0e-6
      relative 1.0e-6 : (f32[1, 3, 1, 6])
  return
}

// Within the original 8 positions nothing changes.
func.func @dynamic() {
  %x = graph.constant dense<[[[[-0.481000006, -1.83899999, -0.500999987, 1.21200001, 0.717999995, 0.268999994]],
      [[-1.65499997, 1.245, 0.449999988, -0.788999975, 1.14100003, -1.84399998]], [[-1.25, 1.15600002, -1.81599998,
      -1.47099996, 0.00600000005, 0.839999974]]]]> : tensor<1x3x1x6xf32> as f32[1, 3, 1, 6]
  %p = graph.constant dense<[[0, 7, -2]]> : tensor<1x3xi32> as i32[1, 3]
  %far = graph.constant dense<[[0, 11, 1]]> : tensor<1x3xi32> as i32[1, 3]
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 6, layout = half, scaling = dynamic, factor = 2.0,
      original = 8> at %p : (f32[1, 3, 1, 6], i32[1, 3]) -> f32[1, 3, 1, 6]
  check.expect_constant %0 is dense<[[[[-0.481000006, -1.83899999, -0.500999987, 1.21200001, 0.717999995,
      0.268999994]], [[-0.7293458, 0.815625112, 0.477757204, -1.68214166, 1.47873654, -1.83700408]], [[-0.817392929,
      1.15157873, -1.81236369, 1.74877376, -0.101185303, 0.847817058]]]]> : tensor<1x3x1x6xf32> absolute 1.0e-6
      relative 1.0e-6 : (f32[1, 3, 1, 6])
  %1 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 6, layout = half, scaling = dynamic, factor = 2.0,
      original = 8> at %far : (f32[1, 3, 1, 6], i32[1, 3]) -> f32[1, 3, 1, 6]
  check.expect_constant %1 is dense<[[[[-0.481000006, -1.83899999, -0.500999987, 1.21200001, 0.717999995,
      0.268999994]], [[-0.796316778, 0.761693269, 0.471818162, 1.65149189, 1.50722575, -1.83853843]], [[0.562425899,
      1.15518055, -1.81690379, -1.8466234, 0.0439310216, 0.83804326]]]]> : tensor<1x3x1x6xf32> absolute 1.0e-6
      relative 1.0e-6 : (f32[1, 3, 1, 6])
  return
}

func.func @no_tokens() {
  %x = graph.constant dense<> : tensor<1x0x2x4xf32> as f32[1, 0, 2, 4]
  %p = graph.constant dense<> : tensor<1x0xi32> as i32[1, 0]
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 4, layout = half> at %p : (f32[1, 0, 2, 4], i32[1, 0])
      -> f32[1, 0, 2, 4]
  check.expect_constant %0 is dense<> : tensor<1x0x2x4xf32> : (f32[1, 0, 2, 4])
  return
}

// A position at the end of int64 is far away, but a position.
func.func @last_position() {
  %x = graph.constant dense<0.0> : tensor<1x1x1x4xf32> as f32[1, 1, 1, 4]
  %p = graph.constant dense<[[9223372036854775807]]> : tensor<1x1xi64> as i64[1, 1]
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 4, layout = half> at %p
      : (f32[1, 1, 1, 4], i64[1, 1]) -> f32[1, 1, 1, 4]
  check.expect_constant %0 is dense<0.0> : tensor<1x1x1x4xf32> : (f32[1, 1, 1, 4])
  %k = graph.constant dense<1.0> : tensor<1x2x1x4xf32> as f32[1, 2, 1, 4]
  %1 = graph.attention %x, %k, %k at %p mask causal window 9223372036854775807 scale 1.0
      : (f32[1, 1, 1, 4], f32[1, 2, 1, 4], f32[1, 2, 1, 4], i64[1, 1]) -> f32[1, 1, 1, 4]
  check.expect_constant %1 is dense<1.0> : tensor<1x1x1x4xf32> : (f32[1, 1, 1, 4])
  return
}
