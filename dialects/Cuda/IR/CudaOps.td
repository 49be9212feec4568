//===- CudaOps.td - All ops of the cuda dialect ------------*- tablegen -*-===//

#ifndef TERN_CUDA_OPS
#define TERN_CUDA_OPS

include "dialects/Cuda/IR/CudaKernelOps.td"

#endif // TERN_CUDA_OPS
