"""Runs a tiny model in transformers: eager attention, prompt then greedy decode with the cache, f32 and f64."""

import contextlib

import numpy as np
import torch
import transformers

from models import DECODE, PROMPT, Model
from random_weights import hashes, weight


@contextlib.contextmanager
def everything_in_f64():
    """The modelling code pins islands to f32 (norms, softmax, rotary angles): give those names the wide type."""
    names = {"float32": torch.float32, "float": torch.float}
    to_float = torch.Tensor.float
    default = torch.get_default_dtype()
    try:
        torch.float32 = torch.float = torch.float64
        torch.Tensor.float = torch.Tensor.double
        torch.set_default_dtype(torch.float64)
        yield
    finally:
        torch.float32, torch.float = names["float32"], names["float"]
        torch.Tensor.float = to_float
        torch.set_default_dtype(default)


def make_config(model: Model):
    return transformers.AutoConfig.for_model(model.kind, **_copy(model.config))


def _copy(value):
    if isinstance(value, dict):
        return {k: _copy(v) for k, v in value.items()}
    return list(value) if isinstance(value, list) else value


def round_to(values: np.ndarray, dtype: str) -> np.ndarray:
    """Rounds f32 values to the declared type, to nearest even, and returns them as f32."""
    if dtype in ("float32", "float64"):
        return values
    return torch.from_numpy(values).to(getattr(torch, dtype)).to(torch.float32).numpy()


def parameters(model: Model, seed: int) -> dict[str, np.ndarray]:
    """Every parameter of the model by its file name, f32 holding the declared type's values."""
    net = transformers.AutoModelForCausalLM.from_config(make_config(model))
    return {name: round_to(weight(seed, name, tuple(p.shape), model.kind), model.dtype)
            for name, p in net.named_parameters()}


def build(model: Model, weights: dict[str, np.ndarray], dtype: torch.dtype, config=None):
    config = config or make_config(model)
    net = transformers.AutoModelForCausalLM.from_config(config, dtype=dtype, attn_implementation="eager").eval()
    with torch.no_grad():
        for name, p in net.named_parameters():
            p.copy_(torch.from_numpy(weights[name]).to(dtype))
    return net


def prompt_ids(seed: int, vocabulary: int) -> list[int]:
    return [int(v) for v in hashes(seed, "prompt", PROMPT) % np.uint64(vocabulary)]


@torch.no_grad()
def run(net, prompt: list[int], recompute_at: int = 0, forced: list[int] | None = None):
    """Logits [PROMPT + DECODE, V] as the prompt and then each greedy (or forced) id go through the cache."""
    ids, rows = list(prompt), []
    out = net(torch.tensor([prompt]), use_cache=True)
    rows.append(out.logits[0])
    for step in range(DECODE):
        ids.append(forced[step] if forced else int(rows[-1][-1].argmax()))
        if len(ids) == recompute_at:
            out = net(torch.tensor([ids]), use_cache=True)
        else:
            out = net(torch.tensor([ids[-1:]]), past_key_values=out.past_key_values, use_cache=True)
        rows.append(out.logits[0, -1:])
    return ids, torch.cat(rows).cpu().numpy()


@torch.no_grad()
def run_at_once(net, ids: list[int]) -> np.ndarray:
    return net(torch.tensor([ids]), use_cache=False).logits[0].numpy()


@torch.no_grad()
def run_generate(net, prompt: list[int]):
    """What model.generate() does: (ids, logits of the last prompt position and of every later one but the last)."""
    net.generation_config.eos_token_id = None
    net.generation_config.pad_token_id = None
    out = net.generate(torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
                       do_sample=False, max_new_tokens=DECODE, return_dict_in_generate=True, output_logits=True)
    return out.sequences[0].tolist(), torch.cat(out.logits).numpy()
