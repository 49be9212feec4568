//===- KernelEnums.td - Enumerations of the kernel dialect -*- tablegen -*-===//
//
// On their own, as tablegen generates every enumeration that a file includes.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_KERNEL_ENUMS
#define TERN_KERNEL_ENUMS

include "mlir/IR/EnumAttr.td"

class Kernel_Enum<string name, string summary, list<I32EnumAttrCase> cases> : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::tern::kernel";
  let genSpecializedAttr = 0;
}

def Kernel_Kind : Kernel_Enum<"Kind", "the kind of code of a kernel", [
  I32EnumAttrCase<"Rows", 0, "rows">, I32EnumAttrCase<"Linear", 1, "linear">,
  I32EnumAttrCase<"Attention", 2, "attention">, I32EnumAttrCase<"Serial", 3, "serial">]>;

def Kernel_OperandClass : Kernel_Enum<"OperandClass", "when an operand of a task is known", [
  I32EnumAttrCase<"Dependent", 0, "dependent">, I32EnumAttrCase<"Resident", 1, "resident">,
  I32EnumAttrCase<"Streamed", 2, "streamed">]>;
def Kernel_Layout : Kernel_Enum<"Layout", "how the elements of a tensor lie in memory", [
  I32EnumAttrCase<"Rows", 0, "rows">, I32EnumAttrCase<"Tiles16", 1, "tiles16">,
  I32EnumAttrCase<"Heads", 2, "heads">, I32EnumAttrCase<"Lanes16", 3, "lanes16">]>;

#endif // TERN_KERNEL_ENUMS
