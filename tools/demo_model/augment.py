"""Random views of photographs and drawings, as batches [B, 3, S, S] of floats from 0 to 255."""
import random

import numpy as np
import torch
import torch.nn.functional as F

from model import MEAN, STD, soften

_MEAN = torch.tensor(MEAN).view(1, 3, 1, 1)
_STD = torch.tensor(STD).view(1, 3, 1, 1)
_SHIFT = 5  # Pixels that an unscaled photograph moves at most.


def channels_first(images):
    """A list of uint8 [H, W, C] as floats [B, C, H, W]."""
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float()


def standardise(images):
    """Pixels from 0 to 1 as the towers want them."""
    return (images - _MEAN) / _STD


def _uniform(count, low, high):
    return torch.empty(count).uniform_(low, high)


def _mirror(count):
    """-1 or 1 for each of the images."""
    return torch.where(torch.rand(count) < 0.5, -1.0, 1.0)


def _warp(images, side, scale, aspect, angle, flip, fill):
    """Cuts out a scaled, stretched, turned and mirrored part of each image at a random place."""
    count = len(images)
    room = (1 - scale).abs().clamp(max=0.45)
    shift_x, shift_y = (torch.rand(count) * 2 - 1) * room, (torch.rand(count) * 2 - 1) * room
    cosine, sine = angle.cos(), angle.sin()
    scale_x, scale_y = scale * aspect.sqrt(), scale / aspect.sqrt()
    matrices = torch.stack([
        torch.stack([cosine * scale_x * flip, -sine * scale_y, shift_x], 1),
        torch.stack([sine * scale_x * flip, cosine * scale_y, shift_y], 1),
    ], 1)
    size = (count, images.shape[1], side, side)
    grid = F.affine_grid(matrices, size, align_corners=False)
    return F.grid_sample(images, grid, align_corners=False, padding_mode=fill)


def view_photos(photos, side):
    """Parts of photographs, uint8 [64, 64, 3] each, at `side` pixels."""
    count = len(photos)
    images = channels_first(photos)
    if side < 48:
        images = soften(images)
    return _warp(images, side, _uniform(count, 0.62, 1.0), _uniform(count, -0.2, 0.2).exp(),
                 torch.randn(count) * 0.05, _mirror(count), "reflection")


def shift_photos(photos):
    """Photographs at their own 64 pixels, moved a little and mirrored: as sharp as real ones."""
    count = len(photos)
    padded = F.pad(channels_first(photos), [_SHIFT] * 4, mode="reflect")
    offsets = np.random.randint(0, 2 * _SHIFT + 1, (count, 2))
    images = torch.stack([image[:, top:top + 64, left:left + 64]
                          for image, (top, left) in zip(padded, offsets)])
    mirrored = (torch.rand(count) < 0.5).view(-1, 1, 1, 1)
    return torch.where(mirrored, images.flip(3), images)


def _backgrounds(count, side, photos):
    """Half white, some nearly white, some of any colour, some blurred photographs.

    photos(n) gives n photographs."""
    ground = (torch.rand(count, 3, 1, 1) * 255).expand(count, 3, side, side).clone()
    kind = torch.rand(count)
    ground[kind < 0.5] = 255.0
    pale = (kind >= 0.5) & (kind < 0.62)
    ground[pale] = torch.empty(int(pale.sum()), 1, 1, 1).uniform_(225, 255)
    busy = (kind > 0.74).nonzero()[:, 0]
    if len(busy):
        images = channels_first(photos(len(busy)))
        images = F.interpolate(images, size=side, mode="bilinear", align_corners=False)
        ground[busy] = F.avg_pool2d(images, 3, 1, 1)
    return ground


def view_drawings(drawings, opaque, may_mirror, side, photos):
    """Drawings, uint8 RGBA [64, 64, 4] with colours multiplied by alpha, on random grounds.

    opaque, may_mirror: bool arrays, one value a drawing; photos(n) gives n photographs."""
    count = len(drawings)
    opaque, may_mirror = torch.from_numpy(opaque), torch.from_numpy(may_mirror)
    images = channels_first(drawings)
    scale = torch.where(opaque, _uniform(count, 0.6, 1.0), _uniform(count, 0.85, 1.5))
    flip = torch.where((torch.rand(count) < 0.5) & may_mirror, -1.0, 1.0)
    aspect = _uniform(count, -0.22, 0.22).exp()
    angle = torch.where(opaque, torch.randn(count) * 0.05, torch.randn(count) * 0.15)
    images = _warp(images, side, scale, aspect, angle, flip, "zeros")
    colours, alpha = images[:, :3], images[:, 3:] / 255
    return colours + _backgrounds(count, side, photos) * (1 - alpha)


def vary_colours(images):
    """Random contrast, brightness and saturation, a few images grey, some blurred; standardised."""
    count = len(images)

    def factor(low, high):
        return torch.empty(count, 1, 1, 1).uniform_(low, high)

    images = images / 255
    mean = images.mean((1, 2, 3), keepdim=True)
    images = (images - mean) * factor(0.75, 1.25) + mean * factor(0.78, 1.22)
    saturation = factor(0.65, 1.35)
    saturation[torch.rand(count) < 0.03] = 0
    grey = images.mean(1, keepdim=True)
    images = (images - grey) * saturation + grey
    blurred = torch.rand(count) < 0.1
    if blurred.any():
        images[blurred] = F.avg_pool2d(images[blurred], 3, 1, 1, count_include_pad=False)
    return standardise(images.clamp(0, 1))


def choose(items, count):
    """`count` of the items, with repetition."""
    return random.choices(items, k=count)
