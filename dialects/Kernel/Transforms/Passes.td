//===- Passes.td - Passes of the kernel dialect ------------*- tablegen -*-===//

#ifndef TERN_KERNEL_TRANSFORMS_PASSES
#define TERN_KERNEL_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def FuseAppendIntoAttention : Pass<"kernel-fuse-append-into-attention", "::mlir::ModuleOp"> {
  let summary = "new tokens turned and kept by the kernel that attends with them";
  let description = [{
    A launch of `kernel.attend_part` for one new token of each sequence takes in the launches of kind `rows` that work
    for it alone: those that norm and turn its queries, and those that norm, turn and append the keys and values of the
    new tokens. One launch does what up to four did, and queries are written to memory no more. It is for GPUs, where a
    launch costs more than what is computed again:

    - each task computes the queries of its own heads, so each part of the context does for itself;
    - the task whose part of the keys holds the position of the new token appends the key and the value of its group,
      and then reads them; tasks of other parts do not read that position.

    Values stay what they are. Schedule and tasks are those of the attention, with the appended states as further roots.
    Equal kernels are made once, and kernels that nothing launches any longer are erased.

    A launch stays on its own, with a remark that says why, if others read what it gives; if it gives attention something
    else than queries; if it does more than to norm heads, to turn them, elementwise arithmetic and appending; if it
    writes a state that the attention does not read, or appends at other positions than those of the queries; if a launch
    between takes its state; or if a task would compute more than 4096 numbers of queries. A remark at each launch of
    attention gives its new kernel, how many launches it stands for, and what is computed again.

    Assumes entry points that launch kernels (`convert-graph-to-kernel`).

    Before:

    ```mlir
    graph.state @k key of layer 0 : f16[1, C, 3, 64] {kernel.layout = #kernel.layout<lanes16>}
    graph.state @v value of layer 0 : f16[1, C, 3, 64] {kernel.layout = #kernel.layout<heads>}
    kernel.func @rotate_append_state_0(
        %q: !graph.tensor<f32[1, 1, 9, 64]>, %table: !graph.tensor<f32[1, 1, 64]>, %key: !graph.tensor<f16[1, 1, 3, 64]>,
        %value: !graph.tensor<f16[1, 1, 3, 64]>, %p: !graph.tensor<i32[1, 1]>,
        %k: !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16>,
        %v: !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, heads>) -> !graph.tensor<f32[1, 1, 9, 64]> attributes {
        maxima = {C = 128 : i64}, schedule = #kernel.schedule<kind = rows>,
        tasks = [#kernel.tasks<roots = [0], dims = [1, 1, 9], tiles = [1, 1, 1]>,
                 #kernel.tasks<roots = [1], dims = [1, 1, 3], tiles = [1, 1, 1]>,
                 #kernel.tasks<roots = [2], dims = [1, 1, 3], tiles = [1, 1, 1]>]} {
      %0 = graph.rotate half %q by %table : (f32[1, 1, 9, 64], f32[1, 1, 64]) -> f32[1, 1, 9, 64]
      kernel.append_state %k, %key at %p
          : !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16>, (f16[1, 1, 3, 64], i32[1, 1])
      kernel.append_state %v, %value at %p
          : !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, heads>, (f16[1, 1, 3, 64], i32[1, 1])
      kernel.return %0 : !graph.tensor<f32[1, 1, 9, 64]>
    }
    kernel.func @attend_part_1(
        %q: !graph.tensor<f32[1, 1, 9, 64]>, %p: !graph.tensor<i32[1, 1]>,
        %k: !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16>,
        %v: !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, heads>) -> !graph.tensor<f32[1, 1, 9, 4, 66]> attributes {
        maxima = {C = 128 : i64}, schedule = #kernel.schedule<kind = attention>,
        tasks = [#kernel.tasks<roots = [0], dims = [1, 3, 4], tiles = [1, 1, 1]>]} {
      %0 = kernel.read_state %k : !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16> -> f16[1, C, 3, 64]
      %1 = kernel.read_state %v : !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, heads> -> f16[1, C, 3, 64]
      %2 = kernel.attend_part %q, %0, %1 at %p mask causal scale 0.125
          : (f32[1, 1, 9, 64], f16[1, C, 3, 64], f16[1, C, 3, 64], i32[1, 1]) -> f32[1, 1, 9, 4, 66]
      kernel.return %2 : !graph.tensor<f32[1, 1, 9, 4, 66]>
    }
    func.func @decode_1(%q: !graph.tensor<f32[1, 1, 9, 64]>, %table: !graph.tensor<f32[1, 1, 64]>,
                        %key: !graph.tensor<f16[1, 1, 3, 64]>, %value: !graph.tensor<f16[1, 1, 3, 64]>,
                        %p: !graph.tensor<i32[1, 1]>) -> !graph.tensor<f32[1, 1, 9, 4, 66]> {
      %k = kernel.load_state @k : !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16>
      %v = kernel.load_state @v : !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, heads>
      %0 = kernel.launch @rotate_append_state_0(%q, %table, %key, %value, %p, %k, %v)
          : (!graph.tensor<f32[1, 1, 9, 64]>, !graph.tensor<f32[1, 1, 64]>, !graph.tensor<f16[1, 1, 3, 64]>,
             !graph.tensor<f16[1, 1, 3, 64]>, !graph.tensor<i32[1, 1]>,
             !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16>,
             !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, heads>) -> !graph.tensor<f32[1, 1, 9, 64]>
      %1 = kernel.launch @attend_part_1(%0, %p, %k, %v)
          : (!graph.tensor<f32[1, 1, 9, 64]>, !graph.tensor<i32[1, 1]>,
             !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16>,
             !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, heads>) -> !graph.tensor<f32[1, 1, 9, 4, 66]>
      return %1 : !graph.tensor<f32[1, 1, 9, 4, 66]>
    }
    ```

    After `kernel-fuse-append-into-attention`, shortened:

    ```
    kernel.func @rotate_append_state_attend_part_1(%q, %table, %key, %value, %p, %k, %v) attributes {
        schedule = #kernel.schedule<kind = attention>,
        tasks = [#kernel.tasks<roots = [0, 1, 2], dims = [1, 3, 4], tiles = [1, 1, 1]>]} {
      %0 = graph.rotate half %q by %table
      kernel.append_state %k, %key at %p
      kernel.append_state %v, %value at %p
      %1 = kernel.read_state %k
      %2 = kernel.read_state %v
      %3 = kernel.attend_part %0, %1, %2 at %p mask causal scale 0.125
      kernel.return %3
    }
    func.func @decode_1(%q, %table, %key, %value, %p) {
      %k = kernel.load_state @k
      %v = kernel.load_state @v
      %0 = kernel.launch @rotate_append_state_attend_part_1(%q, %table, %key, %value, %p, %k, %v)
      return %0
    }
    ```

    Test: test/dialects/Kernel/Transforms/fuse-append-into-attention.mlir
  }];
  let dependentDialects = ["::tern::graph::GraphDialect", "::tern::kernel::KernelDialect"];
}

def OverrideSchedules : Pass<"kernel-override-schedules", "::mlir::ModuleOp"> {
  let summary = "numbers of schedules that a person or a tuner chose";
  let description = [{
    Each of `rules` is a glob on names of kernels and what those kernels get, `PATTERN NAME=NUMBER ...`; rules act in
    order:

    - `rows`, `tokens`, `prefetch` of `#kernel.schedule`, for kernels of kind `linear`;
    - `tiles`, with x between the numbers, of each `#kernel.tasks` of the kernel. The attribute `kernel.fixed_tiles` keeps
      them from passes that choose tiles for a target.

    Values and sums stay what they are but for the order of sums. It is an error if a rule cannot be read or fits no
    kernel, if it sets numbers of a kernel of another kind, or tiles of another number of dimensions than tasks have;
    tiles that no code can be written for (rows of a linear layer that are not whole tiles of 16) are reported by the
    phase lower. A remark at each kernel says which rule it follows.

    Before:

    ```mlir
    kernel.func @linear_0(%x: !graph.tensor<f32[1, 64]>, %w: !graph.tensor<f32[32, 64]>) -> !graph.tensor<f32[1, 32]>
        attributes {schedule = #kernel.schedule<kind = linear, rows = 1, tokens = 8>,
                    tasks = [#kernel.tasks<roots = [0], dims = [32, 1], tiles = [16, 1]>]} {
      %0 = graph.linear %x, %w : (f32[1, 64], f32[32, 64]) -> f32[1, 32]
      kernel.return %0 : !graph.tensor<f32[1, 32]>
    }
    ```

    After `kernel-override-schedules{rules="linear_* rows=2 tiles=32x1"}`:

    ```mlir
    kernel.func @linear_0(%x: !graph.tensor<f32[1, 64]>, %w: !graph.tensor<f32[32, 64]>) -> !graph.tensor<f32[1, 32]>
        attributes {kernel.fixed_tiles, schedule = #kernel.schedule<kind = linear, rows = 2, tokens = 8>,
                    tasks = [#kernel.tasks<roots = [0], dims = [32, 1], tiles = [32, 1]>]} {
      %0 = graph.linear %x, %w : (f32[1, 64], f32[32, 64]) -> f32[1, 32]
      kernel.return %0 : !graph.tensor<f32[1, 32]>
    }
    ```

    Test: test/dialects/Kernel/Transforms/override-schedules.mlir
  }];
  let options = [ListOption<"rules", "rules", "std::string", "PATTERN NAME=NUMBER ..., by commas">];
  let dependentDialects = ["::tern::graph::GraphDialect", "::tern::kernel::KernelDialect"];
}

def VerifyScheduled : Pass<"kernel-verify-scheduled", "::mlir::ModuleOp"> {
  let summary = "entry points launch kernels, on operands laid out as these read them";
  let description = [{
    Checks what the phase `schedule` promises to those after it, and changes nothing:

    - (S1) functions have one block and hold launches, weights and references to states alone;
    - (S2) what a function returns is the result of a launch;
    - (S3) an operand lies as the kernel reads it: a weight of the module in the layout of the argument, anything else
      row by row;
    - (S4) arguments of the class `streamed` or `resident` are given weights, others anything;
    - (S5) the attribute `kernel.symbols` of the module names every symbol in a type of a kernel, "capacity" first.

    Every violation is an error at its op.

    Accepted:

    ```mlir
    module attributes {kernel.symbols = ["capacity"]} {
      kernel.func @silu_0(%arg0: !graph.tensor<f32[1, 64]>) -> !graph.tensor<f32[1, 64]> attributes {
          schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [1], tiles = [1]>]} {
        %0 = graph.silu %arg0 : (f32[1, 64]) -> f32[1, 64]
        kernel.return %0 : !graph.tensor<f32[1, 64]>
      }
      func.func @decode_1(%x: !graph.tensor<f32[1, 64]>) -> !graph.tensor<f32[1, 64]> {
        %0 = kernel.launch @silu_0(%x) : (!graph.tensor<f32[1, 64]>) -> !graph.tensor<f32[1, 64]>
        return %0 : !graph.tensor<f32[1, 64]>
      }
    }
    ```

    Test: test/dialects/Kernel/Transforms/verify-scheduled.mlir
  }];
  let dependentDialects = ["::tern::graph::GraphDialect", "::tern::kernel::KernelDialect"];
}

#endif // TERN_KERNEL_TRANSFORMS_PASSES
