//===- RunReport.cpp - What tern-run prints -------------------------------===//

#include "RunReport.h"

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

using Json = nlohmann::ordered_json;

static void print(const Json &object) {
  std::string text = object.dump(2, ' ', false, Json::error_handler_t::replace);
  std::printf("%s\n", text.c_str());
}

int printError(const std::string &message, bool json) {
  std::fprintf(stderr, "error: %s\n", message.c_str());
  if (json)
    print({{"problems", Json::array({{{"what", message}}})}});
  return 1;
}

static Json memoryAsJson(const tern_memory &memory) {
  return {{"weights", memory.weights},
          {"arena", memory.arena},
          {"states", memory.states},
          {"scratch", memory.scratch},
          {"total", memory.total}};
}

static Json asJson(const RunReport &report, const tern_token_logprob &token) {
  auto text = report.tokenTexts.find(token.token);
  // JSON has no infinity; a masked token has none to speak of.
  return {{"id", token.token},
          {"text", text == report.tokenTexts.end() ? "" : text->second},
          {"logprob", std::isfinite(token.logprob) ? Json(token.logprob) : Json()}};
}

/// Adds what one sample gave.
static void addSample(Json &object, const RunReport &report, const RunReport::Sample &sample) {
  object["ids"] = sample.ids;
  object["text"] = sample.text;
  object["stop_reason"] = tern_stop_reason_name(sample.result.reason);
  if (sample.result.context_shifts > 0)
    object["context_shifts"] = sample.result.context_shifts;
  for (const RunReport::Logprobs &logprobs : sample.logprobs) {
    Json row = asJson(report, logprobs.drawn);
    row["top"] = Json::array();
    for (const tern_token_logprob &token : logprobs.top)
      row["top"].push_back(asJson(report, token));
    object["logprobs"].push_back(std::move(row));
  }
}

void printJson(const RunReport &report) {
  const RunReport::Sample &first = report.samples.front();
  Json object = {{"prompt_ids", report.promptIds}};
  addSample(object, report, first);
  object["timing"] = {{"load_s", report.loadSeconds},
                      {"prefill_s", first.result.prefill_seconds},
                      {"decode_s", first.result.decode_seconds},
                      {"decode_tokens_per_s", first.result.tokens_per_second}};
  if (report.samples.size() > 1)
    for (const RunReport::Sample &sample : report.samples) {
      Json each = Json::object();
      addSample(each, report, sample);
      object["samples"].push_back(std::move(each));
    }
  object["backend"] = report.backend;
  object["target"] = report.target;
  object["threads"] = report.threads;
  object["memory"] = {{"planned", memoryAsJson(report.planned)}, {"measured", memoryAsJson(report.measured)}};
  print(object);
}

void printSummary(const RunReport &report) {
  for (const RunReport::Sample &sample : report.samples)
    std::fprintf(stderr, "%zu prompt tokens in %.2f s, %zu tokens at %.1f tokens/s on %u threads, stopped by %s\n",
                 report.promptIds.size(), sample.result.prefill_seconds, sample.ids.size(),
                 sample.result.tokens_per_second, report.threads, tern_stop_reason_name(sample.result.reason));
}
