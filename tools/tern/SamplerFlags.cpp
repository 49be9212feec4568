//===- SamplerFlags.cpp - Sampler options on the command line -------------===//

#include "tools/tern/SamplerFlags.h"

#include <cstdlib>

using namespace tern;

void SamplerFlags::addTo(CLI::App &command) {
  values.temperature = 0;
  const char *group = "Sampler";
  auto add = [&](const char *flag, auto &value, const char *help) {
    command.add_option(flag, value, help)->group(group);
  };
  add("--temperature", values.temperature, "0, the default, is greedy");
  add("--top-k", values.topK, "Draw from the k most probable tokens; 0: from all");
  add("--top-p", values.topP, "Draw from the fewest tokens whose probabilities reach p; 1: from all");
  add("--min-p", values.minP, "Draw from tokens at least p times as probable as the first; 0: from all");
  add("--typical-p", values.typicalP, "Draw from the p most typical tokens; 1: from all");
  add("--repeat-penalty", values.repetitionPenalty, "Factor on tokens that occurred; 1: none");
  add("--presence-penalty", values.presencePenalty, "Taken from logits of tokens that occurred");
  add("--frequency-penalty", values.frequencyPenalty, "Taken for each time that a token occurred");
  add("--penalty-window", values.penaltyWindow, "Tokens that penalties look back on; -1: all");
  add("--logit-bias", biases, "ID=BIAS, added to a token's logit; -inf bans it; may be repeated");
  add("--seed", values.seed, "Same seed, same text");
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
  return options;
}
