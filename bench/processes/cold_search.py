"""What one search costs from the start of the process to its end, with its files in the page cache.

The libraries hold random unit vectors, as many as the name says. The baseline is
bench/plain_search.cpp: the same model, the same file, no thought spent on starting quickly. Where
the query was searched for before, no model is needed, and the baseline is bench/bare_exec.cpp: a
program that does nothing.
"""

import json

from measure import Failed, figure, median, rounded, run as run_process

QUERY = "a red car parked in front of a house"
# Those of elapsed_ms in the output of --json, and the wall time that is left: start, output, end.
STEPS = ("open", "encode", "rank", "rest")


def run(place):
    rows, seen_rows, rounds = place.sized(
        ((100, 1_000), (100,), 3),
        ((1_000, 20_000), (1_000, 10_000), 5),
        ((1_000, 100_000), (1_000, 10_000, 100_000, 1_000_000), 11),
    )
    vit_b_32 = place.optimized(place.vit_b_32())
    models = {"demo": (place.demo_model, "auto"), "ViT-B/32": (vit_b_32, "float32"),
              "ViT-B/32 int8": (vit_b_32, "int8")}
    figures = []
    for label, (model, precision) in models.items():
        for count in rows:
            library = place.new_library()
            run_process([place.program("bench_make_library"), library, model, str(count)], place)
            name = f"cold_search: {label}, {count} rows"
            figures += compared(place, name, (model, precision), library, rounds)
    for count in seen_rows:
        library = place.new_library()
        run_process([place.program("bench_make_library"), library, place.demo_model, str(count)],
                    place)
        figures += seen_before(place, f"cold_search: query seen before, {count} rows", library,
                               rounds)
    return figures


def compared(place, name, model_and_precision, library, rounds):
    """Figures of wall and CPU time: both programs in turn, after one run each that warms up."""
    model, precision = model_and_precision
    ours = [place.program("clipdex"), "search", QUERY, "--library", library, "--json", "--quiet",
            "--precision", precision, "--no-query-cache"]
    plain = [place.program("bench_plain_search"), model, library, QUERY]
    require_same_hits(run_process(ours, place), run_process(plain, place), name)
    pairs = [(run_process(ours, place), run_process(plain, place)) for _ in range(rounds)]
    more = {
        "elapsed_ms": {step: median([steps(usage)[step] for usage, _ in pairs]) for step in STEPS},
        "peak_rss_mib": median([usage.peak_rss_mib for usage, _ in pairs]),
        "baseline_peak_rss_mib": median([usage.peak_rss_mib for _, usage in pairs]),
        "baseline_command": " ".join(plain[:-1]) + f" '{QUERY}'",
        "runs": rounds,
    }
    figures = []
    for kind, read in (("wall", lambda usage: usage.wall_s), ("CPU", lambda usage: usage.cpu_s)):
        mine, theirs = (median([1e3 * read(usage) for usage in side]) for side in zip(*pairs))
        figures.append(figure(f"{name}, {kind}", mine, f"ms {kind}", ours,
                              ("plain search", theirs), **more))
    return figures


def seen_before(place, name, library, rounds):
    """Figures of wall and CPU time: the search and a program that does nothing, in turn."""
    ours = [place.program("clipdex"), "search", QUERY, "--library", library, "--json", "--quiet"]
    bare = [place.program("bench_bare_exec")]
    first = run_process(ours, place)
    if hits(first) != hits(run_process(ours, place)):
        raise Failed(f"{name}: the same query does not find the same images again")
    run_process(bare, place)
    pairs = [(run_process(ours, place), run_process(bare, place)) for _ in range(rounds)]
    figures = []
    for kind, read in (("wall", lambda usage: usage.wall_s), ("CPU", lambda usage: usage.cpu_s)):
        mine, theirs = (median([1e3 * read(usage) for usage in side]) for side in zip(*pairs))
        figures.append(figure(f"{name}, {kind}", mine, f"ms {kind}", ours, ("bare exec", theirs),
                              over_baseline_ms=rounded(mine - theirs, 3), runs=rounds))
    return figures


def hits(usage):
    return json.loads(usage.output)["hits"]


def steps(usage):
    """Where the wall time of one run of clipdex went, in milliseconds."""
    known = json.loads(usage.output)["elapsed_ms"]
    return {**known, "rest": 1e3 * usage.wall_s - sum(known.values())}


def require_same_hits(ours, plain, name):
    """Speed says nothing about a search that finds something else; int8 may order a little."""
    best = json.loads(ours.output)["hits"][0]["path"]
    if best not in plain.output.splitlines():
        raise Failed(f"{name}: clipdex and the plain search do not agree on the best hit")
