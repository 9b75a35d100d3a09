"""What the towers are trained on: pools of images, and random captions with what they apply to."""
import collections
import json
import os
import random

import numpy as np
import torch

import augment
import names
import tokenizer

# Images of each corpus in a batch of 128.
MIX = {"tiny": 74, "caltech": 14, "cifar": 10, "draw": 30}
PHOTO_CORPORA = ("tiny", "caltech", "cifar")
GENERAL_CAPTIONS = 48
TOKENS_MAX = 24
ENGLISH_SHARE = 0.72
_CACHED_CAPTIONS_MAX = 400000

_ANY = (["{}"] * 4 + ["a {}"] * 3 + ["the {}", "a picture of a {}", "an image of {}", "{} picture",
                                     "pictures of {}", "some {}", "one {}", "an {}"])
_STYLED = {
    "photo": ["a photo of a {}", "a photo of {}", "{} photo", "a photograph of a {}"],
    "drawing": ["a drawing of a {}", "{} icon", "{} clip art", "a cartoon {}", "{} drawing"],
    "diagram": ["a {}", "{}"],
}
_CHINESE_ANY = ["{}"] * 4 + ["一个{}", "一只{}", "一张{}的图片", "{}图片", "一些{}", "有{}的图片",
                             "一辆{}"]
_CHINESE_STYLED = {"photo": ["{}的照片", "一张{}的照片"], "diagram": ["{}"],
                   "drawing": ["一幅{}的画", "{}的画", "{}图标"]}
_STYLE_ALONE = {
    "photo": ["a photo", "photo", "photograph", "照片"],
    "drawing": ["a drawing", "drawing", "cartoon", "clip art", "画", "卡通"],
    "diagram": ["a diagram", "diagram", "chart", "图表", "a chart"],
}

# A caption: its text, the phrases that an image must have, the style that it must have or None.
Caption = collections.namedtuple("Caption", "text phrases style")
# What may be said of an image: {phrase: weight} in English and Chinese, and its style.
Sayings = collections.namedtuple("Sayings", "english chinese style")


def _pick(weights):
    return random.choices(list(weights), list(weights.values()))[0]


def make_caption(sayings, title=None, general=False):
    """A random caption. `title` is preferred; `general` prefers general words."""
    english, chinese, style = sayings
    if chinese and random.random() >= ENGLISH_SHARE:
        phrase = _pick(chinese)
        if random.random() < 0.15:
            return Caption(random.choice(_CHINESE_STYLED[style]).format(phrase), (phrase,), style)
        return Caption(random.choice(_CHINESE_ANY).format(phrase), (phrase,), None)
    if title and title in english and not general and random.random() < 0.5:
        phrase = title
    elif general:
        phrase = _pick({p: w if w <= 1 else 0.15 for p, w in english.items()})
    else:
        phrase = _pick(english)
    kind = random.random()
    if kind < 0.07 and len(english) > 1:
        other = _pick(english)
        if other != phrase:
            text = random.choice(["{}, {}", "{} {}", "{}, a {}"]).format(phrase, other)
            return Caption(text, (phrase, other), None)
    if kind < 0.2:
        return Caption(random.choice(_STYLED[style]).format(phrase), (phrase,), style)
    return Caption(random.choice(_ANY).format(phrase), (phrase,), None)


def label_matrix(sayings, captions):
    """float32 [images, captions]: how well each caption fits each image, 0 for not at all."""
    known = {}  # {phrase or "#style": {image: weight}}
    for image, (english, chinese, style) in enumerate(sayings):
        for phrase, weight in english.items():
            known.setdefault(phrase, {})[image] = weight
        for phrase, weight in chinese.items():
            known.setdefault(phrase, {}).setdefault(image, weight)
        known.setdefault("#" + style, {})[image] = 0.3
    labels = np.zeros((len(sayings), len(captions)), np.float32)
    for column, caption in enumerate(captions):
        needed = [known.get(phrase) for phrase in caption.phrases]
        if caption.style:
            needed.append(known.get("#" + caption.style))
        if not all(needed):
            continue
        for image in set(needed[0]).intersection(*needed[1:]):
            labels[image, column] = max(weights[image] for weights in needed)
    return labels


class TrainingSet:
    """All images and captions below a work directory. Random numbers come from the module `random`,
    from numpy and from torch; each process seeds its own."""

    def __init__(self, work, is_second_phase):
        self.is_second_phase = is_second_phase

        def read(name):
            with open(os.path.join(work, name), encoding="utf-8") as file:
                return json.load(file)

        self.photos = np.load(os.path.join(work, "photos.npy"), mmap_mode="r")
        self.labels = read("photos.json")
        self.drawings = np.load(os.path.join(work, "drawings64.npy"))
        captions, preparation = read("captions.json"), read("preparation.json")
        self.classes, self.captions = captions["classes"], captions["drawings"]
        self.class_names = sorted(self.classes)
        self.class_ids = {name: number for number, name in enumerate(self.class_names)}
        self.colours = preparation["colour"]
        self.banned = {j for matches in preparation["album"].values() for j in matches}
        self.opaque = np.array(preparation["opaque"])
        self.may_mirror = np.array([c["src"] != "procedural" and "alphabets" not in c["path"]
                                    for c in self.captions])
        for caption in self.captions:
            is_diagram = caption["src"] == "skimage-doc" or "chart/" in caption["path"]
            other = "photo" if caption["photo"] else "drawing"
            caption["style"] = "diagram" if is_diagram else other
        self.tokenizer = tokenizer.load(os.path.join(work, "tokenizer.json"))
        self._ids = {}
        self._make_pools()

    def _make_pools(self):
        self.pools = {corpus: [i for i, label in enumerate(self.labels)
                               if label["src"] == corpus and label["split"] == "train"]
                      for corpus in PHOTO_CORPORA}
        drawings = [i for i, caption in enumerate(self.captions)
                    if caption["split"] == "train" and i not in self.banned]
        self.pools["draw"] = drawings
        concepts = collections.Counter(self.captions[i]["concept"] for i in drawings)
        self._drawing_shares = _shares(self._drawing_weight(i, concepts) for i in drawings)
        sizes = collections.Counter(self.labels[i]["cls"] for i in self.pools["caltech"])
        self._caltech_shares = _shares((1 / sizes[self.labels[i]["cls"]]) ** 0.5
                                       for i in self.pools["caltech"])

    def _drawing_weight(self, number, concepts):
        """Frequent concepts count less, photographs among the drawings double."""
        caption = self.captions[number]
        rare = min(1, (12 / concepts[caption["concept"]]) ** 0.5)
        return caption["wt"] * rare * (2.0 if caption["photo"] else 1.0)

    def sayings(self, corpus, number):
        """What may be said of an image."""
        if corpus == "draw":
            caption = self.captions[number]
            return Sayings(caption["phr"], caption["zh"], caption["style"])
        captions = self.classes[corpus + ":" + self.labels[number]["cls"]]
        english, chinese = captions["phr"], captions["zh"]
        colour = self.colours.get(str(number))
        if colour:
            name = "car" if "car" in english else captions["name"]
            english = {**english, f"{colour} {name}": 3.0, colour: 0.3}
            translated = names.CHINESE_WORDS.get(name) or next(iter(chinese))
            word = names.CHINESE_COLOURS[colour]
            chinese = {**chinese, word + "的" + translated: 2.0, word + translated: 0.7}
        return Sayings(english, chinese, "photo")

    def token_ids(self, texts):
        """Ids [N, L], padded with 0, of at most 24 tokens a text."""
        rows = []
        for text in texts:
            ids = self._ids.get(text)
            if ids is None:
                ids = self.tokenizer.encode(text)
                if len(ids) > TOKENS_MAX:
                    ids = ids[:TOKENS_MAX - 1] + [self.tokenizer.end]
                if len(self._ids) < _CACHED_CAPTIONS_MAX:
                    self._ids[text] = ids
            rows.append(ids)
        longest = max(map(len, rows))
        return torch.tensor([ids + [0] * (longest - len(ids)) for ids in rows])

    def _choose_items(self):
        """[(corpus, number)] of a batch, photographs first."""
        items = []
        for corpus in PHOTO_CORPORA:
            pool = self.pools[corpus]
            if corpus == "caltech":
                places = np.random.choice(len(pool), MIX[corpus], p=self._caltech_shares)
                items += [(corpus, pool[place]) for place in places]
            else:
                items += [(corpus, number) for number in augment.choose(pool, MIX[corpus])]
        pool = self.pools["draw"]
        places = np.random.choice(len(pool), MIX["draw"], replace=False, p=self._drawing_shares)
        return items + [("draw", pool[place]) for place in places]

    def _class_caption(self, name):
        """A caption for a photo class, so that every class is a candidate in every batch."""
        captions = self.classes[name]
        if random.random() < 0.15:
            phrase = next(iter(captions["zh"]))
        else:
            phrase = _pick({p: w for p, w in captions["phr"].items() if w > 1})
        if random.random() < 0.5 and phrase.isascii():
            return Caption(random.choice(_ANY).format(phrase), (phrase,), None)
        return Caption(phrase, (phrase,), None)

    def _make_captions(self, items, sayings):
        """Different captions for a batch: one an image, general ones, classes, styles alone."""
        captions = []
        for (corpus, number), said in zip(items, sayings):
            title = self.captions[number]["title"] if corpus == "draw" else None
            captions.append(make_caption(said, title=title))
        for place in random.sample(range(len(items)), GENERAL_CAPTIONS):
            captions.append(make_caption(sayings[place], general=True))
        captions += [self._class_caption(name) for name in self.class_names]
        for style, texts in _STYLE_ALONE.items():
            if random.random() < 0.5:
                captions.append(Caption(random.choice(texts), (), style))
        return list({caption.text: caption for caption in captions}.values())

    def _view_photos(self, items, side):
        photos = [self.photos[number] for _, number in items]
        if self.is_second_phase:
            return augment.shift_photos(photos)
        return augment.view_photos(photos, side)

    def _view_drawings(self, items, side):
        numbers = np.array([number for _, number in items])

        def some_photos(count):
            return [self.photos[i] for i in augment.choose(self.pools["tiny"], count)]

        return augment.view_drawings(self.drawings[numbers], self.opaque[numbers],
                                     self.may_mirror[numbers], side, some_photos)

    def batch(self, side):
        """(images [B, 3, side, side], token ids [C, L], labels [B, C], photographs' classes)"""
        items = self._choose_items()
        sayings = [self.sayings(corpus, number) for corpus, number in items]
        captions = self._make_captions(items, sayings)
        labels = label_matrix(sayings, captions)
        photos = [item for item in items if item[0] != "draw"]
        drawings = items[len(photos):]
        images = torch.cat([self._view_photos(photos, side), self._view_drawings(drawings, side)])
        classes = torch.tensor([self.class_ids[corpus + ":" + self.labels[number]["cls"]]
                                for corpus, number in photos])
        ids = self.token_ids([caption.text for caption in captions])
        return augment.vary_colours(images), ids, torch.from_numpy(labels), classes


def _shares(weights):
    weights = np.array(list(weights))
    return weights / weights.sum()
