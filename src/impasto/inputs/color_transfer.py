"""The setting `colour`: what becomes of the pictures before they are painted, and of the canvas in the end.

| colour | the photograph | the painting | in the end |
|---|---|---|---|
| painting | as it is | as it is | the canvas |
| photograph | its lightness | its lightness, matched to the photograph's | L of the canvas, a and b of the photograph |
| match | as it is | its palette matched to the photograph's | the canvas |
| only | its palette matched to the painting's | | the photograph; nothing is painted |

Gatys et al. 2016 ("Preserving Color in Neural Artistic Style Transfer") have `photograph` as luminance-only transfer
and `match` as colour histogram matching; both here in OKLab instead of YIQ and RGB.
"""

from dataclasses import dataclass, replace

import torch

from impasto.images.color.palette import lightness_match, lightness_only, linear_match, mixed, palette_of
from impasto.images.color.recolor import recoloured, take_colours
from impasto.images.picture import Picture
from impasto.images.pixel_store import strips
from impasto.images.resize.resize import rows_at
from impasto.inputs.inputs import Inputs
from impasto.tensor_types import Image


@dataclass(frozen=True)
class Colouring:
    """inputs: as they are painted. colour: the setting. photograph: as it is."""

    inputs: Inputs
    colour: str
    photograph: Picture

    @classmethod
    def of(cls, colour: str, inputs: Inputs) -> "Colouring":
        """For what is read for a painting. Names and fingerprints stay."""
        content, styles = inputs.content, inputs.styles
        if colour == "painting":
            return cls(inputs, colour, content)
        photograph, paintings = palette_of(content), [palette_of(one.picture) for one in styles]
        if colour == "only":
            wanted = mixed(paintings, [one.weight for one in styles])
            changed = replace(inputs, content=recoloured(content, linear_match(photograph, wanted)))
            return cls(changed, colour, content)
        neutral = colour == "photograph"
        match = lightness_match if neutral else linear_match
        new_styles = tuple(
            replace(one, picture=recoloured(one.picture, match(painting, photograph), neutral=neutral))
            for one, painting in zip(styles, paintings, strict=True)
        )
        if not neutral:
            return cls(replace(inputs, styles=new_styles), colour, content)
        start = None if inputs.start is None else recoloured(inputs.start, lightness_only(), neutral=True)
        grey = recoloured(content, lightness_only(), neutral=True)
        return cls(replace(inputs, content=grey, styles=new_styles, start=start), colour, content)

    def finished(self, canvas: Image, size: tuple[int, int], first: int, protect_strength: float) -> Image:
        """`canvas`, which may be changed in place, as it is to be seen.

        canvas: [1, 3, n, W] on the CPU, the rows from `first` of a result of `size`. What is protected with its full
        strength has the photograph's own values, to the bit.
        """
        if self.colour == "photograph":
            canvas = take_colours(canvas, self.photograph, size, first)
        mask = self.inputs.protect
        if mask is None or self.colour not in ("photograph", "only"):
            return canvas
        for begin, end in strips(canvas.shape[2], canvas.shape[3]):
            rows, place = canvas[:, :, begin:end], (first + begin, first + end)
            kept = protect_strength * mask.rows(size, *place)
            original = rows_at(self.photograph, size, *place)
            if self.colour == "only":
                rows.lerp_(original, kept)
            rows.copy_(torch.where(kept >= 1, original, rows))
        return canvas
