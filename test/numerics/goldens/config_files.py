"""config.json as transformers 5 saves it, or in the spelling that transformers 4 used."""

import json
from pathlib import Path

import reference
from models import Model

ARCHITECTURES = {
    "llama": "LlamaForCausalLM", "mistral": "MistralForCausalLM", "qwen2": "Qwen2ForCausalLM",
    "qwen3": "Qwen3ForCausalLM", "phi3": "Phi3ForCausalLM", "gemma2": "Gemma2ForCausalLM",
    "gemma3_text": "Gemma3ForCausalLM", "gpt2": "GPT2LMHeadModel", "smollm3": "SmolLM3ForCausalLM",
    "olmo2": "Olmo2ForCausalLM", "granite": "GraniteForCausalLM",
}


def _older(config: dict) -> dict:
    """Moves the rope parameters and the type to the keys of transformers 4."""
    config["torch_dtype"] = config.pop("dtype")
    rope = config.pop("rope_parameters")
    if "full_attention" in rope:
        config["rope_theta"] = rope["full_attention"]["rope_theta"]
        config["rope_local_base_freq"] = rope["sliding_attention"]["rope_theta"]
        config["rope_scaling"] = None
        if "sliding_window_pattern" in config:
            del config["layer_types"]
        return config
    config["rope_theta"] = rope.pop("rope_theta")
    if "partial_rotary_factor" in rope:
        config["partial_rotary_factor"] = rope.pop("partial_rotary_factor")
    if config["model_type"] == "phi3":
        rope.pop("original_max_position_embeddings", None)  # stands at the top level
    config["rope_scaling"] = None if rope["rope_type"] == "default" else rope
    return config


def text(model: Model) -> str:
    config = reference.make_config(model)
    config.architectures = [ARCHITECTURES[model.kind]]
    config.dtype = model.dtype
    saved = json.loads(config.to_json_string(use_diff=True))
    saved = {k: v for k, v in saved.items() if not k.startswith("_")}
    if model.old_spelling:
        saved = _older(saved)
    saved.update(model.extra)
    return json.dumps(dict(sorted(saved.items())), indent=2) + "\n"


def write(model: Model, folder: Path) -> None:
    (folder / "config.json").write_text(text(model))
