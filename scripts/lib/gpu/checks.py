"""Logits of Tern on the GPU against those of transformers in f32."""

import gc
import random
import time
from dataclasses import dataclass

import torch

from reference import Reference, difference
from subjects import BATCHES, artifact, config_directory
from tern_api import Model

PROMPTS, STEPS = (1, 17, 512, 2048), 64
# f16 caches and f32 everywhere else: what they cost, and a little for the order of sums.
ALLOWED_ERROR = 2e-3


@dataclass
class Row:
    model: str
    what: str
    error: float
    mean_divergence: float
    largest_divergence: float
    same: int
    rows: int
    seconds: float

    @property
    def passed(self):
        return self.error < ALLOWED_ERROR

    def __str__(self):
        verdict = "ok" if self.passed else "WRONG"
        return (f"{self.model:14} {self.what:28} error {self.error:.2e}  KL {self.mean_divergence:.1e} "
                f"{self.largest_divergence:.1e}  top {self.same}/{self.rows}  {self.seconds:6.2f} s  {verdict}")


def draw(count, vocabulary, seed):
    return [random.Random(seed + 7919 * i).randrange(vocabulary) for i in range(count)]


def sequence(session, slot, prompt):
    """The logits of all tokens of a prompt."""
    parts = []

    def take(_, rows, pointer):
        parts.append(torch.frombuffer(bytearray(memory(pointer, rows * session.vocabulary)), dtype=torch.float32))

    session.prefill(prompt, slot, take)
    return torch.cat(parts).view(-1, session.vocabulary)


def memory(pointer, count):
    import ctypes
    return ctypes.string_at(pointer, 4 * count)


def check_batch(model, reference, name, batch, prompt):
    vocabulary = reference.vocabulary
    ids = [draw(prompt + STEPS, vocabulary, 1000 * batch + prompt + slot) for slot in range(batch)]
    start = time.perf_counter()
    session = model.session(batch, prompt + STEPS)
    session.vocabulary = vocabulary
    computed = [[] for _ in range(batch)]
    for slot in range(batch):
        computed[slot].append(sequence(session, slot, ids[slot][:prompt])[-1 if batch > 1 else 0:])
    for step in range(STEPS):
        rows = session.decode(list(range(batch)), [row[prompt + step] for row in ids])
        rows = torch.frombuffer(bytearray(memory(rows, batch * vocabulary)), dtype=torch.float32).view(batch, -1)
        for slot in range(batch):
            computed[slot].append(rows[slot:slot + 1])
    session.close()
    seconds = time.perf_counter() - start
    keep = STEPS + (1 if batch > 1 else prompt)
    found = []
    for slot in range(batch):
        expected = reference.logits([ids[slot]], keep)[0]
        found.append(difference(torch.cat(computed[slot]).to(expected.device), expected) + (keep,))
    errors, means, largest, same, rows = zip(*found)
    return Row(name, f"batch {batch}, prompt {prompt} + {STEPS}", max(errors), sum(means) / batch, max(largest),
               sum(same), sum(rows), seconds)


def rows(name, directory, library, seed, batches=BATCHES, prompts=PROMPTS):
    start = time.perf_counter()
    reference = Reference(config_directory(name, directory), seed)
    torch.cuda.synchronize()
    made = time.perf_counter()
    model = Model(library, artifact(name, directory), 0, backend="cuda")
    print(f"{name}: reference {made - start:.1f} s, loaded {time.perf_counter() - made:.1f} s", flush=True)
    for prompt in prompts:
        yield check_batch(model, reference, name, 1, prompt)
    for batch in batches:
        if batch > 1:
            yield check_batch(model, reference, name, batch, 17)
    model.close()
    del reference
    gc.collect()
    torch.cuda.empty_cache()
