//===- RunReport.cpp - What tern-run prints -------------------------------===//

#include "RunReport.h"

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

void printJson(const RunReport &report) {
  print({{"prompt_ids", report.promptIds},
         {"ids", report.ids},
         {"text", report.text},
         {"stop_reason", tern_stop_reason_name(report.result.reason)},
         {"timing",
          {{"load_s", report.loadSeconds},
           {"prefill_s", report.result.prefill_seconds},
           {"decode_s", report.result.decode_seconds},
           {"decode_tokens_per_s", report.result.tokens_per_second}}},
         {"backend", "cpu"},
         {"target", report.target},
         {"threads", report.threads},
         {"memory", {{"planned", memoryAsJson(report.planned)}, {"measured", memoryAsJson(report.measured)}}}});
}

void printSummary(const RunReport &report) {
  std::fprintf(stderr, "%zu prompt tokens in %.2f s, %zu tokens at %.1f tokens/s on %u threads, stopped by %s\n",
               report.promptIds.size(), report.result.prefill_seconds, report.ids.size(),
               report.result.tokens_per_second, report.threads, tern_stop_reason_name(report.result.reason));
}
