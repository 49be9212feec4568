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

// expected-error @+1 {{the roots of an attention kernel must be attention itself}}
kernel.func @no_attention(%x: !graph.tensor<f32[4, 64]>) -> !graph.tensor<f32[4, 64]> attributes {
    schedule = #kernel.schedule<kind = attention>, tasks = [#kernel.tasks<roots = [0], dims = [4], tiles = [1]>]} {
  %0 = graph.neg %x : (f32[4, 64]) -> f32[4, 64]
  kernel.return %0 : !graph.tensor<f32[4, 64]>
}
