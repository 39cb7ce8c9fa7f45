"""Convert any decoded picture to sRGB."""

import itertools
from collections.abc import Callable

import numpy as np
import pyvips
import torch
from torch import Tensor

from impasto.errors import PictureError
from impasto.images.color.spaces import srgb_from_linear
from impasto.images.io.hidden_pixels import fill_hidden
from impasto.images.pixel_store import Samples, is_large, stored, strips

_FULL_SCALE = {"uchar": 255, "ushort": 65535, "uint": 4294967295}
_LIGHT_SPACES = ("scrgb", "xyz", "yxy", "lab", "labs", "labq", "lch", "cmc")
_PROFILE = "icc-profile-data"

# How EXIF's orientation n is undone on [H, W, bands]: (quarter turns anticlockwise, then mirror left-right).
_UPRIGHT = {1: (0, False), 2: (0, True), 3: (2, False), 4: (2, True),
            5: (3, True), 6: (3, False), 7: (1, True), 8: (1, False)}  # fmt: skip


def to_working_space(image: pyvips.Image, orientation: int, name: str) -> tuple[Samples, Samples | None]:
    """Convert a decoded picture to upright sRGB and its alpha, None when opaque.

    An embedded ICC profile is honoured; CMYK without one is taken as libvips' built-in CMYK; Lab, XYZ and
    floating-point files are light, converted by colorimetry and clipped to what sRGB can show. Three colours a pixel
    come back, or one of grey. 8 and 16 bits stay as they are; a picture whose profile is resolved has 16 bits; light
    has float32, or 16 bits if the picture is large.

    image: of any colour space and depth, in memory or still to be decoded. orientation: EXIF's number, 1 to 8; anything
    else counts as 1 (upright). Raises PictureError for channels or numbers that cannot be understood and values that
    are not finite, pyvips.Error where the pixels cannot be decoded.
    """
    count = color_bands(image)
    _check_kind(image, count, name)
    color = image.extract_band(0, n=count)
    alpha = image.extract_band(count) if image.bands > count else None
    pixels = upright(_pixels(color, alpha, name), orientation)
    colors = 3 if pixels.shape[2] >= 3 else 1
    rgb = Samples(pixels[..., :colors])
    if alpha is None:
        return rgb, None
    opacity = Samples(pixels[..., colors:])
    return (rgb, None) if opacity.is_all_ones() else (fill_hidden(rgb, opacity), opacity)


def _check_kind(image: pyvips.Image, color_bands: int, name: str) -> None:
    if (
        image.bands < color_bands
        or image.format in ("complex", "dpcomplex")
        or (image.interpretation == "cmyk" and image.format not in ("uchar", "ushort"))
    ):
        raise PictureError(
            f"{name} has {image.bands} {image.interpretation} channels of type {image.format}, which cannot "
            "be read as colours: save it as RGB first"
        )


def color_bands(image: pyvips.Image) -> int:
    """How many bands are colour; what follows is alpha, then extra channels, which are dropped."""
    if image.interpretation == "cmyk":
        return 4
    if image.interpretation in ("b-w", "grey16") or image.bands <= 2:
        return 1
    return 3


def _pixels(color: pyvips.Image, alpha: pyvips.Image | None, name: str) -> np.ndarray:
    """Gamma-coded sRGB and alpha, [H, W, 1 to 4], in one pass over the file: large ones are decoded once."""
    if color.interpretation in _LIGHT_SPACES:
        return _from_floats(_joined(color.colourspace("scrgb"), alpha), srgb_from_linear, name)
    if color.format == "uint":
        return _from_floats(_joined(color / _FULL_SCALE["uint"], alpha), None, name)
    if color.format not in _FULL_SCALE:  # signed or floating-point: by convention linear light, 1 is white
        return _from_floats(_joined(color, alpha), srgb_from_linear, name)
    plain = _without_profile(color)
    if alpha is not None and plain.format != alpha.format:  # 257 makes 65535 of 255
        alpha = (alpha * 257).cast("ushort")
    joined = plain if alpha is None else plain.bandjoin(alpha)
    return joined.numpy().reshape(joined.height, joined.width, joined.bands)


def _joined(color: pyvips.Image, alpha: pyvips.Image | None) -> pyvips.Image:
    """Colours and alpha as float32, full scale at 1."""
    if alpha is not None:
        # libvips has the alpha of Lab and XYZ on 0..255 and that of scRGB on 0..1, all in floats.
        light = alpha.interpretation in _LIGHT_SPACES and alpha.interpretation != "scrgb"
        color = color.bandjoin(alpha / _FULL_SCALE.get(alpha.format, 255 if light else 1))
    return color.cast("float")


def _from_floats(image: pyvips.Image, curve: Callable[[Tensor], Tensor] | None, name: str) -> np.ndarray:
    """Strip by strip: checked, clipped and coded; in 16 bits if the picture is large."""
    height, width, bands = image.height, image.width, image.bands
    colors = bands - (bands in (2, 4))
    large = is_large(height, width)
    if not large:
        image = image.copy_memory()  # all at once on every core; a region is read on one
    region = pyvips.Region.new(image)
    out = np.empty((height, width, bands), np.uint16 if large else np.float32)
    for first, last in strips(height, width):
        data = region.fetch(0, first, width, last - first)
        strip = torch.frombuffer(bytearray(data), dtype=torch.float32).reshape(last - first, width, bands)
        if not bool(torch.isfinite(strip).all()):
            raise PictureError(f"{name} has pixels that are NaN or infinite: save it again as PNG")
        strip.clamp_(0, 1)
        if curve is not None:
            strip[..., :colors] = curve(strip[..., :colors])
        out[first:last] = stored(strip.numpy(), out.dtype)
    return out


def _without_profile(color: pyvips.Image) -> pyvips.Image:
    """Resolve the ICC profile: relative colorimetric with black point compensation, through 16 bits.

    Relative colorimetric leaves every colour that sRGB can show as it is, where perceptual would dull a
    whole photograph to make room for colours it may not have; black point compensation keeps the shadows
    of a CMYK file. It is what picture editors do by default.
    """
    is_cmyk = color.interpretation == "cmyk"
    if not is_cmyk and not _profile_matters(color):
        return color
    try:
        return _transform(color)
    except pyvips.Error:  # a broken profile should not cost the picture: take it as untagged
        untagged = color.copy()
        untagged.remove(_PROFILE)
        return _transform(untagged) if is_cmyk else untagged


def _transform(color: pyvips.Image) -> pyvips.Image:
    fallback = {"input_profile": "cmyk"} if color.interpretation == "cmyk" else {}
    return color.icc_transform(
        "srgb", embedded=True, intent="relative", black_point_compensation=True, depth=16, **fallback
    )


def _profile_matters(color: pyvips.Image) -> bool:
    """Whether the profile moves any colour by half an 8-bit step; sRGB by any maker's name does not.

    An sRGB file is then read bit for bit, rather than through a transform that rounds.
    """
    if color.get_typeof(_PROFILE) == 0:
        return False
    levels = np.array(list(itertools.product(np.linspace(0, 1, 9), repeat=color.bands)))[None]
    full = _FULL_SCALE[color.format]
    values = np.round(levels * full)
    pixels = values.astype(np.uint8 if color.format == "uchar" else np.uint16)
    probe = pyvips.Image.new_from_array(pixels).copy(interpretation=color.interpretation)
    probe.set_type(pyvips.GValue.blob_type, _PROFILE, color.get(_PROFILE))
    try:
        moved = _transform(probe).numpy() / 65535
    except pyvips.Error:
        return False
    return bool(np.abs(moved - values / full).max() > 0.5 / 255)


def upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """A view of [H, W, bands], turned: nothing is copied."""
    turns, mirrored = _UPRIGHT.get(orientation, _UPRIGHT[1])
    pixels = np.rot90(pixels, turns)
    return pixels[:, ::-1] if mirrored else pixels
