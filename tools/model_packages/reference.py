"""The forward pass in plain numpy float64: what the graphs must compute, written without them."""

import numpy as np


def _norm(x, weights, name):
    centred = x - x.mean(-1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
    return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def _linear(x, weights, name):
    return x @ weights[f"{name}.weight"].astype(np.float64) + weights[f"{name}.bias"]


def _attention(x, weights, block, heads, mask):
    length, width = x.shape

    def split(name):
        return _linear(x, weights, f"{block}.{name}").reshape(length, heads, -1).transpose(1, 0, 2)

    query, key, value = split("query"), split("key"), split("value")
    scores = query @ key.transpose(0, 2, 1) / np.sqrt(width // heads) + mask
    scores = np.exp(scores - scores.max(-1, keepdims=True))
    mixed = scores / scores.sum(-1, keepdims=True) @ value
    return _linear(mixed.transpose(1, 0, 2).reshape(length, width), weights, f"{block}.out")


def _transformer(x, weights, tower, mask):
    for layer in range(tower.layers):
        block = f"block.{layer}"
        x = x + _attention(_norm(x, weights, f"{block}.norm1"), weights, block, tower.heads, mask)
        hidden = _linear(_norm(x, weights, f"{block}.norm2"), weights, f"{block}.up")
        hidden = hidden / (1 + np.exp(-1.702 * hidden))  # QuickGelu
        x = x + _linear(hidden, weights, f"{block}.down")
    return x


def _unit(vector):
    return vector / np.linalg.norm(vector)


def image_vector(shape, weights, pixels):
    """The unit vector of normalised pixels [3, S, S]."""
    side, patch = shape.image_size // shape.patch, shape.patch
    patches = pixels.reshape(3, side, patch, side, patch).transpose(1, 3, 0, 2, 4)
    kernel = weights["patch.weight"].reshape(shape.visual.width, -1).astype(np.float64)
    x = patches.reshape(side * side, -1) @ kernel.T
    x = np.concatenate([weights["class"][None], x]) + weights["position"]
    x = _transformer(_norm(x, weights, "norm_pre"), weights, shape.visual, 0)
    return _unit(_norm(x[0], weights, "norm_post") @ weights["projection"])


def text_vector(shape, weights, ids):
    """The unit vector of the ids of one text, special tokens included and not padded."""
    x = weights["token"][ids].astype(np.float64) + weights["position"][: len(ids)]
    mask = np.triu(np.full((len(ids), len(ids)), -np.inf), 1)
    x = _transformer(x, weights, shape.textual, mask)
    return _unit(_norm(x[int(np.argmax(ids))], weights, "norm_post") @ weights["projection"])
