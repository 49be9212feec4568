//===- DecoderConfig.h - What a decoder-only transformer is ------*- C++ -*-===//
//
// The numbers behind a decoder, in one form for all families and both file formats.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_IMPORT_DECODERCONFIG_H
#define TERN_IMPORT_DECODERCONFIG_H

#include "dialects/Graph/IR/Graph.h"
#include "tern/Import/ConfigReader.h"

namespace tern {

/// A rotary embedding: the parameters of #graph.rotary, and where factors per pair come from.
struct RotaryConfig {
  double theta = 10000.0;
  std::int64_t dims = 0;     ///< Elements of a head that turn.
  bool mayBePartial = false; ///< Whether the architecture knows `partial_rotary_factor`.
  graph::RopeLayout layout = graph::RopeLayout::Half;
  graph::RopeScaling scaling = graph::RopeScaling::Default;
  double factor = 1.0;
  std::int64_t original = 0; ///< Positions trained for before scaling; 0: not known.
  double lowFrequency = 1.0, highFrequency = 1.0;
  double betaFast = 32.0, betaSlow = 1.0;
  bool truncate = true;
  double attentionFactor = 1.0;
  std::vector<double> shortFactors, longFactors; ///< Longrope, as config.json gives them.

  bool operator==(const RotaryConfig &other) const;

  graph::RopeAttr attribute(mlir::MLIRContext *context) const;
  /// What keeps attribute() from being made; empty if nothing does.
  std::string findInvalid(mlir::MLIRContext *context) const;
};

/// A transformer of one stack of layers, mostly a decoder. Sizes count elements.
struct DecoderConfig {
  std::int64_t vocabulary = 0, hidden = 0, layers = 0, heads = 0, keyValueHeads = 0, headSize = 0, intermediate = 0;
  std::int64_t maxContext = 0, tokenTypes = 0;
  double normEpsilon = 0;
  double normOffset = 0; ///< 1 where norms multiply by 1 + weight.
  graph::Activation activation = graph::Activation::Silu;
  bool tiedEmbeddings = false;
  bool isBidirectional = false; ///< An encoder: tokens see those that follow them too.
  bool givesEmbeddings = false; ///< What the last norm leaves is the result; there is no head.
  bool queryKeyValueBias = false, outputBias = false, mlpBias = false;
  double attentionScale = 0;
  std::optional<double> attentionSoftCap, logitSoftCap;
  double embeddingScale = 1;
  double residualScale = 1; ///< What families that have it multiply attention and MLP by before adding them to x.
  double logitDivisor = 1;
  RotaryConfig rotary;
  std::optional<RotaryConfig> localRotary;          ///< For layers with a window, where it differs.
  std::vector<std::optional<std::int64_t>> windows; ///< Per layer; nothing is full attention.
  std::vector<bool> usesRotary;                     ///< Per layer.
};

/// What keys mean that config.json leaves out: the defaults of a family's configuration class in transformers 5.
struct CommonDefaults {
  bool tiedEmbeddings = false;
  double normEpsilon = 1e-6;
  std::optional<std::int64_t> keyValueHeads; ///< Nothing: as many as heads, which null means in any case.
  std::optional<std::int64_t> headSize;      ///< Nothing: hidden / heads.
  std::string_view activationKey = "hidden_act";
  graph::Activation activation = graph::Activation::Silu;
};

/// Reads what nearly all families have: sizes, epsilon, activation, tied embeddings, context. `layers` and the
/// per-layer lists are set; attentionScale is 1/sqrt(headSize).
void readCommon(ConfigReader &reader, const ModelFiles &model, DecoderConfig &config,
                const CommonDefaults &defaults = {});

/// Reads the rotary embedding in all its spellings: `rope_parameters` (flat), `rope_theta` with `rope_scaling`, GGUF
/// `rope.*` keys. `defaultTheta` is the architecture's; so is config.rotary.original, if set before.
void readRotary(ConfigReader &reader, DecoderConfig &config, double defaultTheta = 10000.0);

/// Reads one rope object of config.json (`rope_parameters`, `rope_scaling`, or one layer type's) into `rotary`.
void readRotaryObject(ConfigReader &object, const DecoderConfig &config, RotaryConfig &rotary);

/// Gives every layer the window in `sliding_window` (GGUF `attention.sliding_window`), if there is one; without the key
/// `defaultWindow`. A `layer_types` that says otherwise is a problem.
void readUniformWindow(ConfigReader &reader, DecoderConfig &config, std::optional<std::int64_t> defaultWindow);

/// The same for every layer for which `isWindowed` holds. `layer_types`, where config.json has it, or GGUF's
/// `attention.sliding_window_pattern` decides instead.
void readWindows(ConfigReader &reader, DecoderConfig &config, std::optional<std::int64_t> defaultWindow,
                 llvm::function_ref<bool(std::int64_t layer)> isWindowed);

/// The same where `use_sliding_window` (false if absent) switches windows on: for layers from `max_window_layers` on,
/// or those that `isWindowed` picks.
void readOptionalWindows(ConfigReader &reader, DecoderConfig &config, std::optional<std::int64_t> defaultWindow,
                         llvm::function_ref<bool(std::int64_t layer)> isWindowed = nullptr);

/// Vocabulary and tied embeddings: from config.json, or from the tensors of a GGUF file.
void readVocabulary(ConfigReader &reader, const ModelFiles &model, DecoderConfig &config, bool tiedByDefault);

/// The activation called `name` in a config.json key, or a problem there.
graph::Activation activationByName(ConfigReader &reader, ConfigKey key, const std::string &name);

/// Reports sizes that do not fit together, which would otherwise come back as many wrong shapes, and models beyond
/// anything that could be stored.
void checkConsistency(mlir::MLIRContext &context, const std::string &where, const DecoderConfig &config,
                      Problems &problems);

} // namespace tern

#endif // TERN_IMPORT_DECODERCONFIG_H
