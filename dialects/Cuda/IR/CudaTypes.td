//===- CudaTypes.td - Pointers and callables ---------------*- tablegen -*-===//
//
// Scalars are builtin types, and each is one type of C++:
//
//   i1 bool, i8 signed char, i16 short, i32 int, i64 long long, ui8 unsigned char, ui16 unsigned short, ui32 unsigned,
//   ui64 unsigned long long, f16 tern::f16, bf16 tern::bf16, f32 float, f64 double
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CUDA_TYPES
#define TERN_CUDA_TYPES

include "dialects/Cuda/IR/CudaDialect.td"
include "mlir/Dialect/LLVMIR/LLVMTypes.td"
include "mlir/IR/AttrTypeBase.td"

class Cuda_Type<string name, string typeMnemonic> : TypeDef<Cuda_Dialect, name> {
  let mnemonic = typeMnemonic;
}

def Cuda_CallableType : Cuda_Type<"Callable", "callable"> {
  let summary = "a lambda";
  let description = "What `cuda.lambda` makes, to hand to device functions; its type has no name in C++ either.";
}

def Cuda_PointerType : Cuda_Type<"Pointer", "pointer"> {
  let summary = "a pointer to elements of one type";
  let description = [{
    `!cuda.pointer<const f32>` is `const float *`, `!cuda.pointer<i8>` is `signed char *`.

    Constraint: (C1) elements are scalars or pointers.
  }];
  let parameters = (ins "::mlir::Type":$element, DefaultValuedParameter<"bool", "false">:$isConst);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let builders = [TypeBuilderWithInferredContext<(ins "::mlir::Type":$element, CArg<"bool", "false">:$isConst), [{
    return $_get(element.getContext(), element, isConst);
  }]>];
}

def Cuda_VariableType : Cuda_Type<"Variable", "variable"> {
  let summary = "a variable";
  let description = [{
    `!cuda.variable<f32>`: what `cuda.variable` declares, to be read and assigned.

    Constraint: (C1) its values are scalars or typed pointers.
  }];
  let parameters = (ins "::mlir::Type":$value);
  let assemblyFormat = "`<` $value `>`";
  let genVerifyDecl = 1;
  let builders = [TypeBuilderWithInferredContext<(ins "::mlir::Type":$value), [{
    return $_get(value.getContext(), value);
  }]>];
}

def Cuda_Float : AnyTypeOf<[F16, BF16, F32, F64], "a float">;
def Cuda_Integer : AnyTypeOf<[I1, I8, I16, I32, I64, UI8, UI16, UI32, UI64], "an integer">;
def Cuda_Scalar : AnyTypeOf<[Cuda_Integer, Cuda_Float], "a scalar">;

/// Code is written with the untyped pointers of llvm and printed with typed ones.
def Cuda_AnyPointer : AnyTypeOf<[Cuda_PointerType, LLVM_AnyPointer], "a pointer">;
def Cuda_Value : AnyTypeOf<[Cuda_Scalar, Cuda_AnyPointer], "a scalar or pointer">;
def Cuda_Argument : AnyTypeOf<[Cuda_Scalar, Cuda_AnyPointer, Cuda_CallableType], "a scalar, pointer or callable">;

#endif // TERN_CUDA_TYPES
