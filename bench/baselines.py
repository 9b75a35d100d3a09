"""The ratios that hold, in baselines.json, and which of a run's fell behind them.

Only ratios are kept: each compares two things that were measured in one run, so they say something
on other machines, too.
"""

import json
import pathlib

FILE = pathlib.Path(__file__).resolve().parent / "baselines.json"
FALL_MAX = 0.2
# Of these units more is better; of times, bytes and shares of a baseline's time less is.
MORE_IS_BETTER = ("images/s", "rows/s", "GB/s", "GOP/s")


def record(figures):
    """Takes the ratios of these figures over; those of figures that were not run stay."""
    kept = read()
    for figure in figures:
        if "ratio" in figure:
            kept[figure["name"]] = {"ratio": figure["ratio"], "better": better(figure)}
    text = json.dumps(dict(sorted(kept.items())), indent=1, ensure_ascii=False)
    FILE.write_text(text + "\n", encoding="utf-8")


def check(figures):
    """Prints a line for each ratio that fell by more than a fifth. 0 when there is none, else 1."""
    kept = read()
    compared = [figure for figure in figures if figure["name"] in kept and "ratio" in figure]
    fallen = [line for figure in compared if (line := fall_of(figure, kept[figure["name"]]))]
    for line in fallen:
        print(line)
    print(f"{len(compared)} ratios compared with {FILE.name}, {len(fallen)} fell by more than "
          f"{FALL_MAX:.0%}")
    return 1 if fallen else 0


def fall_of(figure, baseline):
    """One line about a ratio that fell, else nothing."""
    now, before = figure["ratio"], baseline["ratio"]
    worse = now / before if baseline["better"] == "lower" else before / now
    if worse <= 1 / (1 - FALL_MAX):
        return None
    return (f"{figure['name']}: {now} of {figure['baseline']}, was {before} "
            f"({baseline['better']} is better)")


def better(figure):
    return "higher" if figure["unit"].startswith(MORE_IS_BETTER) else "lower"


def read():
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
