//===- ModelApi.cpp - Models and devices in C -----------------------------===//

#include "runtime/Api/Handles.h"
#include "runtime/Run/Backends.h"
#include "runtime/Run/Verification.h"

using namespace tern;
using namespace tern::api;

uint32_t tern_api_version(void) { return TERN_API_VERSION; }

const char *tern_release(void) { return TERN_RELEASE; }

void tern_model_options_init(tern_model_options *options, size_t size) {
  writeDefaults(tern_model_options{}, options, size);
}

tern_status tern_model_open(const char *path, const tern_model_options *given, tern_model **model, tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    if (tern_status status = needed(error, "tern_model_open", {{"path", path}, {"model", model}}); status != TERN_OK)
      return status;
    *model = nullptr;
    tern_model_options options{};
    if (!readOptions(given, options))
      return badOptions(error, "tern_model_options");
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
    *model = new tern_model{std::move(*loaded), entries->vocabulary(), entries->isEncoder()};
    return TERN_OK;
  });
}

void tern_model_close(tern_model *model) { delete model; }

tern_status tern_model_get_info(const tern_model *model, tern_model_info *info, tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    if (tern_status status = needed(error, "tern_model_get_info", {{"model", model}, {"info", info}});
        status != TERN_OK)
      return status;
    if (tern_status status = checkSize(error, info->size, "tern_model_info"); status != TERN_OK)
      return status;
    const LoadedModel &loaded = *model->loaded;
    const ArtifactModel &described = loaded.artifact().manifest().model;
    writeResult({sizeof(*info), described.name.c_str(), described.architecture.c_str(), loaded.variant().target.c_str(),
                 loaded.backend().name(), described.maxContext, model->isEncoder ? 0 : model->vocabulary,
                 model->isEncoder ? model->vocabulary : 0, loaded.executor()->workerCount()},
                info);
    return TERN_OK;
  });
}

/// A session that is asked for, and what it takes.
struct SessionPlan {
  SessionSize size;
  MemoryUse use;
};

static Result<SessionPlan> planSession(const tern_model *model, int64_t slots, int64_t context) {
  const ExecutorModel &executor = *model->loaded->executor();
  Result<std::int64_t> positions = contextOf(*model->loaded, context);
  if (!positions)
    return positions.problem();
  Result<SessionSize> size = Decoder::sessionSize(executor, slots, *positions);
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
    if (tern_status status = needed(error, "tern_model_plan", {{"model", model}, {"planned", planned}});
        status != TERN_OK)
      return status;
    if (tern_status status = checkSize(error, planned->size, "tern_memory"); status != TERN_OK)
      return status;
    Result<SessionPlan> plan = planSession(model, slots, context);
    if (!plan)
      return report(error, plan.problem());
    writeResult(memoryOf(plan->use), planned);
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
    if (tern_status status = needed(error, "tern_model_plan_json", {{"model", model}}); status != TERN_OK)
      return status;
    Result<SessionPlan> plan = planSession(model, slots, context);
    if (!plan)
      return report(error, plan.problem());
    return giveText(planAsJson(*plan, *model->loaded->executor()).dump(), text, capacity, length, error);
  });
}

tern_status tern_each_device(void (*on_device)(void *user, const tern_device *device), void *user, tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    if (!on_device)
      return report(error, TERN_BAD_ARGUMENT, "tern_each_device: on_device must not be null");
    for (const Backend *backend : allBackends())
      for (const Device &device : backend->devices()) {
        tern_device given = {sizeof(tern_device), device.backend.c_str(), device.name.c_str(), device.target.c_str(),
                             device.memoryBytes};
        on_device(user, &given);
      }
    return TERN_OK;
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

tern_status tern_model_verify(const tern_model *model, tern_verification *result, tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    if (tern_status status = needed(error, "tern_model_verify", {{"model", model}}); status != TERN_OK)
      return status;
    if (tern_status status = result ? checkSize(error, result->size, "tern_verification") : TERN_OK; status != TERN_OK)
      return status;
    Result<Verification> verified = verifyModel(*model->loaded);
    if (!verified)
      return report(error, verified.problem());
    tern_verification given{};
    given.prompts = static_cast<int64_t>(verified->prompts);
    given.max_divergence = verified->maxDivergence;
    given.allowed = verified->allowed;
    given.max_error = verified->maxError;
    std::strncpy(given.reference, verified->reference.c_str(), sizeof(given.reference) - 1);
    if (result)
      writeResult(given, result);
    return TERN_OK;
  });
}
