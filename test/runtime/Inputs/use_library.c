/* use_library ARTIFACT DAMAGED: calls of every kind on the model of make_model.py, those that fail too, for a checker
 * of memory to watch. Prints "done"; or the line that went otherwise than it should, and why. */

#include <tern/tern.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { most = 4096 };

static tern_error error;

#define NEED(condition)                                                                                                \
  do {                                                                                                                 \
    if (!(condition)) {                                                                                                \
      fprintf(stderr, "line %d: %s\n", __LINE__, error.message);                                                       \
      exit(1);                                                                                                         \
    }                                                                                                                  \
  } while (0)

static void seeDevice(void *user, const tern_device *device) { *(uint64_t *)user += strlen(device->name); }

/* Reads all that it is given, so that a checker sees whether it is there. */
static void seeLogits(void *user, int64_t first, int64_t rows, const float *logits) {
  int64_t i;
  (void)first;
  for (i = 0; i != rows * 256; ++i)
    *(double *)user += logits[i];
}

static void useText(const tern_model *model) {
  char text[most];
  int32_t ids[64];
  size_t length = 0;
  uint64_t seen = 0;
  tern_model_info info = {sizeof info};
  const char *chat = "{\"messages\": [{\"role\": \"user\", \"content\": \"h\\u00e9 \\ud83d\\ude00\"}]}";
  NEED(tern_each_device(seeDevice, &seen, &error) == TERN_OK && seen);
  NEED(tern_list_devices(text, most, &length, &error) == TERN_OK);
  NEED(tern_model_get_info(model, &info, &error) == TERN_OK && info.vocabulary == 256);
  NEED(tern_model_plan_json(model, 2, 0, text, most, &length, &error) == TERN_OK);
  NEED(tern_list_templates(model, text, most, &length, &error) == TERN_OK);
  NEED(tern_end_tokens(model, ids, 64, &length, &error) == TERN_OK && length == 1);
  NEED(tern_render_chat(model, chat, text, 3, &length, &error) == TERN_BUFFER_TOO_SMALL);
  NEED(tern_render_chat(model, chat, text, length + 1, &length, &error) == TERN_OK && strlen(text) == length);
  NEED(tern_tokenize(model, text, length, TERN_ADD_SPECIAL, ids, 64, &length, &error) == TERN_OK);
  NEED(tern_detokenize(model, ids, length, TERN_SKIP_SPECIAL, text, most, &length, &error) == TERN_OK);
}

static void useSteps(tern_model *model) {
  int32_t ids[] = {72, 101, 108, 108, 111, 33}, held[24], token = 0;
  int64_t slots[] = {1, 0};
  size_t length = 0;
  double seen = 0, logprob = 0;
  const float *logits = NULL;
  tern_session *session = NULL;
  tern_sampler *sampler = NULL;
  tern_cancel *cancel = tern_cancel_create();
  tern_memory planned = {sizeof planned}, measured = {sizeof measured};
  tern_prefill_options prefill;
  tern_sampler_options options;
  tern_token_logprob top[3];
  tern_prefill_options_init(&prefill, sizeof prefill);
  prefill.user = &seen;
  prefill.on_logits = seeLogits;
  tern_sampler_options_init(&options, sizeof options);
  options.logprobs = 3;
  NEED(tern_session_create(model, 2, 0, &session, &error) == TERN_OK);
  NEED(tern_session_memory(session, &planned, &measured, &error) == TERN_OK && planned.total == measured.total);
  NEED(tern_prefill(session, 0, ids, 5, &prefill, &logits, &error) == TERN_OK && seen != 0);
  NEED(tern_prefill(session, 1, ids, 2, NULL, NULL, &error) == TERN_OK);
  NEED(tern_decode(session, 2, slots, ids, NULL, &logits, &error) == TERN_OK);
  NEED(tern_sampler_create(model, &options, &sampler, &error) == TERN_OK);
  NEED(tern_sampler_sample(sampler, logits + 256, ids, 5, &token, &error) == TERN_OK);
  NEED(tern_sampler_logprobs(sampler, logits, token, &logprob, top, 3, &length, &error) == TERN_OK && length == 3);
  tern_sampler_destroy(sampler);
  NEED(tern_session_shift(session, 0, 1, NULL, &error) == TERN_OK);
  NEED(tern_session_ids(session, 0, held, 24, &length, &error) == TERN_OK && length == 3);
  NEED(tern_session_keep(session, 1, ids, 6, &length, &error) == TERN_OK && length == 2);
  tern_cancel_set(cancel);
  NEED(tern_decode(session, 1, slots, ids, cancel, NULL, &error) == TERN_CANCELLED);
  NEED(tern_session_rewind(session, 1, 1, &error) == TERN_OK && tern_session_length(session, 1) == 1);
  tern_session_destroy(session);
  tern_cancel_destroy(cancel);
}

static int seeText(void *user, int32_t token, const char *text, size_t length) {
  (void)token;
  while (length--)
    *(double *)user += text[length];
  return 1;
}

static void seeLogprobs(void *user, const tern_token_logprob *drawn, const tern_token_logprob *top, size_t count) {
  *(double *)user += drawn->logprob + top[count - 1].logprob;
}

static void seeSample(void *user, int64_t sample, const tern_generate_result *result) {
  *(double *)user += (double)(sample + result->tokens);
}

static const uint32_t *maskAll(void *user, const int32_t *history, size_t length) {
  (void)(length && history[length - 1]);
  return user;
}

/* Every option at once. */
static void useGeneration(tern_model *model) {
  static uint32_t mask[8];
  int32_t tokens[] = {65, 66};
  double bias[] = {1, -1}, seen = 0;
  const char *stops[] = {"no such text", "nor\xc3\xa9"}, *breakers[] = {"\n", "a"};
  tern_session *session = NULL;
  tern_sampler_options sampler;
  tern_generate_options options;
  tern_generate_result result = {sizeof result};
  memset(mask, 0xff, sizeof mask);
  tern_sampler_options_init(&sampler, sizeof sampler);
  sampler.temperature = 0.9, sampler.top_k = 50, sampler.top_p = 0.95, sampler.min_p = 0.01, sampler.typical_p = 0.99;
  sampler.repeat_penalty = 1.1, sampler.presence_penalty = sampler.frequency_penalty = 0.1;
  sampler.bias_tokens = tokens, sampler.bias_values = bias, sampler.bias_count = 2;
  sampler.banned_tokens = tokens, sampler.banned_count = 1;
  sampler.dry_multiplier = 0.5, sampler.dry_breakers = breakers, sampler.dry_breaker_count = 2;
  sampler.mask = maskAll, sampler.mask_user = mask, sampler.logprobs = 2;
  tern_generate_options_init(&options, sizeof options);
  options.user = &seen, options.on_text = seeText, options.on_logprobs = seeLogprobs, options.on_sample = seeSample;
  options.sampler = &sampler, options.stop_strings = stops, options.stop_count = 2;
  options.max_tokens = 30, options.ignore_end_tokens = options.context_shift = 1, options.samples = 2;
  NEED(tern_session_create(model, 1, 0, &session, &error) == TERN_OK);
  NEED(tern_generate_text(session, 0, "Hello", 5, TERN_ADD_SPECIAL, &options, &result, &error) == TERN_OK);
  NEED(result.tokens == 30 && result.context_shifts > 0 && seen != 0);
  tern_session_destroy(session);
}

static void useWrongly(tern_model *model, const char *damaged) {
  int32_t ids[30] = {0}, outside = 256;
  char text[most];
  tern_model *none = NULL;
  tern_session *session = NULL;
  NEED(tern_model_open("no such file", NULL, &none, &error) == TERN_FAILED && !none);
  NEED(tern_model_open(damaged, NULL, &none, &error) == TERN_FAILED && !none);
  NEED(tern_render_chat(model, "{\"messages\": [", text, most, NULL, &error) == TERN_FAILED);
  NEED(tern_render_chat(model, "{\"messages\": [1]}", text, most, NULL, &error) == TERN_FAILED);
  NEED(tern_tokenize(model, "\xff\xc3", 2, 0, ids, 30, NULL, &error) == TERN_FAILED);
  NEED(tern_tokenize(model, "a", 1, 2, ids, 30, NULL, &error) == TERN_BAD_ARGUMENT);
  NEED(tern_detokenize(model, &outside, 1, 0, text, most, NULL, &error) == TERN_FAILED);
  NEED(tern_session_create(model, 1, 1000, &session, &error) == TERN_FAILED && !session);
  NEED(tern_session_create(model, 1, 0, &session, &error) == TERN_OK);
  NEED(tern_generate(session, 0, ids, 30, NULL, NULL, &error) == TERN_FAILED);
  NEED(tern_prefill(session, 0, &outside, 1, NULL, NULL, &error) == TERN_FAILED);
  NEED(tern_prefill(session, 1, ids, 1, NULL, NULL, &error) == TERN_BAD_ARGUMENT);
  tern_model_close(model); /* Its session lives on. */
  NEED(tern_prefill(session, 0, ids, 1, NULL, NULL, &error) == TERN_OK);
  tern_session_destroy(session);
}

int main(int argc, char **argv) {
  tern_model *model = NULL;
  tern_model_options options;
  if (argc != 3)
    return 2;
  tern_model_options_init(&options, sizeof options);
  options.threads = 2;
  NEED(tern_model_open(argv[1], &options, &model, &error) == TERN_OK);
  NEED(tern_model_verify(model, NULL, &error) == TERN_OK);
  useText(model);
  useSteps(model);
  useGeneration(model);
  useWrongly(model, argv[2]);
  puts("done");
  return 0;
}
