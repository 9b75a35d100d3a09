"""Last steps before training: small drawings, the album kept out, colours of photographed things.

usage: prepare.py WORK     reads what photos.py, captions.py and drawings.split wrote
Writes drawings64.npy, uint8 RGBA [N, 64, 64, 4] with colours multiplied by alpha, and
preparation.json: {"album": {file: numbers of drawings that match it}, "opaque": [bool],
"colour": {photo number: colour}}.
"""
import collections
import csv
import json
import os
import re
import sys

import numpy as np
from PIL import Image

import names

SIDE, THUMBNAIL = 64, 24
ALIKE_MIN = 0.9
_CARS = ("car", "convertible", "sports car", "limousine", "station wagon", "truck")
_NOT_GREEN = ("tractor", "lawn mower", "bird")  # Lawn and leaves fill the middle of the picture.
_HUES = {"red": (345, 372), "orange": (15, 40), "yellow": (42, 68), "green": (75, 165),
         "blue": (185, 262), "purple": (262, 300), "pink": (300, 345)}


def read_json(work, name):
    with open(os.path.join(work, name), encoding="utf-8") as file:
        return json.load(file)


def shrink_drawings(images):
    """(drawings at 64 pixels, thumbnails on white at 24 pixels, which of them are opaque)"""
    small = np.zeros((len(images), SIDE, SIDE, 4), np.uint8)
    thumbnails = np.zeros((len(images), THUMBNAIL, THUMBNAIL, 3), np.float32)
    opaque = []
    for number, image in enumerate(images):
        pixels = np.asarray(image, np.float32)
        alpha = pixels[..., 3:].copy()
        multiplied = pixels.copy()
        multiplied[..., :3] *= alpha / 255
        channels = [Image.fromarray(np.ascontiguousarray(multiplied[..., channel])).resize(
            (SIDE, SIDE), Image.BICUBIC) for channel in range(4)]
        small[number] = np.stack([np.asarray(c) for c in channels], -1).round().clip(0, 255)
        opaque.append(bool(alpha.min() > 240))
        on_white = multiplied[..., :3] + 255 - alpha
        thumbnails[number] = on_white.reshape(THUMBNAIL, 4, THUMBNAIL, 4, 3).mean((1, 3))
    return small, thumbnails, opaque


def unit_rows(images):
    """Images as rows of length 1 with mean 0: their products are correlations."""
    rows = images.reshape(len(images), -1)
    rows = rows - rows.mean(1, keepdims=True)
    return rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-6)


def _middle(image, width, height):
    box = ((image.width - width) // 2, (image.height - height) // 2,
           (image.width + width) // 2, (image.height + height) // 2)
    return image.crop(box)


def album_views(path):
    """An album image as `drawings.images.normalise` may have seen it: whole, cut, or cut out."""
    image = Image.open(path).convert("RGB")
    width, height = image.size
    short, long = min(width, height), int(min(width, height) * 1.15)
    views = [_middle(image, *size) for size in (
        (width, height), (short, short), (min(width, long), min(height, long)))]
    rows, columns = np.where((np.asarray(image).astype(int) < 245).any(-1))
    if len(rows):  # What stands on white: its bounding box on a white square.
        figure = image.crop((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1))
        side = max(figure.size)
        square = Image.new("RGB", (side, side), "white")
        square.paste(figure, ((side - figure.width) // 2, (side - figure.height) // 2))
        views.append(square)
    return np.stack([np.asarray(view.resize((THUMBNAIL, THUMBNAIL), Image.BOX), np.float32)
                     for view in views])


def _letters(path):
    """The letters of a file name without its suffix."""
    return re.sub(r"[^a-z]", "", path.split("/")[-1].rsplit(".", 1)[0].lower())


def _has_same_origin(row, caption):
    """Whether an album image and a drawing are one file by their names."""
    origin = row["origin"].split()
    if caption["src"] == "openclipart":
        return len(origin) > 1 and caption["path"] == origin[1]
    if caption["src"] == "gcompris" and "gcompris" in origin[0] and caption["photo"]:
        return _letters(caption["path"]) == _letters(row["file"].split("_", 1)[1])
    return False


def find_album(work, captions, thumbnails):
    """{album file: numbers of the drawings that look like it or come from the same file}"""
    with open(os.path.join(work, "album/ATTRIBUTION.tsv"), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    vectors = unit_rows(thumbnails)
    found = {}
    for row in rows:
        if row["kind"] == "diagram" and "charts.py" in row["origin"]:
            continue  # Drawn anew for the album.
        views = unit_rows(album_views(os.path.join(work, "album", row["file"])))
        likeness = (views @ vectors.T).max(0)
        matches = {int(j) for j in np.where(likeness > ALIKE_MIN)[0]
                   if captions[j]["src"] != "procedural"}
        matches |= {j for j, caption in enumerate(captions) if _has_same_origin(row, caption)}
        found[row["file"]] = sorted(matches)
    excluded = {j for matches in found.values() for j in matches}
    print(f"{len(rows)} album files, {sum(map(bool, found.values()))} with a match; "
          f"{len(excluded)} drawings excluded")
    return found


def photo_colour(pixels, name):
    """The colour of what fills the middle of a photograph, uint8 [64, 64, 3]; None if unclear."""
    middle = np.asarray(pixels[16:50:2, 12:52:2], np.float32).reshape(-1, 3) / 255
    high, low = middle.max(1), middle.min(1)
    saturation = (high - low) / np.maximum(high, 1e-6)
    spread = np.maximum(high - low, 1e-6)
    red, green, blue = middle.T
    hue = np.where(high == red, ((green - blue) / spread) % 6,
                   np.where(high == green, (blue - red) / spread + 2,
                            (red - green) / spread + 4)) * 60
    coloured = (saturation > 0.45) & (high > 0.3)
    shares = {}
    for colour, (least, most) in _HUES.items():
        within = ((hue >= least) & (hue < most)) | ((hue + 360 >= least) & (hue + 360 < most))
        shares[colour] = float((coloured & within).mean())
    colour = max(shares, key=shares.get)
    if colour == "green" and name in _NOT_GREEN:
        return None
    if shares[colour] > 0.33:
        return colour
    if name in _CARS and ((high < 0.2) | ((high < 0.3) & (saturation < 0.3))).mean() > 0.5:
        return "black"
    if name in _CARS and ((high > 0.8) & (saturation < 0.15)).mean() > 0.5:
        return "white"
    return None


def name_colours(work):
    """{photo number: colour} of the training photographs whose class has colours worth naming."""
    photos = np.load(os.path.join(work, "photos.npy"), mmap_mode="r")
    classes = read_json(work, "captions.json")["classes"]
    colours = {}
    for number, label in enumerate(read_json(work, "photos.json")):
        if label["split"] == "test":
            continue
        name = classes[label["src"] + ":" + label["cls"]]["name"]
        colour = photo_colour(photos[number], name) if name in names.COLOURED else None
        if colour:
            colours[number] = colour
    print("colours named:", collections.Counter(colours.values()))
    return colours


def main(work):
    images = np.load(os.path.join(work, "drawings96.npy"), mmap_mode="r")
    small, thumbnails, opaque = shrink_drawings(images)
    np.save(os.path.join(work, "drawings64.npy"), small)
    album = find_album(work, read_json(work, "drawings.json"), thumbnails)
    preparation = {"album": album, "opaque": opaque, "colour": name_colours(work)}
    with open(os.path.join(work, "preparation.json"), "w", encoding="utf-8") as file:
        json.dump(preparation, file)


if __name__ == "__main__":
    main(sys.argv[1])
