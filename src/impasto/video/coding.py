"""Between a film's own coding of pixels and RGB, by FFmpeg's scaler at its most exact.

Without these flags it is off by more than one level of 255 on average, and each passage darkens the film.
"""

from typing import Any

import numpy as np


def to_rgb(frame: Any, matrix: int, *, alpha: bool) -> np.ndarray:
    """A decoded frame as uint8 [H, W, 3], or [H, W, 4] with alpha. matrix: as ITU-T H.273 numbers it."""
    plain = frame.format.name.startswith(("rgb", "bgr", "gbr", "argb", "abgr", "pal"))
    space = {} if plain else {"src_colorspace": _in_the_scaler(matrix)}
    return frame.reformat(format="rgba" if alpha else "rgb24", interpolation=_exact(), **space).to_ndarray()


def from_rgb(pixels: np.ndarray, kind: str, matrix: int | None, *, full_range: bool) -> Any:
    """A frame to be encoded, of the pixel format `kind`.

    pixels: uint8 [H, W, 3] or, with alpha, [H, W, 4]. matrix: None where RGB itself is coded.
    """
    import av

    frame = av.VideoFrame.from_ndarray(
        np.ascontiguousarray(pixels), "rgb24" if pixels.shape[2] == 3 else "rgba"
    )
    if matrix is None:
        return frame.reformat(format=kind, interpolation=_exact())
    span = 2 if full_range else 1
    made = frame.reformat(
        format=kind, dst_colorspace=_in_the_scaler(matrix), dst_color_range=span, interpolation=_exact()
    )
    made.colorspace, made.color_range = matrix, span
    return made


def _exact() -> int:
    from av.video.reformatter import Interpolation as Flag

    return int(Flag.BICUBIC | Flag.ACCURATE_RND | Flag.FULL_CHR_H_INT | Flag.FULL_CHR_H_INP)


def _in_the_scaler(matrix: int) -> int:
    """A matrix as FFmpeg's scaler numbers it: as H.273 does, but BT.601 and BT.2020 have two numbers there."""
    return {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9, 10: 9}.get(matrix, 5)
