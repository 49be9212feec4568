// Kernels, launches, attributes and types that break a constraint, named after op and label.
// RUN: tern-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{arguments must be graph tensors or states, got 'i32'}}
kernel.func @func_C1_argument(%x: i32) attributes {schedule = #kernel.schedule<kind = rows>, tasks = []} {
  kernel.return
}

// -----

// expected-error @below {{results must be graph tensors, got '!kernel.state<<f32[4]>, rows>'}}
kernel.func @func_C1_result(%x: !kernel.state<!graph.tensor<f32[4]>, rows>) -> !kernel.state<!graph.tensor<f32[4]>, rows>
    attributes {schedule = #kernel.schedule<kind = rows>, tasks = []} {
  kernel.return
}

// -----

// expected-error @below {{body must be one block that ends in kernel.return}}
kernel.func @func_C2_declaration() attributes {schedule = #kernel.schedule<kind = rows>, tasks = []}

// -----

// expected-error @below {{body must be one block that ends in kernel.return}}
kernel.func @func_C2_blocks() attributes {schedule = #kernel.schedule<kind = rows>, tasks = []} {
  kernel.return
^again:
  kernel.return
}

// -----

// expected-error @below {{root 0 must be computed by one space of tasks, got 0}}
kernel.func @func_C3_none(%x: !graph.tensor<f32[4]>) -> !graph.tensor<f32[4]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = []} {
  kernel.return %x : !graph.tensor<f32[4]>
}

// -----

// expected-error @below {{root 0 must be computed by one space of tasks, got 2}}
kernel.func @func_C3_twice(%x: !graph.tensor<f32[4]>) -> !graph.tensor<f32[4]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0, 0], dims = [], tiles = []>]} {
  kernel.return %x : !graph.tensor<f32[4]>
}

// -----

// expected-error @below {{tasks compute root 1, and there are 1}}
kernel.func @func_C3_unknown(%x: !graph.tensor<f32[4]>) -> !graph.tensor<f32[4]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [1], dims = [], tiles = []>]} {
  kernel.return %x : !graph.tensor<f32[4]>
}

// -----

// expected-error @below {{root 0 must be computed by one space of tasks, got 0}}
kernel.func @func_C3_state(%s: !kernel.state<!graph.tensor<f32[4]>, rows>, %x: !graph.tensor<f32[4]>) attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = []} {
  kernel.write_state %s, %x : !kernel.state<!graph.tensor<f32[4]>, rows>, f32[4]
  kernel.return
}

// -----

// expected-error @below {{tasks run over "T", which is no dimension of an argument or result}}
kernel.func @func_C4(%x: !graph.tensor<f32[B]>) -> !graph.tensor<f32[B]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
  kernel.return %x : !graph.tensor<f32[B]>
}

// -----

kernel.func @return_C1(%x: !graph.tensor<f32[4]>) -> !graph.tensor<f32[8]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [], tiles = []>]} {
  // expected-error @below {{must return the results '!graph.tensor<f32[8]>'}}
  kernel.return %x : !graph.tensor<f32[4]>
}

// -----

func.func @launch_C1(%x: !graph.tensor<f32[4]>) {
  // expected-error @below {{must name a kernel.func of the module, got @missing}}
  kernel.launch @missing(%x) : (!graph.tensor<f32[4]>) -> ()
  return
}

// -----

// expected-note @below {{the kernel is declared here with}}
kernel.func @copy(%x: !graph.tensor<f32[4]>) -> !graph.tensor<f32[4]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [], tiles = []>]} {
  kernel.return %x : !graph.tensor<f32[4]>
}
func.func @launch_C2(%x: !graph.tensor<f32[8]>) {
  // expected-error @below {{operands and results must have the types of the kernel}}
  %0 = kernel.launch @copy(%x) : (!graph.tensor<f32[8]>) -> !graph.tensor<f32[4]>
  return
}

// -----

func.func @load_state_C1() {
  // expected-error @below {{must name a graph.state of the module, got @missing}}
  %0 = kernel.load_state @missing : !kernel.state<!graph.tensor<f32[1, 16]>, rows>
  return
}

// -----

graph.state @s recurrent of layer 0 : f32[B, 16]
func.func @load_state_C2() {
  // expected-error @below {{must refer to the state's tensor '!graph.tensor<f32[B, 16]>', got '!graph.tensor<f32[1, 8]>'}}
  %0 = kernel.load_state @s : !kernel.state<!graph.tensor<f32[1, 8]>, rows>
  return
}

// -----

graph.state @k key of layer 0 : f16[B, C, 3, 64] {kernel.layout = #kernel.layout<lanes16>}
func.func @load_state_C3() {
  // expected-error @below {{must have the state's layout 'lanes16', got 'heads'}}
  %0 = kernel.load_state @k : !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, heads>
  return
}

// -----

kernel.func @read_state_C1(%s: !kernel.state<!graph.tensor<f32[4]>, rows>) attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = []} {
  // expected-error @below {{'result' must be the state's tensor '!graph.tensor<f32[4]>', got '!graph.tensor<f32[8]>'}}
  %0 = kernel.read_state %s : !kernel.state<!graph.tensor<f32[4]>, rows> -> f32[8]
  kernel.return
}

// -----

kernel.func @write_state_C1(%s: !kernel.state<!graph.tensor<f32[4]>, rows>, %x: !graph.tensor<f16[4]>) attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [], tiles = []>]} {
  // expected-error @below {{'value' must be the state's tensor '!graph.tensor<f32[4]>', got '!graph.tensor<f16[4]>'}}
  kernel.write_state %s, %x : !kernel.state<!graph.tensor<f32[4]>, rows>, f16[4]
  kernel.return
}

// -----

kernel.func @append_state_C1(%s: !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, rows>,
                             %x: !graph.tensor<f16[1, T, 2, 64]>, %p: !graph.tensor<i32[1, T]>) attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [], tiles = []>]} {
  // expected-error @below {{'value' must be the state's tensor '!graph.tensor<f16[1, T, 3, 64]>', got '!graph.tensor<f16[1, T, 2, 64]>'}}
  kernel.append_state %s, %x at %p : !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, rows>, (f16[1, T, 2, 64], i32[1, T])
  kernel.return
}

// -----

kernel.func @append_state_C2(%s: !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, rows>,
                             %x: !graph.tensor<f16[1, T, 3, 64]>, %p: !graph.tensor<i32[T]>) attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [], tiles = []>]} {
  // expected-error @below {{'positions' must have shape [1, T], got [T]}}
  kernel.append_state %s, %x at %p : !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, rows>, (f16[1, T, 3, 64], i32[T])
  kernel.return
}

// -----

func.func @attend_part_C1(%q: !graph.tensor<f32[1, 1, 6, 64]>, %k: !graph.tensor<f16[1, C, 3, 64]>, %v: !graph.tensor<f16[1, C, 3, 32]>, %p: !graph.tensor<i32[1, 1]>) {
  // expected-error @below {{the number of parts must be a number, got S}}
  %0 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.25
      : (f32[1, 1, 6, 64], f16[1, C, 3, 64], f16[1, C, 3, 32], i32[1, 1]) -> f32[1, 1, 6, S, 34]
  return
}

// -----

func.func @attend_part_C2_width(%q: !graph.tensor<f32[1, 1, 6, 64]>, %k: !graph.tensor<f16[1, C, 3, 64]>, %v: !graph.tensor<f16[1, C, 3, 32]>, %p: !graph.tensor<i32[1, 1]>) {
  // expected-error @below {{result must be [B, T, H, S, e + 2]}}
  %0 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.25
      : (f32[1, 1, 6, 64], f16[1, C, 3, 64], f16[1, C, 3, 32], i32[1, 1]) -> f32[1, 1, 6, 2, 32]
  return
}

// -----

func.func @attend_part_C2_rank(%q: !graph.tensor<f32[1, 1, 6, 64]>, %k: !graph.tensor<f16[1, C, 3, 64]>, %v: !graph.tensor<f16[1, C, 3, 32]>, %p: !graph.tensor<i32[1, 1]>) {
  // expected-error @below {{result must be [B, T, H, S, e + 2] in f32}}
  %0 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.25
      : (f32[1, 1, 6, 64], f16[1, C, 3, 64], f16[1, C, 3, 32], i32[1, 1]) -> f32[1, 1, 6, 34]
  return
}

// -----

func.func @attend_part_C2_element(%q: !graph.tensor<f32[1, 1, 6, 64]>, %k: !graph.tensor<f16[1, C, 3, 64]>, %v: !graph.tensor<f16[1, C, 3, 32]>, %p: !graph.tensor<i32[1, 1]>) {
  // expected-error @below {{result must be [B, T, H, S, e + 2] in f32}}
  %0 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.25
      : (f32[1, 1, 6, 64], f16[1, C, 3, 64], f16[1, C, 3, 32], i32[1, 1]) -> f16[1, 1, 6, 2, 34]
  return
}

// -----

func.func @attend_part_C2_heads(%q: !graph.tensor<f32[1, 1, 6, 64]>, %k: !graph.tensor<f16[1, C, 4, 64]>, %v: !graph.tensor<f16[1, C, 4, 32]>, %p: !graph.tensor<i32[1, 1]>) {
  // expected-error @below {{heads of 'query' must be a multiple of those of 'key', got 6 and 4}}
  %0 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.25
      : (f32[1, 1, 6, 64], f16[1, C, 4, 64], f16[1, C, 4, 32], i32[1, 1]) -> f32[1, 1, 6, 2, 34]
  return
}

// -----

func.func @attend_part_C2_positions(%q: !graph.tensor<f32[1, 1, 6, 64]>, %k: !graph.tensor<f16[1, C, 3, 64]>, %v: !graph.tensor<f16[1, C, 3, 32]>, %p: !graph.tensor<i32[1, 2]>) {
  // expected-error @below {{'positions' must have shape [1, 1], got [1, 2]}}
  %0 = kernel.attend_part %q, %k, %v at %p mask causal scale 0.25
      : (f32[1, 1, 6, 64], f16[1, C, 3, 64], f16[1, C, 3, 32], i32[1, 2]) -> f32[1, 1, 6, 2, 34]
  return
}

// -----

func.func @attend_part_C2_no_positions(%q: !graph.tensor<f32[1, 1, 6, 64]>, %k: !graph.tensor<f16[1, C, 3, 64]>, %v: !graph.tensor<f16[1, C, 3, 32]>, %p: !graph.tensor<i32[1, 1]>) {
  // expected-error @below {{a causal mask, a window and slopes need 'positions'}}
  %0 = kernel.attend_part %q, %k, %v mask causal scale 0.25
      : (f32[1, 1, 6, 64], f16[1, C, 3, 64], f16[1, C, 3, 32]) -> f32[1, 1, 6, 2, 34]
  return
}

// -----

func.func @attend_combine_C1(%p: !graph.tensor<f32[1, 1, 6, 2, 34]>) {
  // expected-error @below {{result must be [B, T, H, e] of parts [B, T, H, S, e + 2]}}
  %0 = kernel.attend_combine %p : (f32[1, 1, 6, 2, 34]) -> f32[1, 1, 6, 34]
  return
}

// -----

func.func @attend_combine_C1_sinks(%p: !graph.tensor<f32[1, 1, 6, 2, 34]>, %s: !graph.tensor<f32[3]>) {
  // expected-error @below {{'sinks' must have shape [6], got [3]}}
  %0 = kernel.attend_combine %p sinks %s : (f32[1, 1, 6, 2, 34], f32[3]) -> f32[1, 1, 6, 32]
  return
}

// -----

// schedule_C1
// expected-error @below {{'rows', 'tokens' and 'prefetch' must not be negative, got -1, 0 and 0}}
func.func private @f() attributes {a = #kernel.schedule<kind = linear, rows = -1>}

// -----

// schedule_C1 again
// expected-error @below {{'inline_prologue' must be 0 or 1, got 2}}
func.func private @f() attributes {a = #kernel.schedule<kind = linear, inline_prologue = 2>}

// -----

// tasks_C1
// expected-error @below {{tasks must compute something, got no roots}}
func.func private @f() attributes {a = #kernel.tasks<roots = [], dims = [4], tiles = [1]>}

// -----

// tasks_C2
// expected-error @below {{each of 2 dimensions must have a positive tile, got [1]}}
func.func private @f() attributes {a = #kernel.tasks<roots = [0], dims = [4, "T"], tiles = [1]>}

// -----

// tasks_C2: no tile
// expected-error @below {{each of 1 dimensions must have a positive tile, got [0]}}
func.func private @f() attributes {a = #kernel.tasks<roots = [0], dims = [4], tiles = [0]>}

// -----

// tasks_C2: a size
// expected-error @below {{sizes must not be negative, got -4}}
func.func private @f() attributes {a = #kernel.tasks<roots = [0], dims = [-4], tiles = [1]>}

// -----

// state_C1
// expected-error @below {{layout 'tiles16' is of weights, not of states}}
func.func private @f(!kernel.state<!graph.tensor<f16[1, C, 3, 64]>, tiles16>)

// -----

// state_C1: rank
// expected-error @below {{layout 'heads' is of tensors of rank 4, got '!graph.tensor<f16[1, 16]>'}}
func.func private @f(!kernel.state<!graph.tensor<f16[1, 16]>, heads>)
