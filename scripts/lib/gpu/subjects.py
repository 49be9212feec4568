"""The models that the GPU is tried on: shapes of real ones, with random weights."""

import json

import machine

LLAMA = dict(architectures=["LlamaForCausalLM"], model_type="llama", hidden_act="silu", rms_norm_eps=1e-5,
             attention_bias=False, mlp_bias=False, torch_dtype="bfloat16", max_position_embeddings=4096)

SUBJECTS = {
    "smollm2-135m": dict(LLAMA, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
                         num_key_value_heads=3, head_dim=64, vocab_size=49152, rope_theta=100000.0,
                         tie_word_embeddings=True),
    "llama-3.2-1b": dict(LLAMA, hidden_size=2048, intermediate_size=8192, num_hidden_layers=16, num_attention_heads=32,
                         num_key_value_heads=8, head_dim=64, vocab_size=128256, rope_theta=500000.0,
                         tie_word_embeddings=True, max_position_embeddings=40960),
    "llama-3-8b": dict(LLAMA, hidden_size=4096, intermediate_size=14336, num_hidden_layers=32, num_attention_heads=32,
                       num_key_value_heads=8, head_dim=128, vocab_size=128256, rope_theta=500000.0,
                       tie_word_embeddings=False),
    "qwen3-0.6b": dict(architectures=["Qwen3ForCausalLM"], model_type="qwen3", hidden_act="silu", rms_norm_eps=1e-6,
                       attention_bias=False, torch_dtype="bfloat16", hidden_size=1024, intermediate_size=3072,
                       num_hidden_layers=28, num_attention_heads=16, num_key_value_heads=8, head_dim=128,
                       vocab_size=151936, max_position_embeddings=4096, rope_theta=1000000.0,
                       tie_word_embeddings=True),
    "gemma-3-1b": dict(architectures=["Gemma3ForCausalLM"], model_type="gemma3_text",
                       hidden_activation="gelu_pytorch_tanh", rms_norm_eps=1e-6, attention_bias=False,
                       torch_dtype="bfloat16", hidden_size=1152, intermediate_size=6912, num_hidden_layers=26,
                       num_attention_heads=4, num_key_value_heads=1, head_dim=256, vocab_size=262144,
                       max_position_embeddings=4096, rope_theta=1000000.0, rope_local_base_freq=10000.0,
                       sliding_window=512, sliding_window_pattern=6, query_pre_attn_scalar=256,
                       tie_word_embeddings=True),
    # For sanitizers, starts and emulation: two layers and 3 MB.
    "tiny": dict(LLAMA, hidden_size=256, intermediate_size=512, num_hidden_layers=2, num_attention_heads=4,
                 num_key_value_heads=2, head_dim=64, vocab_size=1024, rope_theta=10000.0, tie_word_embeddings=True),
}

BATCHES = (1, 3, 8, 64)


def config_directory(name, directory):
    return directory / (name + "-config")


def artifact(name, directory):
    return directory / (name + ".tern")


def compile_subject(name, directory, tern, seed, target="sm_90a"):
    """Compiles a model for the GPU; the artifact holds no weights, so it is small."""
    config = config_directory(name, directory)
    config.mkdir(parents=True, exist_ok=True)
    (config / "config.json").write_text(json.dumps(SUBJECTS[name], indent=1) + "\n")
    machine.run([tern, "compile", config, "--weights", f"random:{seed}", "--target", target, "--batch",
                 ",".join(map(str, BATCHES)), "--no-golden", "-o", artifact(name, directory)])
