"""A picture as the rest of impasto sees it, and the sizes that are accepted."""

from dataclasses import dataclass, field

from torch import Tensor

from impasto.errors import PictureError

SMALLEST_SIDE = 8
"""Pixels; below this nothing of a picture is left to paint."""

LARGEST_PICTURE = 400_000_000
"""Pixels; read from the header, so that a decompression bomb is refused before any memory is taken."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture in the working space: sRGB, gamma-coded.

    Attributes:
        rgb: float32 [1, 3, H, W], in [0, 1].
        alpha: float32 [1, 1, H, W], in [0, 1], straight (not premultiplied); None when opaque everywhere.
        name: for messages: the file's path, or "a PIL image", "an array", "a tensor".
        fingerprint: SHA-256 in hex, of the file's bytes, or of shape, type and bytes for a picture in memory.
    """

    rgb: Tensor = field(repr=False)
    alpha: Tensor | None = field(repr=False)
    name: str
    fingerprint: str

    @property
    def height(self) -> int:
        """Rows, in pixels."""
        return self.rgb.shape[-2]

    @property
    def width(self) -> int:
        """Columns, in pixels."""
        return self.rgb.shape[-1]


def check_size(width: int, height: int, name: str) -> None:
    """Refuse a picture of `width` x `height` pixels that is too small or too large to decode.

    Raises:
        PictureError: a side is below SMALLEST_SIDE, or the area above LARGEST_PICTURE.
    """
    if min(width, height) < SMALLEST_SIDE:
        raise PictureError(
            f"{name} is {width} x {height} pixels; each side must have at least {SMALLEST_SIDE}: "
            "use a larger picture"
        )
    if width * height > LARGEST_PICTURE:
        raise PictureError(
            f"{name} is {width} x {height} pixels ({width * height / 1e6:.0f} megapixels); at most "
            f"{LARGEST_PICTURE // 1_000_000} megapixels are read: make it smaller first"
        )
