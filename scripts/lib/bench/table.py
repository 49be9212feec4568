"""Samples of several engines, and how they are shown."""

import statistics


class Samples:
    """Numbers by engine and by what was measured, in the order of the rounds."""

    def __init__(self):
        self.values = {}

    def add(self, engine, found):
        for what, value in found.items():
            self.values.setdefault(engine, {}).setdefault(what, []).append(value)

    def columns(self):
        names = {}
        for found in self.values.values():
            names.update(dict.fromkeys(found))
        return list(names)

    def ratio(self, what, engine, other):
        """Median of the ratios within a round, which a load that comes and goes disturbs least."""
        pairs = zip(self.values.get(engine, {}).get(what, []), self.values.get(other, {}).get(what, []))
        ratios = [own / theirs for own, theirs in pairs]
        return statistics.median(ratios) if ratios else None


def number(value):
    digits = 0 if value >= 200 else 1 if value >= 20 else 2
    return f"{value:,.{digits}f}"


def spread(values):
    if not values:
        return "-"
    return f"{number(statistics.median(values))} ({number(min(values))} to {number(max(values))})"


def markdown(samples):
    """A table with a row for each engine, and below it how the first of Tern's compares with each other row."""
    columns = samples.columns()
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for engine, found in samples.values.items():
        lines.append(f"| {engine} | " + " | ".join(spread(found.get(what, [])) for what in columns) + " |")
    own = [engine for engine in samples.values if engine.startswith("Tern")]
    others = [engine for engine in samples.values if not engine.startswith("Tern")]
    for engine in own:
        for other in others:
            ratios = [samples.ratio(what, engine, other) for what in columns]
            cells = ["-" if ratio is None else f"**{ratio:.2f}**" for ratio in ratios]
            lines.append(f"| {engine} : {other} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
