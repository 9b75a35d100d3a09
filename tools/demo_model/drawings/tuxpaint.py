"""Tux Paint's stamps, templates and starters, captioned in English and Chinese by their authors."""
import glob
import os
import re

import numpy as np

from drawings.collection import DRAWING, PHOTO_OBJECT, PHOTO_SCENE, clean
from drawings.images import load
from tables import read_pairs

_STAMPS = "tuxpaint-stamps-default/usr/share/tuxpaint/stamps/"
_DATA = "tuxpaint-data/usr/share/tuxpaint/"
_MEASURE_WORD = re.compile(
    r"^(一(只|个|条|朵|块|把|辆|棵|颗|顶|张|匹|头|架|艘|件|座|面|支|根|位|名|种|片|双|串|束|幅|杯|枚|盏|台))")
_DRAWN = re.compile(r"/cartoon/|/symbols/|/clothes/|/seasonal/|/faces/|/roadsigns/|/flags/")
_NO_CATEGORY = ("cartoon", "symbols", "household", "town", "hobbies", "filled", "outlined")
# A stamp with at least this share of different colours among its pixels is a photograph.
_PHOTO_COLOURS_MIN = 0.22


def _descriptions(base):
    """(text file, English name, Chinese names) of every stamp."""
    for path in sorted(glob.glob(base + "**/*.txt", recursive=True)):
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
        if not lines:
            continue
        english = lines[0].strip().rstrip(".!")
        english = re.sub(r"^(an?|the|some)\s+", "", english, flags=re.I)
        chinese = [line.split("=", 1)[1].strip().strip("。.！")
                   for line in lines if line.startswith("zh_CN")]
        yield path, english, [_MEASURE_WORD.sub("", name) for name in chinese]


def _is_photo(image):
    """Photographs have many colours among their pixels, drawings few."""
    pixels = image[image[..., 3] > 200][:, :3]
    if len(pixels) == 0:
        return False
    colours = np.unique((pixels // 4).astype(np.int32) @ np.array([1, 64, 4096]))
    return len(colours) / len(pixels) > _PHOTO_COLOURS_MIN


def _add_stamp(collection, base, description, english, chinese):
    stem = description[:-len(".txt")]
    files = [stem + suffix for suffix in (".png", ".svg") if os.path.exists(stem + suffix)]
    if not files:
        return
    path = files[0][len(base):]
    categories = [part for part in path.split("/")[:-1] if part not in _NO_CATEGORY]
    image = load(files[0])
    if image is None:
        return
    may_be_photo = files[0].endswith(".png") and not _DRAWN.search(files[0])
    photo = PHOTO_OBJECT if may_be_photo and _is_photo(image) else DRAWING
    is_letter = "/alphabets/" in files[0]
    collection.add(image, "tuxpaint", path, english,
                   [(clean(category), 0.5) for category in categories],
                   {name: 2.0 for name in chinese if name}, photo,
                   weight=0.25 if is_letter else 1.5 if photo else 1,
                   group="tpalpha" if is_letter else None)


def add_stamps(collection):
    base = collection.root + _STAMPS
    descriptions = list(_descriptions(base))
    for _, english, chinese in descriptions:
        if chinese and chinese[0] and len(chinese[0]) <= 6:
            collection.chinese.setdefault(clean(english), chinese[0])
    collection.use_hand_written_chinese()
    for description, english, chinese in descriptions:
        _add_stamp(collection, base, description, english, chinese)
    collection.say("tuxpaint")


def add_pages(collection):
    """The photographs and drawings that one can start a picture from."""
    base = collection.root + _DATA
    for name, caption in read_pairs("drawings/captions/tuxpaint_templates.tsv").items():
        collection.add(load(f"{base}templates/{name}.jpg"), "tuxpaint-data",
                       f"templates/{name}.jpg", caption, [], photo=PHOTO_SCENE, weight=1.5)
    for path in glob.glob(base + "starters/*.*"):
        file = os.path.basename(path)
        if not path.endswith((".png", ".svg", ".jpg")):
            continue
        name = file[:-4].replace("-back", "")
        is_map = "worldmap" in name
        title = name.replace("worldmap", "map of the world")
        collection.add(load(path), "tuxpaint-data", "starters/" + file, title,
                       [("map", 1)] if is_map else [], group="tps_" + name.split("_")[0])
    collection.say("tuxpaint-data")
