// RUN: tern-opt %s --run-checks

// Expected values: torch 2 in f64.

func.func @silu() {
  %x = graph.constant dense<[0xFF800000, -2.0, -0.5, 0.0, 0.25, 3.0, 0x7F800000, 0x7FC00000]> : tensor<8xf32> as f32[8]
  %0 = graph.silu %x : (f32[8]) -> f32[8]
  check.expect_constant %0 is dense<[0x7FC00000, -0.238405844, -0.188770334, 0.0, 0.140544125, 2.85772238, 0x7F800000,
      0x7FC00000]> : tensor<8xf32> absolute 1.0e-6 relative 1.0e-6 : (f32[8])
  return
}

func.func @gelu() {
  %x = graph.constant dense<[0xFF800000, -2.0, -0.5, 0.0, 0.25, 3.0, 0x7F800000, 0x7FC00000]> : tensor<8xf32> as f32[8]
  %0 = graph.gelu %x : (f32[8]) -> f32[8]
  check.expect_constant %0 is dense<[0x7FC00000, -0.0455002639, -0.154268769, 0.0, 0.149676581, 2.99595031,
      0x7F800000, 0x7FC00000]> : tensor<8xf32> absolute 1.0e-6 relative 1.0e-6 : (f32[8])
  return
}

func.func @gelu_tanh() {
  %x = graph.constant dense<[0xFF800000, -2.0, -0.5, 0.0, 0.25, 3.0, 0x7F800000, 0x7FC00000]> : tensor<8xf32> as f32[8]
  %0 = graph.gelu_tanh %x : (f32[8]) -> f32[8]
  check.expect_constant %0 is dense<[0x7FC00000, -0.0454023059, -0.15428599, 0.0, 0.149675351, 2.99636261, 0x7F800000,
      0x7FC00000]> : tensor<8xf32> absolute 1.0e-6 relative 1.0e-6 : (f32[8])
  return
}

func.func @relu() {
  %x = graph.constant dense<[0xFF800000, -2.0, -0.5, 0.0, 0.25, 3.0, 0x7F800000, 0x7FC00000]> : tensor<8xf32> as f32[8]
  %0 = graph.relu %x : (f32[8]) -> f32[8]
  check.expect_constant %0 is dense<[0.0, 0.0, 0.0, 0.0, 0.25, 3.0, 0x7F800000, 0x7FC00000]> : tensor<8xf32> absolute
      1.0e-6 relative 1.0e-6 : (f32[8])
  return
}

func.func @relu_squared() {
  %x = graph.constant dense<[0xFF800000, -2.0, -0.5, 0.0, 0.25, 3.0, 0x7F800000, 0x7FC00000]> : tensor<8xf32> as f32[8]
  %0 = graph.relu_squared %x : (f32[8]) -> f32[8]
  check.expect_constant %0 is dense<[0.0, 0.0, 0.0, 0.0, 0.0625, 9.0, 0x7F800000, 0x7FC00000]> : tensor<8xf32>
      absolute 1.0e-6 relative 1.0e-6 : (f32[8])
  return
}

func.func @sigmoid() {
  %x = graph.constant dense<[0xFF800000, -2.0, -0.5, 0.0, 0.25, 3.0, 0x7F800000, 0x7FC00000]> : tensor<8xf32> as f32[8]
  %0 = graph.sigmoid %x : (f32[8]) -> f32[8]
  check.expect_constant %0 is dense<[0.0, 0.119202922, 0.377540669, 0.5, 0.562176501, 0.952574127, 1.0, 0x7FC00000]> :
      tensor<8xf32> absolute 1.0e-6 relative 1.0e-6 : (f32[8])
  return
}

func.func @tanh() {
  %x = graph.constant dense<[0xFF800000, -2.0, -0.5, 0.0, 0.25, 3.0, 0x7F800000, 0x7FC00000]> : tensor<8xf32> as f32[8]
  %0 = graph.tanh %x : (f32[8]) -> f32[8]
  check.expect_constant %0 is dense<[-1.0, -0.96402758, -0.462117157, 0.0, 0.244918662, 0.995054754, 1.0, 0x7FC00000]>
      : tensor<8xf32> absolute 1.0e-6 relative 1.0e-6 : (f32[8])
  return
}

func.func @softplus() {
  %x = graph.constant dense<[0xFF800000, -2.0, -0.5, 0.0, 0.25, 3.0, 0x7F800000, 0x7FC00000]> : tensor<8xf32> as f32[8]
  %0 = graph.softplus %x : (f32[8]) -> f32[8]
  check.expect_constant %0 is dense<[0.0, 0.126928011, 0.474076984, 0.693147181, 0.82593942, 3.04858735, 0x7F800000,
      0x7FC00000]> : tensor<8xf32> absolute 1.0e-6 relative 1.0e-6 : (f32[8])
  return
}

func.func @exp() {
  %x = graph.constant dense<[0xFF800000, -2.0, -0.5, 0.0, 0.25, 3.0, 0x7F800000, 0x7FC00000]> : tensor<8xf32> as f32[8]
  %0 = graph.exp %x : (f32[8]) -> f32[8]
  check.expect_constant %0 is dense<[0.0, 0.135335283, 0.60653066, 1.0, 1.28402542, 20.0855369, 0x7F800000,
      0x7FC00000]> : tensor<8xf32> absolute 1.0e-6 relative 1.0e-6 : (f32[8])
  return
}

func.func @log() {
  %x = graph.constant dense<[0xFF800000, -2.0, -0.5, 0.0, 0.25, 3.0, 0x7F800000, 0x7FC00000]> : tensor<8xf32> as f32[8]
  %0 = graph.log %x : (f32[8]) -> f32[8]
  check.expect_constant %0 is dense<[0x7FC00000, 0x7FC00000, 0x7FC00000, 0xFF800000, -1.38629436, 1.09861229,
      0x7F800000, 0x7FC00000]> : tensor<8xf32> absolute 1.0e-6 relative 1.0e-6 : (f32[8])
  return
}

func.func @sqrt() {
  %x = graph.constant dense<[0xFF800000, -2.0, -0.5, 0.0, 0.25, 3.0, 0x7F800000, 0x7FC00000]> : tensor<8xf32> as f32[8]
  %0 = graph.sqrt %x : (f32[8]) -> f32[8]
  check.expect_constant %0 is dense<[0x7FC00000, 0x7FC00000, 0x7FC00000, 0.0, 0.5, 1.73205081, 0x7F800000,
      0x7FC00000]> : tensor<8xf32> absolute 1.0e-6 relative 1.0e-6 : (f32[8])
  return
}

func.func @rsqrt() {
  %x = graph.constant dense<[0xFF800000, -2.0, -0.5, 0.0, 0.25, 3.0, 0x7F800000, 0x7FC00000]> : tensor<8xf32> as f32[8]
  %0 = graph.rsqrt %x : (f32[8]) -> f32[8]
  check.expect_constant %0 is dense<[0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7F800000, 2.0, 0.577350269, 0.0,
      0x7FC00000]> : tensor<8xf32> absolute 1.0e-6 relative 1.0e-6 : (f32[8])
  return
}

func.func @neg() {
  %x = graph.constant dense<[0xFF800000, -2.0, -0.5, 0.0, 0.25, 3.0, 0x7F800000, 0x7FC00000]> : tensor<8xf32> as f32[8]
  %0 = graph.neg %x : (f32[8]) -> f32[8]
  check.expect_constant %0 is dense<[0x7F800000, 2.0, 0.5, -0.0, -0.25, -3.0, 0xFF800000, 0x7FC00000]> : tensor<8xf32>
      absolute 1.0e-6 relative 1.0e-6 : (f32[8])
  return
}

func.func @abs() {
  %x = graph.constant dense<[0xFF800000, -2.0, -0.5, 0.0, 0.25, 3.0, 0x7F800000, 0x7FC00000]> : tensor<8xf32> as f32[8]
  %0 = graph.abs %x : (f32[8]) -> f32[8]
  check.expect_constant %0 is dense<[0x7F800000, 2.0, 0.5, 0.0, 0.25, 3.0, 0x7F800000, 0x7FC00000]> : tensor<8xf32>
      absolute 1.0e-6 relative 1.0e-6 : (f32[8])
  return
}

// Neither end overflows.
func.func @softplus_large() {
  %x = graph.constant dense<[-1000.0, 1000.0, 88.8]> : tensor<3xf32> as f32[3]
  %0 = graph.softplus %x : (f32[3]) -> f32[3]
  check.expect_constant %0 is dense<[0.0, 1000.0, 88.8]> : tensor<3xf32> absolute 1.0e-6 relative 1.0e-6 : (f32[3])
  return
}

func.func @soft_cap() {
  %x = graph.constant dense<[0xFF800000, -40.0, 0.5, 0x7F800000, 0x7FC00000]> : tensor<5xf32> as f32[5]
  %0 = graph.soft_cap %x cap 30.0 : (f32[5]) -> f32[5]
  check.expect_constant %0 is dense<[-30.0, -26.1018499, 0.499953709, 30.0, 0x7FC00000]> : tensor<5xf32> absolute
      1.0e-6 relative 1.0e-6 : (f32[5])
  return
}

func.func @gated() {
  %g = graph.constant dense<[-1.5, 0.0, 2.0, 0x7FC00000]> : tensor<4xf32> as f32[4]
  %u = graph.constant dense<[3.0, -2.0, 0.5, 1.0]> : tensor<4xf32> as f32[4]
  %0 = graph.gated silu %g, %u : (f32[4], f32[4]) -> f32[4]
  check.expect_constant %0 is dense<[-0.820914857, -0.0, 0.880797078, 0x7FC00000]> : tensor<4xf32> absolute 1.0e-6
      relative 1.0e-6 : (f32[4])
  %1 = graph.gated gelu %g, %u : (f32[4], f32[4]) -> f32[4]
  check.expect_constant %1 is dense<[-0.300632406, -0.0, 0.977249868, 0x7FC00000]> : tensor<4xf32> absolute 1.0e-6
      relative 1.0e-6 : (f32[4])
  %2 = graph.gated gelu_tanh %g, %u : (f32[4], f32[4]) -> f32[4]
  check.expect_constant %2 is dense<[-0.301285269, -0.0, 0.977298847, 0x7FC00000]> : tensor<4xf32> absolute 1.0e-6
      relative 1.0e-6 : (f32[4])
  %3 = graph.gated relu %g, %u : (f32[4], f32[4]) -> f32[4]
  check.expect_constant %3 is dense<[0.0, -0.0, 1.0, 0x7FC00000]> : tensor<4xf32> absolute 1.0e-6 relative 1.0e-6 :
      (f32[4])
  %4 = graph.gated relu_squared %g, %u : (f32[4], f32[4]) -> f32[4]
  check.expect_constant %4 is dense<[0.0, -0.0, 2.0, 0x7FC00000]> : tensor<4xf32> absolute 1.0e-6 relative 1.0e-6 :
      (f32[4])
  %5 = graph.gated sigmoid %g, %u : (f32[4], f32[4]) -> f32[4]
  check.expect_constant %5 is dense<[0.547276571, -1.0, 0.440398539, 0x7FC00000]> : tensor<4xf32> absolute 1.0e-6
      relative 1.0e-6 : (f32[4])
  return
}

// bf16 results are rounded once, from f64: 1.00390625 is halfway between two values and goes to the even one.
func.func @rounds_once() {
  %x = graph.constant dense<[1.0, 1.0078125]> : tensor<2xbf16> as bf16[2]
  %y = graph.constant dense<[0.00390625, 0.00390625]> : tensor<2xbf16> as bf16[2]
  %0 = graph.add %x, %y : (bf16[2], bf16[2]) -> bf16[2]
  check.expect_constant %0 is dense<[1.0, 1.015625]> : tensor<2xbf16> : (bf16[2])
  return
}

func.func @empty() {
  %x = graph.constant dense<> : tensor<2x0xf32> as f32[2, 0]
  %0 = graph.silu %x : (f32[2, 0]) -> f32[2, 0]
  %1 = graph.add %0, %x : (f32[2, 0], f32[2, 0]) -> f32[2, 0]
  check.expect_constant %1 is dense<> : tensor<2x0xf32> : (f32[2, 0])
  return
}
