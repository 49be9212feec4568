//===- CudaExpressionOps.td - Expressions of CUDA C++ ------*- tablegen -*-===//
//
// One op is one construct. Types follow C++: operands smaller than int are promoted to it, and of two types the wider
// one is that of the result.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CUDA_EXPRESSIONOPS
#define TERN_CUDA_EXPRESSIONOPS

include "dialects/Cuda/IR/CudaBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"

class Cuda_ExpressionOp<string mnemonic, list<Trait> traits = []>
    : Cuda_Op<mnemonic, !listconcat([Cuda_Expression], traits)>;

def Cuda_LiteralOp : Cuda_Op<"literal", [Pure, Cuda_Name, AllTypesMatch<["value", "result"]>]> {
  let summary = "a number";
  let description = [{
    `256`, `256LL`, `256u`, `1.5f`, `true`: the number itself, with the suffix of its type, and of a float the fewest
    digits that give it back; integers in `hex` as `0xff`. A negative number is one literal.

    Constraints: (C1) the value is an integer or a finite float; (C2) the type is `i1`, `i32`, `i64`, `ui32`, `ui64`,
    `f32` or `f64`: others have no literals; (C3) `hex` is of integers wider than one bit that are not negative.

    ```mlir
    cuda.kernel @example(%x: !cuda.pointer<f32> {cuda.name = "x"}) attributes {shared = 0 : i64, threads = 32 : i64} {
      %0 = cuda.literal 1.5 : f32
      %1 = cuda.literal 255 : i32 hex
      cuda.store %0, %x[%1] : !cuda.pointer<f32>, i32
      cuda.return
    }
    ```
  }];
  let arguments = (ins TypedAttrInterface:$value, UnitAttr:$hex);
  let results = (outs Cuda_Scalar:$result);
  let assemblyFormat = "$value (`hex` $hex^)? attr-dict";
  let hasVerifier = 1;
}

def Cuda_NullOp : Cuda_Op<"null", [Pure, Cuda_Name]> {
  let summary = "the pointer to nothing";
  let description = [{
    `nullptr`.

    ```mlir
    cuda.kernel @example() attributes {shared = 0 : i64, threads = 32 : i64} {
      %0 = cuda.null : !cuda.pointer<f32>
      %1 = cuda.let "x" = %0 : !cuda.pointer<f32>
      cuda.return
    }
    ```
  }];
  let results = (outs Cuda_PointerType:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
}

def Cuda_ReadOp : Cuda_ExpressionOp<"read", [MemoryEffects<[MemRead]>, TypesMatchWith<
    "the result is of the variable's type", "variable", "result", "::llvm::cast<VariableType>($_self).getValue()">]> {
  let summary = "the value of a variable";
  let description = [{
    `name`.

    ```mlir
    cuda.kernel @example(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
      %zero = cuda.literal 0.0 : f32
      %sum = cuda.variable "sum" = %zero : f32
      %0 = cuda.read %sum : !cuda.variable<f32>
      cuda.store %0, %x : !cuda.pointer<f32>
      cuda.return
    }
    ```
  }];
  let arguments = (ins Cuda_VariableType:$variable);
  let results = (outs Cuda_Value:$result);
  let assemblyFormat = "$variable attr-dict `:` type($variable)";
}

def Cuda_UnaryOp : Cuda_ExpressionOp<"unary", [Pure]> {
  let summary = "an operator of one operand";
  let description = [{
    `-x` (minus), `!x` (not), `~x` (complement).

    Constraint: (C1) `minus` is of numbers but those of 16 bits, `not` of `i1`, `complement` of integers, and the result
    is the operand's type, promoted.

    ```mlir
    cuda.kernel @example(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
      %0 = cuda.load %x : !cuda.pointer<f32>
      %1 = cuda.unary minus %0 : f32 -> f32
      cuda.store %1, %x : !cuda.pointer<f32>
      cuda.return
    }
    ```
  }];
  let arguments = (ins Cuda_UnaryOperatorAttr:$kind, Cuda_Scalar:$operand);
  let results = (outs Cuda_Scalar:$result);
  let assemblyFormat = "custom<Unary>($kind) $operand attr-dict `:` type($operand) `->` type($result)";
  let hasVerifier = 1;
}

def Cuda_BinaryOp : Cuda_ExpressionOp<"binary", [Pure]> {
  let summary = "an operator of two operands";
  let description = [{
    `a + b` and so on: `add`, `sub`, `mul`, `div`, `rem`, `shl`, `shr`, `and`, `or`, `xor`; `logical_and`, `logical_or`;
    `lt`, `le`, `gt`, `ge`, `eq`, `ne`. Integers of types without sign are signed, as `int` is.

    Constraint: (C1) types are what C++ makes of these operands: arithmetic gives the wider type, promoted (a pointer
    and an integer give the pointer); `rem` and bits are of integers; shifts give the left type, promoted; logic is of
    `i1`; comparisons give `i1`.

    ```mlir
    cuda.kernel @example(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
      %0 = cuda.thread_index
      %1 = cuda.literal 4 : i32
      %2 = cuda.binary mul %0, %1 : (i32, i32) -> i32
      %3 = cuda.binary add %x, %2 : (!cuda.pointer<f32>, i32) -> !cuda.pointer<f32>
      %4 = cuda.let "row" = %3 : !cuda.pointer<f32>
      cuda.return
    }
    ```
  }];
  let arguments = (ins Cuda_BinaryOperatorAttr:$kind, Cuda_Value:$lhs, Cuda_Value:$rhs);
  let results = (outs Cuda_Value:$result);
  let assemblyFormat = "custom<Binary>($kind) $lhs `,` $rhs attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}

def Cuda_ConditionalOp : Cuda_ExpressionOp<"conditional", [Pure]> {
  let summary = "one of two values";
  let description = [{
    `condition ? a : b`.

    Constraint: (C1) the result is the type of both, or the wider of two types of numbers.

    ```mlir
    cuda.kernel @example(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
      %0 = cuda.literal true
      %1 = cuda.literal 1.0 : f32
      %2 = cuda.literal 2.0 : f32
      %3 = cuda.conditional %0 ? %1 : %2 : (f32, f32) -> f32
      cuda.store %3, %x : !cuda.pointer<f32>
      cuda.return
    }
    ```
  }];
  let arguments = (ins I1:$condition, Cuda_Value:$lhs, Cuda_Value:$rhs);
  let results = (outs Cuda_Value:$result);
  let assemblyFormat = [{
    $condition `?` $lhs `:` $rhs attr-dict `:` `(` type($lhs) `,` type($rhs) `)` `->` type($result)
  }];
  let hasVerifier = 1;
}

def Cuda_CastOp : Cuda_ExpressionOp<"cast", [Pure]> {
  let summary = "a number in another type";
  let description = [{
    `(float)x`: from floats to integers toward zero, from wide integers to narrow ones by dropping bits.

    Constraint: (C1) neither type is `f16` or `bf16`, which are converted by `tern::toFloat` and `tern::fromFloat`.

    ```mlir
    cuda.kernel @example(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
      %0 = cuda.thread_index
      %1 = cuda.cast %0 : i32 -> f32
      cuda.store %1, %x : !cuda.pointer<f32>
      cuda.return
    }
    ```
  }];
  let arguments = (ins Cuda_Scalar:$operand);
  let results = (outs Cuda_Scalar:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($result)";
  let hasVerifier = 1;
}

def Cuda_ReinterpretOp : Cuda_ExpressionOp<"reinterpret", [Pure]> {
  let summary = "a pointer to elements of another type";
  let description = [{
    `reinterpret_cast<const float *>(x)`.

    Constraint: (C1) what is const stays const.

    ```mlir
    cuda.kernel @example() attributes {shared = 128 : i64, threads = 32 : i64} {
      %0 = cuda.shared at 0 : !cuda.pointer<ui8>
      %1 = cuda.reinterpret %0 : !cuda.pointer<ui8> -> !cuda.pointer<f32>
      %2 = cuda.let "scores" = %1 : !cuda.pointer<f32>
      cuda.return
    }
    ```
  }];
  let arguments = (ins Cuda_PointerType:$operand);
  let results = (outs Cuda_PointerType:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($result)";
  let hasVerifier = 1;
}

def Cuda_LoadOp : Cuda_ExpressionOp<"load", [MemoryEffects<[MemRead]>, TypesMatchWith<
    "the result is an element", "pointer", "result", "::llvm::cast<PointerType>($_self).getElement()">]> {
  let summary = "an element in memory";
  let description = [{
    `pointer[index]`, or `*pointer` without an index.

    ```mlir
    cuda.kernel @example(%x: !cuda.pointer<const f32>, %y: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
      %0 = cuda.thread_index
      %1 = cuda.load %x[%0] : !cuda.pointer<const f32>, i32
      cuda.store %1, %y[%0] : !cuda.pointer<f32>, i32
      cuda.return
    }
    ```
  }];
  let arguments = (ins Cuda_PointerType:$pointer, Optional<Cuda_Integer>:$index);
  let results = (outs Cuda_Value:$result);
  let assemblyFormat = "$pointer (`[` $index^ `]`)? attr-dict `:` type($pointer) (`,` type($index)^)?";
}

def Cuda_TableAddressOp : Cuda_Op<"table_address", [Pure, Cuda_Name, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a table of constants";
  let description = [{
    `name`, a pointer to the first of a `cuda.table`'s elements.

    Constraint: (C1) `table` names a `cuda.table` of the module, and the result is a pointer to its elements, const.

    ```mlir
    cuda.table @powers [1.0 : f32, 2.0 : f32, 4.0 : f32]
    cuda.kernel @example(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
      %0 = cuda.table_address @powers : !cuda.pointer<const f32>
      %1 = cuda.load %0 : !cuda.pointer<const f32>
      cuda.store %1, %x : !cuda.pointer<f32>
      cuda.return
    }
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$table);
  let results = (outs Cuda_PointerType:$result);
  let assemblyFormat = "$table attr-dict `:` type($result)";
}

#endif // TERN_CUDA_EXPRESSIONOPS
