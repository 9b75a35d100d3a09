#!/usr/bin/python3
"""Writes random vectors as float16 in a .npy file, and a text file with a path for each."""

import argparse
import pathlib

import numpy as np

ROWS_AT_ONCE = 50_000


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", type=int)
    parser.add_argument("dimension", type=int)
    parser.add_argument("vectors", type=pathlib.Path)
    parser.add_argument("paths", type=pathlib.Path)
    parser.add_argument("--first", type=int, default=0, help="the number of the first path")
    chosen = parser.parse_args()
    random = np.random.default_rng(chosen.first)
    array = np.lib.format.open_memmap(chosen.vectors, mode="w+", dtype="<f2",
                                      shape=(chosen.rows, chosen.dimension))
    for first in range(0, chosen.rows, ROWS_AT_ONCE):
        part = array[first:first + ROWS_AT_ONCE]
        part[:] = random.standard_normal(part.shape, dtype=np.float32)
    array.flush()
    with chosen.paths.open("w", encoding="utf-8") as file:
        for row in range(chosen.first, chosen.first + chosen.rows):
            file.write(f"/photos/{2000 + row % 25}/{row // 1000:05}/IMG_{row:08}.jpg\n")


if __name__ == "__main__":
    main()
