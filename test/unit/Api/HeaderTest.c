/*===- HeaderTest.c - tern.h is C, and can be used from C ------------------===*/

#include "tern/tern.h"

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
    tern_generate_options_init(&options);
    options.user = user;
    options.on_text = show;
    options.max_tokens = 3;
    status = tern_generate_text(session, 0, "ab", TERN_ADD_SPECIAL, &options, NULL, &error);
    tern_session_destroy(session);
  }
  tern_model_close(model);
  return status;
}
