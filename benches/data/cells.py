"""The table that is measured with: generated, the same in every run.

Ten columns: two integers, three numbers, two dates, three categories; some cells are missing. Each value of
`sensor` stands in a hundred rows, however long the table is.
"""

import datetime
import random

NAMES = ["reading", "sensor", "day", "level", "flow", "rain", "quality", "station", "method", "checked"]
# The same columns for the references; what Almanac finds is what it infers.
TYPES = ["bigint", "bigint", "date", "double precision", "double precision", "double precision",
         "text", "text", "text", "date"]
QUALITIES = ["good", "good", "fair", "poor", "unchecked"]
STATIONS = [f"{place}-{number:02}" for place in ["north", "south", "delta"] for number in range(1, 13)]
METHODS = ["float", "radar", "manual"]
DAYS = [(datetime.date(2001, 1, 1) + datetime.timedelta(n)).isoformat() for n in range(8_000)]
FIRST = 1_000_001


def line(chooser, number, rows):
    """One row as CSV."""
    sensor = number * 7_919 % max(1, rows // 100)
    draw = chooser.random
    rain = f"{draw() * 40:.1f}" if draw() < 0.9 else ""
    flow = f"{draw() * 3:.5f}" if draw() < 0.97 else ""
    checked = DAYS[int(draw() * 8_000)] if draw() < 0.3 else ""
    return (
        f"{FIRST + number},{sensor},{DAYS[number % 8_000]},{draw() * 9 - 1:.3f},{flow},{rain},"
        f"{QUALITIES[int(draw() * 5)]},{STATIONS[int(draw() * 36)]},{METHODS[int(draw() * 3)]},{checked}\n"
    )


def write(file, rows):
    """Writes the table as CSV with a head."""
    chooser = random.Random(1)
    with open(file, "w", encoding="ascii", newline="") as output:
        output.write(",".join(NAMES) + "\n")
        for start in range(0, rows, 10_000):
            output.write("".join(line(chooser, n, rows) for n in range(start, min(start + 10_000, rows))))


class Several:
    """The table several times over as one body, made while it is sent: each `reading` is still another number."""

    def __init__(self, file, size):
        self.head, _, self.rows = file.read_bytes().partition(b"\n")
        longer = len(self.rows) + self.rows.count(b"\n")
        self.times = max(1, size // longer)
        self.count = self.times * self.rows.count(b"\n")
        self.size_bytes = len(self.head) + 1 + sum(
            len(self.rows) + self.rows.count(b"\n") * len(str(time)) for time in range(1, self.times + 1)
        )

    def pieces(self):
        """Its bytes, by 64 KiB and a row."""
        yield self.head + b"\n"
        for time in range(1, self.times + 1):
            mark, start = str(time).encode(), 0
            while start < len(self.rows):
                end = self.rows.find(b"\n", min(start + 65_536, len(self.rows) - 1)) + 1
                piece = self.rows[start:end]
                yield mark + piece[:-1].replace(b"\n", b"\n" + mark) + b"\n"
                start = end


def new_row(number):
    """A row that is not there yet, as it is posted."""
    return {"cells": {
        "reading": 5_000_000 + number, "sensor": 7, "day": "2026-11-27", "level": 1.25, "flow": None, "rain": 0.3,
        "quality": "good", "station": "north-01", "method": "radar", "checked": None,
    }}
