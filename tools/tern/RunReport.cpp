//===- RunReport.cpp - What tern run prints -------------------------------===//

#include "tools/tern/RunReport.h"

#include <cmath>
#include <cstdio>

using namespace tern;

static std::string reasonName(const Generation &generation) {
  return generation.reason ? std::string(stopReasonName(*generation.reason)) : "cancelled";
}

Status RunReport::setSamples(std::vector<Generation> generated,
                             const std::function<Result<std::string>(TokenId)> &textOf) {
  samples = std::move(generated);
  for (const Generation &sample : samples)
    for (const Logprobs &logprobs : sample.logprobs) {
      std::vector<TokenLogprob> tokens = logprobs.top;
      tokens.push_back(logprobs.drawn);
      for (const TokenLogprob &token : tokens) {
        Result<std::string> text = textOf(token.token);
        if (!text)
          return text.problem();
        tokenTexts.emplace(token.token, std::move(*text));
      }
    }
  return Done{};
}

Json RunReport::asJson(const TokenLogprob &token) const {
  auto text = tokenTexts.find(token.token);
  // JSON has no infinity; a masked token has none to speak of.
  return {{"id", token.token},
          {"text", text == tokenTexts.end() ? "" : text->second},
          {"logprob", std::isfinite(token.logprob) ? Json(token.logprob) : Json()}};
}

/// Adds what one sample gave.
void RunReport::addGeneration(Json &object, const Generation &generation) const {
  object["ids"] = generation.ids;
  object["text"] = generation.text;
  object["stop_reason"] = reasonName(generation);
  if (generation.shifts > 0)
    object["context_shifts"] = generation.shifts;
  if (generation.logprobs.empty())
    return;
  Json rows = Json::array();
  for (const Logprobs &logprobs : generation.logprobs) {
    Json row = asJson(logprobs.drawn);
    row["top"] = Json::array();
    for (const TokenLogprob &token : logprobs.top)
      row["top"].push_back(asJson(token));
    rows.push_back(std::move(row));
  }
  object["logprobs"] = std::move(rows);
}

Json RunReport::asJson() const {
  Json object = Json::object();
  if (!samples.empty()) {
    const Generation &first = samples.front();
    object["prompt_ids"] = promptIds;
    addGeneration(object, first);
    object["timing"] = {{"load_s", loadSeconds},
                        {"prefill_s", first.prefillSeconds},
                        {"decode_s", first.decodeSeconds},
                        {"decode_tokens_per_s", first.decodeRate()}};
  }
  if (samples.size() > 1)
    for (const Generation &sample : samples)
      addGeneration(object["samples"].emplace_back(Json::object()), sample);
  object["backend"] = backend;
  if (!target.empty())
    object["target"] = target;
  if (threads != 0)
    object["threads"] = threads;
  object["memory"] = memory;
  if (verification)
    object["verify"] = {{"prompts", verification->prompts},
                        {"max_divergence", verification->max_divergence},
                        {"allowed", verification->allowed},
                        {"max_error", verification->max_error},
                        {"reference", verification->reference}};
  return object;
}

void RunReport::printSummary() const {
  if (verification)
    std::fprintf(stderr, "verified: %lld golden prompts, divergence %.2g nats from %s (%.2g allowed)\n",
                 static_cast<long long>(verification->prompts), verification->max_divergence, verification->reference,
                 verification->allowed);
  std::string on = threads == 0 ? "" : " on " + std::to_string(threads) + (threads == 1 ? " thread" : " threads");
  for (const Generation &sample : samples)
    std::fprintf(stderr, "%zu prompt tokens in %.2f s, %zu tokens at %.1f tokens/s%s, stopped by %s\n",
                 promptIds.size(), sample.prefillSeconds, sample.ids.size(), sample.decodeRate(), on.c_str(),
                 reasonName(sample).c_str());
}
