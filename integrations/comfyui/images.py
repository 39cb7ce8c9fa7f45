"""Between ComfyUI's pictures and impasto's: IMAGE is float [B, H, W, C] in [0, 1], MASK float [B, H, W] or [H, W].

Everything goes through numpy, because ComfyUI runs its nodes in torch's inference mode, and of its tensors no gradient
can be taken.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

NO_MASK = (64, 64)
"""The shape of the black mask that ComfyUI's Load Image hands on where a picture has no transparency."""


def pictures(image: Any) -> list[np.ndarray]:
    """Each picture of an IMAGE, float32 [H, W, C], C = 1 to 4; values outside [0, 1] are clipped."""
    batch = image[None] if image.ndim == 3 else image
    return list(batch.detach().cpu().float().clamp(0, 1).numpy())


def masks(mask: Any | None, count: int) -> list[np.ndarray | None]:
    """A mask [H, W] for each of `count` pictures: of a MASK with as many its own, of any other the first.

    None stands for no mask: nothing is connected, or what Load Image says of a picture without transparency.
    """
    if mask is None:
        return [None] * count
    batch = mask[None] if mask.ndim == 2 else mask
    planes = for_each(list(batch.detach().cpu().float().clamp(0, 1).numpy()), count)
    return [None if plane.shape == NO_MASK and not plane.any() else plane for plane in planes]


def for_each(found: list[np.ndarray], count: int) -> list[np.ndarray]:
    """As many as wanted: those that were found, or the first of them again and again."""
    return found if len(found) == count else [found[0]] * count


def as_image(planes: Sequence[Any]) -> Any:
    """Pictures [1, 3, H, W] of one size as an IMAGE, float32 [B, H, W, 3]."""
    return torch.cat([one.detach().cpu().float() for one in planes]).permute(0, 2, 3, 1).contiguous()
