/* print_vectors ARTIFACT ID...: the vectors that an encoder gives the tokens of a text, one number a line. */

#include <tern/tern.h>

#include <stdio.h>
#include <stdlib.h>

enum { most_ids = 256, most_elements = 1 << 16 };

int main(int argc, char **argv) {
  static int32_t ids[most_ids];
  static float vectors[most_elements];
  tern_model *model = NULL;
  tern_session *session = NULL;
  tern_embed_options options;
  tern_error error;
  size_t length = 0, i;
  int count = argc - 2 < most_ids ? argc - 2 : most_ids;
  tern_status status = tern_model_open(argv[1], NULL, &model, &error);
  for (i = 0; (int)i < count; ++i)
    ids[i] = atoi(argv[i + 2]);
  tern_embed_options_init(&options, sizeof options);
  options.pooling = TERN_POOL_NONE;
  options.keep_length = 1;
  if (status == TERN_OK)
    status = tern_session_create(model, 1, 0, &session, &error);
  if (status == TERN_OK)
    status = tern_embed(session, ids, (size_t)count, &options, vectors, most_elements, &length, &error);
  tern_session_destroy(session);
  tern_model_close(model);
  if (status != TERN_OK)
    return fprintf(stderr, "error: %s\n", error.message), 1;
  for (i = 0; i != length; ++i)
    printf("%.9g\n", vectors[i]);
  return 0;
}
