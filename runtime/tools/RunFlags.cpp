//===- RunFlags.cpp - The command line of tern-run ------------------------===//

#include "RunFlags.h"
#include "NumberChecks.h"

#include <CLI/CLI.hpp>
#include <cstdlib>

RunFlags::RunFlags() { tern_sampler_options_init(&sampler, sizeof(sampler)); }

std::optional<int> RunFlags::parse(int argc, char **argv) {
  CLI::App app("Generate text from a compiled model, streaming", "tern-run");
  addTo(app);
  try {
    app.parse(argc, argv);
    contextShift = app.count("--context-shift") > 0;
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return std::nullopt;
}

void RunFlags::addTo(CLI::App &app) {
  app.footer("Raw text goes in as it is; --chat puts it into the model's chat template as the user's message.\n\n"
             "  tern-run smol.tern -p \"The capital of France is\" -n 8\n"
             "  tern-run smol.tern --chat -p \"What is a compiler?\" --temperature 0.7 --seed 1\n"
             "  echo \"Once upon a time\" | tern-run smol.tern -p - -n 64 --json");
  app.set_version_flag("--version", std::string("tern-run ") + tern_release());
  app.add_option("artifact", artifact, "What `tern compile` made")->required();
  app.add_option("-p,--prompt", prompt, "The prompt; - reads standard input")->required();
  app.add_option("-n,--max-tokens", maxTokens, "Tokens to generate (default: until the model ends)")
      ->check(notNegative());
  app.add_flag("--chat", chat, "Put the prompt into the model's chat template");
  app.add_option("--threads", threads, "Threads (default: one a core)")->check(CLI::Range(1u, 1024u));
  app.add_option("--backend", backend, "What computes: cpu or cuda (default: the best there is code for)")
      ->check(CLI::IsMember({"cpu", "cuda"}));
  app.add_option("--target", target,
                 "Which of the artifact's variants to run (default: the best that this machine can execute)");
  app.add_option("--max-context", context, "Positions at most (default: as many as are needed)")->check(positive());
  app.add_option("--stop", stops, "Text that ends the generation, not shown; may be repeated")->allow_extra_args(false);
  app.add_flag("--ignore-eos", ignoreEnd, "Go on after the model's end tokens");
  app.add_option("--context-shift", shiftKeep,
                 "Go on past the end of the context: keep so many first tokens (-1: the prompt) and the "
                 "newer half of the others (default: the text ends)")
      ->check(CLI::Range(std::int64_t{-1}, std::int64_t{INT32_MAX}));
  app.add_flag("--json", json, "Print one JSON object at the end instead of streaming");
  addSampler(app);
}

void RunFlags::addSampler(CLI::App &app) {
  auto add = [&](const char *flag, auto &value, const char *help) {
    return app.add_option(flag, value, help)->group("Sampler");
  };
  add("--temperature", sampler.temperature, "0, the default, is greedy");
  add("--top-k", sampler.top_k, "Draw from the k most probable tokens; 0: from all");
  add("--top-p", sampler.top_p, "Draw from the fewest tokens whose probabilities reach p; 1: from all");
  add("--min-p", sampler.min_p, "Draw from tokens at least p times as probable as the first; 0: from all");
  add("--typical-p", sampler.typical_p, "Draw from the p most typical tokens; 1: from all");
  addRepetition(app);
  addTokens(app);
  app.add_option_function<std::string>(
         "--samplers", [this](const std::string &order) { sampler.stages = (stages = order).c_str(); },
         "Order of the chain (default: penalties;dry;temperature;top_k;top_p;min_p;typical_p); what is left out does "
         "not act")
      ->group("Sampler");
  add("--seed", sampler.seed, "Same seed, same text");
  add("--num-samples,--num-return-sequences", samples, "Texts for the one prompt")->check(positive());
  add("--logprobs", sampler.logprobs,
      "With --json: the probabilities of the tokens, and of the n likeliest in each place")
      ->check(notNegative());
}

void RunFlags::addRepetition(CLI::App &app) {
  auto add = [&](const char *flag, auto &value, const char *help) {
    return app.add_option(flag, value, help)->group("Sampler");
  };
  add("--repeat-penalty", sampler.repeat_penalty, "Factor on tokens that occurred; 1: none");
  add("--presence-penalty", sampler.presence_penalty, "Taken from logits of tokens that occurred");
  add("--frequency-penalty", sampler.frequency_penalty, "Taken for each time that a token occurred");
  add("--penalty-window,--repeat-last-n", sampler.penalty_window, "Tokens that penalties look back on; -1: all");
  add("--dry-multiplier", sampler.dry_multiplier, "Penalty on going on with a repetition; 0, the default: none");
  add("--dry-base", sampler.dry_base, "Factor on it for each further token that is repeated")->capture_default_str();
  add("--dry-allowed-length", sampler.dry_allowed_length, "Tokens that may be repeated freely")->capture_default_str();
  add("--dry-penalty-last-n,--dry-window", sampler.dry_window, "Tokens that it looks back on; -1: all");
  app.add_option_function<std::vector<std::string>>(
         "--dry-sequence-breaker", [this](const std::vector<std::string> &texts) { setBreakers(texts); },
         "Text that repetitions do not reach over; may be repeated; none: no breakers (default: newline : \" *)")
      ->allow_extra_args(false)
      ->group("Sampler");
}

void RunFlags::addTokens(CLI::App &app) {
  app.add_option_function<std::vector<std::string>>(
         "--logit-bias", [this](const std::vector<std::string> &texts) { addBias(texts); },
         "ID=BIAS, added to a token's logit; -inf bans it; may be repeated")
      ->allow_extra_args(false)
      ->group("Sampler");
  auto addIds = [&](const char *flag, std::vector<int32_t> &ids, const int32_t *&pointer, size_t &count,
                    const char *help) {
    app.add_option_function<std::vector<int32_t>>(
           flag,
           [&](const std::vector<int32_t> &given) {
             ids = given;
             pointer = ids.data();
             count = ids.size();
           },
           help)
        ->delimiter(',')
        ->allow_extra_args(false)
        ->group("Sampler");
  };
  addIds("--allowed-tokens", allowedTokens, sampler.allowed_tokens, sampler.allowed_count,
         "Ids, with commas: no other tokens");
  addIds("--banned-tokens", bannedTokens, sampler.banned_tokens, sampler.banned_count,
         "Ids, with commas: not these tokens");
}

void RunFlags::setBreakers(const std::vector<std::string> &texts) {
  breakers = texts.size() == 1 && texts.front() == "none" ? std::vector<std::string>() : texts;
  breakerTexts.assign(1, nullptr); // So that its address says that breakers were given, even none.
  for (std::size_t i = 0; i != breakers.size(); ++i)
    breakerTexts.insert(breakerTexts.end() - 1, breakers[i].c_str());
  sampler.dry_breakers = breakerTexts.data();
  sampler.dry_breaker_count = breakers.size();
}

void RunFlags::addBias(const std::vector<std::string> &texts) {
  for (const std::string &text : texts) {
    char *end = nullptr, *last = nullptr;
    long id = std::strtol(text.c_str(), &end, 10);
    bool good = end != text.c_str() && *end == '=' && id >= 0 && id <= INT32_MAX;
    double value = good ? std::strtod(end + 1, &last) : 0;
    if (!good || last == end + 1 || *last != '\0')
      throw CLI::ValidationError("--logit-bias", "must be ID=BIAS, got '" + text + "'; write for example 42=-1.5");
    biasTokens.push_back(static_cast<int32_t>(id));
    biasValues.push_back(value);
  }
  sampler.bias_tokens = biasTokens.data();
  sampler.bias_values = biasValues.data();
  sampler.bias_count = biasTokens.size();
}
