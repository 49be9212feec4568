"""The tiny models of the goldens: one entry for every architecture and for every switch that changes numbers.

Sizes are odd on purpose: 3 KV heads, a head size that is not hidden / heads where the family allows it, vocabularies
that are no multiple of 8, windows shorter than the prompt, enough layers that per-layer alternation shows.
"""

from dataclasses import dataclass, field

PROMPT = 24  # tokens of the prompt
DECODE = 16  # greedy steps after it


@dataclass
class Model:
    name: str
    kind: str  # model_type
    config: dict
    notes: str = ""
    old_spelling: bool = False  # rope_theta + rope_scaling and torch_dtype, as transformers 4 wrote config.json
    extra: dict = field(default_factory=dict)  # keys added to the saved config.json (and ignored by transformers)
    dtype: str = "float32"  # declared type; weights are rounded to it
    files: str = ""  # "", "single", "sharded": commit weight files too
    hub_names: bool = False  # weight file as the published GPT-2: no "transformer." prefix, causal masks as tensors
    gguf: int = 0  # files to convert to: 1 makes gguf/<name>.gguf, more make gguf/<name>-00001-of-0000N.gguf ...
    stepwise: bool = False  # a pass over all ids at once gives other numbers than prompt then decode, by design
    without: dict = field(default_factory=dict)  # config changes that ignore the entry's point: must change the logits
    recompute_at: int = 0  # generate() drops the cache and starts again when this many tokens are in


LLAMA = dict(vocab_size=131, hidden_size=36, intermediate_size=52, num_hidden_layers=3, num_attention_heads=6,
             num_key_value_heads=3, head_dim=10, max_position_embeddings=64, rms_norm_eps=1e-5)
ROPE = dict(rope_type="default", rope_theta=10000.0)


def llama(**changes):
    return {**LLAMA, "rope_parameters": ROPE, **changes}


def rope(kind, **keys):
    return dict(rope_type=kind, rope_theta=keys.pop("theta", 10000.0), **keys)


def gguf_file(model: Model) -> str | None:
    """Path of the (first) GGUF file from the folder of the goldens."""
    return f"gguf/{model.name}{f'-00001-of-{model.gguf:05}' if model.gguf > 1 else ''}.gguf" if model.gguf else None


def yarn(**keys):
    """With a ramp whose ends lie between whole dimensions."""
    return rope("yarn", factor=4.0, original_max_position_embeddings=32, beta_fast=2.0, beta_slow=0.25, **keys)


PHI3 = dict(vocab_size=133, hidden_size=48, intermediate_size=44, num_hidden_layers=3, num_attention_heads=6,
            num_key_value_heads=3, rms_norm_eps=1e-5, pad_token_id=0, bos_token_id=1, eos_token_id=2)
SHORT = [1.0, 1.25, 1.5]
LONG = [1.5, 4.0, 9.0]


def longrope(original, longest=128):
    return dict(original_max_position_embeddings=original, max_position_embeddings=longest,
                rope_parameters=dict(rope_type="longrope", rope_theta=10000.0, partial_rotary_factor=0.75,
                                     short_factor=SHORT, long_factor=LONG,
                                     original_max_position_embeddings=original))


GEMMA2 = dict(vocab_size=137, hidden_size=24, intermediate_size=36, num_hidden_layers=4, num_attention_heads=6,
              num_key_value_heads=3, head_dim=10, query_pre_attn_scalar=10, sliding_window=7,
              attn_logit_softcapping=5.0, final_logit_softcapping=3.0, max_position_embeddings=64,
              rope_parameters=ROPE)
GEMMA3 = dict(vocab_size=137, hidden_size=24, intermediate_size=36, num_hidden_layers=6, num_attention_heads=6,
              num_key_value_heads=3, head_dim=10, query_pre_attn_scalar=10, sliding_window=7,
              max_position_embeddings=64,
              rope_parameters=dict(full_attention=dict(rope_type="default", rope_theta=1000000.0),
                                   sliding_attention=dict(rope_type="default", rope_theta=10000.0)))
QWEN2 = dict(vocab_size=139, hidden_size=36, intermediate_size=44, num_hidden_layers=3, num_attention_heads=6,
             num_key_value_heads=3, max_position_embeddings=64, rms_norm_eps=1e-6,
             rope_parameters=rope("default", theta=1000000.0))
SMOLLM3 = dict(vocab_size=131, hidden_size=36, intermediate_size=40, num_hidden_layers=5, num_attention_heads=6,
               num_key_value_heads=3, max_position_embeddings=64, pad_token_id=0, bos_token_id=1, eos_token_id=2,
               rope_parameters=rope("default", theta=2000000.0))
GRANITE = dict(vocab_size=131, hidden_size=36, intermediate_size=52, num_hidden_layers=3, num_attention_heads=6,
               num_key_value_heads=3, max_position_embeddings=64, rms_norm_eps=1e-5, tie_word_embeddings=True,
               rope_parameters=ROPE, embedding_multiplier=3.0, attention_multiplier=0.3, residual_multiplier=0.6,
               logits_scaling=2.5)
GPT2 = dict(vocab_size=131, n_embd=36, n_layer=3, n_head=6, n_positions=64, bos_token_id=1, eos_token_id=2)

MODELS = [
    Model("llama2", "llama", llama(), dtype="bfloat16", files="single", gguf=1,
          notes="default rope, untied head, bf16 weights in one file"),
    Model("llama3", "llama", llama(num_attention_heads=9, head_dim=8, tie_word_embeddings=True,
                                   max_position_embeddings=1024,
                                   rope_parameters=rope("llama3", factor=8.0, low_freq_factor=1.0,
                                                        high_freq_factor=4.0, original_max_position_embeddings=128)),
          gguf=1, without={"rope_parameters": ROPE},
          notes="llama3 rope: all three bands of the scaling occur; tied head; 9 heads over 3"),
    Model("llama3_old_spelling", "llama",
          llama(max_position_embeddings=1024,
                rope_parameters=rope("llama3", theta=500000.0, factor=32.0, low_freq_factor=1.0, high_freq_factor=4.0,
                                     original_max_position_embeddings=128)),
          old_spelling=True, dtype="bfloat16", without={"rope_parameters": rope("default", theta=500000.0)},
          notes="rope_theta, rope_scaling and torch_dtype as older files have"),
    Model("llama_bias", "llama", llama(attention_bias=True, mlp_bias=True, vocab_size=129), gguf=1,
          notes="biases on q, k, v, o, gate, up, down"),
    Model("llama_linear", "llama", llama(rope_parameters=rope("linear", factor=4.0)), gguf=4,
          without={"rope_parameters": ROPE},
          notes="linear rope"),
    Model("llama_linear_old_spelling", "llama", llama(rope_parameters=rope("linear", factor=2.5)),
          old_spelling=True, extra={"rope_scaling": {"type": "linear", "factor": 2.5}},
          without={"rope_parameters": ROPE},
          notes="rope_scaling names its kind `type`, the oldest spelling"),
    Model("llama_dynamic", "llama", llama(max_position_embeddings=16, rope_parameters=rope("dynamic", factor=4.0)),
          stepwise=True,
          without={"rope_parameters": ROPE},
          notes="dynamic rope, prompt longer than max_position_embeddings: the base grows with every step, keys in the "
                "cache keep the rotation of the step that wrote them"),
    Model("llama_dynamic_crossing", "llama",
          llama(max_position_embeddings=30, rope_parameters=rope("dynamic", factor=4.0)), stepwise=True,
          without={"rope_parameters": ROPE},
          notes="dynamic rope, max_position_embeddings is crossed while decoding"),
    Model("llama_yarn", "llama",
          llama(max_position_embeddings=128,
                rope_parameters=rope("yarn", factor=4.0, original_max_position_embeddings=32)), gguf=1,
          without={"rope_parameters": ROPE},
          notes="YaRN, attention factor and betas by default"),
    Model("llama_yarn_attention_factor", "llama",
          llama(max_position_embeddings=128,
                rope_parameters=yarn(attention_factor=0.8)), gguf=1,
          without={"rope_parameters": yarn()},
          notes="YaRN with attention_factor, beta_fast and beta_slow given"),
    Model("llama_yarn_untruncated", "llama",
          llama(max_position_embeddings=128,
                rope_parameters=yarn(truncate=False, mscale=0.7, mscale_all_dim=1.3)),
          old_spelling=True, without={"rope_parameters": yarn(mscale=0.7, mscale_all_dim=1.3)},
          notes="YaRN with truncate false, mscale and mscale_all_dim; older spelling"),
    Model("mistral", "mistral", {**LLAMA, "sliding_window": 7, "rope_parameters": ROPE},
          without={"sliding_window": None},
          notes="sliding window of 7 on all layers"),
    Model("mistral_full", "mistral", {**LLAMA, "sliding_window": None, "vocab_size": 129,
                                      "rope_parameters": rope("default", theta=1000000.0)},
          gguf=1, notes="sliding_window null, as Mistral 7B v0.3"),
    Model("qwen2", "qwen2", QWEN2, gguf=1, notes="biases on q, k, v only; use_sliding_window false"),
    Model("qwen2_window", "qwen2",
          {**QWEN2, "use_sliding_window": True, "sliding_window": 7, "max_window_layers": 1,
           "tie_word_embeddings": True, "hidden_size": 24, "head_dim": 6, "intermediate_size": 30},
          dtype="float64", files="single",
          without={"use_sliding_window": False},
          notes="layers from max_window_layers on have a window; head_dim given; tied head; F64 weights in one file"),
    Model("qwen3", "qwen3",
          {**LLAMA, "vocab_size": 139, "tie_word_embeddings": False,
           "rope_parameters": rope("default", theta=1000000.0)},
          dtype="float16", files="sharded", gguf=1, notes="norm of each q and k head; f16 weights in three shards"),
    Model("qwen3_window", "qwen3",
          {**LLAMA, "vocab_size": 139, "tie_word_embeddings": True, "attention_bias": True, "use_sliding_window": True,
           "sliding_window": 5, "max_window_layers": 2, "rope_parameters": ROPE},
          without={"use_sliding_window": False},
          notes="attention_bias, layers from 2 on have a window of 5, tied head"),
    Model("phi3", "phi3", {**PHI3, "max_position_embeddings": 64, "original_max_position_embeddings": 64,
                           "rope_parameters": rope("default", partial_rotary_factor=1.0)},
          notes="default rope, fused qkv and gate_up"),
    Model("phi3_longrope_short", "phi3", {**PHI3, **longrope(256, 1024)},
          gguf=1, without={"rope_parameters": rope("default", partial_rotary_factor=0.75)},
          notes="longrope, no position past original_max_position_embeddings; 6 of 8 head elements rotate"),
    Model("phi3_longrope_long", "phi3", {**PHI3, **longrope(16), "tie_word_embeddings": True},
          gguf=1, without={"rope_parameters": rope("default", partial_rotary_factor=0.75)},
          notes="longrope, the prompt is longer than original_max_position_embeddings; tied head"),
    Model("phi3_longrope_crossing", "phi3", {**PHI3, **longrope(30)}, old_spelling=True, stepwise=True,
          recompute_at=31,
          without={"rope_parameters": rope("default", partial_rotary_factor=0.75)},
          notes="longrope, the original length is crossed while decoding: generate() then drops the cache and computes "
                "all tokens again with the long factors; older spelling"),
    Model("phi3_window", "phi3", {**PHI3, "sliding_window": 7, "max_position_embeddings": 64,
                                  "original_max_position_embeddings": 64,
                                  "rope_parameters": rope("default", partial_rotary_factor=1.0)},
          without={"sliding_window": None},
          notes="sliding window of 7 on all layers"),
    Model("gemma2", "gemma2", GEMMA2, gguf=1,
          without={"attn_logit_softcapping": None},
          notes="soft caps that bite, window on even layers, query_pre_attn_scalar equal to head_dim"),
    Model("gemma2_scalar", "gemma2", {**GEMMA2, "query_pre_attn_scalar": 23, "attn_logit_softcapping": None,
                                      "final_logit_softcapping": None}, old_spelling=True,
          without={"query_pre_attn_scalar": 10},
          notes="query_pre_attn_scalar other than head_dim, no soft caps; older spelling"),
    Model("gemma3", "gemma3_text", GEMMA3, files="single", gguf=1,
          without={"layer_types": ["full_attention"] * 6},
          notes="five windowed layers to one full, two rope bases, f32 weights in one file"),
    Model("gemma3_linear", "gemma3_text",
          {**GEMMA3, "num_hidden_layers": 4, "query_pre_attn_scalar": 23, "final_logit_softcapping": 3.0,
           "layer_types": ["sliding_attention", "full_attention"] * 2,
           "rope_parameters": dict(full_attention=dict(rope_type="linear", factor=8.0, rope_theta=1000000.0),
                                   sliding_attention=dict(rope_type="default", rope_theta=10000.0))},
          without={"rope_parameters": GEMMA3["rope_parameters"]},
          notes="linear rope on the full layers alone, explicit layer_types, final soft cap"),
    Model("gemma3_old_spelling", "gemma3_text", {**GEMMA3, "num_hidden_layers": 4, "sliding_window_pattern": 3,
                                                 "layer_types": ["sliding_attention", "sliding_attention",
                                                                 "full_attention", "sliding_attention"]},
          old_spelling=True, without={"layer_types": ["sliding_attention"] * 4},
          notes="sliding_window_pattern and rope_local_base_freq instead of layer_types"),
    Model("gpt2", "gpt2", GPT2, gguf=1, extra={"n_ctx": 64}, notes="tied head, gelu_new, learned positions"),
    Model("gpt2_inner", "gpt2", {**GPT2, "n_inner": 52, "tie_word_embeddings": False, "activation_function": "gelu"},
          without={"activation_function": "gelu_new"},
          notes="n_inner given, exact gelu, untied head"),
    Model("gpt2_hub", "gpt2", {**GPT2, "n_positions": 48}, dtype="float16", files="single", hub_names=True,
          extra={"n_ctx": 48},
          notes="weight file named as the published GPT-2: no `transformer.` prefix, the causal masks h.N.attn.bias "
                "as tensors that are no parameters"),
    Model("smollm3", "smollm3", SMOLLM3, gguf=1, without={"no_rope_layers": [1] * 5},
          notes="every fourth layer without rope; tied head"),
    Model("smollm3_window", "smollm3", {**SMOLLM3, "no_rope_layers": [1, 0, 1, 1, 0], "use_sliding_window": True,
                                        "sliding_window": 7, "tie_word_embeddings": False},
          without={"use_sliding_window": False},
          notes="no_rope_layers given; layers without rope have a window; untied head"),
    Model("olmo2", "olmo2", {**LLAMA, "head_dim": 6, "tie_word_embeddings": False, "pad_token_id": 0, "eos_token_id": 2,
                             "rope_parameters": rope("default", theta=500000.0)},
          gguf=1, notes="norms after attention and MLP only, norm over all of q and of k"),
    Model("granite", "granite", GRANITE, gguf=1, without={"residual_multiplier": 1.0},
          notes="multipliers of embedding, attention, residual and logits, each other than its default; tied head"),
    Model("granite_bias", "granite",
          {**GRANITE, "tie_word_embeddings": False, "attention_bias": True, "mlp_bias": True,
           "attention_multiplier": 1.0, "residual_multiplier": 1.0, "embedding_multiplier": 1.0,
           "logits_scaling": 1.0}, gguf=1, without={"attention_multiplier": 6 ** -0.5},
          notes="biases; every multiplier 1, so attention scores are not scaled at all"),
]
