/* embed.c - How alike two texts are.
 *
 *     embed ENCODER.tern TEXT TEXT
 *
 * Prints the cosine of the angle between their embeddings: 1 for the same text, about 0 for unrelated ones. */

#include <tern/tern.h>

#include <stdio.h>
#include <string.h>

enum { most_elements = 16384 };

static tern_status compare(tern_session *session, char **texts, double *cosine, tern_error *error) {
  static float vectors[2][most_elements];
  size_t length = 0, i;
  *cosine = 0;
  for (i = 0; i != 2; ++i) {
    tern_status status =
        tern_embed_text(session, texts[i], strlen(texts[i]), NULL, vectors[i], most_elements, &length, error);
    if (status != TERN_OK)
      return status;
  }
  for (i = 0; i != length; ++i) /* Both have a length of 1. */
    *cosine += (double)vectors[0][i] * vectors[1][i];
  return TERN_OK;
}

int main(int argc, char **argv) {
  tern_model *model = NULL;
  tern_session *session = NULL;
  tern_error error;
  double cosine = 0;
  tern_status status;
  if (argc != 4) {
    fprintf(stderr, "usage: %s ENCODER.tern TEXT TEXT\n", argv[0]);
    return 2;
  }
  status = tern_model_open(argv[1], NULL, &model, &error);
  if (status == TERN_OK)
    status = tern_session_create(model, 1, 0, &session, &error);
  if (status == TERN_OK)
    status = compare(session, argv + 2, &cosine, &error);
  tern_session_destroy(session);
  tern_model_close(model);
  if (status != TERN_OK)
    return fprintf(stderr, "error: %s\n", error.message), 1;
  printf("%.4f\n", cosine);
  return 0;
}
