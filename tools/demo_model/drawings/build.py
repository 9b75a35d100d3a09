"""Collects drawings and their captions out of unpacked Debian packages.

usage: python3 -m drawings.build WORK     WORK/pkgs/PACKAGE is an unpacked package
Writes drawings96.npy, uint8 [N, 96, 96, 4], and drawings_found.json.
"""
import json
import os
import random
import sys

import numpy as np

from drawings import emoji, gcompris, hand_captioned, icons, openclipart, procedural, tuxpaint
from drawings import wordnet
from drawings.collection import Collection


def main(work):
    random.seed(0)
    collection = Collection(wordnet.load(work), os.path.join(work, "pkgs/"))
    named_emoji = emoji.Emoji(collection)  # First: its Chinese names serve the other sources.
    tuxpaint.add_stamps(collection)
    tuxpaint.add_pages(collection)
    openclipart.add_clip_art(collection)
    noto = emoji.noto_images(collection.root)
    named_emoji.add_noto(noto)
    named_emoji.add_emojione()
    named_emoji.add_symbola(noto)
    icons.add_icons(collection)
    gcompris.add_gcompris(collection)
    hand_captioned.add_hand_captioned(collection)
    procedural.add_procedural(collection)
    collection.translate()
    np.save(os.path.join(work, "drawings96.npy"), np.stack(collection.images))
    with open(os.path.join(work, "drawings_found.json"), "w", encoding="utf-8") as file:
        json.dump(collection.captions, file, ensure_ascii=False)
    photos = sum(caption["photo"] > 0 for caption in collection.captions)
    translated = sum(bool(caption["zh"]) for caption in collection.captions)
    print(f"{len(collection.images)} images, {photos} of them photographs, {translated} with "
          "Chinese captions")


if __name__ == "__main__":
    main(sys.argv[1])
