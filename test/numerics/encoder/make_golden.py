#!/usr/bin/env python3
"""Writes bert/: a tiny BERT's configuration, the ids of a text, and the vectors that transformers gives its tokens.

Needs torch and transformers; never run by tests. The weights are those of docs/RandomWeights.md with seed 1. The vectors
are computed in f64 and rounded to 7 digits.
"""

import json
import pathlib
import sys

import torch
import transformers

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "goldens"))
from random_weights import weight

SEED = 1
config = transformers.BertConfig(
    vocab_size=50, hidden_size=24, num_hidden_layers=3, num_attention_heads=3, intermediate_size=40,
    max_position_embeddings=40, type_vocab_size=2, layer_norm_eps=1e-12, architectures=["BertModel"])
model = transformers.BertModel(config, add_pooling_layer=False).eval().to(torch.float64)
with torch.no_grad():
    for name, parameter in model.named_parameters():
        values = weight(SEED, "bert." + name, tuple(parameter.shape), "bert")
        parameter.copy_(torch.from_numpy(values).to(torch.float64))
ids = [(7 * i + 3) % config.vocab_size for i in range(37)]
with torch.no_grad():
    vectors = model(torch.tensor([ids])).last_hidden_state[0]
folder = HERE / "bert"
folder.mkdir(exist_ok=True)
config.save_pretrained(folder)
(folder / "golden.json").write_text(json.dumps(
    {"ids": ids, "vectors": [[float(f"{x:.7g}") for x in row] for row in vectors.tolist()]}) + "\n")
