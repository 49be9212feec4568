//===- Handles.h - What stands behind the C API -------------------*- C++ -*-===//
//
// Every function of tern.h goes through `guarded`: exceptions end there, and problems become status and message. What
// it was given is looked at first, by `needed`, `checkFlags`, `readOptions` and `checkSize`.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_API_HANDLES_H
#define TERN_RUNTIME_API_HANDLES_H

#include "runtime/Run/Generator.h"
#include "runtime/Run/LoadedModel.h"
#include "runtime/include/tern/tern.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <initializer_list>
#include <type_traits>

struct tern_model {
  std::shared_ptr<const tern::LoadedModel> loaded; ///< Shared with sessions, which may live longer.
  std::int64_t vocabulary = 0;                     ///< Of an encoder, elements of a vector.
  bool isEncoder = false;
};

struct tern_session {
  std::shared_ptr<const tern::LoadedModel> loaded;
  std::unique_ptr<tern::Decoder> decoder;
  std::atomic<bool> busy{false};
};

struct tern_sampler {
  tern::Sampler sampler;
  std::size_t vocabulary;
  std::atomic<bool> busy{false};
};

struct tern_cancel {
  std::atomic<bool> set{false};
};

namespace tern::api {

/// Writes status and message, without taking memory; answers the status.
tern_status report(tern_error *error, tern_status status, std::string_view message) noexcept;

/// TERN_FAILED, with the problem's parts marked.
tern_status report(tern_error *error, const Problem &problem);

/// Runs `body`, which answers a tern_status. Nothing is allocated once something was thrown: memory may be what lacks.
template <typename Body> tern_status guarded(tern_error *error, Body &&body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    return report(error, TERN_FAILED, "the system refuses more memory");
  } catch (const std::exception &exception) {
    return report(error, TERN_FAILED, exception.what());
  } catch (...) {
    return report(error, TERN_FAILED, "an error of unknown kind inside the library");
  }
}

/// An argument of a function of tern.h.
struct Given {
  const char *name;
  const void *pointer;
};
/// TERN_OK if none is null; else says which of `function`'s is.
tern_status needed(tern_error *error, const char *function, std::initializer_list<Given> arguments);
/// The same for arrays and texts, which may be null where their length is 0.
tern_status needed(tern_error *error, const char *function, const Given &argument, std::size_t length);

/// TERN_OK if `flags` has no bit that `function` does not know: those are of a later version, or a mistake.
tern_status checkFlags(tern_error *error, const char *function, std::uint32_t flags, std::uint32_t known);

/// A function at work on a session or sampler, which no other may be at the time: they have no locks.
template <typename Object> class Use {
public:
  explicit Use(Object &object) : object(object), isFirst(!object.busy.exchange(true, std::memory_order_acquire)) {}
  ~Use() {
    if (isFirst)
      object.busy.store(false, std::memory_order_release);
  }
  Use(const Use &) = delete;
  Use &operator=(const Use &) = delete;
  explicit operator bool() const { return isFirst; }

private:
  Object &object;
  bool isFirst;
};
tern_status inUse(tern_error *error, const char *function);

/// Runs `body` on a session or sampler that nothing else is at work on.
template <typename Object, typename Body>
tern_status atWork(Object *object, const char *name, const char *function, tern_error *error, Body &&body) noexcept {
  return guarded(error, [&]() -> tern_status {
    if (tern_status status = needed(error, function, {{name, object}}); status != TERN_OK)
      return status;
    Use<Object> use(*object);
    return use ? body() : inUse(error, function);
  });
}

/// TERN_OK if the session's model gives logits.
tern_status checkGenerates(tern_error *error, const char *function, const tern_session &session);

/// The number of an enumerator that a caller gave: in C it may be any, which C++ must not read as the enumeration.
template <typename Enum> int numberOf(const Enum &given) {
  static_assert(sizeof(Enum) == sizeof(int));
  int number;
  std::memcpy(&number, &given, sizeof number);
  return number;
}

/// TERN_OK if the session has that slot.
tern_status checkSlot(tern_error *error, const tern_session &session, std::int64_t slot);

/// The context that a caller asks for, of whom 0 means the model's maximum. Problem: more than that.
Result<std::int64_t> contextOf(const LoadedModel &loaded, std::int64_t context);

/// No structure is as large; a size that was never set most often is.
inline constexpr std::size_t mostStructBytes = 4096;

/// Writes `defaults`, as far as the caller's version of the header has its members, and zeros for those that it has
/// beyond; what an _init function does.
template <typename Options> void writeDefaults(const Options &defaults, Options *options, std::size_t size) noexcept {
  static_assert(std::is_trivially_copyable_v<Options>);
  if (!options || size < sizeof(size) || size > mostStructBytes)
    return;
  std::memset(static_cast<void *>(options), 0, size);
  std::memcpy(static_cast<void *>(options), &defaults, std::min(size, sizeof(Options)));
  options->size = size;
}

/// The members of `given` that the caller's version of the header has, the rest as `options` has them; null is all
/// defaults. False if the size was not set, or the caller sets members of a later version.
template <typename Options> bool readOptions(const Options *given, Options &options) {
  static_assert(std::is_trivially_copyable_v<Options>);
  if (!given)
    return true;
  if (given->size < sizeof(given->size) || given->size > mostStructBytes)
    return false;
  const auto *bytes = reinterpret_cast<const char *>(given);
  std::size_t known = std::min(given->size, sizeof(Options));
  std::memcpy(static_cast<void *>(&options), given, known);
  options.size = sizeof(Options);
  return std::all_of(bytes + known, bytes + given->size, [](char byte) { return byte == 0; });
}
tern_status badOptions(tern_error *error, const char *structure);

/// TERN_OK if the caller set the size of a structure that a result is written to.
tern_status checkSize(tern_error *error, std::size_t size, const char *structure);

/// Writes the members of `result` that the caller's version of the header has, and zeros for those beyond.
template <typename Struct> void writeResult(const Struct &result, Struct *target) noexcept {
  writeDefaults(result, target, target->size);
}

/// A result that does not fit where it is to go.
tern_status tooSmall(tern_error *error, std::size_t needed, std::size_t capacity);

/// Hands text out as tern.h says.
tern_status giveText(const std::string &result, char *text, std::size_t capacity, std::size_t *length,
                     tern_error *error);
tern_status giveIds(const std::vector<std::int32_t> &result, std::int32_t *ids, std::size_t capacity,
                    std::size_t *length, tern_error *error);

/// The sampler's options, for which null stands for greedy, and the texts that break repetitions.
struct SamplerRequest {
  SamplerOptions options;
  std::vector<std::string> dryBreakers;
};
tern_status readSampler(const tern_sampler_options *given, SamplerRequest &request, tern_error *error);

std::vector<tern_token_logprob> topOf(const Logprobs &logprobs);

inline const std::atomic<bool> *flagOf(const tern_cancel *cancel) { return cancel ? &cancel->set : nullptr; }

tern_memory memoryOf(const MemoryUse &use);

} // namespace tern::api

#endif // TERN_RUNTIME_API_HANDLES_H
