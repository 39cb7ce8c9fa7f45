"""A small picture of a painting as it is now, in its final colours: cheap at any size of the canvas."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.distributed.partition import ALIGNED, Partition
from impasto.errors import SettingsError
from impasto.images.resize.resize import fitted_size, rows_at
from impasto.inputs.color_transfer import ColorTransfer
from impasto.tensor_types import Image


class Previews:
    """Makes previews of the canvases of one painting; what they need of the photograph is resized once a size."""

    def __init__(self, colors: ColorTransfer, partition: Partition):
        self._colors, self._partition = colors, partition
        self._photographs: dict[tuple[int, int], Tensor] = {}

    def of(self, canvas: Image, size: tuple[int, int], long_side: int) -> np.ndarray:
        """RGB uint8 [h, w, 3] with this long side, at most that of the canvas.

        canvas: this process's rows of the canvas. size: height and width of all of it. In a process other than the
        first of several the preview is black.
        """
        if isinstance(long_side, bool) or not isinstance(long_side, int) or long_side < 1:
            raise SettingsError(
                f"the long side of a preview must be a whole number of pixels from 1 on, got {long_side!r}"
            )
        small = fitted_size(*size, min(long_side, max(size)))
        whole = self._shrunk(canvas.detach(), size, small)
        if whole is None:
            return np.zeros((*small, 3), np.uint8)
        picture = self._colors.preview(whole, self._photograph(small))
        return (picture[0].permute(1, 2, 0) * 255).round().clamp(0, 255).to(torch.uint8).numpy()

    def _shrunk(self, canvas: Image, size: tuple[int, int], small: tuple[int, int]) -> Image | None:
        """The whole canvas on the CPU of the first process, shrunk by area; each process shrinks its own rows."""
        stride = min(size[0] // small[0], size[1] // small[1], ALIGNED)
        stride = 2 ** int(math.log2(stride))  # processes own whole strides of rows
        pooled = canvas.new_empty(1, 3, 0, -(-size[1] // stride))
        if canvas.numel():
            pooled = F.avg_pool2d(canvas, stride, ceil_mode=True, count_include_pad=False)
        whole = self._partition.gathered(pooled, size[0], stride)
        return None if whole is None else F.interpolate(whole, small, mode="area")

    def _photograph(self, small: tuple[int, int]) -> Tensor:
        if small not in self._photographs:
            self._photographs = {small: rows_at(self._colors.original.content, small, 0, small[0])}
        return self._photographs[small]
