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

/// GGUF has no key: the architecture implies its activation, which families set.
static graph::Activation readActivation(ConfigReader &reader) {
  for (std::string_view key : {"hidden_activation", "hidden_act"})
    if (reader.has({key, {}}))
      return activationByName(reader, {key, {}}, reader.text({key, {}}));
  return graph::Activation::Silu;
}

void tern::readCommon(ConfigReader &reader, const ModelFiles &model, DecoderConfig &config, bool tiedByDefault,
                      double defaultEpsilon) {
  config.hidden = reader.count({"hidden_size", "embedding_length"});
  config.layers = reader.count({"num_hidden_layers", "block_count"});
  config.heads = reader.count({"num_attention_heads", "attention.head_count"});
  config.keyValueHeads = reader.count({"num_key_value_heads", "attention.head_count_kv"}, config.heads);
  config.headSize = reader.count({"head_dim", "attention.key_length"}, std::max<std::int64_t>(1, config.hidden / config.heads));
  if (reader.isGguf() && reader.count({{}, "attention.value_length"}, config.headSize) != config.headSize)
    reader.problem({{}, "attention.value_length"}, "must equal attention.key_length", "this layout is not supported");
  config.intermediate = reader.count({"intermediate_size", "feed_forward_length"});
  config.maxContext = reader.count({"max_position_embeddings", "context_length"});
  config.normEpsilon = reader.number({"rms_norm_eps", "attention.layer_norm_rms_epsilon"}, defaultEpsilon);
  config.activation = readActivation(reader);
  config.attentionScale = 1.0 / std::sqrt(static_cast<double>(config.headSize));
  config.windows.assign(std::min<std::int64_t>(config.layers, 4096), std::nullopt);
  config.usesRotary.assign(config.windows.size(), true);
  readVocabulary(reader, model, config, tiedByDefault);
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
// Rotary embedding
//===----------------------------------------------------------------------===//

graph::RopeAttr RotaryConfig::attribute(mlir::MLIRContext *context) const {
  bool usesOriginal = scaling != graph::RopeScaling::Default && scaling != graph::RopeScaling::Linear;
  return graph::RopeAttr::get(context, theta, dims, layout, scaling, factor, usesOriginal ? original : 0, lowFrequency, highFrequency,
                              betaFast, betaSlow, truncate, attentionFactor);
}

/// The factor on cosine and sine that YaRN recommends for a stretch of `scale` (https://arxiv.org/abs/2309.00071).
static double yarnAttentionFactor(double scale, double weight = 1.0) {
  return scale <= 1 ? 1.0 : 0.1 * weight * std::log(scale) + 1.0;
}

static void readYarn(ConfigReader &object, const DecoderConfig &config, RotaryConfig &rotary) {
  rotary.scaling = graph::RopeScaling::Yarn;
  rotary.original = object.count({"original_max_position_embeddings", {}}, config.maxContext);
  rotary.factor = object.number({"factor", {}}, static_cast<double>(config.maxContext) / rotary.original);
  rotary.betaFast = object.number({"beta_fast", {}}, 32.0);
  rotary.betaSlow = object.number({"beta_slow", {}}, 1.0);
  rotary.truncate = object.flag({"truncate", {}}, true);
  double mscale = object.number({"mscale", {}}, 0.0), mscaleAllDim = object.number({"mscale_all_dim", {}}, 0.0);
  double recommended = mscale != 0 && mscaleAllDim != 0
                           ? yarnAttentionFactor(rotary.factor, mscale) / yarnAttentionFactor(rotary.factor, mscaleAllDim)
                           : yarnAttentionFactor(rotary.factor);
  rotary.attentionFactor = object.number({"attention_factor", {}}, recommended);
}

static void readLongrope(ConfigReader &object, const DecoderConfig &config, RotaryConfig &rotary) {
  rotary.scaling = graph::RopeScaling::Longrope;
  rotary.shortFactors = object.numbers({"short_factor", {}});
  rotary.longFactors = object.numbers({"long_factor", {}});
  for (auto [key, factors] : {std::pair("short_factor", &rotary.shortFactors), {"long_factor", &rotary.longFactors}})
    if (static_cast<std::int64_t>(factors->size()) * 2 != rotary.dims) {
      object.problem({key, {}}, "must have " + std::to_string(rotary.dims / 2) + " numbers, got " +
                                    std::to_string(factors->size()), "repair config.json");
      factors->assign(rotary.dims / 2, 1.0);
    }
  if (object.has({"original_max_position_embeddings", {}}) || rotary.original == 0)
    rotary.original = object.count({"original_max_position_embeddings", {}}, config.maxContext);
  double stretch = object.number({"factor", {}}, static_cast<double>(config.maxContext) / rotary.original);
  double recommended = stretch <= 1 ? 1.0 : std::sqrt(1 + std::log(stretch) / std::log(double(rotary.original)));
  rotary.attentionFactor = object.number({"attention_factor", {}}, recommended);
}

void tern::readRotaryObject(ConfigReader &object, const DecoderConfig &config, RotaryConfig &rotary) {
  rotary.theta = object.number({"rope_theta", {}}, rotary.theta);
  double partial = object.number({"partial_rotary_factor", {}}, static_cast<double>(rotary.dims) / config.headSize);
  rotary.dims = static_cast<std::int64_t>(config.headSize * partial);
  std::string legacy = object.text({"type", {}}, "default");
  std::string type = object.text({"rope_type", {}}, legacy);
  if (type == "linear") {
    rotary.scaling = graph::RopeScaling::Linear;
    rotary.factor = object.number({"factor", {}});
  } else if (type == "dynamic") {
    rotary.scaling = graph::RopeScaling::Dynamic;
    rotary.factor = object.number({"factor", {}});
    rotary.original = object.count({"original_max_position_embeddings", {}}, config.maxContext);
  } else if (type == "llama3") {
    rotary.scaling = graph::RopeScaling::Llama3;
    rotary.factor = object.number({"factor", {}});
    rotary.lowFrequency = object.number({"low_freq_factor", {}});
    rotary.highFrequency = object.number({"high_freq_factor", {}});
    rotary.original = object.count({"original_max_position_embeddings", {}}, config.maxContext);
  } else if (type == "yarn") {
    readYarn(object, config, rotary);
  } else if (type == "longrope" || type == "su") {
    readLongrope(object, config, rotary);
  } else if (type != "default") {
    object.problem({"rope_type", {}}, "rotary scaling '" + type + "' is not supported",
                   "use one of default, linear, dynamic, yarn, llama3, longrope");
  }
}

static void readGgufRotary(ConfigReader &reader, DecoderConfig &config, double defaultTheta) {
  RotaryConfig &rotary = config.rotary;
  rotary.theta = reader.number({{}, "rope.freq_base"}, defaultTheta);
  rotary.dims = reader.count({{}, "rope.dimension_count"}, config.headSize);
  std::string type = reader.text({{}, "rope.scaling.type"}, "none");
  rotary.factor = reader.number({{}, "rope.scaling.factor"}, 1.0);
  rotary.original = reader.count({{}, "rope.scaling.original_context_length"}, config.maxContext);
  rotary.attentionFactor = reader.number({{}, "rope.scaling.attn_factor"}, 1.0);
  if (type == "yarn") {
    rotary.scaling = graph::RopeScaling::Yarn;
    rotary.betaFast = reader.number({{}, "rope.scaling.yarn_beta_fast"}, 32.0);
    rotary.betaSlow = reader.number({{}, "rope.scaling.yarn_beta_slow"}, 1.0);
    rotary.attentionFactor = reader.number({{}, "rope.scaling.yarn_attn_factor"}, yarnAttentionFactor(rotary.factor));
    if (reader.number({{}, "rope.scaling.yarn_ext_factor"}, 1.0) != 1.0)
      reader.problem({{}, "rope.scaling.yarn_ext_factor"}, "must be 1", "this scaling is not supported");
  } else if (type == "longrope") {
    rotary.scaling = graph::RopeScaling::Longrope;
    rotary.factor = 1.0;
  } else if (rotary.factor != 1.0 && (type == "linear" || type == "none")) {
    rotary.scaling = type == "linear" ? graph::RopeScaling::Linear : graph::RopeScaling::Default;
    rotary.factor = type == "linear" ? rotary.factor : 1.0;
  } else if (type != "linear" && type != "none") {
    reader.problem({{}, "rope.scaling.type"}, "rotary scaling '" + type + "' is not supported",
                   "use one of none, linear, yarn, longrope");
  }
}

void tern::readRotary(ConfigReader &reader, DecoderConfig &config, double defaultTheta) {
  RotaryConfig &rotary = config.rotary;
  rotary.theta = defaultTheta;
  rotary.dims = config.headSize;
  if (reader.isGguf())
    return readGgufRotary(reader, config, defaultTheta);
  rotary.theta = reader.number({"rope_theta", {}}, defaultTheta);
  double partial = reader.number({"partial_rotary_factor", {}}, 1.0);
  rotary.dims = static_cast<std::int64_t>(config.headSize * partial);
  if (reader.flag({"rope_interleaved", {}}, false))
    reader.problem({"rope_interleaved", {}}, "must be false", "this layout is not known for this architecture");
  if (reader.has({"original_max_position_embeddings", {}}))
    rotary.original = reader.count({"original_max_position_embeddings", {}});
  // Transformers 5 writes rope_parameters, earlier versions rope_scaling; where both stand, the newer one counts.
  bool isNew = reader.has({"rope_parameters", {}});
  if (isNew)
    reader.ignore({"rope_scaling", {}});
  if (std::optional<ConfigReader> object = reader.object(isNew ? "rope_parameters" : "rope_scaling")) {
    readRotaryObject(*object, config, rotary);
    object->reportUnread();
  }
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

void tern::readWindows(ConfigReader &reader, DecoderConfig &config, std::optional<std::int64_t> defaultWindow,
                       llvm::function_ref<bool(std::int64_t layer)> isWindowed) {
  ConfigKey windowKey{"sliding_window", "attention.sliding_window"};
  std::optional<std::int64_t> window = defaultWindow;
  if (reader.has(windowKey))
    window = reader.count(windowKey);
  else
    reader.ignore(windowKey);

  std::vector<bool> windowed;
  if (reader.isGguf()) {
    if (reader.has({{}, "attention.sliding_window_pattern"}))
      windowed = reader.flags({{}, "attention.sliding_window_pattern"});
  } else if (reader.has({"layer_types", {}})) {
    for (const std::string &type : reader.texts({"layer_types", {}})) {
      windowed.push_back(type == "sliding_attention");
      if (type != "sliding_attention" && type != "full_attention")
        reader.problem({"layer_types", {}}, "layer type '" + type + "' is not supported",
                       "use full_attention and sliding_attention");
    }
  }
  if (!windowed.empty() && windowed.size() < config.windows.size())
    reader.problem({"layer_types", "attention.sliding_window_pattern"},
                   "must have an entry for each of the " + std::to_string(config.windows.size()) + " layers, got " +
                       std::to_string(windowed.size()), "repair the model's configuration");
  windowed.resize(config.windows.size() * !windowed.empty(), false);
  for (std::size_t layer = 0; layer < config.windows.size(); ++layer)
    if (windowed.empty() ? isWindowed(layer) : windowed[layer])
      config.windows[layer] = window;
  if (!window && std::find(windowed.begin(), windowed.end(), true) != windowed.end())
    reader.problem(windowKey, "is missing, and some layers have sliding attention", "repair the model's configuration");
}

void tern::readOptionalWindows(ConfigReader &reader, DecoderConfig &config,
                               llvm::function_ref<bool(std::int64_t layer)> isWindowed) {
  if (reader.isGguf())
    return;
  ConfigKey firstKey{"max_window_layers", {}};
  std::int64_t firstWindowed = 28;
  if (reader.has(firstKey)) // 0 is a count here
    firstWindowed = static_cast<std::int64_t>(reader.number(firstKey));
  if (!reader.flag({"use_sliding_window", {}}, false)) {
    reader.ignore({"sliding_window", {}});
    reader.ignore({"layer_types", {}});
    return;
  }
  auto fromFirst = [&](std::int64_t layer) { return layer >= firstWindowed; };
  readWindows(reader, config, 4096, isWindowed ? isWindowed : fromFirst);
}

//===----------------------------------------------------------------------===//
// Consistency
//===----------------------------------------------------------------------===//

void tern::checkConsistency(const std::string &where, const DecoderConfig &config, Problems &problems) {
  auto report = [&](std::string what) { problems.push_back({where, std::move(what), "repair the configuration"}); };
  if (config.heads % config.keyValueHeads != 0)
    report("attention heads must be a multiple of key and value heads, got " + std::to_string(config.heads) + " and " +
           std::to_string(config.keyValueHeads));
  if (config.layers > static_cast<std::int64_t>(config.windows.size()))
    report("at most " + std::to_string(config.windows.size()) + " layers are supported, got " +
           std::to_string(config.layers));
  for (const RotaryConfig *rotary : {&config.rotary, config.localRotary ? &*config.localRotary : nullptr})
    if (rotary && (rotary->dims <= 0 || rotary->dims % 2 != 0 || rotary->dims > config.headSize || rotary->theta <= 0 ||
                   rotary->factor <= 0))
      report("rotary embedding must turn an even number of at most " + std::to_string(config.headSize) +
             " elements with positive theta and factor, got " + std::to_string(rotary->dims) + " elements, theta " +
             std::to_string(rotary->theta) + ", factor " + std::to_string(rotary->factor));
  if (!(config.normEpsilon >= 0))
    report("norm epsilon must not be negative, got " + std::to_string(config.normEpsilon));
  for (std::optional<double> cap : {config.attentionSoftCap, config.logitSoftCap})
    if (cap && !(*cap > 0))
      report("soft caps must be positive, got " + std::to_string(*cap));
}
