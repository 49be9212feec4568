//===- GraphShapeOps.td - Elements moved, not computed -----*- tablegen -*-===//

#ifndef TERN_GRAPH_SHAPE_OPS
#define TERN_GRAPH_SHAPE_OPS

include "dialects/Graph/IR/GraphBase.td"

def Graph_ReshapeOp : Graph_Op<"reshape", [Pure]> {
  let summary = "the same elements in row-major order under other dimensions";
  let description = [{
    Semantics: `result` read in row-major order equals `input` read in row-major order.

    Constraints: (C1) the element types are equal; (C2) each symbol appears equally often on both sides; (C3) the numbers
    have the same product, below 2^63.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[B, T, 576]>) -> !graph.tensor<f32[B, T, 9, 64]> {
      %0 = graph.reshape %x : (f32[B, T, 576]) -> f32[B, T, 9, 64]
      return %0 : !graph.tensor<f32[B, T, 9, 64]>
    }
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$input);
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = "$input attr-dict `:` custom<ShortTypes>(type($input)) `->` custom<ShortType>(type($result))";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Graph_TransposeOp : Graph_PureOp<"transpose"> {
  let summary = "dimensions in another order";
  let description = [{
    Semantics: dimension `i` of `result` is dimension `permutation[i]` of `input`.

    Constraints: (C1) `permutation` names each dimension of `input` once.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[B, T, 9, 64]>) -> !graph.tensor<f32[B, 9, T, 64]> {
      %0 = graph.transpose %x [0, 2, 1, 3] : (f32[B, T, 9, 64]) -> f32[B, 9, T, 64]
      return %0 : !graph.tensor<f32[B, 9, T, 64]>
    }
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$input, DenseI64ArrayAttr:$permutation);
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = [{
    $input $permutation attr-dict `:` custom<ShortTypes>(type($input)) `->` custom<ShortType>(type($result))
  }];
  let hasFolder = 1;
}

def Graph_SliceOp : Graph_PureOp<"slice"> {
  let summary = "a range of one dimension";
  let description = [{
    Semantics: `result[..., i, ...] = input[..., begin + i * step, ...]` on dimension `axis`, for
    `begin + i * step < end`.

    Constraints: (C1) `axis` is a dimension of `input`, and a number there; (C2) `0 <= begin <= end <= size` and
    `step >= 1`.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[B, T, 96]>) -> !graph.tensor<f32[B, T, 32]> {
      %0 = graph.slice %x axis 2 from 32 to 64 : (f32[B, T, 96]) -> f32[B, T, 32]
      return %0 : !graph.tensor<f32[B, T, 32]>
    }
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$input, I64Attr:$axis, I64Attr:$begin, I64Attr:$end,
                       DefaultValuedAttr<I64Attr, "1">:$step);
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = [{
    $input `axis` $axis `from` $begin `to` $end (`step` $step^)? attr-dict `:`
    custom<ShortTypes>(type($input)) `->` custom<ShortType>(type($result))
  }];
  let hasFolder = 1;
}

def Graph_ConcatOp : Graph_PureOp<"concat"> {
  let summary = "tensors joined along one dimension";
  let description = [{
    Semantics: `result` on dimension `axis` is the inputs one after another.

    Constraints: (C1) there is at least one input; (C2) all have one element type and rank, and `axis` is a dimension of
    them, a number in each; (C3) they agree in all other dimensions.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[B, T, 32]>, %y: !graph.tensor<f32[B, T, 16]>)
        -> !graph.tensor<f32[B, T, 48]> {
      %0 = graph.concat %x, %y axis 2 : (f32[B, T, 32], f32[B, T, 16]) -> f32[B, T, 48]
      return %0 : !graph.tensor<f32[B, T, 48]>
    }
    ```
  }];
  let arguments = (ins Variadic<Graph_NumberTensor>:$inputs, I64Attr:$axis);
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = [{
    $inputs `axis` $axis attr-dict `:` custom<ShortTypes>(type($inputs)) `->` custom<ShortType>(type($result))
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Graph_GatherOp : Graph_PureOp<"gather"> {
  let summary = "slices by index";
  let description = [{
    Semantics: with `a = batch_dims`, `result[i_0.., j.., k..] = input[i_0.., indices[i_0.., j..], k..]`: the first `a`
    dimensions of both go together, the indices choose on dimension `a` of `input`. An index outside the dimension is an
    error at run time.

    Shapes: `input [P.., S, K..]`, `indices [P.., J..]`, `result [P.., J.., K..]` with `a` dimensions `P`.

    Constraints: (C1) `batch_dims` is not negative, less than the rank of `input` and at most that of `indices`; (C2)
    both agree in the first `batch_dims` dimensions.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[B, T, 64]>, %i: !graph.tensor<i32[B, N]>) -> !graph.tensor<f32[B, N, 64]> {
      %0 = graph.gather %x[%i] batch_dims 1 : (f32[B, T, 64], i32[B, N]) -> f32[B, N, 64]
      return %0 : !graph.tensor<f32[B, N, 64]>
    }
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$input, Graph_IntegerTensor:$indices, I64Attr:$batch_dims);
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = [{
    $input `[` $indices `]` `batch_dims` $batch_dims attr-dict `:` custom<ShortTypes>(type($input), type($indices))
    `->` custom<ShortType>(type($result))
  }];
}

def Graph_CastOp : Graph_Op<"cast", [Pure, Elementwise]> {
  let summary = "elements converted to another type";
  let description = [{
    Semantics: `result[i]` is `input[i]` in the element type of `result`:

    - to a float: the nearest value, ties to even, NaN kept, overflow to infinity (f8E4M3FN, which has none, to NaN);
    - float to integer: toward zero, clamped to the range, NaN to 0;
    - integer to integer: the low bits, as two's complement;
    - any number to i1: whether it is not 0. An i1 counts as 0 or 1.

    Constraints: (C1) the shapes are equal.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[B, T, 64]>) -> !graph.tensor<bf16[B, T, 64]> {
      %0 = graph.cast %x : (f32[B, T, 64]) -> bf16[B, T, 64]
      return %0 : !graph.tensor<bf16[B, T, 64]>
    }
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$input);
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = "$input attr-dict `:` custom<ShortTypes>(type($input)) `->` custom<ShortType>(type($result))";
  let hasVerifier = 1;
  let hasFolder = 1;
}

#endif // TERN_GRAPH_SHAPE_OPS
