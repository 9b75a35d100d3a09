"""A tiny tokenizer of CLIP's kind, in both of its file formats, and an encoder for references."""

import gzip
import itertools
import json
import re

CLIP_MERGE_COUNT = 48894
START, END = "<|startoftext|>", "<|endoftext|>"
SPLIT = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
# Made for this file: enough to give one-piece words, words of several pieces, and letters alone.
TINY_MERGES = (
    "t h|th e</w>|a n|an d</w>|r e|re d</w>|c a|ca r</w>|ca t</w>|d o|do g</w>|i n|in g</w>|"
    "o n</w>|o f</w>|p h|o t|ph ot|phot o</w>|d i|a g|di ag|r a|ra m</w>|diag ram</w>|b l|u e</w>|"
    "bl ue</w>|e r</w>|h o|u s|ho us|hous e</w>"
)


def _byte_letters():
    """The 256 printable characters that stand for bytes, in the order of CLIP's vocabulary."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    letters = [chr(byte) for byte in printable] + [chr(256 + place) for place in range(len(others))]
    return dict(zip(printable + others, letters))


BYTE_LETTERS = _byte_letters()


class Tokenizer:
    """Ids by content and merges by rank; `encode` knows ASCII texts, which the references are."""

    def __init__(self, vocabulary, merges):
        self.vocabulary = vocabulary
        self.merges = [tuple(merge) for merge in merges]
        self.ranks = {merge: rank for rank, merge in enumerate(self.merges)}

    def encode(self, text):
        words = re.findall(r"'s|'t|'re|'ve|'m|'ll|'d|[a-z]+|[0-9]|[^\sa-z0-9]+", text.lower())
        pieces = [piece for word in words for piece in self._merged(word)]
        return [self.vocabulary[token] for token in [START, *pieces, END]]

    def _merged(self, word):
        parts = [BYTE_LETTERS[byte] for byte in word.encode()]
        parts[-1] += "</w>"
        while len(parts) > 1:
            pairs = enumerate(zip(parts, parts[1:]))
            rank, at = min((self.ranks.get(pair, len(self.ranks)), at) for at, pair in pairs)
            if rank == len(self.ranks):
                break
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        return parts


def tiny(merge_count=0):
    """At least `merge_count` merges: openai/CLIP's format has a fixed number of them."""
    letters = list(BYTE_LETTERS.values())
    merges = [merge.split(" ") for merge in TINY_MERGES.split("|")]
    # What fills up the number joins letters for bytes beyond ASCII, which no reference has.
    ends = letters + [letter + "</w>" for letter in letters]
    filling = ([first, second] for first in letters if ord(first) > 127 for second in ends)
    merges += itertools.islice(filling, max(0, merge_count - len(merges)))
    tokens = letters + [letter + "</w>" for letter in letters]
    tokens += ["".join(merge) for merge in merges] + [START, END]
    return Tokenizer({token: place for place, token in enumerate(tokens)}, merges)


class WordPiece:
    """BERT's kind for ASCII texts. [SEP] comes last, because the towers pool at the greatest id."""

    WORDS = "a red car photo of the dog diagram on blue house cat s sit"

    def __init__(self):
        letters = "abcdefghijklmnopqrstuvwxyz0123456789"
        tokens = ["[PAD]", "[UNK]", "[CLS]", *letters, *("##" + letter for letter in letters)]
        tokens += [",", "!", "'", *(word for word in self.WORDS.split() if word not in letters)]
        self.tokens = [*tokens, "##ting", "[SEP]"]
        self.vocabulary = {token: place for place, token in enumerate(self.tokens)}

    def encode(self, text):
        words = re.findall(r"[a-z0-9]+|[^\sa-z0-9]", text.lower())
        pieces = [piece for word in words for piece in self._pieces(word)]
        return [self.vocabulary[token] for token in ["[CLS]", *pieces, "[SEP]"]]

    def _pieces(self, word):
        pieces, begin = [], 0
        while begin < len(word):
            prefix = "##" if begin else ""
            ends = range(len(word), begin, -1)
            end = next(end for end in ends if prefix + word[begin:end] in self.vocabulary)
            pieces.append(prefix + word[begin:end])
            begin = end
        return pieces


def read(path):
    """CLIP's own tokenizer.json; it is not ours to ship, so the caller brings the file."""
    model = json.loads(path.read_text(encoding="utf-8"))["model"]
    merges = [merge.split(" ") if isinstance(merge, str) else merge for merge in model["merges"]]
    return Tokenizer(model["vocab"], merges)


def as_json(tokenizer):
    """The content of tokenizer.json, with the parts that CLIP's own has."""
    ids = tokenizer.vocabulary
    strips = {"single_word": False, "lstrip": False, "rstrip": False}
    special = {**strips, "normalized": False, "special": True}
    split = {"type": "Split", "pattern": {"Regex": SPLIT}, "behavior": "Removed", "invert": True}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    spaces = {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": ids[token], "content": token, **special} for token in (START, END)],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [{"type": "NFC"}, spaces, {"type": "Lowercase"}],
        },
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, byte_level]},
        "post_processor": {
            "type": "RobertaProcessing",
            "sep": [END, ids[END]],
            "cls": [START, ids[START]],
            "trim_offsets": False,
            "add_prefix_space": False,
        },
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": END,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": "</w>",
            "fuse_unk": False,
            "vocab": ids,
            "merges": [" ".join(merge) for merge in tokenizer.merges],
        },
    }


def write_merges(tokenizer, path):
    """The format of bpe_simple_vocab_16e6.txt.gz: a line of heading, then one merge a line."""
    heading = '"bpe_simple_vocab_16e6.txt#version: 0.2'
    lines = [heading] + [" ".join(merge) for merge in tokenizer.merges]
    with gzip.GzipFile(path, "wb", mtime=0) as file:  # No time inside: the same bytes each run.
        file.write("\n".join(lines).encode() + b"\n")
