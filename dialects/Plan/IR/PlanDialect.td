//===- PlanDialect.td - The plan dialect -------------------*- tablegen -*-===//
//
// When and where.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_PLAN_DIALECT
#define TERN_PLAN_DIALECT

include "mlir/IR/OpBase.td"

def Plan_Dialect : Dialect {
  let name = "plan";
  let cppNamespace = "::tern::plan";
  let summary = "when and where: arena offsets, launches, entry points";
  let description = [{
    After the phase `plan` an entry point is no longer a function on values but a list of launches on places: every
    byte that a step reads or writes has an address relative to the arena, a weight or a state. The plan is a promise.
    The runtime allocates `plan.memory` and no more, and it can be printed, checked and refused before anything runs.

    ```mlir
    plan.memory arena 4608 scratch 0
    plan.entry @decode_1 attributes {ranges = {T = [1, 256]}} {
      plan.input "x" : f32[1, T, 64] at 0
      plan.output "result0" : f32[1, T, 64] at 2304
      plan.launch @silu_0 [#plan.arena<offset = 0, bytes = 256>, #plan.arena<offset = 2304, bytes = 256>] wait
    }
    ```
  }];
  let dependentDialects = ["::tern::graph::GraphDialect", "::tern::kernel::KernelDialect"];
  let useDefaultAttributePrinterParser = 1;
}

#endif // TERN_PLAN_DIALECT
