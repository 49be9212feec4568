//===- SamplerBenchmark.cpp - How long a draw takes -----------------------===//
//
// usage: sampler-benchmark [VOCABULARY] [HISTORY]
//
// Draws from a vocabulary (128256 tokens unless given) after a text (4096 tokens) with each option alone and with all
// at once, from logits of three kinds: what a language model gives (a few tokens far above a bell of the rest), a bell
// alone, and hardly any differences. Prints microseconds of processor time for a draw: median and best of many.
//
//===----------------------------------------------------------------------===//

#include "runtime/Sampler/Sampler.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>

using namespace tern;

namespace {

struct Case {
  const char *name;
  SamplerOptions options;
};

SamplerOptions with(void (*set)(SamplerOptions &)) {
  SamplerOptions options;
  set(options);
  return options;
}

void setAllButTopK(SamplerOptions &options) {
  options.temperature = 0.8;
  options.topP = 0.95;
  options.minP = 0.001;
  options.typicalP = 0.9;
  options.repetitionPenalty = 1.1;
  options.presencePenalty = 0.1;
  options.frequencyPenalty = 0.1;
  options.dryMultiplier = 0.8;
  options.dryBreakers = {{13}, {14, 15}};
  for (TokenId token = 0; token < 100; ++token)
    options.logitBias.emplace_back(7 * token, 0.5);
  options.bannedTokens = {1, 2, 3};
  for (TokenId token = 0; token < 128000; ++token)
    options.allowedTokens.push_back(token);
  static const std::vector<std::uint32_t> bits(Sampler::maxVocabulary / 32, 0xFFFFFFFE);
  options.mask = [](const std::vector<TokenId> &) -> Result<const std::uint32_t *> { return bits.data(); };
  options.logprobs = 20;
}

const Case cases[] = {
    {"greedy", with([](SamplerOptions &o) { o.temperature = 0; })},
    {"temperature", with([](SamplerOptions &o) { o.temperature = 0.8; })},
    {"top_k 40", with([](SamplerOptions &o) { o.topK = 40; })},
    {"top_k 5000", with([](SamplerOptions &o) { o.topK = 5000; })},
    {"top_p", with([](SamplerOptions &o) { o.topP = 0.95; })},
    {"min_p", with([](SamplerOptions &o) { o.minP = 0.05; })},
    {"typical_p", with([](SamplerOptions &o) { o.typicalP = 0.9; })},
    {"penalties", with([](SamplerOptions &o) { o.repetitionPenalty = 1.1; })},
    {"dry", with([](SamplerOptions &o) { o.dryMultiplier = 0.8; })},
    {"logprobs 20", with([](SamplerOptions &o) { o.temperature = 0, o.logprobs = 20; })},
    {"all", with([](SamplerOptions &o) { setAllButTopK(o), o.topK = 40; })},
    {"all, top_k 5000", with([](SamplerOptions &o) { setAllButTopK(o), o.topK = 5000; })},
    {"all but top_k", with(setAllButTopK)},
};

double threadMicroseconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e6 * static_cast<double>(now.tv_sec) + 1e-3 * static_cast<double>(now.tv_nsec);
}

std::vector<float> logitsOf(double width, int peaks, std::size_t count) {
  std::mt19937 random(5);
  std::normal_distribution<float> bell(0, static_cast<float>(width));
  std::vector<float> logits(count);
  for (float &logit : logits)
    logit = bell(random);
  for (int peak = 0; peak < peaks; ++peak)
    logits[random() % count] = 18 - 0.3f * static_cast<float>(peak);
  return logits;
}

} // namespace

int main(int argc, char **argv) {
  std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 128256;
  std::vector<TokenId> history(argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 4096);
  std::mt19937 random(6);
  for (TokenId &token : history)
    token = static_cast<TokenId>(random() % 3000 % count);
  std::vector<float> kinds[] = {logitsOf(2, 40, count), logitsOf(1.5, 0, count), logitsOf(1e-3, 0, count)};
  std::printf("microseconds, median (best), vocabulary of %zu after %zu tokens\n%-18s %16s %16s %16s\n", count,
              history.size(), "", "model", "bell", "flat");
  for (const Case &row : cases) {
    std::printf("%-18s", row.name);
    for (const std::vector<float> &logits : kinds) {
      Result<Sampler> sampler = Sampler::create(row.options, count);
      if (!sampler)
        return std::printf("%s\n", sampler.problem().str().c_str()), 1;
      std::vector<double> times;
      for (int i = 0; i < 200; ++i) {
        double begin = threadMicroseconds();
        Result<Candidate> drawn = sampler->sample(logits, history);
        if (!drawn || (row.options.logprobs >= 0 && !sampler->logprobs(logits, drawn->token)))
          return 1;
        times.push_back(threadMicroseconds() - begin);
      }
      std::sort(times.begin(), times.end());
      std::printf("   %6.1f (%5.1f)", times[times.size() / 2], times[0]);
    }
    std::printf("\n");
  }
  return 0;
}
