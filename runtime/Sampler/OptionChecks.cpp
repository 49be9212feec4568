//===- OptionChecks.cpp - Options that can be met -----------------------===//

#include "runtime/Sampler/OptionChecks.h"

#include <algorithm>
#include <cmath>
#include <sstream>

using namespace tern;

namespace {

struct StageName {
  std::string_view name;
  SamplerStage stage;
};

constexpr StageName stageNames[] = {
    {"temperature", SamplerStage::Temperature},
    {"top_k", SamplerStage::TopK},
    {"top_p", SamplerStage::TopP},
    {"min_p", SamplerStage::MinP},
    {"typical_p", SamplerStage::TypicalP},
    {"penalties", SamplerStage::Penalties},
    {"dry", SamplerStage::Dry},
    {"typ_p", SamplerStage::TypicalP},
};

/// Checks options one after the other and keeps the first problem.
class Checks {
public:
  explicit Checks(std::size_t vocabularySize) : vocabularySize(vocabularySize) {}

  void require(bool holds, const char *option, const char *rule, double value) {
    std::ostringstream text;
    text << rule << ", not " << value;
    require(holds, option, text.str());
  }
  void require(bool holds, const char *option, const std::string &rule) {
    if (!holds && status)
      status = Problem{option, rule, ""};
  }
  void requireTokens(const char *option, const std::vector<TokenId> &tokens) {
    for (TokenId token : tokens)
      require(token >= 0 && static_cast<std::size_t>(token) < vocabularySize, option,
              "must name tokens of the vocabulary", token);
  }

  Status status = Done{};

private:
  std::size_t vocabularySize;
};

} // namespace

std::string_view tern::samplerStageName(SamplerStage stage) {
  for (const StageName &row : stageNames)
    if (row.stage == stage)
      return row.name;
  return "";
}

Result<std::vector<SamplerStage>> tern::parseSamplerStages(std::string_view text) {
  std::vector<SamplerStage> stages;
  for (std::size_t begin = 0; begin <= text.size();) {
    std::size_t end = std::min(text.find_first_of(";,", begin), text.size());
    std::string name(text.substr(begin, end - begin));
    std::replace(name.begin(), name.end(), '-', '_');
    auto row = std::find_if(std::begin(stageNames), std::end(stageNames),
                            [&](const StageName &candidate) { return candidate.name == name; });
    if (row == std::end(stageNames))
      return Problem{"stages", "'" + name + "' is no stage",
                     "name some of penalties, dry, temperature, top_k, top_p, min_p, typical_p"};
    stages.push_back(row->stage);
    begin = end + 1;
  }
  return stages;
}

static void checkNumbers(const SamplerOptions &options, Checks &checks) {
  // Written so that not-a-number fails every one.
  checks.require(options.temperature >= 0 && std::isfinite(options.temperature), "temperature",
                 "must be a finite number of at least 0", options.temperature);
  checks.require(options.topK >= 0, "top_k", "must be at least 0", static_cast<double>(options.topK));
  checks.require(options.topP > 0 && options.topP <= 1, "top_p", "must be above 0 and at most 1", options.topP);
  checks.require(options.minP >= 0 && options.minP <= 1, "min_p", "must be between 0 and 1", options.minP);
  checks.require(options.typicalP > 0 && options.typicalP <= 1, "typical_p", "must be above 0 and at most 1",
                 options.typicalP);
  checks.require(options.repetitionPenalty > 0 && std::isfinite(options.repetitionPenalty), "repetition_penalty",
                 "must be a finite number above 0", options.repetitionPenalty);
  checks.require(std::isfinite(options.presencePenalty), "presence_penalty", "must be finite", options.presencePenalty);
  checks.require(std::isfinite(options.frequencyPenalty), "frequency_penalty", "must be finite",
                 options.frequencyPenalty);
  checks.require(options.penaltyWindow >= -1, "penalty_window", "must be at least -1",
                 static_cast<double>(options.penaltyWindow));
  checks.require(options.dryMultiplier >= 0 && std::isfinite(options.dryMultiplier), "dry_multiplier",
                 "must be a finite number of at least 0", options.dryMultiplier);
  checks.require(options.dryBase >= 1 && std::isfinite(options.dryBase), "dry_base",
                 "must be a finite number of at least 1", options.dryBase);
  checks.require(options.dryAllowedLength >= 1, "dry_allowed_length", "must be at least 1",
                 static_cast<double>(options.dryAllowedLength));
  checks.require(options.dryWindow >= -1, "dry_window", "must be at least -1", static_cast<double>(options.dryWindow));
  checks.require(options.logprobs >= -1, "logprobs", "must be at least -1", static_cast<double>(options.logprobs));
}

/// A stage that is left out must have nothing to do.
static void checkStages(const SamplerOptions &options, Checks &checks) {
  auto isNamed = [&](SamplerStage stage) {
    auto count = std::count(options.stages.begin(), options.stages.end(), stage);
    checks.require(count <= 1, "stages", std::string(samplerStageName(stage)) + " is named twice");
    return count != 0;
  };
  struct Row {
    SamplerStage stage;
    bool acts;
    const char *option;
  };
  const Row rows[] = {
      {SamplerStage::Temperature, options.temperature != 1 && options.temperature != 0, "temperature"},
      {SamplerStage::TopK, options.topK != 0, "top_k"},
      {SamplerStage::TopP, options.topP != 1, "top_p"},
      {SamplerStage::MinP, options.minP != 0, "min_p"},
      {SamplerStage::TypicalP, options.typicalP != 1, "typical_p"},
      {SamplerStage::Penalties, hasPenalties(options), "repetition_penalty, presence_penalty or frequency_penalty"},
      {SamplerStage::Dry, options.dryMultiplier != 0, "dry_multiplier"},
  };
  for (const Row &row : rows)
    checks.require(isNamed(row.stage) || !row.acts, "stages",
                   "leave out " + std::string(samplerStageName(row.stage)) + ", and " + row.option + " is given");
  for (SamplerStage stage : options.stages)
    checks.require(!samplerStageName(stage).empty(), "stages", "must be those that there are");
}

static void checkTokens(const SamplerOptions &options, Checks &checks) {
  std::vector<TokenId> biased;
  for (const auto &[token, bias] : options.logitBias) {
    biased.push_back(token);
    checks.require(!std::isnan(bias) && bias < INFINITY, "logit_bias", "must be finite, or -inf to ban a token", bias);
  }
  checks.requireTokens("logit_bias", biased);
  std::sort(biased.begin(), biased.end());
  if (auto twice = std::adjacent_find(biased.begin(), biased.end()); twice != biased.end())
    checks.require(false, "logit_bias", "token " + std::to_string(*twice) + " is given twice");
  checks.requireTokens("allowed_tokens", options.allowedTokens);
  checks.requireTokens("banned_tokens", options.bannedTokens);
  for (const std::vector<TokenId> &breaker : options.dryBreakers) {
    checks.require(!breaker.empty(), "dry_breakers", "must have at least one token each");
    checks.requireTokens("dry_breakers", breaker);
  }
}

bool tern::hasPenalties(const SamplerOptions &options) {
  return options.repetitionPenalty != 1 || options.presencePenalty != 0 || options.frequencyPenalty != 0;
}

Status tern::checkOptions(const SamplerOptions &options, std::size_t vocabularySize) {
  Checks checks(vocabularySize);
  checks.require(vocabularySize > 0 && vocabularySize <= Sampler::maxVocabulary, "vocabulary",
                 "must have between 1 and 2^23 tokens", static_cast<double>(vocabularySize));
  checkNumbers(options, checks);
  checkStages(options, checks);
  checkTokens(options, checks);
  return checks.status;
}
