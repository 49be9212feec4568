//===- Benchmark.cpp - Prefill and decode, timed --------------------------===//

#include "tools/tern/Benchmark.h"
#include "runtime/Cpu/ReadCeiling.h"
#include "runtime/Executor/DecoderEntries.h"
#include "tools/tern/Command.h"
#include "tools/tern/ProgramCost.h"

#include <algorithm>
#include <numeric>

using namespace tern;

Json BenchmarkCase::asJson() const {
  return {{"kind", isPrefill ? "prefill" : "decode"},
          {"tokens", tokens},
          {"batch", batch},
          {"threads", threads},
          {"context", context},
          {"repeats", rates.size()},
          {"tokens_per_s", {{"median", median()}, {"min", rates.front()}, {"max", rates.back()}}},
          {"bytes_per_token", bytesPerToken},
          {"ceiling_gb_per_s", ceiling / 1e9},
          {"fraction_of_ceiling", fractionOfCeiling()}};
}

/// Some ids, the same in every run; what they are changes no timing.
static std::vector<TokenId> someIds(std::int64_t count, std::int64_t vocabulary, std::int64_t first = 0) {
  std::vector<TokenId> ids(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i != count; ++i)
    ids[static_cast<std::size_t>(i)] = static_cast<TokenId>((first + i) * 7919 % vocabulary);
  return ids;
}

static std::uint64_t bytesOfStep(const Program &program, std::int32_t entry, const StepSizes &sizes) {
  const Entry &called = program.entries[static_cast<std::size_t>(entry)];
  return weightBytesOf(program, called, symbolSizes(program, called, sizes)) +
         stateBytesOf(program, sizes.batch, sizes.positions);
}

/// Runs `body`, which answers tokens a second, once to warm up and `repeat` times to count, each after a look at the
/// ceiling.
static Status repeatCase(BenchmarkCase &result, int repeat, std::uint64_t stepBytes,
                         const std::function<Result<double>()> &body) {
  Result<ReadCeiling> ceiling = ReadCeiling::create(stepBytes, result.threads);
  if (!ceiling)
    return ceiling.problem();
  for (int i = -1; i < repeat; ++i) {
    result.ceiling = std::max(result.ceiling, ceiling->measure());
    Result<double> rate = body();
    if (!rate)
      return rate.problem();
    if (i >= 0)
      result.rates.push_back(*rate);
  }
  std::sort(result.rates.begin(), result.rates.end());
  return Done{};
}

/// What `tokens` more than a session's context need. Problem: the model has no room for them.
static Status checkRoom(const CompiledModel &model, std::int64_t tokens, const std::string &options) {
  std::int64_t most = model.info.max_context;
  if (tokens <= most)
    return Done{};
  return Problem{options, "ask for " + std::to_string(tokens) + " positions, and the model has " + std::to_string(most),
                 "ask for fewer"};
}

static Status prefill(tern_session *session, std::int64_t slot, const std::vector<TokenId> &ids) {
  tern_error error;
  if (tern_prefill(session, slot, ids.data(), ids.size(), nullptr, nullptr, &error) != TERN_OK)
    return problemOf(error);
  return Done{};
}

static Status rewind(tern_session *session, std::int64_t slot, std::int64_t length) {
  tern_error error;
  if (tern_session_rewind(session, slot, length, &error) != TERN_OK)
    return problemOf(error);
  return Done{};
}

/// Bytes that reading a prompt takes, and the number of its steps.
static std::pair<std::uint64_t, std::uint64_t> bytesOfPrompt(const Program &program, const DecoderEntries &entries,
                                                             std::int64_t length) {
  std::uint64_t bytes = 0, steps = 0;
  for (std::int64_t done = 0; done < length; ++steps) {
    DecoderEntries::Step step = entries.prefillStep(length - done, /*wantAll=*/false);
    if (step.tokens == 0)
      break; // tern_prefill says what is missing
    done += step.tokens;
    bytes += bytesOfStep(program, step.entry.index, {1, step.tokens, 1, done});
  }
  return {bytes, std::max<std::uint64_t>(steps, 1)};
}

Result<BenchmarkCase> tern::benchmarkPrefill(const CompiledModel &model, const BenchmarkSizes &sizes) {
  if (Status status = checkRoom(model, sizes.prompt, "--prompt"); !status)
    return status.problem();
  Result<Program> program = model.program();
  if (!program)
    return program.problem();
  Result<DecoderEntries> entries = DecoderEntries::find(*program, model.path);
  if (!entries)
    return entries.problem();
  Result<SessionHandle> session = model.newSession(1, sizes.prompt);
  if (!session)
    return session.problem();
  auto [bytes, steps] = bytesOfPrompt(*program, *entries, sizes.prompt);
  BenchmarkCase result;
  result.tokens = sizes.prompt;
  result.threads = model.info.threads;
  result.bytesPerToken = static_cast<double>(bytes) / static_cast<double>(sizes.prompt);
  std::vector<TokenId> ids = someIds(sizes.prompt, model.info.vocabulary);
  Status status = repeatCase(result, sizes.repeat, bytes / steps, [&]() -> Result<double> {
    if (Status status = rewind(session->get(), 0, 0); !status)
      return status.problem();
    Stopwatch watch;
    if (Status status = prefill(session->get(), 0, ids); !status)
      return status.problem();
    return static_cast<double>(sizes.prompt) / watch.seconds();
  });
  return status ? Result<BenchmarkCase>(std::move(result)) : status.problem();
}

/// Puts every slot back to `length` tokens.
static Status fillSlots(tern_session *session, std::int64_t length, std::int64_t vocabulary) {
  for (std::int64_t slot = 0; slot != tern_session_slots(session); ++slot) {
    if (tern_session_length(session, slot) >= length && rewind(session, slot, length))
      continue;
    // A new sequence, or recurrent states, which cannot go back.
    if (Status status = rewind(session, slot, 0); !status || length == 0)
      return status;
    if (Status status = prefill(session, slot, someIds(length, vocabulary, slot)); !status)
      return status;
  }
  return Done{};
}

static Result<double> decodeRate(tern_session *session, const BenchmarkSizes &sizes, std::int64_t vocabulary) {
  if (Status status = fillSlots(session, sizes.context, vocabulary); !status)
    return status.problem();
  auto batch = static_cast<std::size_t>(tern_session_slots(session));
  std::vector<std::int64_t> slots(batch);
  std::iota(slots.begin(), slots.end(), 0);
  std::vector<TokenId> tokens(batch);
  Stopwatch watch;
  for (std::int64_t step = 0; step != sizes.decode; ++step) {
    for (std::size_t slot = 0; slot != batch; ++slot)
      tokens[slot] = static_cast<TokenId>((step * 7919 + static_cast<std::int64_t>(slot)) % vocabulary);
    tern_error error;
    if (tern_decode(session, batch, slots.data(), tokens.data(), nullptr, nullptr, &error) != TERN_OK)
      return problemOf(error);
  }
  return static_cast<double>(sizes.decode * static_cast<std::int64_t>(batch)) / watch.seconds();
}

Result<BenchmarkCase> tern::benchmarkDecode(const CompiledModel &model, const BenchmarkSizes &sizes,
                                            std::int64_t batch) {
  std::int64_t positions = sizes.context + sizes.decode;
  if (Status status = checkRoom(model, positions, "--context and --decode"); !status)
    return status.problem();
  Result<Program> program = model.program();
  if (!program)
    return program.problem();
  Result<DecoderEntries> entries = DecoderEntries::find(*program, model.path);
  if (!entries)
    return entries.problem();
  std::optional<DecoderEntry> entry = entries->decodeEntry(batch);
  if (!entry)
    return Problem{model.path, "has no entry that decodes " + std::to_string(batch) + " sequences at once",
                   "compile the model with --batch " + std::to_string(batch)};
  Result<SessionHandle> session = model.newSession(batch, positions);
  if (!session)
    return session.problem();
  BenchmarkCase result;
  result.isPrefill = false;
  result.tokens = sizes.decode;
  result.batch = batch;
  result.context = sizes.context;
  result.threads = model.info.threads;
  std::uint64_t bytes = bytesOfStep(*program, entry->index, {batch, 1, 1, sizes.context + sizes.decode / 2});
  result.bytesPerToken = static_cast<double>(bytes) / static_cast<double>(batch);
  Status status =
      repeatCase(result, sizes.repeat, bytes, [&] { return decodeRate(session->get(), sizes, model.info.vocabulary); });
  return status ? Result<BenchmarkCase>(std::move(result)) : status.problem();
}
