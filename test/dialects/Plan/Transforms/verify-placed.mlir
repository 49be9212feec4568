// What convert-kernel-to-plan leaves, rule by rule. Every program here verifies; the pass alone objects.
// RUN: tern-opt %s --plan-verify-placed --split-input-file --verify-diagnostics

module {
  plan.memory arena 1024 scratch 0
  kernel.func @silu(%x: !graph.tensor<f32[T, 16]>) -> !graph.tensor<f32[T, 16]> attributes {
      schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
    %0 = graph.silu %x : (f32[T, 16]) -> f32[T, 16]
    kernel.return %0 : !graph.tensor<f32[T, 16]>
  }
  kernel.func @add(%x: !graph.tensor<f32[T, 16]>, %y: !graph.tensor<f32[T, 16]>) -> !graph.tensor<f32[T, 16]> attributes {
      schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
    %0 = graph.add %x, %y : (f32[T, 16], f32[T, 16]) -> f32[T, 16]
    kernel.return %0 : !graph.tensor<f32[T, 16]>
  }
  graph.state @s recurrent of layer 0 : f32[B, 16]
  kernel.func @read(%s: !kernel.state<!graph.tensor<f32[1, 16]>, rows>) -> !graph.tensor<f32[1, 16]> attributes {
      schedule = #kernel.schedule<kind = serial>, tasks = [#kernel.tasks<roots = [0], dims = [], tiles = []>]} {
    %0 = kernel.read_state %s : !kernel.state<!graph.tensor<f32[1, 16]>, rows> -> f32[1, 16]
    kernel.return %0 : !graph.tensor<f32[1, 16]>
  }
  kernel.func @write(%s: !kernel.state<!graph.tensor<f32[1, 16]>, rows>, %x: !graph.tensor<f32[1, 16]>) attributes {
      schedule = #kernel.schedule<kind = serial>, tasks = [#kernel.tasks<roots = [0], dims = [], tiles = []>]} {
    kernel.write_state %s, %x : !kernel.state<!graph.tensor<f32[1, 16]>, rows>, f32[1, 16]
    kernel.return
  }
  plan.entry @accepted attributes {ranges = {T = [1, 4]}} {
    plan.input "x" : f32[T, 16] at 0
    plan.output "y" : f32[T, 16] at 0
    plan.launch @silu [#plan.arena<offset = 0, bytes = 256>, #plan.arena<offset = 256, bytes = 256>]
    plan.launch @silu [#plan.arena<offset = 0, bytes = 256>, #plan.arena<offset = 512, bytes = 256>]
    plan.launch @add [#plan.arena<offset = 256, bytes = 256>, #plan.arena<offset = 512, bytes = 256>, #plan.arena<offset = 0, bytes = 256>] wait
  }
  plan.entry @states attributes {ranges = {}} {
    plan.input "x" : f32[1, 16] at 0
    plan.output "y" : f32[1, 16] at 256
    plan.launch @read [#plan.state<@s>, #plan.arena<offset = 64, bytes = 64>]
    plan.launch @read [#plan.state<@s>, #plan.arena<offset = 256, bytes = 64>]
    plan.launch @write [#plan.state<@s>, #plan.arena<offset = 0, bytes = 64>] wait
  }
}

// -----

module {
  // expected-error @above {{must have one plan.memory, got 0}}
  kernel.func @silu(%x: !graph.tensor<f32[T, 16]>) -> !graph.tensor<f32[T, 16]> attributes {
      schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
    %0 = graph.silu %x : (f32[T, 16]) -> f32[T, 16]
    kernel.return %0 : !graph.tensor<f32[T, 16]>
  }
}

// -----

module {
  plan.memory arena 512 scratch 0
  // expected-error @below {{must have become a plan.entry}}
  func.func private @P1()
}

// -----

module {
  // expected-error @below {{must have the scratch of every kernel, got 0}}
  plan.memory arena 512 scratch 0
  // expected-note @below {{this one takes 64}}
  kernel.func @silu(%x: !graph.tensor<f32[T, 16]>) -> !graph.tensor<f32[T, 16]> attributes {kernel.scratch = 64 : i64,
      schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
    %0 = graph.silu %x : (f32[T, 16]) -> f32[T, 16]
    kernel.return %0 : !graph.tensor<f32[T, 16]>
  }
}

// -----

module {
  plan.memory arena 512 scratch 0
  kernel.func @silu(%x: !graph.tensor<f32[T, 16]>) -> !graph.tensor<f32[T, 16]> attributes {
      schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
    %0 = graph.silu %x : (f32[T, 16]) -> f32[T, 16]
    kernel.return %0 : !graph.tensor<f32[T, 16]>
  }
  plan.entry @P2 attributes {ranges = {T = [1, 4]}} {
    plan.input "x" : f32[T, 16] at 0
    // expected-error @below {{offsets must be multiples of 64, got 288}}
    plan.launch @silu [#plan.arena<offset = 0, bytes = 256>, #plan.arena<offset = 288, bytes = 256>]
  }
}

// -----

module {
  plan.memory arena 512 scratch 0
  kernel.func @silu(%x: !graph.tensor<f32[T, 16]>) -> !graph.tensor<f32[T, 16]> attributes {
      schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
    %0 = graph.silu %x : (f32[T, 16]) -> f32[T, 16]
    kernel.return %0 : !graph.tensor<f32[T, 16]>
  }
  plan.entry @P2_end attributes {ranges = {T = [1, 4]}} {
    plan.input "x" : f32[T, 16] at 0
    // expected-error @below {{must lie in the arena of 512 bytes, got offset 320 and 256 bytes}}
    plan.launch @silu [#plan.arena<offset = 0, bytes = 256>, #plan.arena<offset = 320, bytes = 256>]
  }
}

// -----

module {
  plan.memory arena 512 scratch 0
  plan.entry @P2_input attributes {ranges = {T = [1, 4]}} {
    // expected-error @below {{must lie in the arena of 512 bytes, got offset 512 and 256 bytes}}
    plan.input "x" : f32[T, 16] at 512
  }
}

// -----

module {
  plan.memory arena 512 scratch 0
  kernel.func @silu(%x: !graph.tensor<f32[T, 16]>) -> !graph.tensor<f32[T, 16]> attributes {
      schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
    %0 = graph.silu %x : (f32[T, 16]) -> f32[T, 16]
    kernel.return %0 : !graph.tensor<f32[T, 16]>
  }
  plan.entry @P3 attributes {ranges = {T = [1, 4]}} {
    plan.input "x" : f32[T, 16] at 0
    // expected-error @below {{place 1 must have the 256 bytes of}}
    plan.launch @silu [#plan.arena<offset = 0, bytes = 256>, #plan.arena<offset = 256, bytes = 128>]
  }
}

// -----

module {
  plan.memory arena 512 scratch 0
  plan.entry @P3_input attributes {ranges = {}} {
    // expected-error @below {{must have a largest size: 'ranges' of the entry names each of its symbols}}
    plan.input "x" : f32[T, 16] at 0
  }
}

// -----

module {
  plan.memory arena 512 scratch 0
  plan.entry @P4_inputs attributes {ranges = {T = [1, 4]}} {
    // expected-note @below {{the other is at bytes 0 to 256}}
    plan.input "x" : f32[T, 16] at 0
    // expected-error @below {{bytes 192 to 448 are another input's}}
    plan.input "z" : f32[T, 16] at 192
  }
}

// -----

module {
  plan.memory arena 1024 scratch 0
  kernel.func @silu(%x: !graph.tensor<f32[T, 16]>) -> !graph.tensor<f32[T, 16]> attributes {
      schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
    %0 = graph.silu %x : (f32[T, 16]) -> f32[T, 16]
    kernel.return %0 : !graph.tensor<f32[T, 16]>
  }
  kernel.func @add(%x: !graph.tensor<f32[T, 16]>, %y: !graph.tensor<f32[T, 16]>) -> !graph.tensor<f32[T, 16]> attributes {
      schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
    %0 = graph.add %x, %y : (f32[T, 16], f32[T, 16]) -> f32[T, 16]
    kernel.return %0 : !graph.tensor<f32[T, 16]>
  }
  plan.entry @P4_overwritten attributes {ranges = {T = [1, 4]}} {
    plan.input "x" : f32[T, 16] at 0
    plan.launch @silu [#plan.arena<offset = 0, bytes = 256>, #plan.arena<offset = 256, bytes = 256>]
    // expected-note @below {{bytes 320 to 576 were written here}}
    plan.launch @silu [#plan.arena<offset = 0, bytes = 256>, #plan.arena<offset = 320, bytes = 256>] wait
    // expected-error @below {{reads bytes 256 to 512, which hold no value}}
    plan.launch @add [#plan.arena<offset = 256, bytes = 256>, #plan.arena<offset = 320, bytes = 256>, #plan.arena<offset = 640, bytes = 256>] wait
  }
}

// -----

module {
  plan.memory arena 512 scratch 0
  kernel.func @silu(%x: !graph.tensor<f32[T, 16]>) -> !graph.tensor<f32[T, 16]> attributes {
      schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
    %0 = graph.silu %x : (f32[T, 16]) -> f32[T, 16]
    kernel.return %0 : !graph.tensor<f32[T, 16]>
  }
  plan.entry @P4_nothing attributes {ranges = {T = [1, 4]}} {
    plan.input "x" : f32[T, 16] at 0
    // expected-error @below {{reads bytes 256 to 512, which hold no value}}
    plan.launch @silu [#plan.arena<offset = 256, bytes = 256>, #plan.arena<offset = 0, bytes = 256>]
  }
}

// -----

module {
  plan.memory arena 512 scratch 0
  kernel.func @silu(%x: !graph.tensor<f32[T, 16]>) -> !graph.tensor<f32[T, 16]> attributes {
      schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
    %0 = graph.silu %x : (f32[T, 16]) -> f32[T, 16]
    kernel.return %0 : !graph.tensor<f32[T, 16]>
  }
  plan.entry @P4_itself attributes {ranges = {T = [1, 4]}} {
    plan.input "x" : f32[T, 16] at 0
    // expected-error @below {{must write results to bytes of their own}}
    plan.launch @silu [#plan.arena<offset = 0, bytes = 256>, #plan.arena<offset = 192, bytes = 256>]
  }
}

// -----

module {
  plan.memory arena 1024 scratch 0
  kernel.func @two(%x: !graph.tensor<f32[T, 16]>) -> (!graph.tensor<f32[T, 16]>, !graph.tensor<f32[T, 16]>) attributes {
      schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0, 1], dims = ["T"], tiles = [1]>]} {
    %0 = graph.silu %x : (f32[T, 16]) -> f32[T, 16]
    %1 = graph.neg %x : (f32[T, 16]) -> f32[T, 16]
    kernel.return %0, %1 : !graph.tensor<f32[T, 16]>, !graph.tensor<f32[T, 16]>
  }
  plan.entry @P4_results attributes {ranges = {T = [1, 4]}} {
    plan.input "x" : f32[T, 16] at 0
    // expected-error @below {{must write results to bytes of their own}}
    plan.launch @two [#plan.arena<offset = 0, bytes = 256>, #plan.arena<offset = 256, bytes = 256>, #plan.arena<offset = 320, bytes = 256>]
  }
}

// -----

module {
  plan.memory arena 512 scratch 0
  kernel.func @silu(%x: !graph.tensor<f32[T, 16]>) -> !graph.tensor<f32[T, 16]> attributes {
      schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
    %0 = graph.silu %x : (f32[T, 16]) -> f32[T, 16]
    kernel.return %0 : !graph.tensor<f32[T, 16]>
  }
  plan.entry @P4_output attributes {ranges = {T = [1, 4]}} {
    // expected-note @below {{bytes 256 to 512 were written here}}
    plan.input "x" : f32[T, 16] at 256
    // expected-error @below {{reads bytes 192 to 448, which hold no value}}
    plan.output "y" : f32[T, 16] at 192
  }
}

// -----

module {
  plan.memory arena 512 scratch 0
  kernel.func @silu(%x: !graph.tensor<f32[T, 16]>) -> !graph.tensor<f32[T, 16]> attributes {
      schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
    %0 = graph.silu %x : (f32[T, 16]) -> f32[T, 16]
    kernel.return %0 : !graph.tensor<f32[T, 16]>
  }
  graph.weight @w : f32[4, 16] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
  plan.entry @P4_weight attributes {ranges = {T = [1, 4]}} {
    plan.input "x" : f32[T, 16] at 0
    // expected-error @below {{must write results to the arena, got #plan.weight<@w>}}
    plan.launch @silu [#plan.arena<offset = 0, bytes = 256>, #plan.weight<@w>]
  }
}

// -----

module {
  plan.memory arena 1024 scratch 0
  kernel.func @silu(%x: !graph.tensor<f32[T, 16]>) -> !graph.tensor<f32[T, 16]> attributes {
      schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
    %0 = graph.silu %x : (f32[T, 16]) -> f32[T, 16]
    kernel.return %0 : !graph.tensor<f32[T, 16]>
  }
  plan.entry @P5_read attributes {ranges = {T = [1, 4]}} {
    plan.input "x" : f32[T, 16] at 0
    // expected-note @below {{which this launch, since the last wait, writes}}
    plan.launch @silu [#plan.arena<offset = 0, bytes = 256>, #plan.arena<offset = 256, bytes = 256>]
    // expected-error @below {{must wait: it reads #plan.arena<offset = 256, bytes = 256>}}
    plan.launch @silu [#plan.arena<offset = 256, bytes = 256>, #plan.arena<offset = 512, bytes = 256>]
  }
}

// -----

module {
  plan.memory arena 1024 scratch 0
  kernel.func @silu(%x: !graph.tensor<f32[T, 16]>) -> !graph.tensor<f32[T, 16]> attributes {
      schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
    %0 = graph.silu %x : (f32[T, 16]) -> f32[T, 16]
    kernel.return %0 : !graph.tensor<f32[T, 16]>
  }
  plan.entry @P5_write attributes {ranges = {T = [1, 4]}} {
    plan.input "x" : f32[T, 16] at 0
    plan.input "z" : f32[T, 16] at 512
    // expected-note @below {{which this launch, since the last wait, reads}}
    plan.launch @silu [#plan.arena<offset = 0, bytes = 256>, #plan.arena<offset = 256, bytes = 256>]
    // expected-error @below {{must wait: it writes #plan.arena<offset = 0, bytes = 256>}}
    plan.launch @silu [#plan.arena<offset = 512, bytes = 256>, #plan.arena<offset = 0, bytes = 256>]
  }
}

// -----

module {
  plan.memory arena 512 scratch 0
  graph.state @s recurrent of layer 0 : f32[B, 16]
  kernel.func @read(%s: !kernel.state<!graph.tensor<f32[1, 16]>, rows>) -> !graph.tensor<f32[1, 16]> attributes {
      schedule = #kernel.schedule<kind = serial>, tasks = [#kernel.tasks<roots = [0], dims = [], tiles = []>]} {
    %0 = kernel.read_state %s : !kernel.state<!graph.tensor<f32[1, 16]>, rows> -> f32[1, 16]
    kernel.return %0 : !graph.tensor<f32[1, 16]>
  }
  kernel.func @write(%s: !kernel.state<!graph.tensor<f32[1, 16]>, rows>, %x: !graph.tensor<f32[1, 16]>) attributes {
      schedule = #kernel.schedule<kind = serial>, tasks = [#kernel.tasks<roots = [0], dims = [], tiles = []>]} {
    kernel.write_state %s, %x : !kernel.state<!graph.tensor<f32[1, 16]>, rows>, f32[1, 16]
    kernel.return
  }
  plan.entry @P5_state attributes {ranges = {}} {
    plan.input "x" : f32[1, 16] at 0
    // expected-note @below {{which this launch, since the last wait, reads}}
    plan.launch @read [#plan.state<@s>, #plan.arena<offset = 64, bytes = 64>]
    // expected-error @below {{must wait: it writes #plan.state<@s>}}
    plan.launch @write [#plan.state<@s>, #plan.arena<offset = 0, bytes = 64>]
  }
}
