"""A small byte-level BPE in CLIP's manner: NFC, lower case, the suffix </w> at the end of a word.

Trains it, encodes with it, and writes it as a tokenizer.json of Hugging Face's library.
"""
import collections
import functools
import heapq
import json
import re
import unicodedata

import regex

START, END = "<|startoftext|>", "<|endoftext|>"
SPECIAL = r"<\|startoftext\|>|<\|endoftext\|>|"
WORDS = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
_SPLIT = regex.compile(SPECIAL + WORDS, regex.I)
_END_OF_WORD = "</w>"
# 256 bytes, 256 bytes with the suffix, and the two special tokens.
_IDS_BESIDE_MERGES = 514


def _byte_characters():
    """The printable character that stands for each byte, as GPT-2 chose them."""
    printable = {*range(33, 127), *range(161, 173), *range(174, 256)}
    characters, shifted = {}, 0
    for byte in range(256):
        if byte in printable:
            characters[byte] = chr(byte)
        else:
            characters[byte] = chr(256 + shifted)
            shifted += 1
    return characters


_CHARACTERS = _byte_characters()


def words(text):
    """The words of a text, each a string of byte characters."""
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).lower()
    return ["".join(_CHARACTERS[byte] for byte in word.encode()) for word in _SPLIT.findall(text)]


def _symbols(word):
    return list(word[:-1]) + [word[-1] + _END_OF_WORD]


def _join(symbols, pair):
    """The symbols with every occurrence of the pair, from the left, made one."""
    joined, position = [], 0
    while position < len(symbols):
        if tuple(symbols[position:position + 2]) == pair:
            joined.append(pair[0] + pair[1])
            position += 2
        else:
            joined.append(symbols[position])
            position += 1
    return joined


class _Trainer:
    """Counts of neighbouring symbols over all words, kept up to date while pairs are joined."""

    def __init__(self, counts):
        self.words = [_symbols(word) for word in counts]
        self.frequencies = list(counts.values())
        self.pairs = collections.Counter()
        self.places = collections.defaultdict(set)
        for place, symbols in enumerate(self.words):
            self._count(place, symbols, 1)

    def _count(self, place, symbols, sign):
        for pair in zip(symbols, symbols[1:]):
            self.pairs[pair] += sign * self.frequencies[place]
            if sign > 0:
                self.places[pair].add(place)

    def join(self, pair):
        """Joins a pair in every word; the other pairs whose counts changed."""
        touched = set()
        for place in self.places.pop(pair, ()):
            before = self.words[place]
            after = _join(before, pair)
            self._count(place, before, -1)
            self._count(place, after, 1)
            self.words[place] = after
            touched.update(zip(before, before[1:]), zip(after, after[1:]))
        self.pairs.pop(pair, None)
        touched.discard(pair)
        return touched


def train(counts, size):
    """The merges of a vocabulary of `size` ids, most frequent pair first.

    `counts` maps words, as `words` gives them, to their frequencies."""
    trainer = _Trainer(counts)
    heap = [(-count, pair) for pair, count in trainer.pairs.items()]
    heapq.heapify(heap)
    merges = []
    while heap and len(merges) < size - _IDS_BESIDE_MERGES:
        negative, pair = heapq.heappop(heap)
        count = trainer.pairs.get(pair, 0)
        if count != -negative:  # The entry is old; the pair comes back with its present count.
            if count > 0:
                heapq.heappush(heap, (-count, pair))
            continue
        merges.append(pair)
        for other in trainer.join(pair):
            if trainer.pairs.get(other, 0) > 0:
                heapq.heappush(heap, (-trainer.pairs[other], other))
    return merges


class Tokenizer:
    """A list of merges at work. Ids: bytes, bytes with the suffix, merges, start, end."""

    def __init__(self, merges):
        self.merges = [tuple(merge) for merge in merges]
        characters = sorted(_CHARACTERS.values(), key=ord)
        tokens = characters + [character + _END_OF_WORD for character in characters]
        tokens += ["".join(merge) for merge in self.merges] + [START, END]
        self.vocabulary = {token: number for number, token in enumerate(tokens)}
        assert len(self.vocabulary) == len(tokens), "duplicate token"
        self.start, self.end = self.vocabulary[START], self.vocabulary[END]
        self._rank = {merge: rank for rank, merge in enumerate(self.merges)}
        self._word_ids = functools.lru_cache(None)(self._merge_word)

    def _merge_word(self, word):
        symbols = _symbols(word)
        while len(symbols) > 1:
            pair = min(zip(symbols, symbols[1:]), key=lambda p: self._rank.get(p, 1 << 30))
            if pair not in self._rank:
                break
            symbols = _join(symbols, pair)
        return [self.vocabulary[symbol] for symbol in symbols]

    def encode(self, text):
        """The ids of a text between start and end, not cut."""
        ids = [number for word in words(text) for number in self._word_ids(word)]
        return [self.start] + ids + [self.end]

    def _special(self, token):
        return {"id": self.vocabulary[token], "content": token, "single_word": False,
                "lstrip": False, "rstrip": False, "normalized": False, "special": True}

    def save(self, path):
        """Writes a tokenizer.json."""
        normalizers = [
            {"type": "NFC"},
            {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "},
            {"type": "Lowercase"},
        ]
        pretokenizers = [
            {"type": "Split", "pattern": {"Regex": WORDS}, "behavior": "Removed", "invert": True},
            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True},
        ]
        description = {
            "version": "1.0", "truncation": None, "padding": None,
            "added_tokens": [self._special(START), self._special(END)],
            "normalizer": {"type": "Sequence", "normalizers": normalizers},
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": pretokenizers},
            "post_processor": {
                "type": "RobertaProcessing", "sep": [END, self.end], "cls": [START, self.start],
                "trim_offsets": False, "add_prefix_space": False,
            },
            "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True},
            "model": {
                "type": "BPE", "dropout": None, "unk_token": END,
                "continuing_subword_prefix": "", "end_of_word_suffix": _END_OF_WORD,
                "fuse_unk": False, "byte_fallback": False, "vocab": self.vocabulary,
                "merges": [" ".join(merge) for merge in self.merges],
            },
        }
        with open(path, "w", encoding="utf-8") as file:
            json.dump(description, file, ensure_ascii=False)


def load(path):
    """The tokenizer that `Tokenizer.save` wrote."""
    with open(path, encoding="utf-8") as file:
        merges = json.load(file)["model"]["merges"]
    return Tokenizer(tuple(merge.split(" ")) for merge in merges)
