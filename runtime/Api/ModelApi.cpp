//===- ModelApi.cpp - Models and their text in C --------------------------===//

#include "runtime/Api/Handles.h"
#include "runtime/Run/Backends.h"

using namespace tern;
using namespace tern::api;

uint32_t tern_api_version(void) { return TERN_API_VERSION; }

const char *tern_release(void) { return TERN_RELEASE; }

void tern_model_options_init(tern_model_options *options) { *options = {sizeof(*options), 0, nullptr, nullptr}; }

tern_status tern_model_open(const char *path, const tern_model_options *given, tern_model **model, tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    if (!path || !model)
      return report(error, TERN_BAD_ARGUMENT, "tern_model_open: path and model must not be null");
    *model = nullptr;
    tern_model_options options;
    tern_model_options_init(&options);
    if (!readOptions(given, options))
      return badSize(error, "tern_model_options");
    constexpr std::uint32_t maxThreads = 1024;
    if (options.threads > maxThreads)
      return report(error, TERN_BAD_ARGUMENT,
                    "threads must be at most " + std::to_string(maxThreads) + ", are " +
                        std::to_string(options.threads));
    Result<std::unique_ptr<LoadedModel>> loaded = LoadedModel::open(
        path, {options.threads, options.target ? options.target : "", options.backend ? options.backend : ""});
    if (!loaded)
      return report(error, loaded.problem());
    Result<DecoderEntries> entries = DecoderEntries::find((*loaded)->executor()->program(), path);
    if (!entries)
      return report(error, entries.problem());
    *model = new tern_model{std::move(*loaded), entries->vocabulary()};
    return TERN_OK;
  });
}

void tern_model_close(tern_model *model) { delete model; }

tern_status tern_model_get_info(const tern_model *model, tern_model_info *info, tern_error *error) {
  if (!info || info->size < sizeof(info->size))
    return badSize(error, "tern_model_info");
  const LoadedModel &loaded = *model->loaded;
  const ArtifactModel &described = loaded.artifact().manifest().model;
  writeResult({sizeof(*info), described.name.c_str(), described.architecture.c_str(), loaded.variant().target.c_str(),
               described.maxContext, model->vocabulary, loaded.executor()->workerCount()},
              info);
  return TERN_OK;
}

/// A session that is asked for, and what it takes.
struct SessionPlan {
  SessionSize size;
  MemoryUse use;
};

/// `context` 0 stands for the model's maximum.
static Result<SessionPlan> planSession(const tern_model *model, int64_t slots, int64_t context) {
  const ExecutorModel &executor = *model->loaded->executor();
  std::int64_t most = model->loaded->artifact().manifest().model.maxContext;
  Result<SessionSize> size = Decoder::sessionSize(executor, slots, context == 0 ? most : context);
  if (!size)
    return size.problem();
  Result<MemoryUse> use = executor.plan(*size);
  if (!use)
    return use.problem();
  return SessionPlan{*size, *use};
}

tern_status tern_model_plan(const tern_model *model, int64_t slots, int64_t context, tern_memory *planned,
                            tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    if (!model || !planned)
      return report(error, TERN_BAD_ARGUMENT, "tern_model_plan: model and planned must not be null");
    Result<SessionPlan> plan = planSession(model, slots, context);
    if (!plan)
      return report(error, plan.problem());
    *planned = memoryOf(plan->use);
    return TERN_OK;
  });
}

static Json planAsJson(const SessionPlan &plan, const ExecutorModel &executor) {
  Json caches = Json::array();
  for (const ProgramState &state : executor.program().states)
    caches.push_back({{"name", state.name},
                      {"format", storageFormatInfo(state.format).name},
                      {"fixed_bytes", state.fixedBytes},
                      {"position_bytes", state.positionBytes}});
  return {{"slots", plan.size.slots},  {"context", plan.size.capacity}, {"weights", plan.use.weights},
          {"arena", plan.use.arena},   {"states", plan.use.states},     {"scratch", plan.use.scratch},
          {"total", plan.use.total()}, {"caches", std::move(caches)},   {"workers", executor.workerCount()}};
}

tern_status tern_model_plan_json(const tern_model *model, int64_t slots, int64_t context, char *text, size_t capacity,
                                 size_t *length, tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    if (!model)
      return report(error, TERN_BAD_ARGUMENT, "tern_model_plan_json: model must not be null");
    Result<SessionPlan> plan = planSession(model, slots, context);
    if (!plan)
      return report(error, plan.problem());
    return giveText(planAsJson(*plan, *model->loaded->executor()).dump(), text, capacity, length, error);
  });
}

tern_status tern_list_devices(char *text, size_t capacity, size_t *length, tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    Json list = Json::array();
    for (const Backend *backend : allBackends())
      for (const Device &device : backend->devices())
        list.push_back({{"backend", device.backend},
                        {"name", device.name},
                        {"target", device.target},
                        {"memory", device.memoryBytes}});
    return giveText(list.dump(), text, capacity, length, error);
  });
}

tern_status tern_tokenize(const tern_model *model, const char *text, size_t text_length, uint32_t flags, int32_t *ids,
                          size_t capacity, size_t *length, tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    Result<const ModelText *> side = model->loaded->text();
    if (!side)
      return report(error, side.problem());
    Result<std::vector<std::int32_t>> encoded =
        (*side)->tokenizer.encode({text, text_length}, (flags & TERN_ADD_SPECIAL) != 0);
    return encoded ? giveIds(*encoded, ids, capacity, length, error) : report(error, encoded.problem());
  });
}

tern_status tern_detokenize(const tern_model *model, const int32_t *ids, size_t count, uint32_t flags, char *text,
                            size_t capacity, size_t *length, tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    Result<const ModelText *> side = model->loaded->text();
    if (!side)
      return report(error, side.problem());
    Result<std::string> decoded = (*side)->tokenizer.decode({ids, ids + count}, (flags & TERN_SKIP_SPECIAL) != 0);
    return decoded ? giveText(*decoded, text, capacity, length, error) : report(error, decoded.problem());
  });
}

/// Takes a request apart; a key that is not known is a problem, for it would otherwise be ignored.
static Status readRequest(const Json &request, ChatInput &input, std::string &name) {
  if (!request.is_object())
    return Problem{"request", "must be a JSON object with 'messages'", ""};
  // Unless the last message is to be gone on with, a generation prompt follows.
  input.addGenerationPrompt = !request.contains("continue_final_message") || request["continue_final_message"] == false;
  for (const auto &[key, value] : request.items()) {
    if (key == "messages")
      input.messages = value;
    else if (key == "tools")
      input.tools = value;
    else if (key == "documents")
      input.documents = value;
    else if (key == "variables" && value.is_object())
      input.extra = value;
    else if (key == "add_generation_prompt" && value.is_boolean())
      input.addGenerationPrompt = value.get<bool>();
    else if (key == "continue_final_message" && value.is_boolean())
      input.continueFinalMessage = value.get<bool>() ? "content" : "";
    else if (key == "continue_final_message" && value.is_string())
      input.continueFinalMessage = value.get<std::string>();
    else if (key == "template" && value.is_string())
      name = value.get<std::string>();
    else
      return Problem{"request", "the key '" + key + "' is not known or has a value of another type", ""};
  }
  return Done{};
}

static Result<std::string> renderChat(const ModelText &text, const char *request) {
  Result<Json> json = parseJson(request, "request");
  if (!json)
    return json.problem();
  ChatInput input;
  std::string name;
  if (Status status = readRequest(*json, input, name); !status)
    return status.problem();
  input.specialTokens = text.chat.specialTokens;
  Result<Template> chosen = text.chat.templates.choose(name, !input.tools.is_null());
  if (!chosen)
    return chosen.problem();
  Result<Rendering> rendering = renderConversation(*chosen, input);
  return rendering ? std::move(rendering->text) : Result<std::string>(rendering.problem());
}

tern_status tern_render_chat(const tern_model *model, const char *request, char *text, size_t capacity, size_t *length,
                             tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    Result<const ModelText *> side = model->loaded->text();
    if (!side)
      return report(error, side.problem());
    Result<std::string> rendered = renderChat(**side, request);
    return rendered ? giveText(*rendered, text, capacity, length, error) : report(error, rendered.problem());
  });
}

tern_status tern_end_tokens(const tern_model *model, int32_t *ids, size_t capacity, size_t *length, tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    Result<const ModelText *> side = model->loaded->text();
    return side ? giveIds((*side)->chat.endTokens, ids, capacity, length, error) : report(error, side.problem());
  });
}
