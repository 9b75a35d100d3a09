"""One process, and what it cost. Figures, and how they are compared."""

import os
import shlex
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass


class Failed(Exception):
    """A command that did not do what it is measured for; the message names it."""


@dataclass(frozen=True)
class Usage:
    """What one process cost, and what it printed to stdout."""

    wall_s: float
    cpu_s: float
    peak_rss_mib: float
    output: str


def run(command, place):
    """Runs a command in the root of the tree to its end; `Failed` unless it exits with 0.

    The kernel counts the memory of whoever starts a process into the process's own peak, so this
    program must stay smaller than what it measures: it imports neither numpy nor Pillow.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        with subprocess.Popen(
            command, cwd=place.root, env=place.environment, stdout=output, stderr=errors
        ) as process:
            _, status, usage = os.wait4(process.pid, 0)
            wall_s = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip()
            raise Failed(f"`{shlex.join(command)}` ended with {process.returncode}: {said}")
        output.seek(0)
        text = output.read().decode(errors="replace")
    return Usage(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text)


def median(values):
    """The median, with the digits that a measurement deserves."""
    return rounded(statistics.median(values))


def rounded(value, digits=4):
    """A number with so many significant digits."""
    return float(f"{value:.{digits}g}")


def figure(name, value, unit, command, baseline=None, **more):
    """One entry of the result. `baseline` is a (name, value) pair of the same unit."""
    entry = {"name": name, "value": rounded(value), "unit": unit}
    if baseline is not None:
        entry["baseline"] = baseline[0]
        entry["baseline_value"] = rounded(baseline[1])
        entry["ratio"] = rounded(value / baseline[1], 3)
    text = command if isinstance(command, str) else shlex.join(command)
    return {**entry, **more, "command": text}
