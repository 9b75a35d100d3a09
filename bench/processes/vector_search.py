"""Searches by text over vectors that resemble CLIP's: what they find, and what they cost.

bench/vector_search.cpp says how the vectors are made. Baselines are a product of numpy, faiss's
flat index and a graph of hnswlib that finds as much, the last two where Debian's python3-faiss and
python3-hnswlib are installed.
"""

import json
import sys

from measure import figure, run as run_process


def run(place):
    figures = []
    for rows in place.sized((2_000,), (10_000, 50_000), (10_000, 100_000, 1_000_000)):
        figures += of_rows(place, rows)
    return figures


def of_rows(place, rows):
    snapshot = place.scratch(f"{rows}.vectors")
    ours = [place.program("bench_vector_search"), str(rows), snapshot]
    found = json.loads(run_process(ours, place).output)
    plain = [sys.executable, "-B", "bench/plain_vector_search.py", snapshot, str(rows)]
    plain += [str(found["floats_offset"]), str(found["recall"])]
    peers = json.loads(run_process(plain, place).output)
    (place.root / snapshot).unlink()
    name = f"vector_search: {rows} rows"
    more = {"rows": rows, "recall": found["recall"], "bytes_a_row": found["bytes_a_row"],
            "lists": found["lists"]}
    if peers["missing"]:
        more["not_installed"] = peers["missing"]

    def against(peer, key):
        return (peer, peers[peer][key]) if peer in peers else None

    def with_peer(peer, keys):
        return {**more, **{f"{peer}_{key}": peers[peer][key] for key in keys if peer in peers}}

    return [
        figure(f"{name}, a query", found["ms"], "ms wall", ours, against("flat", "ms"), **more),
        figure(f"{name}, a query, and a graph's", found["ms"], "ms wall", ours,
               against("hnsw", "ms"), **with_peer("hnsw", ("recall", "ef"))),
        figure(f"{name}, a query, and numpy's", found["ms"], "ms wall", ours,
               against("numpy", "ms"), **more),
        figure(f"{name}, a query of --exact", found["codes_ms"], "ms wall", ours,
               against("flat", "ms"), **{**more, "recall": found["codes_recall"]}),
        *(figure(f"{name}, a query where {size} share a pass", batch, "ms wall", ours,
                 (f"{size} searches one by one", single), **more)
          for size, (batch, single) in found["batch_ms"].items()),
        figure(f"{name}, build", found["build_ms"], "ms wall", ours, against("hnsw", "build_ms"),
               rows=rows),
    ]
