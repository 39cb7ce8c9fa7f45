"""VGG-19 as an encoder: a picture goes in, the activations of the layers asked for come out."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from impasto.errors import SettingsError
from impasto.kernels import can_compile
from impasto.kernels.allocation import empty_features, give_back, own
from impasto.kernels.first_calls import settle_vector_functions
from impasto.tensor_types import Features, Image, Input, Piece
from impasto.vgg.convolution import POOLINGS, Pooling, PreparedConvolution, checked_algorithm
from impasto.vgg.device import precision_on
from impasto.vgg.layers import LAYERS, TABLE, canonical, deepest, smallest_side
from impasto.vgg.weights import Weights, find_weights

if TYPE_CHECKING:
    from impasto.vgg.opening import Opening

Border = Literal["zeros", "replicate"]


class VGG19:
    """The convolutional part of VGG-19 (Simonyan and Zisserman, arXiv 1409.1556), with fixed weights.

    The activations are differentiable by the image; the weights never ask for a gradient.

    Args:
        weights: None for the default, a path, or `Weights` already read.
        pooling: "max" as trained, or "average" (Gatys et al.: smoother pictures).
        border: "zeros" as trained, or "replicate", which continues the picture's edge into the first convolution
            instead of surrounding the picture with the mean colour.
        convolution: "auto" takes the fastest way for each layer, "direct" torch's; see `vgg/convolution`.
        device: where the network computes; pictures have to be there.
        precision: "float32"; "tf32" or "bf16", which are faster on some GPUs; or "float64", for checks. Pictures go in
            and activations come out in float32 (float64) in every one of them; see `vgg/device.py`.

    Raises:
        SettingsError: the device does not compute in that precision.
        WeightsError: the weights cannot be used.
    """

    def __init__(
        self,
        weights: str | os.PathLike[str] | Weights | None = None,
        *,
        pooling: Pooling = "max",
        border: Border = "zeros",
        convolution: str = "auto",
        device: torch.device | str = "cpu",
        precision: str = "float32",
    ):
        settle_vector_functions()
        self.device, self.precision = torch.device(device), precision_on(torch.device(device), precision)
        self.weights = weights if isinstance(weights, Weights) else find_weights(weights)
        give_back(0)  # what reading the weights took
        self.pooling, self.border = pooling, border
        self._convolution = checked_algorithm(convolution)
        self._prepared: dict[str, PreparedConvolution] = {}
        self._scale, self._shift = (
            torch.tensor(values, device=self.device, dtype=self.precision.measured).reshape(1, 3, 1, 1)
            for values in (self.weights.scale, self.weights.shift)
        )

    def __call__(self, image: Image, layers: Sequence[str]) -> dict[str, Features]:
        """Activations after the ReLU, by the names asked for; the pass ends at the deepest of them.

        Args:
            image: [1, 3, H, W], RGB in [0, 1].
            layers: such as ["relu4_2", "relu5_1"]; conv4_2 and block4_conv2 are other names of relu4_2.

        Returns:
            By name, [1, n_C, n_H, n_W].

        Raises:
            SettingsError: an unknown layer, or a picture too small for the deepest one.
        """
        names = {name: canonical(name) for name in layers}
        if not names:
            raise SettingsError("name at least one layer, as in layers=['relu4_2']")
        found: dict[str, Tensor] = {}

        def keep(layer: str, a: Tensor) -> Tensor:
            found[layer] = a
            return a

        self.walk(image, list(names.values()), keep)
        return {name: found[layer] for name, layer in names.items()}

    def channels(self, layer: str) -> int:
        """n_C of a layer; of the real network 64 to 512."""
        return len(self.weights.biases[LAYERS[canonical(layer)].convolution])

    def walk(
        self,
        image: Input,
        layers: Sequence[str],
        observe: Callable[[str, Tensor], Tensor],
        crops: Mapping[int, tuple[slice, slice]] | None = None,
        first: int = 1,
        until: int | None = None,
    ) -> Features:
        """Go through the network up to the deepest of `layers`, showing each of them as it comes.

        observe: is given the layer's canonical name and its activation; what it returns (the same, or a tensor that
            stands for it in autograd's graph) is what the next layer gets. Nothing else keeps the activation.
        crops: the rows and columns to keep of each block's input, by block, for a picture that is a tile of
            another; see `objective/tiles.py`.
        first: the block to begin with. From the second on `image` is that block's input [1, n_C, n_H, n_W].
        until: the block in front of which to stop instead; `layers`, which may be none, come before it.

        Returns where it stopped: the deepest layer as `observe` returned it, or the input of `until`.
        """
        last = deepest(tuple(layers)) if until is None else None
        x = self._input(image, last) if first == 1 else image
        for layer in TABLE:
            if layer.block < first:
                continue
            ends_block = layer.ends_block and layer.name != last
            fused = self.pooling if ends_block and layer.name not in layers else None
            x = self.convolution(layer.convolution)(x, fused)
            if layer.name in layers:
                x = observe(layer.name, x.to(self.precision.measured)).to(self.precision.network)
            if ends_block:
                x = x if fused else POOLINGS[self.pooling](x)
                if crops:
                    x = cropped(x, *crops[layer.block + 1])
            if layer.name == last or (ends_block and layer.block + 1 == until):
                break
        return x

    def opening(self, image: Image, layers: Sequence[str]) -> "Opening | None":
        """Block 1 with a way back that keeps no activation, for an evaluation that looks at these layers.

        None where relu1_2 is looked at, where no layer lies behind block 1, where it is not computed by the fused
        algorithms, and for a small picture. What follows is a walk from block 2 on.
        """
        _check(image, deepest(tuple(layers)))
        if "relu1_2" in layers or LAYERS[deepest(tuple(layers))].block == 1 or self.border != "zeros":
            return None
        if not can_compile():
            return None
        from impasto.vgg import opening  # needs llvmlite

        if image.shape[2] * image.shape[3] < opening.SMALLEST:
            return None
        x = image.to(self.precision.network)
        first, second = (self.convolution(name).convolution_for(x) for name in ("conv1_1", "conv1_2"))
        if isinstance(first, opening.PatchesConvolution) and isinstance(second, opening.WinogradConvolution):
            return opening.Opening(first, second, self.pooling, self._scale, self._shift)
        return None

    def convolution(self, name: str) -> PreparedConvolution:
        """One of the network's convolutions, such as "conv1_1", made when it is first asked for."""
        if name not in self._prepared:
            self._prepared[name] = PreparedConvolution(
                partial(self._kernel, name),
                self.weights.biases[name].to(self.device, self.precision.network),
                padding=0 if self.border == "replicate" and name == "conv1_1" else 1,
                algorithm=self._convolution,
                tf32=self.precision.tf32,
            )
        return self._prepared[name]

    def _kernel(self, name: str) -> Tensor:
        return self.weights.kernels[name].to(self.device, self.precision.network)

    def _input(self, image: Image, last: str | None) -> Tensor:
        """The first convolution's input."""
        if last is not None:
            _check(image, last)
        x = (image * self._scale - self._shift).to(self.precision.network)
        return F.pad(x, (1, 1, 1, 1), mode="replicate") if self.border == "replicate" else x


def _check(image: Tensor, last: str) -> None:
    if image.ndim != 4 or image.shape[:2] != (1, 3):
        raise SettingsError(f"the encoder takes one RGB picture [1, 3, H, W], got {list(image.shape)}")
    height, width = image.shape[2:]
    if min(height, width) < smallest_side(last):
        raise SettingsError(
            f"a picture of {width}x{height} pixels is too small for {last}, which needs "
            f"{smallest_side(last)} on each side; use a larger size or a layer before {last}"
        )


def cropped(x: Features, rows: slice, columns: slice) -> Piece:
    """x[..., rows, columns], both with a start and a stop; x itself where nothing is cut away.

    The gradient of a plain slice is laid out channel by channel: a layer that works channels last would copy it.
    """
    if (rows.start, rows.stop, columns.start, columns.stop) == (0, x.shape[2], 0, x.shape[3]):
        return x
    works_channels_last = x.device.type == "cpu" and x.dtype == torch.float32
    if not works_channels_last or not x.is_contiguous(memory_format=torch.channels_last):
        return x[..., rows, columns]
    part: Tensor = _Cropped.apply(x, rows, columns)
    return part


class _Cropped(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, rows: slice, columns: slice) -> Tensor:
        ctx.size, ctx.place = x.shape[1:], (rows, columns)
        # A copy, which the next layer would make, so that x can go.
        return x[..., rows, columns].contiguous(memory_format=torch.channels_last)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        by_x, (rows, columns) = empty_features(*ctx.size), ctx.place
        for outside in (slice(rows.start), slice(rows.stop, None)):
            by_x[..., outside, :] = 0
        for outside in (slice(columns.start), slice(columns.stop, None)):
            by_x[..., rows, outside] = 0
        by_x[..., rows, columns] = gradient
        return own(by_x), None, None
