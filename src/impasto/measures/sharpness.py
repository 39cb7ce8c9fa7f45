"""How much detail there is at each size, in all three pictures.

A Laplacian pyramid of OKLab's lightness: I_0 = L, band_k = I_k - B I_k, I_(k+1) = every second row and column of
B I_k, where B is the binomial filter (1 4 6 4 1) / 16 in both directions. The strength of octave k is the root
mean square of band_k.
"""

from torch import Tensor
from torch.nn import functional

from impasto.measures.compared_images import ComparedImages
from impasto.measures.measure import PAINTING, PHOTOGRAPH, RESULT, Measure

OCTAVES = 5
SMALLEST_SIDE = 8  # pixels; of a smaller level of the pyramid there is nothing left to tell

_BINOMIAL = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)


def sharpness(images: ComparedImages) -> Measure:
    """The strength of each octave, finest first."""
    strengths = [octaves(one) for one in images.lightness]
    names = [f"{2 ** (k + 1)} to {2 ** (k + 2)} px" for k in range(OCTAVES)]
    return Measure(
        "sharpness",
        "root mean square of lightness, 0 to 1",
        "How strong the detail of each size is: a first row far below both parents' is blur, one far above is noise "
        "or a lattice.",
        "Laplacian pyramid: Burt and Adelson, IEEE Trans. Communications 31 (1983); here differences are taken before "
        "halving.",
        {
            name: dict(zip((RESULT, PHOTOGRAPH, PAINTING), row, strict=True))
            for name, row in zip(names, zip(*strengths, strict=False), strict=False)
        },
    )


def octaves(lightness: Tensor) -> list[float]:
    """Root mean squares of the bands of [1, 1, H, W], finest first; fewer for a small picture.

    >>> import torch
    >>> octaves(torch.full((1, 1, 16, 16), 0.5))
    [0.0, 0.0]
    """
    found: list[float] = []
    while len(found) < OCTAVES and min(lightness.shape[2:]) >= SMALLEST_SIDE:
        smooth = blurred(lightness)
        found.append(float((lightness - smooth).double().square().mean().sqrt()))
        lightness = smooth[..., ::2, ::2]
    return found


def blurred(plane: Tensor) -> Tensor:
    """B applied to [1, 1, H, W], mirrored at the border."""
    kernel = plane.new_tensor(_BINOMIAL)
    plane = functional.conv2d(functional.pad(plane, (2, 2, 0, 0), mode="reflect"), kernel.reshape(1, 1, 1, 5))
    return functional.conv2d(functional.pad(plane, (0, 0, 2, 2), mode="reflect"), kernel.reshape(1, 1, 5, 1))
