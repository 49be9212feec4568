#!/usr/bin/env python3
"""make_model.py DIR: writes a model directory that every command can use, without weights: a Llama of two layers and 256
tokens, which are the bytes, and a chat template."""

import json
import pathlib
import sys

# The byte alphabet of GPT-2: printable bytes stand for themselves, the others for characters from 256 on.
printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
others = [byte for byte in range(256) if byte not in printable]
letters = {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(others)}

tokenizer = {
    "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
    "post_processor": None, "decoder": {"type": "ByteLevel"},
    "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
              "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
              "vocab": {letters[byte]: byte for byte in range(256)}, "merges": []},
}
config = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 12, "intermediate_size": 20,
    "num_hidden_layers": 2, "num_attention_heads": 3, "num_key_value_heads": 1, "vocab_size": 256,
    "max_position_embeddings": 24, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "eos_token_id": 0,
}
template = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}"

directory = pathlib.Path(sys.argv[1])
directory.mkdir(parents=True, exist_ok=True)
(directory / "config.json").write_text(json.dumps(config))
(directory / "tokenizer.json").write_text(json.dumps(tokenizer))
(directory / "chat_template.jinja").write_text(template)
