//===- KernelDialect.td - The kernel dialect ---------------*- tablegen -*-===//
//
// How one fused group runs.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_KERNEL_DIALECT
#define TERN_KERNEL_DIALECT

include "mlir/IR/OpBase.td"

def Kernel_Dialect : Dialect {
  let name = "kernel";
  let cppNamespace = "::tern::kernel";
  let summary = "how one fused group runs: tasks, tiles, layouts and one schedule attribute";
  let description = [{
    Between `graph`, which says what is computed, and `plan`, which says when and where, stands the decision *how*. An
    entry point is a function whose body launches kernels; a kernel is a function whose body is what it computes, in
    ops of `graph` on whole tensors, with

    - a **schedule**, `#kernel.schedule`: the kind of code that is generated and its numbers (rows of a tile, tokens of
      a block, splits of a context), all in one attribute that a person or a tuner can set;
    - its **tasks**, `#kernel.tasks`: the tile space that workers share. Tasks of one kernel do not depend on each
      other; what does is another kernel;
    - for each argument a **class**, `#kernel.operand`, and a **layout**, `#kernel.layout`.

    Layers that compute the same on different weights launch the same kernel: code and compile time do not grow with
    depth. As the body says what is computed, not how, the reference interpreter runs a scheduled program as well.

    ```mlir
    kernel.func @double(%x: !graph.tensor<f32[1, T, 64]>) -> !graph.tensor<f32[1, T, 64]> attributes {
        schedule = #kernel.schedule<kind = rows>,
        tasks = [#kernel.tasks<roots = [0], dims = [1, "T"], tiles = [1, 1]>]} {
      %0 = graph.add %x, %x : (f32[1, T, 64], f32[1, T, 64]) -> f32[1, T, 64]
      kernel.return %0 : !graph.tensor<f32[1, T, 64]>
    }
    func.func @decode(%x: !graph.tensor<f32[1, T, 64]>) -> !graph.tensor<f32[1, T, 64]> {
      %0 = kernel.launch @double(%x) : (!graph.tensor<f32[1, T, 64]>) -> !graph.tensor<f32[1, T, 64]>
      return %0 : !graph.tensor<f32[1, T, 64]>
    }
    ```
  }];
  let dependentDialects = ["::tern::graph::GraphDialect"];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
  let extraClassDeclaration = "void registerAttributes();";
}

#endif // TERN_KERNEL_DIALECT
