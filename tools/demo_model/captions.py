"""Captions: what each photo class and each drawing may be called; trains the tokenizer on them.

usage: captions.py WORK     reads drawings.json; writes captions.json and tokenizer.json
"""
import collections
import json
import os
import sys
import xml.etree.ElementTree

import names
import tokenizer
from drawings import wordnet

VOCABULARY = 8192
# Weights of a class's phrases: its usual name, its other names, general words, WordNet's synonyms.
USUAL, OTHER, GENERAL, SYNONYM = 3.0, 2.0, 0.6, 0.4

_RENAMED = {"beverage": "drink", "footwear": "shoe", "celestial body": "space",
            "stringed instrument": "string instrument"}
_NOT_SAID = {"device", "canine", "feline", "container", "machine", "ungulate", "seat", "sign",
             "shape", "person", "robot", "string", "toy", "body part"}
_NO_HYPERNYMS = ("Faces", "Faces_easy", "brain", "yin_yang", "snoopy", "garfield")

_ENGLISH = ["{}", "a {}", "a photo of a {}", "a picture of a {}", "a drawing of a {}"]
# The tokenizer sees Chinese terms bare and these words around single characters, so that a term and
# the little words around it stay separate tokens.
_BEFORE = ("一只 一个 一张 一辆 一幅 一些 一条 一朵 一把 这只 红色的 蓝色的 绿色的 黄色的 白色的 "
           "黑色的 小 大").split()
_AFTER = "的照片 的图片 图片 照片 的画 画".split()


def hypernyms(nouns, offset):
    """The general words at and above a synset that are worth a caption."""
    found = [_RENAMED.get(word, word) for word in nouns.general_above(offset)]
    return [word for word in dict.fromkeys(found) if word not in _NOT_SAID]


def make_class(english, chinese, general, synonyms=()):
    """The captions of a photo class: {phrase: weight} in English and in Chinese."""
    phrases = {name: USUAL if k == 0 else OTHER for k, name in enumerate(english)}
    more = [word for name in english for word in names.GENERAL_WORDS.get(name, ())]
    general = list(dict.fromkeys(more + general))
    for word in general:
        phrases.setdefault(word, GENERAL)
    for word in synonyms:
        phrases.setdefault(word, SYNONYM)
    translated = {name: USUAL if k == 0 else OTHER for k, name in enumerate(chinese)}
    for phrase, weight in list(phrases.items()):
        if weight <= GENERAL and phrase in names.CHINESE_WORDS:
            translated.setdefault(names.CHINESE_WORDS[phrase], GENERAL)
    return {"name": english[0], "phr": phrases, "zh": translated, "hyp": general}


def photo_classes(work, nouns):
    """{"corpus:class": captions} of all photographs."""
    with open(os.path.join(work, "tiny/wnids.txt"), encoding="utf-8") as file:
        wnids = [line.strip() for line in file]
    with open(os.path.join(work, "tiny/words.txt"), encoding="utf-8") as file:
        words = dict(line.rstrip("\n").split("\t") for line in file)
    tiny = names.PHOTO_CLASSES["tiny"]
    assert len(wnids) == len(tiny) == 200
    classes = {}
    for wnid, (english, chinese) in zip(wnids, tiny.values()):
        synonyms = [word.lower() for word in words[wnid].split(", ")[:3] if len(word) < 22]
        classes["tiny:" + wnid] = make_class(english, chinese, hypernyms(nouns, wnid[1:]), synonyms)
    for key, (english, chinese) in names.PHOTO_CLASSES["caltech"].items():
        offset = next((nouns.sense(name) for name in english if nouns.sense(name)), None)
        known = hypernyms(nouns, offset) if offset and key not in _NO_HYPERNYMS else []
        classes["caltech:" + key] = make_class(english, chinese, known)
    for key, (english, chinese) in names.PHOTO_CLASSES["cifar"].items():
        known = hypernyms(nouns, nouns.sense(english[0]))
        classes["cifar:" + key] = make_class(english, chinese, known)
    return classes


def drawing_captions(work):
    """The captions of the drawings, without those about skin tones and very long ones."""
    with open(os.path.join(work, "drawings.json"), encoding="utf-8") as file:
        drawings = json.load(file)
    for drawing in drawings:
        for language in ("phr", "zh"):
            drawing[language] = {
                phrase: weight for phrase, weight in drawing[language].items()
                if "skin" not in phrase and "肤色" not in phrase and len(phrase) < 40
            }
        if not drawing["phr"]:
            drawing["phr"] = {drawing["title"]: 1.0}
    kept = ("phr", "zh", "title", "concept", "split", "photo", "src", "path", "wt", "seen")
    return [{key: drawing[key] for key in kept} for drawing in drawings]


class _WordCounts:
    """Frequencies of the words that the tokenizer is trained on."""

    def __init__(self):
        self.counts = collections.Counter()

    def feed(self, text, times=1):
        for word in tokenizer.words(text):
            self.counts[word] += times

    def feed_captions(self, classes, drawings):
        characters = {character for drawing in drawings for phrase in drawing["zh"]
                      for character in phrase if "\u4e00" <= character <= "\u9fff"}
        for character in sorted(characters):
            for word in _BEFORE:
                self.feed(word + character)
            for word in _AFTER:
                self.feed(character + word)
        for captioned in list(classes.values()) * 8 + drawings:
            for phrase in captioned["phr"]:
                for template in _ENGLISH:
                    self.feed(template.format(phrase), 2)
            for phrase in captioned["zh"]:
                for part in filter(None, phrase.split("的")):
                    self.feed(part, 6)

    def feed_dictionaries(self, work, nouns):
        for word in nouns.index:
            self.feed(word)
        for gloss in nouns.glosses():
            self.feed(gloss)
        common = os.path.join(work, "pkgs/unicode-cldr-core/usr/share/unicode/cldr/common")
        for language in ("en", "zh"):
            for directory in ("annotations", "annotationsDerived"):
                path = os.path.join(common, directory, language + ".xml")
                for annotation in xml.etree.ElementTree.parse(path).getroot().iter("annotation"):
                    for keyword in annotation.text.split("|"):
                        self.feed(keyword.strip(), 3)

    def frequent(self):
        """Rare words of ASCII are left out: they are mostly names from the glosses."""
        return {word: count for word, count in self.counts.items()
                if count > 2 or not word.isascii()}


def main(work):
    nouns = wordnet.load(work)
    classes = photo_classes(work, nouns)
    drawings = drawing_captions(work)
    with open(os.path.join(work, "captions.json"), "w", encoding="utf-8") as file:
        json.dump({"classes": classes, "drawings": drawings}, file, ensure_ascii=False)
    counts = _WordCounts()
    counts.feed_captions(classes, drawings)
    counts.feed_dictionaries(work, nouns)
    frequent = counts.frequent()
    trained = tokenizer.Tokenizer(tokenizer.train(frequent, VOCABULARY))
    trained.save(os.path.join(work, "tokenizer.json"))
    print(f"{len(classes)} classes, {len(drawings)} drawings; tokenizer of "
          f"{len(trained.vocabulary)} ids from {len(frequent)} words")


if __name__ == "__main__":
    main(sys.argv[1])
