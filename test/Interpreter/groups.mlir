// Groups, and kernels on states by reference. Expected values: by hand.
// RUN: tern-opt %s --run-checks

graph.state @one recurrent of layer 0 : f32[1, 2]
graph.state @two recurrent of layer 1 : f32[1, 2]
graph.state @k key of layer 0 : f32[1, C, 1]

func.func @group() {
  %0 = graph.constant dense<[1.0, -2.0]> : tensor<2xf32> as f32[2]
  %1:2 = graph.group "rows" -> f32[2], f32[2] {
    %3 = graph.add %0, %0 : (f32[2], f32[2]) -> f32[2]
    %4 = graph.mul %3, %3 : (f32[2], f32[2]) -> f32[2]
    graph.yield %4, %3 : (f32[2], f32[2])
  }
  %2 = graph.group "rows" -> f32[2] {
    %3 = graph.sub %1#0, %1#1 : (f32[2], f32[2]) -> f32[2]
    graph.yield %3 : (f32[2])
  }
  check.expect_constant %2 is dense<[2.0, 20.0]> : tensor<2xf32> : (f32[2])
  return
}

// A group hands on what it did not compute.
func.func @group_hands_on() {
  %0 = graph.constant dense<[1.0, -2.0]> : tensor<2xf32> as f32[2]
  %1:2 = graph.group "rows" -> f32[2], f32[2] {
    graph.yield %0, %0 : (f32[2], f32[2])
  }
  check.expect_eq %1#1, %0 : (f32[2], f32[2])
  return
}

kernel.func @accumulate(%s: !kernel.state<!graph.tensor<f32[1, 2]>, rows>, %x: !graph.tensor<f32[1, 2]>)
    -> !graph.tensor<f32[1, 2]> attributes {
    schedule = #kernel.schedule<kind = serial>, tasks = [#kernel.tasks<roots = [0, 1], dims = [], tiles = []>]} {
  %0 = kernel.read_state %s : !kernel.state<!graph.tensor<f32[1, 2]>, rows> -> f32[1, 2]
  %1 = graph.add %0, %x : (f32[1, 2], f32[1, 2]) -> f32[1, 2]
  kernel.write_state %s, %1 : !kernel.state<!graph.tensor<f32[1, 2]>, rows>, f32[1, 2]
  kernel.return %0 : !graph.tensor<f32[1, 2]>
}

// One kernel on two states: each keeps its own; the result is what the state held before.
func.func @states_by_reference() {
  %x = graph.constant dense<[[1.0, 10.0]]> : tensor<1x2xf32> as f32[1, 2]
  %one = kernel.load_state @one : !kernel.state<!graph.tensor<f32[1, 2]>, rows>
  %two = kernel.load_state @two : !kernel.state<!graph.tensor<f32[1, 2]>, rows>
  %0 = kernel.launch @accumulate(%one, %x) : (!kernel.state<!graph.tensor<f32[1, 2]>, rows>, !graph.tensor<f32[1, 2]>) -> !graph.tensor<f32[1, 2]>
  %1 = kernel.launch @accumulate(%one, %x) : (!kernel.state<!graph.tensor<f32[1, 2]>, rows>, !graph.tensor<f32[1, 2]>) -> !graph.tensor<f32[1, 2]>
  %2 = kernel.launch @accumulate(%two, %x) : (!kernel.state<!graph.tensor<f32[1, 2]>, rows>, !graph.tensor<f32[1, 2]>) -> !graph.tensor<f32[1, 2]>
  check.expect_constant %0 is dense<0.0> : tensor<1x2xf32> : (f32[1, 2])
  check.expect_eq %1, %x : (f32[1, 2], f32[1, 2])
  check.expect_constant %2 is dense<0.0> : tensor<1x2xf32> : (f32[1, 2])
  %3 = graph.read_state @one : f32[1, 2]
  check.expect_constant %3 is dense<[[2.0, 20.0]]> : tensor<1x2xf32> : (f32[1, 2])
  %4 = graph.read_state @two : f32[1, 2]
  check.expect_eq %4, %x : (f32[1, 2], f32[1, 2])
  return
}

kernel.func @append(%s: !kernel.state<!graph.tensor<f32[1, C, 1]>, rows>, %x: !graph.tensor<f32[1, 4, 1]>,
                    %p: !graph.tensor<i32[1, 4]>) attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [1, 4], tiles = [1, 1]>]} {
  kernel.append_state %s, %x at %p : !kernel.state<!graph.tensor<f32[1, C, 1]>, rows>, (f32[1, 4, 1], i32[1, 4])
  kernel.return
}
kernel.func @read(%s: !kernel.state<!graph.tensor<f32[1, C, 1]>, rows>) -> !graph.tensor<f32[1, C, 1]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [], tiles = []>]} {
  %0 = kernel.read_state %s : !kernel.state<!graph.tensor<f32[1, C, 1]>, rows> -> f32[1, C, 1]
  kernel.return %0 : !graph.tensor<f32[1, C, 1]>
}

// Positions in any order, a slot without a token, and a state that grew since it was referred to.
func.func @append_by_reference() {
  %x = graph.constant dense<[[[3.0], [9.0], [1.0], [2.0]]]> : tensor<1x4x1xf32> as f32[1, 4, 1]
  %p = graph.constant dense<[[2, -1, 0, 1]]> : tensor<1x4xi32> as i32[1, 4]
  %s = kernel.load_state @k : !kernel.state<!graph.tensor<f32[1, C, 1]>, rows>
  kernel.launch @append(%s, %x, %p) : (!kernel.state<!graph.tensor<f32[1, C, 1]>, rows>, !graph.tensor<f32[1, 4, 1]>, !graph.tensor<i32[1, 4]>) -> ()
  %0 = kernel.launch @read(%s) : (!kernel.state<!graph.tensor<f32[1, C, 1]>, rows>) -> !graph.tensor<f32[1, C, 1]>
  check.expect_constant %0 is dense<[[[1.0], [2.0], [3.0]]]> : tensor<1x3x1xf32> : (f32[1, C, 1])
  return
}
