//===- CompiledModel.cpp - A model or artifact as compiled code -----------===//

#include "tools/tern/CompiledModel.h"
#include "runtime/Artifact/ArtifactReader.h"

using namespace tern;

CompiledModel tern::openArtifact(const ModelFlags &flags, const std::string &path, const std::string &target) {
  CompiledModel model;
  tern_model_options options;
  tern_model_options_init(&options, sizeof(options));
  options.threads = flags.threads;
  options.target = target.empty() ? nullptr : target.c_str();
  options.backend = flags.backend.empty() ? nullptr : flags.backend.c_str();
  tern_error error;
  tern_model *opened = nullptr;
  if (tern_model_open(path.c_str(), &options, &opened, &error) != TERN_OK) {
    model.problems.push_back(problemOf(error));
    return model;
  }
  model.handle.reset(opened);
  model.path = path;
  model.info.size = sizeof(model.info);
  if (tern_model_get_info(opened, &model.info, &error) != TERN_OK)
    model.problems.push_back(problemOf(error));
  else if (model.info.embedding > 0)
    model.problems.push_back({flags.path, "gives embeddings, and this takes a model that generates text",
                              "use tern_embed of the runtime (docs/CApi.md)"});
  return model;
}

CompiledModel tern::openArtifact(const ModelFlags &flags) {
  if (Status status = flags.checkFor(/*isArtifact=*/true); !status) {
    CompiledModel model;
    model.problems.push_back(status.problem());
    return model;
  }
  return openArtifact(flags, flags.path, flags.target);
}

Problem tern::problemOf(const tern_error &error) {
  std::string_view message = error.message;
  std::size_t begin = error.where_length == 0 ? 0 : error.where_length + 2u;
  std::size_t rest = error.remedy_length == 0 ? 0 : error.remedy_length + 2u;
  return {std::string(message.substr(0, error.where_length)),
          std::string(message.substr(begin, message.size() - begin - rest)),
          std::string(message.substr(message.size() - error.remedy_length))};
}

Result<SessionHandle> CompiledModel::newSession(std::int64_t slots, std::int64_t context) const {
  tern_session *session = nullptr;
  tern_error error;
  if (tern_session_create(handle.get(), slots, context, &session, &error) != TERN_OK)
    return problemOf(error);
  return SessionHandle(session);
}

Result<Program> CompiledModel::program() const {
  Result<ArtifactReader> artifact = ArtifactReader::open(path);
  if (!artifact)
    return artifact.problem();
  for (const ArtifactVariant &variant : artifact->manifest().variants)
    if (variant.target == info.target)
      return artifact->program(variant);
  return Problem{path, "has no code for " + std::string(info.target) + " any more", "compile the model again"};
}

Result<std::string> tern::textOf(const std::function<tern_status(char *, size_t, size_t *, tern_error *)> &call) {
  std::string text(4096, '\0');
  size_t length = 0;
  tern_error error;
  tern_status status = call(text.data(), text.size(), &length, &error);
  if (status == TERN_BUFFER_TOO_SMALL) {
    text.resize(length);
    status = call(text.data(), text.size(), &length, &error);
  }
  if (status != TERN_OK)
    return problemOf(error);
  text.resize(length);
  return text;
}

Result<std::vector<TokenId>> tern::idsOf(const tern_model *model, const std::string &text, std::uint32_t flags) {
  std::vector<TokenId> ids(text.size() + 8);
  size_t length = 0;
  tern_error error;
  auto call = [&] {
    return tern_tokenize(model, text.data(), text.size(), flags, ids.data(), ids.size(), &length, &error);
  };
  tern_status status = call();
  if (status == TERN_BUFFER_TOO_SMALL) {
    ids.resize(length);
    status = call();
  }
  if (status != TERN_OK)
    return problemOf(error);
  ids.resize(length);
  return ids;
}

/// Here a cancelled call does nothing; one that runs is not interrupted.
static bool isSet(const std::atomic<bool> *cancel) { return cancel && cancel->load(std::memory_order_relaxed); }

Result<LogitsView> SessionSequence::prefill(const std::vector<TokenId> &ids, const PrefillOptions &wanted) {
  if (isSet(wanted.cancel))
    return LogitsView{nullptr, 0, width, true};
  struct Callbacks {
    const PrefillOptions &wanted;
    std::int64_t width;
  } callbacks{wanted, width};
  tern_prefill_options options;
  tern_prefill_options_init(&options, sizeof(options));
  options.user = &callbacks;
  if (wanted.progress)
    options.on_progress = [](void *user, int64_t done, int64_t total) {
      static_cast<Callbacks *>(user)->wanted.progress(done, total);
    };
  if (wanted.allLogits)
    options.on_logits = [](void *user, int64_t first, int64_t rows, const float *logits) {
      auto &callbacks = *static_cast<Callbacks *>(user);
      callbacks.wanted.allLogits(first, LogitsView{logits, rows, callbacks.width, false});
    };
  tern_error error;
  const float *logits = nullptr;
  if (tern_prefill(session, 0, ids.data(), ids.size(), &options, &logits, &error) != TERN_OK)
    return problemOf(error);
  held.insert(held.end(), ids.begin(), ids.end());
  return LogitsView{logits, 1, width, false};
}

Result<LogitsView> SessionSequence::decode(TokenId token, const std::atomic<bool> *cancel) {
  if (isSet(cancel))
    return LogitsView{nullptr, 0, width, true};
  int64_t slot = 0;
  tern_error error;
  const float *logits = nullptr;
  if (tern_decode(session, 1, &slot, &token, nullptr, &logits, &error) != TERN_OK)
    return problemOf(error);
  held.push_back(token);
  return LogitsView{logits, 1, width, false};
}

Status SessionSequence::rewind(std::int64_t length) {
  tern_error error;
  if (tern_session_rewind(session, 0, length, &error) != TERN_OK)
    return problemOf(error);
  held.resize(static_cast<std::size_t>(length));
  return Done{};
}

Json tern::memoryAsJson(const tern_memory &memory) {
  return {{"weights", memory.weights},
          {"arena", memory.arena},
          {"states", memory.states},
          {"scratch", memory.scratch},
          {"total", memory.total}};
}
