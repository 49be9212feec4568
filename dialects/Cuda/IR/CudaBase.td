//===- CudaBase.td - What the ops of cuda share ------------*- tablegen -*-===//

#ifndef TERN_CUDA_BASE
#define TERN_CUDA_BASE

include "dialects/Cuda/IR/CudaTypes.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Cuda_Op<string mnemonic, list<Trait> traits = []> : Op<Cuda_Dialect, mnemonic, traits>;

#endif // TERN_CUDA_BASE
