"""Safetensors files of the models that carry weights, one file or shards with an index, and generation_config.json."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

import reference
from models import Model
from random_weights import weight_f64

SHARDS = 3


def tensors(model: Model, seed: int) -> dict[str, torch.Tensor]:
    if model.dtype == "float64":  # keep the bits below f32: a reader that rounds them gets the golden's weights
        shapes = {name: w.shape for name, w in reference.parameters(model, seed).items()}
        return {n: torch.from_numpy(weight_f64(seed, n, tuple(s), model.kind)) for n, s in shapes.items()}
    kind = getattr(torch, model.dtype)
    return {n: torch.from_numpy(w).to(kind).contiguous() for n, w in reference.parameters(model, seed).items()}


def _hub_names(model: Model, everything: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The names of the published GPT-2 files, with the causal mask of each layer."""
    size = model.config["n_positions"]
    mask = torch.tril(torch.ones(size, size)).view(1, 1, size, size)
    out = {name.removeprefix("transformer."): t for name, t in everything.items()}
    return out | {f"h.{i}.attn.bias": mask.clone() for i in range(model.config["n_layer"])}


def _save(chosen: dict[str, torch.Tensor], path: Path) -> None:
    save_file(chosen, path, metadata={"format": "pt"})
    path.chmod(0o644)


def write(model: Model, seed: int, folder: Path) -> None:
    everything = tensors(model, seed)
    if model.hub_names:
        everything = _hub_names(model, everything)
    if model.files == "single":
        _save(everything, folder / "model.safetensors")
    else:
        _write_shards(everything, folder)
    generation = {"bos_token_id": 1, "eos_token_id": [2, 5], "do_sample": True, "temperature": 0.6, "top_k": 20,
                  "top_p": 0.95}
    (folder / "generation_config.json").write_text(json.dumps(generation, indent=2) + "\n")


def _write_shards(everything: dict[str, torch.Tensor], folder: Path) -> None:
    size = {n: t.numel() * t.element_size() for n, t in everything.items()}
    total, seen, where = sum(size.values()), 0, {}
    for name in everything:
        where[name] = min(seen * SHARDS // total, SHARDS - 1)
        seen += size[name]
    files = {i: f"model-{i + 1:05}-of-{SHARDS:05}.safetensors" for i in range(SHARDS)}
    for i, file in files.items():
        _save({n: t for n, t in everything.items() if where[n] == i}, folder / file)
    index = {"metadata": {"total_size": total}, "weight_map": {n: files[where[n]] for n in sorted(everything)}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")
