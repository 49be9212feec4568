//===- DecoderBuilder.cpp - Decoders, module by module --------------------===//

#include "tern/Import/DecoderBuilder.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

DecoderBuilder::DecoderBuilder(ModuleOp module, const ModelFiles &model, const DecoderConfig &config,
                               ArrayRef<TensorName> names, std::optional<uint64_t> randomSeed, Problems &problems)
    : context(module.getContext()), module(module), model(model), configuration(config), names(names),
      randomSeed(randomSeed), problems(problems), symbols(module.getBodyRegion()), body(context) {}

//===----------------------------------------------------------------------===//
// Names, places and types
//===----------------------------------------------------------------------===//

std::string DecoderBuilder::absolute(StringRef name) const {
  return scope.empty() ? name.str() : scope + "." + name.str();
}

Location DecoderBuilder::at(StringRef name) const {
  return NameLoc::get(StringAttr::get(context, name.empty() ? scope : absolute(name)));
}

Attribute DecoderBuilder::dim(int64_t size) const { return staticDim(context, size); }
Attribute DecoderBuilder::dim(StringRef symbol) const { return symbolicDim(context, symbol); }

SymbolicTensorType DecoderBuilder::f32(ArrayRef<Attribute> dims) const {
  return SymbolicTensorType::get(Float32Type::get(context), dims);
}

//===----------------------------------------------------------------------===//
// The function
//===----------------------------------------------------------------------===//

void DecoderBuilder::beginForward() {
  Type ids = SymbolicTensorType::get(IntegerType::get(context, 32), {dim("B"), dim("T")});
  Type indices = SymbolicTensorType::get(IntegerType::get(context, 32), {dim("B"), dim("N")});
  int64_t width = configuration.givesEmbeddings ? configuration.hidden : configuration.vocabulary;
  Type logits = f32({dim("B"), dim("N"), dim(width)});
  forward = func::FuncOp::create(at("forward"), "forward", FunctionType::get(context, {ids, ids, indices}, {logits}));
  module.push_back(forward);
  symbols.setInsertionPoint(forward);
  Block *entry = forward.addEntryBlock();
  const char *argumentNames[] = {"tokens", "positions", "outputs"};
  for (auto [argument, name] : llvm::zip_equal(entry->getArguments(), argumentNames))
    argument.setLoc(at(name));
  tokenIds = entry->getArgument(0);
  tokenPositions = entry->getArgument(1);
  outputIndices = entry->getArgument(2);
  body.setInsertionPointToEnd(entry);
}

void DecoderBuilder::endForward(Value hidden, StringRef headModule) {
  Value wanted = GatherOp::create(body, at(headModule), hidden, outputIndices, 1);
  if (configuration.givesEmbeddings) {
    func::ReturnOp::create(body, at("forward"), wanted);
    return;
  }
  Value logits = linear(wanted, headModule, configuration.vocabulary, /*bias=*/false);
  if (configuration.logitDivisor != 1.0) {
    Value divisor = constant(static_cast<float>(configuration.logitDivisor), headModule);
    logits = DivOp::create(body, at(headModule), logits, divisor);
  }
  if (configuration.logitSoftCap)
    logits = SoftCapOp::create(body, at(headModule), logits, body.getF64FloatAttr(*configuration.logitSoftCap));
  func::ReturnOp::create(body, at("forward"), logits);
}

//===----------------------------------------------------------------------===//
// Modules
//===----------------------------------------------------------------------===//

Value DecoderBuilder::embedding(Value ids, StringRef name, int64_t rows, bool scaled) {
  Value table = weight(name.str() + ".weight", {rows, configuration.hidden});
  SmallVector<Attribute> dims(cast<SymbolicTensorType>(ids.getType()).getDims());
  dims.push_back(dim(configuration.hidden));
  Value rowsOfIds = EmbeddingOp::create(body, at(name), f32(dims), table, ids);
  if (!scaled)
    return rowsOfIds;
  return scale(rowsOfIds, configuration.embeddingScale, name);
}

Value DecoderBuilder::firstRow(StringRef name, int64_t rows) {
  Value table = weight(name.str() + ".weight", {rows, configuration.hidden});
  Value row = SliceOp::create(body, at(name), table, 0, 0, 1, 1);
  auto type = cast<SymbolicTensorType>(row.getType());
  row = ReshapeOp::create(body, at(name), type.withDims({dim(configuration.hidden)}), row);
  // Ops that compute take one type of numbers, which is f32; files store tables in others too.
  SymbolicTensorType computed = f32({dim(configuration.hidden)});
  return row.getType() == computed ? row : Value(CastOp::create(body, at(name), computed, row));
}

Value DecoderBuilder::linear(Value input, StringRef name, int64_t outputs, bool bias, MatrixLayout layout) {
  int64_t inputs = *cast<SymbolicTensorType>(input.getType()).getStaticDim(-1);
  bool transposed = layout == MatrixLayout::InOut && !isGguf();
  Value matrix = weight(name.str() + ".weight",
                        transposed ? ArrayRef<int64_t>{inputs, outputs} : ArrayRef<int64_t>{outputs, inputs});
  if (transposed)
    matrix = TransposeOp::create(body, at(name), matrix, ArrayRef<int64_t>{1, 0});
  Value shift = bias ? weight(name.str() + ".bias", {outputs}) : Value();
  return LinearOp::create(body, at(name), input, matrix, shift);
}

Value DecoderBuilder::norm(Value input, StringRef name) {
  int64_t size = *cast<SymbolicTensorType>(input.getType()).getStaticDim(-1);
  // Converters to GGUF add the offset to the weights they store.
  double offset = isGguf() ? 0.0 : configuration.normOffset;
  return RmsNormOp::create(body, at(name), input, weight(name.str() + ".weight", {size}),
                           body.getF64FloatAttr(configuration.normEpsilon), body.getF64FloatAttr(offset));
}

Value DecoderBuilder::layerNorm(Value input, StringRef name) {
  int64_t size = *cast<SymbolicTensorType>(input.getType()).getStaticDim(-1);
  return LayerNormOp::create(body, at(name), input, weight(name.str() + ".weight", {size}),
                             weight(name.str() + ".bias", {size}), body.getF64FloatAttr(configuration.normEpsilon));
}

Value DecoderBuilder::selfAttention(Value input, StringRef name, int64_t layer, QueryKeyNorm queryKeyNorm) {
  Scope inside(*this, absolute(name));
  int64_t size = configuration.headSize, heads = configuration.heads, groups = configuration.keyValueHeads;
  auto project = [&](StringRef projection, StringRef normName, int64_t count) {
    Value projected = linear(input, projection, count * size, configuration.queryKeyValueBias);
    if (!normName.empty() && queryKeyNorm == QueryKeyNorm::Whole)
      projected = norm(projected, normName);
    projected = splitHeads(projected, count);
    if (!normName.empty() && queryKeyNorm == QueryKeyNorm::PerHead)
      projected = norm(projected, normName);
    return projected;
  };
  Value query = rotate(project("q_proj", "q_norm", heads), layer);
  Value key = rotate(project("k_proj", "k_norm", groups), layer);
  Value value = project("v_proj", "", groups);
  return linear(attend(query, key, value, layer), "o_proj", configuration.hidden, configuration.outputBias);
}

Value DecoderBuilder::gatedMlp(Value input, StringRef name) {
  Scope inside(*this, absolute(name));
  Value gate = activate(linear(input, "gate_proj", configuration.intermediate, configuration.mlpBias));
  Value up = linear(input, "up_proj", configuration.intermediate, configuration.mlpBias);
  return linear(multiply(gate, up), "down_proj", configuration.hidden, configuration.mlpBias);
}

//===----------------------------------------------------------------------===//
// Parts of modules
//===----------------------------------------------------------------------===//

Value DecoderBuilder::splitHeads(Value input, int64_t heads) {
  auto type = cast<SymbolicTensorType>(input.getType());
  SmallVector<Attribute> dims(type.getDims());
  dims.back() = dim(heads);
  dims.push_back(dim(*type.getStaticDim(-1) / heads));
  return ReshapeOp::create(body, at(""), type.withDims(dims), input);
}

DecoderBuilder::RotaryFactors DecoderBuilder::rotaryFactors(const RotaryConfig &rotary) {
  auto [known, isNew] = rotaryFactorsOf.try_emplace(&rotary);
  RotaryFactors &factors = known->second;
  if (!isNew)
    return factors;
  if (rotary.scaling == RopeScaling::Longrope) {
    if (isGguf()) {
      factors = {weightByFileName("rope_factors_short", "rope_factors_short.weight", {rotary.dims / 2}),
                 weightByFileName("rope_factors_long", "rope_factors_long.weight", {rotary.dims / 2})};
    } else {
      SmallVector<float> shortFactors(rotary.shortFactors.begin(), rotary.shortFactors.end());
      SmallVector<float> longFactors(rotary.longFactors.begin(), rotary.longFactors.end());
      factors = {constant(shortFactors), constant(longFactors)};
    }
  } else if (isGguf() && &rotary == &configuration.rotary && model.findTensor("rope_freqs.weight")) {
    factors = {weightByFileName("rope_freqs", "rope_freqs.weight", {rotary.dims / 2}), Value()};
  }
  return factors;
}

Value DecoderBuilder::rotate(Value heads, int64_t layer) {
  if (!configuration.usesRotary[layer])
    return heads;
  bool isLocal = configuration.windows[layer] && configuration.localRotary;
  const RotaryConfig &rotary = isLocal ? *configuration.localRotary : configuration.rotary;
  auto [factors, longFactors] = rotaryFactors(rotary);
  return RopeOp::create(body, at(""), heads, positions(), factors, longFactors, rotary.attribute(context));
}

Value DecoderBuilder::appendState(StringRef name, StateKind kind, Value value, int64_t layer) {
  auto type = cast<SymbolicTensorType>(value.getType());
  SmallVector<Attribute> dims(type.getDims());
  dims[1] = dim("C");
  SymbolicTensorType stateType = type.withDims(dims);
  std::optional<int64_t> window = configuration.windows[layer];
  StateOp::create(symbols, at(name), absolute(name), kind, layer, window ? body.getI64IntegerAttr(*window) : nullptr,
                  stateType);
  return AppendStateOp::create(body, at(name), stateType, absolute(name), value, positions());
}

Value DecoderBuilder::attend(Value query, Value key, Value value, int64_t layer) {
  Value keys = appendState("key", StateKind::Key, key, layer);
  Value values = appendState("value", StateKind::Value, value, layer);
  std::optional<int64_t> window = configuration.windows[layer];
  std::optional<double> cap = configuration.attentionSoftCap;
  Value mixed = AttentionOp::create(body, at(""), query, keys, values, positions(), Value(), Value(), Value(), Value(),
                                    MaskAttr::get(context, configuration.isBidirectional ? Mask::None : Mask::Causal),
                                    window ? body.getI64IntegerAttr(*window) : nullptr,
                                    body.getF64FloatAttr(configuration.attentionScale),
                                    cap ? body.getF64FloatAttr(*cap) : nullptr);
  auto type = cast<SymbolicTensorType>(mixed.getType());
  SmallVector<Attribute> dims(type.getDims().take_front(2));
  dims.push_back(dim(*type.getStaticDim(2) * *type.getStaticDim(3)));
  return ReshapeOp::create(body, at(""), type.withDims(dims), mixed);
}

Value DecoderBuilder::slice(Value input, int64_t begin, int64_t end) {
  int64_t axis = cast<SymbolicTensorType>(input.getType()).getRank() - 1;
  return SliceOp::create(body, at(""), input, axis, begin, end, 1);
}

Value DecoderBuilder::activate(Value input) {
  switch (configuration.activation) {
  case Activation::Silu:
    return SiluOp::create(body, at(""), input);
  case Activation::Gelu:
    return GeluOp::create(body, at(""), input);
  case Activation::GeluTanh:
    return GeluTanhOp::create(body, at(""), input);
  case Activation::Relu:
    return ReluOp::create(body, at(""), input);
  case Activation::ReluSquared:
    return ReluSquaredOp::create(body, at(""), input);
  case Activation::Sigmoid:
    return SigmoidOp::create(body, at(""), input);
  }
  llvm_unreachable("every activation has its op");
}

Value DecoderBuilder::add(Value lhs, Value rhs) { return AddOp::create(body, at(""), lhs, rhs); }
Value DecoderBuilder::multiply(Value lhs, Value rhs) { return MulOp::create(body, at(""), lhs, rhs); }

Value DecoderBuilder::scale(Value input, double factor, StringRef name) {
  if (factor == 1.0)
    return input;
  return MulOp::create(body, at(name), input, constant(static_cast<float>(factor), name));
}

Value DecoderBuilder::constant(ArrayRef<float> values, StringRef name) {
  auto size = static_cast<int64_t>(values.size());
  auto elements = DenseElementsAttr::get(RankedTensorType::get({size}, Float32Type::get(context)), values);
  return ConstantOp::create(body, at(name), f32(dim(size)), elements);
}
