//===- Benchmark.cpp - Prefill and decode, timed --------------------------===//

#include "tools/tern/Benchmark.h"
#include "runtime/Cpu/ReadCeiling.h"
#include "tools/tern/Command.h"
#include "tools/tern/ProgramCost.h"

#include <algorithm>

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
static Status checkRoom(const LoadedModel &model, std::int64_t tokens, const std::string &options) {
  std::int64_t most = model.artifact().manifest().model.maxContext;
  if (tokens <= most)
    return Done{};
  return Problem{options, "ask for " + std::to_string(tokens) + " positions, and the model has " + std::to_string(most),
                 "ask for fewer"};
}

Result<BenchmarkCase> tern::benchmarkPrefill(const LoadedModel &model, const BenchmarkSizes &sizes) {
  if (Status status = checkRoom(model, sizes.prompt, "--prompt"); !status)
    return status.problem();
  const Program &program = model.executor()->program();
  Result<DecoderEntries> entries = DecoderEntries::find(program, model.artifact().path());
  if (!entries)
    return entries.problem();
  Result<std::unique_ptr<Decoder>> decoder = Decoder::create(model.executor(), 1, sizes.prompt);
  if (!decoder)
    return decoder.problem();
  std::uint64_t bytes = 0, steps = 0;
  for (std::int64_t done = 0; done < sizes.prompt; ++steps) {
    DecoderEntries::Step step = entries->prefillStep(sizes.prompt - done, /*wantAll=*/false);
    if (step.tokens == 0)
      break; // prefill() below says what is missing
    done += step.tokens;
    bytes += bytesOfStep(program, step.entry.index, {1, step.tokens, 1, done});
  }
  BenchmarkCase result;
  result.tokens = sizes.prompt;
  result.threads = model.executor()->workerCount();
  result.bytesPerToken = static_cast<double>(bytes) / static_cast<double>(sizes.prompt);
  std::vector<TokenId> ids = someIds(sizes.prompt, (*decoder)->vocabulary());
  Status status = repeatCase(result, sizes.repeat, bytes / std::max<std::uint64_t>(steps, 1), [&]() -> Result<double> {
    (*decoder)->reset(0);
    Stopwatch watch;
    Result<LogitsView> logits = (*decoder)->prefill(0, ids);
    if (!logits)
      return logits.problem();
    return static_cast<double>(sizes.prompt) / watch.seconds();
  });
  return status ? Result<BenchmarkCase>(std::move(result)) : status.problem();
}

/// Puts every slot back to `length` tokens.
static Status fillSlots(Decoder &decoder, std::int64_t length) {
  for (std::int64_t slot = 0; slot != decoder.slots(); ++slot) {
    if (decoder.length(slot) >= length && decoder.rewind(slot, length))
      continue;
    decoder.reset(slot); // a new sequence, or recurrent states, which cannot go back
    if (length == 0)
      continue;
    Result<LogitsView> read = decoder.prefill(slot, someIds(length, decoder.vocabulary(), slot));
    if (!read)
      return read.problem();
  }
  return Done{};
}

static Result<double> decodeRate(Decoder &decoder, const BenchmarkSizes &sizes) {
  if (Status status = fillSlots(decoder, sizes.context); !status)
    return status.problem();
  std::vector<SlotToken> tokens(static_cast<std::size_t>(decoder.slots()));
  Stopwatch watch;
  for (std::int64_t step = 0; step != sizes.decode; ++step) {
    for (std::size_t slot = 0; slot != tokens.size(); ++slot)
      tokens[slot] = {static_cast<std::int64_t>(slot),
                      static_cast<TokenId>((step * 7919 + static_cast<std::int64_t>(slot)) % decoder.vocabulary())};
    Result<LogitsView> logits = decoder.decode(tokens);
    if (!logits)
      return logits.problem();
  }
  return static_cast<double>(sizes.decode * decoder.slots()) / watch.seconds();
}

Result<BenchmarkCase> tern::benchmarkDecode(const LoadedModel &model, const BenchmarkSizes &sizes, std::int64_t batch) {
  std::int64_t positions = sizes.context + sizes.decode;
  if (Status status = checkRoom(model, positions, "--context and --decode"); !status)
    return status.problem();
  const Program &program = model.executor()->program();
  Result<DecoderEntries> entries = DecoderEntries::find(program, model.artifact().path());
  if (!entries)
    return entries.problem();
  std::optional<DecoderEntry> entry = entries->decodeEntry(batch);
  if (!entry)
    return Problem{model.artifact().path(), "has no entry that decodes " + std::to_string(batch) + " sequences at once",
                   "compile the model with --batch " + std::to_string(batch)};
  Result<std::unique_ptr<Decoder>> decoder = Decoder::create(model.executor(), batch, positions);
  if (!decoder)
    return decoder.problem();
  BenchmarkCase result;
  result.isPrefill = false;
  result.tokens = sizes.decode;
  result.batch = batch;
  result.context = sizes.context;
  result.threads = model.executor()->workerCount();
  std::uint64_t bytes = bytesOfStep(program, entry->index, {batch, 1, 1, sizes.context + sizes.decode / 2});
  result.bytesPerToken = static_cast<double>(bytes) / static_cast<double>(batch);
  Status status = repeatCase(result, sizes.repeat, bytes, [&] { return decodeRate(**decoder, sizes); });
  return status ? Result<BenchmarkCase>(std::move(result)) : status.problem();
}
