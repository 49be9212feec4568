// Every op and attribute in its own syntax, in text and bytecode.
// RUN: tern-opt %s | tern-opt | FileCheck %s
// RUN: tern-opt --emit-bytecode %s | tern-opt | FileCheck %s
// RUN: tern-opt --mlir-print-op-generic %s | tern-opt | FileCheck %s

graph.weight @w : f32[32, 64] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
graph.state @s recurrent of layer 0 : f32[B, 32]
kernel.func @step(%x: !graph.tensor<f32[B, T, 64]>, %w: !graph.tensor<f32[32, 64]>,
                  %s: !kernel.state<!graph.tensor<f32[B, 32]>, rows>) -> !graph.tensor<f32[B, T, 32]> attributes {
    schedule = #kernel.schedule<kind = serial>, tasks = [#kernel.tasks<roots = [0], dims = [], tiles = []>]} {
  %0 = graph.linear %x, %w : (f32[B, T, 64], f32[32, 64]) -> f32[B, T, 32]
  kernel.return %0 : !graph.tensor<f32[B, T, 32]>
}

// CHECK: plan.memory arena 4608 scratch 512
plan.memory arena 4608 scratch 512
// CHECK: plan.entry @prefill attributes {ranges = {B = [1, 1], T = [1, 256]}} {
plan.entry @prefill attributes {ranges = {B = [1, 1], T = [1, 256]}} {
  // CHECK-NEXT: plan.input "x" : f32[B, T, 64] at 0
  plan.input "x" : f32[B, T, 64] at 0
  // CHECK-NEXT: plan.output "y" : f32[B, T, 32] at 65536
  plan.output "y" : f32[B, T, 32] at 65536
  // CHECK-NEXT: plan.launch @step [#plan.arena<offset = 0, bytes = 65536>, #plan.weight<@w>, #plan.state<@s>, #plan.arena<offset = 65536, bytes = 32768>]{{$}}
  plan.launch @step [#plan.arena<offset = 0, bytes = 65536>, #plan.weight<@w>, #plan.state<@s>, #plan.arena<offset = 65536, bytes = 32768>]
  // CHECK-NEXT: plan.launch @step {{.*}}] wait{{$}}
  plan.launch @step [#plan.arena<offset = 0, bytes = 65536>, #plan.weight<@w>, #plan.state<@s>, #plan.arena<offset = 65536, bytes = 32768>] wait
}
