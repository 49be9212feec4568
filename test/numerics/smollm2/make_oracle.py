#!/usr/bin/env python3
"""Writes oracle.json: what llama.cpp computes for SmolLM2-135M-Instruct with its weights dequantised to f32.

    LLAMA_CPP_LIB_PATH=BUILD/bin python3 make_oracle.py MODEL.Q4_1.gguf MODEL.F32.gguf --bindings SDIST [--logits OUT]

Never run by tests; README.md says how the F32 file is made. Needs gguf, jinja2 and what llamacpp_logits.py needs.
"""

import argparse
import hashlib
import json
import math
from pathlib import Path

import gguf
import jinja2
import numpy as np

from llamacpp_logits import Engine, type_census

HERE = Path(__file__).resolve().parent
PROMPTS = ["The three states of matter are", "Once upon a time, in a small village by the sea,"]
CHAT = [{"role": "user", "content": "Explain in two sentences why the sky is blue."}]
STEPS = 32
TOP = 8


def check_weights(packed: gguf.GGUFReader, wide: gguf.GGUFReader) -> int:
    """Every tensor of the F32 file must be gguf's dequantisation of the original, to the bit."""
    found = {t.name: t for t in wide.tensors}
    if found.keys() != {t.name for t in packed.tensors}:
        raise SystemExit("the two files hold other tensors")
    for tensor in packed.tensors:
        want = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32).reshape(-1)
        got = np.asarray(found[tensor.name].data).reshape(-1)
        if found[tensor.name].tensor_type != gguf.GGMLQuantizationType.F32 or want.tobytes() != got.tobytes():
            raise SystemExit(f"{tensor.name} differs from its dequantisation")
    return len(found)


def log_softmax(logits: np.ndarray) -> np.ndarray:
    wide = logits.astype(np.float64)
    wide -= wide.max(-1, keepdims=True)
    return wide - np.log(np.exp(wide).sum(-1, keepdims=True))


def mean_kl(left: np.ndarray, right: np.ndarray) -> float:
    p, q = log_softmax(left), log_softmax(right)
    return float((np.exp(p) * (p - q)).sum(-1).mean())


def positions(ids: list[int], logits: np.ndarray) -> dict:
    logp = log_softmax(logits)
    target = [float(logp[i, ids[i + 1]]) for i in range(len(ids) - 1)]
    order = np.argsort(-logits, axis=-1, kind="stable")[:, :TOP]
    return {
        "next_logprob": [round(v, 9) for v in target],
        "perplexity": math.exp(-sum(target) / len(target)),
        "top1": [int(v) for v in order[:, 0]],
        "top8_ids": order.tolist(),
        "top8_logits": [[float(f"{logits[i, j]:.8g}") for j in row] for i, row in enumerate(order)],
    }


def render_chat(packed: gguf.GGUFReader) -> str:
    template = packed.fields["tokenizer.chat_template"].contents()
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(template).render(messages=CHAT, add_generation_prompt=True, bos_token="<|im_start|>",
                                                    eos_token="<|im_end|>")


def continuation(engine: Engine, prompt: str, special: bool) -> dict:
    ids = engine.tokenize(prompt, special)
    chosen, leads = engine.greedy(ids, STEPS)
    return {"prompt": prompt, "special_tokens_parsed": special, "prompt_ids": ids, "greedy_ids": chosen,
            "text": engine.text(chosen), "smallest_lead": min(leads)}


def dump(oracle: dict) -> str:
    """JSON with one key a line; the long tables one row a line."""
    lines = []
    for key, value in oracle.items():
        text = json.dumps(value)
        if isinstance(value, list) and value and isinstance(value[0], (list, dict)):
            text = "[\n" + ",\n".join(json.dumps(row) for row in value) + "]"
        lines.append(f"{json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packed", type=Path)
    parser.add_argument("wide", type=Path)
    parser.add_argument("--bindings", type=Path, required=True)
    parser.add_argument("--logits", type=Path, help="also save all logits, f32 [T, V]")
    arguments = parser.parse_args()
    packed = gguf.GGUFReader(arguments.packed)
    tensors = check_weights(packed, gguf.GGUFReader(arguments.wide))
    engine = Engine(arguments.wide, arguments.bindings)
    ids = engine.tokenize((HERE / "english.txt").read_text(), False)
    logits = engine.feed(ids)
    engine.reset()
    stepped = np.concatenate([engine.feed([token]) for token in ids])
    census = type_census(arguments.wide, arguments.bindings, ids)
    oracle = {
        "model": {"file": arguments.packed.name, "sha256": hashlib.sha256(arguments.packed.read_bytes()).hexdigest()},
        "weights_checked": f"{tensors} tensors equal to gguf.quants.dequantize, to the bit",
        "types_computed": sorted({name.split()[-1] for name in census}),
        "noise": {"max_logit_difference_one_batch_or_one_by_one": float(np.abs(logits - stepped).max()),
                  "mean_kl": mean_kl(logits, stepped)},
        "continuations": [*(continuation(engine, p, False) for p in PROMPTS),
                          {"messages": CHAT, **continuation(engine, render_chat(packed), True)}],
        "ids": ids,
        **positions(ids, logits),
    }
    (HERE / "oracle.json").write_text(dump(oracle))
    if arguments.logits:
        np.save(arguments.logits, logits)
    print(json.dumps(census, indent=1))
    print({k: oracle[k] for k in ("weights_checked", "types_computed", "noise", "perplexity", "continuations")})


if __name__ == "__main__":
    main()
