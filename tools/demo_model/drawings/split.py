"""Names the colours of drawings, and sets some images aside for tests.

usage: python3 -m drawings.split WORK     reads drawings96.npy and drawings_found.json
Writes drawings.json: each caption with "split" (train, test, photo, diagram or drop) and "seen".
Images that look alike, or come from one series, are kept on one side.
"""
import collections
import json
import os
import random
import sys

import numpy as np

THUMBNAIL = 24
ALIKE_MIN = 0.965  # Correlation of thumbnails.
PHOTO_TEST_SHARE, DRAWING_TEST_SHARE, DIAGRAM_TESTS = 0.3, 0.1, 45
_UNCOLOURED = ("procedural", "skimage-doc")
_CHINESE_COLOURS = {
    "red": "红色", "green": "绿色", "blue": "蓝色", "yellow": "黄色", "orange": "橙色",
    "purple": "紫色", "pink": "粉色", "brown": "棕色", "black": "黑色", "white": "白色",
    "gray": "灰色",
}
_HUES = {"red": (345, 372), "orange": (15, 42), "yellow": (42, 68), "green": (68, 165),
         "blue": (165, 262), "purple": (262, 300), "pink": (300, 345)}
_GREYS = ("black", "white", "gray")


def thumbnail(image):
    """RGBA [96, 96, 4] on white, as float32 [24, 24, 3]."""
    alpha = image[..., 3:] / 255.0
    colours = image[..., :3] * alpha + 255 * (1 - alpha)
    return colours.reshape(THUMBNAIL, 4, THUMBNAIL, 4, 3).mean((1, 3))


def hue_of(pixels):
    """(hue in degrees, saturation, value) of RGB pixels [N, 3] from 0 to 1."""
    high, low = pixels.max(1), pixels.min(1)
    saturation = np.where(high > 0, (high - low) / np.maximum(high, 1e-6), 0)
    spread = np.maximum(high - low, 1e-6)
    red, green, blue = pixels.T
    hue = np.where(high == red, ((green - blue) / spread) % 6,
                   np.where(high == green, (blue - red) / spread + 2, (red - green) / spread + 4))
    return hue * 60, saturation, high


def _colours_of(pixels):
    """The name of each pixel's colour."""
    hue, saturation, value = hue_of(pixels)
    names = np.full(len(pixels), "gray", dtype="U8")
    names[value < 0.22] = "black"
    names[(saturation < 0.15) & (value >= 0.22) & (value > 0.88)] = "white"
    coloured = (saturation >= 0.22) & (value >= 0.22)
    for name, (low, high) in _HUES.items():
        within = ((hue >= low) & (hue < high)) | ((hue + 360 >= low) & (hue + 360 < high))
        names[coloured & within] = name
    names[coloured & (hue < 45) & (value < 0.62)] = "brown"
    names[coloured & ((hue < 20) | (hue > 335)) & (saturation < 0.5) & (value > 0.75)] = "pink"
    return names


def main_colour(image):
    """The colour that makes up half of a drawing, or nearly all of what is not grey; else None."""
    pixels = image[::3, ::3].reshape(-1, 4)
    pixels = pixels[pixels[:, 3] > 150][:, :3] / 255.0
    if len(pixels) < 40:
        return None
    names, counts = np.unique(_colours_of(pixels), return_counts=True)
    first = counts.argmax()
    if counts[first] / len(pixels) >= 0.5:
        return str(names[first])
    bright = [(name, count) for name, count in zip(names, counts) if name not in _GREYS]
    if bright:
        name, count = max(bright, key=lambda pair: pair[1])
        if count / len(pixels) > 0.4 and count / sum(c for _, c in bright) > 0.75:
            return str(name)
    return None


def name_colours(images, captions):
    """Adds "red car" to "car" where the drawing is red."""
    for image, caption in zip(images, captions):
        if caption["photo"] == 2 or caption["src"] in _UNCOLOURED or caption["concept"] == "flag":
            continue
        colour = main_colour(image)
        if colour is None or caption["src"] == "symbola":
            continue
        caption["phr"].setdefault(f"{colour} {caption['concept']}", 1.0)
        caption["phr"].setdefault(colour, 0.25)
        best = max(caption["zh"].items(), key=lambda pair: pair[1])[0] if caption["zh"] else None
        if best and not best.endswith("色"):
            caption["zh"].setdefault(_CHINESE_COLOURS[colour] + "的" + best, 0.5)
        caption["col"] = colour


class _Groups:
    """Union-find over image numbers."""

    def __init__(self, count):
        self._parent = list(range(count))

    def find(self, number):
        while self._parent[number] != number:
            self._parent[number] = self._parent[self._parent[number]]
            number = self._parent[number]
        return number

    def join(self, one, other):
        self._parent[self.find(one)] = self.find(other)

    def members(self):
        """The groups, each a list of numbers, in the order of their first members."""
        found = collections.defaultdict(list)
        for number in range(len(self._parent)):
            found[self.find(number)].append(number)
        return list(found.values())


def group_alike(images, captions):
    """Groups of image numbers that look alike or belong to one series."""
    thumbnails = np.stack([thumbnail(image) for image in images]).astype(np.float32)
    vectors = thumbnails.reshape(len(images), -1)
    vectors = vectors - vectors.mean(1, keepdims=True)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-6
    groups = _Groups(len(images))
    for start in range(0, len(images), 1000):
        alike = vectors[start:start + 1000] @ vectors.T > ALIKE_MIN
        for row, other in zip(*np.where(alike)):
            one = row + start
            sources = {captions[one]["src"], captions[other]["src"]}
            if one < other and sources.isdisjoint(_UNCOLOURED):
                groups.join(one, other)
    series = {}
    for number, caption in enumerate(captions):
        if caption["grp"]:
            groups.join(number, series.setdefault(caption["grp"], number))
    return groups.members()


def choose_splits(captions, groups):
    """"train", "test", "photo", "diagram" or "drop" for each image."""
    split = ["train"] * len(captions)
    photos = [group for group in groups
              if len(group) < 12 and any(captions[i]["photo"] for i in group)]
    random.shuffle(photos)
    for group in photos[:int(len(photos) * PHOTO_TEST_SHARE)]:
        for number in group:
            split[number] = "photo" if captions[number]["photo"] else "drop"

    sources = collections.defaultdict(set)
    for caption in captions:
        sources[caption["concept"]].add(caption["src"])

    def is_eligible(number):
        caption = captions[number]
        return (split[number] == "train" and not caption["photo"]
                and caption["src"] not in _UNCOLOURED and caption["concept"] != "flag"
                and len(sources[caption["concept"]]) >= 2)

    drawings = [group for group in groups if len(group) < 6 and all(map(is_eligible, group))]
    random.shuffle(drawings)
    for group in drawings[:int(len(drawings) * DRAWING_TEST_SHARE)]:
        for place, number in enumerate(group):
            split[number] = "test" if place == 0 else "drop"
    charts = [number for number, caption in enumerate(captions)
              if caption["src"] == "procedural" and "chart" in caption["path"]]
    for number in random.sample(charts, DIAGRAM_TESTS):
        split[number] = "diagram"
    return split


def main(work):
    random.seed(1)
    images = np.load(os.path.join(work, "drawings96.npy"))
    with open(os.path.join(work, "drawings_found.json"), encoding="utf-8") as file:
        captions = json.load(file)
    name_colours(images, captions)
    split = choose_splits(captions, group_alike(images, captions))
    trained = {caption["concept"] for caption, part in zip(captions, split) if part == "train"}
    for caption, part in zip(captions, split):
        caption["seen"] = caption["concept"] in trained
        # A test drawing whose concept is not trained on any more would ask the impossible.
        caption["split"] = "drop" if part == "test" and not caption["seen"] else part
    print(collections.Counter(caption["split"] for caption in captions))
    with open(os.path.join(work, "drawings.json"), "w", encoding="utf-8") as file:
        json.dump(captions, file, ensure_ascii=False)


if __name__ == "__main__":
    main(sys.argv[1])
