"""Writes a trained model as a package in Immich's layout.

usage: export.py WORK CHECKPOINT.pt PACKAGE

Weights are stored as float16 and cast to float32 by the graph; opset 17, standard operators only.
Also writes WORK/parity.json and WORK/token_check.json, with which evaluate.py compares the package.
"""
import json
import os
import random
import shutil
import sys

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

import tokenizer
from model import CONTEXT, DIMENSION, MEAN, SIDE, STD, VOCABULARY, ImageTower, TextTower

OPSET = 17
SMALLEST_CAST = 256  # Tensors with fewer values stay float32.

_QUERIES = ["a dog", "a red car", "一只猫", "musical instrument", '"quoted" text, 123!',
            "it's a caf\u0065\u0301   photo", ""]
_HARD_TEXTS = ["Don't STOP", "x" * 80, "日本語 テキスト", "Ünïcödé ÇA", "12.5% off!!", "a_b-c/d",
               "😀 smile", "e\u0301te\u0301", "tab\tnew\nline", "  lead", "we're they'll I'd",
               "ǅ Σς İstanbul", "<b>html</b>", "½ ² ①"]


def load_towers(path):
    saved = torch.load(path)
    image, text = ImageTower(), TextTower(VOCABULARY)
    image.load_state_dict(saved["image"])
    text.load_state_dict(saved["text"])
    return image.eval(), text.eval()


def trace(tower, example, name, path):
    """A tower as an ONNX graph with any number of rows."""
    torch.onnx.export(tower, example, path, input_names=[name], output_names=["embedding"],
                      dynamic_axes={name: {0: "N"}, "embedding": {0: "N"}}, opset_version=OPSET,
                      do_constant_folding=True)
    return onnx.load(path)


def trace_image(tower, path):
    """The image tower, its softening average as one AveragePool node at the start."""
    tower.softens = False
    model = trace(tower, torch.randn(1, 3, SIDE, SIDE), "image", path)
    tower.softens = True
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            if name == "image":
                node.input[place] = "soft"
    average = helper.make_node("AveragePool", ["image"], ["soft"], kernel_shape=[2, 2],
                               strides=[1, 1], pads=[0, 0, 1, 1], count_include_pad=0)
    model.graph.node.insert(0, average)
    return model


def trace_text(tower, path):
    ids = torch.zeros(1, CONTEXT, dtype=torch.int32)
    ids[0, :3] = torch.tensor([VOCABULARY - 2, 500, VOCABULARY - 1])
    return trace(tower, ids, "text", path)


def shrink(model):
    """Stores the big tensors as float16."""
    graph = model.graph
    casts, tensors = [], []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < SMALLEST_CAST:
            tensors.append(tensor)
            continue
        tensors.append(numpy_helper.from_array(values.astype(np.float16), tensor.name + "_h"))
        casts.append(helper.make_node("Cast", [tensor.name + "_h"], [tensor.name],
                                      to=TensorProto.FLOAT))
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend(casts + nodes)
    del graph.initializer[:]
    graph.initializer.extend(tensors)
    model.producer_name, model.producer_version, model.doc_string = "tiny-demo-clip", "1", ""
    for node in graph.node:
        node.doc_string = ""
    onnx.checker.check_model(model)
    return model


def write_descriptions(package):
    """config.json, preprocess_cfg.json and tokenizer_config.json."""
    text = {"context_length": CONTEXT, "vocab_size": VOCABULARY, "width": 128, "heads": 1,
            "layers": 1}
    image = {"image_size": SIDE, "layers": [1, 2, 2], "width": 32, "patch_size": None}
    config = {"embed_dim": DIMENSION, "vision_cfg": image, "text_cfg": text}
    preprocess = {"size": [SIDE, SIDE], "mode": "RGB", "mean": list(MEAN), "std": list(STD),
                  "interpolation": "bicubic", "resize_mode": "shortest", "fill_color": 0}
    tokens = {"tokenizer_class": "CLIPTokenizer", "bos_token": tokenizer.START,
              "eos_token": tokenizer.END, "unk_token": tokenizer.END, "pad_token": tokenizer.END,
              "do_lower_case": True, "model_max_length": CONTEXT, "add_prefix_space": False,
              "errors": "replace"}
    for name, content in (("config.json", config), ("visual/preprocess_cfg.json", preprocess),
                          ("textual/tokenizer_config.json", tokens)):
        with open(os.path.join(package, name), "w", encoding="utf-8") as file:
            json.dump(content, file, indent=2)


def write_parity(work, image, text, tokens):
    """Inputs and the vectors that the towers give in PyTorch."""
    images = torch.randn(3, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    ids = [(tokens.encode(query)[:CONTEXT] + [0] * CONTEXT)[:CONTEXT] for query in _QUERIES]
    with torch.no_grad():
        parity = {"queries": _QUERIES, "ids": ids, "text": text(torch.tensor(ids)).tolist(),
                  "image_in": images.flatten().tolist(), "image": image(images).tolist()}
    with open(os.path.join(work, "parity.json"), "w", encoding="utf-8") as file:
        json.dump(parity, file)


def write_token_check(work, tokens):
    """Captions and hard texts with the ids that our own tokenizer gives."""
    with open(os.path.join(work, "captions.json"), encoding="utf-8") as file:
        captions = json.load(file)
    captioned = captions["drawings"] + list(captions["classes"].values())
    texts = sorted({phrase for one in captioned for language in ("phr", "zh")
                    for phrase in one[language]})
    random.seed(0)
    texts = random.sample(texts, 1900) + _HARD_TEXTS
    texts += [f"a photo of {text}" for text in texts[::300]]
    with open(os.path.join(work, "token_check.json"), "w", encoding="utf-8") as file:
        json.dump([[text, tokens.encode(text)] for text in texts[:2000]], file, ensure_ascii=False)


def main(work, checkpoint, package):
    torch.set_num_threads(1)
    image, text = load_towers(checkpoint)
    for name, tower, trace_tower in (("visual", image, trace_image), ("textual", text, trace_text)):
        os.makedirs(os.path.join(package, name), exist_ok=True)
        path = os.path.join(package, name, "model.onnx")
        onnx.save(shrink(trace_tower(tower, path)), path)
        print(path, os.path.getsize(path), "bytes")
    write_descriptions(package)
    tokens_file = os.path.join(work, "tokenizer.json")
    shutil.copy(tokens_file, os.path.join(package, "textual/tokenizer.json"))
    tokens = tokenizer.load(tokens_file)
    write_parity(work, image, text, tokens)
    write_token_check(work, tokens)


if __name__ == "__main__":
    main(*sys.argv[1:])
