"""Tern's side of a case: a session whose slots hold their contexts, and rounds of steps from there."""

import time
from contextlib import contextmanager

import torch

from cases import STEPS
from checks import draw, memory
from reference import difference
from tern_api import Model


def ids_of(case, vocabulary):
    """The tokens of each slot: those before the first step, and one more for it."""
    length = case.start + 1 if case.kind == "decode" else case.context
    return [draw(length, vocabulary, 1000 * case.batch + case.context + slot) for slot in range(case.batch)]


def checked_slots(case):
    """Slots whose logits are compared: the first and the last."""
    return sorted({0, case.batch - 1})


def expected_logits(reference, case):
    """Of the last token of each slot that is checked."""
    ids = ids_of(case, reference.vocabulary)
    return torch.cat([reference.logits([ids[slot]], 1)[0].cpu() for slot in checked_slots(case)])


def error_of(computed, expected):
    """The largest relative error of a row."""
    return difference(computed.float().cpu(), expected)[0]


class TernCase:
    """A session that is ready for the rounds of a case; its logits of the first step are `logits`."""

    def __init__(self, model, case, vocabulary):
        self.case, self.vocabulary, self.ids = case, vocabulary, ids_of(case, vocabulary)
        self.session, self.loop = model.session(case.batch, case.capacity), None
        self.slots = list(range(case.batch))
        self.logits = self.first_decode() if case.kind == "decode" else self.first_prefill()

    def first_decode(self):
        for slot in self.slots:
            self.session.prefill(self.ids[slot][:-1], slot)
        self.session.decode(self.slots, [row[-1] for row in self.ids])
        rows = self.rows(self.case.batch)
        self.rewind()
        return rows[checked_slots(self.case)]

    def first_prefill(self):
        self.session.prefill(self.ids[0])
        return self.rows(1)

    def rows(self, count):
        data = memory(self.session.logits, count * self.vocabulary)
        return torch.frombuffer(bytearray(data), dtype=torch.float32).view(count, -1)

    def rewind(self):
        for slot in self.slots:
            self.session.rewind(slot, self.case.start)

    def round(self, sampling):
        """Milliseconds of a step (the mean of a round's), or of a prompt. With `sampling` the steps follow one another on
        the GPU, each with the token of the one before; without it each is a call whose logits come to the host."""
        if self.case.kind == "prefill":
            self.session.rewind(0, 0)
            start = time.perf_counter()
            self.session.prefill(self.ids[0])
            return (time.perf_counter() - start) * 1000
        ids = [row[-1] for row in self.ids]
        if self.loop is None:
            self.loop = self.session.greedy_loop(self.slots, ids, sampling=False)
        start = time.perf_counter()
        if sampling:
            self.session.decode_greedily(self.slots, ids, STEPS)
        else:
            self.loop(STEPS)
        seconds = time.perf_counter() - start
        self.rewind()
        return seconds * 1000 / STEPS

    def memory(self):
        """Bytes planned and taken, as the runtime says."""
        planned, measured = self.session.memory()
        return planned.total, measured.total

    def close(self):
        if self.loop:
            self.loop.close()
        self.session.close()


@contextmanager
def opened(library, artifact):
    """An artifact on the GPU, and the seconds that opening it took, weights made included."""
    start = time.perf_counter()
    model = Model(library, artifact, 0, backend="cuda")
    try:
        yield model, time.perf_counter() - start
    finally:
        model.close()


def vocabulary_of(model):
    return model.info().vocabulary


def fits(model, case):
    """Why an artifact cannot run a case, or None."""
    most = model.info().max_context
    return f"the artifact was compiled for {most} positions" if case.capacity > most else None


