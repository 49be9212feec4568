//===- KernelOps.td - Kernels, launches, states ------------*- tablegen -*-===//

#ifndef TERN_KERNEL_OPS
#define TERN_KERNEL_OPS

include "dialects/Graph/IR/GraphBase.td"
include "dialects/Kernel/IR/KernelTypes.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Kernel_Op<string mnemonic, list<Trait> traits = []> : Op<Kernel_Dialect, mnemonic, traits>;

def Kernel_FuncOp : Kernel_Op<"func", [IsolatedFromAbove, FunctionOpInterface]> {
  let summary = "a kernel: what it computes, and its schedule";
  let description = [{
    Semantics: the body, on whole tensors; evaluating it op by op gives what the generated code gives, within the
    rounding of its sums. `maxima` holds the largest size of each symbol that buffers are laid out for.

    Arguments are graph tensors or `!kernel.state`; the attributes `kernel.operand` and `kernel.layout` of an argument
    say its class and layout (`dependent` and `rows` if absent).

    Constraints:
    - (C1) arguments are graph tensors or states, and results graph tensors;
    - (C2) the body is one block that ends in `kernel.return`;
    - (C3) each root is computed by exactly one of `tasks`;
    - (C4) every symbol of `tasks` is a dimension of an argument or result.

    ```mlir
    kernel.func @half(%x: !graph.tensor<f32[1, T, 64]>, %y: !graph.tensor<f32[64]> {kernel.operand = #kernel.operand<resident>})
        -> !graph.tensor<f32[1, T, 64]> attributes {
        maxima = {T = 256 : i64}, schedule = #kernel.schedule<kind = rows>,
        tasks = [#kernel.tasks<roots = [0], dims = [1, "T"], tiles = [1, 1]>]} {
      %0 = graph.mul %x, %y : (f32[1, T, 64], f32[64]) -> f32[1, T, 64]
      kernel.return %0 : !graph.tensor<f32[1, T, 64]>
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<FunctionType>:$function_type,
                       OptionalAttr<StrAttr>:$sym_visibility, OptionalAttr<DictArrayAttr>:$arg_attrs,
                       OptionalAttr<DictArrayAttr>:$res_attrs, Kernel_ScheduleAttr:$schedule,
                       TypedArrayAttrBase<Kernel_TasksAttr, "task spaces">:$tasks,
                       OptionalAttr<DictionaryAttr>:$maxima);
  let regions = (region AnyRegion:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::ArrayRef<::mlir::Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    ::mlir::ArrayRef<::mlir::Type> getResultTypes() { return getFunctionType().getResults(); }
    ::mlir::Region *getCallableRegion() { return &getBody(); }

    /// The class and the layout of argument `index`.
    OperandClass getOperandClass(unsigned index);
    Layout getLayout(unsigned index);

    /// The ops that write states, in order: the roots after the results.
    ::llvm::SmallVector<::mlir::Operation *> getWrites();

    /// The largest size of a dimension: the number itself, or the symbol's entry in `maxima`; nothing if it has none.
    std::optional<int64_t> getMaximum(::mlir::Attribute dim);
  }];
}

def Kernel_ReturnOp : Kernel_Op<"return", [Pure, HasParent<"FuncOp">, Terminator]> {
  let summary = "what a kernel computes";
  let description = [{
    Constraint: (C1) operands have the types of the kernel's results.

    ```mlir
    kernel.func @copy(%x: !graph.tensor<f32[4]>) -> !graph.tensor<f32[4]> attributes {
        schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [], tiles = []>]} {
      kernel.return %x : !graph.tensor<f32[4]>
    }
    ```
  }];
  let arguments = (ins Variadic<Graph_AnyTensor>:$operands);
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
}

def Kernel_LaunchOp : Kernel_Op<"launch", [DeclareOpInterfaceMethods<SymbolUserOpInterface>,
                                           DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "a kernel run on operands";
  let description = [{
    Semantics: all tasks of `kernel` on these operands. A launch sees everything that launches before it wrote.

    Constraints: (C1) `kernel` names a `kernel.func` of the module; (C2) operands and results have its types.
    Effects: those of the kernel on the states among its operands.

    ```mlir
    kernel.func @copy(%x: !graph.tensor<f32[4]>) -> !graph.tensor<f32[4]> attributes {
        schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [], tiles = []>]} {
      kernel.return %x : !graph.tensor<f32[4]>
    }
    func.func @example(%x: !graph.tensor<f32[4]>) -> !graph.tensor<f32[4]> {
      %0 = kernel.launch @copy(%x) : (!graph.tensor<f32[4]>) -> !graph.tensor<f32[4]>
      return %0 : !graph.tensor<f32[4]>
    }
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, Variadic<AnyType>:$operands);
  let results = (outs Variadic<Graph_AnyTensor>:$results);
  let assemblyFormat = "$kernel `(` $operands `)` attr-dict `:` functional-type($operands, $results)";
}

def Kernel_LoadStateOp : Kernel_Op<"load_state", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a reference to a state of the module";
  let description = [{
    Semantics: a reference to the `graph.state` called `state`, to hand to launches.

    Constraints: (C1) `state` names a `graph.state` of the module; (C2) the reference is to a tensor of its type but for
    dimensions that an entry point fixed; (C3) all references to a state agree in layout, its attribute `kernel.layout`.

    ```mlir
    graph.state @k key of layer 0 : f16[B, C, 3, 64] {kernel.layout = #kernel.layout<lanes16>}
    func.func @example() {
      %0 = kernel.load_state @k : !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16>
      return
    }
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$state);
  let results = (outs Kernel_StateType:$result);
  let assemblyFormat = "$state attr-dict `:` type($result)";
}

def Kernel_ReadStateOp : Kernel_Op<"read_state", [DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "the value of a state, in a kernel";
  let description = [{
    Semantics: that of `graph.read_state`; of a state by position, with the entries of all positions written so far.

    Constraint: (C1) the result is the state's tensor.
    Effects: reads the state.

    ```mlir
    kernel.func @read(%s: !kernel.state<!graph.tensor<f32[1, 16]>, rows>) -> !graph.tensor<f32[1, 16]> attributes {
        schedule = #kernel.schedule<kind = serial>, tasks = [#kernel.tasks<roots = [0], dims = [], tiles = []>]} {
      %0 = kernel.read_state %s : !kernel.state<!graph.tensor<f32[1, 16]>, rows> -> f32[1, 16]
      kernel.return %0 : !graph.tensor<f32[1, 16]>
    }
    ```
  }];
  let arguments = (ins Kernel_StateType:$state);
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = "$state attr-dict `:` type($state) `->` custom<ShortType>(type($result))";
  let hasVerifier = 1;
}

def Kernel_WriteStateOp : Kernel_Op<"write_state", [DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "a state's new value, in a kernel";
  let description = [{
    Semantics: that of `graph.write_state`. A kernel that reads the state as well reads what it held before.

    Constraint: (C1) `value` is the state's tensor.
    Effects: writes the state.

    ```mlir
    kernel.func @write(%s: !kernel.state<!graph.tensor<f32[1, 16]>, rows>, %x: !graph.tensor<f32[1, 16]>) attributes {
        schedule = #kernel.schedule<kind = serial>, tasks = [#kernel.tasks<roots = [0], dims = [], tiles = []>]} {
      kernel.write_state %s, %x : !kernel.state<!graph.tensor<f32[1, 16]>, rows>, f32[1, 16]
      kernel.return
    }
    ```
  }];
  let arguments = (ins Kernel_StateType:$state, Graph_NumberTensor:$value);
  let assemblyFormat = "$state `,` $value attr-dict `:` type($state) `,` custom<ShortType>(type($value))";
  let hasVerifier = 1;
}

def Kernel_AppendStateOp : Kernel_Op<"append_state", [DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "entries written at their positions, in a kernel";
  let description = [{
    Semantics: that of `graph.append_state`, without the state as a result: kernels that read it take the state.

    Constraints: (C1) `value` is the state's tensor but for axis 1; (C2) `positions` is `[B, T]` with the first two
    dimensions of `value`.
    Effects: writes the state.

    ```mlir
    kernel.func @append(%s: !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16>, %x: !graph.tensor<f16[1, T, 3, 64]>,
                        %p: !graph.tensor<i32[1, T]>) attributes {
        schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [1, "T"], tiles = [1, 1]>]} {
      kernel.append_state %s, %x at %p
          : !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16>, (f16[1, T, 3, 64], i32[1, T])
      kernel.return
    }
    ```
  }];
  let arguments = (ins Kernel_StateType:$state, Graph_NumberTensor:$value, Graph_IntegerTensor:$positions);
  let assemblyFormat = [{
    $state `,` $value `at` $positions attr-dict `:` type($state) `,`
    custom<ShortTypes>(type($value), type($positions))
  }];
  let hasVerifier = 1;
}

def Kernel_AttendPartOp : Kernel_Op<"attend_part", [Pure, AttrSizedOperandSegments]> {
  let summary = "attention over parts of the context";
  let description = [{
    Semantics: that of `graph.attention` without sinks, over `S` parts of the keys on their own. Blocks of 64 keys
    go to the parts in turn, so that a context of any length is split evenly: key `j` is of part `(j / 64) mod S`. `result[b, t, h, s, :e]` is the sum of
    `exp(score - m) * value` over the part's visible keys, not divided; `result[b, t, h, s, e]` is `m`, their largest
    score, and `result[b, t, h, s, e + 1]` the sum of `exp(score - m)`. A part without visible keys gives zeros and
    `m = -infinity`. `kernel.attend_combine` makes attention of them.

    Shapes: as in `graph.attention`, `result [B, T, H, S, e + 2]` in f32.

    Constraints: (C1) `S` is a number; (C2) shapes are those above, and positions are given where `graph.attention` needs
    them.

    ```mlir
    kernel.func @decode(%q: !graph.tensor<f32[1, 1, 9, 64]>, %k: !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16>,
                        %v: !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, heads>, %p: !graph.tensor<i32[1, 1]>)
        -> !graph.tensor<f32[1, 1, 9, 4, 66]> attributes {
        schedule = #kernel.schedule<kind = attention>,
        tasks = [#kernel.tasks<roots = [0], dims = [1, 3, 4], tiles = [1, 1, 1]>]} {
      %0 = kernel.read_state %k : !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16> -> f16[1, C, 3, 64]
      %1 = kernel.read_state %v : !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, heads> -> f16[1, C, 3, 64]
      %2 = kernel.attend_part %q, %0, %1 at %p mask causal scale 0.125
          : (f32[1, 1, 9, 64], f16[1, C, 3, 64], f16[1, C, 3, 64], i32[1, 1]) -> f32[1, 1, 9, 4, 66]
      kernel.return %2 : !graph.tensor<f32[1, 1, 9, 4, 66]>
    }
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$query, Graph_FloatTensor:$key, Graph_FloatTensor:$value,
                       Optional<Graph_IntegerTensor>:$positions, Optional<Graph_IntegerTensor>:$lengths,
                       Optional<Graph_FloatTensor>:$bias, Optional<Graph_FloatTensor>:$slopes, Graph_MaskAttr:$mask,
                       OptionalAttr<I64Attr>:$window, Graph_FiniteF64:$scale, OptionalAttr<Graph_PositiveF64>:$soft_cap);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`at` $positions^)? (`lengths` $lengths^)? (`bias` $bias^)? (`slopes` $slopes^)?
    `mask` custom<Mask>($mask) (`window` $window^)? `scale` custom<Number>($scale)
    (`soft_cap` custom<Number>($soft_cap)^)? attr-dict `:`
    custom<ShortTypes>(type($query), type($key), type($value), ref($positions), type($positions),
    ref($lengths), type($lengths), ref($bias), type($bias), ref($slopes), type($slopes))
    `->` custom<ShortType>(type($result))
  }];
  let hasVerifier = 1;
}

def Kernel_AttendCombineOp : Kernel_Op<"attend_combine", [Pure]> {
  let summary = "attention from its parts";
  let description = [{
    Semantics: with `M` the largest `m` of the parts (and of `sinks[h]`, where given) and `w[s] = exp(m[s] - M)`,
    `result[b, t, h, :] = sum_s w[s] * part[b, t, h, s, :e] / (sum_s w[s] * part[b, t, h, s, e + 1] + exp(sinks[h] - M))`.
    Zeros if no part saw a key.

    Shapes: `part [B, T, H, S, e + 2]`, `sinks [H]`, `result [B, T, H, e]`.

    Constraint: (C1) shapes are those above.

    ```mlir
    kernel.func @combine(%p: !graph.tensor<f32[1, 1, 9, 4, 66]>) -> !graph.tensor<f32[1, 1, 9, 64]> attributes {
        schedule = #kernel.schedule<kind = rows>,
        tasks = [#kernel.tasks<roots = [0], dims = [1, 1, 9], tiles = [1, 1, 1]>]} {
      %0 = kernel.attend_combine %p : (f32[1, 1, 9, 4, 66]) -> f32[1, 1, 9, 64]
      kernel.return %0 : !graph.tensor<f32[1, 1, 9, 64]>
    }
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$part, Optional<Graph_FloatTensor>:$sinks);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = [{
    $part (`sinks` $sinks^)? attr-dict `:` custom<ShortTypes>(type($part), ref($sinks), type($sinks)) `->`
    custom<ShortType>(type($result))
  }];
  let hasVerifier = 1;
}

#endif // TERN_KERNEL_OPS
