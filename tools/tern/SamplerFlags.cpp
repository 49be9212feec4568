//===- SamplerFlags.cpp - Sampler options on the command line -------------===//

#include "tools/tern/SamplerFlags.h"
#include "runtime/tools/NumberChecks.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>

using namespace tern;

namespace {
struct FlagName {
  std::string_view option, flag;
};
} // namespace

void SamplerFlags::addTo(CLI::App &command) {
  values.temperature = 0;
  auto add = [&](const char *flag, auto &value, const char *help) {
    return command.add_option(flag, value, help)->group("Sampler");
  };
  add("--temperature", values.temperature, "0, the default, is greedy");
  ofDraws = {
      add("--top-k", values.topK, "Draw from the k most probable tokens; 0: from all"),
      add("--top-p", values.topP, "Draw from the fewest tokens whose probabilities reach p; 1: from all"),
      add("--min-p", values.minP, "Draw from tokens at least p times as probable as the first; 0: from all"),
      add("--typical-p", values.typicalP, "Draw from the p most typical tokens; 1: from all"),
  };
  add("--repeat-penalty", values.repetitionPenalty, "Factor on tokens that occurred; 1: none");
  add("--presence-penalty", values.presencePenalty, "Taken from logits of tokens that occurred");
  add("--frequency-penalty", values.frequencyPenalty, "Taken for each time that a token occurred");
  add("--penalty-window,--repeat-last-n", values.penaltyWindow, "Tokens that penalties look back on; -1: all");
  add("--dry-multiplier", values.dryMultiplier, "Penalty on going on with a repetition; 0, the default: none");
  add("--dry-base", values.dryBase, "Factor on it for each further token that is repeated")->capture_default_str();
  add("--dry-allowed-length", values.dryAllowedLength, "Tokens that may be repeated freely")->capture_default_str();
  add("--dry-penalty-last-n,--dry-window", values.dryWindow, "Tokens that it looks back on; -1: all");
  add("--dry-sequence-breaker", breakers,
      "Text that repetitions do not reach over; may be repeated; none: no breakers (default: newline : \" *)")
      ->allow_extra_args(false);
  add("--logit-bias", biases, "ID=BIAS, added to a token's logit; -inf bans it; may be repeated")
      ->allow_extra_args(false);
  add("--allowed-tokens", values.allowedTokens, "Ids, with commas: no other tokens")
      ->delimiter(',')
      ->allow_extra_args(false);
  add("--banned-tokens", values.bannedTokens, "Ids, with commas: not these tokens")
      ->delimiter(',')
      ->allow_extra_args(false);
  add("--samplers", order,
      "Order of the chain (default: penalties;dry;temperature;top_k;top_p;min_p;typical_p); what is left out does not "
      "act");
  add("--seed", values.seed, "Same seed, same text");
  add("--num-samples,--num-return-sequences", sampleCount, "Texts for the one prompt")->check(positive());
  add("--logprobs", values.logprobs,
      "With --json: the probabilities of the tokens, and of the n likeliest in each place")
      ->check(notNegative());
}

Result<SamplerOptions> SamplerFlags::options() const {
  SamplerOptions options = values;
  for (const std::string &bias : biases) {
    char *end = nullptr;
    long id = std::strtol(bias.c_str(), &end, 10);
    bool isGood = end != bias.c_str() && *end == '=' && id >= 0 && id <= INT32_MAX;
    char *last = nullptr;
    double value = isGood ? std::strtod(end + 1, &last) : 0;
    if (!isGood || last == end + 1 || *last != '\0')
      return Problem{"--logit-bias", "must be ID=BIAS, got '" + bias + "'", "write for example --logit-bias 42=-1.5"};
    options.logitBias.emplace_back(static_cast<TokenId>(id), value);
  }
  if (order.empty())
    return options;
  Result<std::vector<SamplerStage>> stages = parseSamplerStages(order);
  if (!stages)
    return ofFlag(stages.problem());
  options.stages = std::move(*stages);
  return options;
}

Status SamplerFlags::check() const {
  Result<SamplerOptions> read = options();
  if (!read)
    return read.problem();
  Result<Sampler> sampler = Sampler::create(std::move(*read), Sampler::maxVocabulary);
  return sampler ? Status(Done{}) : Status(ofFlag(sampler.problem()));
}

Status SamplerFlags::fill(GenerationRequest &request) const {
  Result<SamplerOptions> read = options();
  if (!read)
    return read.problem();
  request.sampler = std::move(*read);
  if (breakers.size() == 1 && breakers.front() == "none")
    request.dryBreakers.clear();
  else if (!breakers.empty())
    request.dryBreakers = breakers;
  return Done{};
}

Status SamplerFlags::fill(RuntimeSampler &sampler) const {
  Result<SamplerOptions> read = options();
  if (!read)
    return read.problem();
  sampler.values = std::move(*read);
  const SamplerOptions &given = sampler.values;
  tern_sampler_options &filled = sampler.options;
  filled.temperature = given.temperature;
  filled.top_k = given.topK;
  filled.top_p = given.topP;
  filled.min_p = given.minP;
  filled.typical_p = given.typicalP;
  filled.repeat_penalty = given.repetitionPenalty;
  filled.presence_penalty = given.presencePenalty;
  filled.frequency_penalty = given.frequencyPenalty;
  filled.penalty_window = given.penaltyWindow;
  filled.seed = given.seed;
  filled.stream = given.stream;
  filled.dry_multiplier = given.dryMultiplier;
  filled.dry_base = given.dryBase;
  filled.dry_allowed_length = given.dryAllowedLength;
  filled.dry_window = given.dryWindow;
  filled.logprobs = given.logprobs;
  filled.stages = order.empty() ? nullptr : order.c_str();
  for (const auto &[token, bias] : given.logitBias) {
    sampler.biasTokens.push_back(token);
    sampler.biasValues.push_back(bias);
  }
  filled.bias_tokens = sampler.biasTokens.data();
  filled.bias_values = sampler.biasValues.data();
  filled.bias_count = sampler.biasTokens.size();
  filled.allowed_tokens = given.allowedTokens.data();
  filled.allowed_count = given.allowedTokens.size();
  filled.banned_tokens = given.bannedTokens.data();
  filled.banned_count = given.bannedTokens.size();
  if (breakers.empty())
    return Done{};
  if (breakers.size() > 1 || breakers.front() != "none")
    sampler.breakers = breakers;
  for (const std::string &text : sampler.breakers)
    sampler.breakerTexts.push_back(text.c_str());
  sampler.breakerTexts.push_back(nullptr); // so that there is an address, which says that breakers were given: none
  filled.dry_breakers = sampler.breakerTexts.data();
  filled.dry_breaker_count = sampler.breakers.size();
  return Done{};
}

std::string SamplerFlags::remark() const {
  std::string given;
  for (const CLI::Option *option : ofDraws)
    if (option->count() > 0)
      given += (given.empty() ? "" : ", ") + option->get_name();
  if (values.temperature != 0 || given.empty())
    return "";
  return "at temperature 0 the most probable token is taken, whatever " + given + "; give --temperature";
}

Problem SamplerFlags::ofFlag(Problem problem) {
  static constexpr FlagName renamed[] = {{"repetition_penalty", "--repeat-penalty"},
                                         {"dry_window", "--dry-penalty-last-n"},
                                         {"dry_breakers", "--dry-sequence-breaker"},
                                         {"stages", "--samplers"},
                                         {"samples", "--num-samples"},
                                         {"context_shift", "--context-shift"},
                                         {"stop", "--stop"}};
  for (const FlagName &row : renamed)
    if (problem.where == row.option)
      return {std::string(row.flag), problem.what, problem.remedy};
  for (const char *same : {"temperature", "top_k", "top_p", "min_p", "typical_p", "presence_penalty",
                           "frequency_penalty", "penalty_window", "dry_multiplier", "dry_base", "dry_allowed_length",
                           "logit_bias", "allowed_tokens", "banned_tokens", "logprobs"})
    if (problem.where == same) {
      std::replace(problem.where.begin(), problem.where.end(), '_', '-');
      problem.where.insert(0, "--");
      break;
    }
  return problem;
}
