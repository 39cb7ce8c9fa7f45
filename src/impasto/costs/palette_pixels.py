"""The pixels of a picture, for the palette cost: their histograms, and what is added to their gradient, compiled."""

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from impasto.costs.palette import BINS, DARKEST, LAST, LOWEST, SCALE, WIDTH, directions
from impasto.costs.term import Summary
from impasto.images.color.spaces import LMS_FROM_LINEAR, OKLAB_FROM_LMS
from impasto.kernels import can_compile
from impasto.kernels.threads import WORKING, in_parallel
from impasto.tensor_types import Image


def are_compiled(image: Tensor) -> bool:
    """Whether `PalettePixels` can look at the pixels of this image."""
    return image.device.type == "cpu" and image.dtype == torch.float32 and can_compile()


class PalettePixels:
    """The pixels of an image [1, 3, rows, W] in float32 on the CPU; see `palette.histograms`.

    weight: what each counts [rows, W]; None where all count alike. part: to which part each belongs, uint8 [rows, W],
    below `parts`.
    """

    def __init__(
        self, image: Image, weight: Tensor | None = None, part: Tensor | None = None, parts: int = 1
    ):
        from impasto.kernels import palette as native

        self._native, self._parts, self._shape = native, parts, image.shape
        to_lms, to_y = torch.tensor(LMS_FROM_LINEAR), SCALE * torch.tensor(OKLAB_FROM_LMS)
        self._arguments = (
            image.detach().contiguous().view(-1).numpy(),
            _flat(weight, torch.float32),
            _flat(part, torch.uint8),
            directions().float().numpy(),
            to_lms.numpy(),
            to_y.numpy(),
            native.Bins(DARKEST, LOWEST, 1 / WIDTH, LAST),
        )

    def histograms(self) -> Summary:
        """The histograms [K, 13, BINS] in float64."""
        workers = torch.get_num_threads()
        totals = torch.empty(workers, len(directions()), self._parts, BINS, 2, dtype=torch.float64)
        self._run(self._native.histogram_share, workers, totals)
        weight = self._arguments[1]
        count = float(weight.sum(dtype=np.float64)) if weight.size else float(math.prod(self._shape[2:]))
        here, beyond = totals.sum(0).transpose(0, 1).unbind(-1)
        return Summary((here + torch.nn.functional.pad(beyond[..., :-1], (1, 0))).contiguous(), count)

    def add_gradient(self, slope: Tensor, gradient: Tensor) -> None:
        """Add the derivative by the pixels to `gradient` [1, 3, rows, W]; slope: dJ by the histograms [K, 13, BINS]."""
        # The last number is never looked up: no colour lies so high.
        rise = (
            torch.nn.functional.pad(slope.diff(dim=-1) / WIDTH, (0, 1)).transpose(0, 1).float().contiguous()
        )
        usable = gradient.is_contiguous() and gradient.dtype == torch.float32
        found = gradient if usable else torch.zeros(self._shape)
        self._run(self._native.gradient_share, torch.get_num_threads(), rise, found.view(-1))
        if not usable:
            gradient += found

    def _run(self, share: Any, workers: int, *more: Tensor) -> None:
        with WORKING:
            native = self._native
            room = (
                torch.empty(workers, native.ROOM, native.BLOCK),
                torch.empty(workers, native.BLOCK, dtype=torch.int32),
            )
            in_parallel(share, workers, *self._arguments, *(one.numpy() for one in (*room, *more)))


def _flat(x: Tensor | None, dtype: torch.dtype) -> np.ndarray:
    """The numbers of x in one row; none of None."""
    numbers: np.ndarray = (torch.empty(0) if x is None else x).to(dtype).contiguous().view(-1).numpy()
    return numbers
