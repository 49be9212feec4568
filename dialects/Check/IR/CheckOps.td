//===- CheckOps.td - Numeric assertions --------------------*- tablegen -*-===//

#ifndef TERN_CHECK_OPS
#define TERN_CHECK_OPS

include "dialects/Check/IR/CheckDialect.td"
include "dialects/Graph/IR/GraphTypes.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Check_Op<string mnemonic, list<Trait> traits = []> : Op<Check_Dialect, mnemonic, traits>;

def Check_ExpectCloseOp : Check_Op<"expect_close"> {
  let summary = "two tensors of floats that must agree within a tolerance";
  let description = [{
    Semantics: holds if both have the same shape and, for each element, `|actual - expected| <= absolute + relative *
    |expected|` in f64, or both are NaN, or both are the same infinity. Empty tensors of the same shape agree.

    Constraints:
    - (C1) `actual` and `expected` have the same rank, and dimensions that are numbers in both are equal;
    - (C2) `absolute` and `relative` are not negative.

    Effects: reports; never removed as dead.

    ```mlir
    func.func @example() {
      %0 = check.random seed 1 : f32[2, 3]
      %1 = graph.neg %0 : (f32[2, 3]) -> f32[2, 3]
      %2 = graph.neg %1 : (f32[2, 3]) -> f32[2, 3]
      check.expect_close %2, %0 absolute 1.0e-6 relative 1.0e-5 : (f32[2, 3], f32[2, 3])
      return
    }
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$actual, Graph_FloatTensor:$expected,
                       DefaultValuedAttr<F64Attr, "0.0">:$absolute, DefaultValuedAttr<F64Attr, "0.0">:$relative);
  let assemblyFormat = [{
    $actual `,` $expected (`absolute` $absolute^)? (`relative` $relative^)? attr-dict `:`
    custom<ShortTypes>(type($actual), type($expected))
  }];
  let hasVerifier = 1;
}

def Check_ExpectEqOp : Check_Op<"expect_eq"> {
  let summary = "two tensors that must be equal";
  let description = [{
    Semantics: holds if both have the same shape and all elements are equal; NaN equals NaN, and the zeros of either sign
    differ from each other.

    Constraints:
    - (C1) `actual` and `expected` have the same rank, and dimensions that are numbers in both are equal;
    - (C2) they have the same element type.

    Effects: reports; never removed as dead.

    ```mlir
    func.func @example() {
      %0 = check.random seed 1 : f32[2, 3]
      %1 = graph.transpose %0 [1, 0] : (f32[2, 3]) -> f32[3, 2]
      %2 = graph.transpose %1 [1, 0] : (f32[3, 2]) -> f32[2, 3]
      check.expect_eq %2, %0 : (f32[2, 3], f32[2, 3])
      return
    }
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$actual, Graph_NumberTensor:$expected);
  let assemblyFormat = "$actual `,` $expected attr-dict `:` custom<ShortTypes>(type($actual), type($expected))";
  let hasVerifier = 1;
}

def Check_ExpectConstantOp : Check_Op<"expect_constant"> {
  let summary = "a tensor that must have the values written here";
  let description = [{
    Semantics: as `check.expect_close` for floats and `check.expect_eq` for integers, against the elements of `expected`.
    Without tolerances floats must be equal as numbers (NaN equals NaN, and zeros of either sign are equal).

    Constraints:
    - (C1) `actual` has the rank and element type of `expected`, and where its dimensions are numbers the same shape;
    - (C2) `absolute` and `relative` are not negative, and 0 for integers.

    Effects: reports; never removed as dead.

    ```mlir
    func.func @example() {
      %0 = graph.constant dense<[-1.0, 2.0]> : tensor<2xf32> as f32[2]
      %1 = graph.silu %0 : (f32[2]) -> f32[2]
      check.expect_constant %1 is dense<[-0.268941, 1.761594]> : tensor<2xf32> absolute 1.0e-6 : (f32[2])
      return
    }
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$actual, ElementsAttr:$expected,
                       DefaultValuedAttr<F64Attr, "0.0">:$absolute, DefaultValuedAttr<F64Attr, "0.0">:$relative);
  let assemblyFormat = [{
    $actual `is` $expected (`absolute` $absolute^)? (`relative` $relative^)? attr-dict `:`
    custom<ShortTypes>(type($actual))
  }];
  let hasVerifier = 1;
}

def Check_RandomOp : Check_Op<"random", [Pure]> {
  let summary = "fresh random floats";
  let description = [{
    Semantics: elements uniform in [-1, 1), those of `#graph.random` (docs/RandomWeights.md) with the given seed, the
    tensor name `check.random`, center 0 and scale 1, rounded to the element type. The same seed gives the same numbers.

    Constraints: (C1) the shape is static.

    ```mlir
    func.func @example() {
      %0 = check.random seed 1 : f32[2, 3]
      check.expect_eq %0, %0 : (f32[2, 3], f32[2, 3])
      return
    }
    ```
  }];
  let arguments = (ins I64Attr:$seed);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = "`seed` $seed attr-dict `:` custom<ShortType>(type($result))";
  let hasVerifier = 1;
}

#endif // TERN_CHECK_OPS
