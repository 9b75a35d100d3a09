"""The programs with Google Benchmark, bench/NAME_bench.cpp: one function at a time."""

import json
import shlex

import measure

# What each function compares with, by the beginning of its name; what follows the beginning is
# the same in the name of the baseline. Functions without an entry are baselines.
BASELINES = {
    "image": {
        "decode_and_resize/exact/": "vips_thumbnail/",
        "decode_and_resize/fast/": "vips_thumbnail/",
        "decode_other/progressive/": "decode_and_resize/fast/",
        "decode_other/turned/": "decode_and_resize/fast/",
        "decode_whole_and_resize/": "decode_and_resize/fast/",
        "resize_only/": "decode_and_resize/exact/",
        "normalise": "plain_floats",
    },
    "store": {
        "put_images_and_vectors": "write_as_many_bytes",
        "visit_vectors": "copy_as_many_bytes",
        "open_for_reading": "row_by_id",
        "counts": "row_by_id",
        "vector_count": "row_by_id",
        "matching_a_glob_and_a_time": "row_by_id",
        "find_path": "row_by_id",
    },
    "tokenizer": {
        "load_json": "parse_the_same_json",
        "load_gz": "unpack_the_same_gz",
        "encode/short_query": "split_at_blanks/short_query",
        "encode/one_megabyte_of_words": "split_at_blanks/one_megabyte_of_words",
        "encode/one_megabyte_in_one_word": "encode/one_megabyte_of_words",
    },
    "vectors": {
        "search_all_rows/10/": "read_the_same_bytes_one_thread/",
        "search_all_rows/1000/": "read_the_same_bytes_one_thread/",
        "search_every_tenth_row": "read_the_same_bytes_one_thread",
        "dot_products_one_thread": "read_the_same_bytes_one_thread",
        "scan_all_rows/10/": "search_all_rows/10/",
        "scan_all_rows/1000/": "search_all_rows/1000/",
        "scan_every_tenth_row": "search_every_tenth_row",
        "code_dot_products_one_thread": "read_the_same_bytes_one_thread",
        "sign_scores_one_thread": "read_the_same_bytes_one_thread",
    },
}
NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
KNOWN_FIELDS = {"name", "family_index", "per_family_instance_index", "run_name", "run_type",
                "repetitions", "repetition_index", "threads", "iterations", "real_time", "cpu_time",
                "time_unit", "aggregate_name", "aggregate_unit", "error_occurred", "error_message"}


def benchmark(name):
    """The function that runs one program and gives its figures."""
    return lambda place: run(name, place)


def run(name, place):
    command = [place.program(f"bench_{name}"), "--benchmark_format=json"]
    min_time, repetitions = place.sized((0.001, 2), (0.02, 3), (0.2, 5))
    # The median of short runs in mixed order: a moment of other load spoils one of them.
    command += [f"--benchmark_min_time={min_time}", f"--benchmark_repetitions={repetitions}",
                "--benchmark_enable_random_interleaving=true"]
    entries = json.loads(measure.run(command, place).output)["benchmarks"]
    entries = {entry["run_name"]: entry for entry in entries if is_result(entry)}
    return [figure_of(name, entries[key], entries, command) for key in sorted(entries)]


def is_result(entry):
    return entry.get("aggregate_name") == "median" or "error_message" in entry


def figure_of(program, entry, entries, command):
    name = entry["run_name"]
    if "error_message" in entry:
        return {"name": f"{program}: {name}", "skipped": entry["error_message"],
                "command": shlex.join(command)}
    # What is meant to wait, for the disk or for other threads, is measured by the clock.
    clock = "real_time" if name.endswith("/real_time") else "cpu_time"
    baseline = entries.get(baseline_of(program, name))
    pair = (baseline["run_name"], baseline[clock]) if baseline else None
    more = {key: measure.rounded(value) for key, value in entry.items()
            if key not in KNOWN_FIELDS and isinstance(value, (int, float))}
    unit = f"{entry['time_unit']} {'wall' if clock == 'real_time' else 'CPU'}"
    if baseline and baseline["time_unit"] != entry["time_unit"]:
        factor = NANOSECONDS[baseline["time_unit"]] / NANOSECONDS[entry["time_unit"]]
        pair = (pair[0], pair[1] * factor)
    return measure.figure(f"{program}: {name}", entry[clock], unit, command, pair, **more)


def baseline_of(program, name):
    for beginning, baseline in BASELINES[program].items():
        if name.startswith(beginning):
            return baseline + name[len(beginning):]
    return None
