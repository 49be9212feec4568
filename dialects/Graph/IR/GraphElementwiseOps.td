//===- GraphElementwiseOps.td - One element at a time ------*- tablegen -*-===//

#ifndef TERN_GRAPH_ELEMENTWISE_OPS
#define TERN_GRAPH_ELEMENTWISE_OPS

include "dialects/Graph/IR/GraphBase.td"

/// One float in, one float out, the same type.
class Graph_UnaryOp<string mnemonic, string formula, string about> : Graph_PureOp<mnemonic, [Elementwise]> {
  let summary = about;
  let description = "Semantics: `result[i] = " # formula # [{`.

    Constraints: (C1) `result` has the type of `input`.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[B, T, 64]>) -> !graph.tensor<f32[B, T, 64]> {
      %0 = graph.}] # mnemonic # [{ %x : (f32[B, T, 64]) -> f32[B, T, 64]
      return %0 : !graph.tensor<f32[B, T, 64]>
    }
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` custom<ShortTypes>(type($input)) `->` custom<ShortType>(type($result))";
}

def Graph_SiluOp : Graph_UnaryOp<"silu", "input[i] / (1 + exp(-input[i]))", "sigmoid-weighted linear unit">;
def Graph_GeluOp : Graph_UnaryOp<"gelu", "input[i] * 0.5 * (1 + erf(input[i] / sqrt(2)))",
                                 "Gaussian error linear unit, exact">;
def Graph_GeluTanhOp : Graph_UnaryOp<"gelu_tanh",
    "0.5 * input[i] * (1 + tanh(sqrt(2/pi) * (input[i] + 0.044715 * input[i]^3)))",
    "Gaussian error linear unit by its tanh approximation">;
def Graph_ReluOp : Graph_UnaryOp<"relu", "max(input[i], 0)", "rectified linear unit"> { let hasFolder = 1; }
def Graph_ReluSquaredOp : Graph_UnaryOp<"relu_squared", "max(input[i], 0)^2", "square of the rectified linear unit">;
def Graph_SigmoidOp : Graph_UnaryOp<"sigmoid", "1 / (1 + exp(-input[i]))", "logistic function">;
def Graph_TanhOp : Graph_UnaryOp<"tanh", "tanh(input[i])", "hyperbolic tangent">;
def Graph_SoftplusOp : Graph_UnaryOp<"softplus", "log(1 + exp(input[i]))", "smooth rectifier">;
def Graph_ExpOp : Graph_UnaryOp<"exp", "exp(input[i])", "exponential">;
def Graph_LogOp : Graph_UnaryOp<"log", "log(input[i])", "natural logarithm; NaN below zero, -infinity at zero">;
def Graph_SqrtOp : Graph_UnaryOp<"sqrt", "sqrt(input[i])", "square root; NaN below zero">;
def Graph_RsqrtOp : Graph_UnaryOp<"rsqrt", "1 / sqrt(input[i])", "reciprocal square root; infinity at zero">;
def Graph_NegOp : Graph_UnaryOp<"neg", "-input[i]", "negation"> { let hasFolder = 1; }
def Graph_AbsOp : Graph_UnaryOp<"abs", "|input[i]|", "absolute value"> { let hasFolder = 1; }

def Graph_SoftCapOp : Graph_PureOp<"soft_cap", [Elementwise]> {
  let summary = "values squeezed into (-cap, cap)";
  let description = [{
    Semantics: `result[i] = cap * tanh(input[i] / cap)`. Gemma 2 caps its logits so.

    Constraints: (C1) `cap` is positive and finite.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[B, T, 64]>) -> !graph.tensor<f32[B, T, 64]> {
      %0 = graph.soft_cap %x cap 30.0 : (f32[B, T, 64]) -> f32[B, T, 64]
      return %0 : !graph.tensor<f32[B, T, 64]>
    }
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input, Graph_PositiveF64:$cap);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = [{
    $input `cap` custom<Number>($cap) attr-dict `:` custom<ShortTypes>(type($input)) `->`
    custom<ShortType>(type($result))
  }];
}

def Graph_GatedOp : Graph_PureOp<"gated", [Elementwise]> {
  let summary = "an activation that gates another tensor";
  let description = [{
    Semantics: `result[i] = activation(gate[i]) * input[i]`, the product before rounding. SwiGLU is `silu`, GeGLU
    `gelu_tanh` or `gelu` (Shazeer, https://arxiv.org/abs/2002.05202).

    Equals the activation's own op followed by `graph.mul`, but for the rounding of the activation between the two.

    Constraints: (C1) `gate` and `input` have the same type.

    ```mlir
    func.func @example(%g: !graph.tensor<f32[B, T, 96]>, %u: !graph.tensor<f32[B, T, 96]>)
        -> !graph.tensor<f32[B, T, 96]> {
      %0 = graph.gated silu %g, %u : (f32[B, T, 96], f32[B, T, 96]) -> f32[B, T, 96]
      return %0 : !graph.tensor<f32[B, T, 96]>
    }
    ```
  }];
  let arguments = (ins Graph_ActivationAttr:$activation, Graph_FloatTensor:$gate, Graph_FloatTensor:$input);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = [{
    custom<Activation>($activation) $gate `,` $input attr-dict `:` custom<ShortTypes>(type($gate), type($input)) `->`
    custom<ShortType>(type($result))
  }];
}

/// Two operands, NumPy broadcasting, one result.
class Graph_BinaryOp<string mnemonic, string formula, string about, list<Trait> traits = []>
    : Graph_PureOp<mnemonic, traits> {
  let summary = about;
  let description = "Semantics: `result[i] = " # formula # [{` after broadcasting: shapes are aligned at the last
    dimension, and a dimension that is missing or 1 repeats.

    Constraints: (C1) both have the same element type; (C2) aligned dimensions are equal or one of them is 1.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[B, T, 64]>, %y: !graph.tensor<f32[64]>)
        -> !graph.tensor<f32[B, T, 64]> {
      %0 = graph.}] # mnemonic # [{ %x, %y : (f32[B, T, 64], f32[64]) -> f32[B, T, 64]
      return %0 : !graph.tensor<f32[B, T, 64]>
    }
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$lhs, Graph_NumberTensor:$rhs);
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs attr-dict `:` custom<ShortTypes>(type($lhs), type($rhs)) `->` custom<ShortType>(type($result))
  }];
}

def Graph_AddOp : Graph_BinaryOp<"add", "lhs[i] + rhs[i]", "sum", [Commutative]> { let hasFolder = 1; }
def Graph_SubOp : Graph_BinaryOp<"sub", "lhs[i] - rhs[i]", "difference"> { let hasFolder = 1; }
def Graph_MulOp : Graph_BinaryOp<"mul", "lhs[i] * rhs[i]", "product", [Commutative]> { let hasFolder = 1; }
def Graph_DivOp : Graph_BinaryOp<"div", "lhs[i] / rhs[i]",
    "quotient; integers round toward zero, and dividing an integer by zero is an error at run time"> {
  let hasFolder = 1;
}
def Graph_MaximumOp : Graph_BinaryOp<"maximum", "max(lhs[i], rhs[i])", "larger of two", [Commutative]> {
  let hasFolder = 1;
}
def Graph_MinimumOp : Graph_BinaryOp<"minimum", "min(lhs[i], rhs[i])", "smaller of two", [Commutative]> {
  let hasFolder = 1;
}

def Graph_CompareOp : Graph_PureOp<"compare"> {
  let summary = "an order, element by element";
  let description = [{
    Semantics: `result[i] = lhs[i] <order> rhs[i]` as i1, after broadcasting as in `graph.add`. Every order with NaN is
    false, but `ne` is true.

    Constraints: (C1) both have the same element type; (C2) aligned dimensions are equal or one of them is 1.

    ```mlir
    func.func @example(%x: !graph.tensor<i32[B, T]>, %y: !graph.tensor<i32[1]>) -> !graph.tensor<i1[B, T]> {
      %0 = graph.compare lt %x, %y : (i32[B, T], i32[1]) -> i1[B, T]
      return %0 : !graph.tensor<i1[B, T]>
    }
    ```
  }];
  let arguments = (ins Graph_ComparisonAttr:$order, Graph_NumberTensor:$lhs, Graph_NumberTensor:$rhs);
  let results = (outs Graph_IntegerTensor:$result);
  let assemblyFormat = [{
    custom<Comparison>($order) $lhs `,` $rhs attr-dict `:` custom<ShortTypes>(type($lhs), type($rhs)) `->`
    custom<ShortType>(type($result))
  }];
}

def Graph_SelectOp : Graph_PureOp<"select"> {
  let summary = "one of two, element by element";
  let description = [{
    Semantics: `result[i] = condition[i] ? lhs[i] : rhs[i]`.

    Constraints: (C1) `condition` holds i1; (C2) `lhs` and `rhs` have the same type; (C3) `condition` has their shape.

    ```mlir
    func.func @example(%c: !graph.tensor<i1[B, T]>, %x: !graph.tensor<f32[B, T]>, %y: !graph.tensor<f32[B, T]>)
        -> !graph.tensor<f32[B, T]> {
      %0 = graph.select %c, %x, %y : (i1[B, T], f32[B, T], f32[B, T]) -> f32[B, T]
      return %0 : !graph.tensor<f32[B, T]>
    }
    ```
  }];
  let arguments = (ins Graph_IntegerTensor:$condition, Graph_NumberTensor:$lhs, Graph_NumberTensor:$rhs);
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = [{
    $condition `,` $lhs `,` $rhs attr-dict `:` custom<ShortTypes>(type($condition), type($lhs), type($rhs)) `->`
    custom<ShortType>(type($result))
  }];
  let hasFolder = 1;
}

#endif // TERN_GRAPH_ELEMENTWISE_OPS
