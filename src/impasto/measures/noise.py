"""How noisy the three pictures are, everywhere and where they are flat.

    sigma = sqrt(pi / 2) / 6 * mean |I * N|,    N = [[1, -2, 1], [-2, 4, -2], [1, -2, 1]]

N does not see planes and plain edges; for Gaussian noise the mean absolute answer is 6 sigma sqrt(2 / pi). Strokes
and leaves answer, too, and therefore the flattest tenth of the picture is measured once more by itself: skies.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from impasto.measures.compared_images import ComparedImages
from impasto.measures.measure import PAINTING, PHOTOGRAPH, RESULT, Measure

BLOCK = 16
"""Pixels a side of the blocks among which the flattest are looked for."""
FLATTEST = 0.1

_N = ((1.0, -2.0, 1.0), (-2.0, 4.0, -2.0), (1.0, -2.0, 1.0))


def noise(images: ComparedImages) -> Measure:
    """The estimate of all three pictures; the flat parts of the result are those of the photograph."""
    flat_C, flat_S = flattest(images.content), flattest(images.style)
    pictures = {RESULT: images.result, PHOTOGRAPH: images.content, PAINTING: images.style}
    flats = {RESULT: flat_C, PHOTOGRAPH: flat_C, PAINTING: flat_S}
    return Measure(
        "noise",
        "standard deviation, in steps of 255",
        "What changes from pixel to pixel, strokes included, so that it is read beside both parents; in flat parts "
        "(the photograph's flattest tenth, the painting's own) it should not exceed them: there it is grain, or dots.",
        "Immerkaer, Computer Vision and Image Understanding 64 (1996); measured where gradients are low as in Olsen, "
        "CVGIP: Graphical Models and Image Processing 55 (1993), but in blocks.",
        {
            "everywhere": {name: 255 * sigma(one) for name, one in pictures.items()},
            "in flat parts": {name: 255 * sigma(one, flats[name]) for name, one in pictures.items()},
        },
    )


def sigma(image: Tensor, blocks: Tensor | None = None) -> float:
    """The noise estimate of [1, C, H, W]: the mean over its channels.

    blocks: [rows, columns], true for each block of BLOCK pixels a side that counts; None for the whole picture.
    """
    answer = functional.conv2d(image.transpose(0, 1), image.new_tensor(_N).reshape(1, 1, 3, 3)).abs()
    answer = answer.mean(dim=0, keepdim=True)
    if blocks is not None:
        answer = _blocks(answer)[0, 0][blocks]
    return math.sqrt(math.pi / 2) / 6 * float(answer.double().mean())


def flattest(image: Tensor) -> Tensor:
    """[rows, columns]: the tenth of the blocks of [1, C, H, W] in which neighbours differ least, one at least."""
    plane = image.mean(dim=1, keepdim=True)
    across = (plane[..., 1:-1, 2:] - plane[..., 1:-1, :-2]).abs()
    down = (plane[..., 2:, 1:-1] - plane[..., :-2, 1:-1]).abs()
    means = _blocks(across + down)[0, 0]
    chosen = torch.zeros(means.numel(), dtype=torch.bool)
    chosen[means.flatten().argsort(stable=True)[: max(1, round(FLATTEST * means.numel()))]] = True
    return chosen.reshape(means.shape)


def _blocks(plane: Tensor) -> Tensor:
    """Means over blocks; what is left over at the right and bottom is not looked at."""
    side = min(BLOCK, *plane.shape[2:])
    return functional.avg_pool2d(plane, side)
