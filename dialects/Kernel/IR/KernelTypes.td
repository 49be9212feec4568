//===- KernelTypes.td - References to states ---------------*- tablegen -*-===//

#ifndef TERN_KERNEL_TYPES
#define TERN_KERNEL_TYPES

include "dialects/Kernel/IR/KernelAttrs.td"

def Kernel_StateType : TypeDef<Kernel_Dialect, "State"> {
  let mnemonic = "state";
  let summary = "a reference to a state of the module";
  let description = [{
    `!kernel.state<!graph.tensor<f16[B, C, 3, 64]>, lanes16>`: which tensor survives, and how it lies in memory. Kernels
    take states as arguments, so that all layers share them.

    Constraint: (C1) layouts `heads` and `lanes16` are of tensors of rank 4, `tiles16` is of weights only.
  }];
  let parameters = (ins "::tern::graph::SymbolicTensorType":$tensor, EnumParameter<Kernel_Layout>:$layout);
  let assemblyFormat = "`<` $tensor `,` $layout `>`";
  let genVerifyDecl = 1;
}

#endif // TERN_KERNEL_TYPES
