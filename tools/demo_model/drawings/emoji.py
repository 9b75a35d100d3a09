"""Emoji of three fonts and sets, named by the Unicode CLDR in English and Chinese."""
import glob
import io
import os
import random

from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from drawings.collection import clean
from drawings.images import load, normalise
from drawings.unicode_names import Annotations

_NOTO = "fonts-noto-color-emoji/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"
_EMOJIONE = ("ruby-gemojione/usr/share/rubygems-integration/all/gems/gemojione-3.3.0/assets/png/"
             "*.png")
_SYMBOLA = "fonts-symbola/usr/share/fonts/**/Symbola*.[ot]tf"
_SKIN_TONES = set("🏻🏼🏽🏾🏿")
_SKIN_TONES_SHARE = 0.15
_JOINER = "\u200d"
_FIRST_SYMBOL = 0x2600


def _texts_of_glyphs(font):
    """{glyph: the characters it shows}, ligatures included."""
    single = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    texts = {}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            table = getattr(table, "ExtSubTable", table)
            for first, ligatures in getattr(table, "ligatures", {}).items():
                for ligature in ligatures:
                    parts = [first] + ligature.Component
                    if all(part in single for part in parts):
                        texts[ligature.LigGlyph] = "".join(single[part] for part in parts)
    return {**texts, **single}


def noto_images(root):
    """{characters: PNG bytes} of Noto Color Emoji."""
    font = TTFont(root + _NOTO)
    texts = _texts_of_glyphs(font)
    images = {}
    for strike in font["CBDT"].strikeData:
        for glyph, bitmap in strike.items():
            text = texts.get(glyph)
            if text and hasattr(bitmap, "imageData"):
                images[text.replace("\ufe0f", "")] = bitmap.imageData
    return images


class Emoji:
    """Adds emoji to a collection under their CLDR names."""

    def __init__(self, collection):
        self.collection = collection
        self.english = Annotations(collection.root, "en")
        self.chinese = Annotations(collection.root, "zh")
        for character, name in self.english.names.items():
            translated = self.chinese.names.get(character)
            if translated is not None and len(translated) <= 6:
                collection.chinese.setdefault(clean(name), translated)

    def _chinese_of(self, text, is_flag):
        found = {}
        if text in self.chinese.names:
            name = self.chinese.names[text].replace("旗: ", "").split(":")[0]
            found[name + ("国旗" if is_flag else "")] = 2.0
        for keyword in self.chinese.keywords.get(text, [])[:8]:
            if len(keyword) <= 6:
                found.setdefault(keyword, 0.8)
        return found

    def _add(self, text, image, source, path):
        name = self.english.names.get(text)
        if not name:
            return
        has_skin_tone = any(character in _SKIN_TONES for character in text)
        is_flag = name.startswith("flag:")
        if has_skin_tone and random.random() > _SKIN_TONES_SHARE:
            return
        title = clean(name.split(":")[0] if has_skin_tone else name)
        if is_flag:
            title = "flag of " + clean(name.split(":")[1])
        base = "".join(character for character in text if character not in _SKIN_TONES)
        self.collection.add(
            image, source, path, title,
            [(keyword, 1.0) for keyword in self.english.keywords.get(text, [])][:10],
            self._chinese_of(text, is_flag), concept="flag" if is_flag else None,
            weight=0.25 if is_flag else 0.4 if has_skin_tone else 1.0,
            group="e_" + base if has_skin_tone or _JOINER in base else None)

    def add_noto(self, images):
        for text, content in images.items():
            self._add(text, normalise(Image.open(io.BytesIO(content))), "noto-emoji", text)
        self.collection.say("noto-emoji")

    def add_emojione(self):
        """Files are named by the code points of their characters."""
        for path in sorted(glob.glob(self.collection.root + _EMOJIONE)):
            name = os.path.basename(path)
            try:
                text = "".join(chr(int(code, 16)) for code in name[:-len(".png")].split("-"))
            except ValueError:
                continue
            self._add(text.replace("\ufe0f", ""), load(path), "emojione", name)
        self.collection.say("emojione")

    def add_symbola(self, known):
        """Black and white symbols, for characters that are emoji elsewhere (`known`)."""
        path = glob.glob(self.collection.root + _SYMBOLA, recursive=True)[0]
        font = ImageFont.truetype(path, 100)
        available = TTFont(path).getBestCmap()
        for text in sorted(self.english.names):
            if len(text) != 1 or ord(text) < _FIRST_SYMBOL or ord(text) not in available:
                continue
            if text not in known:
                continue
            ink = Image.new("L", (160, 160), 0)
            ImageDraw.Draw(ink).text((20, 10), text, font=font, fill=255)
            image = Image.new("RGBA", ink.size, (0, 0, 0, 0))
            image.putalpha(ink)
            self._add(text, normalise(image), "symbola", text)
            if self.collection.captions[-1]["src"] == "symbola":
                self.collection.captions[-1]["wt"] = 0.6
        self.collection.say("symbola")
