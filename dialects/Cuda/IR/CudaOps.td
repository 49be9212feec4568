//===- CudaOps.td - All ops of the cuda dialect ------------*- tablegen -*-===//

#ifndef TERN_CUDA_OPS
#define TERN_CUDA_OPS

include "dialects/Cuda/IR/CudaExpressionOps.td"
include "dialects/Cuda/IR/CudaKernelOps.td"
include "dialects/Cuda/IR/CudaStatementOps.td"

#endif // TERN_CUDA_OPS
