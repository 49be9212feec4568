//===- MisuseTest.cpp - Calls that break a rule of tern.h -----------------===//
//
// Each is refused with TERN_BAD_ARGUMENT and a message that names what is wrong, and does nothing else.
//
//===----------------------------------------------------------------------===//

#include "ApiFixture.h"

#include <functional>
#include <thread>

using namespace tern;
using namespace tern::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;

namespace {

/// Calls that lack one thing each, and what the message says of it.
struct Misuse {
  const char *says;
  std::function<tern_status(tern_error *)> call;
};

class ApiMisuse : public Api {
protected:
  void SetUp() override {
    Api::SetUp();
    ASSERT_EQ(tern_sampler_create(model, nullptr, &sampler, &error), TERN_OK) << error.message;
  }
  void TearDown() override {
    tern_sampler_destroy(sampler);
    Api::TearDown();
  }

  void expectRefused(const std::vector<Misuse> &calls) {
    for (const Misuse &misuse : calls) {
      error = {};
      EXPECT_EQ(misuse.call(&error), TERN_BAD_ARGUMENT) << misuse.says;
      EXPECT_EQ(error.status, TERN_BAD_ARGUMENT);
      EXPECT_THAT(error.message, HasSubstr(misuse.says));
      EXPECT_EQ(misuse.call(nullptr), TERN_BAD_ARGUMENT) << misuse.says;
    }
  }

  tern_sampler *sampler = nullptr;
  size_t length = 0;
  char text[8] = {};
  int32_t ids[8] = {};
  int64_t slot = 0;
  float logits[tinyVocabulary] = {};
};

} // namespace

TEST_F(ApiMisuse, ModelsAndText) {
  tern_model *opened = nullptr;
  tern_session *created = nullptr;
  tern_model_info info{};
  info.size = sizeof(info);
  tern_memory memory{};
  memory.size = sizeof(memory);
  const char *chat = "{\"messages\": []}";
  expectRefused({
      {"tern_model_open: path must", [&](auto *e) { return tern_model_open(nullptr, nullptr, &opened, e); }},
      {"tern_model_open: model must", [&](auto *e) { return tern_model_open(path.c_str(), nullptr, nullptr, e); }},
      {"info: model must", [&](auto *e) { return tern_model_get_info(nullptr, &info, e); }},
      {"info: info must", [&](auto *e) { return tern_model_get_info(model, nullptr, e); }},
      {"plan: model must", [&](auto *e) { return tern_model_plan(nullptr, 1, 64, &memory, e); }},
      {"plan: planned must", [&](auto *e) { return tern_model_plan(model, 1, 64, nullptr, e); }},
      {"plan_json: model", [&](auto *e) { return tern_model_plan_json(nullptr, 1, 64, text, 8, &length, e); }},
      {"its buffer must", [&](auto *e) { return tern_model_plan_json(model, 1, 64, nullptr, 8, &length, e); }},
      {"on_device must", [&](auto *e) { return tern_each_device(nullptr, nullptr, e); }},
      {"its buffer must", [&](auto *e) { return tern_list_devices(nullptr, 8, &length, e); }},
      {"tokenize: model must", [&](auto *e) { return tern_tokenize(nullptr, "a", 1, 0, ids, 8, &length, e); }},
      {"tokenize: text must", [&](auto *e) { return tern_tokenize(model, nullptr, 1, 0, ids, 8, &length, e); }},
      {"its buffer must", [&](auto *e) { return tern_tokenize(model, "a", 1, 0, nullptr, 8, &length, e); }},
      {"detokenize: model", [&](auto *e) { return tern_detokenize(nullptr, ids, 1, 0, text, 8, &length, e); }},
      {"detokenize: ids", [&](auto *e) { return tern_detokenize(model, nullptr, 1, 0, text, 8, &length, e); }},
      {"its buffer must", [&](auto *e) { return tern_detokenize(model, ids, 1, 0, nullptr, 8, &length, e); }},
      {"chat: model must", [&](auto *e) { return tern_render_chat(nullptr, chat, text, 8, &length, e); }},
      {"chat: request must", [&](auto *e) { return tern_render_chat(model, nullptr, text, 8, &length, e); }},
      {"templates: model must", [&](auto *e) { return tern_list_templates(nullptr, text, 8, &length, e); }},
      {"end_tokens: model must", [&](auto *e) { return tern_end_tokens(nullptr, ids, 8, &length, e); }},
      {"its buffer must", [&](auto *e) { return tern_end_tokens(model, nullptr, 8, &length, e); }},
      {"verify: model must", [&](auto *e) { return tern_model_verify(nullptr, nullptr, e); }},
      {"create: model must", [&](auto *e) { return tern_session_create(nullptr, 1, 64, &created, e); }},
      {"create: session must", [&](auto *e) { return tern_session_create(model, 1, 64, nullptr, e); }},
  });
  EXPECT_EQ(opened, nullptr);
  EXPECT_EQ(created, nullptr);
}

TEST_F(ApiMisuse, SessionsAndSamplers) {
  tern_sampler *made = nullptr;
  double logprob = 0;
  int32_t next[1];
  expectRefused({
      {"memory: session must", [&](auto *e) { return tern_session_memory(nullptr, nullptr, nullptr, e); }},
      {"rewind: session must", [&](auto *e) { return tern_session_rewind(nullptr, 0, 0, e); }},
      {"slot 2: the session has slots 0 to 1", [&](auto *e) { return tern_session_rewind(session, 2, 0, e); }},
      {"ids: session must", [&](auto *e) { return tern_session_ids(nullptr, 0, ids, 8, &length, e); }},
      {"slot 2", [&](auto *e) { return tern_session_ids(session, 2, ids, 8, &length, e); }},
      {"keep: session must", [&](auto *e) { return tern_session_keep(nullptr, 0, ids, 1, &length, e); }},
      {"keep: ids must", [&](auto *e) { return tern_session_keep(session, 0, nullptr, 1, &length, e); }},
      {"keep: kept must", [&](auto *e) { return tern_session_keep(session, 0, ids, 1, nullptr, e); }},
      {"slot 2", [&](auto *e) { return tern_session_keep(session, 2, ids, 1, &length, e); }},
      {"shift: session must", [&](auto *e) { return tern_session_shift(nullptr, 0, 0, nullptr, e); }},
      {"slot 2", [&](auto *e) { return tern_session_shift(session, 2, 0, nullptr, e); }},
      {"prefill: session", [&](auto *e) { return tern_prefill(nullptr, 0, ids, 1, nullptr, nullptr, e); }},
      {"prefill: ids", [&](auto *e) { return tern_prefill(session, 0, nullptr, 1, nullptr, nullptr, e); }},
      {"slot -1", [&](auto *e) { return tern_prefill(session, -1, ids, 1, nullptr, nullptr, e); }},
      {"decode: session", [&](auto *e) { return tern_decode(nullptr, 1, &slot, ids, nullptr, nullptr, e); }},
      {"decode: slots", [&](auto *e) { return tern_decode(session, 1, nullptr, ids, nullptr, nullptr, e); }},
      {"decode: tokens", [&](auto *e) { return tern_decode(session, 1, &slot, nullptr, nullptr, nullptr, e); }},
      {"decode_greedy: session",
       [&](auto *e) { return tern_decode_greedy(nullptr, 1, &slot, ids, 1, next, nullptr, nullptr, e); }},
      {"decode_greedy: slots",
       [&](auto *e) { return tern_decode_greedy(session, 1, nullptr, ids, 1, next, nullptr, nullptr, e); }},
      {"decode_greedy: tokens",
       [&](auto *e) { return tern_decode_greedy(session, 1, &slot, nullptr, 1, next, nullptr, nullptr, e); }},
      {"decode_greedy: next",
       [&](auto *e) { return tern_decode_greedy(session, 1, &slot, ids, 1, nullptr, nullptr, nullptr, e); }},
      {"decode_greedy: steps",
       [&](auto *e) { return tern_decode_greedy(session, 1, &slot, ids, 0, next, nullptr, nullptr, e); }},
      {"decode: count", [&](auto *e) { return tern_decode(session, 0, &slot, ids, nullptr, nullptr, e); }},
      {"create: model", [&](auto *e) { return tern_sampler_create(nullptr, nullptr, &made, e); }},
      {"create: sampler", [&](auto *e) { return tern_sampler_create(model, nullptr, nullptr, e); }},
      {"sample: sampler", [&](auto *e) { return tern_sampler_sample(nullptr, logits, nullptr, 0, ids, e); }},
      {"sample: logits", [&](auto *e) { return tern_sampler_sample(sampler, nullptr, nullptr, 0, ids, e); }},
      {"sample: history", [&](auto *e) { return tern_sampler_sample(sampler, logits, nullptr, 2, ids, e); }},
      {"sample: token", [&](auto *e) { return tern_sampler_sample(sampler, logits, nullptr, 0, nullptr, e); }},
      {"logprobs: sampler",
       [&](auto *e) { return tern_sampler_logprobs(nullptr, logits, 1, &logprob, nullptr, 0, nullptr, e); }},
      {"logprobs: logits",
       [&](auto *e) { return tern_sampler_logprobs(sampler, nullptr, 1, &logprob, nullptr, 0, nullptr, e); }},
      {"logprobs: top",
       [&](auto *e) { return tern_sampler_logprobs(sampler, logits, 1, &logprob, nullptr, 2, nullptr, e); }},
      {"embed: session", [&](auto *e) { return tern_embed(nullptr, ids, 1, nullptr, logits, 32, &length, e); }},
      {"embed: ids", [&](auto *e) { return tern_embed(session, nullptr, 1, nullptr, logits, 32, &length, e); }},
      {"embed: vector", [&](auto *e) { return tern_embed(session, ids, 1, nullptr, nullptr, 32, &length, e); }},
      {"text: session", [&](auto *e) { return tern_embed_text(nullptr, "a", 1, nullptr, logits, 32, &length, e); }},
      {"text: text", [&](auto *e) { return tern_embed_text(session, nullptr, 1, nullptr, logits, 32, &length, e); }},
      {"text: vector", [&](auto *e) { return tern_embed_text(session, "a", 1, nullptr, nullptr, 32, &length, e); }},
      {"generate: session", [&](auto *e) { return tern_generate(nullptr, 0, ids, 1, nullptr, nullptr, e); }},
      {"generate: prompt", [&](auto *e) { return tern_generate(session, 0, nullptr, 1, nullptr, nullptr, e); }},
      {"slot 9", [&](auto *e) { return tern_generate(session, 9, ids, 1, nullptr, nullptr, e); }},
      {"text: session", [&](auto *e) { return tern_generate_text(nullptr, 0, "a", 1, 0, nullptr, nullptr, e); }},
      {"text: prompt", [&](auto *e) { return tern_generate_text(session, 0, nullptr, 1, 0, nullptr, nullptr, e); }},
  });
  EXPECT_EQ(made, nullptr);
  EXPECT_EQ(tern_session_length(session, 0), 0) << "nothing was done";
}

TEST_F(ApiMisuse, OptionsWithHoles) {
  auto sampling = [&](auto change) {
    return [this, change](tern_error *e) {
      tern_sampler_options options;
      tern_sampler_options_init(&options, sizeof(options));
      change(options);
      tern_sampler *made = nullptr;
      return tern_sampler_create(model, &options, &made, e);
    };
  };
  static const char *hole[] = {"a", nullptr};
  expectRefused({
      {"bias_tokens must not be null", sampling([](auto &o) { o.bias_count = 2; })},
      {"allowed_tokens must not be null", sampling([](auto &o) { o.allowed_count = 1; })},
      {"banned_tokens must not be null", sampling([](auto &o) { o.banned_count = 1; })},
      {"dry_breakers must not be null", sampling([](auto &o) { o.dry_breaker_count = 1; })},
      {"a text of dry_breakers", sampling([](auto &o) {
         o.dry_breakers = hole;
         o.dry_breaker_count = 2;
       })},
      {"tern_sampler_options_init", sampling([](auto &o) { o.size = 0; })},
      {"tern_sampler_options_init", sampling([](auto &o) { o.size = SIZE_MAX; })},
      {"a text of stop_strings",
       [&](tern_error *e) {
         tern_generate_options options;
         tern_generate_options_init(&options, sizeof(options));
         options.stop_strings = hole;
         options.stop_count = 2;
         return tern_generate(session, 0, ids, 1, &options, nullptr, e);
       }},
      {"tern_generate_result: the size must be set",
       [&](tern_error *e) {
         tern_generate_result result{};
         return tern_generate(session, 0, ids, 1, nullptr, &result, e);
       }},
      {"tern_memory: the size must be set",
       [&](tern_error *e) {
         tern_memory memory{};
         return tern_session_memory(session, nullptr, &memory, e);
       }},
  });
}

TEST_F(ApiMisuse, FlagsOfLaterVersions) {
  constexpr uint32_t later = 0x80000000u;
  expectRefused({
      {"tern_tokenize: flags has bits that are not known: 0x2",
       [&](auto *e) { return tern_tokenize(model, "a", 1, TERN_ADD_SPECIAL | 2, ids, 8, &length, e); }},
      {"tern_tokenize: flags has bits that are not known: 0x80000000",
       [&](auto *e) { return tern_tokenize(model, nullptr, 0, later, nullptr, 0, nullptr, e); }},
      {"tern_detokenize: flags has bits that are not known: 0xfffffffe",
       [&](auto *e) { return tern_detokenize(model, ids, 1, UINT32_MAX, text, 8, &length, e); }},
      {"tern_generate_text: flags has bits that are not known: 0x80000000",
       [&](auto *e) { return tern_generate_text(session, 0, "a", 1, TERN_ADD_SPECIAL | later, nullptr, nullptr, e); }},
  });
  EXPECT_EQ(length, 0u);
  EXPECT_EQ(tern_session_length(session, 0), 0) << "nothing was done";
  EXPECT_EQ(tern_tokenize(model, "a", 1, TERN_ADD_SPECIAL, ids, 8, &length, &error), TERN_OK) << error.message;
  EXPECT_EQ(tern_detokenize(model, ids, length, TERN_SKIP_SPECIAL, text, 8, &length, &error), TERN_OK) << error.message;
}

TEST_F(ApiMisuse, WhatAnswersNoStatusBearsNull) {
  EXPECT_EQ(tern_session_slots(nullptr), 0);
  EXPECT_EQ(tern_session_context(nullptr), 0);
  EXPECT_EQ(tern_session_length(nullptr, 0), -1);
  tern_model_close(nullptr);
  tern_session_destroy(nullptr);
  tern_sampler_destroy(nullptr);
  tern_cancel_destroy(nullptr);
  tern_cancel_set(nullptr);
  tern_cancel_clear(nullptr);
  tern_model_options_init(nullptr, sizeof(tern_model_options));
  tern_generate_options_init(nullptr, 0);
  EXPECT_STREQ(tern_stop_reason_name(static_cast<tern_stop_reason>(99)), "unknown");
}

TEST_F(ApiMisuse, NullIsAllowedWhereTheHeaderSaysSo) {
  EXPECT_EQ(tern_tokenize(model, nullptr, 0, 0, nullptr, 0, nullptr, nullptr), TERN_OK);
  EXPECT_EQ(tern_detokenize(model, nullptr, 0, 0, nullptr, 0, nullptr, nullptr), TERN_OK);
  EXPECT_EQ(tern_session_memory(session, nullptr, nullptr, nullptr), TERN_OK);
  EXPECT_EQ(tern_prefill(session, 0, ids, 2, nullptr, nullptr, nullptr), TERN_OK);
  EXPECT_EQ(tern_decode(session, 1, &slot, ids, nullptr, nullptr, nullptr), TERN_OK);
  EXPECT_EQ(tern_sampler_logprobs(sampler, logits, 1, nullptr, nullptr, 0, nullptr, nullptr), TERN_OK);
}

TEST_F(ApiMisuse, ASessionInUseIsLeftAlone) {
  struct Inside {
    tern_session *session;
    tern_status same = TERN_OK, other = TERN_OK;
    int64_t length = 0;
    tern_error error{};
  } inside{session};
  tern_generate_options options;
  tern_generate_options_init(&options, sizeof(options));
  options.user = &inside;
  options.max_tokens = 2;
  options.on_text = [](void *user, int32_t, const char *, size_t) {
    auto &inside = *static_cast<Inside *>(user);
    inside.same = tern_session_rewind(inside.session, 0, 0, &inside.error);
    inside.length = tern_session_length(inside.session, 0);
    std::thread([&] {
      int32_t id = 1;
      inside.other = tern_prefill(inside.session, 1, &id, 1, nullptr, nullptr, nullptr);
    }).join();
    return 1;
  };
  ASSERT_EQ(tern_generate_text(session, 0, "ab", 2, 0, &options, nullptr, &error), TERN_OK) << error.message;
  EXPECT_EQ(inside.same, TERN_BAD_ARGUMENT);
  EXPECT_EQ(inside.other, TERN_BAD_ARGUMENT);
  EXPECT_THAT(inside.error.message, HasSubstr("tern_session_rewind: the object is in use"));
  EXPECT_EQ(inside.length, 3);
  EXPECT_EQ(tern_session_rewind(session, 0, 0, &error), TERN_OK) << "afterwards it is free";
}

TEST_F(ApiMisuse, ACallbackThatThrowsEndsTheCall) {
  tern_prefill_options options;
  tern_prefill_options_init(&options, sizeof(options));
  options.on_progress = [](void *, int64_t, int64_t) { throw std::runtime_error("from a callback"); };
  EXPECT_EQ(tern_prefill(session, 0, ids, 2, &options, nullptr, &error), TERN_FAILED);
  EXPECT_STREQ(error.message, "from a callback");
  EXPECT_EQ(tern_session_rewind(session, 0, 0, &error), TERN_OK) << "the session is free again";
}
