"""The Gram (style) matrix: which channels are active together, wherever in the picture.

G = A A^T,  A the unrolled n_C x (n_H n_W) activations
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from impasto.costs.term import Slices, Summary
from impasto.kernels.gram_autograd import is_compiled, measured
from impasto.tensor_types import Features, Gram


@dataclass
class Passthrough:
    """An activation on its way through the network.

    a: to be measured; what comes after in the network is computed from `a` as the measurement leaves it, so that
    autograd can add up the gradients of both in the memory of one.
    """

    a: Features


def gram_matrix(
    a: Features,
    place: Slices | None = None,
    weight: Tensor | None = None,
    *,
    value: bool = True,
    sums: bool = False,
    passthrough: Passthrough | None = None,
) -> Gram:
    """The plain A A^T, [n_C, n_C], of activations `a` [1, n_C, n_H, n_W].

    place: the rows and columns of `a` to take, None for all.
    weight: w(p) of each of their positions [rows, columns]; the matrix is then sum_p w(p) a(p) a(p)^T.
    value: False when only the derivative will be asked for; the matrix may then hold anything.
    sums: the matrix gets one column more, [n_C, n_C + 1]: the (weighted) sum of each channel.
    passthrough: for the engines; see `Passthrough`.
    Weighted, or in float32 on a CPU where numba is installed, compiled code computes it (`kernels/gram_autograd.py`),
    which can be differentiated once. Raises ValueError for anything but one picture's activations.

    >>> import torch
    >>> gram_matrix(torch.tensor([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 1, 2))
    tensor([[ 5., 11.],
            [11., 25.]])
    """
    if a.ndim != 4 or a.shape[0] != 1:
        raise ValueError(
            f"gram_matrix takes the activations [1, n_C, n_H, n_W] of one picture, got {tuple(a.shape)}"
        )
    if weight is None and not is_compiled(a):
        A = (a if place is None else a[..., place[0], place[1]])[0].flatten(1)
        G = A @ A.T
        return torch.cat([G, A.sum(1, keepdim=True)], 1) if sums else G
    G, passed_on = measured(a, place, weight, value=value, sums=sums)
    if passthrough is not None:
        passthrough.a = passed_on
    return G


def gram_summary(
    a: Features,
    place: Slices | None = None,
    weight: Tensor | None = None,
    *,
    value: bool = True,
    sums: bool = False,
) -> tuple[Summary, Features]:
    """The Gram matrix and its n_H n_W positions, and `a` to go on with; for the engines, which differentiate once.

    The arguments are those of `gram_matrix`.
    """
    passthrough = Passthrough(a)
    total = gram_matrix(a, place, weight, value=value, sums=sums, passthrough=passthrough)
    owned = a if place is None else a[..., place[0], place[1]]
    return Summary(total, owned.shape[2] * owned.shape[3]), passthrough.a
