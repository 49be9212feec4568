//===- DecoderBuilder.h - Decoders, module by module -------------*- C++ -*-===//
//
// The one builder behind all families and file formats. A family's layer is written as its authors write it in Python:
//
//     Value attended = b.selfAttention(b.norm(x, "input_layernorm"), "self_attn");
//     x = b.add(x, attended);
//     return b.add(x, b.gatedMlp(b.norm(x, "post_attention_layernorm"), "mlp"));
//
// Modules are named by their Hugging Face path; the builder finds the tensor (under its GGUF name in a GGUF file),
// checks its shape, declares the weight, and gives every op its module path as location.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_IMPORT_DECODERBUILDER_H
#define TERN_IMPORT_DECODERBUILDER_H

#include "tern/Import/DecoderConfig.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringMap.h"

namespace tern {

/// Where one part of a Hugging Face module path stands in GGUF tensor names: {"self_attn.q_proj", "attn_q"}.
struct TensorName {
  std::string_view huggingFace;
  std::string_view gguf;
};

/// How queries and keys are normalised before the rotary embedding.
enum class QueryKeyNorm {
  None,
  PerHead, ///< Each head by a weight of the head size (Qwen 3, Gemma 3).
  Whole,   ///< The whole projection by one weight (OLMo 2).
};

/// How a linear layer's weight lies in a Hugging Face file.
enum class MatrixLayout {
  OutIn, ///< torch.nn.Linear.
  InOut, ///< Conv1D of GPT-2; GGUF files hold it as OutIn.
};

class DecoderBuilder {
public:
  DecoderBuilder(mlir::ModuleOp module, const ModelFiles &model, const DecoderConfig &config,
                 llvm::ArrayRef<TensorName> names, std::optional<uint64_t> randomSeed, Problems &problems);

  const DecoderConfig &config() const { return configuration; }
  bool isGguf() const { return model.isGguf(); }

  /// Opens @forward(tokens [B, T], positions [B, T], outputs [B, N]), which answers logits [B, N, V] of the tokens that
  /// `outputs` names by their index in the call; or, of a model that gives embeddings, their vectors [B, N, hidden].
  void beginForward();
  /// Ends it. `hidden` [B, T, hidden] is what the last layer leaves, after the final norm; with embeddings there is no
  /// head, and `headModule` only names the place.
  void endForward(mlir::Value hidden, llvm::StringRef headModule);

  mlir::Value tokens() const { return tokenIds; }
  mlir::Value positions() const { return tokenPositions; }

  /// Modules named until the scope ends are below `path` ("model.layers.7").
  class Scope {
  public:
    Scope(DecoderBuilder &builder, std::string path) : builder(builder), outer(builder.scope) {
      builder.scope = std::move(path);
    }
    ~Scope() { builder.scope = std::move(outer); }

  private:
    DecoderBuilder &builder;
    std::string outer;
  };

  // Modules. `module` is relative to the scope; shapes are those of the configuration.

  /// Rows of `module`.weight [rows, hidden] by id, times config().embeddingScale where `scaled`.
  mlir::Value embedding(mlir::Value ids, llvm::StringRef module, int64_t rows, bool scaled = false);
  /// The first row of `module`.weight [rows, hidden], as [hidden].
  mlir::Value firstRow(llvm::StringRef module, int64_t rows);
  mlir::Value linear(mlir::Value input, llvm::StringRef module, int64_t outputs, bool bias,
                     MatrixLayout layout = MatrixLayout::OutIn);
  /// RMS norm over the last dimension.
  mlir::Value norm(mlir::Value input, llvm::StringRef module);
  mlir::Value layerNorm(mlir::Value input, llvm::StringRef module);
  /// Projections, rotary embedding, cache and attention of `layer`, output projection.
  mlir::Value selfAttention(mlir::Value input, llvm::StringRef module, int64_t layer,
                            QueryKeyNorm queryKeyNorm = QueryKeyNorm::None);
  /// down(activation(gate(x)) * up(x)).
  mlir::Value gatedMlp(mlir::Value input, llvm::StringRef module);

  // Parts of modules, for families that differ.

  /// [B, T, heads * size] to [B, T, heads, size].
  mlir::Value splitHeads(mlir::Value input, int64_t heads);
  /// The rotary embedding of `layer`, if it has one.
  mlir::Value rotate(mlir::Value heads, int64_t layer);
  /// Appends key and value to the layer's cache and attends; [B, T, H, d] to [B, T, H * d].
  mlir::Value attend(mlir::Value query, mlir::Value key, mlir::Value value, int64_t layer);
  mlir::Value slice(mlir::Value input, int64_t begin, int64_t end);
  mlir::Value activate(mlir::Value input);
  mlir::Value add(mlir::Value lhs, mlir::Value rhs);
  /// Times a number; 1 leaves the value alone. `module` is for the location.
  mlir::Value scale(mlir::Value input, double factor, llvm::StringRef module = "");
  mlir::Value multiply(mlir::Value lhs, mlir::Value rhs);

  /// A weight of the model, `name` relative to the scope, which must have this shape; a problem if it has not.
  mlir::Value weight(llvm::StringRef name, llvm::ArrayRef<int64_t> shape);
  /// Whether the model has it (always, for random weights).
  bool hasWeight(llvm::StringRef name) const;
  /// A weight by its own name in the file, regardless of scope and naming.
  mlir::Value weightByFileName(llvm::StringRef symbol, llvm::StringRef fileName, llvm::ArrayRef<int64_t> shape);
  /// A small f32 tensor written in the program.
  mlir::Value constant(llvm::ArrayRef<float> values, llvm::StringRef module = "");

  /// Reports tensors of the file that no module asked for.
  void reportUnusedTensors(llvm::function_ref<bool(llvm::StringRef)> isExpected);

  /// Parameters and bytes of all weights declared so far.
  int64_t parameters() const { return parameterCount; }
  int64_t weightBytes() const { return byteCount; }

private:
  std::string absolute(llvm::StringRef name) const;
  std::string fileName(llvm::StringRef absoluteName) const;
  mlir::Location at(llvm::StringRef module) const;
  graph::SymbolicTensorType f32(llvm::ArrayRef<mlir::Attribute> dims) const;
  mlir::Attribute dim(int64_t size) const;
  mlir::Attribute dim(llvm::StringRef symbol) const;
  mlir::FlatSymbolRefAttr declareFile(uint32_t index);
  mlir::StringAttr headerHash(uint32_t index) const;
  mlir::Value loadWeight(const std::string &symbol, const std::string &file, llvm::ArrayRef<int64_t> shape);
  graph::RandomAttr randomSource(llvm::StringRef name, llvm::ArrayRef<int64_t> shape) const;
  /// The element type that generated weights are rounded to: what config.json declares.
  StorageFormat randomFormat() const;
  /// Factors on the frequencies, [dims / 2], and those for long contexts; null where the embedding has none.
  using RotaryFactors = std::pair<mlir::Value, mlir::Value>;
  RotaryFactors rotaryFactors(const RotaryConfig &rotary);
  mlir::Value appendState(llvm::StringRef name, graph::StateKind kind, mlir::Value value, int64_t layer);

  mlir::MLIRContext *context;
  mlir::ModuleOp module;
  const ModelFiles &model;
  const DecoderConfig &configuration;
  llvm::ArrayRef<TensorName> names;
  std::optional<uint64_t> randomSeed;
  Problems &problems;

  mlir::OpBuilder symbols; ///< Inserts files, weights and states, before the function.
  mlir::OpBuilder body;    ///< Inserts into the function.
  mlir::func::FuncOp forward;
  mlir::Value tokenIds, tokenPositions, outputIndices;
  std::string scope;
  llvm::StringMap<mlir::Type> declared;
  llvm::StringMap<bool> usedTensors;
  std::vector<mlir::FlatSymbolRefAttr> fileSymbols;
  llvm::SmallDenseMap<const RotaryConfig *, RotaryFactors, 2> rotaryFactorsOf;
  int64_t parameterCount = 0, byteCount = 0;
};

} // namespace tern

#endif // TERN_IMPORT_DECODERBUILDER_H
