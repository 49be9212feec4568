"""Logits of Tern on the GPU against those of transformers in f32."""

import ctypes
import random
import time

import torch

from reference import Reference, difference
from rows import Row
from subjects import BATCHES, config_directory

PROMPTS, STEPS = (1, 17, 512, 2048), 64
# f16 caches and f32 everywhere else: what they cost, and a little for the order of sums.
ALLOWED_ERROR = 2e-3


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
    return ctypes.string_at(pointer, 4 * count)


def decoded(session, slots, ids):
    """The logits after one token more in each of some slots."""
    rows = memory(session.decode(slots, ids), len(slots) * session.vocabulary)
    return torch.frombuffer(bytearray(rows), dtype=torch.float32).view(len(slots), -1)


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
        rows = decoded(session, list(range(batch)), [row[prompt + step] for row in ids])
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
    text = (f"error {max(errors):.2e}  KL {sum(means) / batch:.1e} {max(largest):.1e}  "
            f"top {sum(same)}/{sum(rows)}")
    return Row(name, f"batch {batch}, prompt {prompt} + {STEPS}", max(errors) < ALLOWED_ERROR, text, seconds)


def check_prompts(model, reference, name, prompts):
    """The logits of the last token alone: chunks of prompts then go through the entry that is made for them, where all
    logits are asked of as few tokens at once as it gives logits of."""
    start = time.perf_counter()
    session, found = model.session(1, max(prompts)), []
    for prompt in prompts:
        ids = draw(prompt, reference.vocabulary, 31 * prompt)
        session.reset()
        session.prefill(ids)
        row = torch.frombuffer(bytearray(memory(session.logits, reference.vocabulary)), dtype=torch.float32)
        expected = reference.logits([ids], 1)[0]
        found.append(difference(row[None].to(expected.device), expected))
    session.close()
    errors, means, _, same = zip(*found)
    text = f"error {max(errors):.2e}  KL {max(means):.1e}  top {sum(same)}/{len(same)}"
    return Row(name, f"last of prompts of {', '.join(map(str, prompts))}", max(errors) < ALLOWED_ERROR, text,
               time.perf_counter() - start)


def rows(model, name, directory, seed, device, batches=BATCHES, prompts=PROMPTS):
    """Logits of a model that is open against transformers, whose weights are made on the same GPU."""
    start = time.perf_counter()
    reference = Reference(config_directory(name, directory), seed, device.name)
    device.wait()
    print(f"{name}: reference {time.perf_counter() - start:.1f} s", flush=True)
    yield check_prompts(model, reference, name, [*prompts, 15, 100, 1025])
    for prompt in prompts:
        yield check_batch(model, reference, name, 1, prompt)
    for batch in batches:
        if batch > 1:
            yield check_batch(model, reference, name, batch, 17)
    del reference
    device.release()
