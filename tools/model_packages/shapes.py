"""The sizes of model that can be written, and their seeded random weights."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Tower:
    """One transformer: how wide, how deep, how many heads."""

    width: int
    layers: int
    heads: int


@dataclass(frozen=True)
class Shape:
    """A CLIP model without its weights."""

    image_size: int
    patch: int
    visual: Tower
    textual: Tower
    embed: int
    context: int


SHAPES = {
    "vit-b-32": Shape(224, 32, Tower(768, 12, 12), Tower(512, 12, 8), 512, 77),
    "tiny": Shape(32, 8, Tower(32, 2, 2), Tower(32, 2, 2), 16, 16),
}


def _tower_weights(draw, prefix, tower):
    """The blocks of one tower, scaled as openai/CLIP does at first: activations stay near 1."""
    width = tower.width
    into = width**-0.5
    out = into * (2 * tower.layers) ** -0.5
    weights = {}
    for layer in range(tower.layers):
        block = f"{prefix}.{layer}"
        for name in ("query", "key", "value"):
            weights[f"{block}.{name}.weight"] = draw((width, width), into)
            weights[f"{block}.{name}.bias"] = draw((width,), 0.02)
        weights[f"{block}.out.weight"] = draw((width, width), out)
        weights[f"{block}.out.bias"] = draw((width,), 0.02)
        weights[f"{block}.up.weight"] = draw((width, 4 * width), (2 * width) ** -0.5)
        weights[f"{block}.up.bias"] = draw((4 * width,), 0.02)
        weights[f"{block}.down.weight"] = draw((4 * width, width), out)
        weights[f"{block}.down.bias"] = draw((width,), 0.02)
        weights.update(_norm_weights(draw, f"{block}.norm1", width))
        weights.update(_norm_weights(draw, f"{block}.norm2", width))
    return weights


def _norm_weights(draw, name, width):
    return {f"{name}.weight": 1 + draw((width,), 0.02), f"{name}.bias": draw((width,), 0.02)}


def random_weights(shape, vocabulary, seed):
    """All weights by name, float32: the image tower's, then the text tower's."""
    generator = np.random.default_rng(seed)

    def draw(dims, deviation):
        return generator.standard_normal(dims, dtype=np.float32) * np.float32(deviation)

    visual, textual = shape.visual, shape.textual
    positions = (shape.image_size // shape.patch) ** 2 + 1
    image = {
        "patch.weight": draw((visual.width, 3, shape.patch, shape.patch), 0.02),
        "class": draw((visual.width,), visual.width**-0.5),
        "position": draw((positions, visual.width), visual.width**-0.5),
        **_norm_weights(draw, "norm_pre", visual.width),
        **_tower_weights(draw, "block", visual),
        **_norm_weights(draw, "norm_post", visual.width),
        "projection": draw((visual.width, shape.embed), visual.width**-0.5),
    }
    text = {
        "token": draw((vocabulary, textual.width), 0.02),
        "position": draw((shape.context, textual.width), 0.01),
        **_tower_weights(draw, "block", textual),
        **_norm_weights(draw, "norm_post", textual.width),
        "projection": draw((textual.width, shape.embed), textual.width**-0.5),
    }
    return image, text
