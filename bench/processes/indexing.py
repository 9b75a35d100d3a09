"""Images a second of `clipdex index` with a model of ViT-B/32's cost, beside a plain loop."""

import re

from measure import Failed, figure, median, run as run_process

# What clipdex and bench/plain_index.cpp print at the end.
SUMMARY = re.compile(
    r"encoded (\d+) images .*CPU: decode ([\d.]+) s, encode ([\d.]+) s, store ([\d.]+) s"
)
BASELINE = "plain loop"


def run(place):
    count, rounds = place.sized((12, 1), (60, 1), (200, 3))
    photos, model = place.pictures("large", count), place.optimized(place.vit_b_32())
    usages = {}
    for _ in range(rounds):  # In turn, so that other load hits all alike.
        for name, command in commands(place, photos, model).items():
            usages.setdefault(name, []).append((command, *measured(command, place, count)))
    plain = summed_up(usages.pop(BASELINE), count)
    figures = [figure(f"indexing: {BASELINE}", plain["images_per_s"], "images/s", **plain)]
    for name, runs in usages.items():
        result = summed_up(runs, count)
        ratio = round(result["images_per_cpu_s"] / plain["images_per_cpu_s"], 3)
        figures.append(figure(f"indexing: {name}", result["images_per_s"], "images/s",
                              baseline=(BASELINE, plain["images_per_s"]), ratio_per_cpu_s=ratio,
                              **result))
    return figures


def commands(place, photos, model):
    """The plain loop first, then clipdex; every one starts with an empty library."""
    index = [place.program("clipdex"), "index", photos, "--model", model, "--quiet"]
    index += ["--library", place.scratch("clip.db"), "--precision"]
    one_core = ["taskset", "-c", place.first_core]
    return {
        BASELINE: [place.program("bench_plain_index"), model, photos],
        "clipdex -j 1 on one core": [*one_core, *index, "float32", "-j", "1"],
        "clipdex -j 2": [*index, "float32", "-j", "2"],
        "clipdex int8 -j 1 on one core": [*one_core, *index, "int8", "-j", "1"],
        "clipdex int8 -j 2": [*index, "int8", "-j", "2"],
    }


def measured(command, place, count):
    place.new_library()
    usage = run_process(command, place)
    found = SUMMARY.search(usage.output)
    if not found or int(found.group(1)) != count:
        raise Failed(f"{' '.join(command)} did not encode {count} images: {usage.output.strip()}")
    return usage, [float(seconds) for seconds in found.groups()[1:]]


def summed_up(runs, count):
    """Medians over the runs. The stages' CPU seconds do not hold the loading of the model."""
    usages = [usage for _, usage, _ in runs]
    stages = zip(*(seconds for _, _, seconds in runs))
    return {
        "command": runs[0][0],
        "images_per_s": median([count / usage.wall_s for usage in usages]),
        "images_per_cpu_s": median([count / usage.cpu_s for usage in usages]),
        "images": count,
        "wall_s": median([usage.wall_s for usage in usages]),
        "cpu_s": median([usage.cpu_s for usage in usages]),
        "cpu_s_of_stages": dict(zip(("decode", "encode", "store"), map(median, stages))),
        "peak_rss_mib": median([usage.peak_rss_mib for usage in usages]),
        "runs": len(runs),
    }
