//===- RunReport.cpp - What tern run prints -------------------------------===//

#include "tools/tern/RunReport.h"

#include <cstdio>

using namespace tern;

static std::string reasonName(const Generation &generation) {
  return generation.reason ? std::string(stopReasonName(*generation.reason)) : "cancelled";
}

Json RunReport::asJson() const {
  Json object = Json::object();
  if (generation) {
    object["prompt_ids"] = promptIds;
    object["ids"] = generation->ids;
    object["text"] = generation->text;
    object["stop_reason"] = reasonName(*generation);
    object["timing"] = {{"load_s", loadSeconds},
                        {"prefill_s", generation->prefillSeconds},
                        {"decode_s", generation->decodeSeconds},
                        {"decode_tokens_per_s", generation->decodeRate()}};
  }
  object["backend"] = backend;
  if (!target.empty())
    object["target"] = target;
  if (threads != 0)
    object["threads"] = threads;
  object["memory"] = memory;
  if (verification)
    object["verify"] = {{"prompts", verification->prompts},
                        {"max_divergence", verification->maxDivergence},
                        {"allowed", verification->allowed},
                        {"max_error", verification->maxError},
                        {"reference", verification->reference}};
  return object;
}

void RunReport::printSummary() const {
  if (verification)
    std::fprintf(stderr, "verified: %zu golden prompts, divergence %.2g nats from %s (%.2g allowed)\n",
                 verification->prompts, verification->maxDivergence, verification->reference.c_str(),
                 verification->allowed);
  if (!generation)
    return;
  std::string on = threads == 0 ? "" : " on " + std::to_string(threads) + (threads == 1 ? " thread" : " threads");
  std::fprintf(stderr, "%zu prompt tokens in %.2f s, %zu tokens at %.1f tokens/s%s, stopped by %s\n", promptIds.size(),
               generation->prefillSeconds, generation->ids.size(), generation->decodeRate(), on.c_str(),
               reasonName(*generation).c_str());
}
