"""Samples, what is said about them, and the time that a run may take. Pure Python: tested without a GPU."""

import math
import statistics
import time
from dataclasses import dataclass, field


def quartiles(samples):
    """The first quartile, the median and the third; of one sample, three times that."""
    if len(samples) == 1:
        return samples[0], samples[0], samples[0]
    return tuple(statistics.quantiles(samples, n=4, method="inclusive"))


def number(value):
    """Three digits that mean something: 0.778, 4.82, 17.9, 110."""
    if value is None or math.isnan(value):
        return "-"
    digits = 3 if value < 1 else 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:.{digits}f}"


class Budget:
    """Seconds that a run may take; what does not fit is left out, and that is said."""

    def __init__(self, seconds, clock=time.monotonic):
        self.seconds, self.clock, self.start = seconds, clock, clock()

    def left(self):
        return self.seconds - (self.clock() - self.start)

    def part(self, share):
        """A budget of a part of what is left."""
        return Budget(max(self.left(), 0) * share, self.clock)

    def missing(self, needed):
        """Why there is no time for something that takes `needed` seconds, or None if there is."""
        left = max(self.left(), 0)
        return None if needed <= left else f"needs about {needed:.0f} s, {left:.0f} s are left (--seconds)"


@dataclass
class Series:
    """What one engine did in one case: milliseconds of each round, or why there are none."""

    samples: list = field(default_factory=list)
    error: float | None = None  # of its logits, against transformers in f32: the largest ||x - y|| / ||y|| of a row
    problem: str = ""           # why there are no samples
    unchecked: str = ""         # why there is no error
    first_call: float | None = None  # seconds before the first result: compiling, capturing a graph
    extra: dict = field(default_factory=dict)

    @property
    def median(self):
        return quartiles(self.samples)[1] if self.samples else None

    def text(self):
        if not self.samples:
            return f"({self.problem.replace('|', '/') or 'not measured'})"  # a bar would end the cell
        low, middle, high = quartiles(self.samples)
        return f"{number(middle)} ({number(low)} to {number(high)}, least {number(min(self.samples))})"

    def to_json(self):
        keys = ("samples", "median", "error", "problem", "unchecked", "first_call", "extra")
        return {key: getattr(self, key) for key in keys if getattr(self, key) not in (None, "", {}, [])}


@dataclass
class Result:
    """A case and all that was measured in it."""

    name: str
    floor: float | None = None  # ms: bytes over the read ceiling, or operations over the compute ceiling
    floor_of: str = ""
    tern: Series = field(default_factory=Series)
    sampled: Series | None = None  # the same with the token loop around it
    peers: dict = field(default_factory=dict)
    allowed: float = 2e-3

    @property
    def wrong(self):
        """Tern computed what it must not, or could not compute at all."""
        if self.tern.error is not None and not self.tern.error < self.allowed:
            return True
        return bool(self.tern.problem) and not self.tern.problem.startswith("skipped")

    def fraction(self):
        return self.floor / self.tern.median if self.floor and self.tern.median else None

    def ratio(self, name):
        """How many times longer a peer takes than Tern, whose own token loop counts where it was measured."""
        own = (self.sampled.median if self.sampled else None) or self.tern.median
        theirs = self.peers[name].median
        return theirs / own if own and theirs else None

    def to_json(self):
        return {"case": self.name, "floor_ms": self.floor, "floor_of": self.floor_of, "fraction": self.fraction(),
                "wrong": self.wrong, "tern": self.tern.to_json(),
                "tern_with_sampling": self.sampled.to_json() if self.sampled else None,
                "peers": {name: {**series.to_json(), "ratio": self.ratio(name)} for name, series in self.peers.items()}}


def logits_text(series, allowed=None):
    if series.error is None:
        return f"not checked: {series.unchecked}" if series.unchecked else "not checked"
    verdict = "" if allowed is None else " ok" if series.error < allowed else " WRONG"
    return f"{series.error:.1e}{verdict}"


class Table:
    """One line for each case, printed as soon as it is known, so that a run that is stopped has said what it found."""

    COLUMNS = ("case", "floor", "Tern, ms", "of ceiling", "logits", "with sampling")

    def __init__(self, peers, out=print):
        self.peers, self.out = peers, out

    def header(self):
        columns = list(self.COLUMNS)
        for name in self.peers:
            columns += [name, f"{name} : Tern"]
        self.out("| " + " | ".join(columns) + " |")
        self.out("|---" * len(columns) + "|")

    def row(self, result):
        fraction = result.fraction()
        cells = [result.name, number(result.floor), result.tern.text(),
                 "-" if fraction is None else f"{fraction:.0%}",
                 logits_text(result.tern, result.allowed) if result.tern.samples else "-",
                 result.sampled.text() if result.sampled else "-"]
        for name in self.peers:
            cells += self.peer_cells(result, name)
        self.out("| " + " | ".join(cells) + " |")

    @staticmethod
    def peer_cells(result, name):
        series = result.peers.get(name)
        if series is None:
            return ["-", "-"]
        text = series.text() + (f", logits {logits_text(series)}" if series.samples else "")
        ratio = result.ratio(name)
        return [text, "-" if ratio is None else f"**{ratio:.2f}**"]
