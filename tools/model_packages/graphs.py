"""The two towers of a CLIP model as ONNX graphs, with the structure that exporters give real ones."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
ELEMENT_TYPES = {
    "float32": TensorProto.FLOAT,
    "float16": TensorProto.FLOAT16,
    "int32": TensorProto.INT32,
    "int64": TensorProto.INT64,
}


class _Builder:
    """Collects nodes; every method returns the name of the value that it makes."""

    def __init__(self, weights):
        self.nodes = []
        self.initializers = [numpy_helper.from_array(value, name) for name, value in weights.items()]

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
        return self.op("Gather", self.op("Shape", value), self.constant(np.array([axis], np.int64)))

    def reshape(self, value, dims):
        return self.op("Reshape", value, self.constant(np.array(dims, np.int64)))

    def norm(self, value, name):
        return self.op("LayerNormalization", value, f"{name}.weight", f"{name}.bias", axis=-1, epsilon=1e-5)

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
        joined = self.reshape(self.op("Transpose", mixed, perm=[0, 2, 1, 3]), [0, -1, tower.width])
        return self.linear(joined, f"{block}.out")

    def transformer(self, value, tower, mask=None):
        for layer in range(tower.layers):
            block = f"block.{layer}"
            mixed = self.attention(self.norm(value, f"{block}.norm1"), block, tower, mask)
            value = self.op("Add", value, mixed)
            hidden = self.linear(self.norm(value, f"{block}.norm2"), f"{block}.up")
            gate = self.op("Sigmoid", self.op("Mul", hidden, self.constant(np.float32(1.702))))
            hidden = self.linear(self.op("Mul", hidden, gate), f"{block}.down")  # QuickGelu before it
            value = self.op("Add", value, hidden)
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


def visual_graph(shape, weights, names, pixel_type, batch):
    """[batch, 3, S, S] pixels -> [batch, embed], not normalised. `names` are those of the tensors."""
    build = _Builder(weights)
    element_type = ELEMENT_TYPES[pixel_type]
    dims = [batch, 3, shape.image_size, shape.image_size]
    pixels = helper.make_tensor_value_info(names["image"], element_type, dims)

    source = build.cast(names["image"], TensorProto.FLOAT)
    patches = build.op("Conv", source, "patch.weight", strides=[shape.patch] * 2, kernel_shape=[shape.patch] * 2)
    patches = build.op("Transpose", build.reshape(patches, [0, shape.visual.width, -1]), perm=[0, 2, 1])
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
    return build.model([pixels], outputs)


def textual_graph(shape, weights, names, id_type, vector_type, batch, sequence):
    """[batch, sequence] ids -> [batch, embed], not normalised, pooled where the id is largest.

    `sequence` is the context length, or a name where any length up to it may be given.
    """
    build = _Builder(weights)
    element_type = ELEMENT_TYPES[id_type]
    ids = names["text"]
    inputs = [helper.make_tensor_value_info(ids, element_type, [batch, sequence])]

    length = build.dimension(ids, 1)
    start, axis = build.constant(np.array([0], np.int64)), build.constant(np.array([0], np.int64))
    position = build.op("Slice", "position", start, length, axis)
    value = build.op("Add", build.op("Gather", "token", ids), position)
    causal = np.triu(np.full((shape.context, shape.context), np.finfo(np.float32).min, np.float32), 1)
    mask = build.op("Slice", build.constant(causal), start, length, axis)
    mask = build.op("Slice", mask, start, length, build.constant(np.array([1], np.int64)))
    if "mask" in names:
        inputs.append(helper.make_tensor_value_info(names["mask"], element_type, [batch, sequence]))
        mask = _hide_padding(build, names["mask"], mask)
    value = build.norm(build.transformer(value, shape.textual, mask), "norm_post")
    largest = build.op("ArgMax", build.cast(ids, TensorProto.INT32), axis=1, keepdims=1)
    pooled = build.op("GatherND", value, largest, batch_dims=1)
    embedding = build.op("MatMul", pooled, "projection")

    vector_element = ELEMENT_TYPES[vector_type]
    outputs = [(embedding, names["text_vector"], vector_element, [batch, shape.embed])]
    if "hidden" in names:
        outputs.insert(0, (value, names["hidden"], vector_element, [batch, sequence, shape.textual.width]))
    return build.model(inputs, outputs)


def _hide_padding(build, attention, causal):
    """Joins the causal mask with the caller's: where `attention` is 0, nobody looks."""
    seen = build.cast(attention, TensorProto.FLOAT)
    hidden = build.op("Sub", build.constant(np.float32(1)), seen)
    lowest = build.op("Mul", hidden, build.constant(np.finfo(np.float32).min))
    spread = build.op("Unsqueeze", lowest, build.constant(np.array([1, 2], np.int64)))
    return build.op("Max", build.op("Add", spread, causal), build.constant(np.finfo(np.float32).min))
