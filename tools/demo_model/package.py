"""A model package at work in ONNX Runtime, with the tokenizer of Hugging Face's library."""
import json
import os
import time

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

THREADS = 2
_BATCH = 250


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class Package:
    """Encodes images and texts with a package in Immich's layout."""

    def __init__(self, directory):
        self._directory = directory
        self._preprocess = self._read("visual/preprocess_cfg.json")
        self._tokenizer_config = self._read("textual/tokenizer_config.json")
        self.side = self._preprocess["size"][0]
        self.context = self._read("config.json")["text_cfg"]["context_length"]
        self._visual, self._textual = self._session("visual"), self._session("textual")
        self._tokenizer = self._load_tokenizer()
        padding = self._tokenizer_config["pad_token"]
        self._tokenizer.enable_truncation(self.context)
        self._tokenizer.enable_padding(length=self.context, pad_token=padding,
                                       pad_id=self._tokenizer.token_to_id(padding))

    def _read(self, name):
        with open(os.path.join(self._directory, name), encoding="utf-8") as file:
            return json.load(file)

    def _session(self, tower):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        return onnxruntime.InferenceSession(os.path.join(self._directory, tower, "model.onnx"),
                                            options, providers=["CPUExecutionProvider"])

    def _load_tokenizer(self):
        return Tokenizer.from_file(os.path.join(self._directory, "textual/tokenizer.json"))

    def encode_images(self, images):
        """uint8 [N, side, side, 3] to unit vectors [N, dimension]."""
        mean, std = (np.array(self._preprocess[key], np.float32).reshape(1, 3, 1, 1)
                     for key in ("mean", "std"))
        rows = []
        for start in range(0, len(images), _BATCH):
            pixels = np.asarray(images[start:start + _BATCH], np.float32).transpose(0, 3, 1, 2)
            rows.append(self.run_images(((pixels / 255 - mean) / std).astype(np.float32)))
        return unit(np.concatenate(rows))

    def encode_texts(self, texts):
        """Texts to unit vectors [N, dimension]."""
        encoded = self._tokenizer.encode_batch(list(texts))
        return unit(self.run_texts(np.array([one.ids for one in encoded], np.int32)))

    def run_images(self, pixels):
        """float32 [N, 3, side, side] through the image tower, as it comes."""
        return self._visual.run(None, {"image": pixels})[0]

    def run_texts(self, ids):
        """int32 [N, context] through the text tower, as it comes."""
        return self._textual.run(None, {"text": ids})[0]

    def whole_ids(self, texts):
        """The ids of each text, neither cut nor padded."""
        plain = self._load_tokenizer()
        return [plain.encode(text).ids for text in texts]

    def milliseconds(self):
        """(one image, one text), each the mean of 50."""
        pixels = np.zeros((1, 3, self.side, self.side), np.float32)
        ids = np.full((1, self.context), 5, np.int32)
        times = []
        for run, value in ((self.run_images, pixels), (self.run_texts, ids)):
            started = time.time()
            for _ in range(50):
                run(value)
            times.append(round((time.time() - started) * 1000 / 50, 2))
        return tuple(times)
