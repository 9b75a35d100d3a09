"""What a library of so many rows costs: import, files, memory, and a search, up to ten million.

The vectors are random, with the demo model's dimension, and come from .npy files. The baseline of
the import is a copy of the same bytes; that of a search is the same with a tenth of the rows.
"""

import json
import os
import pathlib
import shutil
import sys

from measure import figure, median, run as run_process

DIMENSION = 256  # Of the demo model.
PART_ROWS = 1_000_000  # So that the files to be imported never need much room.
QUERY = "a red car parked in front of a house"
GIB = 2**30


def run(place):
    sizes, rounds = place.sized(((1_000, 3_000), 1), ((10_000, 100_000), 3),
                                ((10_000, 100_000, 1_000_000, 10_000_000), 5))
    figures, last = [], None
    for rows in sizes:
        if not has_room(place, rows):
            print(f"bench: no room on the disk for {rows} rows", file=sys.stderr)
            break
        imported = imports(place, rows)
        searched = searches(place, rows, rounds, last)
        figures += [imported, searched]
        last = searched
    place.new_library()  # Ten million rows should not lie there during the next benchmark.
    return figures


def has_room(place, rows):
    """Library, snapshot, the files to be imported, and as much again."""
    need = rows * DIMENSION * 4 * 4
    return shutil.disk_usage(pathlib.Path(place.root, place.scratch("."))).free > need


def imports(place, rows):
    """Imports rows in parts; the baseline copies the .npy files in the same turns."""
    library = place.new_library()
    vectors, paths = place.scratch("v.npy"), place.scratch("paths.txt")
    command = [place.program("clipdex"), "import", vectors, paths, "--library", library,
               "--model", place.demo_model]
    ours, copies = [], []
    for first in range(0, rows, PART_ROWS):
        count = min(PART_ROWS, rows - first)
        run_process([sys.executable, "-B", "bench/make_vectors.py", str(count), str(DIMENSION),
                     vectors, paths, "--first", str(first)], place)
        copies.append(run_process(["cp", vectors, place.scratch("copy.npy")], place))
        ours.append(run_process(command, place))
    for name in ("v.npy", "paths.txt", "copy.npy"):
        pathlib.Path(place.root, place.scratch(name)).unlink()
    cpu_s = sum(usage.cpu_s for usage in ours)
    return figure(f"scale: import of {rows} rows, CPU", cpu_s, "s CPU", command,
                  ("copy of the .npy", max(0.001, sum(usage.cpu_s for usage in copies))),
                  rows=rows, wall_s=round(sum(usage.wall_s for usage in ours), 1),
                  peak_rss_mib=round(max(usage.peak_rss_mib for usage in ours)),
                  library_gib=size_gib(place, library),
                  snapshot_gib=size_gib(place, library + ".vectors"))


def searches(place, rows, rounds, fewer):
    """Cold searches of that library, its files in the page cache."""
    command = [place.program("clipdex"), "search", QUERY, "--library", place.scratch("clip.db"),
               "--json", "--quiet"]
    run_process(command, place)
    usages = [run_process(command, place) for _ in range(rounds)]
    steps = [json.loads(usage.output)["elapsed_ms"] for usage in usages]
    return figure(f"scale: search of {rows} rows, CPU",
                  median([1e3 * usage.cpu_s for usage in usages]), "ms CPU", command,
                  (fewer["name"], fewer["value"]) if fewer else None, rows=rows, runs=rounds,
                  wall_ms=median([1e3 * usage.wall_s for usage in usages]),
                  elapsed_ms={step: median([each[step] for each in steps]) for step in steps[0]},
                  peak_rss_mib=median([usage.peak_rss_mib for usage in usages]))


def size_gib(place, path):
    whole = os.path.join(place.root, path)
    return round(os.path.getsize(whole) / GIB, 3) if os.path.exists(whole) else 0
