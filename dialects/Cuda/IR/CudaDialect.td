//===- CudaDialect.td - The cuda dialect -------------------*- tablegen -*-===//
//
// Kernels of a GPU, down to CUDA C++.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CUDA_DIALECT
#define TERN_CUDA_DIALECT

include "mlir/IR/OpBase.td"

def Cuda_Dialect : Dialect {
  let name = "cuda";
  let cppNamespace = "::tern::cuda";
  let summary = "kernels of a GPU, down to the text of CUDA C++";
  let description = [{
    The last dialect before text. A `cuda.kernel` is one `__global__` function; one block of threads computes one task.

    What is special about a GPU is an op here from the start: places in the grid, shared memory, barriers, calls of
    device functions and the lambdas handed to them. What computes may be ops of arith, math, scf and llvm pointers;
    `convert-code-to-cuda` turns them into ops of this dialect in which **one op is one construct of CUDA C++**: a
    literal, an operator, a subscript, a variable, a loop. Then the text is decided, and printing it decides nothing:

    - an **expression** (`cuda.binary`, `cuda.load`, ...) is printed where it is used. It has one use, and nothing but
      other expressions stands between it and the statement that it is a part of, so its place in the program is its
      place in the text. Literals and names may be used by several;
    - a **statement** (`cuda.let`, `cuda.store`, `cuda.for`, ...) is a line of its own.

    ```mlir
    cuda.kernel @copy(%x: !llvm.ptr {cuda.name = "x", cuda.element = f32, cuda.read_only},
                      %y: !llvm.ptr {cuda.name = "y", cuda.element = f32}) attributes {threads = 256 : i64, shared = 0 : i64} {
      %0 = cuda.thread_index
      %1 = llvm.getelementptr %x[%0] : (!llvm.ptr, i32) -> !llvm.ptr, f32
      %2 = llvm.load %1 : !llvm.ptr -> f32
      %3 = llvm.getelementptr %y[%0] : (!llvm.ptr, i32) -> !llvm.ptr, f32
      llvm.store %2, %3 : f32, !llvm.ptr
      cuda.return
    }
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
}

#endif // TERN_CUDA_DIALECT
