"""The Open Clip Art Library, captioned by titles and keywords in the metadata of its drawings."""
import collections
import glob
import os
import random
import re

from drawings.collection import STOP, clean
from drawings.images import load

_SVG = "openclipart-svg/usr/share/openclipart/svg/"
_PNG = "openclipart-png/usr/share/openclipart/png/"
# At most so many of the directories that hold much of the same.
_AT_MOST = {
    "shapes/stars": 50, "signs_and_symbols/map_symbols": 70, "special/gradients": 40,
    "shapes/arrows": 60, "shapes/jigsaw": 20, "computer/buttons": 25, "signs_and_symbols/led": 15,
    "recreation/games/cards": 12,
}
_ICONS, _ICONS_MAX = "computer/icons", 90
_NO_CATEGORY = ("special", "unsorted", "computer", "icons", "signs and symbols", "recreation")
_COLOUR = re.compile(r"_(red|green|blue|yellow|black|white|grey|purple|orange)\b")


def _metadata(path):
    """(title, keywords) of an SVG file, authors left out."""
    with open(path, encoding="utf-8", errors="replace") as file:
        match = re.search(r"<metadata.*?</metadata>", file.read(), re.S)
    text = match.group(0) if match else ""
    title = re.search(r"<cc:Work.*?<dc:title[^>]*>(.*?)</dc:title>", text, re.S)
    authors = " ".join(re.findall(r"<dc:creator>(.*?)</dc:creator>", text, re.S)).lower()
    keywords = [clean(word) for word in re.findall(r"<rdf:li[^>]*>(.*?)</rdf:li>", text, re.S)]
    return (clean(title.group(1)) if title else "",
            [word for word in keywords if word and word not in authors])


class _Library:
    """Titles and keywords of all drawings, and how often each keyword is used."""

    def __init__(self, root, nouns):
        self.nouns = nouns
        self.metadata, self.uses = {}, collections.Counter()
        base = root + _SVG
        for path in sorted(glob.glob(base + "**/*.svg", recursive=True)):
            title, keywords = _metadata(path)
            self.metadata[path[len(base):-len(".svg")]] = (title, keywords)
            self.uses.update(keywords)

    def title(self, key):
        """The best name for a drawing, or None: its title if it is made of nouns, else its rarest
        keyword, else the nouns of its file name."""
        title, keywords = self.metadata[key]
        nouns = [word for word in title.split()
                 if self.nouns.lemma(word) or word in self.nouns.index]
        if title and len(nouns) >= max(1, 0.5 * len(title.split())) and 3 <= len(title) < 50:
            return title
        useful = self.useful_keywords(keywords)
        if useful:
            return min(useful, key=lambda word: self.uses[word])
        name = re.sub(r"(_0\d|_\d+)$", "", os.path.basename(key))
        name = re.sub(r"_[a-z]*_?\d+$", "", name).replace("_", " ")
        return " ".join(word for word in clean(name).split() if word in self.nouns.index) or None

    def useful_keywords(self, keywords):
        return [word for word in keywords
                if word not in STOP and self.nouns.lemma(word) and len(word) > 2]

    def phrases(self, key, directory):
        """Keywords and the names of the directories, with weights."""
        useful = self.useful_keywords(self.metadata[key][1])
        categories = [part for part in directory.replace("_", " ").split("/")
                      if part not in _NO_CATEGORY and "theme" not in part]
        return ([(word, 1.0 if self.uses[word] < 80 else 0.5) for word in useful[:8]]
                + [(self.nouns.lemma(part) or part, 0.5) for part in categories])


def _group(key, directory):
    """Drawings that differ by number or colour only."""
    name = re.sub(r"[\d_]+$", "", _COLOUR.sub("", os.path.basename(key)))
    return "oc_" + directory + "/" + name[:40]


def add_clip_art(collection):
    library = _Library(collection.root, collection.nouns)
    taken = collections.Counter()
    keys = list(library.metadata)
    random.shuffle(keys)
    for key in keys:
        directory = os.path.dirname(key)
        path = collection.root + _PNG + key + ".png"
        if not os.path.exists(path):
            path = collection.root + _SVG + key + ".svg"
        is_icon, is_flag = _ICONS in directory, "flags" in directory
        most = next((n for start, n in _AT_MOST.items() if directory.startswith(start)), None)
        most = _ICONS_MAX if is_icon else most
        if most and taken[directory] >= most:
            continue
        taken[directory] += 1
        title = library.title(key)
        if title is None:
            continue
        phrases = library.phrases(key, directory)
        if is_flag and "flag" not in title:
            title = "flag of " + title
        collection.add(load(path), "openclipart", key, title, phrases,
                       concept="flag" if is_flag else None,
                       weight=0.35 if is_flag or is_icon else 1.0,
                       group=_group(key, directory) if most or is_flag else None)
    collection.say("openclipart")
