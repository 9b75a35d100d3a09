"""Image files as squares of 96 pixels with transparency."""
import cairo
import gi
import numpy as np
from PIL import Image

gi.require_version("Rsvg", "2.0")
from gi.repository import Rsvg  # noqa: E402

SIDE = 96
Image.MAX_IMAGE_PIXELS = None  # The packages are trusted.

_SVG_SIDE = 160
_BIG_SIDE = 420
_OPAQUE_MIN = 250
_VISIBLE_ALPHA = 8
_SMALLEST_AREA = 60
_OBLONG_MAX = 1.15


def read_svg(path):
    """A drawing at 160 pixels on its longer side, RGBA."""
    handle = Rsvg.Handle.new_from_file(path)
    known, width, height = handle.get_intrinsic_size_in_pixels()
    if not known:
        width = height = _SVG_SIDE
    scale = _SVG_SIDE / max(width, height)
    width, height = max(1, int(width * scale)), max(1, int(height * scale))
    surface = cairo.ImageSurface(cairo.FORMAT_ARGB32, width, height)
    area = Rsvg.Rectangle()
    area.x = area.y = 0
    area.width, area.height = width, height
    handle.render_document(cairo.Context(surface), area)
    surface.flush()
    # cairo keeps BGRA with the colours multiplied by alpha.
    pixels = np.ndarray((height, width, 4), np.uint8, surface.get_data()).copy()
    pixels = pixels.astype(np.float32)
    alpha = pixels[..., 3:]
    colours = np.where(alpha > 0, pixels[..., 2::-1] * 255 / np.maximum(alpha, 1), 0)
    both = np.concatenate([colours.clip(0, 255), alpha], -1)
    return Image.fromarray(both.astype(np.uint8), "RGBA")


def _shrink(image):
    """A big image reduced roughly, in RGBA."""
    if image.format == "JPEG":
        image.draft("RGB", (400, 400))
    if max(image.size) > _BIG_SIDE:
        factor = max(1, max(image.size) // 300)
        if image.mode == "P":
            image = image.convert("RGBA")
        image = image.reduce(factor)
    return image.convert("RGBA")


def _is_opaque(image):
    return image.getchannel("A").getextrema()[0] >= _OPAQUE_MIN


def normalise(image):
    """An image as uint8 [96, 96, 4], or None when there is nothing to see.

    What is opaque fills the square: a mildly oblong middle part, squeezed. What is not is cut to
    its visible part, and stands in the middle of a transparent square."""
    image = _shrink(image)
    if not _is_opaque(image):
        visible = image.getchannel("A").point(lambda v: 255 if v > _VISIBLE_ALPHA else 0)
        box = visible.getbbox()
        if not box or (box[2] - box[0]) * (box[3] - box[1]) < _SMALLEST_AREA:
            return None
        image = image.crop(box)
    width, height = image.size
    if _is_opaque(image):
        short = min(width, height)
        long = min(max(width, height), int(short * _OBLONG_MAX))
        cut_width, cut_height = (long, short) if width > height else (short, long)
        left, top = (width - cut_width) // 2, (height - cut_height) // 2
        cut = image.crop((left, top, left + cut_width, top + cut_height))
        return np.array(cut.resize((SIDE, SIDE), Image.BICUBIC))
    scale = SIDE / max(width, height)
    width, height = max(1, round(width * scale)), max(1, round(height * scale))
    square = np.zeros((SIDE, SIDE, 4), np.uint8)
    top, left = (SIDE - height) // 2, (SIDE - width) // 2
    square[top:top + height, left:left + width] = np.array(
        image.resize((width, height), Image.BICUBIC))
    return square


def load(path):
    """A file as `normalise` gives it, or None for one that cannot be read."""
    try:
        is_svg = path.endswith((".svg", ".svgz"))
        return normalise(read_svg(path) if is_svg else Image.open(path))
    except Exception as error:  # Every reader of images has errors of its own.
        print("skipped", path, error)
        return None
