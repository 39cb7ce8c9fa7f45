"""The inputs of a painting: the photograph, the paintings and their weights, regions, and a mask of protection."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from impasto.errors import PictureError, SettingsError
from impasto.images.io.read import read_picture
from impasto.images.label_map import LabelMap, in_hex, matched, read_labels
from impasto.images.mask import Mask, check_aspect, check_overlap, read_mask
from impasto.images.picture import Picture
from impasto.inputs.style_sources import numbered, weighted

Source = object
"""A path, PIL image, numpy array or tensor; `read_picture` says what of each is taken."""
Files = dict[str, Picture | Mask | LabelMap]
"""What was read, by role."""


@dataclass(frozen=True)
class Style:
    """A style image and its weight among the others."""

    picture: Picture
    weight: float = 1.0


@dataclass(frozen=True)
class Region:
    """A part of the photograph, and what its manner is taken from.

    mask: where it is; None: everywhere. styles: which paintings (numbers from 0), blended by their weights.
    style_masks: for each of them the part that is looked at; None: all of it.
    weight: of the region's style cost among those of others.
    """

    mask: Mask | None
    styles: tuple[int, ...]
    style_masks: tuple[Mask | None, ...]
    weight: float = 1.0


@dataclass(frozen=True)
class Inputs:
    """The pictures and masks that are read. `files`: what is not a painting or the photograph, by role."""

    content: Picture
    styles: tuple[Style, ...]
    start: Picture | None = None
    regions: tuple[Region, ...] = ()
    protect: Mask | None = None
    files: Files = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.regions:
            everywhere = Region(None, tuple(range(len(self.styles))), (None,) * len(self.styles))
            object.__setattr__(self, "regions", (everywhere,))

    @property
    def masks(self) -> list[Mask]:
        """Over the photograph, one a region; none where there is but one region, which is everywhere."""
        return [one.mask for one in self.regions if one.mask is not None]

    def reweighted(self, weights: Sequence[float]) -> "Inputs":
        """These inputs with other weights of the styles, and so of the regions that take one style each."""
        styles = tuple(replace(one, weight=weight) for one, weight in zip(self.styles, weights, strict=True))
        regions = self.regions
        if self.masks:
            mean = sum(weights[one.styles[0]] for one in regions) / len(regions)
            regions = tuple(replace(one, weight=weights[one.styles[0]] / mean) for one in regions)
        return replace(self, styles=styles, regions=regions)

    def parts_of(self, number: int) -> list[Mask | None]:
        """The parts of a painting that some region learns from, each once; None: all of it."""
        pairs = [pair for one in self.regions for pair in zip(one.styles, one.style_masks, strict=True)]
        return list(dict.fromkeys(mask for style, mask in pairs if style == number))

    def roles(self) -> Files:
        """Everything that was read, by role: "content", "style", "style 2", ..., "start", "mask", ..."""
        found: Files = {"content": self.content}
        found |= {numbered("style", i): style.picture for i, style in enumerate(self.styles)}
        if self.start is not None:
            found["start"] = self.start
        return found | self.files

    def described(self) -> dict[str, dict[str, Any]]:
        """The inputs in checkpoints and metadata, JSON-able: name and fingerprint, and a style's weight."""
        found: dict[str, dict[str, Any]] = {
            role: {"name": one.name, "fingerprint": one.fingerprint} for role, one in self.roles().items()
        }
        for i, style in enumerate(self.styles):
            if style.weight != 1:
                found[numbered("style", i)]["weight"] = style.weight
        return found


@dataclass(frozen=True)
class Guidance:
    """The masks and maps of a painting: arguments of `Stylizer.paint`."""

    masks: Sequence[Source] = ()
    style_masks: Sequence[Source] = ()
    regions: Source | None = None
    style_regions: Source | None = None
    protect: Source | None = None

    @classmethod
    def names(cls) -> list[str]:
        """The names of all of them."""
        return [one.name for one in fields(cls)]


NO_GUIDANCE = Guidance()


def read_inputs(
    content: Source, style: Source, *, start: Source | None = None, guidance: Guidance = NO_GUIDANCE
) -> Inputs:
    """Read and check everything; see `Stylizer.paint`.

    Raises PictureError for a picture or mask that cannot be used, SettingsError for weights, or numbers of things, that
    do not go together.
    """
    photograph = read_picture(content, role="content picture")
    styles = read_styles(style)
    files: Files = {}
    found = _from_masks(guidance.masks, guidance.style_masks, photograph, styles, files)
    if guidance.regions is not None or guidance.style_regions is not None:
        if found:
            raise SettingsError("regions come from masks or a map of regions: give one of them, not both")
        found = _from_labels(guidance.regions, guidance.style_regions, photograph, styles, files)
    protected = None
    if guidance.protect is not None:
        protected = files["protect"] = read_mask(guidance.protect, role="protect mask")
        check_aspect(protected, photograph, "protect mask")
    first = None if start is None else read_picture(start, role="start picture")
    return Inputs(photograph, styles, first, tuple(found), protected, files)


def read_styles(style: Source) -> tuple[Style, ...]:
    """The style images and their weights; see `Stylizer.paint`. Raises PictureError and SettingsError."""
    if isinstance(style, tuple) and style and all(isinstance(one, Style) for one in style):
        return style
    pairs = weighted(style)
    return tuple(Style(read_picture(source, role="style picture"), weight) for source, weight in pairs)


def region_masks(source: object) -> dict[str, np.ndarray]:
    """Each region's mask, by its colour as "#rrggbb", in reading order, as `--regions` gives them to paintings.

    source: what `read_picture` takes. A mask is uint8 [H, W]: 255 where the region is, else 0; each place is in one of
    them. Raises PictureError: it is no map of regions; one line says why.
    """
    labels = read_labels(source)
    pairs = zip(labels.colors, labels.masks, strict=True)
    return {in_hex(color): mask.values.array[..., 0] for color, mask in pairs}


def _from_masks(
    masks: Sequence[Source],
    style_masks: Sequence[Source],
    photograph: Picture,
    styles: Sequence[Style],
    files: Files,
) -> list[Region]:
    wheres = _read_masks(masks, "mask", files)
    parts: list[Mask | None] = list(_read_masks(style_masks, "style mask", files))
    if not wheres and not parts:
        return []
    count = len(wheres) or len(styles)
    if wheres and len(styles) not in (1, len(wheres)):
        raise SettingsError(
            f"{_counted(len(wheres), 'mask')} and {_counted(len(styles), 'style')} do not go together: give one style "
            "for each mask, in the same order, or one style for all of them"
        )
    if parts and len(parts) != count:
        raise SettingsError(
            f"{_counted(len(parts), 'style mask')} and {_counted(count, 'mask' if wheres else 'style')} do not go "
            "together: give one style mask for each, in the same order"
        )
    parts = parts or [None] * count
    of = [0] * count if len(styles) == 1 else list(range(count))
    for part, number in zip(parts, of, strict=True):
        if part is not None:
            check_aspect(part, styles[number].picture, "style mask")
    if not wheres:  # one region, everywhere, that learns from parts of the paintings
        return [Region(None, tuple(of), tuple(parts))]
    for mask in wheres:
        check_aspect(mask, photograph, "mask")
    check_overlap(wheres, photograph)
    return _regions_of(wheres, of, parts, styles)


def _from_labels(
    regions: Source | None,
    style_regions: Source | None,
    photograph: Picture,
    styles: Sequence[Style],
    files: Files,
) -> list[Region]:
    if regions is None:
        raise SettingsError("a painting's map of regions needs one of the photograph's, in the same colours")
    labels = read_labels(regions)
    files["regions"] = labels
    check_aspect(labels.masks[0], photograph, "map of regions")
    count = len(labels.masks)
    if style_regions is not None:
        if len(styles) != 1:
            raise SettingsError(
                f"a map of the painting's regions goes with one style, got {len(styles)}: omit the map, and each "
                "region takes a style of its own"
            )
        painting = read_labels(style_regions, role="map of the painting's regions")
        files["style regions"] = painting
        check_aspect(painting.masks[0], styles[0].picture, "map of the painting's regions")
        parts = matched(labels, painting)
        return [Region(mask, (0,), (part,)) for mask, part in zip(labels.masks, parts, strict=True)]
    if len(styles) not in (1, count):
        raise SettingsError(
            f"the map '{labels.name}' has {count} regions, and there are {_counted(len(styles), 'style')}: give "
            "as many as regions, in the order in which they appear from the top left, or one style"
        )
    of = [0] * count if len(styles) == 1 else list(range(count))
    return _regions_of(labels.masks, of, [None] * count, styles)


def _regions_of(
    masks: Sequence[Mask], of: Sequence[int], parts: Sequence[Mask | None], styles: Sequence[Style]
) -> list[Region]:
    """Regions of one style each (of: its number), which count by the weights of their styles."""
    mean = sum(styles[number].weight for number in of) / len(of)
    weights = [styles[number].weight / mean for number in of]
    return [
        Region(mask, (i,), (part,), w) for mask, i, part, w in zip(masks, of, parts, weights, strict=True)
    ]


def _read_masks(sources: Sequence[Source], role: str, files: Files) -> list[Mask]:
    if not isinstance(sources, list | tuple):
        kind = type(sources).__name__
        raise PictureError(f"{role}s must be given as a list, one for each region, got a {kind}")
    masks = [read_mask(source, role=role) for source in sources]
    files.update({numbered(role, i): mask for i, mask in enumerate(masks)})
    return masks


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
