//===- DecoderConfig.cpp - What a decoder-only transformer is -------------===//

#include "tern/Import/DecoderConfig.h"

#include <cmath>

using namespace tern;

graph::Activation tern::activationByName(ConfigReader &reader, ConfigKey key, const std::string &name) {
  if (name == "silu" || name == "swish")
    return graph::Activation::Silu;
  if (name == "gelu")
    return graph::Activation::Gelu;
  if (name == "gelu_new" || name == "gelu_pytorch_tanh" || name == "gelu_fast")
    return graph::Activation::GeluTanh;
  if (name == "relu")
    return graph::Activation::Relu;
  if (name == "relu2")
    return graph::Activation::ReluSquared;
  reader.problem(key, "activation '" + name + "' is not supported",
                 "use one of silu, gelu, gelu_new, gelu_pytorch_tanh, relu, relu2");
  return graph::Activation::Silu;
}

/// Heads and their size, which follow from each other where a key is left out.
static void readHeads(ConfigReader &reader, DecoderConfig &config, const CommonDefaults &defaults) {
  config.heads = reader.count({"num_attention_heads", "attention.head_count"});
  ConfigKey groups{"num_key_value_heads", "attention.head_count_kv"};
  bool isMultiHead = reader.isGguf() || reader.isNull(groups) || !defaults.keyValueHeads;
  config.keyValueHeads = reader.count(groups, isMultiHead ? config.heads : *defaults.keyValueHeads);
  ConfigKey size{"head_dim", "attention.key_length"};
  bool isDerived = !reader.has(size) && (reader.isGguf() || reader.isNull(size) || !defaults.headSize);
  if (isDerived && config.hidden % config.heads != 0)
    reader.problem(size,
                   "is missing, and " + std::to_string(config.hidden) + " elements do not divide into " +
                       std::to_string(config.heads) + " heads",
                   "add the key, or repair the sizes");
  std::int64_t derived = std::max<std::int64_t>(1, config.hidden / config.heads);
  config.headSize = reader.count(size, isDerived ? derived : defaults.headSize.value_or(derived));
  if (reader.isGguf() && reader.count({{}, "attention.value_length"}, config.headSize) != config.headSize)
    reader.problem({{}, "attention.value_length"}, "must equal attention.key_length", "this layout is not supported");
}

void tern::readCommon(ConfigReader &reader, const ModelFiles &model, DecoderConfig &config,
                      const CommonDefaults &defaults) {
  config.hidden = reader.count({"hidden_size", "embedding_length"});
  config.layers = reader.count({"num_hidden_layers", "block_count"});
  readHeads(reader, config, defaults);
  config.intermediate = reader.count({"intermediate_size", "feed_forward_length"});
  config.maxContext = reader.count({"max_position_embeddings", "context_length"});
  std::optional<double> epsilon = reader.isGguf() ? std::nullopt : std::optional(defaults.normEpsilon);
  config.normEpsilon = reader.number({"rms_norm_eps", "attention.layer_norm_rms_epsilon"}, epsilon);
  // GGUF has no key: the architecture implies its activation.
  ConfigKey activation{defaults.activationKey, {}};
  config.activation =
      reader.has(activation) ? activationByName(reader, activation, reader.text(activation)) : defaults.activation;
  config.attentionScale = 1.0 / std::sqrt(static_cast<double>(config.headSize));
  config.windows.assign(std::min<std::int64_t>(config.layers, 4096), std::nullopt);
  config.usesRotary.assign(config.windows.size(), true);
  readVocabulary(reader, model, config, defaults.tiedEmbeddings);
}

void tern::readVocabulary(ConfigReader &reader, const ModelFiles &model, DecoderConfig &config, bool tiedByDefault) {
  if (!model.isGguf()) {
    config.vocabulary = reader.count({"vocab_size", {}});
    config.tiedEmbeddings = reader.flag({"tie_word_embeddings", {}}, tiedByDefault);
    return;
  }
  reader.ignore({{}, "vocab_size"});
  const TensorInfo *table = model.findTensor("token_embd.weight");
  config.vocabulary = table && !table->shape.empty() ? table->shape.front() : 1;
  config.tiedEmbeddings = !model.findTensor("output.weight") && !model.isUnusable("output.weight");
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

static constexpr ConfigKey windowKey{"sliding_window", "attention.sliding_window"};
static constexpr ConfigKey layerTypesKey{"layer_types", "attention.sliding_window_pattern"};

/// The window's size; null in config.json means none.
static std::optional<std::int64_t> readWindow(ConfigReader &reader, std::optional<std::int64_t> defaultWindow) {
  if (reader.has(windowKey))
    return reader.count(windowKey);
  reader.ignore(windowKey);
  return reader.isNull(windowKey) ? std::nullopt : defaultWindow;
}

/// Which layers have a window, where the configuration lists them.
static std::optional<std::vector<bool>> readLayerTypes(ConfigReader &reader, const DecoderConfig &config) {
  reader.ignore(layerTypesKey);
  if (!reader.has(layerTypesKey))
    return std::nullopt;
  std::vector<bool> windowed;
  if (reader.isGguf()) {
    windowed = reader.flags(layerTypesKey);
  } else {
    for (const std::string &type : reader.texts(layerTypesKey)) {
      windowed.push_back(type == "sliding_attention");
      if (type != "sliding_attention" && type != "full_attention")
        reader.problem(layerTypesKey, "layer type '" + type + "' is not supported",
                       "use full_attention and sliding_attention");
    }
  }
  if (windowed.size() != config.windows.size())
    reader.problem(layerTypesKey,
                   "must have an entry for each of the " + std::to_string(config.windows.size()) + " layers, got " +
                       std::to_string(windowed.size()),
                   "repair the model's configuration");
  windowed.resize(config.windows.size(), false);
  return windowed;
}

void tern::readUniformWindow(ConfigReader &reader, DecoderConfig &config, std::optional<std::int64_t> defaultWindow) {
  std::optional<std::int64_t> window = readWindow(reader, defaultWindow);
  config.windows.assign(config.windows.size(), window);
  if (std::optional<std::vector<bool>> windowed = readLayerTypes(reader, config))
    if (llvm::is_contained(*windowed, !window.has_value()))
      reader.problem(layerTypesKey, "must give every layer the attention that sliding_window says",
                     "layers that differ belong to another architecture");
}

void tern::readWindows(ConfigReader &reader, DecoderConfig &config, std::optional<std::int64_t> defaultWindow,
                       llvm::function_ref<bool(std::int64_t layer)> isWindowed) {
  std::optional<std::int64_t> window = readWindow(reader, defaultWindow);
  std::optional<std::vector<bool>> windowed = readLayerTypes(reader, config);
  bool isWanting = false;
  for (std::size_t layer = 0; layer < config.windows.size(); ++layer)
    if (windowed ? (*windowed)[layer] : isWindowed(layer)) {
      config.windows[layer] = window;
      isWanting |= windowed && !window;
    }
  if (isWanting)
    reader.problem(windowKey, "is missing, and some layers have sliding attention", "repair the model's configuration");
}

void tern::readOptionalWindows(ConfigReader &reader, DecoderConfig &config, std::optional<std::int64_t> defaultWindow,
                               llvm::function_ref<bool(std::int64_t layer)> isWindowed) {
  if (reader.isGguf())
    return;
  std::int64_t firstWindowed = reader.count({"max_window_layers", {}}, 28, /*least=*/0);
  auto fromFirst = [&](std::int64_t layer) { return layer >= firstWindowed; };
  if (reader.flag({"use_sliding_window", {}}, false))
    return readWindows(reader, config, defaultWindow, isWindowed ? isWindowed : fromFirst);
  reader.ignore(windowKey);
  std::optional<std::vector<bool>> windowed = readLayerTypes(reader, config);
  if (windowed && llvm::is_contained(*windowed, true))
    reader.problem(layerTypesKey, "must have no sliding attention while use_sliding_window is false",
                   "repair the model's configuration");
}

//===----------------------------------------------------------------------===//
// Consistency
//===----------------------------------------------------------------------===//

/// Parameters of the model, roughly and without overflow.
static double estimateParameters(const DecoderConfig &config) {
  double attention = 2.0 * config.headSize * (double(config.heads) + config.keyValueHeads);
  double layer = config.hidden * (attention + 3.0 * config.intermediate);
  return config.layers * layer + config.hidden * (2.0 * config.vocabulary + config.maxContext);
}

void tern::checkConsistency(mlir::MLIRContext &context, const std::string &where, const DecoderConfig &config,
                            Problems &problems) {
  auto report = [&](std::string what) { problems.push_back({where, std::move(what), "repair the configuration"}); };
  if (config.heads % config.keyValueHeads != 0)
    report("attention heads must be a multiple of key and value heads, got " + std::to_string(config.heads) + " and " +
           std::to_string(config.keyValueHeads));
  if (config.layers > static_cast<std::int64_t>(config.windows.size()))
    report("at most " + std::to_string(config.windows.size()) + " layers are supported, got " +
           std::to_string(config.layers));
  // Below this no product of sizes leaves 64 bits.
  constexpr double mostParameters = 1e15;
  if (double parameters = estimateParameters(config); parameters > mostParameters)
    report("models of at most 10^15 parameters are supported, got about 10^" +
           std::to_string(static_cast<int>(std::log10(parameters))));
  bool hasRotary = llvm::is_contained(config.usesRotary, true);
  for (const RotaryConfig *rotary : {&config.rotary, config.localRotary ? &*config.localRotary : nullptr}) {
    if (!hasRotary || !rotary)
      continue;
    if (std::string invalid = rotary->findInvalid(&context); !invalid.empty())
      report("rotary embedding: " + invalid);
    if (rotary->dims > config.headSize)
      report("rotary embedding must turn at most the " + std::to_string(config.headSize) + " elements of a head, got " +
             std::to_string(rotary->dims));
  }
  if (!(config.normEpsilon >= 0))
    report("norm epsilon must not be negative, got " + std::to_string(config.normEpsilon));
  if (!std::isfinite(config.attentionScale) || !(config.attentionScale > 0))
    report("attention scores must be scaled by a positive finite number, got " + std::to_string(config.attentionScale));
  if (config.logitDivisor == 0)
    report("logits must not be divided by 0");
  for (std::optional<double> cap : {config.attentionSoftCap, config.logitSoftCap})
    if (cap && !(*cap > 0))
      report("soft caps must be positive, got " + std::to_string(*cap));
}
