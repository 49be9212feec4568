//===- tern-run.cpp - Generate text from an artifact ----------------------===//
//
// What `tern run` does, for machines that have the runtime alone; also the example of how tern.h is used.
//
//===----------------------------------------------------------------------===//

#include "RunFlags.h"
#include "RunReport.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <unistd.h>

namespace {

using Model = std::unique_ptr<tern_model, decltype(&tern_model_close)>;
using Session = std::unique_ptr<tern_session, decltype(&tern_session_destroy)>;

/// Set by an interrupt: the text so far is finished in order.
tern_cancel *interrupted = nullptr;

void interrupt(int) {
  tern_cancel_set(interrupted);
  std::signal(SIGINT, SIG_DFL); // The second one kills.
}

/// What the callbacks of a run need.
struct Run {
  RunReport report;
  bool show = false, progress = false, numbered = false; ///< `numbered`: there are several samples.
};

int onText(void *user, int32_t token, const char *text, size_t length) {
  auto &run = *static_cast<Run *>(user);
  RunReport::Sample &sample = run.report.samples.back();
  if (run.show && run.numbered && sample.ids.empty() && token >= 0)
    std::printf("%s[%zu] ", run.report.samples.size() == 1 ? "" : "\n", run.report.samples.size());
  if (token >= 0)
    sample.ids.push_back(token);
  sample.text.append(text, length);
  if (run.show && length != 0) {
    std::fwrite(text, 1, length, stdout);
    std::fflush(stdout);
  }
  return 1;
}

void onLogprobs(void *user, const tern_token_logprob *drawn, const tern_token_logprob *top, size_t count) {
  static_cast<Run *>(user)->report.samples.back().logprobs.push_back({*drawn, {top, top + count}});
}

void onSample(void *user, int64_t, const tern_generate_result *result) {
  auto &run = *static_cast<Run *>(user);
  run.report.samples.back().result = *result;
  run.report.samples.emplace_back();
}

void onProgress(void *user, int64_t done, int64_t total) {
  if (!static_cast<Run *>(user)->progress)
    return;
  std::fprintf(stderr, "\rreading the prompt: %3d %%", static_cast<int>(done * 100 / total));
  if (done == total)
    std::fprintf(stderr, "\r%*s\r", 30, "");
}

/// The text of a function of tern.h that writes into a buffer; nothing on an error.
template <typename Call> std::optional<std::string> textOf(const Call &call, tern_error &error) {
  std::string text(4096, '\0');
  size_t length = 0;
  tern_status status = call(text.data(), text.size(), &length);
  if (status == TERN_BUFFER_TOO_SMALL) {
    text.resize(length);
    status = call(text.data(), text.size(), &length);
  }
  if (status != TERN_OK)
    return std::nullopt;
  text.resize(length);
  (void)error;
  return text;
}

std::optional<std::vector<int32_t>> tokenize(const tern_model *model, const std::string &text, uint32_t flags,
                                             tern_error &error) {
  std::vector<int32_t> ids(text.size() + 8);
  size_t length = 0;
  auto call = [&] {
    return tern_tokenize(model, text.data(), text.size(), flags, ids.data(), ids.size(), &length, &error);
  };
  tern_status status = call();
  if (status == TERN_BUFFER_TOO_SMALL) {
    ids.resize(length);
    status = call();
  }
  if (status != TERN_OK)
    return std::nullopt;
  ids.resize(length);
  return ids;
}

/// The ids of the prompt, through the chat template if that was asked for.
std::optional<std::vector<int32_t>> promptIds(const tern_model *model, const RunFlags &flags, tern_error &error) {
  std::string prompt = flags.prompt;
  if (prompt == "-")
    prompt.assign(std::istreambuf_iterator<char>(std::cin), {});
  if (!flags.chat)
    return tokenize(model, prompt, TERN_ADD_SPECIAL, error);
  nlohmann::ordered_json request = {{"messages", {{{"role", "user"}, {"content", prompt}}}}};
  std::string json = request.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::optional<std::string> rendered =
      textOf([&](char *text, size_t capacity,
                 size_t *length) { return tern_render_chat(model, json.c_str(), text, capacity, length, &error); },
             error);
  if (!rendered)
    return std::nullopt;
  return tokenize(model, *rendered, 0, error);
}

/// Looks up the texts of the tokens that logprobs name; one that has none keeps none.
void readTokenTexts(const tern_model *model, RunReport &report) {
  auto read = [&](const tern_token_logprob &token) {
    tern_error error{};
    auto text = textOf(
        [&](char *text, size_t capacity, size_t *length) {
          return tern_detokenize(model, &token.token, 1, 0, text, capacity, length, &error);
        },
        error);
    report.tokenTexts.emplace(token.token, text.value_or(""));
  };
  for (const RunReport::Sample &sample : report.samples)
    for (const RunReport::Logprobs &logprobs : sample.logprobs) {
      read(logprobs.drawn);
      for (const tern_token_logprob &token : logprobs.top)
        read(token);
    }
}

tern_generate_options generateOptions(const RunFlags &flags, const std::vector<const char *> &stops, Run &run) {
  tern_generate_options options;
  tern_generate_options_init(&options, sizeof(options));
  options.user = &run;
  options.on_text = onText;
  options.on_progress = onProgress;
  options.cancel = interrupted;
  options.sampler = &flags.sampler;
  options.max_tokens = flags.maxTokens;
  options.stop_strings = stops.data();
  options.stop_count = stops.size();
  options.ignore_end_tokens = flags.ignoreEnd;
  options.samples = flags.samples;
  options.on_sample = onSample;
  options.on_logprobs = onLogprobs;
  options.context_shift = flags.contextShift;
  options.shift_keep = flags.shiftKeep;
  return options;
}

/// As many positions as the run can need; 0, the model's maximum, if that is open.
int64_t contextFor(const RunFlags &flags, size_t promptLength, int64_t most) {
  if (flags.context != 0 || flags.maxTokens < 0)
    return flags.context;
  int64_t needed = static_cast<int64_t>(promptLength) + std::min(flags.maxTokens, most);
  return std::min(std::max<int64_t>(needed, 1), most);
}

int run(const RunFlags &flags) {
  auto start = std::chrono::steady_clock::now();
  Run run;
  run.show = !flags.json;
  run.progress = isatty(STDERR_FILENO);
  run.numbered = flags.samples > 1;
  run.report.samples.emplace_back();
  tern_error error{};
  auto failed = [&] { return printError(error.message, flags.json); };

  tern_model_options modelOptions;
  tern_model_options_init(&modelOptions, sizeof(modelOptions));
  modelOptions.threads = flags.threads;
  modelOptions.backend = flags.backend.empty() ? nullptr : flags.backend.c_str();
  modelOptions.target = flags.target.empty() ? nullptr : flags.target.c_str();
  tern_model *opened = nullptr;
  if (tern_model_open(flags.artifact.c_str(), &modelOptions, &opened, &error) != TERN_OK)
    return failed();
  Model model(opened, tern_model_close);
  tern_model_info info{};
  info.size = sizeof(info);
  if (tern_model_get_info(model.get(), &info, &error) != TERN_OK)
    return failed();
  std::optional<std::vector<int32_t>> ids = promptIds(model.get(), flags, error);
  if (!ids)
    return failed();

  tern_session *created = nullptr;
  if (tern_session_create(model.get(), 1, contextFor(flags, ids->size(), info.max_context), &created, &error) !=
      TERN_OK)
    return failed();
  Session session(created, tern_session_destroy);
  run.report.loadSeconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  run.report.promptIds = *ids;
  run.report.threads = info.threads;
  run.report.target = info.target;
  run.report.backend = info.backend;

  std::vector<const char *> stops;
  for (const std::string &stop : flags.stops)
    stops.push_back(stop.c_str());
  tern_generate_options options = generateOptions(flags, stops, run);
  if (tern_generate(session.get(), 0, ids->data(), ids->size(), &options, nullptr, &error) != TERN_OK)
    return failed();
  run.report.samples.pop_back(); // The one that would have come next.
  if (tern_session_memory(session.get(), &run.report.planned, &run.report.measured, &error) != TERN_OK)
    return failed();
  readTokenTexts(model.get(), run.report);
  if (flags.json) {
    printJson(run.report);
    return 0;
  }
  std::printf("\n");
  printSummary(run.report);
  return 0;
}

} // namespace

int main(int argc, char **argv) {
  RunFlags flags;
  if (std::optional<int> status = flags.parse(argc, argv))
    return *status;
  interrupted = tern_cancel_create();
  std::signal(SIGINT, interrupt);
  int status = run(flags);
  std::signal(SIGINT, SIG_DFL);
  tern_cancel_destroy(interrupted);
  return status;
}
