//===- RotaryConfig.cpp - The rotary embedding in all its spellings -------===//

#include "tern/Import/DecoderConfig.h"

#include "mlir/IR/Diagnostics.h"

#include <cmath>
#include <tuple>

using namespace tern;

bool RotaryConfig::operator==(const RotaryConfig &other) const {
  auto values = [](const RotaryConfig &rotary) {
    return std::tie(rotary.theta, rotary.dims, rotary.layout, rotary.scaling, rotary.factor, rotary.original,
                    rotary.lowFrequency, rotary.highFrequency, rotary.betaFast, rotary.betaSlow, rotary.truncate,
                    rotary.attentionFactor, rotary.shortFactors, rotary.longFactors);
  };
  return values(*this) == values(other);
}

graph::RopeAttr RotaryConfig::attribute(mlir::MLIRContext *context) const {
  bool usesOriginal = scaling != graph::RopeScaling::Default && scaling != graph::RopeScaling::Linear;
  return graph::RopeAttr::get(context, theta, dims, layout, scaling, factor, usesOriginal ? original : 0, lowFrequency,
                              highFrequency, betaFast, betaSlow, truncate, attentionFactor);
}

std::string RotaryConfig::findInvalid(mlir::MLIRContext *context) const {
  std::string message;
  mlir::ScopedDiagnosticHandler handler(context, [&](mlir::Diagnostic &diagnostic) {
    message = diagnostic.str();
    return mlir::success();
  });
  bool usesOriginal = scaling != graph::RopeScaling::Default && scaling != graph::RopeScaling::Linear;
  auto emitError = [&] { return mlir::emitError(mlir::UnknownLoc::get(context)); };
  (void)graph::RopeAttr::verify(emitError, theta, dims, layout, scaling, factor, usesOriginal ? original : 0,
                                lowFrequency, highFrequency, betaFast, betaSlow, truncate, attentionFactor);
  return message;
}

/// The factor on cosine and sine that YaRN recommends for a stretch of `scale` (https://arxiv.org/abs/2309.00071).
static double yarnAttentionFactor(double scale, double weight = 1.0) {
  return scale <= 1 ? 1.0 : 0.1 * weight * std::log(scale) + 1.0;
}

/// Positions that the model was trained for before scaling: the key beside the rope object outranks the one in it.
static std::int64_t readOriginal(ConfigReader &object, const DecoderConfig &config, const RotaryConfig &rotary) {
  std::int64_t inner = object.count({"original_max_position_embeddings", {}}, config.maxContext);
  return rotary.original > 0 ? rotary.original : inner;
}

static void readYarn(ConfigReader &object, const DecoderConfig &config, RotaryConfig &rotary) {
  auto orIfZero = [](double value, double instead) { return value == 0 ? instead : value; };
  rotary.scaling = graph::RopeScaling::Yarn;
  rotary.original = readOriginal(object, config, rotary);
  rotary.factor = object.number({"factor", {}}, static_cast<double>(config.maxContext) / rotary.original);
  rotary.betaFast = orIfZero(object.number({"beta_fast", {}}, 32.0), 32.0);
  rotary.betaSlow = orIfZero(object.number({"beta_slow", {}}, 1.0), 1.0);
  rotary.truncate = object.flag({"truncate", {}}, true);
  double mscale = object.number({"mscale", {}}, 0.0), mscaleAllDim = object.number({"mscale_all_dim", {}}, 0.0);
  double recommended = mscale != 0 && mscaleAllDim != 0 ? yarnAttentionFactor(rotary.factor, mscale) /
                                                              yarnAttentionFactor(rotary.factor, mscaleAllDim)
                                                        : yarnAttentionFactor(rotary.factor);
  rotary.attentionFactor = object.number({"attention_factor", {}}, recommended);
}

static void readLongrope(ConfigReader &object, const DecoderConfig &config, RotaryConfig &rotary) {
  rotary.scaling = graph::RopeScaling::Longrope;
  rotary.shortFactors = object.numbers({"short_factor", {}});
  rotary.longFactors = object.numbers({"long_factor", {}});
  for (auto [key, factors] : {std::pair("short_factor", &rotary.shortFactors), {"long_factor", &rotary.longFactors}})
    if (static_cast<std::int64_t>(factors->size()) * 2 != rotary.dims) {
      object.problem({key, {}},
                     "must have " + std::to_string(rotary.dims / 2) + " numbers, got " +
                         std::to_string(factors->size()),
                     "repair config.json");
      factors->assign(rotary.dims / 2, 1.0);
    }
  rotary.original = readOriginal(object, config, rotary);
  double stretch = object.number({"factor", {}}, static_cast<double>(config.maxContext) / rotary.original);
  double recommended = stretch <= 1 ? 1.0 : std::sqrt(1 + std::log(stretch) / std::log(double(rotary.original)));
  rotary.attentionFactor = object.number({"attention_factor", {}}, recommended);
}

/// `partial_rotary_factor`, where the architecture knows it; elsewhere it must be 1, as unread keys are checked for.
static void readPartial(ConfigReader &reader, const DecoderConfig &config, RotaryConfig &rotary) {
  ConfigKey key{"partial_rotary_factor", {}};
  if (!rotary.mayBePartial || !reader.has(key))
    return;
  double partial = reader.number(key);
  if (!(partial > 0 && partial <= 1))
    return reader.problem(key, "must be above 0 and at most 1", "repair config.json");
  rotary.dims = static_cast<std::int64_t>(config.headSize * partial);
}

void tern::readRotaryObject(ConfigReader &object, const DecoderConfig &config, RotaryConfig &rotary) {
  rotary.theta = object.number({"rope_theta", {}}, rotary.theta);
  readPartial(object, config, rotary);
  std::string legacy = object.text({"type", {}}, "default");
  std::string type = object.text({"rope_type", {}}, legacy);
  // The first files of Phi-3 called it so.
  bool isLongrope = type == "longrope" || type == "su" || (type == "yarn" && object.has({"short_factor", {}}));
  if (type == "linear") {
    rotary.scaling = graph::RopeScaling::Linear;
    rotary.factor = object.number({"factor", {}});
  } else if (type == "dynamic") {
    rotary.scaling = graph::RopeScaling::Dynamic;
    rotary.factor = object.number({"factor", {}});
    // The formula knows the model's maximum alone.
    rotary.original = config.maxContext;
    ConfigKey original{"original_max_position_embeddings", {}};
    if (object.count(original, config.maxContext) != config.maxContext)
      object.problem(original, "must equal max_position_embeddings with dynamic scaling", "remove the key");
  } else if (type == "llama3") {
    rotary.scaling = graph::RopeScaling::Llama3;
    rotary.factor = object.number({"factor", {}});
    rotary.lowFrequency = object.number({"low_freq_factor", {}});
    rotary.highFrequency = object.number({"high_freq_factor", {}});
    rotary.original = readOriginal(object, config, rotary);
  } else if (isLongrope) {
    readLongrope(object, config, rotary);
  } else if (type == "yarn") {
    readYarn(object, config, rotary);
  } else if (type != "default") {
    object.problem({"rope_type", {}}, "rotary scaling '" + type + "' is not supported",
                   "use one of default, linear, dynamic, yarn, llama3, longrope");
  }
}

static void readGgufRotary(ConfigReader &reader, DecoderConfig &config) {
  RotaryConfig &rotary = config.rotary;
  rotary.theta = reader.number({{}, "rope.freq_base"}, 10000.0); // the format's default, for every architecture
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
    return readGgufRotary(reader, config);
  rotary.theta = reader.number({"rope_theta", {}}, defaultTheta);
  readPartial(reader, config, rotary);
  if (reader.has({"original_max_position_embeddings", {}}))
    rotary.original = reader.count({"original_max_position_embeddings", {}});
  // Transformers 5 writes rope_parameters, earlier versions rope_scaling.
  std::optional<RotaryConfig> spellings[2];
  const char *names[] = {"rope_parameters", "rope_scaling"};
  for (auto [spelling, name] : llvm::zip_equal(spellings, names))
    if (std::optional<ConfigReader> object = reader.object(name)) {
      spelling = rotary;
      readRotaryObject(*object, config, *spelling);
      object->reportUnread();
    }
  if (spellings[0] && spellings[1] && !(*spellings[0] == *spellings[1]))
    reader.problem({"rope_scaling", {}}, "must say the same as rope_parameters where both are given",
                   "remove the one that does not hold");
  if (spellings[0] || spellings[1])
    rotary = spellings[0] ? *spellings[0] : *spellings[1];
}
