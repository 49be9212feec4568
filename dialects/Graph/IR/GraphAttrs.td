//===- GraphAttrs.td - Attributes of the graph dialect -----*- tablegen -*-===//

#ifndef TERN_GRAPH_ATTRS
#define TERN_GRAPH_ATTRS

include "dialects/Graph/IR/GraphDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

class Graph_Enum<string name, string summary, list<I32EnumAttrCase> cases> : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::tern::graph";
  let genSpecializedAttr = 0;
}
class Graph_EnumAttr<EnumAttrInfo info, string enumMnemonic> : EnumAttr<Graph_Dialect, info, enumMnemonic>;

def Graph_Activation : Graph_Enum<"Activation", "an activation function", [
  I32EnumAttrCase<"Silu", 0, "silu">, I32EnumAttrCase<"Gelu", 1, "gelu">, I32EnumAttrCase<"GeluTanh", 2, "gelu_tanh">,
  I32EnumAttrCase<"Relu", 3, "relu">, I32EnumAttrCase<"ReluSquared", 4, "relu_squared">,
  I32EnumAttrCase<"Sigmoid", 5, "sigmoid">]>;
def Graph_ActivationAttr : Graph_EnumAttr<Graph_Activation, "activation">;

def Graph_Mask : Graph_Enum<"Mask", "which keys a query may see", [
  I32EnumAttrCase<"None", 0, "none">, I32EnumAttrCase<"Causal", 1, "causal">]>;
def Graph_MaskAttr : Graph_EnumAttr<Graph_Mask, "mask">;

def Graph_StateKind : Graph_Enum<"StateKind", "what a state holds", [
  I32EnumAttrCase<"Key", 0, "key">, I32EnumAttrCase<"Value", 1, "value">,
  I32EnumAttrCase<"Recurrent", 2, "recurrent">, I32EnumAttrCase<"Convolution", 3, "convolution">,
  I32EnumAttrCase<"Encoded", 4, "encoded">]>;
def Graph_StateKindAttr : Graph_EnumAttr<Graph_StateKind, "state_kind">;

def Graph_RopeLayout : Graph_Enum<"RopeLayout", "which elements of a head rotate together", [
  I32EnumAttrCase<"Half", 0, "half">, I32EnumAttrCase<"Interleaved", 1, "interleaved">]>;
def Graph_RopeLayoutAttr : Graph_EnumAttr<Graph_RopeLayout, "rope_layout">;
def Graph_RopeScaling : Graph_Enum<"RopeScaling", "how rotary frequencies are stretched to longer contexts", [
  I32EnumAttrCase<"Default", 0, "default">, I32EnumAttrCase<"Linear", 1, "linear">,
  I32EnumAttrCase<"Dynamic", 2, "dynamic">, I32EnumAttrCase<"Yarn", 3, "yarn">,
  I32EnumAttrCase<"Llama3", 4, "llama3">, I32EnumAttrCase<"Longrope", 5, "longrope">]>;

def Graph_Reduction : Graph_Enum<"Reduction", "how elements are reduced to one", [
  I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Mean", 1, "mean">, I32EnumAttrCase<"Max", 2, "max">,
  I32EnumAttrCase<"Min", 3, "min">, I32EnumAttrCase<"Product", 4, "product">]>;
def Graph_ReductionAttr : Graph_EnumAttr<Graph_Reduction, "reduction">;

def Graph_Comparison : Graph_Enum<"Comparison", "an order between two numbers", [
  I32EnumAttrCase<"Equal", 0, "eq">, I32EnumAttrCase<"NotEqual", 1, "ne">, I32EnumAttrCase<"Less", 2, "lt">,
  I32EnumAttrCase<"LessEqual", 3, "le">, I32EnumAttrCase<"Greater", 4, "gt">,
  I32EnumAttrCase<"GreaterEqual", 5, "ge">]>;
def Graph_ComparisonAttr : Graph_EnumAttr<Graph_Comparison, "comparison">;

/// A number of an op that must be finite, and one that must be positive as well.
def Graph_FiniteF64 : ConfinedAttr<F64Attr, [AttrConstraint<
    CPred<"::llvm::cast<::mlir::FloatAttr>($_self).getValue().isFinite()">, "that is finite">]>;
def Graph_PositiveF64 : ConfinedAttr<Graph_FiniteF64, [AttrConstraint<
    CPred<"::llvm::cast<::mlir::FloatAttr>($_self).getValueAsDouble() > 0">, "and positive">]>;
def Graph_NonNegativeF64 : ConfinedAttr<Graph_FiniteF64, [AttrConstraint<
    CPred<"::llvm::cast<::mlir::FloatAttr>($_self).getValueAsDouble() >= 0">, "and not negative">]>;

def Graph_HashAttr : ConfinedAttr<StrAttr, [AttrConstraint<
    CPred<"::tern::graph::isContentHash(::llvm::cast<::mlir::StringAttr>($_self).getValue())">,
    "that is 'xxh3:' and 16 lower-case hexadecimal digits">]>;

/// An f64 that prints as the shortest decimal that reads back to the same bits.
class Graph_F64Parameter<string initial = ""> : AttrOrTypeParameter<"::tern::graph::Real", "a number", "double"> {
  let parser = "::tern::graph::parseReal($_parser)";
  let printer = "::tern::graph::printReal($_printer, $_self)";
  let defaultValue = initial;
}
class Graph_I64Parameter<string initial> : AttrOrTypeParameter<"int64_t", "a number"> {
  let defaultValue = initial;
}

def Graph_RopeScalingParameter : EnumParameter<Graph_RopeScaling> {
  let defaultValue = "::tern::graph::RopeScaling::Default";
}

def Graph_RopeAttr : AttrDef<Graph_Dialect, "Rope"> {
  let mnemonic = "rotary";
  let summary = "how a rotary position embedding turns positions into angles";
  let description = [{
    `#graph.rotary<theta = 500000.0, dims = 64, layout = half, scaling = llama3, factor = 8.0, ...>`

    With `r = dims` the pair `i` in `[0, r/2)` turns at position `p` by `p * f[i]`. The frequencies are computed in f64:

    - `default`: `f[i] = theta^(-2i/r)`;
    - `linear`: the default divided by `factor`;
    - `dynamic`: as default with `theta * (factor*n/original - (factor-1))^(r/(r-2))` once `n`, one more than the
      largest position of the call, passes `original`;
    - `llama3`: wavelengths above `original/low_frequency` are divided by `factor`, below `original/high_frequency`
      kept, between them blended;
    - `yarn`: interpolated and extrapolated frequencies blended over the dimensions that turn between `beta_fast` and
      `beta_slow` times in `original` positions; the bounds are rounded to whole dimensions if `truncate`;
    - `longrope`: the default divided by per-pair factors, operands of `graph.rope`: the short list while `n` is at most
      `original`, the long list beyond.

    Cosine and sine are multiplied by `attention_factor`. Definitions follow `modeling_rope_utils.py` of Hugging Face
    transformers.

    Constraints:
    - (C1) `theta` and `factor` are positive, and all numbers finite;
    - (C2) `dims` is even and positive;
    - (C3) scalings other than `default` and `linear` have a positive `original`;
    - (C4) `truncate` is 0 or 1;
    - (C5) no formula above divides by zero: for `dynamic` `dims` is more than 2, for `llama3` `low_frequency` is less
      than `high_frequency`, for `yarn` `theta` is not 1 and `beta_slow` is less than `beta_fast`.
  }];
  let parameters = (ins
    Graph_F64Parameter<>:$theta,
    "int64_t":$dims,
    EnumParameter<Graph_RopeLayout>:$layout,
    Graph_RopeScalingParameter:$scaling,
    Graph_F64Parameter<"1.0">:$factor,
    Graph_I64Parameter<"0">:$original,
    Graph_F64Parameter<"1.0">:$low_frequency,
    Graph_F64Parameter<"1.0">:$high_frequency,
    Graph_F64Parameter<"32.0">:$beta_fast,
    Graph_F64Parameter<"1.0">:$beta_slow,
    Graph_I64Parameter<"1">:$truncate,
    Graph_F64Parameter<"1.0">:$attention_factor);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def Graph_StoredAttr : AttrDef<Graph_Dialect, "Stored"> {
  let mnemonic = "stored";
  let summary = "bytes of a weight in a model file";
  let description = [{
    `#graph.stored<file = @smol, tensor = "blk.0.attn_q.weight", offset = 33806656, bytes = 207360>`: the tensor's name
    there, its first byte and its length in the `graph.file` called `file`. `hash` is the XXH3-64 of those bytes as
    `xxh3:` and 16 lower-case hexadecimal digits; importing leaves it out, because that would read the weights, and the
    pass `hash-weights` fills it in.

    Constraints:
    - (C1) `offset` and `bytes` are not negative;
    - (C2) `hash` has the form above.
  }];
  let parameters = (ins "::mlir::FlatSymbolRefAttr":$file, "::mlir::StringAttr":$tensor, "int64_t":$offset,
                        "int64_t":$bytes, OptionalParameter<"::mlir::StringAttr">:$hash);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def Graph_RandomAttr : AttrDef<Graph_Dialect, "Random"> {
  let mnemonic = "random";
  let summary = "a weight from the documented generator";
  let description = [{
    `#graph.random<tensor = "model.norm.weight", seed = 7, center = 1.0, scale = 0.1>`: element `i` in row-major order
    is `center + scale * x(seed, tensor, i)` with `x` uniform in [-1, 1) from the counter-based generator of
    docs/RandomWeights.md, rounded to the element type. Reproducible by any program, in any order.

    Constraint: (C1) `center` and `scale` are finite.
  }];
  let parameters = (ins "::mlir::StringAttr":$tensor, "uint64_t":$seed, Graph_F64Parameter<>:$center,
                        Graph_F64Parameter<>:$scale);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def Graph_SourceAttr : AnyAttrOf<[Graph_StoredAttr, Graph_RandomAttr], "where a weight comes from">;

#endif // TERN_GRAPH_ATTRS
