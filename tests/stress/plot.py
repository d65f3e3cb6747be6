#!/usr/bin/env python3
"""Makes a picture of a soak: memory, file, cache and the age of snapshots over time.

usage: plot.py SOAK.csv PICTURE.svg

Drawn by hand: matplotlib is 45 packages and 217 MB on Debian 12, for five lines.
"""

import csv
import sys

WIDTH, PANEL, GAP, LEFT, RIGHT, TOP = 900, 130, 42, 70, 20, 34
MEBIBYTE = 1 << 20
POINTS = 600  # more cannot be told apart


def read(path):
    """The rows as numbers, and the limits that the first line names."""
    with open(path, encoding="utf-8") as file:
        words = file.readline().split()[2:]
        limits = {name: int(value) for name, value in zip(words[::2], words[1::2])}
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    return rows, limits


def nice(top):
    """A round number not below top."""
    step = 1
    while step * 10 < top:
        step *= 10
    return next(step * n for n in (1, 2, 3, 4, 5, 6, 8, 10) if step * n >= top)


def thinned(points):
    """The highest of each few points, so that no peak is lost."""
    size = max(1, len(points) // POINTS)
    return [max(points[i : i + size], key=lambda p: p[1]) for i in range(0, len(points), size)]


def panel(number, title, rows, curves, limit=None):
    """One diagram: curves are (name, colour, function of a row)."""
    y0 = TOP + number * (PANEL + GAP) + PANEL
    end = rows[-1]["seconds"]
    top = nice(max([limit or 0] + [of(row) for row in rows for _, _, of in curves]) or 1)

    def x(seconds):
        return LEFT + seconds / end * (WIDTH - LEFT - RIGHT)

    def y(value):
        return y0 - value / top * PANEL

    yield f'<text x="{LEFT}" y="{y0 - PANEL - 8}" class="title">{title}</text>'
    for part in (0, 0.5, 1):
        at = y(top * part)
        yield f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" class="grid"/>'
        yield f'<text x="{LEFT - 6}" y="{at + 4:.1f}" class="left">{top * part:g}</text>'
    if limit:
        yield f'<path d="M{LEFT} {y(limit):.1f}H{WIDTH - RIGHT}" class="limit"/>'
        yield f'<text x="{WIDTH - RIGHT}" y="{y(limit) - 4:.1f}" class="left">limit</text>'
    for place, (name, colour, of) in enumerate(curves):
        points = thinned([(row["seconds"], of(row)) for row in rows])
        line = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in points)
        yield f'<polyline points="{line}" stroke="{colour}"/>'
        yield (
            f'<text x="{WIDTH - RIGHT - 150 * place}" y="{y0 - PANEL - 8}" class="left" '
            f'fill="{colour}">{name}</text>'
        )
    for part in range(6):
        seconds = end * part / 5
        yield f'<text x="{x(seconds):.1f}" y="{y0 + 15}" class="mid">{seconds / 60:.1f} min</text>'


def picture(rows, limits):
    height = TOP + 4 * (PANEL + GAP)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'font-family="sans-serif" font-size="11">'
    )
    yield (
        "<style>.title{font-size:13px;font-weight:bold}.left{text-anchor:end}"
        ".mid{text-anchor:middle;fill:#666}.grid{stroke:#ddd}"
        ".limit{stroke:#c00;stroke-dasharray:5 3}polyline{fill:none;stroke-width:1.2}</style>"
    )
    yield f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>'

    def mebibytes(name):
        return lambda row: row[name] / MEBIBYTE

    def used(row):
        return (row["file_bytes"] - row["free_bytes"]) / MEBIBYTE

    yield from panel(
        0,
        "anonymous memory, MiB",
        rows,
        [
            ("resident", "#1f5fa8", mebibytes("anonymous_bytes")),
            ("allocated", "#7fb0e0", mebibytes("allocated_bytes")),
        ],
        limits["anonymous_bytes"] / MEBIBYTE,
    )
    yield from panel(
        1,
        "file, MiB",
        rows,
        [
            ("size", "#a0522d", mebibytes("file_bytes")),
            ("in use", "#e0a060", used),
            ("commit log", "#777777", mebibytes("log_bytes")),
        ],
        limits["file_bytes"] / MEBIBYTE,
    )
    yield from panel(
        2,
        "cache, MiB (the limit is for nine samples in ten)",
        rows,
        [("cache", "#2e7d32", mebibytes("cache_bytes"))],
        limits["cache_bytes"] / MEBIBYTE,
    )
    yield from panel(
        3,
        "snapshots",
        rows,
        [
            ("open", "#6a1b9a", lambda row: row["open_snapshots"]),
            ("age of the oldest, s", "#c2185b", lambda row: row["oldest_age_seconds"]),
        ],
    )
    yield "</svg>"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    rows, limits = read(sys.argv[1])
    if len(rows) < 2:
        sys.exit(f"{sys.argv[1]}: too few samples")
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        out.write("\n".join(picture(rows, limits)) + "\n")


if __name__ == "__main__":
    main()
