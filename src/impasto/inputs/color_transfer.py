"""The setting `colour`: what becomes of the pictures before they are painted, and of the canvas in the end.

| colour | the content image | the style image | in the end |
|---|---|---|---|
| painting | as it is | as it is | the canvas |
| photograph | its lightness | its lightness, matched to the content's | L of the canvas, a and b of the content |
| match | as it is | its palette matched to the content image's | the canvas |

With `only` nothing is painted: `recolor` gives the content image the palette of the style.

Gatys et al. 2016 ("Preserving Color in Neural Artistic Style Transfer") have `photograph` as luminance-only transfer
and `match` as colour histogram matching; both here in OKLab instead of YIQ and RGB.
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from impasto.costs.image_cost import ImageCost
from impasto.images.color.recolor import (
    lightness_match,
    lightness_only,
    linear_match,
    map_colors,
    mixed,
    palette_of,
    take_colors,
    with_colors_of,
)
from impasto.images.picture import Picture
from impasto.images.pixel_store import strips
from impasto.images.resize import rows_at
from impasto.inputs.inputs import Inputs
from impasto.tensor_types import Image


@dataclass(frozen=True)
class ColorTransfer:
    """inputs: as they are painted. colour: the setting. original: as they were read."""

    inputs: Inputs
    colour: str
    original: Inputs

    @classmethod
    def of(cls, colour: str, inputs: Inputs) -> "ColorTransfer":
        """The transfer for some inputs. Whole pictures are recoloured here; their names and fingerprints stay."""
        content, styles = inputs.content, inputs.styles
        if colour == "painting":
            return cls(inputs, colour, inputs)
        photograph, palettes = palette_of(content), [palette_of(one.picture) for one in styles]
        grey = colour == "photograph"
        match = lightness_match if grey else linear_match
        new_styles = tuple(
            replace(one, picture=map_colors(one.picture, match(palette, photograph), grayscale=grey))
            for one, palette in zip(styles, palettes, strict=True)
        )
        if not grey:
            return cls(replace(inputs, styles=new_styles), colour, inputs)
        start = None if inputs.start is None else map_colors(inputs.start, lightness_only(), grayscale=True)
        light = map_colors(content, lightness_only(), grayscale=True)
        return cls(replace(inputs, content=light, styles=new_styles, start=start), colour, inputs)

    def cost(self, cost: ImageCost) -> ImageCost:
        """A cost on the picture, which compares with pictures in the colours that the canvas has."""
        if self.colour != "photograph":
            return cost
        return cost.recoloured(lambda picture: map_colors(picture, lightness_only(), grayscale=True))

    def finished(self, canvas: Image, size: tuple[int, int], first: int, protect_strength: float) -> Image:
        """`canvas`, which may be changed in place, as it is to be seen.

        canvas: [1, 3, n, W] on the CPU, the rows from `first` of a result of `size`. What is protected with its full
        strength has the content image's own values, to the bit.
        """
        if self.colour != "photograph":
            return canvas
        canvas = take_colors(canvas, self.original.content, size, first)
        if self.inputs.protect is None:
            return canvas
        for begin, end in strips(canvas.shape[2], canvas.shape[3]):
            rows, place = canvas[:, :, begin:end], (first + begin, first + end)
            protected = protect_strength * self.inputs.protect.rows(size, *place)
            rows.copy_(torch.where(protected >= 1, rows_at(self.original.content, size, *place), rows))
        return canvas

    def preview(self, canvas: Image, photograph: Tensor) -> Image:
        """A small canvas as it is to be seen; photograph: the content image at its size, [1, 3, h, w]."""
        return with_colors_of(canvas, photograph) if self.colour == "photograph" else canvas


def recolored(inputs: Inputs, size: tuple[int, int], protected: float, like: Picture | None = None) -> Image:
    """The content image with the palette of the style, [1, 3, *size]: what the setting colour="only" means.

    like: the picture whose palette becomes that of the style, and whose change of colours the content image shares;
    None: the content image itself.
    What is protected keeps its own colours; protected: how fully, from 0 to 1.
    """
    content = inputs.content
    wanted = mixed([palette_of(one.picture) for one in inputs.styles], [one.weight for one in inputs.styles])
    changed = map_colors(content, linear_match(palette_of(like or content), wanted))
    image = rows_at(changed, size, 0, size[0]).clone()
    if inputs.protect is None:
        return image
    for place in strips(*size):
        rows = image[:, :, slice(*place)]
        share = protected * inputs.protect.rows(size, *place)
        original = rows_at(content, size, *place)
        rows.lerp_(original, share)
        rows.copy_(torch.where(share >= 1, original, rows))
    return image
