"""Each type that weights are stored in: small models whose golden logits the interpreter computed at compile time, run
on the GPU and on the CPU. Types of a model directory are declared ones and policies; those of GGUF files are of made-up
blocks (gguf_models.py)."""

import json

import machine
from rows import Row, Timer, left_out
from subjects import LLAMA

CONFIG = dict(LLAMA, hidden_size=512, intermediate_size=768, num_hidden_layers=2, num_attention_heads=8,
              num_key_value_heads=2, head_dim=64, vocab_size=512, rope_theta=10000.0, tie_word_embeddings=False)
# name: declared type, policy
DIRECTORIES = {"f32": ("float32", "default"), "f16": ("float16", "default"), "bf16": ("bfloat16", "default"),
               "policy-f32": ("bfloat16", "f32"), "policy-bf16": ("float32", "bf16"),
               "policy-int8": ("float32", "int8")}
GGUF_TYPES = ("Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K")
NAMES = (*DIRECTORIES, *GGUF_TYPES)
PROMPT, STEPS = 70, 8
# The same sums in another order; what rounds activations to bf16 or 8 bits may round to the other side.
ALLOWED_ERROR = {"policy-bf16": 2e-2, "policy-int8": 2e-2}
ALLOWED_OTHERWISE = 2e-3


def artifact(name, directory):
    return directory / "storage" / f"{name}.tern"


def compile_all(directory, tern, seed, targets):
    """Compiles a model of each type; those of GGUF need the package gguf."""
    for name, (declared, policy) in DIRECTORIES.items():
        config = directory / "storage" / f"{name}-config"
        config.mkdir(parents=True, exist_ok=True)
        (config / "config.json").write_text(json.dumps(dict(CONFIG, torch_dtype=declared), indent=1) + "\n")
        machine.run([tern, "compile", config, "--weights", f"random:{seed}", "--precision", policy, "--target",
                     targets, "--batch", "1,8", "-o", artifact(name, directory)])
    try:
        import gguf_models
    except ImportError as error:
        return print(f"GGUF types are left out: {error} (pip install gguf)")
    for name in GGUF_TYPES:
        path = directory / "storage" / f"{name}.gguf"
        gguf_models.write(path, name, CONFIG, seed)
        machine.run([tern, "compile", path, "--target", targets, "--batch", "1,8", "-o",
                     artifact(name, directory)])
        path.unlink()  # the artifact has the weights


def logits(library, path, backend):
    """Of the prompt's tokens and of some steps after it; verified against the golden ones first."""
    from checks import decoded, draw, sequence
    from tern_api import Model
    import torch
    model = Model(library, path, 0, backend=backend)
    divergence = model.verify()
    vocabulary = model.info().vocabulary
    ids = draw(PROMPT + STEPS, vocabulary, 5)
    session = model.session(8, PROMPT + STEPS)
    session.vocabulary = vocabulary
    found = [sequence(session, 0, ids[:PROMPT])]
    found += [decoded(session, [0], [token]) for token in ids[PROMPT:]]
    for slot in range(8):
        session.reset(slot)
        session.prefill(ids[:slot + 1], slot)
    found.append(decoded(session, list(range(8)), ids[:8]))
    session.close()
    model.close()
    return torch.cat(found), divergence


def rows(directory, library, backend="cuda", names=NAMES):
    from reference import difference
    for name in names:
        timer, path = Timer(), artifact(name, directory)
        if not path.exists():
            yield left_out("storage", name, f"{path} is not there")
            continue
        try:
            gpu, divergence = logits(library, path, backend)
            cpu, _ = logits(library, path, "cpu")
            error = difference(gpu, cpu)[0]
            passed = error < ALLOWED_ERROR.get(name, ALLOWED_OTHERWISE)
            text = f"golden KL {divergence:.1e}, to the CPU {error:.2e}"
        except RuntimeError as problem:  # of the verification too
            passed, text = False, str(problem).splitlines()[0]
        yield Row("storage", name, passed, text, timer.lap())
