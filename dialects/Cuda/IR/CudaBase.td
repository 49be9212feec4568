//===- CudaBase.td - What the ops of cuda share ------------*- tablegen -*-===//

#ifndef TERN_CUDA_BASE
#define TERN_CUDA_BASE

include "dialects/Cuda/IR/CudaTypes.td"
include "dialects/Cuda/IR/CudaEnums.td"
include "mlir/IR/EnumAttr.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

/// Attributes of enumerations, printed as a bare word.
class Cuda_EnumAttr<I32EnumAttr enumeration, string attrMnemonic> : EnumAttr<Cuda_Dialect, enumeration, attrMnemonic> {
  let assemblyFormat = "`<` $value `>`";
}
def Cuda_UnaryOperatorAttr : Cuda_EnumAttr<Cuda_UnaryOperator, "unary_operator">;
def Cuda_BinaryOperatorAttr : Cuda_EnumAttr<Cuda_BinaryOperator, "binary_operator">;

/// Text that is part of a statement: printed where its result is used.
def Cuda_Expression : NativeOpTrait<"Expression"> {
  let cppNamespace = "::tern::cuda";
}
/// An expression that is the same wherever it is printed, and may be used any number of times: literals and names.
def Cuda_Name : NativeOpTrait<"Name"> {
  let cppNamespace = "::tern::cuda";
}

class Cuda_Op<string mnemonic, list<Trait> traits = []> : Op<Cuda_Dialect, mnemonic, traits>;

#endif // TERN_CUDA_BASE
