//===- Handles.cpp - What stands behind the C API -------------------------===//

#include "runtime/Api/Handles.h"

#include <cstdio>

using namespace tern;

tern_status api::report(tern_error *error, tern_status status, std::string_view message) noexcept {
  if (!error)
    return status;
  error->status = status;
  error->where_length = error->remedy_length = 0;
  std::size_t length = std::min(message.size(), sizeof(error->message) - 1);
  // Never half a character: step back over continuation bytes.
  if (length < message.size())
    while (length != 0 && (static_cast<unsigned char>(message[length]) & 0xc0) == 0x80)
      --length;
  std::memcpy(error->message, message.data(), length);
  std::replace(error->message, error->message + length, '\0', '?'); // of somebody's text; here it would end the message
  error->message[length] = '\0';
  return status;
}

tern_status api::report(tern_error *error, const Problem &problem) {
  std::string message = problem.str();
  report(error, TERN_FAILED, message);
  if (error && problem.where.size() + std::strlen(": ") <= std::strlen(error->message))
    error->where_length = static_cast<std::uint16_t>(problem.where.size());
  if (error && message.size() < sizeof(error->message))
    error->remedy_length = static_cast<std::uint16_t>(problem.remedy.size());
  return TERN_FAILED;
}

tern_status api::needed(tern_error *error, const char *function, std::initializer_list<Given> arguments) {
  for (const Given &argument : arguments)
    if (!argument.pointer)
      return report(error, TERN_BAD_ARGUMENT, std::string(function) + ": " + argument.name + " must not be null");
  return TERN_OK;
}

tern_status api::needed(tern_error *error, const char *function, const Given &argument, std::size_t length) {
  if (argument.pointer || length == 0)
    return TERN_OK;
  return report(error, TERN_BAD_ARGUMENT,
                std::string(function) + ": " + argument.name + " must not be null with a length of " +
                    std::to_string(length));
}

tern_status api::checkFlags(tern_error *error, const char *function, std::uint32_t flags, std::uint32_t known) {
  if ((flags & ~known) == 0)
    return TERN_OK;
  char unknown[16];
  std::snprintf(unknown, sizeof(unknown), "0x%x", flags & ~known);
  return report(error, TERN_BAD_ARGUMENT, std::string(function) + ": flags has bits that are not known: " + unknown);
}

tern_status api::inUse(tern_error *error, const char *function) {
  return report(error, TERN_BAD_ARGUMENT,
                std::string(function) + ": the object is in use, by another thread or by the call that this callback "
                                        "belongs to");
}

tern_status api::checkGenerates(tern_error *error, const char *function, const tern_session &session) {
  if (!session.decoder->isEncoder())
    return TERN_OK;
  return report(error, Problem{session.loaded->artifact().path(),
                               "gives embeddings, and " + std::string(function) + " is of models that generate text",
                               "call tern_embed"});
}

tern_status api::checkSlot(tern_error *error, const tern_session &session, std::int64_t slot) {
  if (slot >= 0 && slot < session.decoder->slots())
    return TERN_OK;
  return report(error, TERN_BAD_ARGUMENT,
                "slot " + std::to_string(slot) + ": the session has slots 0 to " +
                    std::to_string(session.decoder->slots() - 1));
}

Result<std::int64_t> api::contextOf(const LoadedModel &loaded, std::int64_t context) {
  std::int64_t most = loaded.artifact().manifest().model.maxContext;
  if (context > most)
    return Problem{"context",
                   "must be at most the model's " + std::to_string(most) + ", got " + std::to_string(context),
                   "ask for fewer positions"};
  return context == 0 ? most : context;
}

tern_status api::badOptions(tern_error *error, const char *structure) {
  return report(error, TERN_BAD_ARGUMENT,
                std::string(structure) + ": the size must be set, and members of later versions must be zero; call " +
                    structure + "_init first");
}

tern_status api::checkSize(tern_error *error, std::size_t size, const char *structure) {
  if (size >= sizeof(size) && size <= mostStructBytes)
    return TERN_OK;
  return report(error, TERN_BAD_ARGUMENT,
                std::string(structure) + ": the size must be set to that of the structure, is " + std::to_string(size));
}

tern_status api::tooSmall(tern_error *error, std::size_t needed, std::size_t capacity) {
  return report(error, TERN_BUFFER_TOO_SMALL,
                "the result has a length of " + std::to_string(needed) + ", the buffer of " + std::to_string(capacity));
}

tern_status api::giveText(const std::string &result, char *text, std::size_t capacity, std::size_t *length,
                          tern_error *error) {
  if (tern_status status = needed(error, "the result", {"its buffer", text}, capacity); status != TERN_OK)
    return status;
  if (length)
    *length = result.size();
  if (text)
    std::memcpy(text, result.data(), std::min(capacity, result.size()));
  if (result.size() > capacity)
    return tooSmall(error, result.size(), capacity);
  if (text && result.size() < capacity)
    text[result.size()] = '\0';
  return TERN_OK;
}

tern_status api::giveIds(const std::vector<std::int32_t> &result, std::int32_t *ids, std::size_t capacity,
                         std::size_t *length, tern_error *error) {
  if (tern_status status = needed(error, "the result", {"its buffer", ids}, capacity); status != TERN_OK)
    return status;
  if (length)
    *length = result.size();
  if (ids)
    std::copy_n(result.begin(), std::min(capacity, result.size()), ids);
  return result.size() > capacity ? tooSmall(error, result.size(), capacity) : TERN_OK;
}

tern_memory api::memoryOf(const MemoryUse &use) {
  return {sizeof(tern_memory), use.weights, use.arena, use.states, use.scratch, use.total()};
}
