/*===- tern.h - Running compiled language models from C ------------*- C -*-===*
 *
 * A model compiled with `tern compile` is one file, an artifact. This library runs it: no compiler, no LLVM, no Python.
 *
 *     tern_model *model;                      what is loaded once: code for this machine, weights, text
 *     tern_session *session;                  what a user of it owns: sequences ("slots") and their caches
 *     tern_error error;
 *
 *     if (tern_model_open("smol.tern", NULL, &model, &error) != TERN_OK ||
 *         tern_session_create(model, 1, 1024, &session, &error) != TERN_OK)
 *       return fprintf(stderr, "error: %s\n", error.message), 1;
 *     const char *prompt = "The capital of France is";
 *     tern_generate_options options;
 *     tern_generate_options_init(&options, sizeof options);
 *     options.on_text = print_text;
 *     tern_generate_text(session, 0, prompt, strlen(prompt), TERN_ADD_SPECIAL, &options, NULL, &error);
 *
 * docs/CApi.md has a whole program.
 *
 * Errors. Functions that can fail answer a tern_status; `error` may be NULL, else it is filled on failure: what is
 * wrong, where, and what to do about it. A null pointer where one is needed, a size that was not set, a slot or a flag
 * that is not there: TERN_BAD_ARGUMENT, and nothing was done. No exception leaves the library, it prints nothing, and
 * it has no global state.
 *
 * Threads. Each function says what it asks for:
 *
 *   Threads: any.      May be called from any thread at any time, on the same object too.
 *   Threads: one.      Its session or sampler is used by one thread at a time; a second one, or a callback that calls
 *                      into the session that called it, gets TERN_BAD_ARGUMENT. Sessions of one model may step at the
 *                      same time and take turns, since each uses all workers of the model.
 *   Threads: last.     No other call uses the object then or later.
 *   Threads: signal.   As any, and from signal handlers too.
 *
 * Callbacks run on the thread that made the call.
 *
 * Memory. What a function hands out its caller owns: close what was opened, destroy what was created, in any order: a
 * session keeps what it needs of a model that is closed. Destroying NULL does nothing. Pointers to logits hold until
 * the next step of the session.
 *
 * Versions. Structures that can grow begin with `size`, their size as the caller was compiled: options are given their
 * defaults and size by an _init function, of others the caller sets it (`tern_memory memory = {sizeof memory};`).
 * Members are only ever added at the end, and no function reads or writes beyond `size`. So a program works with a
 * later library, and with an earlier one unless it sets what that does not know: then the call fails. Members of
 * results that the library does not know are zero; what callbacks are given has the library's size: look at it before
 * members that came later. tern_error and tern_token_logprob never change.
 *
 *===----------------------------------------------------------------------===*/

#ifndef TERN_TERN_H
#define TERN_TERN_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define TERN_API __attribute__((visibility("default")))
#else
#define TERN_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when something is removed or changes its meaning. */
#define TERN_API_VERSION 1

/* The TERN_API_VERSION that the library was built with. Threads: signal. */
TERN_API uint32_t tern_api_version(void);
/* Its release: "0.1.0". Threads: signal. */
TERN_API const char *tern_release(void);

typedef enum tern_status {
  TERN_OK = 0,
  TERN_FAILED = 1,          /* The file, the input or the machine is at fault: the message says which. */
  TERN_BAD_ARGUMENT = 2,    /* The call breaks a rule of this header. */
  TERN_CANCELLED = 3,       /* A tern_cancel was set. */
  TERN_BUFFER_TOO_SMALL = 4 /* The result does not fit; the length needed was stored. */
} tern_status;

typedef struct tern_error {
  tern_status status;
  uint16_t where_length;  /* The message begins with so many bytes that say where, then ": "; 0: it says none. */
  uint16_t remedy_length; /* It ends with so many bytes that say what to do, after "; "; 0: it says none. */
  char message[1016];     /* "where: what; what to do", cut off where it is longer. */
} tern_error;

typedef struct tern_model tern_model;
typedef struct tern_session tern_session;
typedef struct tern_sampler tern_sampler;
typedef struct tern_cancel tern_cancel;

/*===- Models -----------------------------------------------------------------===*/

typedef struct tern_model_options {
  size_t size;
  uint32_t threads;    /* 0: one for each core that the process may use. */
  const char *target;  /* "x86-64-v3": that variant of the code; NULL: the best that can be executed here. */
  const char *backend; /* "cpu": what computes; NULL: any that can execute the code. */
} tern_model_options;

/* Defaults. `size` is sizeof *options, here and in all functions of this kind. Threads: any. */
TERN_API void tern_model_options_init(tern_model_options *options, size_t size);

/* Opens an artifact. `options` may be NULL. Fails for files that are no artifact or are damaged, and, naming the
 * features that are missing, where this machine can execute none of the code. `*model` is NULL unless it is TERN_OK.
 * Threads: any. */
TERN_API tern_status tern_model_open(const char *path, const tern_model_options *options, tern_model **model,
                                     tern_error *error);
/* Threads: last. */
TERN_API void tern_model_close(tern_model *model);

/* Strings live as long as the model. */
typedef struct tern_model_info {
  size_t size;
  const char *name;         /* As the model's files call it; may be "". */
  const char *architecture; /* "llama". */
  const char *target;       /* Of the code that was chosen: "x86-64-v4". */
  const char *backend;      /* That executes it: "cpu". */
  int64_t max_context;      /* Positions that the model was made for. */
  int64_t vocabulary;       /* Logits of a token; 0 for a model that gives embeddings. */
  int64_t embedding;        /* Elements of an embedding; 0 for a model that generates text. */
  uint32_t threads;
} tern_model_info;

/* Threads: any. */
TERN_API tern_status tern_model_get_info(const tern_model *model, tern_model_info *info, tern_error *error);

/* Bytes by what they are for. */
typedef struct tern_memory {
  size_t size;
  uint64_t weights, arena, states, scratch, total;
} tern_memory;

/* What a session of that many slots and that context (as for tern_session_create) takes, the weights included, before
 * it is made. Threads: any. */
TERN_API tern_status tern_model_plan(const tern_model *model, int64_t slots, int64_t context, tern_memory *planned,
                                     tern_error *error);

/* The same and what it is made of, as a JSON object, written as the functions below write text: "slots" and "context"
 * (rounded up), "weights", "arena", "states", "scratch", "total" in bytes, "caches", a list of {"name", "format",
 * "fixed_bytes", "position_bytes"} of one slot, and "workers", which scratch is for. Threads: any. */
TERN_API tern_status tern_model_plan_json(const tern_model *model, int64_t slots, int64_t context, char *text,
                                          size_t capacity, size_t *length, tern_error *error);

/* Something that can compute. Strings live until the function that was given it returns. */
typedef struct tern_device {
  size_t size;
  const char *backend; /* "cpu". */
  const char *name;    /* As people call it: "x86_64, 8 cores". */
  const char *target;  /* What code for it may ask for, with blanks between: "avx2 f16c". */
  uint64_t memory;     /* Bytes that can be taken now; 0 if the system does not say. */
} tern_device;

/* Calls `on_device` for each device of this machine, that of the backend that is used first first. Threads: any. */
TERN_API tern_status tern_each_device(void (*on_device)(void *user, const tern_device *device), void *user,
                                      tern_error *error);

/* The same as a JSON list of {"backend", "name", "target", "memory"}. Threads: any. */
TERN_API tern_status tern_list_devices(char *text, size_t capacity, size_t *length, tern_error *error);

/*===- Text -------------------------------------------------------------------===*
 *
 * Functions that give text or ids write at most `capacity` of them and store the full length in `length`; if that is
 * more, they answer TERN_BUFFER_TOO_SMALL and the call can be made again. With a capacity of 0 the buffer may be NULL;
 * `length` may always be. Text is UTF-8; a terminating zero is written where it fits and is not counted. */

#define TERN_ADD_SPECIAL 1u /* Put the tokens round the text that the model expects: beginning of text, ... */

/* `text` may hold zero bytes. Threads: any. */
TERN_API tern_status tern_tokenize(const tern_model *model, const char *text, size_t text_length, uint32_t flags,
                                   int32_t *ids, size_t capacity, size_t *length, tern_error *error);

#define TERN_SKIP_SPECIAL 1u /* Leave special tokens out. */

/* Threads: any. */
TERN_API tern_status tern_detokenize(const tern_model *model, const int32_t *ids, size_t count, uint32_t flags,
                                     char *text, size_t capacity, size_t *length, tern_error *error);

/* Renders the model's chat template. `request` is a JSON object: "messages", a list of {"role", "content"}, and if
 * wanted "tools", "documents", "add_generation_prompt" (true unless given), "continue_final_message" (true, or the name
 * of the member, to end inside the last message), "template" (a name), "variables" (an object that the template sees).
 * Tokenize the result without TERN_ADD_SPECIAL. Threads: any. */
TERN_API tern_status tern_render_chat(const tern_model *model, const char *request, char *text, size_t capacity,
                                      size_t *length, tern_error *error);

/* The names of the model's chat templates as a JSON list of strings; empty if it has none. Threads: any. */
TERN_API tern_status tern_list_templates(const tern_model *model, char *text, size_t capacity, size_t *length,
                                         tern_error *error);

/* The tokens that end a text. Threads: any. */
TERN_API tern_status tern_end_tokens(const tern_model *model, int32_t *ids, size_t capacity, size_t *length,
                                     tern_error *error);

/*===- Sessions ---------------------------------------------------------------===*/

/* Takes all memory that `slots` sequences of `context` tokens need (for a multiple of 64 of them); fails, naming the
 * context that would fit, where the machine has too little. `context` 0 stands for the model's maximum. `*session` is
 * NULL unless it is TERN_OK. Threads: any. */
TERN_API tern_status tern_session_create(tern_model *model, int64_t slots, int64_t context, tern_session **session,
                                         tern_error *error);
/* Threads: last. */
TERN_API void tern_session_destroy(tern_session *session);

/* 0 for NULL. Threads: any. */
TERN_API int64_t tern_session_slots(const tern_session *session);
/* Tokens that a slot can hold; 0 for NULL. Threads: any. */
TERN_API int64_t tern_session_context(const tern_session *session);
/* Tokens that a slot holds; -1 if there is no such slot or session. Threads: one, callbacks included. */
TERN_API int64_t tern_session_length(const tern_session *session, int64_t slot);

/* What was planned and what was taken, the weights included. Either may be NULL. Threads: one, callbacks included. */
TERN_API tern_status tern_session_memory(const tern_session *session, tern_memory *planned, tern_memory *measured,
                                         tern_error *error);

/* Keeps only the first `length` tokens of a slot; 0 begins a new sequence. Threads: one. */
TERN_API tern_status tern_session_rewind(tern_session *session, int64_t slot, int64_t length, tern_error *error);

/* Copies the tokens that a slot holds. Threads: one. */
TERN_API tern_status tern_session_ids(tern_session *session, int64_t slot, int32_t *ids, size_t capacity,
                                      size_t *length, tern_error *error);

/* Keeps the tokens that a slot and `ids` begin with, at most all but the last of `ids`, and stores their number: what
 * is left of `ids` is what to append. A conversation, rendered whole at each turn, so costs its new part only. Models
 * that cannot go back keep nothing. Threads: one. */
TERN_API tern_status tern_session_keep(tern_session *session, int64_t slot, const int32_t *ids, size_t count,
                                       size_t *kept, tern_error *error);

/* Makes room in a slot: keeps its first `keep` tokens, fewer than it holds, and of the others the newer half, which is
 * read again at its new positions. What follows is what would follow a prompt of just those. Threads: one. */
TERN_API tern_status tern_session_shift(tern_session *session, int64_t slot, int64_t keep, const tern_cancel *cancel,
                                        tern_error *error);

/* A flag that ends steps early; NULL if the system refuses memory. Threads: any. */
TERN_API tern_cancel *tern_cancel_create(void);
/* Threads: last. */
TERN_API void tern_cancel_destroy(tern_cancel *cancel);
/* NULL: nothing happens. Threads: signal. */
TERN_API void tern_cancel_set(tern_cancel *cancel);
/* NULL: nothing happens. Threads: signal. */
TERN_API void tern_cancel_clear(tern_cancel *cancel);

typedef struct tern_prefill_options {
  size_t size;
  void *user;
  /* Called after each chunk of the prompt; may be NULL. */
  void (*on_progress)(void *user, int64_t done, int64_t total);
  /* If not NULL, called with the logits of `rows` tokens from token `first` on, vocabulary floats each. */
  void (*on_logits)(void *user, int64_t first, int64_t rows, const float *logits);
  const tern_cancel *cancel; /* May be NULL. */
} tern_prefill_options;

/* Threads: any. */
TERN_API void tern_prefill_options_init(tern_prefill_options *options, size_t size);

/* Appends tokens to a slot. `logits`, if not NULL, is set to those after the last token. `options` may be NULL.
 * Cancelled, the slot keeps the chunks that were done. Threads: one. */
TERN_API tern_status tern_prefill(tern_session *session, int64_t slot, const int32_t *ids, size_t count,
                                  const tern_prefill_options *options, const float **logits, tern_error *error);

/* Appends one token to each of `count` slots in one pass. `logits`, if not NULL, is set to `count` rows of vocabulary
 * floats, row i for slots[i]. `cancel` may be NULL. Threads: one. */
TERN_API tern_status tern_decode(tern_session *session, size_t count, const int64_t *slots, const int32_t *tokens,
                                 const tern_cancel *cancel, const float **logits, tern_error *error);

/* Appends one token to each of `count` slots, and then again and again the one with the largest logit of each, the
 * first of equals: `steps` steps, which a GPU takes one after another without the host. `next` is set to the tokens
 * that the steps gave, `count` for each step; those of the last step are not in the slots. `taken`, if not NULL, is set
 * to the steps that were done, which are fewer than `steps` if it was cancelled or on a problem, such as a logit that is
 * not a number. `cancel` may be NULL. Threads: one. */
TERN_API tern_status tern_decode_greedy(tern_session *session, size_t count, const int64_t *slots,
                                        const int32_t *tokens, int64_t steps, int32_t *next, int64_t *taken,
                                        const tern_cancel *cancel, tern_error *error);

/*===- Verification -----------------------------------------------------------===*/

typedef struct tern_verification {
  size_t size;
  int64_t prompts;       /* Golden prompts that the artifact holds. */
  double max_divergence; /* The largest KL(reference || computed) of one, in nats, */
  double allowed;        /* and what it may be. */
  double max_error;      /* The largest difference of two logits. */
  char reference[64];    /* What computed the golden logits: "the interpreter in f32". */
} tern_verification;

/* Compares the weights with their hashes, then runs the artifact's golden prompts: does it compute here what it must?
 * Fails where it does not, or has none. `result` may be NULL. Threads: any. */
TERN_API tern_status tern_model_verify(const tern_model *model, tern_verification *result, tern_error *error);

/*===- Embeddings -------------------------------------------------------------===*
 *
 * Of encoders, and of decoders that were compiled with --embeddings; such a model generates no text. Which pooling it
 * was trained for says its card. */

typedef enum tern_pooling {
  TERN_POOL_MEAN = 0,  /* The mean of the tokens' vectors: sentence transformers. */
  TERN_POOL_FIRST = 1, /* The vector of the first token, "[CLS]". */
  TERN_POOL_LAST = 2,  /* That of the last token: decoders. */
  TERN_POOL_NONE = 3   /* The vectors of all tokens, one after another. */
} tern_pooling;

typedef struct tern_embed_options {
  size_t size;
  tern_pooling pooling;
  int keep_length;           /* 0, the default: vectors are scaled to a length of 1. */
  const tern_cancel *cancel; /* May be NULL. */
} tern_embed_options;

/* Threads: any. */
TERN_API void tern_embed_options_init(tern_embed_options *options, size_t size);

/* The embedding of a text, written to `vector` as ids are by the functions above: `embedding` floats of
 * tern_model_info, of each token with TERN_POOL_NONE. `options` may be NULL. Slot 0 is used and holds the text.
 * Threads: one. */
TERN_API tern_status tern_embed(tern_session *session, const int32_t *ids, size_t count,
                                const tern_embed_options *options, float *vector, size_t capacity, size_t *length,
                                tern_error *error);
/* The same for text, with the tokens round it that the model expects, and without those that its tokenizer only fills
 * texts up with. Threads: one. */
TERN_API tern_status tern_embed_text(tern_session *session, const char *text, size_t text_length,
                                     const tern_embed_options *options, float *vector, size_t capacity, size_t *length,
                                     tern_error *error);

/*===- Sampling ---------------------------------------------------------------===*/

typedef struct tern_sampler_options {
  size_t size;
  double temperature; /* 0, the default, is greedy. */
  int64_t top_k;      /* 0 keeps all. */
  double top_p;       /* 1 keeps all. */
  double min_p;       /* 0 keeps all. */
  double typical_p;   /* 1 keeps all. */
  double repeat_penalty, presence_penalty, frequency_penalty;
  int64_t penalty_window; /* Tokens that penalties look back on; -1 is all. */
  uint64_t seed, stream;  /* The same draws for the same numbers, on every machine. */
  const int32_t *bias_tokens;
  const double *bias_values; /* Added to the logits; -INFINITY bans a token. */
  size_t bias_count;
  /* "Don't repeat yourself": penalises going on with what the text said before, by multiplier * base ^ (length of the
   * repetition - allowed length). A multiplier of 0, the default, turns it off. */
  double dry_multiplier, dry_base;
  int64_t dry_allowed_length, dry_window; /* Tokens; a window of -1 is all. */
  const char *const *dry_breakers;        /* Texts over which no repetition reaches; NULL: newline, ':', '"' and '*'. */
  size_t dry_breaker_count;
  const int32_t *allowed_tokens; /* No others may be drawn; NULL allows all. */
  size_t allowed_count;
  const int32_t *banned_tokens;
  size_t banned_count;
  /* The order of the chain; NULL: "penalties;dry;temperature;top_k;top_p;min_p;typical_p". What is left out does not
   * act, and it is an error to give its options. */
  const char *stages;
  /* If not NULL, called before each draw with the tokens so far. Answers bit t % 32 of word t / 32 for each token t, 1
   * if it may be drawn, valid until the next call; or NULL, and all may. */
  const uint32_t *(*mask)(void *mask_user, const int32_t *history, size_t history_length);
  void *mask_user;
  int64_t logprobs; /* How many of the likeliest tokens to report beside those drawn; -1, the default: no report. */
} tern_sampler_options;

/* Threads: any. */
TERN_API void tern_sampler_options_init(tern_sampler_options *options, size_t size);

/* Copies what `options` points to, all but what its mask does; NULL: greedy. `*sampler` is NULL unless it is TERN_OK.
 * Threads: any. */
TERN_API tern_status tern_sampler_create(const tern_model *model, const tern_sampler_options *options,
                                         tern_sampler **sampler, tern_error *error);
/* Threads: last. */
TERN_API void tern_sampler_destroy(tern_sampler *sampler);

/* Draws a token from `logits`, as many as the model's vocabulary. `history` has the tokens so far, for the penalties.
 * Threads: one. */
TERN_API tern_status tern_sampler_sample(tern_sampler *sampler, const float *logits, const int32_t *history,
                                         size_t history_length, int32_t *token, tern_error *error);

/* What the model itself, before any option acts, says of a token. */
typedef struct tern_token_logprob {
  int32_t token;
  double logprob; /* Natural logarithm; -INFINITY for a token that is masked. */
} tern_token_logprob;

/* The logprob of `token`, and the likeliest tokens, falling: as many as the sampler's options ask for, of which at most
 * `capacity` are written to `top`, and their number to `length`. `logprob` and `length` may be NULL, and `top` with a
 * capacity of 0. Threads: one. */
TERN_API tern_status tern_sampler_logprobs(tern_sampler *sampler, const float *logits, int32_t token, double *logprob,
                                           tern_token_logprob *top, size_t capacity, size_t *length, tern_error *error);

/*===- Generation -------------------------------------------------------------===*/

typedef enum tern_stop_reason {
  TERN_STOP_END_TOKEN = 0,
  TERN_STOP_STRING = 1,
  TERN_STOP_MAX_TOKENS = 2,
  TERN_STOP_CONTEXT_END = 3,
  TERN_STOP_CANCELLED = 4 /* By a tern_cancel or by on_text. */
} tern_stop_reason;

/* "end_token", "stop_string", "max_tokens", "context_end", "cancelled"; "unknown" for others. Threads: signal. */
TERN_API const char *tern_stop_reason_name(tern_stop_reason reason);

typedef struct tern_generate_result {
  size_t size;
  tern_stop_reason reason;
  int64_t prompt_tokens, tokens;
  double prefill_seconds, decode_seconds;
  double tokens_per_second; /* Of those after the first, which the prompt's pass gives. */
  int64_t context_shifts;
} tern_generate_result;

typedef struct tern_generate_options {
  size_t size;
  void *user;
  /* Called for each token with the text to show now, which is often empty; `token` is -1 for text that comes at the
   * end. Answer 0 to stop. May be NULL. */
  int (*on_text)(void *user, int32_t token, const char *text, size_t text_length);
  void (*on_progress)(void *user, int64_t done, int64_t total); /* Of the prompt; may be NULL. */
  const tern_cancel *cancel;                                    /* May be NULL. */
  const tern_sampler_options *sampler;                          /* NULL: greedy. */
  int64_t max_tokens;                                           /* -1: until something else stops it. */
  const char *const *stop_strings;                              /* End the text and are not shown. */
  size_t stop_count;
  int ignore_end_tokens;
  int64_t samples; /* Texts for the one prompt, one after the other, each with the next stream; 0, the default, is 1. */
  void (*on_sample)(void *user, int64_t sample, const tern_generate_result *result); /* After each; may be NULL. */
  /* Called for each token, before on_text, if the sampler's options ask for logprobs. May be NULL. */
  void (*on_logprobs)(void *user, const tern_token_logprob *drawn, const tern_token_logprob *top, size_t count);
  /* Not 0: where the context ends the text goes on after a tern_session_shift that keeps `shift_keep` tokens; -1: all
   * up to the end of the prompt. */
  int context_shift;
  int64_t shift_keep;
} tern_generate_options;

/* Threads: any. */
TERN_API void tern_generate_options_init(tern_generate_options *options, size_t size);

/* Appends the prompt to a slot and generates. `options` and `result` may be NULL. Of several samples the result, and
 * what the slot then holds, is the last one. Being cancelled is no failure here: the result says so. Threads: one. */
TERN_API tern_status tern_generate(tern_session *session, int64_t slot, const int32_t *prompt, size_t prompt_length,
                                   const tern_generate_options *options, tern_generate_result *result,
                                   tern_error *error);
/* The same for a prompt as text; `flags` as for tern_tokenize. Threads: one. */
TERN_API tern_status tern_generate_text(tern_session *session, int64_t slot, const char *prompt, size_t prompt_length,
                                        uint32_t flags, const tern_generate_options *options,
                                        tern_generate_result *result, tern_error *error);

#ifdef __cplusplus
}
#endif

#endif /* TERN_TERN_H */
