"""Rows of the table that scripts/gpu-check prints. Pure Python: tested without a GPU."""

import time
from dataclasses import dataclass


@dataclass
class Row:
    model: str
    what: str
    passed: bool | None  # None: left out, and `text` says why
    text: str
    seconds: float = 0.0

    def __str__(self):
        verdict = {True: "ok", False: "WRONG", None: "left out"}[self.passed]
        return f"{self.model:14} {self.what:30} {self.text}  {self.seconds:6.2f} s  {verdict}"


class Timer:
    """Seconds since it was made, or since `lap` was called last."""

    def __init__(self):
        self.start = time.perf_counter()

    def lap(self):
        before, self.start = self.start, time.perf_counter()
        return self.start - before


def first_line(error):
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def guarded(model, what, rows):
    """The rows of a generator, and one more that is wrong if it ends with an error."""
    timer = Timer()
    try:
        for row in rows:
            yield row
            timer.lap()
    except Exception as error:  # whatever fails is a row, and the others are still checked
        yield Row(model, what, False, f"{type(error).__name__}: {first_line(error)}", timer.lap())


def left_out(model, what, why):
    return Row(model, what, None, why)


def verdict(rows):
    """The last line of the table."""
    wrong = sum(row.passed is False for row in rows)
    missing = sum(row.passed is None for row in rows)
    rest = f", {missing} left out" if missing else ""
    if wrong:
        return f"{wrong} of {len(rows)} rows are wrong{rest}"
    return f"all {len(rows) - missing} rows are right{rest}"
