"""Reads the photo corpora out of bare git clones of the repositories that data.tsv names.

usage: photos.py CLONES WORK     CLONES/OWNER+NAME/repo is a bare clone
Writes photos.npy, uint8 [N, 64, 64, 3], and photos.json, [{src, cls, split}].
"""
import collections
import io
import json
import os
import random
import subprocess
import sys

import numpy as np
from PIL import Image

SIDE = 64
CIFAR_PER_CLASS = 2000
# Photographs of the training part up to this ratio of sides are squeezed, to keep the whole object.
OBLONG_MAX = 1.35

TINY = "seshuad+IMagenet"
CALTECH = "e-caste+Homework2-Caltech101"
CIFAR = "YoongiKim+CIFAR-10-images"
SAMPLES = "EliSchwartz+imagenet-sample-images"


class Repository:
    """The files of the newest commit of a bare clone."""

    def __init__(self, clones, name):
        self._git = ["git", f"--git-dir={os.path.join(clones, name, 'repo')}"]

    def list(self, folder):
        """[(object, path)] of all files below a folder."""
        done = subprocess.run(self._git + ["ls-tree", "-r", "HEAD", folder],
                              capture_output=True, text=True, check=True)
        return [(line.split()[2], line.split("\t", 1)[1].strip('"'))
                for line in done.stdout.splitlines()]

    def read(self, rows):
        """(path, bytes) of each of the rows, through one git process."""
        with subprocess.Popen(self._git + ["cat-file", "--batch"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as process:
            for name, path in rows:
                process.stdin.write(name.encode() + b"\n")
                process.stdin.flush()
                size = int(process.stdout.readline().split()[2])
                content = process.stdout.read(size)
                process.stdout.read(1)
                yield path, content
            process.stdin.close()

    def text(self, path):
        done = subprocess.run(self._git + ["show", "HEAD:" + path], capture_output=True, text=True,
                              check=True)
        return done.stdout


def fit(content, may_squeeze):
    """The middle square of an image file at SIDE pixels, or all of it squeezed."""
    image = Image.open(io.BytesIO(content))
    image.draft("RGB", (160, 160))
    image = image.convert("RGB")
    width, height = image.size
    if may_squeeze and max(width, height) <= OBLONG_MAX * min(width, height):
        return image.resize((SIDE, SIDE), Image.BICUBIC)
    scale = SIDE / min(width, height)
    size = (max(SIDE, round(width * scale)), max(SIDE, round(height * scale)))
    image = image.resize(size, Image.BICUBIC)
    left, top = (image.width - SIDE) // 2, (image.height - SIDE) // 2
    return image.crop((left, top, left + SIDE, top + SIDE))


class Photos:
    """Pixels and labels, in the order in which they are added."""

    def __init__(self):
        self.pixels, self.labels = [], []

    def add(self, content, may_squeeze=False, **label):
        """One image file; one that cannot be read is said and skipped."""
        try:
            self.pixels.append(np.asarray(fit(content, may_squeeze), np.uint8))
            self.labels.append(label)
        except (OSError, ValueError) as error:
            print("skipped", label, error)

    def save(self, work):
        np.save(os.path.join(work, "photos.npy"), np.stack(self.pixels))
        with open(os.path.join(work, "photos.json"), "w", encoding="utf-8") as file:
            json.dump(self.labels, file)
        print(collections.Counter((label["src"], label["split"]) for label in self.labels))


def add_tiny(photos, repository):
    """Tiny ImageNet: 500 a class for training, and the validation part."""
    def jpegs(folder):
        return [row for row in repository.list(folder) if row[1].lower().endswith(".jpeg")]

    for path, content in repository.read(jpegs("tiny-imagenet-200/train")):
        photos.add(content, src="tiny", cls=path.split("/")[2], split="train")
    annotations = repository.text("tiny-imagenet-200/val/val_annotations.txt")
    classes = dict(line.split("\t")[:2] for line in annotations.splitlines())
    for path, content in repository.read(jpegs("tiny-imagenet-200/val")):
        photos.add(content, src="tiny", cls=classes[path.split("/")[-1]], split="val")


def add_caltech(photos, repository):
    rows = [row for row in repository.list("101_ObjectCategories")
            if row[1].endswith(".jpg") and "BACKGROUND" not in row[1]]
    for path, content in repository.read(rows):
        photos.add(content, may_squeeze=True, src="caltech", cls=path.split("/")[1], split="train")


def add_cifar(photos, repository):
    by_class = collections.defaultdict(list)
    for row in repository.list("train"):
        by_class[row[1].split("/")[1]].append(row)
    for name, rows in by_class.items():
        for _, content in repository.read(random.sample(rows, CIFAR_PER_CLASS)):
            photos.add(content, src="cifar", cls=name, split="train")


def add_samples(photos, repository):
    """One photograph for each of ImageNet's 1,000 classes, for tests only."""
    rows = [row for row in repository.list(".") if row[1].endswith(".JPEG")]
    for path, content in repository.read(rows):
        photos.add(content, src="sample", cls=path.split("_")[0], split="test", name=path)


def main(clones, work):
    random.seed(0)
    photos = Photos()
    add_tiny(photos, Repository(clones, TINY))
    add_caltech(photos, Repository(clones, CALTECH))
    add_cifar(photos, Repository(clones, CIFAR))
    add_samples(photos, Repository(clones, SAMPLES))
    photos.save(work)


if __name__ == "__main__":
    main(*sys.argv[1:])
