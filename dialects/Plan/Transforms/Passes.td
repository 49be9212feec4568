//===- Passes.td - Passes of the plan dialect --------------*- tablegen -*-===//

#ifndef TERN_PLAN_TRANSFORMS_PASSES
#define TERN_PLAN_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def VerifyPlaced : Pass<"plan-verify-placed", "::mlir::ModuleOp"> {
  let summary = "every byte has a place, and no two values that live have the same";
  let description = [{
    Checks what the phase `plan` promises to those after it, and changes nothing:

    - (P1) the module has one `plan.memory`, whose scratch is enough for every kernel, and no function that launches
      kernels is left; entries launch `kernel.func`s;
    - (P2) offsets are multiples of 64, and no place ends beyond the arena;
    - (P3) a place has the bytes that its tensor takes at the largest sizes of the entry;
    - (P4) what a launch reads is one value as an input or an earlier launch left it: nothing has written to any of its
      bytes since, and neither does the launch itself; the same holds at the end for outputs;
    - (P5) a launch without `wait` touches no byte and no state that launches since the last wait write, and writes none
      that they touch.

    (P4) says of places what single assignment says of values: values that live at the same time share no byte. Every
    violation is an error at its op, with a note at the other party.

    Accepted:

    ```mlir
    plan.memory arena 512 scratch 0
    kernel.func @silu_0(%arg0: !graph.tensor<f32[1, 64]>) -> !graph.tensor<f32[1, 64]> attributes {
        schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [1], tiles = [1]>]} {
      %0 = graph.silu %arg0 : (f32[1, 64]) -> f32[1, 64]
      kernel.return %0 : !graph.tensor<f32[1, 64]>
    }
    plan.entry @decode_1 attributes {ranges = {}} {
      plan.input "x" : f32[1, 64] at 0
      plan.output "y" : f32[1, 64] at 256
      plan.launch @silu_0 [#plan.arena<offset = 0, bytes = 256>, #plan.arena<offset = 256, bytes = 256>]
    }
    ```

    Test: test/dialects/Plan/Transforms/verify-placed.mlir
  }];
  let dependentDialects = ["::tern::graph::GraphDialect", "::tern::kernel::KernelDialect", "::tern::plan::PlanDialect"];
}

#endif // TERN_PLAN_TRANSFORMS_PASSES
