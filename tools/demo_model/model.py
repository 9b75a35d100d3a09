"""The two towers."""
import torch
import torch.nn.functional as F
from torch import nn

SIDE = 64
DIMENSION = 256
VOCABULARY = 8192
CONTEXT = 32
FEATURES = 2 * 208

# What OpenAI's CLIP subtracts from and divides by, after scaling to 0..1.
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)


def soften(images):
    """A 2x2 average that keeps the size: training images are softer than real ones."""
    return F.avg_pool2d(F.pad(images, [0, 1, 0, 1], mode="replicate"), 2, 1)


def _convolution(inputs, outputs, stride=1, size=3, activate=True):
    layers = [nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False),
              nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, *([nn.ReLU(inplace=True)] if activate else []))


class Block(nn.Module):
    """A residual pair of 3x3 convolutions with a gate for each channel."""

    def __init__(self, channels):
        super().__init__()
        self.first = _convolution(channels, channels)
        self.second = _convolution(channels, channels, activate=False)
        nn.init.zeros_(self.second[1].weight)
        self.gate = nn.Sequential(nn.Conv2d(channels, channels // 8, 1), nn.ReLU(),
                                  nn.Conv2d(channels // 8, channels, 1), nn.Sigmoid())

    def forward(self, x):
        y = self.second(self.first(x))
        return F.relu(x + y * self.gate(y.mean((2, 3), keepdim=True)))


class ImageTower(nn.Module):
    """Images [N, 3, S, S], normalised, to vectors [N, dimension], not of unit length."""

    def __init__(self, width=(32, 48, 96, 208), depth=(1, 2, 2), dimension=DIMENSION):
        super().__init__()
        layers = [_convolution(3, width[0], 2)]
        for stage, blocks in enumerate(depth):
            layers.append(_convolution(width[stage], width[stage + 1], 2))
            layers += [Block(width[stage + 1]) for _ in range(blocks)]
        self.body = nn.Sequential(*layers, _convolution(width[3], 2 * width[3], 1, 1))
        self.out = nn.Linear(2 * width[3], dimension)
        self.softens = True

    def features(self, x):
        """What the vectors are computed from, [N, FEATURES]."""
        return self.body(soften(x) if self.softens else x).mean((2, 3))

    def forward(self, x):
        return self.out(self.features(x))


class TextTower(nn.Module):
    """Token ids [N, L] to vectors [N, dimension], not of unit length.

    Token embeddings, a convolution over three tokens for the order of words, a pooled residual MLP.
    The id 0 (padding) and all ids from the start token up are ignored."""

    def __init__(self, vocabulary=VOCABULARY, width=128, dimension=DIMENSION):
        super().__init__()
        self.start = vocabulary - 2
        self.embedding = nn.Embedding(vocabulary, width)
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.order = nn.Conv1d(width, width, 3, padding=1)
        nn.init.zeros_(self.order.bias)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.ReLU(),
                                 nn.Linear(2 * width, width))
        self.out = nn.Linear(width, dimension)

    def forward(self, ids, drop=0.0):
        """`drop`: the share of tokens to leave out, in training only."""
        kept = ((ids > 0) & (ids < self.start)).float()
        if drop and self.training:
            kept = kept * (torch.rand_like(kept) >= drop).float()
        kept = kept[..., None]
        x = self.embedding(ids) * kept
        x = (x + F.relu(self.order(x.transpose(1, 2)).transpose(1, 2))) * kept
        x = x.sum(1) / kept.sum(1).clamp(min=1.0).sqrt()
        return self.out(x + self.mlp(x))
