"""A picture as the rest of impasto sees it, and the sizes that are accepted."""

import threading
from collections.abc import Callable, Hashable

import numpy as np
import pyvips
from torch import Tensor

from impasto.errors import PictureError
from impasto.images.pixel_store import FULL_SCALE, Samples

SMALLEST_SIDE = 8  # pixels; below this nothing of a picture is left to paint

LARGEST_PICTURE = 400_000_000
"""Pixels; read from the header, so that a decompression bomb is refused before any memory is taken."""

SHOWN_SIDE = 1024
"""Pixels: the longest side that is shown; a notebook stores what it shows in its own file."""

CACHED_PIXELS, CACHED_SIZES = 2**17, 4
"""Resized rows are cached up to so many pixels each, and so many of them: at most 6 MB a picture."""


class Resized:
    """A cache of a picture's rows at small sizes, which every scale asks for several times; see `resize.rows_at`."""

    def __init__(self) -> None:
        self._cached: dict[Hashable, Tensor] = {}
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[type["Resized"], tuple[()]]:
        """Pickle the picture without its resized copies."""
        return Resized, ()

    def get(self, key: Hashable, make: Callable[[], Tensor]) -> Tensor:
        """The result of `make` for this key, [1, 3, rows, W], cached where it is small. Do not change it."""
        with self._lock:
            found = self._cached.pop(key, None)
            if found is not None:
                self._cached[key] = found  # the last one used is the last to go
                return found
        found = make()
        if found.shape[2] * found.shape[3] <= CACHED_PIXELS:
            with self._lock:
                self._cached[key] = found
                while len(self._cached) > CACHED_SIZES:
                    del self._cached[next(iter(self._cached))]
        return found


class Picture:
    """A picture in the working space: sRGB, gamma-coded.

    Args:
        rgb: float32 [1, 3, H, W] in [0, 1], or `Samples` in the file's own steps, three a pixel or one of grey.
        alpha: likewise, one value a pixel, straight (not premultiplied); None when opaque everywhere.
        name: for messages: the file's path, or "a PIL image", "an array", "a tensor".
        fingerprint: SHA-256 in hex, of the file's bytes, or of shape, type and bytes for a picture in memory.

    Attributes:
        height: rows, in pixels.
        width: columns, in pixels.
    """

    def __init__(self, rgb: Tensor | Samples, alpha: Tensor | Samples | None, name: str, fingerprint: str):
        self.colors = Samples.of(rgb) if isinstance(rgb, Tensor) else rgb
        self.opacity = Samples.of(alpha) if isinstance(alpha, Tensor) else alpha
        self.height, self.width = self.colors.height, self.colors.width
        self.name, self.fingerprint = name, fingerprint
        self.resized = Resized()

    def __repr__(self) -> str:
        return f"Picture({self.name!r}, {self.width} x {self.height} pixels)"

    def _repr_png_(self) -> bytes:
        """The picture as a notebook shows it."""
        return png(vips_image(self.colors, self.opacity))

    @property
    def rgb(self) -> Tensor:
        """float32 [1, 3, H, W] in [0, 1]: 12 bytes a pixel, converted at every call; see resize_picture."""
        return self.colors.whole().expand(-1, 3, -1, -1).contiguous()

    @property
    def alpha(self) -> Tensor | None:
        """float32 [1, 1, H, W] in [0, 1], converted at every call; None when opaque everywhere."""
        return None if self.opacity is None else self.opacity.whole().contiguous()


def check_size(width: int, height: int, name: str) -> None:
    """Refuse a picture of `width` x `height` pixels that is too small or too large to decode.

    Raises PictureError: a side is below SMALLEST_SIDE, or the area above LARGEST_PICTURE.
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


def png(image: pyvips.Image) -> bytes:
    """The PNG of a picture in sRGB or grey, 8 bits a channel, perhaps with straight alpha; larger ones are shrunk."""
    if max(image.width, image.height) > SHOWN_SIDE:
        image = image.thumbnail_image(SHOWN_SIDE, height=SHOWN_SIDE, size="down")
    return image.pngsave_buffer(keep="none")


def vips_image(colors: Samples, opacity: Samples | None) -> pyvips.Image:
    """The samples of a picture and of its alpha in 8 bits a channel, computed when libvips asks for them."""
    planes = [_in_8_bits(one) for one in (colors, opacity) if one is not None]
    space = "srgb" if planes[0].bands == 3 else "b-w"
    return planes[0].bandjoin(planes[1:]).copy(interpretation=space)


def _in_8_bits(samples: Samples) -> pyvips.Image:
    image = pyvips.Image.new_from_array(np.ascontiguousarray(samples.array))
    full = FULL_SCALE.get(samples.array.dtype, 1)
    return image if full == 255 else (image * (255 / full)).rint().cast("uchar")  # casting clips
