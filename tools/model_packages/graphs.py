"""The two towers of CLIP as ONNX graphs, with the structure that exporters give real ones."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
MEAN = [0.48145466, 0.4578275, 0.40821073]  # CLIP's, a channel, of values from 0 to 1
STD = [0.26862954, 0.26130258, 0.27577711]
LOWEST = np.finfo(np.float32).min
ELEMENT_TYPES = {
    "float32": TensorProto.FLOAT,
    "float16": TensorProto.FLOAT16,
    "uint8": TensorProto.UINT8,
    "int32": TensorProto.INT32,
    "int64": TensorProto.INT64,
}


class _Builder:
    """Collects nodes; every method returns the name of the value that it makes."""

    def __init__(self, weights):
        self.nodes = []
        self.weights = weights
        items = weights.items()
        self.initializers = [numpy_helper.from_array(value, name) for name, value in items]

    def op(self, kind, *inputs, **attributes):
        output = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def constant(self, value):
        name = f"constant_{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def cast(self, value, element_type):
        return self.op("Cast", value, to=element_type)

    def dimension(self, value, axis):
        """One dimension of a value, as a tensor of one element."""
        place = self.constant(np.array([axis], np.int64))
        return self.op("Gather", self.op("Shape", value), place)

    def reshape(self, value, dims):
        return self.op("Reshape", value, self.constant(np.array(dims, np.int64)))

    def norm(self, value, name):
        weights = (f"{name}.weight", f"{name}.bias")
        return self.op("LayerNormalization", value, *weights, axis=-1, epsilon=1e-5)

    def linear(self, value, name):
        return self.op("Add", self.op("MatMul", value, f"{name}.weight"), f"{name}.bias")

    def attention(self, value, block, tower, mask):
        size = tower.width // tower.heads

        def heads(name, order):
            split = self.reshape(self.linear(value, f"{block}.{name}"), [0, -1, tower.heads, size])
            return self.op("Transpose", split, perm=order)

        query, rows = heads("query", [0, 2, 1, 3]), heads("value", [0, 2, 1, 3])
        query = self.op("Mul", query, self.constant(np.float32(size**-0.5)))
        scores = self.op("MatMul", query, heads("key", [0, 2, 3, 1]))
        if mask:
            scores = self.op("Add", scores, mask)
        mixed = self.op("MatMul", self.op("Softmax", scores, axis=-1), rows)
        mixed = self.op("Transpose", mixed, perm=[0, 2, 1, 3])
        return self.linear(self.reshape(mixed, [0, -1, tower.width]), f"{block}.out")

    def transformer(self, value, tower, mask=None):
        for layer in range(tower.layers):
            block = f"block.{layer}"
            mixed = self.attention(self.norm(value, f"{block}.norm1"), block, tower, mask)
            value = self.op("Add", value, mixed)
            hidden = self.linear(self.norm(value, f"{block}.norm2"), f"{block}.up")
            gate = self.op("Sigmoid", self.op("Mul", hidden, self.constant(np.float32(1.702))))
            activated = self.op("Mul", hidden, gate)  # QuickGelu
            value = self.op("Add", value, self.linear(activated, f"{block}.down"))
        return value

    def model(self, inputs, outputs):
        """The finished model. `outputs` are (value, public name, element type, dims)."""
        infos = []
        for value, name, element_type, dims in outputs:
            self.nodes.append(helper.make_node("Cast", [value], [name], to=element_type))
            infos.append(helper.make_tensor_value_info(name, element_type, dims))
        graph = helper.make_graph(self.nodes, "clip", inputs, infos, self.initializers)
        opset = [helper.make_opsetid("", OPSET)]
        return helper.make_model(graph, opset_imports=opset, ir_version=8, producer_name="clipdex")


class _TorchBuilder(_Builder):
    """The same towers as PyTorch exports a transformer of nn.MultiheadAttention.

    Rows lie before items, [T, B, C]; one layer makes queries, keys and values; heads are split in
    three axes; shapes are computed; layer norms are spelled out.
    """

    def norm(self, value, name):
        centred = self.op("Sub", value, self.op("ReduceMean", value, axes=[-1]))
        square = self.op("Pow", centred, self.constant(np.float32(2)))
        variance = self.op("ReduceMean", square, axes=[-1])
        safe = self.op("Add", variance, self.constant(np.float32(1e-5)))
        unit = self.op("Div", centred, self.op("Sqrt", safe))
        return self.op("Add", self.op("Mul", unit, f"{name}.weight"), f"{name}.bias")

    def computed(self, value, *dims):
        """Reshapes to dims that are numbers or values."""
        parts = [self.constant(np.array([d], np.int64)) if isinstance(d, int) else d for d in dims]
        return self.op("Reshape", value, self.op("Concat", *parts, axis=0))

    def attention(self, value, block, tower, mask):
        width, size = tower.width, tower.width // tower.heads
        rows, items = self.dimension(value, 0), self.dimension(value, 1)
        squares = self.op("Mul", items, self.constant(np.array([tower.heads], np.int64)))
        parts = [f"{block}.{name}" for name in ("query", "key", "value")]
        weight = np.concatenate([self.weights[f"{part}.weight"] for part in parts], axis=1)
        bias = np.concatenate([self.weights[f"{part}.bias"] for part in parts])
        packed = self.op("MatMul", value, self.constant(weight))
        packed = self.op("Add", packed, self.constant(bias))
        packed = self.computed(packed, 1, rows, items, 3, width)
        packed = self.op("Transpose", packed, perm=[3, 1, 2, 0, 4])
        packed = self.op("Squeeze", packed, self.constant(np.array([3], np.int64)))

        def heads(place):
            part = self.op("Gather", packed, self.constant(np.int64(place)), axis=0)
            return self.op("Transpose", self.computed(part, rows, squares, size), perm=[1, 0, 2])

        query = self.op("Mul", heads(0), self.constant(np.float32(size**-0.5)))
        scores = self.op("MatMul", query, self.op("Transpose", heads(1), perm=[0, 2, 1]))
        if mask:
            scores = self.op("Add", scores, mask)
        mixed = self.op("MatMul", self.op("Softmax", scores, axis=-1), heads(2))
        mixed = self.op("Transpose", mixed, perm=[1, 0, 2])
        flat = self.computed(mixed, self.op("Mul", rows, items), width)
        turned = self.constant(np.ascontiguousarray(self.weights[f"{block}.out.weight"].T))
        flat = self.op("Gemm", flat, turned, f"{block}.out.bias", transB=1)
        return self.computed(flat, rows, items, width)

    def transformer(self, value, tower, mask=None):
        swapped = self.op("Transpose", value, perm=[1, 0, 2])
        return self.op("Transpose", super().transformer(swapped, tower, mask), perm=[1, 0, 2])


STYLES = {"hugging-face": _Builder, "torch": _TorchBuilder}


def visual_graph(shape, weights, names, pixels, batch, style="hugging-face"):
    """Pixels -> [batch, embed], not normalised; `names` are the tensors'.

    `pixels` is "float32" or "float16", [batch, 3, S, S]; "uint8" for bytes, which the graph
    normalises; or "uint8-last" for bytes of [batch, S, S, 3].
    """
    build = STYLES[style](weights)
    is_bytes = pixels.startswith("uint8")
    element_type = ELEMENT_TYPES["float32" if is_bytes else pixels]
    sides = [shape.image_size] * 2
    dims = [batch, *sides, 3] if pixels == "uint8-last" else [batch, 3, *sides]
    given = helper.make_tensor_value_info(names["image"], ELEMENT_TYPES[pixels.split("-")[0]], dims)

    source = build.cast(names["image"], TensorProto.FLOAT)
    if pixels == "uint8-last":
        source = build.op("Transpose", source, perm=[0, 3, 1, 2])
    if is_bytes:
        source = _normalised(build, source)
    kernel = [shape.patch] * 2
    patches = build.op("Conv", source, "patch.weight", strides=kernel, kernel_shape=kernel)
    patches = build.reshape(patches, [0, shape.visual.width, -1])
    patches = build.op("Transpose", patches, perm=[0, 2, 1])
    tail = build.constant(np.array([1, shape.visual.width], np.int64))
    batch_dims = build.op("Concat", build.dimension(names["image"], 0), tail, axis=0)
    joined = build.op("Concat", build.op("Expand", "class", batch_dims), patches, axis=1)
    value = build.norm(build.op("Add", joined, "position"), "norm_pre")
    value = build.transformer(value, shape.visual)
    first = build.op("Gather", value, build.constant(np.int64(0)), axis=1)
    embedding = build.op("MatMul", build.norm(first, "norm_post"), "projection")

    outputs = [(embedding, names["image_vector"], element_type, [batch, shape.embed])]
    if "hidden" in names:
        dims = [batch, None, shape.visual.width]
        outputs.insert(0, (value, names["hidden"], element_type, dims))
    return build.model([given], outputs)


def _normalised(build, pixels):
    """Bytes as numbers to what CLIP's towers take."""
    def each(values):
        return build.constant(np.array(values, np.float32).reshape(1, 3, 1, 1))

    centred = build.op("Sub", pixels, each([255 * mean for mean in MEAN]))
    return build.op("Div", centred, each([255 * std for std in STD]))


def textual_graph(shape, weights, names, id_type, vector_type, batch, sequence,
                  style="hugging-face"):
    """[batch, sequence] ids -> [batch, embed], not normalised, pooled where the id is largest.

    `sequence` is the context length, or a name where any length up to it may be given.
    """
    build = STYLES[style](weights)
    element_type = ELEMENT_TYPES[id_type]
    ids = names["text"]
    inputs = [helper.make_tensor_value_info(ids, element_type, [batch, sequence])]

    length = build.dimension(ids, 1)
    zero, one = (build.constant(np.array([place], np.int64)) for place in (0, 1))
    position = build.op("Slice", "position", zero, length, zero)
    value = build.op("Add", build.op("Gather", "token", ids), position)
    causal = np.triu(np.full((shape.context, shape.context), LOWEST), 1)
    mask = build.op("Slice", build.constant(causal), zero, length, zero)
    mask = build.op("Slice", mask, zero, length, one)
    if "mask" in names:
        dims = [batch, sequence]
        inputs.append(helper.make_tensor_value_info(names["mask"], element_type, dims))
        mask = _hide_padding(build, names["mask"], mask)
    value = build.norm(build.transformer(value, shape.textual, mask), "norm_post")
    largest = build.op("ArgMax", build.cast(ids, TensorProto.INT32), axis=1, keepdims=1)
    pooled = build.op("GatherND", value, largest, batch_dims=1)
    embedding = build.op("MatMul", pooled, "projection")

    vector_element = ELEMENT_TYPES[vector_type]
    outputs = [(embedding, names["text_vector"], vector_element, [batch, shape.embed])]
    if "hidden" in names:
        dims = [batch, sequence, shape.textual.width]
        outputs.insert(0, (value, names["hidden"], vector_element, dims))
    return build.model(inputs, outputs)


def _hide_padding(build, attention, causal):
    """Joins the causal mask with the caller's: where `attention` is 0, nobody looks."""
    seen = build.cast(attention, TensorProto.FLOAT)
    hidden = build.op("Sub", build.constant(np.float32(1)), seen)
    lowest = build.op("Mul", hidden, build.constant(LOWEST))
    spread = build.op("Unsqueeze", lowest, build.constant(np.array([1, 2], np.int64)))
    return build.op("Max", build.op("Add", spread, causal), build.constant(LOWEST))
