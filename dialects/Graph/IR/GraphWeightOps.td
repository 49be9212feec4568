//===- GraphWeightOps.td - Files, weights, constants -------*- tablegen -*-===//

#ifndef TERN_GRAPH_WEIGHT_OPS
#define TERN_GRAPH_WEIGHT_OPS

include "dialects/Graph/IR/GraphBase.td"

def Graph_FileOp : Graph_Op<"file", [Symbol]> {
  let summary = "a model file that weights are read from";
  let description = [{
    Declares a file by path, as given at import; relative paths start at the working directory. `size` in bytes, and
    the XXH3-64 of the `header` bytes that come before the weights, tell another file of the same name apart without
    reading any weight.

    Constraints:
    - (C1) `size` and `header` are not negative;
    - (C2) `header_hash` is `xxh3:` and 16 lower-case hexadecimal digits;
    - (C3) `header` is at most `size`.

    ```mlir
    graph.file @smol "models/smol.gguf" size 98362432 header 1785664 "xxh3:0123456789abcdef"
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$path, ConfinedAttr<I64Attr, [IntNonNegative]>:$size,
                       ConfinedAttr<I64Attr, [IntNonNegative]>:$header, Graph_HashAttr:$header_hash);
  let assemblyFormat = "$sym_name $path `size` $size `header` $header $header_hash attr-dict";
  let hasVerifier = 1;
}

def Graph_WeightOp : Graph_Op<"weight", [Symbol, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a weight: its type and where its bytes are";
  let description = [{
    Declares a parameter of the model under its Hugging Face name. The value never enters the IR: `source` says where
    the bytes lie (`#graph.stored`) or which generator makes them (`#graph.random`).

    Constraints:
    - (C1) the type has a static shape of at least rank 1;
    - (C2) a stored weight names a `graph.file` of the module;
    - (C3) its `bytes` are what its type takes;
    - (C4) its range lies inside the file;
    - (C5) a random weight is a tensor of floats;
    - (C6) a stored weight is not of a format of activations (i8_32, i15_32), which no file holds.

    ```mlir
    graph.file @smol "smol.gguf" size 98362432 header 512 "xxh3:0123456789abcdef"
    graph.weight @model.norm.weight : f32[576]
        = #graph.stored<file = @smol, tensor = "output_norm.weight", offset = 1024, bytes = 2304>
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<Graph_AnyTensor>:$type, Graph_SourceAttr:$source);
  let assemblyFormat = "$sym_name `:` custom<ShortTypeAttr>($type) `=` $source attr-dict";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    SymbolicTensorType getTensorType() { return ::llvm::cast<SymbolicTensorType>(getType()); }
  }];
}

def Graph_LoadWeightOp
    : Graph_Op<"load_weight", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the value of a weight";
  let description = [{
    Semantics: the tensor that the `graph.weight` called `weight` declares, as stored.

    Constraints: (C1) `weight` names a `graph.weight` of the module; (C2) the result has its type.

    ```mlir
    graph.weight @w : f32[576] = #graph.random<tensor = "w", seed = 1, center = 1.0, scale = 0.1>
    func.func @example() -> !graph.tensor<f32[576]> {
      %0 = graph.load_weight @w : f32[576]
      return %0 : !graph.tensor<f32[576]>
    }
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$weight);
  let results = (outs Graph_AnyTensor:$result);
  let assemblyFormat = "$weight attr-dict `:` custom<ShortType>(type($result))";
}

def Graph_DequantizeOp : Graph_Op<"dequantize", [Pure]> {
  let summary = "stored blocks decoded to floats";
  let description = [{
    Semantics: `result[i, j] = decode(input)[i, j]`, the value that the storage format defines, in f32, then rounded to
    the element type of the result. Canonicalisation removes it in front of ops that read blocks themselves
    (`graph.linear`, `graph.expert_linear`, `graph.embedding`) where that is exact: when the result is f32 or f64.

    Constraints: (C1) `result` has the shape of `input`.

    ```mlir
    func.func @example(%w: !graph.tensor<q4_1[1536, 576]>) -> !graph.tensor<f32[1536, 576]> {
      %0 = graph.dequantize %w : (q4_1[1536, 576]) -> f32[1536, 576]
      return %0 : !graph.tensor<f32[1536, 576]>
    }
    ```
  }];
  let arguments = (ins Graph_BlockTensor:$input);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` custom<ShortTypes>(type($input)) `->` custom<ShortType>(type($result))";
  let hasVerifier = 1;
}

def Graph_DenseTensorAttr : ElementsAttrBase<
    CPred<"::llvm::isa<::mlir::DenseIntOrFPElementsAttr>($_self) && "
          "::llvm::isa<::mlir::RankedTensorType>(::llvm::cast<::mlir::ElementsAttr>($_self).getShapedType())">,
    "dense elements of a tensor"> {
  let storageType = "::mlir::DenseElementsAttr";
  let returnType = "::mlir::DenseElementsAttr";
  let convertFromStorage = "$_self";
}

def Graph_ConstantOp : Graph_Op<"constant", [Pure, ConstantLike]> {
  let summary = "a small tensor written in the program";
  let description = [{
    Semantics: `result = value`. For tables and scalars of a model's definition (rotary factors, scales), never weights:
    printing costs as much as the value is long.

    Constraints: (C1) `result` has the shape and element type of `value`; (C2) `value` is a dense or splat `tensor`.

    ```mlir
    func.func @example() -> !graph.tensor<f32[3]> {
      %0 = graph.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32> as f32[3]
      return %0 : !graph.tensor<f32[3]>
    }
    ```
  }];
  let arguments = (ins Graph_DenseTensorAttr:$value);
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = "$value `as` custom<ShortType>(type($result)) attr-dict";
  let hasFolder = 1;
  let hasVerifier = 1;
}

#endif // TERN_GRAPH_WEIGHT_OPS
