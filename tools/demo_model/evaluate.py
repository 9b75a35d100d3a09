"""Measures an exported package with ONNX Runtime on images that were not trained on.

usage: evaluate.py WORK PACKAGE FIGURES.json
"""
import csv
import json
import os
import sys

import numpy as np
from PIL import Image

import scores
from drawings import wordnet
from package import Package
from tables import read_table

_TEMPLATES = {"name": "{}", "a photo of a": "a photo of a {}"}
_DRAWN_CATEGORIES = (
    "animal bird fish insect fruit food vehicle flower tree building tool clothing person face "
    "weather plant chart diagram document red blue green yellow").split() + ["musical instrument"]


def read_json(*parts):
    with open(os.path.join(*parts), encoding="utf-8") as file:
        return json.load(file)


class Evaluation:
    """The figures of one package; each method adds those of one set of images."""

    def __init__(self, work, package):
        self.work, self.package = work, package
        self.figures = {}
        captions = read_json(work, "captions.json")
        self.classes, self.drawings = captions["classes"], captions["drawings"]
        self.labels = read_json(work, "photos.json")
        self.photos = np.load(os.path.join(work, "photos.npy"), mmap_mode="r")
        self.tiny = sorted(name for name in self.classes if name.startswith("tiny:"))
        self.tiny_ids = {name: number for number, name in enumerate(self.tiny)}

    def note(self, name, figures):
        self.figures[name] = figures
        print(name, json.dumps(figures, ensure_ascii=False), flush=True)

    def _name(self, key):
        return self.classes[key]["name"]

    def _zero_shot(self, images, classes, title):
        names = [self._name(key) for key in self.tiny]
        for said, template in _TEMPLATES.items():
            self.note(f'{title} zero-shot "{said}"',
                      scores.zero_shot(self.package, images, classes, names, template))

    def measure_validation(self):
        """Tiny ImageNet's validation part: 10,000 photographs, 200 classes."""
        numbers = [i for i, label in enumerate(self.labels)
                   if label["src"] == "tiny" and label["split"] == "val"]
        images = self.package.encode_images(self.photos[np.array(numbers)])
        keys = ["tiny:" + self.labels[i]["cls"] for i in numbers]
        classes = np.array([self.tiny_ids[key] for key in keys])
        self._zero_shot(images, classes, "tiny-val")
        few = [i for number in range(len(self.tiny)) for i in np.where(classes == number)[0][:5]]
        few_keys = [keys[i] for i in few]
        self.note("tiny-val 1000 (5 per class)", scores.recall(
            self.package, images[few], [self._name(key) for key in few_keys],
            lambda caption, i: caption in self.classes[few_keys[i]]["phr"]))
        self._measure_validation_words(images, classes)

    def _measure_validation_words(self, images, classes):
        phrases = [self.classes[key]["phr"] for key in self.tiny]

        def said_of(word):
            return np.array([word in phrases[number] for number in classes])

        self.note("tiny-val P@10 by class name", scores.precision(self.package, images, {
            self._name(key): (classes == self.tiny_ids[key]) | said_of(self._name(key))
            for key in self.tiny}))
        chinese = {}
        for key in self.tiny:
            word = next(iter(self.classes[key]["zh"]))
            chinese.setdefault(word, []).append(self.tiny_ids[key])
        self.note("tiny-val P@10 by Chinese class name", scores.precision(self.package, images, {
            word: np.isin(classes, numbers) for word, numbers in chinese.items()}))
        general = {word for key in self.tiny for word in self.classes[key]["hyp"]}
        right = {word: said_of(word) for word in sorted(general | {"dog", "cat", "bird", "car"})}
        self.note("tiny-val P@10 by category", scores.precision(self.package, images, {
            word: which for word, which in right.items() if which.sum() >= 100}))

    def measure_samples(self):
        """One photograph for each of ImageNet's 1,000 classes, never trained on."""
        numbers = [i for i, label in enumerate(self.labels) if label["split"] == "test"]
        images = self.package.encode_images(self.photos[np.array(numbers)])
        wnids = [self.labels[i]["cls"] for i in numbers]
        trained = [i for i, wnid in enumerate(wnids) if "tiny:" + wnid in self.tiny_ids]
        keys = ["tiny:" + wnids[i] for i in trained]
        title = "sample photos, class trained"
        self.note(title, scores.recall(
            self.package, images[trained], [self._name(key) for key in keys],
            lambda caption, i: caption in self.classes[keys[i]]["phr"]))
        self._zero_shot(images[trained], np.array([self.tiny_ids[key] for key in keys]), title)
        self._measure_categories(images, wnids)

    def _measure_categories(self, images, wnids):
        """Categories by what WordNet has above each class."""
        nouns = wordnet.load(self.work)
        above = [nouns.everything_above(wnid[1:]) for wnid in wnids]
        english, chinese = {}, {}
        for row in read_table("names/categories.tsv"):
            offsets = set().union(*map(nouns.all_senses, row["wordnet"].split("/")))
            right = np.array([bool(offsets & offsets_above) for offsets_above in above])
            if right.sum() < 8:
                continue
            english[row["category"]] = right
            if row["chinese"]:
                chinese[row["chinese"]] = right
        self.note("sample photos (all 1000) P@10 by category",
                  scores.precision(self.package, images, english))
        self.note("sample photos (all 1000) P@10 by Chinese category",
                  scores.precision(self.package, images, chinese))

    def measure_drawings(self):
        """The held-out part of the drawings: drawings, photographs among them, and diagrams."""
        images = np.load(os.path.join(self.work, "drawings96.npy"), mmap_mode="r")
        words = [set(drawing["phr"]) | set(drawing["zh"]) for drawing in self.drawings]
        vectors = {}
        parts = {}
        for part in ("test", "photo", "diagram"):
            parts[part] = [i for i, d in enumerate(self.drawings) if d["split"] == part]
            pictures = np.stack([lay_on_white(images[i], self.package.side) for i in parts[part]])
            vectors.update(zip(parts[part], self.package.encode_images(pictures)))
        seen = [i for i in parts["photo"] if self.drawings[i]["seen"]]

        def measure(title, numbers, caption_of):
            captions = [caption_of(self.drawings[i]) for i in numbers]
            self.note(title, scores.recall(
                self.package, np.stack([vectors[i] for i in numbers]), captions,
                lambda caption, i: caption == captions[i] or caption in words[numbers[i]]))

        measure("held-out drawings", parts["test"], lambda drawing: drawing["title"])
        measure("held-out photos (Debian), concept seen", seen, lambda drawing: drawing["concept"])
        measure("held-out diagrams", parts["diagram"], lambda drawing: drawing["title"])
        chinese = [i for i in parts["test"] + seen if self.drawings[i]["zh"]]
        measure("held-out Chinese captions (drawings and photos)", chinese,
                lambda drawing: max(drawing["zh"].items(), key=lambda pair: pair[1])[0])
        everything = parts["test"] + parts["photo"] + parts["diagram"]
        right = {word: np.array([word in words[i] for i in everything])
                 for word in _DRAWN_CATEGORIES}
        self.note("held-out drawings+photos+diagrams P@10 by category", scores.precision(
            self.package, np.stack([vectors[i] for i in everything]),
            {word: which for word, which in right.items() if which.sum() >= 5}))

    def measure_album(self):
        """The sample album: fixed queries, and recall by the titles."""
        directory = os.path.join(self.work, "album")
        path = os.path.join(directory, "ATTRIBUTION.tsv")
        with open(path, encoding="utf-8", newline="") as file:
            files = [row["file"] for row in csv.DictReader(file, delimiter="\t")]
        stems = [file.rsplit(".", 1)[0].split("_", 1)[1] for file in files]
        images = self.package.encode_images(np.stack(
            [middle_square(os.path.join(directory, file), self.package.side) for file in files]))
        for language in ("en", "zh"):
            queries = {row["query"]: set(row["right"].split())
                       for row in read_table("names/album_queries.tsv")
                       if row["language"] == language}
            ranks = {}
            for query, vector in zip(queries, self.package.encode_texts(queries)):
                order = np.argsort(-(images @ vector))
                ranks[query] = [stems[i] in queries[query] for i in order].index(True) + 1
            self.note("album " + language, ranks)
            first = np.array(list(ranks.values()))
            self.note(f"album {language} summary", {
                "queries": len(ranks), "first_rank_1": int((first == 1).sum()),
                "within_3": int((first <= 3).sum()), "within_10": int((first <= 10).sum())})
        titles = [stem.rstrip("0123456789").replace("_", " ") for stem in stems]
        self.note("album titles", scores.recall(self.package, images, titles,
                                                lambda caption, i: caption == titles[i]))

    def measure_parity(self):
        """The package against the towers and the tokenizer that it was made from."""
        expected = read_json(self.work, "token_check.json")
        found = self.package.whole_ids([text for text, _ in expected])
        different = sum(ids != own for ids, (_, own) in zip(found, expected))
        self.note("tokenizer parity", {"captions": len(expected), "different": different})
        parity = read_json(self.work, "parity.json")
        side = self.package.side
        pixels = np.array(parity["image_in"], np.float32).reshape(3, 3, side, side)
        texts = self.package.run_texts(np.array(parity["ids"], np.int32))
        self.note("cosine to fp32 torch", {
            "text": scores.least_cosine(texts, parity["text"]),
            "image": scores.least_cosine(self.package.run_images(pixels), parity["image"])})
        image, text = self.package.milliseconds()
        self.note("visual ms per image (2 threads)", image)
        self.note("text ms", text)


def lay_on_white(pixels, side):
    """RGBA [96, 96, 4] on a white square; what is not opaque gets a margin."""
    pixels = np.array(pixels)
    inner = side if pixels[..., 3].min() > 240 else int(side * 0.9)
    image = Image.fromarray(pixels).resize((inner, inner), Image.BICUBIC)
    square = Image.new("RGB", (side, side), "white")
    square.paste(image, ((side - inner) // 2,) * 2, image)
    return np.asarray(square)


def middle_square(path, side):
    """The short side resized to `side`, the middle cut out."""
    image = Image.open(path).convert("RGB")
    scale = side / min(image.size)
    size = (max(side, round(image.width * scale)), max(side, round(image.height * scale)))
    image = image.resize(size, Image.BICUBIC)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return np.asarray(image.crop((left, top, left + side, top + side)))


def main(work, package, path):
    evaluation = Evaluation(work, Package(package))
    evaluation.measure_validation()
    evaluation.measure_samples()
    evaluation.measure_drawings()
    evaluation.measure_album()
    evaluation.measure_parity()
    with open(path, "w", encoding="utf-8") as file:
        json.dump(evaluation.figures, file, indent=1, ensure_ascii=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
