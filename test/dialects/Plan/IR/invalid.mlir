// Plans that break a constraint, named after op and label.
// RUN: tern-opt %s --split-input-file --verify-diagnostics

// memory_C1
// expected-error @below {{attribute 'arena' failed to satisfy constraint}}
plan.memory arena -1 scratch 0

// -----

// memory_C1: scratch
// expected-error @below {{attribute 'scratch' failed to satisfy constraint}}
plan.memory arena 0 scratch -1

// -----

func.func private @f()
plan.entry @entry_C1 attributes {ranges = {}} {
  // expected-error @below {{must be a plan.input, plan.output or plan.launch to stand in an entry}}
  func.call @f() : () -> ()
}

// -----

// expected-error @below {{range of "T" must be two positive numbers, the smaller first, got [2, 1]}}
plan.entry @entry_C2 attributes {ranges = {T = [2, 1]}} {
}

// -----

// expected-error @below {{range of "T" must be two positive numbers, the smaller first, got [0, 1]}}
plan.entry @entry_C2_zero attributes {ranges = {T = [0, 1]}} {
}

// -----

// expected-error @below {{range of "T" must be two positive numbers, the smaller first, got [1]}}
plan.entry @entry_C2_one attributes {ranges = {T = [1]}} {
}

// -----

// expected-error @below {{range of "T" must be two positive numbers, the smaller first, got 4}}
plan.entry @entry_C2_number attributes {ranges = {T = 4}} {
}

// -----

// input_C1
plan.entry @e attributes {ranges = {}} {
  // expected-error @below {{attribute 'offset' failed to satisfy constraint}}
  plan.input "x" : f32[4] at -64
}

// -----

// output_C1
plan.entry @e attributes {ranges = {}} {
  // expected-error @below {{attribute 'offset' failed to satisfy constraint}}
  plan.output "x" : f32[4] at -64
}

// -----

// launch_C1
plan.entry @e attributes {ranges = {}} {
  // expected-error @below {{must name a kernel of the module, got @missing}}
  plan.launch @missing []
}

// -----

// launch_C1: no function
graph.state @s recurrent of layer 0 : f32[B, 32]
plan.entry @e attributes {ranges = {}} {
  // expected-error @below {{must name a kernel of the module, got @s}}
  plan.launch @s []
}

// -----

// launch_C2
kernel.func @copy(%x: !graph.tensor<f32[4]>) -> !graph.tensor<f32[4]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [], tiles = []>]} {
  kernel.return %x : !graph.tensor<f32[4]>
}
plan.entry @e attributes {ranges = {}} {
  // expected-error @below {{must have a place for each of 2 arguments and results, got 1}}
  plan.launch @copy [#plan.arena<offset = 0, bytes = 16>]
}

// -----

// launch_C3
func.func private @f()
plan.entry @e attributes {ranges = {}} {
  // expected-error @below {{places must be #plan.arena, #plan.weight or #plan.state, got 4}}
  plan.launch @f [4]
}

// -----

// launch_C4
func.func private @f()
plan.entry @e attributes {ranges = {}} {
  // expected-error @below {{must name a graph.weight of the module, got @f}}
  plan.launch @f [#plan.weight<@f>]
}

// -----

// launch_C4: state
func.func private @f()
plan.entry @e attributes {ranges = {}} {
  // expected-error @below {{must name a graph.state of the module, got @s}}
  plan.launch @f [#plan.state<@s>]
}

// -----

// arena_C1
// expected-error @below {{offset and bytes must not be negative, got -64 and 16}}
func.func private @f() attributes {a = #plan.arena<offset = -64, bytes = 16>}
