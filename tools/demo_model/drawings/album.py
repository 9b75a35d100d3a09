"""Puts the sample album together out of unpacked Debian packages and freshly drawn charts.

usage: python3 -m drawings.album WORK
Needs WORK/gcompris_licences.json, {path below activities/: {license, copyright or author, source}},
gathered from the licence files of GCompris. Writes WORK/album with its ATTRIBUTION.tsv.
"""
import csv
import glob
import json
import os
import random
import re
import shutil
import sys

from PIL import Image

from drawings.charts import chart
from drawings.gcompris import ACTIVITIES
from tables import read_table

_CLIP_ART = "openclipart-png/usr/share/openclipart/png/"
_OPENCV = "opencv-doc/usr/share/doc/opencv-doc/opencv4/html/"
_OPENCV_FILES = {
    "StitchingPipeline.jpg": "stitching_pipeline_flowchart",
    "gapi_scheme.png": "architecture_diagram",
    "Background_Subtraction_Tutorial_Scheme.png": "process_diagram",
    "grabcut_scheme.jpg": "grabcut_diagram",
    "tree_hierarchy.png": "tree_diagram_opencv",
}
_SKIMAGE = "python-skimage-doc/usr/share/doc/python-skimage-doc/html/_images/"
_SKIMAGE_FILES = {
    "skip-flowchart.png": "skip_flowchart",
    "sphx_glr_plot_pixel_graphs_002.png": "pixel_graph",
}
_CHARTS = ("bar chart", "pie chart", "line chart", "scatter plot", "flowchart",
           "organization chart", "network graph", "venn diagram", "spreadsheet", "text document",
           "sheet music", "circuit diagram", "calendar")
_SIDE_MAX = 448
_CHART_SIDE = 384
_CLIP_ART_SIDE_MIN = 90


class Album:
    """The directory of the album and the lines of its attribution."""

    def __init__(self, work):
        self.directory = os.path.join(work, "album")
        self.packages = os.path.join(work, "pkgs/")
        shutil.rmtree(self.directory, ignore_errors=True)
        os.makedirs(self.directory)
        self.rows = []

    def put(self, image, kind, name, licence, author, origin, title):
        """One image, on white and at most 448 pixels: diagrams as PNG, others as JPEG."""
        image = image.convert("RGBA")
        page = Image.new("RGBA", image.size, "white")
        page.alpha_composite(image)
        image = page.convert("RGB")
        image.thumbnail((_SIDE_MAX, _SIDE_MAX), Image.LANCZOS)
        is_diagram = kind == "diagram"
        file = f"{kind}_{name}" + (".png" if is_diagram else ".jpg")
        options = {"optimize": True} if is_diagram else {"quality": 82, "optimize": True}
        image.save(os.path.join(self.directory, file), **options)
        self.rows.append([file, kind, title, licence, author, origin])

    def save_attribution(self):
        path = os.path.join(self.directory, "ATTRIBUTION.tsv")
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter="\t", lineterminator="\n")
            writer.writerow(["file", "kind", "title", "licence", "author", "origin"])
            writer.writerows(self.rows)


def add_photos(album, licences):
    for row in read_table("drawings/captions/album_gcompris.tsv"):
        folder = row["folder"]
        for name in row["names"].split():
            path = album.packages + ACTIVITIES + folder + "/" + name + ".webp"
            if not os.path.exists(path):
                print("missing", path)
                continue
            known = (licences.get(f"{folder}/{name}.webp")
                     or licences.get(f"explore_monuments/resource/{name}.webp", {}))
            album.put(Image.open(path), "photo",
                      re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower(),
                      known.get("license", "?"), known.get("copyright", known.get("author", "?")),
                      f"gcompris-qt-data {folder} {known.get('source', '')}", name)


def _choose_clip_art(names, base, pattern):
    """One of the drawings that match, a third of the way down the list, big ones preferred."""
    matching = sorted(name for name in names if re.search(pattern, name)
                      and "icons/" not in name and "flags" not in name)
    big = [name for name in matching
           if min(Image.open(base + name + ".png").size) >= _CLIP_ART_SIDE_MIN]
    matching = big or matching
    return matching[len(matching) // 3] if matching else None


def add_clip_art(album):
    base = album.packages + _CLIP_ART
    names = [path[len(base):-len(".png")] for path in glob.glob(base + "**/*.png", recursive=True)]
    for row in read_table("drawings/captions/album_openclipart.tsv"):
        chosen = row["file"] or _choose_clip_art(names, base, row["pattern"])
        if not chosen:
            print("nothing for", row["name"])
            continue
        album.put(Image.open(base + chosen + ".png"), "drawing", row["name"],
                  "Public domain (Open Clip Art Library)", "see openclipart-svg metadata",
                  "openclipart-png " + chosen, row["name"])


def _add_figures(album, directory, files, licence, author, package):
    for file, name in files.items():
        path = album.packages + directory + file
        if os.path.exists(path):
            album.put(Image.open(path), "diagram", name, licence, author, f"{package} {file}", name)


def add_diagrams(album):
    _add_figures(album, _OPENCV, _OPENCV_FILES, "Apache-2.0/BSD-3 (OpenCV docs)", "OpenCV",
                 "opencv-doc")
    _add_figures(album, _SKIMAGE, _SKIMAGE_FILES, "BSD-3-Clause (scikit-image docs)",
                 "scikit-image", "python-skimage-doc")
    for name in _CHARTS:
        drawn = chart(name).resize((_CHART_SIDE, _CHART_SIDE), Image.LANCZOS)
        album.put(drawn, "diagram", name.replace(" ", "_"), "CC0-1.0 (drawn by this project)",
                  "this project", "tools/demo_model/drawings/charts.py", name)


def main(work):
    random.seed(11)
    with open(os.path.join(work, "gcompris_licences.json"), encoding="utf-8") as file:
        licences = json.load(file)
    album = Album(work)
    add_photos(album, licences)
    add_clip_art(album)
    add_diagrams(album)
    album.save_attribution()
    print(len(album.rows), "images")


if __name__ == "__main__":
    main(sys.argv[1])
