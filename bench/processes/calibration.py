"""How well a calibrated score tells whether the sample album has what a query asks for.

Queries with a picture are the names of the album's own files; queries without are things that the
demo model was trained on and that the album lacks, and texts that no picture shows. For some
thresholds: which share of either is let through by the best hit. The baseline is the cosine that
lets as many of the first through.
"""

import json
import pathlib
import re

from measure import figure, run as run_process

THRESHOLDS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
ABSENT = """
elephant, lion, tiger, zebra, frog, snake, shark, spider, bee, ant, lizard, goldfish, penguin,
lobster, snail, mushroom, lemon, orange, pizza, pretzel, bell pepper, bucket, broom, barrel,
bathtub, candle, cannon, chain, church, cliff, coral reef, desk, dumbbell, fountain, lighthouse,
mailbox, microphone, obelisk, pillow, plate, pot, refrigerator, sandal, sewing machine, sock,
sofa, stopwatch, sunglasses, swing, teapot, teddy, tractor, train, trombone, truck, turnstile,
vase, volleyball, wok, wooden spoon
"""
SHOWN_BY_NOTHING = """
the board approved the budget; an unresolved dispute; compound interest; the origin of a word; a
polite refusal; reasonable doubt; the capacity of a network; mutual agreement; an outdated
assumption; the terms of the lease; a hypothetical question; supply and demand; his sense of
humour; the deadline was moved; a software licence; an ambiguous answer; the rate of
unemployment; a breach of contract; moral philosophy; an hour too late
"""


def run(place):
    library = place.new_library()
    run_process([place.program("clipdex"), "index", "samples/album", "--library", library,
                 "--model", place.demo_model, "--quiet"], place)
    present = sorted({name for path in pathlib.Path(place.root, "samples/album").iterdir()
                      if (name := named(path))})
    absent = [name.strip() for name in ABSENT.replace("\n", " ").split(",")]
    absent = [name for name in absent if not any(name in other for other in present)]
    strange = [text.strip() for text in SHOWN_BY_NOTHING.replace("\n", " ").split(";")]
    with_picture = [best(place, library, "a " + name) for name in present]
    without = [best(place, library, "a " + name) for name in absent]
    nothing = [best(place, library, text) for text in strange]
    figures = []
    for threshold in THRESHOLDS:
        kept = share(with_picture, "match", threshold)
        scores = sorted(hit["score"] for hit in with_picture)
        cosine = scores[round((1 - kept) * (len(scores) - 1))]
        for kind, hits in (("the album lacks", without), ("no picture shows", nothing)):
            figures.append(figure(
                f"calibration: --threshold {threshold}, let through of what {kind}",
                share(hits, "match", threshold), "share", "clipdex search QUERY --json",
                ("the cosine that keeps as many", max(share(hits, "score", cosine), 0.001)),
                let_through_of_what_it_has=round(kept, 3), cosine=round(cosine, 3),
                queries_with=len(with_picture), queries_without=len(hits)))
    return figures


def named(path):
    """What a picture of the album is of, by its name; nothing for texts."""
    if path.suffix not in (".jpg", ".png"):
        return ""
    return re.sub(r"\d+$", "", path.stem).split("_", 1)[1].replace("_", " ").strip()


def best(place, library, text):
    command = [place.program("clipdex"), "search", text, "-k", "1", "--json", "--quiet",
               "--library", library]
    return json.loads(run_process(command, place).output)["hits"][0]


def share(hits, key, least):
    return sum(hit[key] >= least for hit in hits) / len(hits)
