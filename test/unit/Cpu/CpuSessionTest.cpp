//===- CpuSessionTest.cpp - Memory and calls of one user of a model -------===//

#include "runtime/Cpu/CpuSession.h"
#include "TinyModel.h"

#include <gmock/gmock.h>

using namespace tern;
using namespace tern::testing;
using ::testing::HasSubstr;

TEST(CpuSession, TakesExactlyWhatIsPlanned) {
  std::shared_ptr<CpuModel> model = makeTinyModel(3);
  ASSERT_NE(model, nullptr);
  Result<std::unique_ptr<CpuSession>> session = CpuSession::create(model, {5, 640});
  ASSERT_TRUE(session) << session.problem().str();
  MemoryUse use = (*session)->planned();
  EXPECT_EQ(use.weights, 128u);
  EXPECT_EQ(use.arena, std::uint64_t(tiny::arenaEnd));
  EXPECT_EQ(use.scratch, 3u * 128);
  EXPECT_EQ(use.states, 5u * 640 * 4 + 128);
  EXPECT_TRUE(use == (*session)->measured());
}

TEST(CpuSession, AContextThatIsNotUsedTakesNoMemory) {
  std::shared_ptr<CpuModel> model = makeTinyModel(1);
  ASSERT_NE(model, nullptr);
  std::uint64_t before = residentBytes();
  Result<std::unique_ptr<CpuSession>> session = CpuSession::create(model, {1, std::int64_t(64) << 20});
  ASSERT_TRUE(session) << session.problem().str();
  EXPECT_GE((*session)->planned().states, std::uint64_t(256) << 20);
  EXPECT_LT(residentBytes(), before + (std::uint64_t(8) << 20));
}

TEST(CpuSession, WhatDoesNotFitIsRefusedWithWhatWould) {
  Program program = tinyProgram();
  program.states[0].positionBytes = 32768;
  std::shared_ptr<CpuModel> model = makeTinyModel(1, program);
  ASSERT_NE(model, nullptr);
  Result<std::unique_ptr<CpuSession>> session = CpuSession::create(model, {1, std::int64_t(1) << 30});
  ASSERT_FALSE(session);
  EXPECT_THAT(session.problem().what, HasSubstr("takes 32 TiB"));
  EXPECT_THAT(session.problem().remedy, HasSubstr("would fit"));
  std::int64_t fits = std::atoll(session.problem().remedy.c_str() + std::string("a context of ").size());
  ASSERT_GE(fits, 64);
  // Memory that others take meanwhile must not matter.
  EXPECT_TRUE(CpuSession::create(model, {1, fits / 128 * 64}));
}

TEST(CpuSession, SizesOutOfRangeAreRefused) {
  std::shared_ptr<CpuModel> model = makeTinyModel(1);
  ASSERT_NE(model, nullptr);
  for (SessionSize size : {SessionSize{1, 0}, SessionSize{1, 65}, SessionSize{0, 64}, SessionSize{1, -64},
                           SessionSize{1, maxCapacity + 64}, SessionSize{100000, 64}})
    EXPECT_FALSE(CpuSession::create(model, size)) << size.slots << " x " << size.capacity;
}

/// A call of an entry with inputs of the shapes [batch, tokens], [batch, positions] and [batch, 1], all of zeros.
static EntryCall callOf(std::int32_t entry, std::int64_t batch, std::int64_t tokens, std::int64_t positions) {
  static const std::vector<std::int32_t> zeros(256);
  EntryCall call;
  call.entry = entry;
  call.inputs = {{zeros.data(), {batch, tokens}}, {zeros.data(), {batch, positions}}, {zeros.data(), {batch, 1}}};
  call.sizes = {{4, 1}};
  return call;
}

TEST(CpuSession, InputsMustHaveTheSizesOfTheEntry) {
  std::shared_ptr<CpuModel> model = makeTinyModel(1);
  ASSERT_NE(model, nullptr);
  std::unique_ptr<CpuSession> session = std::move(*CpuSession::create(model, {4, 64}));
  auto call = [&](std::int64_t batch, std::int64_t tokens, std::int64_t positions) {
    return session->run(callOf(/*decode_4*/ 1, batch, tokens, positions));
  };
  EXPECT_THAT(call(3, 1, 1).problem().what, HasSubstr("the size B must be 4, is 3"));
  EXPECT_THAT(call(4, 2, 2).problem().what, HasSubstr("the size T must be 1, is 2"));
  EXPECT_THAT(call(4, 1, 2).problem().what, HasSubstr("'positions' must have the shape [B, T]"));
  EXPECT_TRUE(call(4, 1, 1));
}

/// A size of zero is one like others: an empty input is not read as far as another input, or the entry, has it.
TEST(CpuSession, EmptyInputsAreNotTakenForOthers) {
  std::shared_ptr<CpuModel> model = makeTinyModel(1);
  ASSERT_NE(model, nullptr);
  std::unique_ptr<CpuSession> session = std::move(*CpuSession::create(model, {1, 64}));
  auto problemOf = [&](std::int32_t entry, std::int64_t tokens, std::int64_t positions) {
    Result<bool> ran = session->run(callOf(entry, 1, tokens, positions));
    return ran ? "" : ran.problem().what;
  };
  constexpr std::int32_t decode1 = 0, prefill8 = 2;
  EXPECT_EQ(problemOf(prefill8, 0, 5), "input 'tokens' must have the shape [B, T], but has [1, 0]");
  EXPECT_EQ(problemOf(prefill8, 5, 0), "input 'positions' must have the shape [B, T], but has [1, 0]");
  EXPECT_EQ(problemOf(decode1, 0, 0), "input 'tokens' must have the shape [B, T], but has [1, 0]");
  EXPECT_EQ(problemOf(prefill8, 0, 0), "the size T must be 1 to 8, is 0");
}

/// The capacity is the session's, whatever a call says.
TEST(CpuSession, AnInputOfTheCapacityHasTheSessions) {
  Program program = tinyProgram();
  program.entries[0].inputs[1].shape = {{1, 1}, {0, 1}};
  std::shared_ptr<CpuModel> model = makeTinyModel(1, std::move(program));
  ASSERT_NE(model, nullptr);
  std::unique_ptr<CpuSession> session = std::move(*CpuSession::create(model, {1, 128}));
  auto run = [&](std::int64_t positions) { return session->run(callOf(/*decode_1*/ 0, 1, 1, positions)); };
  EXPECT_THAT(run(64).problem().what, HasSubstr("'positions' must have the shape [B, capacity], but has [1, 64]"));
  EXPECT_TRUE(run(128));
}

TEST(CpuSession, SlotsOutsideTheSessionAreRefused) {
  std::shared_ptr<CpuModel> model = makeTinyModel(1);
  ASSERT_NE(model, nullptr);
  std::unique_ptr<CpuSession> session = std::move(*CpuSession::create(model, {4, 64}));
  EntryCall call;
  call.firstSlot = 3;
  call.slots = 2;
  EXPECT_THAT(session->run(call).problem().what, HasSubstr("slots must lie below 4"));
  call.entry = 99;
  EXPECT_THAT(session->run(call).problem().what, HasSubstr("no entry 99"));
}

TEST(CpuModel, CodeOfAnotherProgramIsRefused) {
  Program program = tinyProgram();
  Result<std::shared_ptr<CpuModel>> model =
      CpuModel::create({program, KernelLibrary(std::vector<TernKernel>{}), {}, nullptr, "m.tern"}, 1);
  ASSERT_FALSE(model);
  EXPECT_THAT(model.problem().what, HasSubstr("3 kernels"));
}
