"""A picture as a notebook shows it: a PNG in 8 bits, no larger than a screen has room for."""

import numpy as np
import pyvips

from impasto.images.pixel_store import FULL_SCALE, Samples

SHOWN_SIDE = 1024
"""Pixels: the longest side that is shown; a notebook stores what it shows in its own file."""


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
