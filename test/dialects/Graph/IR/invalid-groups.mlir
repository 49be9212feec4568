// Groups that break a constraint, named after op and label.
// RUN: tern-opt %s --split-input-file --verify-diagnostics

func.func @group_C1_types(%x: !graph.tensor<f32[B, 64]>) {
  // expected-error @+1 {{must end in a graph.yield of its results}}
  %0 = graph.group "rows" -> f32[B, 32] {
    %1 = graph.silu %x : (f32[B, 64]) -> f32[B, 64]
    graph.yield %1 : (f32[B, 64])
  }
  return
}

// -----

func.func @group_C1_count(%x: !graph.tensor<f32[B, 64]>) {
  // expected-error @+1 {{must end in a graph.yield of its results}}
  %0:2 = graph.group "rows" -> f32[B, 64], f32[B, 64] {
    graph.yield %x : (f32[B, 64])
  }
  return
}

// -----

func.func @group_C1_empty() {
  // expected-error @+1 {{failed to verify constraint: region with 1 blocks}}
  graph.group "rows" {
  }
  return
}

// -----

func.func @group_C2(%x: !graph.tensor<f32[B, 64]>) {
  graph.group "rows" {
    // expected-error @+1 {{must not stand in another group}}
    %0 = graph.group "rows" -> f32[B, 64] {
      graph.yield %x : (f32[B, 64])
    }
    graph.yield
  }
  return
}

// -----

func.func @group_C3(%x: !graph.tensor<f32[B, 64]>) {
  // expected-error @+1 {{kind must be linear, attention, rows or serial, got 'columns'}}
  %0 = graph.group "columns" -> f32[B, 64] {
    graph.yield %x : (f32[B, 64])
  }
  return
}

// -----

func.func @group_C4_none(%x: !graph.tensor<f32[B, 64]>) {
  // expected-error @+1 {{of kind linear must hold a graph.linear}}
  %0 = graph.group "linear" -> f32[B, 64] {
    graph.yield %x : (f32[B, 64])
  }
  return
}

// -----

func.func @group_C4_inputs(%x: !graph.tensor<f32[B, 64]>, %y: !graph.tensor<f32[B, 64]>, %w: !graph.tensor<f32[8, 64]>) {
  %0:2 = graph.group "linear" -> f32[B, 8], f32[B, 8] {
    %1 = graph.linear %x, %w : (f32[B, 64], f32[8, 64]) -> f32[B, 8]
    // expected-error @+1 {{must have the input of the first linear layer of its group}}
    %2 = graph.linear %y, %w : (f32[B, 64], f32[8, 64]) -> f32[B, 8]
    graph.yield %1, %2 : (f32[B, 8], f32[B, 8])
  }
  return
}

// -----

func.func @group_C4_rows(%x: !graph.tensor<f32[B, 64]>, %w: !graph.tensor<f32[N, 64]>) {
  %0 = graph.group "linear" -> f32[B, N] {
    // expected-error @+1 {{in a group must have a number of output rows, got '!graph.tensor<f32[B, N]>'}}
    %1 = graph.linear %x, %w : (f32[B, 64], f32[N, 64]) -> f32[B, N]
    graph.yield %1 : (f32[B, N])
  }
  return
}

// -----

func.func @group_C4_results(%x: !graph.tensor<f32[B, 64]>, %w: !graph.tensor<f32[8, 64]>) {
  // expected-error @+1 {{of kind linear must hand out products and what follows them}}
  %0:2 = graph.group "linear" -> f32[B, 8], f32[B, 64] {
    %1 = graph.rms_norm %x epsilon 1.0e-05 : (f32[B, 64]) -> f32[B, 64]
    %2 = graph.linear %1, %w : (f32[B, 64], f32[8, 64]) -> f32[B, 8]
    graph.yield %2, %1 : (f32[B, 8], f32[B, 64])
  }
  return
}

// -----

func.func @group_C5(%x: !graph.tensor<f32[B, 64]>) {
  // expected-error @+1 {{of kind attention must hold one graph.attention and nothing else}}
  %0 = graph.group "attention" -> f32[B, 64] {
    %1 = graph.silu %x : (f32[B, 64]) -> f32[B, 64]
    graph.yield %1 : (f32[B, 64])
  }
  return
}

// -----

func.func @group_C5_two(%x: !graph.tensor<f32[B, T, 2, 8]>) {
  // expected-error @+1 {{of kind attention must hold one graph.attention and nothing else}}
  %0 = graph.group "attention" -> f32[B, T, 2, 8] {
    %1 = graph.attention %x, %x, %x mask none scale 1.0
        : (f32[B, T, 2, 8], f32[B, T, 2, 8], f32[B, T, 2, 8]) -> f32[B, T, 2, 8]
    %2 = graph.silu %1 : (f32[B, T, 2, 8]) -> f32[B, T, 2, 8]
    graph.yield %2 : (f32[B, T, 2, 8])
  }
  return
}
