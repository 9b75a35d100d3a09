#!/usr/bin/python3 -B
"""Runs the benchmarks of a release build and prints machine, command and figures as JSON.

Every figure stands beside a baseline that was taken in the same run; `ratio` is the figure divided
by its baseline. docs/performance.md explains the names. `./dev bench` builds what is needed first.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import shlex
import sys

import baselines
import kernels
import measure
import workplace
from processes import calibration, cold_search, indexing, memory, ros2, scale, vector_search

BENCHMARKS = {
    **{name: kernels.benchmark(name) for name in kernels.BASELINES},
    "indexing": indexing.run,
    "cold_search": cold_search.run,
    "memory": memory.run,
    "scale": scale.run,
    "vector_search": vector_search.run,
    "calibration": calibration.run,
    "ros2": ros2.run,
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; none: all. Before "
        "them may stand 'full', for the sizes of docs/performance.md, or 'check', which compares "
        "the ratios with bench/baselines.json")
    add("--json", type=pathlib.Path, metavar="FILE", help="write to FILE, not to stdout")
    add("--smoke", action="store_true", help="does it still run? The figures mean nothing")
    add("--record", action="store_true", help="keep the ratios of this run in bench/baselines.json")
    add("--build", type=pathlib.Path, metavar="DIR", help="the build tree (build/release)")
    add("--keep", action="store_true", help="leave DIR/bench/scratch, so that commands can be "
        "repeated by hand")
    add("--tokenizer", type=pathlib.Path, metavar="FILE", help="CLIP's tokenizer.json, for the "
        "ViT-B/32 package; without it and without ../shared, the demo model's smaller one")
    chosen = parser.parse_args()
    mode = chosen.names.pop(0) if chosen.names[:1] in (["full"], ["check"]) else "quick"
    chosen.is_check = mode == "check"
    chosen.size = "smoke" if chosen.smoke else "full" if mode == "full" else "quick"
    unknown = [name for name in chosen.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]}; there are {', '.join(BENCHMARKS)}")
    return chosen


def machine():
    """What the figures depend on. The load tells whether others were at work, too."""
    cpu = re.search(r"^(?:model name|Model)\s*:\s*(.+)$", read("/proc/cpuinfo"), re.MULTILINE)
    memory_kib = re.search(r"^MemTotal:\s*(\d+)", read("/proc/meminfo"), re.MULTILINE)
    return {
        "cpu": cpu.group(1) if cpu else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": int(memory_kib.group(1)) // 1024 if memory_kib else None,
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "load_before": round(os.getloadavg()[0], 2),
    }


def read(path):
    return pathlib.Path(path).read_text(encoding="utf-8", errors="replace")


def main():
    chosen = arguments()
    result = {"machine": machine(), "command": shlex.join(["bench/run.py", *sys.argv[1:]])}
    options = (chosen.build, chosen.size, chosen.tokenizer, chosen.keep)
    with workplace.Workplace(*options) as place:
        version = measure.run([place.program("clipdex"), "--version"], place)
        result["clipdex"] = version.output.strip()
        result["figures"] = []
        for name in chosen.names or BENCHMARKS:
            print(f"bench: {name}", file=sys.stderr)
            result["figures"] += BENCHMARKS[name](place)
    result["machine"]["load_after"] = round(os.getloadavg()[0], 2)
    text = json.dumps(result, indent=1, ensure_ascii=False)
    if chosen.json:
        chosen.json.write_text(text + "\n", encoding="utf-8")
    elif not chosen.is_check:
        print(text)
    if chosen.record:
        baselines.record(result["figures"])
    if chosen.is_check:
        sys.exit(baselines.check(result["figures"]))


if __name__ == "__main__":
    try:
        main()
    except measure.Failed as error:
        sys.exit(f"bench: {error}")
