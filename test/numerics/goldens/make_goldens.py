#!/usr/bin/env python3
"""Writes the goldens of the importers and of the reference interpreter. Never run by tests; see README.md.

    python3 make_goldens.py [--only NAME ...] [--llama-cpp DIR]

Needs torch, transformers and safetensors; with --llama-cpp (a source tree of llama.cpp) also writes gguf/*.gguf.
The same versions write the same bytes. For each model of models.py the seed is the first from 1 on whose greedy choices
are far from a tie, so that a difference of rounding cannot change an id.
"""

import argparse
import dataclasses
import json
import os
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch
import transformers

import config_files
import reference
import weight_files
from models import MODELS, PROMPT, Model, gguf_file

HERE = Path(__file__).resolve().parent
MARGIN = 2e-3  # smallest lead of a greedy id over the next, as a part of the range of all logits
TRIES = 60


def margin(logits: np.ndarray) -> float:
    """Smallest lead over the choices that greedy decoding makes, relative to the range of the logits."""
    top = np.sort(logits[PROMPT - 1:-1], axis=-1)
    return float((top[:, -1] - top[:, -2]).min() / (logits.max() - logits.min()))


def find_seed(model: Model):
    """The seed with a wide margin that also shows the most different ids within the first few such seeds."""
    best = None
    for seed in range(1, TRIES):
        weights = reference.parameters(model, seed)
        net = reference.build(model, weights, torch.float32)
        prompt = reference.prompt_ids(seed, net.config.vocab_size)
        ids, logits = reference.run(net, prompt, model.recompute_at)
        variety = len(set(ids[PROMPT:]))
        if margin(logits) >= MARGIN and (best is None or variety > best[0]):
            best = (variety, seed, weights, prompt, ids, logits)
            if variety >= 8:
                break
    if best is None:
        raise SystemExit(f"{model.name}: no seed below {TRIES} keeps the greedy ids {MARGIN} of the range apart")
    return best[1:]


def f64_logits(model: Model, weights, prompt, ids) -> np.ndarray:
    with reference.everything_in_f64():
        net = reference.build(model, weights, torch.float64)
        _, logits = reference.run(net, prompt, model.recompute_at, forced=ids[PROMPT:])
    assert logits.dtype == np.float64
    return logits


def check_against_generate(model: Model, weights, prompt, ids, logits) -> None:
    got_ids, got = reference.run_generate(reference.build(model, weights, torch.float32), prompt)
    difference = float(np.abs(got - logits[PROMPT - 1:-1]).max())
    if got_ids != ids or difference > 1e-5:
        raise SystemExit(f"{model.name}: generate() gives other numbers, largest difference {difference}")


def check_point(model: Model, weights, prompt, ids, logits) -> float:
    """How far off an importer lands that ignores the entry's point, as a part of the range. Must be far."""
    if not model.without:
        return 0.0
    plain = dataclasses.replace(model, config={**model.config, **model.without})
    net = reference.build(plain, weights, torch.float32)
    _, other = reference.run(net, prompt, model.recompute_at, forced=ids[PROMPT:])
    difference = float(np.abs(other - logits).max() / (logits.max() - logits.min()))
    if difference < 1.5e-4:  # the tolerance of the tests is 1e-4
        raise SystemExit(f"{model.name}: {model.without} changes the logits by only {difference} of their range")
    return difference


def check_files(model: Model, folder: Path, weights, prompt, logits) -> None:
    """The written config.json must give the golden's logits to the bit, the written weights the same parameters."""
    net = reference.build(model, weights, torch.float32, transformers.AutoConfig.from_pretrained(folder))
    if not np.array_equal(reference.run(net, prompt, model.recompute_at)[1], logits):
        raise SystemExit(f"{model.name}: {folder}/config.json gives other logits")
    if not model.files:
        return
    loaded = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    for name, parameter in loaded.named_parameters():
        if not np.array_equal(parameter.detach().numpy(), weights[name]):
            raise SystemExit(f"{model.name}: {folder} holds another {name}")


def one_line_each(golden: dict) -> str:
    """JSON with one key a line, and one parameter a line."""
    lines = []
    for key, value in golden.items():
        text = json.dumps(value)
        if key == "parameters":
            text = "{\n" + ",\n".join(f"  {json.dumps(n)}: {json.dumps(s)}" for n, s in value.items()) + "\n }"
        lines.append(f" {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def make(model: Model) -> None:
    seed, weights, prompt, ids, logits = find_seed(model)
    check_against_generate(model, weights, prompt, ids, logits)
    at_once = reference.run_at_once(reference.build(model, weights, torch.float32), ids)
    spread = float(logits.max() - logits.min())
    noise = float(np.abs(logits - f64_logits(model, weights, prompt, ids)).max())
    cached = float(np.abs(logits - at_once).max())
    if (cached > 1e-4 * spread) != model.stepwise:
        raise SystemExit(f"{model.name}: declared stepwise {model.stepwise}, but one pass differs by {cached}")
    folder = HERE / model.name
    folder.mkdir(exist_ok=True)
    config_files.write(model, folder)
    (folder / "ids.json").write_text(json.dumps(ids) + "\n")
    np.save(folder / "logits.npy", logits.astype("<f4"))
    point = check_point(model, weights, prompt, ids, logits)
    golden = {
        "weights": f"random:{seed}",
        "seed": seed,
        "prompt_length": PROMPT,
        "greedy_ids": ids[PROMPT:],
        "notes": model.notes,
        "needs_stepwise": model.stepwise,
        "recompute_at": model.recompute_at or None,
        "gguf": gguf_file(model),
        "parameters": {name: list(w.shape) for name, w in weights.items()},
        "range": spread,
        "noise_f32_f64": noise,
        "difference_one_pass": cached,
        "ignored": {"config": model.without, "difference_of_range": point} if model.without else None,
        "greedy_margin": margin(logits) * spread,
        "made_with": {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__},
    }
    (folder / "golden.json").write_text(one_line_each(golden))
    if model.files:
        weight_files.write(model, seed, folder)
    check_files(model, folder, weights, prompt, logits)
    print(f"{model.name:30} seed {seed:3}  range {spread:7.3f}  noise {noise / spread:.1e}  "
          f"one pass {cached / spread:.1e}  ignored {point:.1e}  margin {margin(logits):.1e}  "
          f"ids {len(set(ids[PROMPT:]))}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--llama-cpp", type=Path, metavar="DIR", help="write the GGUF files with its converter")
    parser.add_argument("--gguf-only", action="store_true", help="keep the goldens, write the GGUF files alone")
    arguments = parser.parse_args()
    unknown = set(arguments.only) - {m.name for m in MODELS}
    if unknown:
        parser.error(f"no model of the name {sorted(unknown)}")
    chosen = [m for m in MODELS if not arguments.only or m.name in arguments.only]
    torch.manual_seed(0)
    torch.set_num_threads(2)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    if not arguments.gguf_only:
        for model in chosen:
            make(model)
    if arguments.llama_cpp:
        import gguf_files
        gguf_files.write([m for m in chosen if m.gguf], HERE, arguments.llama_cpp)


if __name__ == "__main__":
    main()
