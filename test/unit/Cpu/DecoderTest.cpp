//===- DecoderTest.cpp - Sequences of tokens on a session -----------------===//

#include "runtime/Executor/Decoder.h"
#include "TinyModel.h"

#include <gmock/gmock.h>

using namespace tern;
using namespace tern::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

std::vector<TokenId> someIds(std::size_t count, std::int32_t start = 3) {
  std::vector<TokenId> ids;
  for (std::size_t i = 0; i != count; ++i)
    ids.push_back(static_cast<TokenId>((start + i * 5) % tinyVocabulary));
  return ids;
}

class DecoderTest : public ::testing::Test {
protected:
  void make(std::int64_t slots, std::int64_t context, TinyOptions options = {}) {
    recurrent = options.recurrent;
    std::shared_ptr<CpuModel> model = makeTinyModel(2, tinyProgram(options));
    ASSERT_NE(model, nullptr);
    Result<std::unique_ptr<Decoder>> made = Decoder::create(model, slots, context);
    ASSERT_TRUE(made) << made.problem().str();
    decoder = std::move(*made);
  }

  void expectLogits(const float *row, const std::vector<TokenId> &ids) {
    for (std::int64_t v = 0; v != tinyVocabulary; ++v)
      ASSERT_EQ(row[v], tinyLogit(ids, v, recurrent)) << "token " << v << " after " << ids.size();
  }

  bool recurrent = true;
  std::unique_ptr<Decoder> decoder;
};

} // namespace

TEST_F(DecoderTest, PromptsOfEveryLengthAndTheTokensAfterThem) {
  make(1, 256);
  for (std::size_t length : {1, 2, 8, 9, 63, 64, 65, 200}) {
    decoder->reset(0);
    std::vector<TokenId> ids = someIds(length);
    Result<LogitsView> logits = decoder->prefill(0, ids);
    ASSERT_TRUE(logits) << logits.problem().str();
    ASSERT_EQ(logits->rows, 1);
    expectLogits(logits->values, ids);
    for (TokenId next : {7, 31, 0}) {
      ids.push_back(next);
      logits = decoder->decode({{0, next}});
      ASSERT_TRUE(logits) << logits.problem().str();
      expectLogits(logits->values, ids);
    }
    EXPECT_EQ(decoder->length(0), static_cast<std::int64_t>(ids.size()));
  }
}

TEST_F(DecoderTest, ProgressIsReportedChunkByChunk) {
  make(1, 256);
  std::vector<std::int64_t> seen;
  PrefillOptions options;
  options.progress = [&](std::int64_t done, std::int64_t total) {
    EXPECT_EQ(total, 150);
    seen.push_back(done);
  };
  ASSERT_TRUE(decoder->prefill(0, someIds(150), options));
  EXPECT_THAT(seen, ElementsAre(64, 128, 150));
}

TEST_F(DecoderTest, LogitsOfAllTokensComeInOrder) {
  make(1, 256, {false});
  std::vector<TokenId> ids = someIds(30);
  std::size_t next = 0;
  PrefillOptions options;
  options.allLogits = [&](std::int64_t first, const LogitsView &logits) {
    ASSERT_EQ(static_cast<std::size_t>(first), next);
    for (std::int64_t row = 0; row != logits.rows; ++row)
      expectLogits(logits.row(row), {ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(++next)});
  };
  ASSERT_TRUE(decoder->prefill(0, ids, options));
  EXPECT_EQ(next, ids.size());
}

TEST_F(DecoderTest, SlotsKeepTheirOwnSequences) {
  make(6, 64);
  std::vector<std::vector<TokenId>> ids;
  for (std::int32_t slot = 0; slot != 6; ++slot) {
    ids.push_back(someIds(static_cast<std::size_t>(slot) + 1, slot));
    ASSERT_TRUE(decoder->prefill(slot, ids.back()));
  }
  const std::vector<std::vector<std::int64_t>> rounds = {{0, 1, 2, 3, 4, 5}, {5}, {4, 0, 2}, {1, 5}, {2, 3}, {3, 2}};
  for (const std::vector<std::int64_t> &round : rounds) {
    std::vector<SlotToken> tokens;
    for (std::int64_t slot : round) {
      tokens.push_back({slot, static_cast<TokenId>(slot * 3 + 1)});
      ids[static_cast<std::size_t>(slot)].push_back(tokens.back().token);
    }
    Result<LogitsView> logits = decoder->decode(tokens);
    ASSERT_TRUE(logits) << logits.problem().str();
    ASSERT_EQ(logits->rows, static_cast<std::int64_t>(round.size()));
    for (std::size_t i = 0; i != round.size(); ++i)
      expectLogits(logits->row(static_cast<std::int64_t>(i)), ids[static_cast<std::size_t>(round[i])]);
  }
}

TEST_F(DecoderTest, SlotsAreRoundedUpToWholeBatches) {
  make(3, 64);
  EXPECT_EQ(decoder->slots(), 3);
  EXPECT_EQ(decoder->session().size().slots, 4);
  EXPECT_THAT(decoder->prefill(3, {1}).problem().what, HasSubstr("slots 0 to 2"));
}

TEST_F(DecoderTest, AFullContextIsAProblemAndChangesNothing) {
  make(1, 100);
  EXPECT_EQ(decoder->context(), 100);
  EXPECT_EQ(decoder->session().size().capacity, 128);
  std::vector<TokenId> ids = someIds(98);
  ASSERT_TRUE(decoder->prefill(0, ids));
  Result<LogitsView> logits = decoder->prefill(0, {1, 2, 3});
  ASSERT_FALSE(logits);
  EXPECT_THAT(logits.problem().what, HasSubstr("holds 100 tokens: 98 are taken and 3 more do not fit"));
  ASSERT_TRUE(decoder->decode({{0, 1}}));
  ASSERT_TRUE(decoder->decode({{0, 1}}));
  EXPECT_FALSE(decoder->decode({{0, 1}}));
  EXPECT_EQ(decoder->length(0), 100);
}

TEST_F(DecoderTest, ABadTokenNamesTheLayer) {
  make(1, 64, {false});
  ASSERT_TRUE(decoder->prefill(0, {1, 2}));
  Result<LogitsView> logits = decoder->decode({{0, 32}});
  ASSERT_FALSE(logits);
  EXPECT_THAT(logits.problem().str(), HasSubstr("model.embed"));
  EXPECT_THAT(logits.problem().str(), HasSubstr("outside its table"));
  EXPECT_EQ(decoder->length(0), 2);
  ASSERT_TRUE(decoder->decode({{0, 3}}));
}

TEST_F(DecoderTest, CancellationKeepsFinishedChunks) {
  make(1, 256, {false});
  std::atomic<bool> cancel{false};
  PrefillOptions options;
  options.cancel = &cancel;
  options.progress = [&](std::int64_t done, std::int64_t) { cancel = done >= 64; };
  std::vector<TokenId> ids = someIds(150);
  Result<LogitsView> logits = decoder->prefill(0, ids, options);
  ASSERT_TRUE(logits);
  EXPECT_TRUE(logits->cancelled);
  EXPECT_EQ(decoder->length(0), 64);
  logits = decoder->prefill(0, {ids.begin() + 64, ids.end()});
  ASSERT_TRUE(logits);
  expectLogits(logits->values, ids);
}

TEST_F(DecoderTest, AfterACancelledStepRecurrentStatesBeginAgain) {
  make(1, 256);
  std::atomic<bool> cancel{true};
  ASSERT_TRUE(decoder->prefill(0, {1, 2}));
  Result<LogitsView> logits = decoder->decode({{0, 1}}, &cancel);
  ASSERT_TRUE(logits);
  EXPECT_TRUE(logits->cancelled);
  EXPECT_THAT(decoder->decode({{0, 1}}).problem().what, HasSubstr("recurrent"));
  decoder->reset(0);
  logits = decoder->prefill(0, {4, 5});
  ASSERT_TRUE(logits);
  expectLogits(logits->values, {4, 5});
}

TEST_F(DecoderTest, RewindForgetsTheTail) {
  make(1, 64, {false});
  ASSERT_TRUE(decoder->prefill(0, {1, 2, 3, 4}));
  EXPECT_FALSE(decoder->rewind(0, 5));
  ASSERT_TRUE(decoder->rewind(0, 2));
  Result<LogitsView> logits = decoder->decode({{0, 9}});
  ASSERT_TRUE(logits);
  expectLogits(logits->values, {1, 2, 9});
}

/// 1 KiB a position, so that a slot of 16,384 has 16 MiB.
TEST(DecoderMemory, GrowsWithTheSequenceNotWithTheContext) {
  Program program = tinyProgram({false});
  program.states[1].positionBytes = 1024;
  std::shared_ptr<CpuModel> model = makeTinyModel(1, program);
  ASSERT_NE(model, nullptr);
  std::unique_ptr<Decoder> decoder = std::move(*Decoder::create(model, 1, 16384));
  std::uint64_t before = residentBytes();
  ASSERT_TRUE(decoder->prefill(0, someIds(100)));
  EXPECT_LT(residentBytes(), before + (1u << 20));
  ASSERT_TRUE(decoder->prefill(0, someIds(9000)));
  EXPECT_LT(residentBytes(), before + (20u << 20));
}

TEST_F(DecoderTest, ASlotTwiceInOneStepIsRefused) {
  make(2, 64);
  ASSERT_TRUE(decoder->prefill(0, {1}));
  EXPECT_THAT(decoder->decode({{0, 1}, {0, 2}}).problem().what, HasSubstr("two tokens"));
}

TEST(DecoderEntries, AProgramMustHaveBothKinds) {
  Program program = tinyProgram({true, {}, {8}});
  Result<DecoderEntries> entries = DecoderEntries::find(program, "m.tern");
  ASSERT_FALSE(entries);
  EXPECT_THAT(entries.problem().what, HasSubstr("decode_1"));
}

TEST_F(DecoderTest, SizesOutOfRangeAreRefused) {
  std::shared_ptr<CpuModel> model = makeTinyModel(1);
  ASSERT_NE(model, nullptr);
  for (std::int64_t slots : {std::int64_t(0), std::int64_t(-1), std::int64_t(4097), INT64_MAX, INT64_MIN})
    EXPECT_THAT(Decoder::sessionSize(*model, slots, 64).problem().what,
                HasSubstr("1 to 4096 sequences and a context of 1 to 2147483648, asked for " + std::to_string(slots)));
  for (std::int64_t context : {std::int64_t(0), maxCapacity + 1, INT64_MAX})
    EXPECT_FALSE(Decoder::sessionSize(*model, 1, context));
  EXPECT_EQ(Decoder::sessionSize(*model, 3, 65)->slots, 4);
}

/// As many rows are read of the logits as the call asks for.
TEST(DecoderEntries, LogitsAreForEveryOutputOfEverySequence) {
  for (std::size_t dim : {0, 1})
    for (Extent extent : {Extent{-1, 0}, Extent{-1, 2}, Extent{2, 1}, Extent{0, 1}}) {
      Program program = tinyProgram();
      program.entries[3].outputs[0].shape[dim] = extent; // prefill_64, of one sequence and one output
      Result<DecoderEntries> entries = DecoderEntries::find(program, "m.tern");
      ASSERT_FALSE(entries) << dim << ", symbol " << extent.symbol;
      EXPECT_THAT(entries.problem().where, HasSubstr("prefill_64"));
      EXPECT_THAT(entries.problem().what, HasSubstr("give logits of f32[B, N, V]"));
    }
  Program program = tinyProgram();
  program.entries[3].outputs[0].shape[1] = {-1, 1}; // the number that the symbol always is
  EXPECT_TRUE(DecoderEntries::find(program, "m.tern"));
}

TEST(DecoderEntries, ADecoderOfNoSequencesIsNone) {
  Program program = tinyProgram({true, {0}, {8}});
  Result<DecoderEntries> entries = DecoderEntries::find(program, "m.tern");
  ASSERT_FALSE(entries);
  EXPECT_THAT(entries.problem().what, HasSubstr("decode_1"));
}

TEST(DecoderEntries, OtherArgumentsAreRefused) {
  Program program = tinyProgram();
  program.entries[0].inputs[1].format = StorageFormat::F32;
  Result<DecoderEntries> entries = DecoderEntries::find(program, "m.tern");
  ASSERT_FALSE(entries);
  EXPECT_THAT(entries.problem().where, HasSubstr("decode_1"));
}
