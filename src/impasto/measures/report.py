"""`impasto.report`: every measure of a result and its two parents."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from impasto.errors import PictureError, SettingsError
from impasto.images.io.read import read_metadata, read_picture
from impasto.images.picture import Picture
from impasto.kernels.first_calls import settle_vector_functions
from impasto.measures.artifacts import border, lattice, seams
from impasto.measures.colors import color, palette
from impasto.measures.detail import grain, noise, sharpness
from impasto.measures.distances import distances
from impasto.measures.identity import identity as identity_test
from impasto.measures.measure import ComparedImages, Report
from impasto.measures.painted import LARGEST_SIDE, painted
from impasto.objective.transforms import MARGIN
from impasto.painting.result import PartOfResult, Result
from impasto.settings import Settings
from impasto.stylizer import Source, encoder_for
from impasto.tensor_types import Image
from impasto.version import __version__
from impasto.vgg.vgg19 import VGG19

PLAIN_SIDE = 2048  # pixels of the long side at which palette and grain are measured at most
_OF_THE_COMPUTER = ("device", "precision", "convolution", "engine", "tile", "memory", "threads")
"""Settings that say how a picture was computed, and not what it shows: a report computes in its own way."""


def report(
    result: Result | Source,
    content: Source | None = None,
    style: Source | None = None,
    *,
    settings: Settings | None = None,
    encoder: VGG19 | None = None,
    weights: str | None = None,
    identity: bool = True,
) -> Report:
    """Compare a result, whoever made it, with its two parents.

    Args:
        result: a `Result`, or a picture: a path, PIL image, numpy array [H, W, 3] or tensor [3, H, W]. It is measured
            at its own size, to which the photograph is brought. The painting is brought to that long side times the
            style scale, and at most its own size. Transparency does not count.
        content: the photograph; None for the one that a `Result` remembers.
        style: the painting; likewise.
        settings: those that it was painted with; None for those that it carries, or the defaults where it carries none.
        encoder: one that is loaded already.
        weights: a VGG-19 file other than the settings name.
        identity: whether to paint for the identity test, which takes some seconds.

    Returns:
        Every measure by its name, with the sizes at which it was taken.

    Raises:
        PictureError: a picture cannot be read, or does not have the photograph's shape.
        SettingsError: a parent is missing, a picture is too small for the identity test, or the result is a
            `PartOfResult`.
        WeightsError: as `VGG19`.
    """
    if isinstance(result, PartOfResult):
        raise SettingsError(
            "this process has only some rows of the picture: ask the first process (rank 0) for a report of its result"
        )
    content = result.pictures.get("content") if isinstance(result, Result) and content is None else content
    style = result.pictures.get("style") if isinstance(result, Result) and style is None else style
    if content is None or style is None:
        both = "both pictures that it was painted from"
        raise SettingsError(f"a report compares the result with {both}: give content and style")
    photograph, painting = _picture(content, "content picture"), _picture(style, "style picture")
    name, image = _named(result)
    metadata = _metadata(result)
    chosen, notes = _settings(result, metadata, settings)
    notes += _left_out(metadata, identity)
    chosen = chosen if weights is None else replace(chosen, weights=weights)
    settle_vector_functions()
    encoder = encoder or encoder_for(chosen)
    images = ComparedImages.of(image, photograph, painting, chosen.style_scale)
    own, sides = image.float().cpu(), (PLAIN_SIDE, LARGEST_SIDE)
    plain, small = (ComparedImages.plain(own, photograph, painting, most) for most in sides)
    measures = [
        *distances(images, encoder, MARGIN if chosen.border == "mirror" else 0, chosen.layers),
        palette(plain),
        *painted(small, encoder),
        grain(plain),
        color(images),
        sharpness(images),
        noise(images),
        lattice(images),
        seams(images),
        border(images),
    ]
    if identity:
        measures.append(identity_test(photograph, chosen, encoder))
    about = {
        "result": _described(name, images.result),
        "photograph": _described(photograph.name, images.content, photograph),
        "painting": _described(painting.name, images.style, painting),
        "optimised": {"content": list(chosen.content_layer), "style": list(chosen.style_layers)},
        "settings": chosen.as_dict(),
        "weights": encoder.weights.provenance.checksum,
        "impasto": __version__,
    }
    return Report(about, tuple(measures), tuple(notes), images)


def _picture(source: Source, role: str) -> Picture:
    return source if isinstance(source, Picture) else read_picture(source, role=role)


def _named(result: Result | Source) -> tuple[str, Image]:
    """The result's name and its pixels."""
    if isinstance(result, Result):
        return "the result", result.image
    picture = _picture(result, "result")
    return picture.name, picture.rgb


def _described(name: str, image: Any, own: Picture | None = None) -> dict[str, Any]:
    """A picture's name, the size it was compared at as [width, height], and its own if that was another."""
    compared = [image.shape[3], image.shape[2]]
    full = compared if own is None else [own.width, own.height]
    return {"name": Path(name).name, "size": compared} | ({} if full == compared else {"own size": full})


def _metadata(result: Result | Source) -> Mapping[str, Any] | None:
    """The metadata inside the result; None for a picture that carries nothing, or has no file."""
    if isinstance(result, Result):
        return result.metadata
    if not isinstance(result, str | os.PathLike):
        return None
    try:
        return read_metadata(result)
    except PictureError:
        return None


def _settings(
    result: Result | Source, metadata: Mapping[str, Any] | None, given: Settings | None
) -> tuple[Settings, list[str]]:
    """The settings to measure with, and what has to be said about them."""
    if given is not None:
        return replace(given, precision="float32"), []
    if isinstance(result, Result):
        return replace(result.settings, precision="float32"), []
    if metadata is None:
        return Settings(), ["it carries no settings: measured as the default ones would have painted it"]
    try:
        carried = dict(metadata["settings"])
        plain = {name: value for name, value in carried.items() if name not in _OF_THE_COMPUTER}
        return Settings.from_dict(plain), []
    except (KeyError, TypeError, ValueError):
        return Settings(), ["its settings are of another version of impasto: measured with the default ones"]


def _left_out(metadata: Mapping[str, Any] | None, identity: bool) -> list[str]:
    """A line about the parts of a painting that are not measured, if there are any."""
    if metadata is None or not isinstance(metadata.get("inputs", {}), Mapping):
        return []
    more = [role for role in metadata.get("inputs", {}) if role not in ("content", "style")]
    more += ["costs of one's own"] if metadata.get("costs") else []
    if not more:
        return []
    without = ", and the identity test does without" if identity else ""
    return [
        f"painted with {', '.join(more)}, too: the result is compared with the first painting as a whole{without}"
    ]
