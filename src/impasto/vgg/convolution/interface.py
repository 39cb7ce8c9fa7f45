"""The interface of every convolution algorithm."""

from typing import Literal, Protocol

from torch import Tensor

Pooling = Literal["max", "average"]


class Convolution(Protocol):
    """relu(x * kernel + bias), and a 2x2 pooling after it if asked for; one layer of VGG-19, its kernel prepared.

    Differentiable once by x; the kernel and bias never get a gradient.
    """

    def __call__(self, x: Tensor, pooling: Pooling | None = None) -> Tensor:
        """Activations [1, n_out, n_H, n_W] of x [1, n_in, height, width]; pooling halves, rounding down.

        n_H = height + 2 padding - 2, and so n_W. Raises SettingsError when x cannot be this layer's input.
        """
