"""Fields on a grid that both pictures are made of: noise, blur, look-up, and the way to a JPEG file."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvips

Field = npt.NDArray[np.floating[Any]]
"""Floats, float32 wherever they are many: (h, w) a grey field, (h, w, 3) colours, (n,) or (n, 3) for points."""


def rgb(red: float, green: float, blue: float) -> Field:
    """A colour, or linear light, as an array (3,)."""
    return np.array([red, green, blue], np.float32)


def spectral_noise(
    rng: np.random.Generator, size: int, slope: float, stretch: tuple[float, float] = (1.0, 1.0)
) -> Field:
    """Gaussian noise of spectrum 1/f^slope: (size, size), tileable, mean 0, standard deviation 1.

    A slope of 1 is rough, 2 is cloudy. `stretch` (x, y) lengthens the grain along an axis.
    """
    fy = np.fft.fftfreq(size)[:, None] * stretch[1]
    fx = np.fft.rfftfreq(size)[None, :] * stretch[0]
    frequency = np.hypot(fx, fy)
    frequency[0, 0] = np.inf
    spectrum = np.fft.rfft2(rng.standard_normal((size, size))) * frequency**-slope
    noise = np.fft.irfft2(spectrum, (size, size))
    return (noise / noise.std()).astype(np.float32)


def sample(texture: Field, x: Field, y: Field) -> Field:
    """Bilinear look-up of `texture` at (x, y) in texels; the texture repeats for ever."""
    x0, y0 = np.floor(x), np.floor(y)
    fx, fy = (x - x0).astype(np.float32), (y - y0).astype(np.float32)
    if texture.ndim == 3:
        fx, fy = fx[..., None], fy[..., None]
    height, width = texture.shape[:2]
    left, top = x0.astype(np.int64) % width, y0.astype(np.int64) % height
    right, low = (left + 1) % width, (top + 1) % height
    upper = texture[top, left] * (1 - fx) + texture[top, right] * fx
    lower = texture[low, left] * (1 - fx) + texture[low, right] * fx
    return upper * (1 - fy) + lower * fy


def smoothstep(low: float, high: float, x: Field) -> Field:
    """0 below `low`, 1 above `high`, a smooth rise between them; falls instead when low > high."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def mix(a: Field, b: Field, weight: Field | float) -> Field:
    """Colours from `a` (..., 3) where `weight` (...) is 0 to `b` where it is 1."""
    return a + (b - a) * np.asarray(weight)[..., None]


def blur(field: Field, sigma: float) -> Field:
    """Gaussian blur of `sigma` pixels over the first two axes; borders are replicated."""
    pad = int(3 * sigma) + 1
    height, width = field.shape[:2]
    rows, columns = fft_length(height + 2 * pad), fft_length(width + 2 * pad)
    widths = [(pad, rows - height - pad), (pad, columns - width - pad)] + [(0, 0)] * (field.ndim - 2)
    padded = np.pad(field, widths, mode="edge")
    fy, fx = np.fft.fftfreq(rows), np.fft.rfftfreq(columns)
    response = np.exp(-2 * (np.pi * sigma) ** 2 * (fy[:, None] ** 2 + fx[None, :] ** 2)).astype(np.float32)
    response = response.reshape(response.shape + (1,) * (field.ndim - 2))
    soft = np.fft.irfft2(np.fft.rfft2(padded, axes=(0, 1)) * response, (rows, columns), axes=(0, 1))
    return soft[pad : pad + height, pad : pad + width].astype(np.float32)


def fft_length(length: int) -> int:
    """The next length that has no large prime factor: a multiple of a power of two near its square root."""
    step = 1 << (length.bit_length() // 2 + 1)
    return -(-length // step) * step


def shrink(pixels: Field, factor: int) -> Field:
    """Mean over blocks of `factor` x `factor` pixels."""
    height, width, channels = pixels.shape
    blocks = pixels.reshape(height // factor, factor, width // factor, factor, channels)
    return blocks.mean(axis=(1, 3), dtype=np.float32)


def save_jpeg(path: Path, pixels: Field, quality: int = 90) -> None:
    """Write sRGB `pixels` (h, w, 3) in [0, 1] to `path`; what stood there stays until the new file is whole."""
    bytes_ = (np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8)
    data = pyvips.Image.new_from_array(bytes_).jpegsave_buffer(
        Q=quality, subsample_mode="on", optimize_coding=True, keep="none"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
