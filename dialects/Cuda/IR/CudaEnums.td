//===- CudaEnums.td - Enumerations of the cuda dialect -----*- tablegen -*-===//
//
// On their own, as tablegen generates every enumeration that a file includes.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CUDA_ENUMS
#define TERN_CUDA_ENUMS

include "mlir/IR/EnumAttr.td"

class Cuda_Enum<string name, string summary, list<I32EnumAttrCase> cases> : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::tern::cuda";
  let genSpecializedAttr = 0;
}

def Cuda_UnaryOperator : Cuda_Enum<"UnaryOperator", "an operator of one operand", [
  I32EnumAttrCase<"Minus", 0, "minus">, I32EnumAttrCase<"Not", 1, "not">,
  I32EnumAttrCase<"Complement", 2, "complement">]>;

def Cuda_BinaryOperator : Cuda_Enum<"BinaryOperator", "an operator of two operands", [
  I32EnumAttrCase<"Add", 0, "add">, I32EnumAttrCase<"Sub", 1, "sub">, I32EnumAttrCase<"Mul", 2, "mul">,
  I32EnumAttrCase<"Div", 3, "div">, I32EnumAttrCase<"Rem", 4, "rem">, I32EnumAttrCase<"ShiftLeft", 5, "shl">,
  I32EnumAttrCase<"ShiftRight", 6, "shr">, I32EnumAttrCase<"BitAnd", 7, "and">, I32EnumAttrCase<"BitOr", 8, "or">,
  I32EnumAttrCase<"BitXor", 9, "xor">, I32EnumAttrCase<"LogicalAnd", 10, "logical_and">,
  I32EnumAttrCase<"LogicalOr", 11, "logical_or">, I32EnumAttrCase<"Less", 12, "lt">,
  I32EnumAttrCase<"LessEqual", 13, "le">, I32EnumAttrCase<"Greater", 14, "gt">,
  I32EnumAttrCase<"GreaterEqual", 15, "ge">, I32EnumAttrCase<"Equal", 16, "eq">,
  I32EnumAttrCase<"NotEqual", 17, "ne">]>;

#endif // TERN_CUDA_ENUMS
