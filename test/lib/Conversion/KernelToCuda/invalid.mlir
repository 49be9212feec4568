// RUN: tern-opt %s --convert-kernel-to-cuda --split-input-file --verify-diagnostics

// expected-error @+1 {{symbol 'T' must be in the module's kernel.symbols}}
kernel.func @unknown_symbol(%x: !graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
  %0 = graph.neg %x : (f32[T, 64]) -> f32[T, 64]
  kernel.return %0 : !graph.tensor<f32[T, 64]>
}

// -----

// expected-error @+1 {{needs 656384 bytes of shared memory, and a block of sm_90a has 232448}}
kernel.func @much_scratch(%x: !graph.tensor<f32[1, 131072]>, %w: !graph.tensor<bf16[16, 131072]> {
    kernel.layout = #kernel.layout<tiles16>}) -> !graph.tensor<f32[1, 16]> attributes {
    schedule = #kernel.schedule<kind = linear>, tasks = [#kernel.tasks<roots = [0], dims = [16, 1], tiles = [16, 1]>]} {
  %0 = graph.neg %x : (f32[1, 131072]) -> f32[1, 131072]
  %1 = graph.linear %0, %w : (f32[1, 131072], bf16[16, 131072]) -> f32[1, 16]
  kernel.return %1 : !graph.tensor<f32[1, 16]>
}

// -----

module attributes {kernel.symbols = ["capacity", "T"]} {
// expected-error @+1 {{the largest size of 'T' must be in 'maxima'}}
kernel.func @unknown_length(%q: !graph.tensor<f32[1, T, 4, 16]>, %v: !graph.tensor<f32[1, T, 4, 32]>,
                            %g: !graph.tensor<f32[1, T, 4]>, %s: !graph.tensor<f32[1, 4, 16, 32]>)
    -> !graph.tensor<f32[1, T, 4, 32]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [1], tiles = [1]>]} {
  %0, %1 = graph.gated_delta_rule %q, %q, %v decay %g beta %g state %s
      : (f32[1, T, 4, 16], f32[1, T, 4, 16], f32[1, T, 4, 32], f32[1, T, 4], f32[1, T, 4], f32[1, 4, 16, 32])
      -> (f32[1, T, 4, 32], f32[1, 4, 16, 32])
  kernel.return %0 : !graph.tensor<f32[1, T, 4, 32]>
}
}

// -----

module attributes {kernel.symbols = ["capacity", "C"]} {
// expected-error @+1 {{a launch that combines parts must have an argument that tasks count themselves by}}
kernel.func @uncounted(%q: !graph.tensor<f32[1, 1, 4, 16]>, %k: !graph.tensor<f16[1, C, 2, 16]>,
                       %p: !graph.tensor<i32[1, 1]>)
    -> (!graph.tensor<f32[1, 1, 4, 2, 18]>, !graph.tensor<f32[1, 1, 4, 16]>) attributes {
    maxima = {C = 64 : i64}, schedule = #kernel.schedule<kind = attention>,
    tasks = [#kernel.tasks<roots = [0, 1], dims = [1, 2, 2], tiles = [1, 1, 1]>]} {
  %0 = kernel.attend_part %q, %k, %k at %p mask causal scale 0.25
      : (f32[1, 1, 4, 16], f16[1, C, 2, 16], f16[1, C, 2, 16], i32[1, 1]) -> f32[1, 1, 4, 2, 18]
  %1 = kernel.attend_combine %0 : (f32[1, 1, 4, 2, 18]) -> f32[1, 1, 4, 16]
  kernel.return %0, %1 : !graph.tensor<f32[1, 1, 4, 2, 18]>, !graph.tensor<f32[1, 1, 4, 16]>
}
}
