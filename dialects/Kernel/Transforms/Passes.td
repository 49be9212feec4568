//===- Passes.td - Passes of the kernel dialect ------------*- tablegen -*-===//

#ifndef TERN_KERNEL_TRANSFORMS_PASSES
#define TERN_KERNEL_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

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
