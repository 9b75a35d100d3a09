#!/usr/bin/python3
"""Writes a CLIP model package with seeded random weights, for tests and benchmarks.

The graphs have the structure of real ones and cost what those cost; the vectors mean nothing.
Beside the package's own files lies expected.json, which holds what plain numpy gives for a few
texts and pictures (model_packages/reference.py); `clipdex model doctor` and the tests compare.

Needs Debian's python3-onnx and python3-numpy. Example:
  tools/make_model_packages.py --layout immich --size tiny build/test-models/immich
"""

import argparse
import json
import pathlib
import shutil

import numpy as np
import onnx

from model_packages import graphs, reference, shapes, tokenizers
from model_packages.graphs import MEAN, STD

TEXTS = ("a red car", "photo of the dog", "", "DIAGRAM on blue house, 42!", "the cat's sitting")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("output", type=pathlib.Path, help="the directory to write; an old one is replaced")
    add("--layout", choices=sorted(LAYOUTS), required=True)
    add("--size", choices=sorted(shapes.SHAPES), default="tiny")
    add("--seed", type=int, default=1)
    add("--dtype", choices=("float32", "float16"), default="float32", help="pixels and vectors")
    add("--pixels", choices=("uint8", "uint8-last"), help="bytes that the graph normalises, as "
        "planes or with the channels last; vectors are float32")
    add("--ids", choices=("int32", "int64"), help="default: what the layout is known for")
    add("--fixed-batch", type=int, metavar="N", help="graphs that take N items, no more or less")
    add("--style", choices=sorted(graphs.STYLES), default="hugging-face", help="of the exporter")
    add("--external-data", action="store_true", help="weights in files beside the graphs")
    add("--tokenizer", type=pathlib.Path, help="CLIP's tokenizer.json, needed for vit-b-32")
    chosen = parser.parse_args()
    if chosen.size != "tiny" and chosen.tokenizer is None:
        parser.error("--size vit-b-32 needs --tokenizer FILE: CLIP's own is not shipped here")
    return chosen


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


class Writer:
    """One package: what was asked for, and the model to be written."""

    def __init__(self, chosen):
        self.chosen = chosen
        self.output = chosen.output
        self.shape = shapes.SHAPES[chosen.size]
        if chosen.tokenizer:
            self.tokenizer = tokenizers.read(chosen.tokenizer)
        else:
            is_clip_format = chosen.layout in ("rclip", "togetheros")
            self.tokenizer = tokenizers.tiny(tokenizers.CLIP_MERGE_COUNT if is_clip_format else 0)
        if chosen.layout == "chinese-clip":
            self.tokenizer = tokenizers.WordPiece()
        weights = shapes.random_weights(self.shape, len(self.tokenizer.vocabulary), chosen.seed)
        self.image_weights, self.text_weights = weights

    def save_towers(self, visual, textual, names, ids, sequence):
        batch = self.chosen.fixed_batch or "batch"
        dtype, ids = self.chosen.dtype, self.chosen.ids or ids
        style = self.chosen.style
        if visual:
            pixels = self.chosen.pixels or dtype
            graph = graphs.visual_graph(self.shape, self.image_weights, names, pixels, batch, style)
            self._save(graph, visual)
        weights = self.text_weights
        graph = graphs.textual_graph(self.shape, weights, names, ids, dtype, batch, sequence,
                                     style)
        self._save(graph, textual)

    def _save(self, graph, name):
        path = self.output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.chosen.external_data:
            location = path.name + ".data"
            onnx.save_model(graph, str(path), save_as_external_data=True, location=location)
        else:
            onnx.save_model(graph, str(path))

    def save_tokenizer(self, directory):
        """tokenizer.json and tokenizer_config.json, as transformers writes them for CLIP."""
        if self.chosen.tokenizer:
            shutil.copyfile(self.chosen.tokenizer, directory / "tokenizer.json")
        else:
            write_json(directory / "tokenizer.json", tokenizers.as_json(self.tokenizer))
        config = {
            "tokenizer_class": "CLIPTokenizer",
            "bos_token": tokenizers.START,
            "eos_token": tokenizers.END,
            "unk_token": tokenizers.END,
            "pad_token": tokenizers.END,
            "model_max_length": self.shape.context,
        }
        write_json(directory / "tokenizer_config.json", config)

    def save_hugging_face_preprocess(self, directory):
        """preprocessor_config.json, as transformers writes it for CLIP."""
        size = self.shape.image_size
        preprocess = {
            "image_processor_type": "CLIPImageProcessor",
            "do_resize": True,
            "size": {"shortest_edge": size},
            "resample": 3,
            "do_center_crop": True,
            "crop_size": {"height": size, "width": size},
            "do_rescale": True,
            "rescale_factor": 1 / 255,
            "do_normalize": True,
            "image_mean": MEAN,
            "image_std": STD,
        }
        write_json(directory / "preprocessor_config.json", preprocess)

    def save_expected(self):
        """Texts with ids and unit vectors; pictures of the model's own size with unit vectors."""
        texts = []
        for text in TEXTS:
            ids = self.tokenizer.encode(text)
            assert len(ids) <= self.shape.context, text
            vector = reference.text_vector(self.shape, self.text_weights, np.array(ids))
            texts.append({"text": text, "ids": ids, "vector": vector.round(8).tolist()})
        images = []
        for place, picture in enumerate(self._pictures()):
            name = f"expected/{place}.ppm"
            size = self.shape.image_size
            (self.output / "expected").mkdir(exist_ok=True)
            (self.output / name).write_bytes(b"P6\n%d %d\n255\n" % (size, size) + picture.tobytes())
            pixels = ((picture / 255.0 - MEAN) / STD).transpose(2, 0, 1)
            vector = reference.image_vector(self.shape, self.image_weights, pixels)
            images.append({"file": name, "vector": vector.round(8).tolist()})
        write_json(self.output / "expected.json", {"texts": texts, "images": images})

    def _pictures(self):
        """Noise, a gradient and a plain grey: RGB8 of the model's size."""
        size = self.shape.image_size
        ramp = np.linspace(0, 255, size).astype(np.uint8)
        across, down = np.meshgrid(ramp, ramp)
        generator = np.random.default_rng(self.chosen.seed)
        yield generator.integers(0, 256, (size, size, 3), dtype=np.uint8)
        yield np.stack([across, down, 255 - across], axis=-1)
        yield np.full((size, size, 3), 128, np.uint8)


def write_immich(writer):
    vectors = {"image_vector": "embedding", "text_vector": "embedding"}
    names = {"image": "image", "text": "text", **vectors}
    shape = writer.shape
    writer.save_towers("visual/model.onnx", "textual/model.onnx", names, "int32", shape.context)
    writer.save_tokenizer(writer.output / "textual")
    preprocess = {
        "size": [shape.image_size] * 2,
        "mode": "RGB",
        "mean": MEAN,
        "std": STD,
        "interpolation": "bicubic",
        "resize_mode": "shortest",
        "fill_color": 0,
    }
    write_json(writer.output / "visual/preprocess_cfg.json", preprocess)
    text = {"context_length": shape.context, "vocab_size": len(writer.tokenizer.vocabulary)}
    write_json(writer.output / "config.json", {"embed_dim": shape.embed, "text_cfg": text})


def write_transformers_js(writer):
    names = {
        "image": "pixel_values",
        "text": "input_ids",
        "mask": "attention_mask",
        "image_vector": "image_embeds",
        "text_vector": "text_embeds",
        "hidden": "last_hidden_state",
    }
    writer.save_towers("onnx/vision_model.onnx", "onnx/text_model.onnx", names, "int64", "sequence")
    writer.save_tokenizer(writer.output)
    writer.save_hugging_face_preprocess(writer.output)
    config = {"model_type": "clip", "projection_dim": writer.shape.embed}
    write_json(writer.output / "config.json", config)


def write_rclip(writer):
    vectors = {"image_vector": "output", "text_vector": "output"}
    names = {"image": "input", "text": "input", **vectors}
    writer.save_towers("visual.onnx", "textual.onnx", names, "int64", writer.shape.context)
    (writer.output / "tokenizer").mkdir()
    merges = writer.output / "tokenizer/bpe_simple_vocab_16e6.txt.gz"
    tokenizers.write_merges(writer.tokenizer, merges)


def write_tower_pair(writer):
    """Two folders, as the repositories of Qdrant."""
    names = {
        "image": "pixel_values",
        "text": "input_ids",
        "mask": "attention_mask",
        "image_vector": "image_embeds",
        "text_vector": "text_embeds",
    }
    vision, text = "clip-tiny-vision", "clip-tiny-text"
    writer.save_towers(f"{vision}/model.onnx", f"{text}/model.onnx", names, "int64", "sequence")
    writer.save_tokenizer(writer.output / text)
    writer.save_hugging_face_preprocess(writer.output / vision)
    write_json(writer.output / text / "config.json", {"model_type": "clip_text_model"})


def write_togetheros(writer):
    """The text encoder alone, whose images were encoded elsewhere."""
    names = {"text": "texts", "text_vector": "text_features"}
    writer.save_towers(None, "text_encoder.onnx", names, "int32", writer.shape.context)
    tokenizers.write_merges(writer.tokenizer, writer.output / "bpe_simple_vocab_16e6.txt.gz")


def write_chinese_clip(writer):
    """Chinese-CLIP's own export: batches of one, and BERT's vocabulary."""
    names = {
        "image": "image",
        "text": "text",
        "image_vector": "unnorm_image_features",
        "text_vector": "unnorm_text_features",
    }
    writer.chosen.fixed_batch = 1
    writer.save_towers("tiny.img.fp32.onnx", "tiny.txt.fp32.onnx", names, "int64",
                       writer.shape.context)
    vocabulary = "".join(token + "\n" for token in writer.tokenizer.tokens)
    (writer.output / "vocab.txt").write_text(vocabulary, encoding="utf-8")


LAYOUTS = {
    "chinese-clip": write_chinese_clip,
    "immich": write_immich,
    "transformers.js": write_transformers_js,
    "rclip": write_rclip,
    "tower-pair": write_tower_pair,
    "togetheros": write_togetheros,
}


def main():
    chosen = arguments()
    shutil.rmtree(chosen.output, ignore_errors=True)
    chosen.output.mkdir(parents=True)
    writer = Writer(chosen)
    LAYOUTS[chosen.layout](writer)
    writer.save_expected()


if __name__ == "__main__":
    main()
