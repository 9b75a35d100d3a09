"""Images of GCompris, captioned by their file names."""
import glob
import os
import re

from drawings.collection import DRAWING, PHOTO_SCENE, clean
from drawings.images import load
from tables import read_pairs, read_table

# Where the resource archives of gcompris-qt-data are unpacked.
ACTIVITIES = "gcompris-x/gcompris/src/activities/"

_NO_PICTURE = ("bg", "background", "question", "card_flip", "egypt", "france", "germany", "india",
               "usa", "farm-animals", "world-map")
_NO_WORD = ("one two three four five six seven eight nine ten eleven twelve sixteen zero back "
            "flies").split()


class _Captions:
    """From the path of an image to its caption."""

    def __init__(self):
        self.details = read_pairs("drawings/captions/gcompris_details.tsv")
        self.names = read_pairs("drawings/captions/gcompris_names.tsv")

    def of(self, path):
        """The caption, or None for what is no picture of anything."""
        name = os.path.basename(path).rsplit(".", 1)[0]
        if name in _NO_PICTURE or name.startswith("transparent"):
            return None
        if path.endswith((".ogg", "README")):
            return None
        if "details/" in path:
            return self.details.get(name.replace("_background", ""))
        words = re.sub(r"([a-z])([A-Z])", r"\1 \2", re.sub(r"\d+", "", name))
        title = clean(words)
        if "lang" in path and title in _NO_WORD:
            return None
        if title == "windmill" and "renewable" in path:
            return "wind turbine"
        return self.names.get(title, title)


def _phrases(text):
    pairs = (pair.split("=") for pair in text.split(",") if pair)
    return [(phrase, float(weight)) for phrase, weight in pairs]


def add_gcompris(collection):
    base = collection.root + ACTIVITIES
    captions = _Captions()
    for row in read_table("drawings/captions/gcompris_folders.tsv"):
        for path in sorted(glob.glob(base + row["pattern"])):
            title = captions.of(path)
            if not title:
                continue
            photo = int(row["photo"])
            weight = 1.5 if photo else 1
            if "farm" in path:
                photo = PHOTO_SCENE if path.endswith("webp") else DRAWING
            is_series = "solar" in title or "turbine" in title
            collection.add(load(path), "gcompris", path[len(base):], title,
                           _phrases(row["phrases"]), photo=photo, weight=weight,
                           group="gc_" + title if is_series else None)
    collection.say("gcompris")
