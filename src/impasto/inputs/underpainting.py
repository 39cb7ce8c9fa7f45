"""The underpainting: the photograph in the colours that the painting has at similar places.

A painter lays in large areas of colour first: sky where the sky will be, dark where it is dark. Which place of the
painting lends its colour to which place of the photograph is told by their coupling (`places.py`). A place gets the
mean colour of its partners. The photograph's finer lightness is laid over that.
"""

import torch
import torch.nn.functional as F

from impasto.images.color.spaces import srgb_from_oklab
from impasto.images.mask import region_rows
from impasto.images.resize import fitted_size, resize, rows_at
from impasto.inputs.inputs import Inputs, Region
from impasto.inputs.places import InputPlaces, coupling, distances, oklab
from impasto.tensor_types import Image

LARGEST = 1024
"""A larger one is made with this long side, and enlarged: it takes next to no memory then."""
FINE_CHROMA = 0.3
"""Part of the photograph's own fine differences of colour that stays."""
MOST_CONTRAST, LEAST_CONTRAST = 1.5, 0.5
"""The photograph's fine lightness is multiplied by the ratio of both pictures' contrasts, within these."""


def underpainting(places: InputPlaces, inputs: Inputs, size: tuple[int, int]) -> Image:
    """The photograph [1, 3, *size] in the colours of similar places of its styles, on the CPU.

    Each region takes the colours of its own styles; what belongs to no region takes a mixture of all.
    """
    if max(size) > LARGEST:
        small = underpainting(places, inputs, fitted_size(*size, LARGEST))
        return resize(small, size).clamp_(0, 1)
    photograph = rows_at(inputs.content, size, 0, size[0], light=False)
    found = [_painted(photograph, places, inputs, one) for one in inputs.regions]
    if not inputs.masks:
        return found[0]
    weights = region_rows(inputs.masks, size, 0, size[0])
    weights = torch.cat([weights, 1 - weights.sum(0, keepdim=True).clamp(max=1)])
    found.append(torch.stack(found).mean(0))
    return (weights[:, None, None] * torch.stack(found)).sum(0).clamp(0, 1)


def _painted(photograph: Image, places: InputPlaces, inputs: Inputs, region: Region) -> Image:
    """The photograph in the colours that its places' partners have."""
    content = places.content
    chosen, masses = places.of_region(inputs, region)
    P = coupling(distances(content, chosen), torch.cat(masses))
    colors = P @ torch.cat([one.lab for one in chosen])
    grid, size = content.grid, photograph.shape[2:]
    coarse = colors.T.reshape(1, 3, *grid).to(photograph)
    lab = oklab(photograph.expand(-1, 3, -1, -1))
    even = F.interpolate(F.interpolate(lab, size=grid, mode="area"), size=size, mode="bicubic")
    wanted = sum(one.spread for one in chosen) / len(chosen)
    own = float(lab.flatten(2).std(2).norm())
    contrast = min(max(wanted / max(own, 1e-6), LEAST_CONTRAST), MOST_CONTRAST)
    fine = (lab - even) * lab.new_tensor([contrast, FINE_CHROMA, FINE_CHROMA]).view(3, 1, 1)
    return srgb_from_oklab(F.interpolate(coarse, size=size, mode="bicubic") + fine).clamp(0, 1)
