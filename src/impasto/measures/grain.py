"""How crisp the picture is, compared with the painting.

    grain = share of G / share of S,   share = energy of lightness above a quarter of the sampling frequency / all of it

The energy is that of the Fourier transform of OKLab's lightness without its mean, under Hann windows (the periodogram).
"""

import torch
from torch import Tensor

from impasto.measures.compared_images import ComparedImages
from impasto.measures.measure import PHOTOGRAPH, RESULT, Measure, relative

FINE = 0.25  # periods a pixel; half a period a pixel is the finest that there is


def grain(images: ComparedImages) -> Measure:
    """The share of fine detail of the result and the photograph, relative to the painting's."""
    result, content, style = (fine_share(one) for one in images.lightness)
    return Measure(
        "grain",
        "ratio",
        "The share of the finest detail in all detail, beside the painting's: 1 is as crisp as the painting, less is "
        "softer, more is grain or a lattice.",
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
