"""From any decoded picture to sRGB in float32."""

import itertools

import numpy as np
import pyvips
import torch
from torch import Tensor

from impasto.errors import PictureError
from impasto.images.alpha import fill_hidden
from impasto.images.color import srgb_from_linear

_FULL_SCALE = {"uchar": 255, "ushort": 65535, "uint": 4294967295}
_LIGHT_SPACES = ("scrgb", "xyz", "yxy", "lab", "labs", "labq", "lch", "cmc")
_PROFILE = "icc-profile-data"

# How EXIF's orientation n is undone on [..., H, W]: (quarter turns anticlockwise, then mirror left-right).
_UPRIGHT = {1: (0, False), 2: (0, True), 3: (2, False), 4: (2, True),
            5: (3, True), 6: (3, False), 7: (1, True), 8: (1, False)}  # fmt: skip


def to_working_space(image: pyvips.Image, orientation: int, name: str) -> tuple[Tensor, Tensor | None]:
    """Convert a decoded picture to upright sRGB and its alpha.

    An embedded ICC profile is honoured; CMYK without one is taken as libvips' built-in CMYK; Lab, XYZ and
    floating-point files are light, converted by colorimetry and clipped to what sRGB can show.

    Args:
        image: a libvips image in memory, of any colour space and depth.
        orientation: EXIF's number, 1 to 8; anything else counts as 1 (upright).
        name: for messages.

    Returns:
        rgb [1, 3, H, W] and alpha [1, 1, H, W] or None when opaque, float32 in [0, 1].

    Raises:
        PictureError: the channels or their number type cannot be understood, or a value is not finite.
    """
    count = _colour_bands(image)
    _check_kind(image, count, name)
    rgb = _upright(_tensor(_srgb(image.extract_band(0, n=count), name)), orientation).expand(-1, 3, -1, -1)
    if image.bands == count:
        return rgb, None
    alpha = _upright(_tensor(_unit(image.extract_band(count), name, _alpha_scale(image))), orientation)
    alpha = alpha.clamp(0, 1)
    if bool((alpha == 1).all()):
        return rgb, None
    return fill_hidden(rgb, alpha), alpha


def _check_kind(image: pyvips.Image, colour_bands: int, name: str) -> None:
    light = image.format not in _FULL_SCALE
    if (
        image.bands < colour_bands
        or image.format in ("complex", "dpcomplex")
        or (image.interpretation == "cmyk" and (light or image.format == "uint"))
    ):
        raise PictureError(
            f"{name} has {image.bands} {image.interpretation} channels of type {image.format}, which cannot "
            "be read as colours: save it as RGB first"
        )


def _colour_bands(image: pyvips.Image) -> int:
    """How many bands are colour; what follows is alpha, then extra channels, which are dropped."""
    if image.interpretation == "cmyk":
        return 4
    if image.interpretation in ("b-w", "grey16") or image.bands <= 2:
        return 1
    return 3


def _alpha_scale(image: pyvips.Image) -> float:
    # libvips keeps the alpha of Lab and XYZ on 0..255 and that of scRGB on 0..1, all in floats.
    return 255.0 if image.interpretation in _LIGHT_SPACES and image.interpretation != "scrgb" else 1.0


def _srgb(colour: pyvips.Image, name: str) -> np.ndarray:
    """Gamma-coded sRGB, float32 [H, W, 1 or 3] in [0, 1]."""
    if colour.interpretation in _LIGHT_SPACES:
        return _coded(_unit(colour.colourspace("scrgb"), name))
    if colour.format not in _FULL_SCALE:  # signed or floating-point: by convention linear light, 1 is white
        return _coded(_unit(colour, name))
    return _unit(_without_profile(colour), name)


def _coded(light: np.ndarray) -> np.ndarray:
    return srgb_from_linear(torch.from_numpy(light).clamp(0, 1)).numpy()


def _without_profile(colour: pyvips.Image) -> pyvips.Image:
    """Resolve the ICC profile: relative colorimetric with black point compensation, through 16 bits.

    Relative colorimetric leaves every colour that sRGB can show as it is, where perceptual would dull a
    whole photograph to make room for colours it may not have; black point compensation keeps the shadows
    of a CMYK file. It is what picture editors do by default.
    """
    is_cmyk = colour.interpretation == "cmyk"
    if not is_cmyk and not _profile_matters(colour):
        return colour
    try:
        return _transform(colour)
    except pyvips.Error:  # a broken profile should not cost the picture: take it as untagged
        untagged = colour.copy()
        untagged.remove(_PROFILE)
        return _transform(untagged) if is_cmyk else untagged


def _transform(colour: pyvips.Image) -> pyvips.Image:
    fallback = {"input_profile": "cmyk"} if colour.interpretation == "cmyk" else {}
    return colour.icc_transform(
        "srgb", embedded=True, intent="relative", black_point_compensation=True, depth=16, **fallback
    ).copy_memory()


def _profile_matters(colour: pyvips.Image) -> bool:
    """Whether the profile moves any colour by half an 8-bit step; sRGB by any maker's name does not.

    An sRGB file is then read bit for bit, rather than through a transform that rounds.
    """
    if colour.get_typeof(_PROFILE) == 0 or colour.format == "uint":
        return False
    levels = np.array(list(itertools.product(np.linspace(0, 1, 9), repeat=colour.bands)))[None]
    full = _FULL_SCALE[colour.format]
    values = np.round(levels * full).astype(np.uint8 if colour.format == "uchar" else np.uint16)
    probe = pyvips.Image.new_from_array(values).copy(interpretation=colour.interpretation)
    probe.set_type(pyvips.GValue.blob_type, _PROFILE, colour.get(_PROFILE))
    try:
        moved = _unit(_transform(probe), "the profile's probe")
    except pyvips.Error:
        return False
    return bool(np.abs(moved - values.astype(np.float32) / full).max() > 0.5 / 255)


def _unit(image: pyvips.Image, name: str, float_scale: float = 1.0) -> np.ndarray:
    """Pixels as float32 [H, W, bands], full scale at 1."""
    pixels = image.numpy().astype(np.float32).reshape(image.height, image.width, image.bands)
    pixels /= np.float32(_FULL_SCALE.get(image.format, float_scale))
    if not np.isfinite(pixels).all():
        raise PictureError(f"{name} has pixels that are not numbers (NaN or infinite): save it again as PNG")
    return pixels


def _tensor(pixels: np.ndarray) -> Tensor:
    return torch.from_numpy(pixels).permute(2, 0, 1).unsqueeze(0)


def _upright(image: Tensor, orientation: int) -> Tensor:
    turns, mirrored = _UPRIGHT.get(orientation, _UPRIGHT[1])
    image = torch.rot90(image, turns, dims=(-2, -1))
    return (image.flip(-1) if mirrored else image).contiguous()
