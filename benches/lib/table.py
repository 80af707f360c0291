"""The figures as Markdown: what was measured beside what was aimed at."""

import dataclasses

from load import Spread


@dataclasses.dataclass
class Line:
    """One aim. `least` turns it round: more is better. Without a bound it is only told."""

    what: str
    found: Spread | None
    unit: str = ""
    bound: float | None = None
    least: bool = False
    why_not: str = ""

    def verdict(self):
        if self.found is None:
            return "not measured"
        if self.bound is None:
            return ""
        met = self.found.median >= self.bound if self.least else self.found.median <= self.bound
        return "ok" if met else "over"

    def cells(self):
        target = "" if self.bound is None else f"{'>=' if self.least else '<='} {number(self.bound)}{self.unit}"
        if self.found is None:
            return [self.what, self.why_not, "", target, self.verdict()]
        spread = f"{number(self.found.least)} to {number(self.found.most)}"
        return [self.what, f"{number(self.found.median)}{self.unit}", spread, target, self.verdict()]


def number(value):
    """Three digits that count."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def markdown(head, rows):
    """A table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def aims(lines):
    """The table of what was aimed at."""
    return markdown(["", "measured", "rounds", "target", ""], [line.cells() for line in lines])


def costs(found):
    """The table of what each kind of request took: `found` maps its name to its rounds."""
    head = ["request", "CPU us", "rounds", "p50 us", "p99 us", "requests/s", "bytes"]
    rows = []
    for name, rounds in found.items():
        cpu = Spread.of(r.cpu_us for r in rounds)
        middle = lambda what: number(Spread.of(getattr(r, what) for r in rounds).median)
        spread = f"{number(cpu.least)} to {number(cpu.most)}"
        rows.append([name, number(cpu.median), spread, *map(middle, ["p50_us", "p99_us", "per_second", "bytes"])])
    return markdown(head, rows)
