//===- GraphReductionOps.td - Many elements to few ---------*- tablegen -*-===//

#ifndef TERN_GRAPH_REDUCTION_OPS
#define TERN_GRAPH_REDUCTION_OPS

include "dialects/Graph/IR/GraphBase.td"

def Graph_ReduceOp : Graph_PureOp<"reduce"> {
  let summary = "one dimension reduced to a single element";
  let description = [{
    Semantics: `result[..., 0, ...]` is the sum, mean, maximum, minimum or product over dimension `axis`, which stays as
    1; sums, means and products in at least f32. Over no elements: sum 0, product 1, mean NaN, maximum -infinity,
    minimum +infinity (for integers the smallest and largest value, mean 0). Means of integers round toward zero.

    Constraints: (C1) `axis` is a dimension of `input`.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[B, T, 64]>) -> !graph.tensor<f32[B, T, 1]> {
      %0 = graph.reduce mean %x axis 2 : (f32[B, T, 64]) -> f32[B, T, 1]
      return %0 : !graph.tensor<f32[B, T, 1]>
    }
    ```
  }];
  let arguments = (ins Graph_ReductionAttr:$kind, Graph_NumberTensor:$input, I64Attr:$axis);
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = [{
    custom<Reduction>($kind) $input `axis` $axis attr-dict `:` custom<ShortTypes>(type($input)) `->`
    custom<ShortType>(type($result))
  }];
}

def Graph_TopKOp : Graph_PureOp<"top_k"> {
  let summary = "the largest elements of the last dimension";
  let description = [{
    Semantics: `values[..., 0..k)` are the `k` largest elements of the last dimension, largest first, and `indices`
    their places; of equal elements the one with the lower index comes first; NaN counts as larger than any number.

    Constraints: (C1) `input` has at least rank 1 and its last dimension is a number; (C2) `0 < k <= ` that number.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[B, T, 32]>) -> (!graph.tensor<f32[B, T, 4]>, !graph.tensor<i32[B, T, 4]>) {
      %values, %indices = graph.top_k %x k 4 : (f32[B, T, 32]) -> (f32[B, T, 4], i32[B, T, 4])
      return %values, %indices : !graph.tensor<f32[B, T, 4]>, !graph.tensor<i32[B, T, 4]>
    }
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$input, I64Attr:$k);
  let results = (outs Graph_NumberTensor:$values, Graph_IntegerTensor:$indices);
  let assemblyFormat = [{
    $input `k` $k attr-dict `:` custom<ShortTypes>(type($input)) `->` custom<ShortTypes>(type($values), type($indices))
  }];
}

def Graph_ArgmaxOp : Graph_PureOp<"argmax"> {
  let summary = "place of the largest element of the last dimension";
  let description = [{
    Semantics: `result[...]` is the index of the largest element of the last dimension, the lowest of equals; the first
    NaN wins over any number.

    Constraints: (C1) `input` has at least rank 1, and its last dimension is not the number 0.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[B, T, 49152]>) -> !graph.tensor<i32[B, T]> {
      %0 = graph.argmax %x : (f32[B, T, 49152]) -> i32[B, T]
      return %0 : !graph.tensor<i32[B, T]>
    }
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$input);
  let results = (outs Graph_IntegerTensor:$result);
  let assemblyFormat = "$input attr-dict `:` custom<ShortTypes>(type($input)) `->` custom<ShortType>(type($result))";
}

#endif // TERN_GRAPH_REDUCTION_OPS
