//===- GraphTypes.td - Tensors with named dimensions -------*- tablegen -*-===//

#ifndef TERN_GRAPH_TYPES
#define TERN_GRAPH_TYPES

include "dialects/Graph/IR/GraphDialect.td"
include "mlir/IR/AttrTypeBase.td"

class Graph_Type<string name, string typeMnemonic> : TypeDef<Graph_Dialect, name> {
  let mnemonic = typeMnemonic;
}

def Graph_StorageType : Graph_Type<"BlockStorage", "storage"> {
  let summary = "element type of tensors stored as blocks of quants";
  let description = [{
    Elements that share scales in blocks along the last dimension, as GGUF files hold them: `!graph.storage<q4_1>`.
    Inside a tensor type it is written as its bare name: `q4_1[576, 1536]`. The formats, their block lengths and bytes
    are the table of `runtime/Base/StorageFormat.h`. Ops that read weights (`graph.linear`, `graph.embedding`) read such
    tensors as the exact values that decoding gives; `graph.dequantize` makes the decoding explicit.

    Constraint: (C1) the name is a block format of that table.
  }];
  let parameters = (ins "::tern::StorageFormat":$format);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Graph_TensorType : Graph_Type<"SymbolicTensor", "tensor"> {
  let summary = "tensor whose dimensions are numbers or named symbols";
  let description = [{
    `!graph.tensor<f32[B, T, 576]>`: an element type and dimensions, outermost first. A dimension is a number or the
    name of a symbol; a name means the same number throughout a function. Inside graph ops the type is written short:
    `f32[B, T, 576]`.

    Constraints:
    - (C1) the element type is a float (f64, f32, f16, bf16, f8E4M3FN, f8E5M2), an integer (i64, i32, i16, i8, ui8, i1)
      or a block storage format;
    - (C2) a number is not negative, and a name is an identifier;
    - (C3) with block storage the last dimension is a number and a whole number of blocks.
  }];
  let parameters = (ins "::mlir::Type":$elementType, ArrayRefParameter<"::mlir::Attribute">:$dims);
  let builders = [
    TypeBuilderWithInferredContext<(ins "::mlir::Type":$elementType, "::llvm::ArrayRef<::mlir::Attribute>":$dims), [{
      return $_get(elementType.getContext(), elementType, dims);
    }]>
  ];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The number of dimensions.
    int64_t getRank() const { return getDims().size(); }

    /// Dimension `index`, an IntegerAttr (i64) or a StringAttr; negative indices count from the last.
    ::mlir::Attribute getDim(int64_t index) const { return getDims()[index < 0 ? index + getRank() : index]; }

    /// The number at `index`, or nothing if that dimension is a symbol; negative indices count from the last.
    std::optional<int64_t> getStaticDim(int64_t index) const;

    /// Whether every dimension is a number.
    bool hasStaticShape() const;

    /// The product of all dimensions, if all are numbers and it fits.
    std::optional<int64_t> getNumElements() const;

    /// The same shape with another element type.
    SymbolicTensorType withElementType(::mlir::Type elementType) const;

    /// The same element type with other dimensions.
    SymbolicTensorType withDims(::llvm::ArrayRef<::mlir::Attribute> dims) const;

    /// How its numbers lie in memory and files.
    ::tern::StorageFormat getStorageFormat() const;

    bool isFloat() const { return ::llvm::isa<::mlir::FloatType>(getElementType()); }
    bool isInteger() const { return ::llvm::isa<::mlir::IntegerType>(getElementType()); }
    bool isBlockStorage() const { return ::llvm::isa<BlockStorageType>(getElementType()); }
  }];
}

class Graph_TensorOf<string predicate, string what>
    : Type<And<[CPred<"::llvm::isa<::tern::graph::SymbolicTensorType>($_self)">,
                CPred<"::llvm::cast<::tern::graph::SymbolicTensorType>($_self)." # predicate>]>,
           what, "::tern::graph::SymbolicTensorType">;

def Graph_AnyTensor : Type<CPred<"::llvm::isa<::tern::graph::SymbolicTensorType>($_self)">,
                           "graph tensor", "::tern::graph::SymbolicTensorType">;
def Graph_FloatTensor : Graph_TensorOf<"isFloat()", "tensor of floats">;
def Graph_IntegerTensor : Graph_TensorOf<"isInteger()", "tensor of integers">;
def Graph_WeightTensor : Graph_TensorOf<"isInteger() == false", "tensor of floats or stored blocks">;
def Graph_BlockTensor : Graph_TensorOf<"isBlockStorage()", "tensor of stored blocks">;
def Graph_NumberTensor : Graph_TensorOf<"isBlockStorage() == false", "tensor of floats or integers">;

#endif // TERN_GRAPH_TYPES
