// The normal form, rule by rule. Every program here verifies; the pass alone objects.
// RUN: tern-opt %s --graph-verify-normal --split-input-file --verify-diagnostics

// Accepted, with everything the rules mention but do not forbid.
graph.weight @w : q8_0[64, 64] = #graph.stored<file = @f, tensor = "w", offset = 0, bytes = 4352> loc("layer.weight")
graph.file @f "f.gguf" size 4352 header 0 "xxh3:0123456789abcdef" loc("f.gguf")
func.func @accepted(%x: !graph.tensor<f32[B, 64]>) -> !graph.tensor<f32[B, 64]> {
  %0 = graph.load_weight @w : q8_0[64, 64] loc("layer")
  %1 = graph.linear %x, %0 : (f32[B, 64], q8_0[64, 64]) -> f32[B, 64] loc(fused["layer", "f.mlir":1:2])
  %2 = graph.dequantize %0 : (q8_0[64, 64]) -> f32[64, 64] loc("layer"("layer.py":1:2))
  %3 = graph.matmul %1, %2 : (f32[B, 64], f32[64, 64]) -> f32[B, 64] loc("layer")
  %4 = graph.constant dense<2.0> : tensor<f32> as f32[]
  %5 = graph.mul %3, %4 : (f32[B, 64], f32[]) -> f32[B, 64] loc("layer")
  %6 = graph.reshape %5 : (f32[B, 64]) -> f32[B, 2, 32] loc("layer")
  %7 = graph.reshape %6 : (f32[B, 2, 32]) -> f32[2, B, 32] loc("layer")
  return %5 : !graph.tensor<f32[B, 64]>
}

// -----

// N1
func.func @N1(%x: !graph.tensor<f32[B]>) -> !graph.tensor<f32[T]> {
  // expected-error @below {{belongs to neither graph nor func, the dialects of the normal form}}
  %0 = builtin.unrealized_conversion_cast %x : !graph.tensor<f32[B]> to !graph.tensor<f32[T]>
  return %0 : !graph.tensor<f32[T]>
}

// -----

// Locations are left out, because diagnostics at a module path have no line to expect them at; hence N5 as well.
func.func @N2(%x: !graph.tensor<f32[B, 64]>, %w: !graph.tensor<q8_0[64, 64]>, %i: !graph.tensor<i32[B]>,
              %y: !graph.tensor<f32[B, T, 1, 64]>, %e: !graph.tensor<q8_0[2, 64, 64]>,
              %p: !graph.tensor<i32[B, T, 1]>) {
  // expected-error @below {{must have the path of a module as its location}}
  // expected-note @below {{they are decoded here}}
  %0 = graph.dequantize %w : (q8_0[64, 64]) -> f32[64, 64]
  // expected-error @below {{must read the blocks, not what graph.dequantize makes of them}}
  %1 = graph.linear %x, %0 : (f32[B, 64], f32[64, 64]) -> f32[B, 64]
  // expected-error @below {{must read the blocks, not what graph.dequantize makes of them}}
  %2 = graph.embedding %0[%i] : (f32[64, 64], i32[B]) -> f32[B, 64]
  // expected-error @below {{must have the path of a module as its location}}
  // expected-note @below {{they are decoded here}}
  %3 = graph.dequantize %e : (q8_0[2, 64, 64]) -> f64[2, 64, 64]
  // expected-error @below {{must read the blocks, not what graph.dequantize makes of them}}
  %4 = graph.expert_linear %y, %3 by %p : (f32[B, T, 1, 64], f64[2, 64, 64], i32[B, T, 1]) -> f32[B, T, 1, 64]
  return
}

// -----

// Rounding below f32 is part of the program.
func.func @N2_rounded(%x: !graph.tensor<f32[B, 64]>, %w: !graph.tensor<q8_0[64, 64]>) {
  %0 = graph.dequantize %w : (q8_0[64, 64]) -> bf16[64, 64] loc("layer")
  %1 = graph.linear %x, %0 : (f32[B, 64], bf16[64, 64]) -> f32[B, 64] loc("layer")
  return
}

// -----

func.func @N3(%g: !graph.tensor<f32[8]>, %u: !graph.tensor<f32[8]>) {
  %0 = graph.silu %g : (f32[8]) -> f32[8] loc("layer")
  // expected-error @below {{'graph.mul' op of an activation must be a graph.gated, got graph.silu}}
  %1 = graph.mul %0, %u : (f32[8], f32[8]) -> f32[8]
  return
}

// -----

// What the pass declines to raise is normal.
func.func @N3_declined(%g: !graph.tensor<f32[8]>) {
  %0 = graph.silu %g : (f32[8]) -> f32[8] loc("layer")
  %1 = graph.mul %0, %0 : (f32[8], f32[8]) -> f32[8] loc("layer")
  return
}

// -----

func.func @N4(%x: !graph.tensor<f32[8, 8]>) {
  // expected-error @below {{leaves its input as it is}}
  %0 = graph.reshape %x : (f32[8, 8]) -> f32[8, 8]
  // expected-error @below {{leaves its input as it is}}
  %1 = graph.transpose %0 [0, 1] : (f32[8, 8]) -> f32[8, 8]
  // expected-error @below {{leaves its input as it is}}
  %2 = graph.cast %1 : (f32[8, 8]) -> f32[8, 8]
  %3 = graph.transpose %2 [1, 0] : (f32[8, 8]) -> f32[8, 8] loc("layer")
  return
}

// -----

func.func @N5(%x: !graph.tensor<f32[8]>) {
  // expected-error @below {{must have the path of a module as its location, got}}
  %0 = graph.silu %x : (f32[8]) -> f32[8]
  %3 = graph.constant dense<1> : tensor<2xi32> as i32[2]
  return
}

// -----

// expected-error @below {{'graph.state' op must have the path of a module as its location, got}}
graph.state @s recurrent of layer 0 : f32[B, 16]
