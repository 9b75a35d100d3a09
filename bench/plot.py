#!/usr/bin/python3 -B
"""Draws what searches cost over the number of rows, as docs/performance.md shows it.

usage: bench/plot.py RESULT.json... PICTURE.svg

Takes what `bench/run.py --json RESULT.json` wrote of the benchmarks vector_search, scale and
vectors. Needs Debian's python3-matplotlib.
"""

import json
import pathlib
import re
import sys

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.hashsalt": "clipdex", "svg.fonttype": "none", "font.size": 9})
from matplotlib import pyplot  # noqa: E402 (the backend is chosen first)

# Of a figure: its value, or its baseline's. Each is a line: where it comes from, and how it looks.
OURS = {
    "clipdex": (r"vector_search: \d+ rows, a query$", "value", "C0o-"),
    "clipdex --exact": (r"vector_search: \d+ rows, a query of --exact$", "value", "C2o-"),
}
PEERS = {
    "faiss, flat": (r"vector_search: \d+ rows, a query$", "baseline_value", "C1s--"),
    "hnswlib, equal recall": (r"vector_search: \d+ rows, a query, and a graph's$",
                              "baseline_value", "C3^--"),
    "numpy": (r"vector_search: \d+ rows, a query, and numpy's$", "baseline_value", "C7x--"),
}
COLD = {
    "clipdex search, CPU": (r"scale: search of \d+ rows, CPU$", "value", "C0o-"),
}
IMPORT = {
    "clipdex import, CPU": (r"scale: import of \d+ rows, CPU$", "value", "C0o-"),
    "cp of the .npy, CPU": (r"scale: import of \d+ rows, CPU$", "baseline_value", "C7x--"),
}
READING = r"read_the_same_bytes_one_thread"
BYTES_A_ROW = {"limit: signs read once": 72, "limit: codes read once": 516}
PLOTS = (
    ("a search by text in memory, 512 numbers a row", "ms", {**OURS, **PEERS}),
    ("a search that starts cold, demo model", "ms", COLD),
    ("import of vectors, 256 numbers a row", "s", IMPORT),
)


def points(figures, pattern, key):
    """(rows, value) of every figure whose name fits, ascending."""
    found = {figure["rows"]: figure[key] for figure in figures
             if re.search(pattern, figure["name"]) and key in figure}
    return sorted(found.items())


def gigabytes_a_second(figures):
    """What one thread reads, the best of what was measured; nothing where it was not."""
    rates = [figure["bytes_per_second"] / 1e9 for figure in figures
             if re.search(READING, figure["name"]) and "bytes_per_second" in figure]
    return max(rates, default=None)


def draw_limits(axes, figures):
    rate = gigabytes_a_second(figures)
    if rate is None:
        return
    ends = axes.get_xlim()
    for style, (label, size) in zip((":", "-."), BYTES_A_ROW.items()):
        times_ms = [rows * size / (rate * 1e6) for rows in ends]
        axes.plot(ends, times_ms, "k" + style, linewidth=1,
                  label=f"{label} by one thread, {rate:.0f} GB/s")
    axes.set_xlim(ends)


def draw(axes, figures, title, unit, lines):
    for label, (pattern, key, style) in lines.items():
        line = points(figures, pattern, key)
        if line:
            axes.plot(*zip(*line), style, label=label, markersize=4, linewidth=1.2)
    axes.set(xscale="log", yscale="log", xlabel="rows", ylabel=unit, title=title)
    axes.title.set_size(9)
    axes.grid(True, which="major", linewidth=0.3)


def main():
    *results, picture = map(pathlib.Path, sys.argv[1:])
    if not results or picture.suffix != ".svg":
        sys.exit("usage: bench/plot.py RESULT.json... PICTURE.svg")
    figures = [figure for result in results
               for figure in json.loads(result.read_text(encoding="utf-8"))["figures"]]
    canvas, all_axes = pyplot.subplots(1, len(PLOTS), figsize=(13, 4), layout="constrained")
    for axes, (title, unit, lines) in zip(all_axes, PLOTS):
        draw(axes, figures, title, unit, lines)
        if lines is PLOTS[0][2]:
            draw_limits(axes, figures)
        if axes.lines:
            axes.legend(fontsize=6.5, loc="upper left")
    canvas.savefig(picture, metadata={"Date": None})


if __name__ == "__main__":
    main()
