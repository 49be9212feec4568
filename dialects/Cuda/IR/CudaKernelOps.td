//===- CudaKernelOps.td - Kernels, their grid, functions ---*- tablegen -*-===//
//
// The ops that code for a GPU is written with, beside those of arith, math, scf and llvm.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CUDA_KERNELOPS
#define TERN_CUDA_KERNELOPS

include "dialects/Cuda/IR/CudaBase.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/FunctionInterfaces.td"

def Cuda_KernelOp : Cuda_Op<"kernel", [IsolatedFromAbove, FunctionOpInterface]> {
  let summary = "a __global__ function";
  let description = [{
    ```
    extern "C" __global__ void __launch_bounds__(threads, resident) name(operands..., Sizes sizes, long long *problem)
    ```

    `threads` is the number of threads of a block, `shared` the bytes of dynamic shared memory, `resident` how many
    blocks a multiprocessor must have registers for, if that is said, and `comment` what is printed above the kernel. The name is the symbol's. Each argument is a pointer; its attributes say how it is declared:
    `cuda.name` (`argument0` and so on if absent), `cuda.element`, the type of the elements (bytes if absent), and
    `cuda.read_only`, `const`. No two arguments overlap (`__restrict__`) but those with `cuda.aliased`.

    Constraints:
    - (C1) arguments are pointers, and there are no results;
    - (C2) the body is one block that ends in `cuda.return`;
    - (C3) `threads` is from 1 to 1024, `shared` not negative, `resident` from 1 to 32;
    - (C4) `cuda.name` is an identifier that no other argument has, `cuda.element` a scalar or pointer type;
    - (C5) the name is an identifier.

    ```mlir
    cuda.kernel @tern_clear(%x: !llvm.ptr {cuda.name = "x", cuda.element = f32}) attributes {
        comment = "clear x", shared = 0 : i64, threads = 256 : i64} {
      %0 = cuda.thread_index
      %1 = arith.constant 0.0 : f32
      %2 = llvm.getelementptr %x[%0] : (!llvm.ptr, i32) -> !llvm.ptr, f32
      llvm.store %1, %2 : f32, !llvm.ptr
      cuda.return
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<FunctionType>:$function_type,
                       OptionalAttr<StrAttr>:$sym_visibility, OptionalAttr<DictArrayAttr>:$arg_attrs,
                       OptionalAttr<DictArrayAttr>:$res_attrs, I64Attr:$threads, I64Attr:$shared,
                       OptionalAttr<I64Attr>:$resident, OptionalAttr<StrAttr>:$comment);
  let regions = (region AnyRegion:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [
    /// With an entry block for `arguments`, whose names, elements and so on are set as attributes afterwards, and no
    /// terminator.
    OpBuilder<(ins "::llvm::StringRef":$name, "::mlir::TypeRange":$arguments, "int64_t":$threads, "int64_t":$shared,
                   CArg<"::llvm::StringRef", "{}">:$comment)>
  ];
  let extraClassDeclaration = [{
    ::mlir::ArrayRef<::mlir::Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    ::mlir::ArrayRef<::mlir::Type> getResultTypes() { return getFunctionType().getResults(); }
    ::mlir::Region *getCallableRegion() { return &getBody(); }

    /// What argument `index` is called.
    std::string getArgumentName(unsigned index);
    /// The type of its elements, i8 if nothing says.
    ::mlir::Type getArgumentElement(unsigned index);
    bool isArgumentReadOnly(unsigned index);
    bool isArgumentAliased(unsigned index);

    /// Says how argument `index` is declared.
    void describeArgument(unsigned index, ::llvm::StringRef name, ::mlir::Type element, bool readOnly);
  }];
}

def Cuda_ReturnOp : Cuda_Op<"return", [Pure, HasParent<"KernelOp">, Terminator]> {
  let summary = "the end of a kernel";
  let description = [{
    ```mlir
    cuda.kernel @nothing() attributes {shared = 0 : i64, threads = 32 : i64} {
      cuda.return
    }
    ```
  }];
  let assemblyFormat = "attr-dict";
}

def Cuda_ThreadIndexOp : Cuda_Op<"thread_index", [Pure, Cuda_Expression]> {
  let summary = "the number of this thread in its block";
  let description = [{
    `threadIdx.x`, from 0 to the kernel's `threads` - 1. As C++ takes it for an unsigned number, it is printed in the
    declaration of its name alone.

    ```mlir
    cuda.kernel @example() attributes {shared = 0 : i64, threads = 32 : i64} {
      %0 = cuda.thread_index
      cuda.return
    }
    ```
  }];
  let results = (outs I32:$result);
  let assemblyFormat = "attr-dict";
}

def Cuda_BlockIndexOp : Cuda_Op<"block_index", [Pure, Cuda_Expression]> {
  let summary = "the number of this block, its task";
  let description = [{
    `blockIdx.x`: blocks are tasks of the kernel. As C++ takes it for an unsigned number, it is printed in the
    declaration of its name alone.

    ```mlir
    cuda.kernel @example() attributes {shared = 0 : i64, threads = 32 : i64} {
      %0 = cuda.block_index
      cuda.return
    }
    ```
  }];
  let results = (outs I32:$result);
  let assemblyFormat = "attr-dict";
}

def Cuda_SizeOp : Cuda_Op<"size", [Pure, Cuda_Name]> {
  let summary = "the size of a symbol of the program";
  let description = [{
    `sizes.at[index]`; `sizes` is a parameter of every kernel.

    Constraint: (C1) `index` is not negative.

    ```mlir
    cuda.kernel @example() attributes {shared = 0 : i64, threads = 32 : i64} {
      %0 = cuda.size 3
      cuda.return
    }
    ```
  }];
  let arguments = (ins ConfinedAttr<I64Attr, [IntNonNegative]>:$index);
  let results = (outs I64:$result);
  let assemblyFormat = "$index attr-dict";
}

def Cuda_ProblemOp : Cuda_Op<"problem", [Pure, Cuda_Name]> {
  let summary = "where a kernel reports that it met an error";
  let description = [{
    `problem`, a pointer to one `long long` and the last parameter of every kernel: 0, or the code of an error.

    Constraint: (C1) a typed pointer is one to `i64`.

    ```mlir
    cuda.kernel @example() attributes {shared = 0 : i64, threads = 32 : i64} {
      %0 = cuda.problem : !llvm.ptr
      cuda.return
    }
    ```
  }];
  let results = (outs Cuda_AnyPointer:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Cuda_SharedOp : Cuda_Op<"shared", [Pure, Cuda_Name]> {
  let summary = "dynamic shared memory of the block";
  let description = [{
    `tern::sharedMemory() + offset`: the block's memory, `offset` bytes on. What it holds at first is not known.

    Constraint: (C1) `offset` is not negative; (C2) a typed pointer is one to `ui8`.

    ```mlir
    cuda.kernel @example() attributes {shared = 256 : i64, threads = 32 : i64} {
      %0 = cuda.shared at 128 : !llvm.ptr
      cuda.return
    }
    ```
  }];
  let arguments = (ins ConfinedAttr<I64Attr, [IntNonNegative]>:$offset);
  let results = (outs Cuda_AnyPointer:$result);
  let assemblyFormat = "`at` $offset attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Cuda_BarrierOp : Cuda_Op<"barrier", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "all threads of the block wait for each other";
  let description = [{
    `__syncthreads()`: what any thread of the block wrote before is seen by all of them after.

    ```mlir
    cuda.kernel @example() attributes {shared = 0 : i64, threads = 32 : i64} {
      cuda.barrier
      cuda.return
    }
    ```
  }];
  let assemblyFormat = "attr-dict";
}

def Cuda_CommentOp : Cuda_Op<"comment"> {
  let summary = "a remark to who reads the source";
  let description = [{
    Each line of `text` becomes a line of its own after `//`, without backslashes at its end: they would make the next
    line a part of it.

    ```mlir
    cuda.kernel @example() attributes {shared = 0 : i64, threads = 32 : i64} {
      cuda.comment "the sum of squares"
      cuda.return
    }
    ```
  }];
  let arguments = (ins StrAttr:$text);
  let assemblyFormat = "$text attr-dict";
}

def Cuda_LambdaOp : Cuda_Op<"lambda", [Pure, DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "a function that captures what is around it";
  let description = [{
    `const auto name = [&](long long a, long long b) -> float { ... };`, to hand to a device function. Its body may be
    any code that a kernel's may be, of one block that ends in `cuda.yield`.

    Constraints:
    - (C1) parameters are scalars or pointers, and so is the result, if there is one;
    - (C2) the body is one block that ends in `cuda.yield` of the result;
    - (C3) its name and those of its parameters, where they are given, are identifiers.

    ```mlir
    cuda.kernel @example(%x: !llvm.ptr {cuda.element = f32}) attributes {shared = 0 : i64, threads = 32 : i64} {
      %0 = cuda.lambda "element"(%i: i64) -> f32 {
        %1 = llvm.getelementptr %x[%i] : (!llvm.ptr, i64) -> !llvm.ptr, f32
        %2 = llvm.load %1 : !llvm.ptr -> f32
        cuda.yield %2 : f32
      }
      cuda.return
    }
    ```
  }];
  let arguments = (ins OptionalAttr<StrAttr>:$name, OptionalAttr<TypeAttr>:$result_type,
                       OptionalAttr<StrArrayAttr>:$parameter_names);
  let regions = (region AnyRegion:$body);
  let results = (outs Cuda_CallableType:$result);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [
    /// `body` is called with the builder at the start of the block, whose arguments are the parameters, and ends it with
    /// a `cuda.yield`. `result` is null if there is none.
    OpBuilder<(ins "::llvm::StringRef":$name, "::mlir::TypeRange":$parameters, "::mlir::Type":$result,
                   "::llvm::function_ref<void(::mlir::OpBuilder &, ::mlir::Location, ::mlir::ValueRange)>":$body)>
  ];
}

def Cuda_YieldOp : Cuda_Op<"yield", [Pure, Terminator, ReturnLike]> {
  let summary = "the end of a region";
  let description = [{
    `return value;` at the end of a lambda; nothing elsewhere.

    ```mlir
    cuda.kernel @example() attributes {shared = 0 : i64, threads = 32 : i64} {
      %0 = cuda.lambda "square"(%x: f32) -> f32 {
        %1 = arith.mulf %x, %x : f32
        cuda.yield %1 : f32
      }
      cuda.return
    }
    ```
  }];
  let arguments = (ins Optional<Cuda_Value>:$value);
  let assemblyFormat = "attr-dict ($value^ `:` type($value))?";
  let builders = [OpBuilder<(ins), "/* without a value */">];
}

def Cuda_CallOp : Cuda_Op<"call", [Cuda_Expression, DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "a call of a device function";
  let description = [{
    `callee<template_arguments>(operands)`. The callee is printed as it stands; so are template arguments.

    Effects: reads and writes memory, unless it is `pure`: a function of numbers.

    Constraint: (C1) `callee` is the name of a function, qualified or not; (C2) there is at most one result.

    ```mlir
    cuda.kernel @example() attributes {shared = 0 : i64, threads = 256 : i64} {
      %0 = arith.constant 1.0 : f32
      %1 = cuda.call "tern::blockSum"<"256">(%0) : (f32) -> f32
      %2 = cuda.call pure "expf"(%1) : (f32) -> f32
      cuda.return
    }
    ```
  }];
  let arguments = (ins StrAttr:$callee, OptionalAttr<StrArrayAttr>:$template_arguments,
                       Variadic<Cuda_Argument>:$operands, UnitAttr:$pure);
  let results = (outs Variadic<Cuda_Value>:$results);
  let assemblyFormat = [{
    (`pure` $pure^)? custom<Callee>($callee, $template_arguments) `` `(` $operands `)` attr-dict `:`
    functional-type($operands, $results)
  }];
  let hasVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [
    /// A call that may touch memory. `result` is null if there is none.
    OpBuilder<(ins "::mlir::Type":$result, "::llvm::StringRef":$callee, "::llvm::ArrayRef<::llvm::StringRef>":$arguments,
                   "::mlir::ValueRange":$operands, CArg<"bool", "false">:$pure)>
  ];
}

#endif // TERN_CUDA_KERNELOPS
