/* generate.c - A text from a prompt, with nothing but tern.h.
 *
 *     generate MODEL.tern PROMPT [STOP]
 *
 * Says first what it takes, then streams the text until STOP, 64 tokens, the end of the model's text, or Ctrl-C. */

#include <tern/tern.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static tern_cancel *cancel;

static void interrupt(int number) {
  (void)number;
  tern_cancel_set(cancel); /* The text so far is finished in order. */
}

static int show(void *user, int32_t token, const char *text, size_t length) {
  (void)user;
  (void)token; /* Most have some text; -1: what was held back for a stop string that did not come. */
  fwrite(text, 1, length, stdout);
  fflush(stdout);
  return 1; /* 0 would stop it. */
}

static tern_status generate(tern_session *session, const int32_t *ids, size_t count, const char *stop,
                            tern_error *error) {
  tern_sampler_options sampler;
  tern_generate_options options;
  tern_generate_result result = {sizeof result};
  tern_status status;
  tern_sampler_options_init(&sampler, sizeof sampler);
  sampler.temperature = 0.7;
  sampler.top_p = 0.9;
  sampler.seed = 1; /* The same text at every run. */
  tern_generate_options_init(&options, sizeof options);
  options.on_text = show;
  options.cancel = cancel;
  options.sampler = &sampler;
  options.max_tokens = 64;
  options.stop_strings = &stop;
  options.stop_count = stop ? 1 : 0;
  status = tern_generate(session, 0, ids, count, &options, &result, error);
  if (status == TERN_OK)
    printf("\n%" PRId64 " tokens, stopped by %s\n", result.tokens, tern_stop_reason_name(result.reason));
  return status;
}

static tern_status run(const char *path, const char *prompt, const char *stop, tern_error *error) {
  enum { most_ids = 4096 };
  static int32_t ids[most_ids];
  size_t count = 0;
  tern_model *model = NULL;
  tern_session *session = NULL;
  tern_memory plan = {sizeof plan};
  tern_status status = tern_model_open(path, NULL, &model, error);
  if (status == TERN_OK)
    status = tern_tokenize(model, prompt, strlen(prompt), TERN_ADD_SPECIAL, ids, most_ids, &count, error);
  if (status == TERN_OK)
    status = tern_model_plan(model, 1, 0, &plan, error);
  if (status == TERN_OK)
    printf("%" PRIu64 " bytes, of which %" PRIu64 " are weights and %" PRIu64 " caches\n", plan.total, plan.weights,
           plan.states);
  if (status == TERN_OK)
    status = tern_session_create(model, 1, 0, &session, error);
  if (status == TERN_OK)
    status = generate(session, ids, count, stop, error);
  tern_session_destroy(session); /* NULL is fine. */
  tern_model_close(model);
  return status;
}

int main(int argc, char **argv) {
  tern_error error;
  tern_status status;
  if (argc < 3) {
    fprintf(stderr, "usage: %s MODEL.tern PROMPT [STOP]\n", argv[0]);
    return 2;
  }
  cancel = tern_cancel_create();
  signal(SIGINT, interrupt);
  status = run(argv[1], argv[2], argc > 3 ? argv[3] : NULL, &error);
  tern_cancel_destroy(cancel);
  if (status != TERN_OK)
    fprintf(stderr, "error: %s\n", error.message);
  return status == TERN_OK ? 0 : 1;
}
