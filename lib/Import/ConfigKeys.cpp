//===- ConfigKeys.cpp - What is known of keys that no family reads --------===//

#include "lib/Import/ConfigKeys.h"

#include <algorithm>
#include <iterator>

using namespace tern;

// Training, bookkeeping and generation settings of transformers' PretrainedConfig and of exporters. Generation settings
// are read where they belong, from generation_config.json first.
// clang-format off
static constexpr std::string_view harmlessKeys[] = {
    "_attn_implementation", "_attn_implementation_autoset", "_commit_hash", "_flash_attn_2_enabled",
    "_name_or_path", "_num_labels", "architectures", "attention_dropout", "attn_implementation", "attn_pdrop",
    "auto_map", "bad_words_ids", "begin_suppress_tokens", "bos_token_id", "cache_implementation",
    "chunk_size_feed_forward", "classifier_dropout", "decoder_start_token_id", "diversity_penalty", "do_sample",
    "dtype", "early_stopping", "embd_pdrop", "embedding_dropout", "encoder_no_repeat_ngram_size", "eos_token_id",
    "exponential_decay_length_penalty", "finetuning_task", "forced_bos_token_id", "forced_eos_token_id",
    "gradient_checkpointing", "hidden_dropout", "hidden_dropout_prob", "id2label", "initializer_range",
    "is_decoder", "is_llama_config", "keys_to_ignore_at_inference", "label2id", "length_penalty", "max_length",
    "max_new_tokens", "max_sequence_length", "min_length", "model_max_length", "model_type", "n_special",
    "name_or_path", "no_repeat_ngram_size", "num_beam_groups", "num_beams", "num_labels", "num_return_sequences",
    "output_attentions", "output_hidden_states", "output_past", "output_scores", "pad_token_id",
    "predict_special_tokens", "prefix", "pretraining_tp", "problem_type", "pruned_heads", "remove_invalid_values",
    "reorder_and_upcast_attn", "repetition_penalty", "resid_pdrop", "return_dict", "return_dict_in_generate",
    "sep_token_id", "summary_activation", "summary_first_dropout", "summary_proj_to_labels", "summary_type",
    "summary_use_proj", "suppress_tokens", "task_specific_params", "temperature", "tf_legacy_loss",
    "tokenizer_class", "top_k", "top_p", "torch_dtype", "torchscript", "transformers.js_config",
    "transformers_version", "typical_p", "unk_token_id", "unsloth_fixed", "unsloth_version", "use_bfloat16",
    "use_cache",
};
// clang-format on

// Variants that configurations spell out although they are switched off. Families that have the variant read the key;
// for all others it must hold this number, or false for 0.
struct NeutralValue {
  std::string_view key;
  double value;
};
static constexpr NeutralValue neutralValues[] = {
    {"add_cross_attention", 0},
    {"attention_bias", 0},
    {"full_attn_mod", 1},
    {"interpolate_factor", 1},
    {"is_encoder_decoder", 0},
    {"lm_head_bias", 0},
    {"mlp_bias", 0},
    {"partial_rotary_factor", 1},
    {"rope_interleaved", 0},
    {"scale_attn_by_inverse_layer_idx", 0},
    {"tie_encoder_decoder", 0},
    {"use_bidirectional_attention", 0},
    {"use_mrope", 0},
    {"use_sliding_window", 0},
    {"expert_count", 0},
    {"expert_used_count", 0},
};

// Keys of which more can be said than that nobody knows them.
struct ExplainedKey {
  std::string_view key, what, remedy;
};
static constexpr std::string_view expertsAre = "mixtures of experts are not supported";
static constexpr std::string_view useDense = "use a dense model";
static constexpr ExplainedKey explainedKeys[] = {
    {"quantization_config", "quantised checkpoints are not supported in this form",
     "use the float checkpoint, or a GGUF file of the model: its block formats are supported"},
    {"compression_config", "compressed checkpoints are not supported",
     "use the float checkpoint, or a GGUF file of the model: its block formats are supported"},
    {"vision_config", "models that take images are not supported", "use a model of text alone"},
    {"text_config", "models of several modalities are not supported", "use a model of text alone"},
    {"num_experts", expertsAre, useDense},
    {"num_local_experts", expertsAre, useDense},
    {"expert_count", expertsAre, useDense},
    {"expert_used_count", expertsAre, useDense},
};

// Metadata of a GGUF file that describes or belongs to the text side; the tokenizer is read elsewhere.
static constexpr std::string_view harmlessGgufPrefixes[] = {"general.", "tokenizer.", "quantize.",    "split.",
                                                            "adapter.", "imatrix.",   "mradermacher."};

bool tern::isHarmlessMetadata(std::string_view key) {
  return std::any_of(std::begin(harmlessGgufPrefixes), std::end(harmlessGgufPrefixes),
                     [&](std::string_view start) { return key.substr(0, start.size()) == start; });
}

std::optional<Problem> tern::problemOfUnreadKey(std::string where, std::string_view key, std::optional<double> value) {
  if (std::find(std::begin(harmlessKeys), std::end(harmlessKeys), key) != std::end(harmlessKeys))
    return std::nullopt;
  auto isKey = [&](const auto &entry) { return entry.key == key; };
  auto neutral = std::find_if(std::begin(neutralValues), std::end(neutralValues), isKey);
  bool hasNeutral = neutral != std::end(neutralValues);
  if (hasNeutral && value == neutral->value)
    return std::nullopt;
  auto explained = std::find_if(std::begin(explainedKeys), std::end(explainedKeys), isKey);
  if (explained != std::end(explainedKeys))
    return Problem{std::move(where), std::string(explained->what), std::string(explained->remedy)};
  if (hasNeutral)
    return Problem{std::move(where),
                   neutral->value == 0 ? "must be false for this architecture" : "must be 1 for this architecture",
                   "use a model without this variant"};
  return Problem{std::move(where), "is not known to this architecture and could change the numbers",
                 "remove the key if it has no influence, or report the model so that it can be supported"};
}
