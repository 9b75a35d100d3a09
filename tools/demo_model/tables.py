"""Reads the hand-written tables beside the code."""
import csv
import os

_HERE = os.path.dirname(os.path.abspath(__file__))


def read_table(path):
    """The rows of a tab-separated table with a header line, as dictionaries.

    `path` is relative to this directory."""
    with open(os.path.join(_HERE, path), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def read_pairs(path):
    """A table of two columns as a dictionary from the first to the second."""
    return {key: value for key, value in (row.values() for row in read_table(path))}
