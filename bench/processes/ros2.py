"""What it costs to encode through the ROS 2 nodes: round trips, images a second, start, memory.

All processes run on this machine, in a ROS domain of their own. Baselines are the same work without
nodes between.
"""

import contextlib
import itertools
import json
import os
import pathlib
import re
import shlex
import signal
import statistics
import subprocess
import sys
import time

from measure import Failed, figure, median, rounded, run as run_process

QUERY = "a red car parked in front of a house"
DOMAIN = 1 + os.getpid() % 100
GRAPH = ["env", "ROS_LOCALHOST_ONLY=1", f"ROS_DOMAIN_ID={DOMAIN}"]
START_S_MAX = 120
LOGS = itertools.count(1)


def run(place):
    try:
        place.program("clip_manage")
    except Failed:
        print("bench: ros2 is skipped: the build tree has no nodes (CLIPDEX_ROS2)", file=sys.stderr)
        return []
    models = {"demo": place.demo_model, "ViT-B/32": place.vit_b_32()}
    figures = []
    for label, model in models.items():
        figures += round_trips(place, label, model)
    for label, model in models.items():
        figures += images_per_second(place, label, model)
    return figures + start_of_a_search(place)


class Node:
    """A node in the background, from when it is ready until the `with` block ends."""

    def __init__(self, place, executable, *arguments):
        self.command = [*GRAPH, place.program(executable), "--ros-args", *arguments]
        self._place = place
        self._log = pathlib.Path(place.root, place.scratch(f"{executable}-{next(LOGS)}.log"))

    def __enter__(self):
        with open(self._log, "wb") as sink:
            self._process = subprocess.Popen(self.command, cwd=self._place.root, stdout=sink,
                                             stderr=sink, env=self._place.environment)
        deadline = time.monotonic() + START_S_MAX
        while "ready to encode" not in self._text():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                raise Failed(f"`{shlex.join(self.command)}` does not start: {self._text()}")
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(START_S_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _text(self):
        return self._log.read_text(encoding="utf-8", errors="replace")

    def peak_rss_mib(self):
        status = pathlib.Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"^VmHWM:\s*(\d+)", status, re.MULTILINE).group(1)) / 1024

    def cpu_s(self):
        """User and system time so far."""
        stat = pathlib.Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii")
        # What follows the name in brackets, which may hold blanks.
        ticks = stat.rpartition(")")[2].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def round_trips(place, label, model):
    """A goal with one text to its vector and its result, against a call in the same process."""
    goals = place.sized(20, 50, 500 if label == "demo" else 200)
    command = [*GRAPH, place.program("bench_ros2_round_trip"), model, QUERY, str(goals)]
    plain = [place.program("clipdex"), "encode", "text", "--json", "--model", model, QUERY]
    parameters = ("-p", "feed_type:=1", "-p", f"model_file_name:={model}")
    with Node(place, "clip_encode_text_node", *parameters) as node:
        times = json.loads(run_process(command, place).output)
        peak = node.peak_rss_mib()
    figures = []
    for part, name in (("vector_ms", "vector"), ("result_ms", "result")):
        for kind, read in (("median", statistics.median), ("p99", percentile_99)):
            figures.append(figure(f"ros2: {label}, goal of one text to its {name}, {kind}",
                                  read(times[part]), "ms wall", command,
                                  ("call in one process", read(times["direct_ms"])), goals=goals))
    baseline = ("clipdex encode text", run_process(plain, place).peak_rss_mib)
    return figures + [figure(f"ros2: {label}, clip_encode_text_node", peak, "MiB peak RSS",
                             node.command, baseline)]


def percentile_99(values):
    return sorted(values)[(99 * len(values) - 1) // 100]


def images_per_second(place, label, model):
    """Mode 0 with one and with two running encoders, and `clipdex index`, in turn."""
    kind, count = ("small", 2_000) if label == "demo" else ("large", 100)
    count, rounds = place.sized((12, 1), (count // 5, 1), (count, 3))
    photos = place.pictures(kind, count)
    index = [place.program("clipdex"), "index", photos, "--model", model, "--quiet"]
    index += ["--library", place.scratch("clip.db")]
    runs = {}
    for _ in range(rounds):
        place.new_library()
        usage = run_process(index, place)
        if f"encoded {count} images" not in usage.output:
            raise Failed(f"{shlex.join(index)} did not encode {count} images: {usage.output}")
        runs.setdefault(0, []).append((index, usage, usage.cpu_s, []))
        for encoders in (1, 2):
            runs.setdefault(encoders, []).append(stored(place, model, photos, count, encoders))
    return storing_figures(label, count, runs)


def stored(place, model, photos, count, encoders):
    """One run of mode 0: command, usage of the manager, all CPU seconds, peaks of the encoders."""
    actions = [f"/board{number}/clip_image_action" for number in range(encoders)]
    command = [*GRAPH, place.program("clip_manage"), "--ros-args", "-p", "mode:=0"]
    for name, value in (("storage_folder", photos), ("db_file", place.new_library()),
                        ("image_servers", f"[{', '.join(actions)}]")):
        command += ["-p", f"{name}:={value}"]
    with contextlib.ExitStack() as stack:
        nodes = [stack.enter_context(image_encoder(place, model, action)) for action in actions]
        before = sum(node.cpu_s() for node in nodes)
        usage = run_process(command, place)
        cpu_s = usage.cpu_s + sum(node.cpu_s() for node in nodes) - before
        peaks = [node.peak_rss_mib() for node in nodes]
    require_rows(place, count, command)
    return command, usage, cpu_s, peaks


def image_encoder(place, model, action):
    return Node(place, "clip_encode_image", "-p", "feed_type:=1", "-p", f"model_file_name:={model}",
                "-r", f"__ns:={os.path.dirname(action)}", "-r", f"/clip_image_action:={action}")


def require_rows(place, count, command):
    status = [place.program("clipdex"), "status", "--json", "--library", place.scratch("clip.db")]
    stored_count = json.loads(run_process(status, place).output)["images"]
    if stored_count != count:
        raise Failed(f"{shlex.join(command)} stored {stored_count} of {count} images")


def storing_figures(label, count, runs):
    """Medians. The CPU seconds of `clipdex index` hold the loading of the model, those of the
    nodes, which run already, do not."""
    plain = summed_up(runs.pop(0), count)
    figures = [figure(f"ros2: {label}, clipdex index", plain["images_per_s"], "images/s", **plain)]
    for encoders, of_kind in runs.items():
        result = summed_up(of_kind, count)
        ratio = round(result["images_per_cpu_s"] / plain["images_per_cpu_s"], 3)
        name = f"ros2: {label}, mode 0 with {encoders} encoder{'s' if encoders > 1 else ''}"
        figures.append(figure(name, result["images_per_s"], "images/s",
                              baseline=("clipdex index", plain["images_per_s"]),
                              ratio_per_cpu_s=ratio, **result))
        peak = median([max(peaks) for _, _, _, peaks in of_kind])
        for node, value in (("clip_manage", result["peak_rss_mib"]), ("clip_encode_image", peak)):
            figures.append(figure(f"{name}, {node}", value, "MiB peak RSS", result["command"],
                                  ("clipdex index", plain["peak_rss_mib"])))
    return figures


def summed_up(runs, count):
    return {
        "command": runs[0][0],
        "images_per_s": median([count / usage.wall_s for _, usage, _, _ in runs]),
        "images_per_cpu_s": median([count / cpu_s for _, _, cpu_s, _ in runs]),
        "images": count,
        "wall_s": median([usage.wall_s for _, usage, _, _ in runs]),
        "cpu_s": median([cpu_s for _, _, cpu_s, _ in runs]),
        "peak_rss_mib": median([usage.peak_rss_mib for _, usage, _, _ in runs]),
        "runs": len(runs),
    }


def start_of_a_search(place):
    """From `clipdex launch` in mode 1 to the first hit, against a whole `clipdex search`."""
    rounds = place.sized(1, 3, 11)
    library = place.new_library()
    run_process([place.program("clipdex"), "index", "samples/album", "--model", place.demo_model,
                 "--library", library, "--quiet"], place)
    search = [place.program("clipdex"), "search", QUERY, "--library", library, "--quiet"]
    launch = [*GRAPH, place.program("clipdex"), "launch", "clip_mode:=1",
              f"clip_db_file:={library}", f"clip_text:={QUERY}",
              f"clip_result_folder:={place.scratch('result')}"]
    pairs = [(first_hit(place, launch), run_process(search, place).wall_s) for _ in range(rounds)]
    first, plain = (1e3 * statistics.median(side) for side in zip(*[(a, b) for (a, _), b in pairs]))
    ends = rounded(1e3 * statistics.median(end for (_, end), _ in pairs))
    return [figure("ros2: demo, clipdex launch to the first hit", first, "ms wall", launch,
                   ("clipdex search", plain), end_ms=ends, runs=rounds)]


def first_hit(place, command):
    """Seconds until the first hit is shown, and until the launch has ended."""
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=place.root, env=place.environment, text=True,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        hit_s, said = None, ""
        for line in process.stderr:
            said += line
            if hit_s is None and "Query Result" in line:
                hit_s = time.perf_counter() - began
    if hit_s is None or process.returncode != 0:
        raise Failed(f"`{shlex.join(command)}` ended with {process.returncode}: {said.strip()}")
    return hit_s, time.perf_counter() - began
