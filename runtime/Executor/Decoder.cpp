//===- Decoder.cpp - Sequences of tokens on a session ---------------------===//

#include "runtime/Executor/Decoder.h"
#include "runtime/Executor/SessionPlan.h"

#include <algorithm>
#include <cstring>

using namespace tern;

Result<SessionSize> Decoder::sessionSize(const ExecutorModel &model, std::int64_t slots, std::int64_t context) {
  Result<DecoderEntries> entries = DecoderEntries::find(model.program(), model.where());
  if (!entries)
    return entries.problem();
  if (slots < 1 || slots > maxSlots || context < 1 || context > maxCapacity)
    return Problem{model.where(),
                   "a session must have 1 to " + std::to_string(maxSlots) + " sequences and a context of 1 to " +
                       std::to_string(maxCapacity) + ", asked for " + std::to_string(slots) + " and " +
                       std::to_string(context),
                   ""};
  // Rows of a call are neighbouring slots, so there are slots for whole batches; unused ones stay untouched pages.
  std::int64_t batch = entries->batchFor(slots);
  return SessionSize{(slots + batch - 1) / batch * batch, (context + 63) / 64 * 64};
}

Result<std::unique_ptr<Decoder>> Decoder::create(const std::shared_ptr<ExecutorModel> &model, std::int64_t slots,
                                                 std::int64_t context) {
  Result<SessionSize> size = sessionSize(*model, slots, context);
  if (!size)
    return size.problem();
  Result<DecoderEntries> entries = DecoderEntries::find(model->program(), model->where());
  Result<std::unique_ptr<ExecutorSession>> session = model->newSession(*size);
  if (!session)
    return session.problem();
  return std::unique_ptr<Decoder>(new Decoder(std::move(*entries), std::move(*session), slots, context));
}

bool Decoder::hasRecurrentStates() const {
  const std::vector<ProgramState> &states = memory->model().program().states;
  return std::any_of(states.begin(), states.end(), [](const ProgramState &state) { return state.fixedBytes != 0; });
}

void Decoder::reset(std::int64_t slot) {
  sequences[static_cast<std::size_t>(slot)] = {};
  memory->clearSlot(slot);
}

Status Decoder::rewind(std::int64_t slot, std::int64_t length) {
  if (Status status = checkSlot(slot, 0); !status)
    return status;
  Sequence &sequence = sequences[static_cast<std::size_t>(slot)];
  std::int64_t held = this->length(slot);
  if (length < 0 || length > held)
    return Problem{
        "slot " + std::to_string(slot),
        "can go back to at most its " + std::to_string(held) + " tokens, asked for " + std::to_string(length), ""};
  if (length == 0)
    reset(slot);
  else if (length != held && hasRecurrentStates())
    return Problem{"slot " + std::to_string(slot), "a model with recurrent states cannot go back to an earlier token",
                   "begin the sequence again"};
  sequence.ids.resize(static_cast<std::size_t>(length));
  return Done{};
}

/// Whether `more` tokens can follow in `slot`.
Status Decoder::checkSlot(std::int64_t slot, std::int64_t more) const {
  std::string where = "slot " + std::to_string(slot);
  if (slot < 0 || slot >= slots())
    return Problem{where, "the session has slots 0 to " + std::to_string(slots() - 1), ""};
  if (sequences[static_cast<std::size_t>(slot)].broken && more != 0)
    return Problem{where, "a step ended inside, and the model's recurrent states cannot go back",
                   "begin the sequence again"};
  if (more > context() - length(slot))
    return Problem{where,
                   "the context holds " + std::to_string(context()) + " tokens: " + std::to_string(length(slot)) +
                       " are taken and " + std::to_string(more) + " more do not fit",
                   "ask for a longer context or shorten the prompt"};
  return Done{};
}

void Decoder::breakSequence(std::int64_t slot) {
  sequences[static_cast<std::size_t>(slot)].broken = hasRecurrentStates();
}

/// The positions that the call on the input vectors, and `more` steps after it, are said to reach to.
std::int64_t Decoder::reachOf(const DecoderEntry &entry, std::int64_t more) const {
  std::int64_t reach = std::int64_t{1} + more + *std::max_element(positionInput.begin(), positionInput.end());
  std::int64_t step = memory->model().reachStep(), rounded = (reach + step - 1) / step * step;
  return std::max(reach, std::min({rounded, memory->size().capacity, entry.reach.max}));
}

/// A call of an entry on the input vectors, which `more` steps follow.
EntryCall Decoder::makeCall(const DecoderEntry &entry, std::int64_t firstSlot, std::int64_t batch, std::int64_t tokens,
                            std::int64_t outputs, std::int64_t more, const std::atomic<bool> *cancel) const {
  EntryCall call;
  call.entry = entry.index;
  call.inputs = {{tokenInput.data(), {batch, tokens}},
                 {positionInput.data(), {batch, tokens}},
                 {outputInput.data(), {batch, outputs}}};
  if (entries.reachSymbol() >= 0)
    call.sizes = {{entries.reachSymbol(), reachOf(entry, more)}};
  call.firstSlot = firstSlot;
  call.slots = batch;
  call.cancel = cancel;
  return call;
}

Result<bool> Decoder::call(const DecoderEntry &entry, std::int64_t firstSlot, std::int64_t batch, std::int64_t tokens,
                           std::int64_t outputs, const std::atomic<bool> *cancel) {
  return memory->run(makeCall(entry, firstSlot, batch, tokens, outputs, 0, cancel));
}

Result<bool> Decoder::prefillChunk(std::int64_t slot, const TokenId *ids, const DecoderEntries::Step &step,
                                   bool wantAll, const std::atomic<bool> *cancel) {
  std::int64_t first = length(slot);
  std::int64_t outputs = wantAll ? step.tokens : std::max<std::int64_t>(1, step.entry.outputs.min);
  tokenInput.assign(ids, ids + step.tokens);
  positionInput.resize(static_cast<std::size_t>(step.tokens));
  outputInput.resize(static_cast<std::size_t>(outputs));
  for (std::int64_t i = 0; i != step.tokens; ++i)
    positionInput[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(first + i);
  for (std::int64_t i = 0; i != outputs; ++i)
    outputInput[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(wantAll ? i : step.tokens - 1);
  Result<bool> finished = call(step.entry, slot, 1, step.tokens, outputs, cancel);
  std::vector<TokenId> &held = sequences[static_cast<std::size_t>(slot)].ids;
  if (finished && *finished)
    held.insert(held.end(), ids, ids + step.tokens); // prefill() made room
  else
    breakSequence(slot);
  return finished;
}

Result<LogitsView> Decoder::prefill(std::int64_t slot, const std::vector<TokenId> &ids, const PrefillOptions &options) {
  auto total = static_cast<std::int64_t>(ids.size());
  if (Status status = checkSlot(slot, total); !status)
    return status.problem();
  if (total == 0)
    return Problem{"slot " + std::to_string(slot), "a prompt must have at least one token", ""};
  memory->expectPositions(slot, length(slot) + total);
  sequences[static_cast<std::size_t>(slot)].ids.reserve(static_cast<std::size_t>(length(slot) + total));
  bool wantAll = static_cast<bool>(options.allLogits);
  LogitsView logits{nullptr, 0, vocabulary(), false};
  for (std::int64_t done = 0; done != total;) {
    DecoderEntries::Step step = entries.prefillStep(total - done, wantAll);
    if (step.tokens == 0)
      return Problem{memory->model().where(),
                     "no entry takes " + std::to_string(total - done) + " tokens of one sequence", ""};
    Result<bool> finished = prefillChunk(slot, ids.data() + done, step, wantAll, options.cancel);
    if (!finished)
      return finished.problem();
    if (!*finished)
      return LogitsView{nullptr, 0, vocabulary(), true};
    TensorView output = memory->output(0);
    logits.values = static_cast<const float *>(output.data);
    logits.rows = output.shape[1];
    if (wantAll)
      options.allLogits(done, logits);
    done += step.tokens;
    if (options.progress)
      options.progress(done, total);
  }
  logits.values = logits.row(logits.rows - 1);
  logits.rows = 1;
  return logits;
}

/// The call that takes the first of `tokens`, which are sorted by slot, and most of the others along.
Decoder::Group Decoder::groupFor(const std::vector<SlotToken> &tokens) const {
  std::int64_t all = memory->size().slots;
  Group best;
  for (std::int64_t wanted = 1; wanted <= all; ++wanted) {
    std::int64_t batch = entries.batchFor(wanted);
    if (batch < wanted || batch > all)
      break;
    std::int64_t first = std::min(tokens.front().slot, all - batch);
    auto end =
        std::find_if(tokens.begin(), tokens.end(), [&](const SlotToken &token) { return token.slot >= first + batch; });
    auto count = static_cast<std::size_t>(end - tokens.begin());
    if (count > best.count)
      best = {first, batch, count};
    wanted = batch;
  }
  return best;
}

/// Makes the input vectors of the first `group.count` of `tokens`, and room for them and `more` that follow each.
void Decoder::fillInputs(const Group &group, const std::vector<SlotToken> &tokens, std::int64_t more) {
  auto rows = static_cast<std::size_t>(group.batch);
  tokenInput.assign(rows, 0);
  positionInput.assign(rows, -1);
  outputInput.assign(rows, 0);
  for (std::size_t i = 0; i != group.count; ++i) {
    auto row = static_cast<std::size_t>(tokens[i].slot - group.firstSlot);
    tokenInput[row] = tokens[i].token;
    positionInput[row] = static_cast<std::int32_t>(length(tokens[i].slot));
    memory->expectPositions(tokens[i].slot, length(tokens[i].slot) + 1 + more);
    // Before the step, for after it nothing may fail.
    std::vector<TokenId> &held = sequences[static_cast<std::size_t>(tokens[i].slot)].ids;
    std::size_t needed = held.size() + 1 + static_cast<std::size_t>(more);
    if (needed > held.capacity())
      held.reserve(std::max({std::size_t{64}, 2 * held.size(), needed}));
  }
}

/// Decodes the first `group.count` of `tokens`.
Result<bool> Decoder::decodeGroup(const Group &group, const std::vector<SlotToken> &tokens,
                                  const std::atomic<bool> *cancel) {
  fillInputs(group, tokens, 0);
  Result<bool> finished = call(*entries.decodeEntry(group.batch), group.firstSlot, group.batch, 1, 1, cancel);
  for (std::size_t i = 0; i != group.count; ++i)
    if (finished && *finished)
      sequences[static_cast<std::size_t>(tokens[i].slot)].ids.push_back(tokens[i].token);
    else
      breakSequence(tokens[i].slot);
  return finished;
}

/// No slot twice, and room in each.
Status Decoder::checkTokens(const std::vector<SlotToken> &tokens) const {
  std::vector<bool> named(sequences.size());
  for (const SlotToken &token : tokens) {
    if (Status status = checkSlot(token.slot, 1); !status)
      return status;
    if (named[static_cast<std::size_t>(token.slot)])
      return Problem{"slot " + std::to_string(token.slot), "is given two tokens in one step", ""};
    named[static_cast<std::size_t>(token.slot)] = true;
  }
  return Done{};
}

Result<LogitsView> Decoder::decode(const std::vector<SlotToken> &tokens, const std::atomic<bool> *cancel) {
  if (isEncoder())
    return Problem{memory->model().where(), "gives embeddings, and has no entry to decode with", ""};
  if (Status status = checkTokens(tokens); !status)
    return status.problem();
  std::vector<SlotToken> left = tokens;
  std::sort(left.begin(), left.end(), [](const SlotToken &a, const SlotToken &b) { return a.slot < b.slot; });
  auto width = static_cast<std::size_t>(vocabulary());
  LogitsView logits{nullptr, static_cast<std::int64_t>(tokens.size()), vocabulary(), false};
  while (!left.empty()) {
    Group group = groupFor(left);
    Result<bool> finished = decodeGroup(group, left, cancel);
    if (!finished)
      return finished.problem();
    if (!*finished)
      return LogitsView{nullptr, 0, vocabulary(), true};
    const auto *values = static_cast<const float *>(memory->output(0).data);
    auto rowOf = [&](const SlotToken &token) { return token.slot - group.firstSlot; };

    bool inPlace = left.size() == tokens.size() && tokens.size() == group.count;
    for (std::size_t i = 0; inPlace && i != tokens.size(); ++i)
      inPlace = rowOf(tokens[i]) == rowOf(tokens[0]) + static_cast<std::int64_t>(i);
    if (inPlace) {
      logits.values = values + static_cast<std::size_t>(rowOf(tokens[0])) * width;
      return logits;
    }
    gathered.resize(tokens.size() * width);
    for (std::size_t i = 0; i != tokens.size(); ++i)
      if (tokens[i].slot >= left.front().slot && rowOf(tokens[i]) < group.batch)
        std::memcpy(gathered.data() + i * width, values + static_cast<std::size_t>(rowOf(tokens[i])) * width,
                    width * sizeof(float));
    left.erase(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(group.count));
  }
  logits.values = gathered.data();
  return logits;
}

Result<std::int64_t> Decoder::decodeGreedily(std::vector<SlotToken> tokens, std::int64_t count,
                                             const std::function<bool(const std::vector<TokenId> &next)> &take,
                                             const std::atomic<bool> *cancel) {
  if (isEncoder() || hasRecurrentStates() || tokens.empty()) // what steps too many leave in states stays there
    return 0;
  if (Status status = checkTokens(tokens); !status)
    return status.problem();
  std::vector<SlotToken> sorted = tokens;
  std::sort(sorted.begin(), sorted.end(), [](const SlotToken &a, const SlotToken &b) { return a.slot < b.slot; });
  Group group = groupFor(sorted);
  DecoderEntry entry = *entries.decodeEntry(group.batch);
  for (const SlotToken &token : tokens)
    count = std::min({count, context() - length(token.slot), entry.reach.max - length(token.slot)});
  if (group.count != tokens.size() || count < 1)
    return 0;
  fillInputs(group, sorted, count - 1);
  std::vector<TokenId> next(tokens.size());
  GreedySteps steps;
  steps.count = count;
  steps.take = [&](const TokenId *rows) {
    for (std::size_t i = 0; i != tokens.size(); ++i) {
      sequences[static_cast<std::size_t>(tokens[i].slot)].ids.push_back(tokens[i].token);
      tokens[i].token = next[i] = rows[tokens[i].slot - group.firstSlot];
    }
    return take(next);
  };
  return memory->decodeGreedily(makeCall(entry, group.firstSlot, group.batch, 1, 1, count - 1, cancel), steps);
}
