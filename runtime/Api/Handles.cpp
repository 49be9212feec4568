//===- Handles.cpp - What stands behind the C API -------------------------===//

#include "runtime/Api/Handles.h"

using namespace tern;

tern_status api::report(tern_error *error, tern_status status, std::string_view message) noexcept {
  if (!error)
    return status;
  error->status = status;
  std::size_t length = std::min(message.size(), sizeof(error->message) - 1);
  // Never half a character: step back over continuation bytes.
  if (length < message.size())
    while (length != 0 && (static_cast<unsigned char>(message[length]) & 0xc0) == 0x80)
      --length;
  std::memcpy(error->message, message.data(), length);
  error->message[length] = '\0';
  return status;
}

tern_status api::badSize(tern_error *error, const char *structure) {
  return report(error, TERN_BAD_ARGUMENT,
                std::string(structure) + ": the size must be set, and members of later versions must be zero; call " +
                    structure + "_init first");
}

static tern_status tooSmall(tern_error *error, std::size_t needed, std::size_t capacity) {
  return api::report(error, TERN_BUFFER_TOO_SMALL,
                     "the result has a length of " + std::to_string(needed) + ", the buffer of " +
                         std::to_string(capacity));
}

tern_status api::giveText(const std::string &result, char *text, std::size_t capacity, std::size_t *length,
                          tern_error *error) {
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
  if (length)
    *length = result.size();
  if (ids)
    std::copy_n(result.begin(), std::min(capacity, result.size()), ids);
  return result.size() > capacity ? tooSmall(error, result.size(), capacity) : TERN_OK;
}

tern_memory api::memoryOf(const MemoryUse &use) {
  return {use.weights, use.arena, use.states, use.scratch, use.total()};
}
