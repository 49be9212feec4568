//===- TextApi.cpp - Tokens and chats in C --------------------------------===//

#include "runtime/Api/Handles.h"

using namespace tern;
using namespace tern::api;

tern_status tern_tokenize(const tern_model *model, const char *text, size_t text_length, uint32_t flags, int32_t *ids,
                          size_t capacity, size_t *length, tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    if (tern_status status = needed(error, "tern_tokenize", {{"model", model}}); status != TERN_OK)
      return status;
    if (tern_status status = needed(error, "tern_tokenize", {"text", text}, text_length); status != TERN_OK)
      return status;
    if (tern_status status = checkFlags(error, "tern_tokenize", flags, TERN_ADD_SPECIAL); status != TERN_OK)
      return status;
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
    if (tern_status status = needed(error, "tern_detokenize", {{"model", model}}); status != TERN_OK)
      return status;
    if (tern_status status = needed(error, "tern_detokenize", {"ids", ids}, count); status != TERN_OK)
      return status;
    if (tern_status status = checkFlags(error, "tern_detokenize", flags, TERN_SKIP_SPECIAL); status != TERN_OK)
      return status;
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
    if (tern_status status = needed(error, "tern_render_chat", {{"model", model}, {"request", request}});
        status != TERN_OK)
      return status;
    Result<const ModelText *> side = model->loaded->text();
    if (!side)
      return report(error, side.problem());
    Result<std::string> rendered = renderChat(**side, request);
    return rendered ? giveText(*rendered, text, capacity, length, error) : report(error, rendered.problem());
  });
}

tern_status tern_list_templates(const tern_model *model, char *text, size_t capacity, size_t *length,
                                tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    if (tern_status status = needed(error, "tern_list_templates", {{"model", model}}); status != TERN_OK)
      return status;
    Result<const ModelText *> side = model->loaded->text();
    if (!side)
      return report(error, side.problem());
    Json names = Json::array();
    for (const auto &named : (*side)->chat.templates.named)
      names.push_back(named.first);
    return giveText(names.dump(), text, capacity, length, error);
  });
}

tern_status tern_end_tokens(const tern_model *model, int32_t *ids, size_t capacity, size_t *length, tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    if (tern_status status = needed(error, "tern_end_tokens", {{"model", model}}); status != TERN_OK)
      return status;
    Result<const ModelText *> side = model->loaded->text();
    return side ? giveIds((*side)->chat.endTokens, ids, capacity, length, error) : report(error, side.problem());
  });
}
