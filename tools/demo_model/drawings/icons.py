"""Icons of six desktop themes, captioned by their file names."""
import glob
import os
import re

from drawings.collection import clean
from drawings.images import load

CATEGORIES = "devices mimetypes emotes emblems places status categories apps".split()
# (source, directory of the theme's package, pattern below it, the only categories or all)
_THEMES = (
    ("oxygen", "oxygen-icon-theme/usr/share/icons/", "oxygen/base/128x128/{}/*.png", CATEGORIES),
    ("tango", "tango-icon-theme/usr/share/icons/", "Tango/scalable/{}/*.svg", CATEGORIES),
    ("gnome", "gnome-icon-theme/usr/share/icons/", "gnome/256x256/{}/*.png", CATEGORIES),
    ("papirus", "papirus-icon-theme/usr/share/icons/", "Papirus/64x64/{}/*.svg",
     ("devices", "emotes", "status")),
    ("elementary", "elementary-icon-theme/usr/share/icons/", "elementary/{}/64/*.svg", CATEGORIES),
    ("deepin", "deepin-icon-theme/usr/share/icons/", "Vintage/{}/96/*.*", CATEGORIES),
)
_USEFUL_APPS = ("accessories", "help", "internet", "office", "multimedia", "graphics",
                "preferences", "utilities", "system", "applets", "calculator", "camera", "calendar")
_PREFIX = re.compile(
    r"^(accessories|applications|preferences|utilities|input|emblem|face|x-office|gnome-dev|gnome|"
    r"application-x|application|user|system|multimedia|office)-")


def _name(path):
    name = os.path.basename(path).rsplit(".", 1)[0]
    if name.startswith(("gnome-mime", "x-", "vnd")) or "symbolic" in name:
        name = name.replace("gnome-mime-", "")
    return name


def _is_useful(name, category):
    if category == "status":
        return name.startswith("weather")
    return category != "apps" or name.startswith(_USEFUL_APPS)


def _title_and_phrases(name, category):
    title = re.sub(r"^x ", "", clean(_PREFIX.sub("", name)))
    phrases = []
    if name.startswith("face"):
        title += " face"
        phrases = [("face", 1), ("smiley", 1), ("emoticon", 0.7)]
    if name.startswith("weather"):
        phrases = [("weather", 1)]
    if name.startswith("folder"):
        phrases = [("folder", 1)]
    if category == "mimetypes":
        phrases = [("document", 0.7), ("file", 0.7)]
    if category == "devices":
        phrases = [("device", 0.6), ("electronics", 0.4)]
    return title, phrases + [(title + " icon", 0.7), ("icon", 0.3)]


def _add_directory(collection, source, base, pattern):
    for path in sorted(glob.glob(base + pattern, recursive=True)):
        if os.path.islink(path):
            continue
        name = _name(path)
        category = re.search("/(" + "|".join(CATEGORIES) + ")/", path).group(1)
        if not _is_useful(name, category):
            continue
        title, phrases = _title_and_phrases(name, category)
        if not any(word in collection.nouns.index for word in title.split()):
            continue
        is_generic = category in ("mimetypes", "categories", "apps", "places")
        is_series = category in ("places", "mimetypes")
        collection.add(load(path), source, path[len(base):], title, phrases,
                       weight=0.5 if is_generic else 1.0,
                       group=source + title.split()[0] if is_series else None)


def add_icons(collection):
    for category in CATEGORIES:
        for source, directory, pattern, categories in _THEMES:
            if category in categories:
                _add_directory(collection, source, collection.root + directory,
                               pattern.format(category))
    collection.say("icons")
