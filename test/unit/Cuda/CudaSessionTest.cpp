//===- CudaSessionTest.cpp - Calls on the fake GPU ------------------------===//

#include "runtime/Cuda/CudaSession.h"

#include "CudaTesting.h"
#include "runtime/Executor/Decoder.h"

#include <numeric>

using namespace tern;
using namespace tern::testing;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

namespace {

std::vector<TokenId> someIds(std::size_t count, std::int32_t start = 3) {
  std::vector<TokenId> ids;
  for (std::size_t i = 0; i != count; ++i)
    ids.push_back(static_cast<TokenId>((start + static_cast<std::int32_t>(i) * 5) % tinyVocabulary));
  return ids;
}

/// Tokens of one call of the tiny model, kept as long as the call needs them.
struct TinyCall {
  TinyCall(std::int32_t entry, std::vector<std::int32_t> ids, std::int64_t firstPosition, std::int64_t slot = 0)
      : tokens(std::move(ids)), positions(tokens.size()) {
    std::iota(positions.begin(), positions.end(), static_cast<std::int32_t>(firstPosition));
    outputs = {static_cast<std::int32_t>(tokens.size()) - 1};
    auto count = static_cast<std::int64_t>(tokens.size());
    call.entry = entry;
    call.inputs = {{tokens.data(), {1, count}}, {positions.data(), {1, count}}, {outputs.data(), {1, 1}}};
    call.sizes = {{4, 64}};
    call.firstSlot = slot;
  }
  TinyCall(const TinyCall &) = delete;

  std::vector<std::int32_t> tokens, positions, outputs;
  EntryCall call;
};

class CudaSessionTest : public CudaTest {
protected:
  void make(SessionSize size = {1, 64}, TinyOptions options = {}) {
    TinyVariant variant;
    variant.program = tinyGpuProgram(options);
    Result<std::shared_ptr<ExecutorModel>> loaded = load(variant);
    ASSERT_TRUE(loaded) << loaded.problem().str();
    model = *loaded;
    Result<std::unique_ptr<ExecutorSession>> made = model->newSession(size);
    ASSERT_TRUE(made) << made.problem().str();
    session = std::move(*made);
  }
  void TearDown() override {
    session.reset();
    model.reset();
    CudaTest::TearDown();
  }

  static void expectLogits(const float *row, const std::vector<TokenId> &ids, bool recurrent = true) {
    for (std::int64_t v = 0; v != tinyVocabulary; ++v)
      ASSERT_EQ(row[v], tinyLogit(ids, v, recurrent)) << "token " << v << " after " << ids.size();
  }
  const float *logits() const { return static_cast<const float *>(session->output(0).data); }

  std::shared_ptr<ExecutorModel> model;
  std::unique_ptr<ExecutorSession> session;
};

constexpr std::int32_t decode1 = 0, prefill8 = 2;

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

TEST_F(CudaSessionTest, ComputesWhatTheModelIs) {
  make();
  Result<bool> ran = session->run(TinyCall(prefill8, {4, 5, 6}, 0).call);
  ASSERT_TRUE(ran) << ran.problem().str();
  EXPECT_TRUE(*ran);
  EXPECT_EQ(session->output(0).shape, (std::vector<std::int64_t>{1, 1, tinyVocabulary}));
  expectLogits(logits(), {4, 5, 6});
  EXPECT_THAT(fakeCuda().launches, ::testing::ElementsAre("tern_append", "tern_accumulate", "tern_logits"));
}

TEST_F(CudaSessionTest, DecodersRunOnIt) {
  make();
  session.reset();
  Result<std::unique_ptr<Decoder>> decoder = Decoder::create(model, 6, 256);
  ASSERT_TRUE(decoder) << decoder.problem().str();
  for (std::size_t length : {1, 8, 9, 64, 65, 200}) {
    (*decoder)->reset(1);
    std::vector<TokenId> ids = someIds(length);
    Result<LogitsView> view = (*decoder)->prefill(1, ids);
    ASSERT_TRUE(view) << view.problem().str();
    expectLogits(view->values, ids);
    for (TokenId next : {7, 31, 0, 2}) {
      ids.push_back(next);
      view = (*decoder)->decode({{1, next}});
      ASSERT_TRUE(view) << view.problem().str();
      expectLogits(view->values, ids);
    }
  }
}

/// All the way: an artifact with a cubin that this driver cannot load, compiled from its source.
TEST_F(CudaSessionTest, SourceRunsByEmulation) {
  TinyVariant variant;
  variant.source = contentsOf(TERN_TEST_DIR "/TinyKernels.cu");
  variant.code = "a cubin of a real GPU";
  fakeCuda().nvrtcCubin.clear();
  Result<std::shared_ptr<ExecutorModel>> loaded = load(variant);
  ASSERT_TRUE(loaded) << loaded.problem().str();
  Result<std::unique_ptr<ExecutorSession>> made = (*loaded)->newSession({1, 64});
  ASSERT_TRUE(made);
  ASSERT_TRUE((*made)->run(TinyCall(prefill8, {4, 5, 6}, 0).call));
  expectLogits(static_cast<const float *>((*made)->output(0).data), {4, 5, 6});
}

TEST_F(CudaSessionTest, SlotsKeepTheirOwnSequences) {
  make();
  session.reset();
  Result<std::unique_ptr<Decoder>> decoder = Decoder::create(model, 6, 64);
  ASSERT_TRUE(decoder) << decoder.problem().str();
  std::vector<std::vector<TokenId>> ids;
  for (std::int32_t slot = 0; slot != 6; ++slot) {
    ids.push_back(someIds(static_cast<std::size_t>(slot) + 1, slot));
    ASSERT_TRUE((*decoder)->prefill(slot, ids.back()));
  }
  const std::vector<std::vector<std::int64_t>> rounds = {{0, 1, 2, 3, 4, 5}, {5}, {4, 0, 2}, {1, 5}, {2, 3}, {3, 2}};
  for (const std::vector<std::int64_t> &round : rounds) {
    std::vector<SlotToken> tokens;
    for (std::int64_t slot : round) {
      tokens.push_back({slot, static_cast<TokenId>(slot * 3 + 1)});
      ids[static_cast<std::size_t>(slot)].push_back(tokens.back().token);
    }
    Result<LogitsView> view = (*decoder)->decode(tokens);
    ASSERT_TRUE(view) << view.problem().str();
    for (std::size_t i = 0; i != round.size(); ++i)
      expectLogits(view->row(static_cast<std::int64_t>(i)), ids[static_cast<std::size_t>(round[i])]);
  }
}

TEST_F(CudaSessionTest, SessionsOfOneModelDoNotMeet) {
  make();
  Result<std::unique_ptr<ExecutorSession>> other = model->newSession({2, 128});
  ASSERT_TRUE(other);
  ASSERT_TRUE(session->run(TinyCall(prefill8, {1, 2}, 0).call));
  ASSERT_TRUE((*other)->run(TinyCall(prefill8, {9, 8, 7}, 0, 1).call));
  ASSERT_TRUE(session->run(TinyCall(decode1, {3}, 2).call));
  expectLogits(logits(), {1, 2, 3});
  expectLogits(static_cast<const float *>((*other)->output(0).data), {9, 8, 7});
}

TEST_F(CudaSessionTest, AClearedSlotBeginsAnewAndOthersDoNot) {
  make({2, 64});
  for (std::int64_t slot : {0, 1})
    ASSERT_TRUE(session->run(TinyCall(prefill8, {4, 5}, 0, slot).call));
  session->clearSlot(1);
  ASSERT_TRUE(session->run(TinyCall(prefill8, {6}, 0, 1).call));
  expectLogits(logits(), {6});
  ASSERT_TRUE(session->run(TinyCall(decode1, {6}, 2, 0).call));
  expectLogits(logits(), {4, 5, 6});
}

TEST_F(CudaSessionTest, LaunchesWithoutTasksAreLeftOut) {
  make({1, 64}, {false});
  ASSERT_TRUE(session->run(TinyCall(prefill8, {4, 5}, 0).call));
  expectLogits(logits(), {4, 5}, false);
  EXPECT_THAT(fakeCuda().launches, Each(Not("tern_accumulate")));
}

TEST_F(CudaSessionTest, CallsThatDoNotFitAreRefused) {
  make();
  EntryCall call;
  call.entry = 9;
  EXPECT_THAT(session->run(call).problem().what, HasSubstr("there is no entry 9"));
  EXPECT_THAT(session->run(TinyCall(prefill8, {1}, 0, 1).call).problem().what, HasSubstr("slots must lie below 1"));
  EXPECT_THAT(session->run(TinyCall(decode1, {1, 2}, 0).call).problem().what, HasSubstr("the size T must be 1, is 2"));
}

//===----------------------------------------------------------------------===//
// Greedy steps
//===----------------------------------------------------------------------===//

class GreedyStepsTest : public CudaSessionTest {
protected:
  /// Slots with prompts, and each one's next token.
  void begin(const std::vector<std::size_t> &lengths, std::int64_t context = 192) {
    make({1, 64}, {false});
    session.reset();
    Result<std::unique_ptr<Decoder>> made = Decoder::create(model, 6, context);
    ASSERT_TRUE(made) << made.problem().str();
    decoder = std::move(*made);
    for (std::size_t slot = 0; slot != lengths.size(); ++slot) {
      if (lengths[slot] == 0)
        continue;
      auto index = static_cast<std::int64_t>(slot);
      Result<LogitsView> view = decoder->prefill(index, someIds(lengths[slot], static_cast<std::int32_t>(slot)));
      ASSERT_TRUE(view) << view.problem().str();
      next.push_back({index, largest(view->values)});
    }
    // The first call of an entry is one by itself.
    ASSERT_TRUE(decoder->decode(next));
    for (const SlotToken &token : next)
      ASSERT_TRUE(decoder->rewind(token.slot, decoder->length(token.slot) - 1));
  }

  static TokenId largest(const float *row) {
    return static_cast<TokenId>(std::max_element(row, row + tinyVocabulary) - row);
  }
  /// What follows `ids`, by the definition of the model.
  static TokenId tokenAfter(const std::vector<TokenId> &ids) {
    std::vector<float> row;
    for (std::int64_t v = 0; v != tinyVocabulary; ++v)
      row.push_back(tinyLogit(ids, v, false));
    return largest(row.data());
  }

  Result<std::int64_t> decode(std::int64_t count, std::int64_t stopAfter = -1,
                              const std::atomic<bool> *cancel = nullptr) {
    return decoder->decodeGreedily(
        next, count,
        [&](const std::vector<TokenId> &tokens) {
          taken.push_back(tokens);
          return static_cast<std::int64_t>(taken.size()) != stopAfter;
        },
        cancel);
  }

  /// Each slot holds what it did and what was taken, but for the last, and every token follows those before it.
  void expectSequences(const std::vector<std::size_t> &lengths) {
    for (std::size_t i = 0; i != next.size(); ++i) {
      auto slot = static_cast<std::size_t>(next[i].slot);
      std::vector<TokenId> expected = someIds(lengths[slot], static_cast<std::int32_t>(slot));
      expected.push_back(next[i].token);
      for (const std::vector<TokenId> &tokens : taken) {
        EXPECT_EQ(tokens[i], tokenAfter(expected)) << "slot " << slot << " after " << expected.size();
        expected.push_back(tokens[i]);
      }
      expected.pop_back();
      EXPECT_EQ(decoder->ids(next[i].slot), expected);
    }
  }

  std::unique_ptr<Decoder> decoder;
  std::vector<SlotToken> next;
  std::vector<std::vector<TokenId>> taken;
  void TearDown() override {
    decoder.reset();
    CudaSessionTest::TearDown();
  }
};

TEST_F(GreedyStepsTest, GiveWhatDecodingGives) {
  begin({5});
  Result<std::int64_t> steps = decode(100);
  ASSERT_TRUE(steps) << steps.problem().str();
  EXPECT_EQ(*steps, 100);
  expectSequences({5});
  // And the host goes on from there.
  std::vector<TokenId> ids = decoder->ids(0);
  ids.push_back(taken.back()[0]);
  Result<LogitsView> view = decoder->decode({{0, ids.back()}});
  ASSERT_TRUE(view);
  expectLogits(view->values, ids, false);
}

TEST_F(GreedyStepsTest, OfSeveralSlotsWithEmptyOnesBetween) {
  begin({5, 0, 2, 9});
  Result<std::int64_t> steps = decode(20);
  ASSERT_TRUE(steps) << steps.problem().str();
  EXPECT_EQ(*steps, 20);
  expectSequences({5, 0, 2, 9});
}

TEST_F(GreedyStepsTest, AreOneLaunchEachAndCopyNothing) {
  begin({5});
  ASSERT_TRUE(decode(2));
  fakeCuda().calls.clear();
  ASSERT_TRUE(decoder->rewind(0, 5));
  ASSERT_TRUE(decode(50));
  EXPECT_EQ(fakeCuda().calls["cuGraphLaunch"], 50);
  EXPECT_EQ(fakeCuda().calls["cuLaunchKernelEx"], 0);
  EXPECT_EQ(fakeCuda().calls["cuMemcpyDtoHAsync_v2"], 2); // at the end: what launches reported, and the last logits
  EXPECT_EQ(fakeCuda().calls["cuMemAlloc_v2"] + fakeCuda().calls["cuMemAllocHost_v2"], 0);
}

TEST_F(GreedyStepsTest, EndWhenToldWithAFewOnTheirWay) {
  begin({5});
  Result<std::int64_t> steps = decode(100, 7);
  ASSERT_TRUE(steps);
  EXPECT_EQ(*steps, 7);
  expectSequences({5});
  taken.clear();
  next[0].token = tokenAfter(decoder->ids(0));
  std::vector<TokenId> before = decoder->ids(0);
  ASSERT_TRUE(decode(3));
  before.push_back(next[0].token);
  EXPECT_EQ(taken[0][0], tokenAfter(before));
}

TEST_F(GreedyStepsTest, EndWithTheContext) {
  begin({5}, 64);
  Result<std::int64_t> steps = decode(1000);
  ASSERT_TRUE(steps);
  EXPECT_EQ(*steps, 59);
  EXPECT_EQ(decoder->length(0), 64);
}

TEST_F(GreedyStepsTest, EndWhenCancelled) {
  begin({5});
  std::atomic<bool> cancel{true};
  Result<std::int64_t> steps = decode(100, -1, &cancel);
  ASSERT_TRUE(steps);
  EXPECT_EQ(*steps, 0);
  EXPECT_EQ(decoder->length(0), 5);
}

TEST_F(GreedyStepsTest, AreNoneOfModelsWhoseStatesCannotGoBack) {
  make();
  session.reset();
  Result<std::unique_ptr<Decoder>> made = Decoder::create(model, 1, 64);
  ASSERT_TRUE(made);
  ASSERT_TRUE((*made)->prefill(0, {1, 2}));
  ASSERT_TRUE((*made)->decode({{0, 3}}));
  Result<std::int64_t> steps = (*made)->decodeGreedily({{0, 4}}, 5, [](const std::vector<TokenId> &) { return true; });
  ASSERT_TRUE(steps);
  EXPECT_EQ(*steps, 0);
}

TEST_F(GreedyStepsTest, ProblemsOfKernelsAreReported) {
  begin({5});
  next[0].token = 99; // outside the vocabulary
  Result<std::int64_t> steps = decode(10);
  ASSERT_FALSE(steps);
  EXPECT_THAT(steps.problem().str(), HasSubstr("model.embed"));
  EXPECT_THAT(taken, IsEmpty());
  next[0].token = 3; // and are gone afterwards
  ASSERT_TRUE(decode(4));
  expectSequences({5});
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

TEST_F(CudaSessionTest, PlannedIsMeasuredIsAskedFor) {
  make({3, 192});
  EXPECT_EQ(session->planned(), session->measured());
  EXPECT_EQ(session->planned().total(), fakeCuda().allocated);
  EXPECT_EQ(session->planned(), *model->plan({3, 192}));
  int before = fakeCuda().calls["cuMemAlloc_v2"];
  std::uint64_t allocated = fakeCuda().allocated;
  for (int i = 0; i != 10; ++i)
    ASSERT_TRUE(session->run(TinyCall(decode1, {3}, i).call));
  EXPECT_EQ(fakeCuda().calls["cuMemAlloc_v2"], before);
  EXPECT_EQ(fakeCuda().allocated, allocated);
  EXPECT_EQ(fakeCuda().pinned, 1u);
}

TEST_F(CudaSessionTest, ASessionThatDoesNotFitIsRefusedWithTheContextThatWould) {
  make();
  fakeCuda().devices[0].memory = std::uint64_t(16) << 20;
  Result<std::unique_ptr<ExecutorSession>> large = model->newSession({4, 1 << 20});
  ASSERT_FALSE(large);
  EXPECT_THAT(large.problem().where, HasSubstr("tiny.tern"));
  EXPECT_THAT(large.problem().what,
              HasSubstr("a context of 1048576 positions for 4 sequences takes 16 MiB of GPU memory "
                        "with the weights, but only 9.9 MiB are available"));
  int fits = 0;
  ASSERT_EQ(std::sscanf(large.problem().remedy.c_str(), "a context of %d would fit", &fits), 1);
  EXPECT_TRUE(model->newSession({4, fits}));
  EXPECT_FALSE(model->newSession({4, fits + 64}));
  fakeCuda().devices[0].memory = std::uint64_t(1) << 20;
  EXPECT_EQ(model->newSession({1, 64}).problem().remedy, "no context would fit");
}

TEST_F(CudaSessionTest, AnyCallThatFailsWhileASessionIsMadeLeavesNothing) {
  make();
  std::uint64_t blocks = fakeCuda().blocks;
  for (const char *function : {"cuMemAlloc_v2", "cuMemAllocHost_v2", "cuStreamCreate", "cuMemsetD8Async"})
    for (int after : {0, 1, 2}) {
      fakeCuda().failures[function] = {after, 999};
      Result<std::unique_ptr<ExecutorSession>> made = model->newSession({1, 64});
      if (fakeCuda().failures.erase(function)) // called less often
        continue;
      ASSERT_FALSE(made) << function;
      EXPECT_THAT(made.problem().what, HasSubstr("CUDA_ERROR_UNKNOWN")) << function;
      EXPECT_EQ(fakeCuda().blocks, blocks) << function;
    }
}

//===----------------------------------------------------------------------===//
// Graphs and dependent launches
//===----------------------------------------------------------------------===//

TEST_F(CudaSessionTest, ARepeatedCallBecomesAGraph) {
  make();
  std::vector<TokenId> ids;
  for (int i = 0; i != 12; ++i) {
    ids.push_back(static_cast<TokenId>(i * 3 % tinyVocabulary));
    ASSERT_TRUE(session->run(TinyCall(decode1, {ids.back()}, i).call));
    expectLogits(logits(), ids);
  }
  EXPECT_EQ(fakeCuda().calls["cuGraphLaunch"], 11);
  EXPECT_EQ(fakeCuda().calls["cuStreamBeginCapture_v2"], 1);
  EXPECT_EQ(fakeCuda().calls["cuLaunchKernelEx"], 6);
  EXPECT_EQ(fakeCuda().graphs, 1u);
}

/// A decoder's calls are all said to reach to the end of the session, so that the first graph serves all.
TEST_F(CudaSessionTest, DecodingRepeatsGraphs) {
  make();
  session.reset();
  Result<std::unique_ptr<Decoder>> decoder = Decoder::create(model, 1, 256);
  ASSERT_TRUE(decoder) << decoder.problem().str();
  std::vector<TokenId> ids = {5};
  ASSERT_TRUE((*decoder)->prefill(0, ids));
  while (static_cast<std::int64_t>(ids.size()) != (*decoder)->context()) {
    ids.push_back(static_cast<TokenId>(ids.size() * 3 % tinyVocabulary));
    Result<LogitsView> view = (*decoder)->decode({{0, ids.back()}});
    ASSERT_TRUE(view) << view.problem().str();
    expectLogits(view->values, ids);
  }
  ASSERT_EQ(ids.size(), 256u);
  EXPECT_EQ(fakeCuda().calls["cuGraphLaunch"], 256 - 1); // A prompt of one token is decoded, too.
  EXPECT_EQ(fakeCuda().calls["cuStreamBeginCapture_v2"], 1);
}

TEST_F(CudaSessionTest, GraphsAreOfTheirSlotAndSizes) {
  make({2, 64});
  std::vector<std::vector<TokenId>> ids(2);
  for (int i = 0; i != 6; ++i)
    for (std::int64_t slot : {0, 1})
      for (int twice = 0; twice != 2; ++twice) {
        std::vector<TokenId> &own = ids[static_cast<std::size_t>(slot)];
        own.push_back(static_cast<TokenId>((i * 7 + slot + twice) % tinyVocabulary));
        ASSERT_TRUE(session->run(TinyCall(decode1, {own.back()}, i * 2 + twice, slot).call));
        expectLogits(logits(), own);
      }
  EXPECT_EQ(fakeCuda().graphs, 2u);
}

TEST_F(CudaSessionTest, OnlyTheFirstCallOfAnEntryIsMarked) {
  make();
  for (std::size_t length : {3, 4, 5})
    ASSERT_TRUE(session->run(TinyCall(prefill8, someIds(length), 0).call));
  EXPECT_EQ(fakeCuda().calls["cuStreamWriteValue32_v2"], 3);
  ASSERT_TRUE(session->run(TinyCall(decode1, {1}, 5).call));
  EXPECT_EQ(fakeCuda().calls["cuStreamWriteValue32_v2"], 6);
}

/// While launches are marked none may begin early.
TEST_F(CudaSessionTest, KernelsThatWaitThemselvesMayBeginEarly) {
  make();
  ASSERT_TRUE(session->run(TinyCall(decode1, {1}, 0).call));
  EXPECT_THAT(fakeCuda().early, IsEmpty());
  ASSERT_TRUE(session->run(TinyCall(decode1, {1}, 1).call));
  ASSERT_TRUE(session->run(TinyCall(decode1, {1}, 2).call));
  EXPECT_THAT(fakeCuda().early, ::testing::ElementsAre("tern_accumulate", "tern_accumulate"));
}

//===----------------------------------------------------------------------===//
// Cancelling
//===----------------------------------------------------------------------===//

TEST_F(CudaSessionTest, ACancelledCallSaysSoAndTheNextOneRuns) {
  make();
  std::atomic<bool> cancel = true;
  for (int i = 0; i != 3; ++i) { // marked, captured, repeated
    TinyCall tiny(decode1, {1}, 0);
    tiny.call.cancel = &cancel;
    Result<bool> ran = session->run(tiny.call);
    ASSERT_TRUE(ran);
    EXPECT_FALSE(*ran);
  }
  EXPECT_THAT(fakeCuda().launches, IsEmpty());
  cancel = false;
  TinyCall tiny(decode1, {1}, 0);
  tiny.call.cancel = &cancel;
  ASSERT_TRUE(*session->run(tiny.call));
  expectLogits(logits(), {1});
}

//===----------------------------------------------------------------------===//
// Problems
//===----------------------------------------------------------------------===//

TEST_F(CudaSessionTest, WhatAKernelReportsHasItsLayer) {
  make();
  for (int i = 0; i != 3; ++i) { // marked, captured, repeated
    Result<bool> ran = session->run(TinyCall(decode1, {99}, 0).call);
    ASSERT_FALSE(ran);
    EXPECT_THAT(ran.problem().where, HasSubstr("tiny.tern: entry 'decode_1', model.embed: kernel 'append'"));
    EXPECT_EQ(ran.problem().what, "an id or index lies outside its table");
  }
  session->clearSlot(0);
  Result<bool> ran = session->run(TinyCall(decode1, {7}, 0).call);
  ASSERT_TRUE(ran) << ran.problem().str();
  expectLogits(logits(), {7});
}

TEST_F(CudaSessionTest, AKernelThatCannotStartIsNamed) {
  make();
  fakeCuda().failures["cuLaunchKernelEx"] = {2, 999};
  Result<bool> ran = session->run(TinyCall(decode1, {1}, 0).call);
  ASSERT_FALSE(ran);
  EXPECT_THAT(ran.problem().str(),
              HasSubstr("entry 'decode_1', model.head: kernel 'logits': cannot start: CUDA_ERROR_UNKNOWN"));
  session->clearSlot(0);
  EXPECT_TRUE(session->run(TinyCall(decode1, {1}, 0).call));
  expectLogits(logits(), {1});
}

TEST_F(CudaSessionTest, AGraphThatCannotBeMadeOrStartedIsAProblem) {
  make();
  ASSERT_TRUE(session->run(TinyCall(decode1, {1}, 0).call));
  for (const char *function : {"cuStreamBeginCapture_v2", "cuStreamEndCapture", "cuGraphInstantiateWithFlags",
                               "cuGraphLaunch", "cuMemcpyHtoDAsync_v2"}) {
    if (std::string(function) == "cuMemcpyHtoDAsync_v2") // a graph is there by now
      continue;
    fakeCuda().failures[function] = {0, 999};
    Result<bool> ran = session->run(TinyCall(decode1, {1}, 0).call);
    ASSERT_FALSE(ran) << function;
    EXPECT_THAT(ran.problem().str(), HasSubstr("entry 'decode_1': the call cannot start: CUDA_ERROR_UNKNOWN"));
  }
  session->clearSlot(0);
  ASSERT_TRUE(session->run(TinyCall(decode1, {1}, 0).call));
  expectLogits(logits(), {1});
}

TEST_F(CudaSessionTest, AFaultIsNamedAndEndsTheContext) {
  make();
  Result<std::unique_ptr<ExecutorSession>> other = model->newSession({1, 64});
  ASSERT_TRUE(other);
  fakeCuda().faultingKernel = "tern_accumulate";
  Result<bool> ran = session->run(TinyCall(decode1, {1}, 0).call);
  ASSERT_FALSE(ran);
  EXPECT_THAT(ran.problem().where, HasSubstr("entry 'decode_1', model.recurrence: kernel 'accumulate'"));
  EXPECT_EQ(ran.problem().what,
            "the kernel failed: CUDA_ERROR_ILLEGAL_ADDRESS, an illegal memory access was encountered");
  EXPECT_THAT(ran.problem().remedy, HasSubstr("start the program again"));
  fakeCuda().faultingKernel.clear();
  for (ExecutorSession *each : {session.get(), other->get()}) {
    ran = each->run(TinyCall(decode1, {1}, 0).call);
    ASSERT_FALSE(ran);
    EXPECT_THAT(ran.problem().what, HasSubstr("computes nothing more for this process since a kernel failed: "));
    EXPECT_THAT(ran.problem().what, HasSubstr("kernel 'accumulate'"));
    each->clearSlot(0);
  }
  EXPECT_THAT(model->newSession({1, 64}).problem().what, HasSubstr("the kernel failed"));
}

/// The device is ahead of the host: what is to be queued next is refused with the error of a kernel before.
TEST_F(CudaSessionTest, AFaultWhileLaterKernelsAreQueuedIsNamed) {
  make();
  fakeCuda().faultingKernel = "tern_append";
  fakeCuda().failures["cuLaunchKernelEx"] = {2, fakeCuda().faultCode};
  Result<bool> ran = session->run(TinyCall(decode1, {1}, 0).call);
  ASSERT_FALSE(ran);
  EXPECT_THAT(ran.problem().where, HasSubstr("entry 'decode_1', model.embed: kernel 'append'"));
  EXPECT_THAT(ran.problem().what, HasSubstr("the kernel failed: CUDA_ERROR_ILLEGAL_ADDRESS"));
  EXPECT_THAT(model->newSession({1, 64}).problem().where, HasSubstr("kernel 'append'"));
}

TEST_F(CudaSessionTest, AFaultInAGraphNamesTheEntry) {
  make();
  ASSERT_TRUE(session->run(TinyCall(decode1, {1}, 0).call));
  fakeCuda().faultingKernel = "tern_logits";
  Result<bool> ran = session->run(TinyCall(decode1, {1}, 1).call);
  ASSERT_FALSE(ran);
  EXPECT_THAT(ran.problem().str(), HasSubstr("entry 'decode_1': one of its 3 kernels failed: CUDA_ERROR_ILLEGAL"));
}

/// Once all who used the lost context are gone, the next model gets a new one.
TEST_F(CudaSessionTest, AfterAFaultTheGpuCanBeUsedAnew) {
  make();
  fakeCuda().faultingKernel = "tern_append";
  ASSERT_FALSE(session->run(TinyCall(decode1, {1}, 0).call));
  fakeCuda().faultingKernel.clear();
  session.reset();
  model.reset();
  make();
  EXPECT_TRUE(session->run(TinyCall(decode1, {1}, 0).call));
}

TEST_F(CudaSessionTest, AGridHasItsLimits) {
  TinyVariant variant;
  variant.program.entries[0].launches[2].tasks = {{{{{-1, std::int64_t(1) << 31}, 1}}, 1}};
  Result<std::shared_ptr<ExecutorModel>> loaded = load(variant);
  ASSERT_TRUE(loaded);
  Result<std::unique_ptr<ExecutorSession>> made = (*loaded)->newSession({1, 64});
  ASSERT_TRUE(made);
  EXPECT_THAT((*made)->run(TinyCall(decode1, {1}, 0).call).problem().str(),
              HasSubstr("kernel 'logits': a launch has at most 2147483647 tasks on a GPU"));
}

} // namespace
