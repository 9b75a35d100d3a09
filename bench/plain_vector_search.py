#!/usr/bin/python3 -B
"""The peers of a vector search over the rows of a snapshot: numpy, faiss's flat index, hnswlib.

usage: plain_vector_search.py SNAPSHOT ROWS OFFSET RECALL

Rows are read from SNAPSHOT at OFFSET, queries from SNAPSHOT.queries, as bench_vector_search wrote
them: 512 float32 each. HNSW searches ever more widely until it finds the share RECALL of the ten
best. Prints one JSON object; what is not installed (python3-faiss, python3-hnswlib) is in
`missing`.
"""

import json
import statistics
import sys
import time

import numpy

DIMENSION = 512
HITS = 10
WIDTHS = (20, 40, 80, 160, 320, 640, 1280, 2560)


def timed_ms(action):
    began = time.perf_counter()
    result = action()
    return result, (time.perf_counter() - began) * 1e3


def median_ms(search, queries):
    """The answers, and the median time of one query."""
    search(queries[:1])
    pairs = [timed_ms(lambda one=query: search(one[None])[0]) for query in queries]
    return [answer for answer, _ in pairs], statistics.median(time_ms for _, time_ms in pairs)


def recall(found, expected):
    met = sum(len(set(a) & set(b)) for a, b in zip(found, expected))
    return met / (len(expected) * HITS)


def best_of(scores):
    return numpy.argsort(-scores, axis=1, kind="stable")[:, :HITS].tolist()


def truth(rows, queries):
    """The ten best by plain products, a part of the rows at a time."""
    best = []
    for begin in range(0, len(rows), 100_000):
        scores = queries @ rows[begin:begin + 100_000].T
        for i, near in enumerate(best_of(scores)):
            if begin == 0:
                best.append([])
            best[i] += [(-scores[i, j], begin + j) for j in near]
    return [[row for _, row in sorted(pairs)[:HITS]] for pairs in best]


def product(rows, queries):
    """One product of all rows and the query, and the ten best of it."""
    def search(some):
        scores = rows @ some[0]
        best = numpy.argpartition(-scores, HITS)[:HITS]
        return [best[numpy.argsort(-scores[best])].tolist()]

    return {"ms": median_ms(search, queries)[1]}


def flat(rows, queries):
    import faiss
    index = faiss.IndexFlatIP(DIMENSION)
    _, build_ms = timed_ms(lambda: index.add(rows))
    found, time_ms = median_ms(lambda some: index.search(some, HITS)[1].tolist(), queries)
    return found, {"build_ms": build_ms, "ms": time_ms}


def graph(rows, queries, expected, wanted):
    import hnswlib
    index = hnswlib.Index(space="ip", dim=DIMENSION)
    index.init_index(max_elements=len(rows), ef_construction=200, M=16)
    _, build_ms = timed_ms(lambda: index.add_items(rows))
    index.set_num_threads(1)  # More threads share out queries, and there is one at a time.
    for width in WIDTHS:
        index.set_ef(width)
        found, time_ms = median_ms(lambda some: index.knn_query(some, HITS)[0].tolist(), queries)
        share = recall(found, expected)
        if share >= wanted:
            break
    return {"build_ms": build_ms, "ms": time_ms, "recall": share, "ef": width}


def main():
    path, count, offset, wanted = sys.argv[1:]
    rows = numpy.memmap(path, numpy.float32, "r", int(offset), (int(count), DIMENSION))
    queries = numpy.fromfile(path + ".queries", numpy.float32).reshape(-1, DIMENSION)
    expected = truth(rows, queries)
    result = {"missing": [], "numpy": product(rows, queries)}
    try:
        found, result["flat"] = flat(rows, queries)
        result["flat"]["recall"] = recall(found, expected)
    except ImportError:
        result["missing"].append("faiss")
    try:
        result["hnsw"] = graph(rows, queries, expected, float(wanted))
    except ImportError:
        result["missing"].append("hnswlib")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
