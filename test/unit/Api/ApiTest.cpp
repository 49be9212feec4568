//===- ApiTest.cpp - The runtime in C -------------------------------------===//

#include "ApiFixture.h"

#include <atomic>
#include <cstdlib>
#include <new>

using namespace tern;
using namespace tern::testing;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

extern "C" tern_status generateFromC(const char *path, int (*show)(void *, int32_t, const char *, size_t), void *user);
extern "C" int useEverythingFromC(const char *path);

namespace {

/// Allocations of this process that are still to succeed; negative: all.
std::atomic<long> allocationsLeft{-1};

} // namespace

// The library takes memory through these, too: the program's come first.
void *operator new(std::size_t size, const std::nothrow_t &) noexcept {
  if (allocationsLeft.load(std::memory_order_relaxed) >= 0 && allocationsLeft.fetch_sub(1) <= 0) {
    allocationsLeft = 0;
    return nullptr;
  }
  return std::malloc(size ? size : 1);
}
void *operator new(std::size_t size) {
  if (void *memory = operator new(size, std::nothrow))
    return memory;
  throw std::bad_alloc();
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, std::size_t) noexcept { std::free(memory); }

namespace {

struct Heard {
  std::vector<int32_t> tokens;
  std::string text;
  int calls = 0, most = 1000;

  static int onText(void *user, int32_t token, const char *text, size_t length) {
    auto &heard = *static_cast<Heard *>(user);
    if (token >= 0)
      heard.tokens.push_back(token);
    heard.text.append(text, length);
    return ++heard.calls < heard.most;
  }
};

} // namespace

TEST_F(Api, TellsWhatTheModelIs) {
  EXPECT_EQ(tern_api_version(), uint32_t(TERN_API_VERSION));
  EXPECT_STREQ(tern_release(), "0.1.0");
  tern_model_info info{};
  info.size = sizeof(info);
  ASSERT_EQ(tern_model_get_info(model, &info, &error), TERN_OK);
  EXPECT_STREQ(info.name, "tiny");
  EXPECT_STREQ(info.architecture, "letters");
  EXPECT_STREQ(info.target, "test-cpu");
  EXPECT_STREQ(info.backend, "cpu");
  EXPECT_EQ(info.max_context, 256);
  EXPECT_EQ(info.vocabulary, tinyVocabulary);
  EXPECT_EQ(info.threads, 2u);
}

TEST_F(Api, PlansBeforeTakingAndTakesWhatWasPlanned) {
  tern_memory before{}, planned{}, measured{};
  before.size = planned.size = measured.size = sizeof(tern_memory);
  ASSERT_EQ(tern_model_plan(model, 2, 100, &before, &error), TERN_OK) << error.message;
  ASSERT_EQ(tern_session_memory(session, &planned, &measured, &error), TERN_OK) << error.message;
  EXPECT_EQ(std::memcmp(&before, &planned, sizeof(planned)), 0);
  EXPECT_EQ(std::memcmp(&planned, &measured, sizeof(planned)), 0);
  EXPECT_EQ(planned.total, planned.weights + planned.arena + planned.states + planned.scratch);
  EXPECT_GT(planned.states, 0u);
  EXPECT_EQ(tern_model_plan(model, 0, 100, &before, &error), TERN_FAILED);
  EXPECT_EQ(tern_model_plan(model, 2, 257, &before, &error), TERN_FAILED);
  EXPECT_THAT(error.message, HasSubstr("context: must be at most the model's 256, got 257"));
}

TEST_F(Api, GeneratesFromC) {
  Heard heard;
  EXPECT_EQ(generateFromC(path.c_str(), Heard::onText, &heard), TERN_OK);
  EXPECT_THAT(heard.tokens, ElementsAre(6, 6, 6));
  EXPECT_EQ(heard.text, "ggg");
}

TEST_F(Api, EveryKindOfFunctionWorksFromC) { EXPECT_EQ(useEverythingFromC(path.c_str()), 0) << "line of HeaderTest.c"; }

/// Fails the first, the second, ... allocation of a model's life, and all that follow it: each function that meets it
/// says so.
TEST_F(Api, OpeningThatRunsOutOfMemorySaysSo) {
  bool isOpen = false, isRendered = false;
  long most = 0;
  for (; !isRendered && most < 1000000; most += 1 + most / 50) {
    tern_model *own = nullptr;
    char text[32];
    int32_t ids[8];
    size_t length = 0;
    allocationsLeft = most;
    tern_status status = tern_model_open(path.c_str(), nullptr, &own, &error);
    isOpen = status == TERN_OK;
    if (isOpen)
      status = tern_tokenize(own, "ab", 2, 0, ids, 8, &length, &error);
    if (status == TERN_OK)
      status = tern_render_chat(own, R"({"messages": [{"role": "user", "content": "a"}]})", text, 32, &length, &error);
    tern_model_close(own);
    allocationsLeft = -1;
    isRendered = status == TERN_OK;
    ASSERT_TRUE(isRendered || status == TERN_FAILED) << status;
    ASSERT_EQ(own != nullptr, isOpen);
    if (!isRendered) {
      ASSERT_THAT(error.message, ::testing::AnyOf(HasSubstr("memory"), HasSubstr("Resource temporarily unavailable")));
    }
  }
  EXPECT_TRUE(isRendered);
  EXPECT_GT(most, 500);
}

/// The same for a session on a model that is open.
TEST_F(Api, SessionsThatRunOutOfMemorySaySo) {
  size_t length = 0;
  ASSERT_EQ(tern_tokenize(model, "a", 1, 0, nullptr, 0, &length, &error), TERN_BUFFER_TOO_SMALL);
  tern_generate_options options;
  tern_generate_options_init(&options, sizeof(options));
  options.max_tokens = 3;
  tern_status status = TERN_FAILED;
  long most = 0;
  for (; status != TERN_OK && most < 10000; ++most) {
    allocationsLeft = most;
    tern_session *own = nullptr;
    status = tern_session_create(model, 1, 64, &own, &error);
    if (status == TERN_OK)
      status = tern_generate_text(own, 0, "ab", 2, TERN_ADD_SPECIAL, &options, nullptr, &error);
    tern_session_destroy(own);
    allocationsLeft = -1;
    ASSERT_TRUE(status == TERN_OK || status == TERN_FAILED) << status;
    if (status == TERN_FAILED) {
      ASSERT_STREQ(error.message, "the system refuses more memory");
    }
  }
  EXPECT_EQ(status, TERN_OK);
  EXPECT_GT(most, 20);
}

TEST_F(Api, BackendsAreChosenByName) {
  tern_model_options options;
  tern_model_options_init(&options, sizeof(options));
  tern_model *other = nullptr;
  options.backend = "cpu";
  EXPECT_EQ(tern_model_open(path.c_str(), &options, &other, &error), TERN_OK) << error.message;
  tern_model_close(other);
  options.backend = "abacus";
  EXPECT_EQ(tern_model_open(path.c_str(), &options, &other, &error), TERN_FAILED);
  EXPECT_STREQ(error.message, "backend: must be one of cuda, cpu, is 'abacus'");
  options.backend = "cuda";
  EXPECT_EQ(tern_model_open(path.c_str(), &options, &other, &error), TERN_FAILED);
  EXPECT_THAT(error.message,
              HasSubstr(": the backend cuda can execute none of its code: test-cpu is for a CPU; compile "
                        "the model for it with --target"));
}

TEST_F(Api, StepsGiveLogits) {
  const float *logits = nullptr;
  std::vector<int32_t> ids = {3, 1, 4};
  ASSERT_EQ(tern_prefill(session, 1, ids.data(), ids.size(), nullptr, &logits, &error), TERN_OK) << error.message;
  EXPECT_EQ(logits[6], tinyLogit(ids, 6));
  EXPECT_EQ(tern_session_length(session, 1), 3);
  EXPECT_EQ(tern_session_length(session, 7), -1);
  ASSERT_EQ(tern_prefill(session, 0, ids.data(), 1, nullptr, nullptr, &error), TERN_OK);
  int64_t slots[] = {1, 0};
  int32_t tokens[] = {5, 9};
  ASSERT_EQ(tern_decode(session, 2, slots, tokens, nullptr, &logits, &error), TERN_OK) << error.message;
  EXPECT_EQ(logits[2], tinyLogit({3, 1, 4, 5}, 2));
  EXPECT_EQ(logits[tinyVocabulary + 2], tinyLogit({3, 9}, 2));
  ASSERT_EQ(tern_session_rewind(session, 1, 0, &error), TERN_OK) << error.message;
  EXPECT_EQ(tern_session_length(session, 1), 0);
}

TEST_F(Api, GreedyStepsTakeTheLargest) {
  std::vector<std::vector<int32_t>> ids = {{3, 1, 4}, {2}};
  for (int64_t slot : {0, 1}) {
    auto &prompt = ids[static_cast<std::size_t>(slot)];
    ASSERT_EQ(tern_prefill(session, slot, prompt.data(), prompt.size(), nullptr, nullptr, &error), TERN_OK);
  }
  int64_t slots[] = {1, 0}, taken = 0;
  int32_t tokens[] = {5, 9}, next[2 * 4];
  ASSERT_EQ(tern_decode_greedy(session, 2, slots, tokens, 4, next, &taken, nullptr, &error), TERN_OK) << error.message;
  EXPECT_EQ(taken, 4);
  for (int i : {0, 1}) {
    auto &held = ids[static_cast<std::size_t>(slots[i])];
    held.push_back(tokens[i]);
    for (int step = 0; step != 4; ++step) {
      int32_t largest = 0;
      for (int32_t v = 1; v != tinyVocabulary; ++v)
        largest = tinyLogit(held, v) > tinyLogit(held, largest) ? v : largest;
      EXPECT_EQ(next[step * 2 + i], largest);
      held.push_back(largest);
    }
    EXPECT_EQ(tern_session_length(session, slots[i]), static_cast<int64_t>(held.size()) - 1);
  }
}

TEST_F(Api, EveryTokensLogitsCanBeHad) {
  struct Seen {
    std::vector<int32_t> ids = std::vector<int32_t>(20, 2);
    int64_t next = 0;
  } seen;
  tern_prefill_options options;
  tern_prefill_options_init(&options, sizeof(options));
  options.user = &seen;
  options.on_logits = [](void *user, int64_t first, int64_t rows, const float *logits) {
    auto &seen = *static_cast<Seen *>(user);
    ASSERT_EQ(first, seen.next);
    seen.next += rows;
    // The tiny model's sum runs ahead inside a chunk; the last row of one is exact.
    const float *last = logits + (rows - 1) * tinyVocabulary;
    EXPECT_EQ(last[5], tinyLogit({seen.ids.begin(), seen.ids.begin() + seen.next}, 5));
  };
  ASSERT_EQ(tern_prefill(session, 0, seen.ids.data(), 20, &options, nullptr, &error), TERN_OK) << error.message;
  EXPECT_EQ(seen.next, 20);
}

TEST_F(Api, TextGoesThereAndBack) {
  int32_t ids[8];
  size_t length = 0;
  ASSERT_EQ(tern_tokenize(model, "cab<end>", 8, 0, ids, 8, &length, &error), TERN_OK) << error.message;
  EXPECT_THAT(std::vector<int32_t>(ids, ids + length), ElementsAre(2, 0, 1, 31));
  EXPECT_EQ(tern_tokenize(model, "cab", 3, 0, ids, 2, &length, &error), TERN_BUFFER_TOO_SMALL);
  EXPECT_EQ(length, 3u);
  char text[8];
  int32_t back[] = {2, 0, 1, 31};
  ASSERT_EQ(tern_detokenize(model, back, 4, TERN_SKIP_SPECIAL, text, sizeof(text), &length, &error), TERN_OK);
  EXPECT_STREQ(text, "cab");
  EXPECT_EQ(tern_detokenize(model, back, 4, 0, nullptr, 0, &length, &error), TERN_BUFFER_TOO_SMALL);
  EXPECT_EQ(length, 8u);
  ASSERT_EQ(tern_end_tokens(model, ids, 8, &length, &error), TERN_OK);
  EXPECT_EQ(length, 1u);
  EXPECT_EQ(ids[0], 31);
}

TEST_F(Api, ChatsAreRendered) {
  char text[32];
  size_t length = 0;
  auto render = [&](const char *request) {
    return tern_render_chat(model, request, text, sizeof(text), &length, &error);
  };
  ASSERT_EQ(render(R"({"messages": [{"role": "user", "content": "hi"}]})"), TERN_OK) << error.message;
  EXPECT_STREQ(text, "hix");
  ASSERT_EQ(render(R"({"messages": [{"role": "user", "content": "hi"}], "add_generation_prompt": false})"), TERN_OK);
  EXPECT_STREQ(text, "hi");
  EXPECT_EQ(render(R"({"mesages": []})"), TERN_FAILED);
  EXPECT_THAT(error.message, HasSubstr("'mesages'"));
  EXPECT_EQ(render("{"), TERN_FAILED);
  EXPECT_EQ(render("[]"), TERN_FAILED);
}

TEST_F(Api, GenerationStopsForEveryReason) {
  tern_generate_options options;
  tern_generate_result result{};
  result.size = sizeof(result);
  auto generate = [&] {
    EXPECT_EQ(tern_session_rewind(session, 0, 0, &error), TERN_OK);
    EXPECT_EQ(tern_generate_text(session, 0, "ab", 2, 0, &options, &result, &error), TERN_OK) << error.message;
    return result.reason;
  };
  tern_generate_options_init(&options, sizeof(options));
  options.max_tokens = 4;
  EXPECT_EQ(generate(), TERN_STOP_MAX_TOKENS);
  EXPECT_EQ(result.tokens, 4);
  EXPECT_EQ(result.prompt_tokens, 2);
  EXPECT_EQ(tern_session_length(session, 0), 5) << "the last token is not fed";

  Heard heard;
  const char *stops[] = {"ggg"};
  options.user = &heard;
  options.on_text = Heard::onText;
  options.stop_strings = stops;
  options.stop_count = 1;
  EXPECT_EQ(generate(), TERN_STOP_STRING);
  EXPECT_EQ(heard.text, "");
  options.stop_count = 0;

  heard.most = 2;
  heard.calls = 0;
  EXPECT_EQ(generate(), TERN_STOP_CANCELLED);
  EXPECT_EQ(heard.text, "gg");
  options.on_text = nullptr;

  options.max_tokens = -1;
  EXPECT_EQ(generate(), TERN_STOP_CONTEXT_END);
  EXPECT_EQ(result.tokens, 100 - 2 + 1);

  int32_t token = 31;
  double bias = 1e9;
  tern_sampler_options sampler;
  tern_sampler_options_init(&sampler, sizeof(sampler));
  sampler.bias_tokens = &token;
  sampler.bias_values = &bias;
  sampler.bias_count = 1;
  options.sampler = &sampler;
  EXPECT_EQ(generate(), TERN_STOP_END_TOKEN);
  EXPECT_STREQ(tern_stop_reason_name(result.reason), "end_token");
  options.ignore_end_tokens = 1;
  options.max_tokens = 2;
  EXPECT_EQ(generate(), TERN_STOP_MAX_TOKENS);

  tern_cancel *cancel = tern_cancel_create();
  tern_cancel_set(cancel);
  options.cancel = cancel;
  EXPECT_EQ(generate(), TERN_STOP_CANCELLED);
  tern_cancel_destroy(cancel);
}

TEST_F(Api, AContextCanBeShifted) {
  for (bool recurrent : {true, false}) {
    TinyOptions tiny;
    tiny.recurrent = recurrent;
    writeArtifact(path + "5", {}, true, tiny);
    tern_model *own = nullptr;
    tern_session *shifted = nullptr;
    ASSERT_EQ(tern_model_open((path + "5").c_str(), nullptr, &own, &error), TERN_OK) << error.message;
    ASSERT_EQ(tern_session_create(own, 1, 64, &shifted, &error), TERN_OK) << error.message;
    const int32_t prompt[] = {3, 1, 4, 1, 5, 9, 2};
    ASSERT_EQ(tern_prefill(shifted, 0, prompt, 7, nullptr, nullptr, &error), TERN_OK) << error.message;
    ASSERT_EQ(tern_session_shift(shifted, 0, 2, nullptr, &error), TERN_OK) << error.message;
    int32_t held[8];
    size_t length = 0;
    ASSERT_EQ(tern_session_ids(shifted, 0, held, 8, &length, &error), TERN_OK);
    EXPECT_THAT(std::vector<int32_t>(held, held + length), ElementsAre(3, 1, 9, 2));
    int64_t slot = 0;
    int32_t token = 7;
    const float *logits = nullptr;
    ASSERT_EQ(tern_decode(shifted, 1, &slot, &token, nullptr, &logits, &error), TERN_OK) << error.message;
    EXPECT_EQ(logits[5], tinyLogit({3, 1, 9, 2, 7}, 5, recurrent)) << "as after a prompt of those tokens";
    EXPECT_EQ(tern_session_shift(shifted, 0, 5, nullptr, &error), TERN_FAILED);
    EXPECT_THAT(error.message, HasSubstr("must keep 0 to 4 of the 5 tokens"));

    tern_generate_options options;
    tern_generate_options_init(&options, sizeof(options));
    tern_generate_result result{};
    result.size = sizeof(result);
    options.max_tokens = 200;
    options.context_shift = 1;
    options.shift_keep = -1;
    ASSERT_EQ(tern_session_rewind(shifted, 0, 0, &error), TERN_OK);
    ASSERT_EQ(tern_generate(shifted, 0, prompt, 7, &options, &result, &error), TERN_OK) << error.message;
    EXPECT_EQ(result.reason, TERN_STOP_MAX_TOKENS);
    EXPECT_EQ(result.tokens, 200);
    EXPECT_EQ(result.context_shifts, 5);
    tern_session_destroy(shifted);
    tern_model_close(own);
  }
  std::remove((path + "5").c_str());
}

TEST_F(Api, AConversationKeepsWhatItHasRead) {
  for (bool recurrent : {true, false}) {
    TinyOptions tiny;
    tiny.recurrent = recurrent;
    writeArtifact(path + "6", {}, true, tiny);
    tern_model *own = nullptr;
    tern_session *talk = nullptr;
    ASSERT_EQ(tern_model_open((path + "6").c_str(), nullptr, &own, &error), TERN_OK) << error.message;
    ASSERT_EQ(tern_session_create(own, 1, 64, &talk, &error), TERN_OK) << error.message;
    const int32_t first[] = {1, 2, 3, 4}, second[] = {1, 2, 9, 9, 9};
    ASSERT_EQ(tern_prefill(talk, 0, first, 4, nullptr, nullptr, &error), TERN_OK);
    size_t kept = 99;
    ASSERT_EQ(tern_session_keep(talk, 0, second, 5, &kept, &error), TERN_OK) << error.message;
    EXPECT_EQ(kept, recurrent ? 0u : 2u);
    EXPECT_EQ(tern_session_length(talk, 0), static_cast<int64_t>(kept));
    const float *logits = nullptr;
    ASSERT_EQ(tern_prefill(talk, 0, second + kept, 5 - kept, nullptr, &logits, &error), TERN_OK) << error.message;
    EXPECT_EQ(logits[5], tinyLogit({1, 2, 9, 9, 9}, 5, recurrent));
    ASSERT_EQ(tern_session_keep(talk, 0, second, 5, &kept, &error), TERN_OK);
    EXPECT_EQ(kept, recurrent ? 0u : 4u) << "one is left to read, for its logits";
    tern_session_destroy(talk);
    tern_model_close(own);
  }
  std::remove((path + "6").c_str());
}

TEST_F(Api, StepsCanBeCancelled) {
  tern_cancel *cancel = tern_cancel_create();
  tern_cancel_set(cancel);
  int64_t slot = 0;
  int32_t token = 1;
  const float *logits = nullptr;
  EXPECT_EQ(tern_decode(session, 1, &slot, &token, cancel, &logits, &error), TERN_CANCELLED);
  int32_t next[3];
  int64_t taken = 7;
  ASSERT_EQ(tern_session_rewind(session, 0, 0, &error), TERN_OK);
  EXPECT_EQ(tern_decode_greedy(session, 1, &slot, &token, 3, next, &taken, cancel, &error), TERN_CANCELLED);
  EXPECT_EQ(taken, 0);
  ASSERT_EQ(tern_session_rewind(session, 0, 0, &error), TERN_OK);
  tern_cancel_clear(cancel);
  EXPECT_EQ(tern_decode(session, 1, &slot, &token, cancel, &logits, &error), TERN_OK) << error.message;
  tern_cancel_destroy(cancel);
}

TEST_F(Api, SamplersDrawTheSameForTheSameSeed) {
  tern_sampler_options options;
  tern_sampler_options_init(&options, sizeof(options));
  options.temperature = 1;
  options.seed = 11;
  std::vector<float> logits(tinyVocabulary, 0.5f);
  std::vector<std::vector<int32_t>> draws(2);
  for (std::vector<int32_t> &drawn : draws) {
    tern_sampler *sampler = nullptr;
    ASSERT_EQ(tern_sampler_create(model, &options, &sampler, &error), TERN_OK) << error.message;
    for (int i = 0; i != 20; ++i) {
      drawn.push_back(0);
      ASSERT_EQ(tern_sampler_sample(sampler, logits.data(), nullptr, 0, &drawn.back(), &error), TERN_OK);
    }
    tern_sampler_destroy(sampler);
  }
  EXPECT_EQ(draws[0], draws[1]);
  EXPECT_THAT(draws[0], ::testing::Contains(::testing::Ne(draws[0][0])));
  options.top_p = 2;
  tern_sampler *sampler = nullptr;
  EXPECT_EQ(tern_sampler_create(model, &options, &sampler, &error), TERN_FAILED);
  EXPECT_THAT(error.message, HasSubstr("top_p"));
}

TEST_F(Api, SamplerOptionsReachTheSampler) {
  tern_sampler_options options;
  tern_sampler_options_init(&options, sizeof(options));
  options.temperature = 1;
  std::vector<float> logits(tinyVocabulary, 0.0f);
  const int32_t history[] = {3, 4, 9, 3, 4};
  auto draw = [&] {
    tern_sampler *sampler = nullptr;
    EXPECT_EQ(tern_sampler_create(model, &options, &sampler, &error), TERN_OK) << error.message;
    int32_t token = -1;
    EXPECT_EQ(tern_sampler_sample(sampler, logits.data(), history, std::size(history), &token, &error), TERN_OK)
        << error.message;
    tern_sampler_destroy(sampler);
    return token;
  };
  const int32_t allowed[] = {5, 9}, banned[] = {5};
  options.allowed_tokens = allowed;
  options.allowed_count = 2;
  options.banned_tokens = banned;
  options.banned_count = 1;
  EXPECT_EQ(draw(), 9);
  options.banned_count = 0;
  options.dry_multiplier = 1000; // 9 followed "3 4" before
  EXPECT_EQ(draw(), 5);
  options.dry_multiplier = 0;
  static const uint32_t only9 = 1u << 9;
  options.mask_user = &options;
  options.mask = [](void *user, const int32_t *tokens, size_t length) {
    EXPECT_EQ(length, 5u);
    EXPECT_EQ(tokens[2], 9);
    return user ? &only9 : nullptr;
  };
  EXPECT_EQ(draw(), 9);
  options.stages = "top_k";
  tern_sampler *sampler = nullptr;
  options.top_p = 0.5;
  EXPECT_EQ(tern_sampler_create(model, &options, &sampler, &error), TERN_FAILED);
  EXPECT_THAT(error.message, HasSubstr("leave out top_p"));
  options.stages = "nonsense";
  EXPECT_EQ(tern_sampler_create(model, &options, &sampler, &error), TERN_FAILED);
  EXPECT_THAT(error.message, HasSubstr("'nonsense' is no stage"));
}

TEST_F(Api, LogprobsAndSamples) {
  tern_sampler_options sampling;
  tern_sampler_options_init(&sampling, sizeof(sampling));
  sampling.temperature = 1;
  sampling.logprobs = 2;
  std::vector<float> logits(tinyVocabulary, 0.0f);
  logits[7] = 3;
  tern_sampler *sampler = nullptr;
  ASSERT_EQ(tern_sampler_create(model, &sampling, &sampler, &error), TERN_OK) << error.message;
  double logprob = 0;
  tern_token_logprob top[2];
  size_t length = 0;
  ASSERT_EQ(tern_sampler_logprobs(sampler, logits.data(), 7, &logprob, top, 2, &length, &error), TERN_OK);
  EXPECT_NEAR(logprob, 3 - std::log(std::exp(3) + tinyVocabulary - 1), 1e-5);
  ASSERT_EQ(length, 2u);
  EXPECT_EQ(top[0].token, 7);
  EXPECT_EQ(top[1].token, 0);
  tern_sampler_destroy(sampler);

  struct Seen {
    std::vector<int64_t> samples;
    size_t logprobs = 0, tokens = 0;
  } seen;
  tern_generate_options options;
  tern_generate_options_init(&options, sizeof(options));
  options.user = &seen;
  options.sampler = &sampling;
  options.max_tokens = 3;
  options.ignore_end_tokens = 1;
  options.samples = 3;
  options.on_sample = [](void *user, int64_t sample, const tern_generate_result *result) {
    static_cast<Seen *>(user)->samples.push_back(sample);
    EXPECT_EQ(result->tokens, 3);
  };
  options.on_logprobs = [](void *user, const tern_token_logprob *drawn, const tern_token_logprob *, size_t count) {
    ++static_cast<Seen *>(user)->logprobs;
    EXPECT_LE(drawn->logprob, 0);
    EXPECT_EQ(count, 2u);
  };
  options.on_text = [](void *user, int32_t token, const char *, size_t) {
    static_cast<Seen *>(user)->tokens += token >= 0;
    return 1;
  };
  const int32_t prompt[] = {1, 2};
  ASSERT_EQ(tern_generate(session, 0, prompt, 2, &options, nullptr, &error), TERN_OK) << error.message;
  EXPECT_THAT(seen.samples, ElementsAre(0, 1, 2));
  EXPECT_EQ(seen.logprobs, 9u);
  EXPECT_EQ(seen.tokens, 9u);
  EXPECT_EQ(tern_session_length(session, 0), 4); // prompt and two; the last token was not read
  options.samples = -1;
  EXPECT_EQ(tern_generate(session, 0, prompt, 2, &options, nullptr, &error), TERN_FAILED);
  EXPECT_THAT(error.message, HasSubstr("samples: must be at least 1"));
}

TEST_F(Api, BadCallsAreRefused) {
  tern_session *none = nullptr;
  EXPECT_EQ(tern_session_create(model, 1, 257, &none, &error), TERN_FAILED);
  EXPECT_THAT(error.message, HasSubstr("must be at most the model's 256"));
  EXPECT_EQ(none, nullptr);
  EXPECT_EQ(tern_session_create(model, 0, 64, &none, nullptr), TERN_FAILED);
  EXPECT_EQ(tern_session_create(nullptr, 1, 64, &none, &error), TERN_BAD_ARGUMENT);
  int32_t id = 99;
  EXPECT_EQ(tern_prefill(session, 0, &id, 1, nullptr, nullptr, &error), TERN_FAILED);
  EXPECT_THAT(error.message, HasSubstr("outside its table"));
  EXPECT_EQ(tern_prefill(session, 5, &id, 1, nullptr, nullptr, &error), TERN_BAD_ARGUMENT);
  EXPECT_EQ(tern_decode(session, 0, nullptr, nullptr, nullptr, nullptr, &error), TERN_BAD_ARGUMENT);
  tern_prefill_options options{};
  EXPECT_EQ(tern_prefill(session, 0, &id, 1, &options, nullptr, &error), TERN_BAD_ARGUMENT);
  EXPECT_THAT(error.message, HasSubstr("tern_prefill_options_init"));
  std::vector<int32_t> prompt(200, 1);
  EXPECT_EQ(tern_generate(session, 1, prompt.data(), prompt.size(), nullptr, nullptr, &error), TERN_FAILED);
  EXPECT_THAT(error.message, HasSubstr("has 200 tokens, and the context has room for"));
}

TEST_F(Api, MissingFeaturesAreNamed) {
  writeArtifact(path + "2", {"no-such-feature"});
  tern_model *none = nullptr;
  EXPECT_EQ(tern_model_open((path + "2").c_str(), nullptr, &none, &error), TERN_FAILED);
  EXPECT_THAT(error.message, HasSubstr("test-cpu needs no-such-feature"));
  tern_model_options options;
  tern_model_options_init(&options, sizeof(options));
  options.target = "sm_90a";
  EXPECT_EQ(tern_model_open(path.c_str(), &options, &none, &error), TERN_FAILED);
  EXPECT_THAT(error.message, HasSubstr("no code for the target 'sm_90a', only for test-cpu"));
  std::remove((path + "2").c_str());
}

TEST_F(Api, AModelWithoutTextStillComputes) {
  writeArtifact(path + "3", {}, false);
  tern_model *bare = nullptr;
  ASSERT_EQ(tern_model_open((path + "3").c_str(), nullptr, &bare, &error), TERN_OK) << error.message;
  size_t length = 0;
  EXPECT_EQ(tern_tokenize(bare, "a", 1, 0, nullptr, 0, &length, &error), TERN_FAILED);
  EXPECT_THAT(error.message, HasSubstr("no text side"));
  tern_session *own = nullptr;
  ASSERT_EQ(tern_session_create(bare, 1, 64, &own, &error), TERN_OK);
  int32_t id = 1;
  EXPECT_EQ(tern_prefill(own, 0, &id, 1, nullptr, nullptr, &error), TERN_OK);
  tern_session_destroy(own);
  tern_model_close(bare);
  std::remove((path + "3").c_str());
}

TEST_F(Api, DamagedFilesAreRefused) {
  std::string whole = readBytes(path);
  tern_model *none = nullptr;
  for (std::size_t size : {std::size_t(0), std::size_t(3), whole.size() / 2, whole.size() - 1}) {
    std::ofstream(path + "4", std::ios::binary) << whole.substr(0, size);
    EXPECT_EQ(tern_model_open((path + "4").c_str(), nullptr, &none, &error), TERN_FAILED) << size;
    EXPECT_EQ(none, nullptr);
  }
  std::remove((path + "4").c_str());
  EXPECT_EQ(tern_model_open("/no/such/file", nullptr, &none, &error), TERN_FAILED);
}
