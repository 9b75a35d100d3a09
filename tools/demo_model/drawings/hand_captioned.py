"""Wallpapers and the photographs and figures of image libraries, captioned by hand."""
import glob
import os
import re

from drawings.collection import PHOTO_SCENE, clean
from drawings.images import load
from tables import read_pairs, read_table

_OPENCV = "opencv-doc/**/*.*"
_PLASMA = "plasma-workspace-wallpapers/usr/share/wallpapers/*/contents/screenshot.*"
_PLOTS = "python-skimage-doc/**/sphx_glr_plot_*_00*.png"


def _add_wallpapers(collection):
    for row in read_table("drawings/captions/wallpapers.tsv"):
        for path in glob.glob(collection.root + row["directory"] + row["file"])[:1]:
            name = row["directory"].split("/")[0] + "/" + row["file"]
            collection.add(load(path), "photos-misc", name, row["caption"], [("photo", 0.3)],
                           photo=PHOTO_SCENE, weight=1.5)


def _add_opencv(collection):
    paths = {}
    for path in glob.glob(collection.root + _OPENCV, recursive=True):
        paths.setdefault(os.path.basename(path), path)
    for name, caption in read_pairs("drawings/captions/opencv.tsv").items():
        if name in paths:
            collection.add(load(paths[name]), "photos-misc", "opencv-doc/" + name, caption, [],
                           photo=PHOTO_SCENE, weight=1.2)


def _add_plasma(collection):
    captions = read_pairs("drawings/captions/plasma.tsv")
    for path in glob.glob(collection.root + _PLASMA):
        name = path.split("/wallpapers/")[1].split("/")[0]
        words = clean(re.sub(r"([a-z])([A-Z])", r"\1 \2", name))
        collection.add(load(path), "photos-misc", "plasma/" + name, captions.get(name, words),
                       [("wallpaper", 1), ("abstract background", 1)], weight=0.7)


def _add_plots(collection):
    for path in glob.glob(collection.root + _PLOTS, recursive=True):
        if "_thumb" in path:
            continue
        name = os.path.basename(path)
        collection.add(load(path), "skimage-doc", name, "plot figure",
                       [("chart", 1), ("figure", 1), ("diagram", 0.6), ("graph", 0.6)],
                       weight=0.3, group="skd" + name.split("_00")[0])


def add_hand_captioned(collection):
    _add_wallpapers(collection)
    _add_opencv(collection)
    _add_plasma(collection)
    _add_plots(collection)
    collection.say("wallpapers, photographs and plots")
