//===- CudaStatementOps.td - Statements of CUDA C++ --------*- tablegen -*-===//
//
// Each op is one statement or declaration. Names are identifiers, and none hides another: that is checked for a whole
// kernel (Printable.h).
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CUDA_STATEMENTOPS
#define TERN_CUDA_STATEMENTOPS

include "dialects/Cuda/IR/CudaBase.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/SymbolInterfaces.td"

/// Shows the name that an op declares in its result.
class Cuda_Declaration<string mnemonic, list<Trait> traits = []>
    : Cuda_Op<mnemonic, !listconcat([DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>], traits)>;

/// A statement with regions of statements, each of which ends in a `cuda.yield` that is not written.
class Cuda_Control<string mnemonic, list<Trait> traits = []>
    : Cuda_Op<mnemonic, !listconcat([SingleBlockImplicitTerminator<"YieldOp">, RecursiveMemoryEffects], traits)>;

def Cuda_TableOp : Cuda_Op<"table", [Symbol]> {
  let summary = "constants in device memory";
  let description = [{
    `__device__ const float name[3] = {1.0f, 2.0f, 4.0f};`

    Constraints: (C1) the name is an identifier; (C2) there is an element, and all are finite numbers of one type but
    `f16` and `bf16`.

    ```mlir
    cuda.table @powers [1.0 : f32, 2.0 : f32, 4.0 : f32]
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, ArrayAttr:$elements);
  let assemblyFormat = "$sym_name $elements attr-dict";
  let hasVerifier = 1;
  let extraClassDeclaration = "::mlir::Type getElementType();";
}

def Cuda_LetOp : Cuda_Declaration<"let"> {
  let summary = "a name for a value";
  let description = [{
    `const float name = value;`, of pointers `float *name = value;`. The result is the name.

    Constraints: (C1) the name is an identifier; (C2) the value is of the result's type, or a narrower integer.

    ```mlir
    cuda.kernel @example() attributes {shared = 0 : i64, threads = 32 : i64} {
      %0 = cuda.thread_index
      %1 = cuda.let "thread" = %0 : i32 as i64
      %2 = cuda.literal 1.0 : f32
      %3 = cuda.let "one" = %2 : f32
      cuda.return
    }
    ```
  }];
  let arguments = (ins StrAttr:$name, Cuda_Value:$value);
  let results = (outs Cuda_Value:$result);
  let assemblyFormat = "$name `=` $value attr-dict `:` custom<Widened>(type($value), type($result))";
  let hasVerifier = 1;
}

def Cuda_VariableOp : Cuda_Declaration<"variable"> {
  let summary = "a variable";
  let description = [{
    `float name = value;`, or `float name;`.

    Constraints: (C1) the name is an identifier; (C2) the value is of the variable's type, or a
    narrower integer.

    ```mlir
    cuda.kernel @example() attributes {shared = 0 : i64, threads = 32 : i64} {
      %0 = cuda.literal 0.0 : f32
      %1 = cuda.variable "sum" = %0 : f32
      %2 = cuda.variable "largest" : f32
      %3 = cuda.literal 0 : i32
      %4 = cuda.variable "count" = %3 : i32 as i64
      cuda.return
    }
    ```
  }];
  let arguments = (ins StrAttr:$name, Optional<Cuda_Value>:$value);
  let results = (outs Cuda_VariableType:$result);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
}

def Cuda_AssignOp : Cuda_Op<"assign"> {
  let summary = "a variable's new value";
  let description = [{
    `name = value;`, or with an operation of `cuda.binary` that is arithmetic, `name += value;`.

    Constraints: (C1) the value is of the variable's type, or a narrower integer; (C2) the operation is of numbers or
    bits, and gives the variable's type.

    ```mlir
    cuda.kernel @example() attributes {shared = 0 : i64, threads = 32 : i64} {
      %0 = cuda.literal 0.0 : f32
      %sum = cuda.variable "sum" = %0 : f32
      %1 = cuda.literal 1.0 : f32
      cuda.assign %sum = %1 : !cuda.variable<f32>, f32
      cuda.assign %sum add %1 : !cuda.variable<f32>, f32
      cuda.return
    }
    ```
  }];
  let arguments = (ins OptionalAttr<Cuda_BinaryOperatorAttr>:$kind, Cuda_VariableType:$variable, Cuda_Value:$value);
  let assemblyFormat = "$variable custom<Update>($kind) $value attr-dict `:` type($variable) `,` type($value)";
  let hasVerifier = 1;
}

def Cuda_ArrayOp : Cuda_Declaration<"array"> {
  let summary = "an array of this thread's own";
  let description = [{
    `float name[16];`, a pointer to its first element.

    Constraints: (C1) the name is an identifier; (C2) there is an element; (C3) the pointer is not const.

    ```mlir
    cuda.kernel @example() attributes {shared = 0 : i64, threads = 32 : i64} {
      %0 = cuda.array "sums"[16] : !cuda.pointer<f32>
      cuda.return
    }
    ```
  }];
  let arguments = (ins StrAttr:$name, ConfinedAttr<I64Attr, [IntPositive]>:$count);
  let results = (outs Cuda_PointerType:$result);
  let assemblyFormat = "$name `[` $count `]` attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Cuda_StoreOp : Cuda_Op<"store", [MemoryEffects<[MemWrite]>, TypesMatchWith<
    "the value is an element", "pointer", "value", "::llvm::cast<PointerType>($_self).getElement()">]> {
  let summary = "an element's new value";
  let description = [{
    `pointer[index] = value;`, or `*pointer = value;` without an index.

    Constraint: (C1) the pointer is not to const.

    ```mlir
    cuda.kernel @example(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
      %0 = cuda.thread_index
      %1 = cuda.literal 1.0 : f32
      cuda.store %1, %x[%0] : !cuda.pointer<f32>, i32
      cuda.return
    }
    ```
  }];
  let arguments = (ins Cuda_Value:$value, Cuda_PointerType:$pointer, Optional<Cuda_Integer>:$index);
  let assemblyFormat = "$value `,` $pointer (`[` $index^ `]`)? attr-dict `:` type($pointer) (`,` type($index)^)?";
  let hasVerifier = 1;
}

def Cuda_IfOp : Cuda_Control<"if", [NoRegionArguments]> {
  let summary = "statements under a condition";
  let description = [{
    `if (condition) { ... } else { ... }`; without `else` if that region is empty.

    ```mlir
    cuda.kernel @example(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
      %0 = cuda.literal true
      cuda.if %0 {
        %1 = cuda.literal 1.0 : f32
        cuda.store %1, %x : !cuda.pointer<f32>
      } else {
        cuda.barrier
      }
      cuda.return
    }
    ```
  }];
  let arguments = (ins I1:$condition);
  let regions = (region SizedRegion<1>:$then_region, MaxSizedRegion<1>:$else_region);
  let assemblyFormat = "$condition $then_region (`else` $else_region^)? attr-dict-with-keyword";
  let skipDefaultBuilders = 1;
  let builders = [
    /// With an empty block for each branch.
    OpBuilder<(ins "::mlir::Value":$condition, "bool":$withElse)>
  ];
}

def Cuda_ForOp : Cuda_Control<"for"> {
  let summary = "a loop over numbers";
  let description = [{
    `for (long long name = begin; name < end; name += step) { ... }`, `++name` without a step. `end` and `step` are
    evaluated each time round. `unroll` puts `#pragma unroll` above.

    Constraints: (C1) the name is an identifier; (C2) the number is `i32` or `i64`, and `begin`, `end` and `step` are of
    its type or narrower.

    ```mlir
    cuda.kernel @example(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
      %0 = cuda.literal 0 : i32
      %1 = cuda.literal 64 : i32
      cuda.for "i" %i : i64 = %0 to %1 : i32, i32 {
        %2 = cuda.literal 1.0 : f32
        cuda.store %2, %x[%i] : !cuda.pointer<f32>, i64
      }
      cuda.return
    }
    ```
  }];
  let arguments = (ins StrAttr:$name, Cuda_Integer:$begin, Cuda_Integer:$end, Optional<Cuda_Integer>:$step,
                       UnitAttr:$unroll);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [
    /// With an empty block for its body; `step` is null for 1.
    OpBuilder<(ins "::llvm::StringRef":$name, "::mlir::Type":$type, "::mlir::Value":$begin, "::mlir::Value":$end,
                   "::mlir::Value":$step)>
  ];
  let extraClassDeclaration = "::mlir::BlockArgument getNumber() { return getBody().getArgument(0); }";
}

def Cuda_WhileOp : Cuda_Op<"while", [RecursiveMemoryEffects, NoRegionArguments]> {
  let summary = "a loop under a condition";
  let description = [{
    `while (condition) { ... }`. The region of the condition holds expressions alone.

    Constraint: (C1) the region of the condition ends in `cuda.condition`, that of the body in `cuda.yield` without a
    value.

    ```mlir
    cuda.kernel @example() attributes {shared = 0 : i64, threads = 32 : i64} {
      cuda.while {
        %0 = cuda.literal true
        cuda.condition %0
      } do {
        cuda.break
        cuda.yield
      }
      cuda.return
    }
    ```
  }];
  let regions = (region SizedRegion<1>:$before, SizedRegion<1>:$body);
  let assemblyFormat = "$before `do` $body attr-dict-with-keyword";
  let hasRegionVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [
    /// With an empty block for each region.
    OpBuilder<(ins), [{
      $_state.addRegion()->emplaceBlock();
      $_state.addRegion()->emplaceBlock();
    }]>
  ];
}

def Cuda_ConditionOp : Cuda_Op<"condition", [Terminator, HasParent<"WhileOp">]> {
  let summary = "whether a loop goes on";
  let description = [{
    What stands in the parentheses of `cuda.while`.

    ```mlir
    cuda.kernel @example() attributes {shared = 0 : i64, threads = 32 : i64} {
      cuda.while {
        %0 = cuda.literal false
        cuda.condition %0
      } do {
        cuda.yield
      }
      cuda.return
    }
    ```
  }];
  let arguments = (ins I1:$condition);
  let assemblyFormat = "$condition attr-dict";
}

def Cuda_BreakOp : Cuda_Op<"break"> {
  let summary = "the end of the loop around it";
  let description = [{
    `break;`

    Constraint: (C1) it stands in a loop, last in its block but for `cuda.yield`.

    ```mlir
    cuda.kernel @example() attributes {shared = 0 : i64, threads = 32 : i64} {
      cuda.while {
        %0 = cuda.literal true
        cuda.condition %0
      } do {
        cuda.break
        cuda.yield
      }
      cuda.return
    }
    ```
  }];
  let assemblyFormat = "attr-dict";
  let hasVerifier = 1;
}

#endif // TERN_CUDA_STATEMENTOPS
