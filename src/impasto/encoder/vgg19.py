"""VGG-19 as an encoder: a picture goes in, the activations of the layers asked for come out."""

import os
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F

from impasto.encoder.weights import Weights, find_weights
from impasto.errors import SettingsError
from impasto.layers import LAYERS, TABLE, canonical, deepest, smallest_side
from impasto.shapes import Features, Image


class VGG19:
    """The convolutional part of VGG-19 (Simonyan and Zisserman, arXiv 1409.1556), with fixed weights.

    weights: None for the default, a path, or `Weights` already read.
    pooling: "max" as trained, or "average" (Gatys et al.: smoother pictures).
    border: "zeros" as trained, or "replicate", which continues the picture's edge into the first convolution
        instead of surrounding the picture with the mean colour.
    Raises WeightsError when the weights cannot be used.

    The activations are differentiable by the image; the weights never ask for a gradient.
    """

    def __init__(
        self,
        weights: str | os.PathLike[str] | Weights | None = None,
        *,
        pooling: str = "max",
        border: str = "zeros",
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ):
        self.weights = weights if isinstance(weights, Weights) else find_weights(weights)
        self.pooling, self.border = pooling, border
        self.device, self.dtype = torch.device(device), dtype
        self._pool: Callable[..., torch.Tensor] = {"max": F.max_pool2d, "average": F.avg_pool2d}[pooling]
        self._kernels = {name: kernel.to(self.device, dtype) for name, kernel in self.weights.kernels.items()}
        self._biases = {name: bias.to(self.device, dtype) for name, bias in self.weights.biases.items()}
        self._scale, self._shift = (
            torch.tensor(values, device=self.device, dtype=dtype).reshape(1, 3, 1, 1)
            for values in (self.weights.scale, self.weights.shift)
        )

    def __call__(self, image: Image, layers: Sequence[str]) -> dict[str, Features]:
        """Activations after the ReLU, by the names asked for; stops at the deepest of them.

        image: [1, 3, H, W], RGB in [0, 1].
        layers: such as ["relu4_2", "relu5_1"]; conv4_2 and block4_conv2 are other names of relu4_2.
        Raises SettingsError for an unknown layer, or a picture too small for the deepest one.
        """
        names = {name: canonical(name) for name in layers}
        if not names:
            raise SettingsError("name at least one layer, as in layers=['relu4_2']")
        last = deepest(tuple(names.values()))
        self._check(image, last)
        wanted, found = set(names.values()), {}
        x = image * self._scale - self._shift
        for layer in TABLE:
            if layer.block > 1 and layer.name.endswith("_1"):
                x = self._pool(x, 2)
            x = F.relu(self._convolve(x, layer.convolution))
            if layer.name in wanted:
                found[layer.name] = x
            if layer.name == last:
                break
        return {name: found[layer] for name, layer in names.items()}

    def _convolve(self, x: torch.Tensor, name: str) -> torch.Tensor:
        padding = 1
        if self.border == "replicate" and name == "conv1_1":
            x, padding = F.pad(x, (1, 1, 1, 1), mode="replicate"), 0
        return F.conv2d(x, self._kernels[name], self._biases[name], padding=padding)

    def _check(self, image: torch.Tensor, last: str) -> None:
        if image.ndim != 4 or image.shape[:2] != (1, 3):
            raise SettingsError(f"the encoder takes one RGB picture [1, 3, H, W], got {list(image.shape)}")
        height, width = image.shape[2:]
        if min(height, width) < smallest_side(last):
            raise SettingsError(
                f"a picture of {width}x{height} pixels is too small for {last}, which needs "
                f"{smallest_side(last)} on each side; use a larger size or a layer before {last}"
            )


__all__ = ["LAYERS", "VGG19"]
