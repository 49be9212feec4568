// What convert-graph-to-kernel leaves, rule by rule. Every program here verifies; the pass alone objects.
// RUN: tern-opt %s --kernel-verify-scheduled --split-input-file --verify-diagnostics

module attributes {kernel.symbols = ["capacity", "T"]} {
  graph.weight @w : f32[32, 64] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
      {kernel.layout = #kernel.layout<tiles16>}
  graph.state @s recurrent of layer 0 : f32[B, 32]
  kernel.func @step(%x: !graph.tensor<f32[1, T, 64]>, %w: !graph.tensor<f32[32, 64]>
                    {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>},
                    %s: !kernel.state<!graph.tensor<f32[1, 32]>, rows>) -> !graph.tensor<f32[1, T, 32]> attributes {
      schedule = #kernel.schedule<kind = serial>, tasks = [#kernel.tasks<roots = [0], dims = [], tiles = []>]} {
    %0 = graph.linear %x, %w : (f32[1, T, 64], f32[32, 64]) -> f32[1, T, 32]
    kernel.return %0 : !graph.tensor<f32[1, T, 32]>
  }
  func.func @accepted(%x: !graph.tensor<f32[1, T, 64]>) -> !graph.tensor<f32[1, T, 32]> {
    %0 = graph.load_weight @w : f32[32, 64]
    %1 = kernel.load_state @s : !kernel.state<!graph.tensor<f32[1, 32]>, rows>
    %2 = kernel.launch @step(%x, %0, %1) : (!graph.tensor<f32[1, T, 64]>, !graph.tensor<f32[32, 64]>, !kernel.state<!graph.tensor<f32[1, 32]>, rows>) -> !graph.tensor<f32[1, T, 32]>
    return %2 : !graph.tensor<f32[1, T, 32]>
  }
}

// -----

module attributes {kernel.symbols = ["capacity"]} {
  func.func @S1(%x: !graph.tensor<f32[4]>) {
    // expected-error @below {{must be in a kernel}}
    %0 = graph.silu %x : (f32[4]) -> f32[4]
    return
  }
}

// -----

module attributes {kernel.symbols = ["capacity"]} {
  // expected-error @below {{must have one block}}
  func.func private @S1_declaration()
}

// -----

module attributes {kernel.symbols = ["capacity"]} {
  func.func @S2(%x: !graph.tensor<f32[4]>) -> !graph.tensor<f32[4]> {
    // expected-error @below {{must return results of launches}}
    return %x : !graph.tensor<f32[4]>
  }
}

// -----

module attributes {kernel.symbols = ["capacity"]} {
  graph.weight @w : f32[4] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
      {kernel.layout = #kernel.layout<tiles16>}
  kernel.func @copy(%x: !graph.tensor<f32[4]>) -> !graph.tensor<f32[4]> attributes {
      schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [], tiles = []>]} {
    kernel.return %x : !graph.tensor<f32[4]>
  }
  func.func @S3() -> !graph.tensor<f32[4]> {
    %0 = graph.load_weight @w : f32[4]
    // expected-error @below {{operand 0 must have the layout 'rows' that the kernel reads, got 'tiles16'}}
    %1 = kernel.launch @copy(%0) : (!graph.tensor<f32[4]>) -> !graph.tensor<f32[4]>
    return %1 : !graph.tensor<f32[4]>
  }
}

// -----

module attributes {kernel.symbols = ["capacity"]} {
  kernel.func @copy(%x: !graph.tensor<f32[4]> {kernel.operand = #kernel.operand<streamed>}) -> !graph.tensor<f32[4]> attributes {
      schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [], tiles = []>]} {
    kernel.return %x : !graph.tensor<f32[4]>
  }
  func.func @S4(%x: !graph.tensor<f32[4]>) -> !graph.tensor<f32[4]> {
    // expected-error @below {{operand 0 must be a weight, as it is streamed}}
    %1 = kernel.launch @copy(%x) : (!graph.tensor<f32[4]>) -> !graph.tensor<f32[4]>
    return %1 : !graph.tensor<f32[4]>
  }
}

// -----

// expected-error @below {{must name its symbols in 'kernel.symbols', "capacity" first}}
module {
}

// -----

module attributes {kernel.symbols = ["capacity"]} {
  // expected-error @below {{has the symbol "T", which 'kernel.symbols' does not name}}
  kernel.func @S5(%x: !graph.tensor<f32[T]>) -> !graph.tensor<f32[T]> attributes {
      schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [], tiles = []>]} {
    kernel.return %x : !graph.tensor<f32[T]>
  }
}
