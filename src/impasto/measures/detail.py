"""How much detail there is, and how much of it is noise.

sharpness   of each octave: a Laplacian pyramid of OKLab's lightness L
                I_0 = L,   band_k = I_k - B I_k,   I_(k+1) = every second row and column of B I_k
            with the binomial filter B = (1 4 6 4 1) / 16 in both directions. The strength of octave k is the root mean
            square of band_k.
grain       share of G / share of S,   share = energy above a quarter of the sampling frequency / all of it
            The energy is that of the Fourier transform of L without its mean, under Hann windows (the periodogram).
noise       sigma = sqrt(pi / 2) / 6 * mean |I * N|,    N = [[1, -2, 1], [-2, 4, -2], [1, -2, 1]]
            N does not see planes and plain edges; for Gaussian noise the mean absolute answer is 6 sigma sqrt(2 / pi).
            Strokes and leaves answer, too, and therefore the flattest tenth of the picture is measured once more by
            itself: skies.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from impasto.measures.measure import PAINTING, PHOTOGRAPH, RESULT, ComparedImages, Measure, relative

OCTAVES = 5
SMALLEST_SIDE = 8  # pixels; of a smaller level of the pyramid there is nothing left to tell
FINE = 0.25  # periods a pixel; half a period a pixel is the finest that there is
BLOCK = 16  # pixels a side of the blocks among which the flattest are looked for
FLATTEST = 0.1  # the part of the blocks that count as flat

_BINOMIAL = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)
_N = ((1.0, -2.0, 1.0), (-2.0, 4.0, -2.0), (1.0, -2.0, 1.0))


def sharpness(images: ComparedImages) -> Measure:
    """The strength of each octave in all three pictures, finest first."""
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


def grain(images: ComparedImages) -> Measure:
    """The share of fine detail of the result and the photograph, relative to the painting's."""
    result, content, style = (fine_share(one) for one in images.lightness)
    return Measure(
        "grain",
        "ratio",
        "The share of the finest detail in all detail, compared with the painting's: 1 is as crisp as the painting, "
        "less is softer, more is grain or a lattice.",
        "The windowed periodogram: Welch, IEEE Trans. Audio and Electroacoustics 15 (1967), with one window.",
        {"beside the painting": {RESULT: relative(result, style), PHOTOGRAPH: relative(content, style)}},
    )


def fine_share(lightness: Tensor) -> float:
    """The share of the energy of [1, 1, H, W] above a quarter of the sampling frequency, 0 to 1; 0 for a flat one.

    >>> dots = (torch.arange(64) % 2).float().reshape(1, 1, 1, 64).expand(1, 1, 64, 64)
    >>> round(fine_share(dots), 3), fine_share(torch.ones(1, 1, 64, 64))
    (1.0, 0.0)
    """
    plane = lightness[0, 0]
    height, width = plane.shape
    window = torch.outer(torch.hann_window(height), torch.hann_window(width))
    energy = torch.fft.rfft2((plane - plane.mean()) * window).abs().square().double()
    energy[:, 1 : (width + 1) // 2] *= 2  # each stands for its mirrored frequency, too
    down, across = torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width)[None]
    fine = energy[torch.hypot(down, across) > FINE].sum()
    return relative(float(fine), float(energy.sum()))


def noise(images: ComparedImages) -> Measure:
    """The noise estimate of all three pictures; the flat parts of the result are those of the photograph."""
    flat_C, flat_S = flattest(images.content), flattest(images.style)
    pictures = {RESULT: images.result, PHOTOGRAPH: images.content, PAINTING: images.style}
    flats = {RESULT: flat_C, PHOTOGRAPH: flat_C, PAINTING: flat_S}
    return Measure(
        "noise",
        "standard deviation, in steps of 255",
        "What changes from pixel to pixel, strokes included, so that it is read next to both parents; in flat parts "
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
        answer = _block_means(answer)[0, 0][blocks]
    return math.sqrt(math.pi / 2) / 6 * float(answer.double().mean())


def flattest(image: Tensor) -> Tensor:
    """[rows, columns]: the tenth of the blocks of [1, C, H, W] in which neighbours differ least, one at least."""
    plane = image.mean(dim=1, keepdim=True)
    across = (plane[..., 1:-1, 2:] - plane[..., 1:-1, :-2]).abs()
    down = (plane[..., 2:, 1:-1] - plane[..., :-2, 1:-1]).abs()
    means = _block_means(across + down)[0, 0]
    chosen = torch.zeros(means.numel(), dtype=torch.bool)
    chosen[means.flatten().argsort(stable=True)[: max(1, round(FLATTEST * means.numel()))]] = True
    return chosen.reshape(means.shape)


def _block_means(plane: Tensor) -> Tensor:
    """Means over blocks; what is left over at the right and bottom is not looked at."""
    return functional.avg_pool2d(plane, min(BLOCK, *plane.shape[2:]))
