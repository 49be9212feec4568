//===- Handles.h - What stands behind the C API -------------------*- C++ -*-===//
//
// Every function of tern.h goes through `guarded`: exceptions end there, and problems become status and message.
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
#include <type_traits>

struct tern_model {
  std::unique_ptr<tern::LoadedModel> loaded;
  std::int64_t vocabulary = 0;
};

struct tern_session {
  const tern_model *model;
  std::unique_ptr<tern::Decoder> decoder;
  std::int64_t context; ///< Of a sequence, at most; the decoder's is rounded up and may pass the model's.
};

struct tern_sampler {
  tern::Sampler sampler;
  std::size_t vocabulary;
};

struct tern_cancel {
  std::atomic<bool> set{false};
};

namespace tern::api {

/// Writes status and message, without taking memory; answers the status.
tern_status report(tern_error *error, tern_status status, std::string_view message) noexcept;

inline tern_status report(tern_error *error, const Problem &problem) {
  return report(error, TERN_FAILED, problem.str());
}

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

/// The members of `given` that the caller's version of the header has, the rest as `defaults`. False if the size was
/// not set, or the caller sets members of a later version.
template <typename Options> bool readOptions(const Options *given, Options &options) {
  static_assert(std::is_trivially_copyable_v<Options>);
  if (!given)
    return true;
  if (given->size < sizeof(given->size))
    return false;
  const auto *bytes = reinterpret_cast<const char *>(given);
  std::size_t known = std::min(given->size, sizeof(Options));
  std::memcpy(&options, given, known);
  options.size = sizeof(Options);
  return std::all_of(bytes + known, bytes + given->size, [](char byte) { return byte == 0; });
}

/// Writes the members of `result` that the caller's version of the header has.
template <typename Options> void writeResult(const Options &result, Options *target) {
  std::size_t size = target->size;
  std::memcpy(target, &result, std::min(size, sizeof(Options)));
  target->size = size;
}

tern_status badSize(tern_error *error, const char *structure);

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

inline const std::atomic<bool> *flagOf(const tern_cancel *cancel) { return cancel ? &cancel->set : nullptr; }

tern_memory memoryOf(const MemoryUse &use);

} // namespace tern::api

#endif // TERN_RUNTIME_API_HANDLES_H
