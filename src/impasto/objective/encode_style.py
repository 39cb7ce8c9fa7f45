"""The style encoding of a scale: what the style cost measures of each style image, cached for later paintings."""

from collections.abc import Mapping, Sequence
from typing import Any

from impasto.costs.region import Guide
from impasto.costs.term import Summary
from impasto.errors import SettingsError
from impasto.images.mask import Mask, region_rows
from impasto.objective.region_guides import layer_guides
from impasto.objective.scale_setup import ScaleSetup
from impasto.objective.targets import style_sums
from impasto.objective.tiling import Tiling

CACHE_BYTES = 64_000_000
"""Most memory that cached encodings of styles take; the oldest go first. The memory plan counts them as held."""


class StyleEncodings:
    """A cache of style encodings, by everything that the numbers depend on.

    limit: bytes at most; the encodings that were not used for longest are dropped first.
    """

    def __init__(self, limit: int = CACHE_BYTES):
        self.limit = limit
        self._found: dict[Any, dict[str, Summary]] = {}

    def get(self, key: Any) -> dict[str, Summary] | None:
        """The sums that were added under this key, by layer."""
        found = self._found.pop(key, None)
        if found is not None:
            self._found[key] = found  # the last one used is the last to go
        return found

    def add(self, key: Any, sums: dict[str, Summary]) -> None:
        """Add sums under a key."""
        self._found[key] = sums
        while self.bytes > self.limit:
            del self._found[next(iter(self._found))]

    @property
    def bytes(self) -> int:
        """Memory that the cached sums take."""
        totals = [one.total for sums in self._found.values() for one in sums.values()]
        return sum(total.numel() * total.element_size() for total in totals)


Sums = dict[tuple[int, Mask | None], dict[str, Summary]]
"""By style image (its number), part of it (None: all of it) and layer."""


def encode_styles(setup: ScaleSetup, cache: StyleEncodings) -> Sums:
    """The style encodings: what the style cost measures of every style image.

    Raises SettingsError for a style mask that leaves nothing of the style image at this size.
    """
    layers = list(setup.style_layers)
    sums: Sums = {}
    for number in range(len(setup.inputs.styles)):
        parts = setup.inputs.parts_of(number)
        keys = [_key(setup, number, part) for part in parts]
        found = [cache.get(key) for key in keys]
        if any(one is None for one in found):
            found = list(_measured(setup, number, parts, layers))
            for key, one in zip(keys, found, strict=True):
                if one is not None:
                    cache.add(key, one)
        sums |= {(number, part): one for part, one in zip(parts, found, strict=True) if one is not None}
    return sums


def _measured(
    setup: ScaleSetup, number: int, parts: Sequence[Mask | None], layers: list[str]
) -> list[dict[str, Summary]]:
    tiling = setup.style_tiling(number, layers)
    size = setup.style_sizes[number]
    guides = [_style_guides(setup, part, size, tiling, layers) for part in parts]
    style, cost = setup.style_rows(number, tiling.rows), setup.settings.style_cost
    return style_sums(setup.encoder, style, layers, tiling, setup.partition, guides, cost)


def _key(setup: ScaleSetup, number: int, part: Mask | None) -> Any:
    """Everything that the sums depend on, to the last bit."""
    settings, picture = setup.settings, setup.inputs.styles[number].picture
    return (
        *(picture.fingerprint, None if part is None else part.fingerprint, setup.style_sizes[number]),
        *(setup.style_layers, settings.style_cost, setup.margin, setup.layout.style_tile),
        *(
            settings.colour,
            setup.inputs.content.fingerprint if settings.colour in ("match", "photograph") else None,
        ),
        *(settings.threads, setup.partition.size, setup.encoder),
    )


def canvas_guides(setup: ScaleSetup) -> Sequence[Mapping[str, Guide] | None]:
    """The guide of every region in each style layer of the canvas; None for the one region that is everywhere."""
    if not setup.inputs.masks:
        return [None] * len(setup.inputs.regions)
    layers = list(dict.fromkeys([*setup.style_layers, *setup.neighbour_layers]))
    tiling = setup.canvas_tiling(setup.layers)
    weights = region_rows(setup.inputs.masks, setup.size, 0, setup.size[0])
    return [layer_guides(weight, tiling, layers, setup.encoder.device) for weight in weights]


def _style_guides(
    setup: ScaleSetup, part: Mask | None, size: tuple[int, int], tiling: Tiling, layers: list[str]
) -> Mapping[str, Guide] | None:
    if part is None:
        return None
    guides = layer_guides(part.rows(size, 0, size[0]), tiling, layers, setup.encoder.device)
    if not all(guide.mass > 0 for guide in guides.values()):
        raise SettingsError(
            f"the style mask {part.name} leaves nothing of the style image at {size[1]}x{size[0]} pixels: mark a "
            "larger part, or use a larger size"
        )
    return guides
