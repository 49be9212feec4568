/*===- HeaderTest.c - tern.h is C, and can be used from C ------------------===*/

#include "tern/tern.h"

#include <string.h>

/* Opens a model the way that the header's comment shows; called from ApiTest.cpp. */
tern_status generateFromC(const char *path, int (*show)(void *, int32_t, const char *, size_t), void *user) {
  tern_model *model;
  tern_session *session;
  tern_error error;
  tern_generate_options options;
  tern_status status = tern_model_open(path, NULL, &model, &error);
  if (status != TERN_OK)
    return status;
  status = tern_session_create(model, 1, 64, &session, &error);
  if (status == TERN_OK) {
    tern_generate_options_init(&options, sizeof options);
    options.user = user;
    options.on_text = show;
    options.max_tokens = 3;
    status = tern_generate_text(session, 0, "ab", 2, TERN_ADD_SPECIAL, &options, NULL, &error);
    tern_session_destroy(session);
  }
  tern_model_close(model);
  return status;
}

/* Two conversations on one model, each with a session of its own, and every kind of function once. Answers 0, or the
 * line that failed. */
#define NEED(condition)                                                                                                \
  do {                                                                                                                 \
    if (!(condition))                                                                                                  \
      return __LINE__;                                                                                                 \
  } while (0)

static int askOfSessions(tern_model *model, tern_session *first, tern_session *second) {
  int32_t ids[8];
  int64_t slot = 0;
  size_t length = 0;
  char text[64];
  const float *logits = NULL;
  tern_error error;
  tern_sampler *sampler = NULL;
  tern_cancel *cancel = tern_cancel_create();
  tern_memory planned = {.size = sizeof planned}, measured = {.size = sizeof measured};
  NEED(cancel);
  NEED(tern_render_chat(model, "{\"messages\": [{\"role\": \"user\", \"content\": \"ab\"}]}", text, sizeof text,
                        &length, &error) == TERN_OK);
  NEED(strcmp(text, "abx") == 0);
  NEED(tern_tokenize(model, text, length, 0, ids, 8, &length, &error) == TERN_OK && length == 3);
  NEED(tern_detokenize(model, ids, length, TERN_SKIP_SPECIAL, text, sizeof text, &length, &error) == TERN_OK);
  NEED(tern_prefill(first, 0, ids, 3, NULL, &logits, &error) == TERN_OK && logits);
  NEED(tern_prefill(second, 0, ids, 1, NULL, NULL, &error) == TERN_OK);
  NEED(tern_session_length(first, 0) == 3 && tern_session_length(second, 0) == 1);
  NEED(tern_sampler_create(model, NULL, &sampler, &error) == TERN_OK);
  NEED(tern_prefill(first, 0, ids, 1, NULL, &logits, &error) == TERN_OK);
  NEED(tern_sampler_sample(sampler, logits, ids, 3, &ids[3], &error) == TERN_OK);
  tern_sampler_destroy(sampler);
  NEED(tern_decode(first, 1, &slot, &ids[3], NULL, &logits, &error) == TERN_OK);
  tern_cancel_set(cancel);
  NEED(tern_decode(first, 1, &slot, &ids[3], cancel, &logits, &error) == TERN_CANCELLED);
  tern_cancel_destroy(cancel);
  NEED(tern_session_rewind(first, 0, 0, &error) == TERN_OK);
  NEED(tern_session_memory(first, &planned, &measured, &error) == TERN_OK);
  NEED(planned.total == measured.total);
  return 0;
}

int useEverythingFromC(const char *path) {
  char text[8192];
  size_t length = 0;
  int line;
  tern_model *model;
  tern_session *first, *second;
  tern_error error;
  NEED(tern_api_version() == TERN_API_VERSION);
  NEED(tern_list_devices(text, sizeof text, &length, &error) == TERN_OK);
  NEED(strstr(text, "\"backend\":\"cpu\""));
  NEED(tern_model_open(path, NULL, &model, &error) == TERN_OK);
  NEED(tern_model_plan_json(model, 2, 100, text, sizeof text, &length, &error) == TERN_OK);
  NEED(strstr(text, "\"context\":128") && strstr(text, "\"name\":\"cache\""));
  NEED(tern_model_plan_json(model, 2, 100, text, 10, &length, &error) == TERN_BUFFER_TOO_SMALL && length > 10);
  NEED(tern_session_create(model, 1, 64, &first, &error) == TERN_OK);
  NEED(tern_session_create(model, 2, 128, &second, &error) == TERN_OK);
  line = askOfSessions(model, first, second);
  tern_session_destroy(first);
  tern_session_destroy(second);
  tern_model_close(model);
  return line;
}
