#!/usr/bin/python3
"""Writes a folder of JPEGs with different contents, made from the photographs of the sample album.

large: photographs of 1632 x 1224 pixels (2 megapixels), quality 92, no two cut alike.
small: the photographs as they are, each copy with a number behind its end marker: the same work
for a decoder, another content for a hash.
"""

import argparse
import pathlib

from PIL import Image

ALBUM = pathlib.Path(__file__).resolve().parent.parent / "samples/album"
LARGE = (1632, 1224)


def write_large(photo, copy, path):
    """Each further copy of a photograph loses two more pixels at the left and at the top."""
    with Image.open(photo) as picture:
        picture = picture.convert("RGB")
        box = (2 * copy, 2 * copy, picture.width, picture.height)
        picture.resize(LARGE, Image.Resampling.BICUBIC, box=box).save(path, quality=92)


def write_small(photo, copy, path):
    path.write_bytes(photo.read_bytes() + f" copy {copy}".encode())


KINDS = {"large": write_large, "small": write_small}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=pathlib.Path)
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True)
    photos = sorted(ALBUM.glob("photo_*.jpg"))
    for place in range(chosen.count):
        copy, photo = divmod(place, len(photos))
        path = chosen.folder / f"{place:06}.jpg"
        KINDS[chosen.kind](photos[photo], copy, path)


if __name__ == "__main__":
    main()
