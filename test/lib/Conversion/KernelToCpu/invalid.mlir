// RUN: tern-opt %s --convert-kernel-to-cpu --split-input-file --verify-diagnostics

// expected-error @+1 {{symbol 'T' must be in the module's kernel.symbols}}
kernel.func @unknown_symbol(%x: !graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
  %0 = graph.neg %x : (f32[T, 64]) -> f32[T, 64]
  kernel.return %0 : !graph.tensor<f32[T, 64]>
}

// -----

// expected-error @+1 {{tasks of rows must be of the first dimensions of their roots}}
kernel.func @wrong_tasks(%x: !graph.tensor<f32[4, 64]>) -> !graph.tensor<f32[4, 64]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [64], tiles = [1]>]} {
  %0 = graph.neg %x : (f32[4, 64]) -> f32[4, 64]
  kernel.return %0 : !graph.tensor<f32[4, 64]>
}

// -----

// expected-error @+1 {{besides attention in parts a task may combine the parts and append a token of each sequence, nothing else}}
kernel.func @other_appends(%q: !graph.tensor<f32[1, 1, 4, 16]>, %k: !graph.tensor<f16[1, C, 2, 16]>,
                           %x: !graph.tensor<f16[1, 1, 1, 16]>, %p: !graph.tensor<i32[1, 1]>,
                           %s: !kernel.state<!graph.tensor<f16[1, C, 1, 16]>, heads>)
    -> !graph.tensor<f32[1, 1, 4, 2, 18]> attributes {
    maxima = {C = 64 : i64}, schedule = #kernel.schedule<kind = attention>,
    tasks = [#kernel.tasks<roots = [0, 1], dims = [1, 2, 2], tiles = [1, 1, 1]>]} {
  kernel.append_state %s, %x at %p : !kernel.state<!graph.tensor<f16[1, C, 1, 16]>, heads>, (f16[1, 1, 1, 16], i32[1, 1])
  %0 = kernel.attend_part %q, %k, %k at %p mask causal scale 0.25
      : (f32[1, 1, 4, 16], f16[1, C, 2, 16], f16[1, C, 2, 16], i32[1, 1]) -> f32[1, 1, 4, 2, 18]
  kernel.return %0 : !graph.tensor<f32[1, 1, 4, 2, 18]>
}

// -----

module attributes {kernel.symbols = ["capacity", "C"]} {
// expected-error @+1 {{tasks of a CPU cannot tell which of them is done last, to combine parts: another launch must}}
kernel.func @combined(%q: !graph.tensor<f32[1, 1, 4, 16]>, %k: !graph.tensor<f16[1, C, 2, 16]>,
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

// -----

// expected-error @+1 {{the first root of an attention kernel's tasks must be attention itself}}
kernel.func @no_attention(%x: !graph.tensor<f32[4, 64]>) -> !graph.tensor<f32[4, 64]> attributes {
    schedule = #kernel.schedule<kind = attention>, tasks = [#kernel.tasks<roots = [0], dims = [4], tiles = [1]>]} {
  %0 = graph.neg %x : (f32[4, 64]) -> f32[4, 64]
  kernel.return %0 : !graph.tensor<f32[4, 64]>
}
