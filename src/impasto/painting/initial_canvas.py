"""The first canvas: what the optimisation starts from."""

import torch
from torch import Tensor

from impasto.images.resize.resize import resize


def first_canvas(
    start: str, content: Tensor, noise: float, generator: torch.Generator, picture: Tensor | None = None
) -> Tensor:
    """The generated image G before the first step.

    Args:
        start: "content": G = C. "recoloured", "underpainting": likewise; the caller gives C in
            the colours of S. "content+noise": G = C + U(-noise, noise), clipped to [0, 1], the stated
            method's random initialisation. "noise": uniform noise in [0, 1] without C. "picture": `picture`,
            resampled to C's size.
        content: C, [1, 3, H, W] in [0, 1].
        noise: amplitude for "content+noise", in [0, 1]; 0.25 in the stated method.
        generator: on the CPU, so that every device starts from the same numbers.
        picture: [1, 3, h, w] in [0, 1], for "picture" only.

    Returns:
        A new tensor [1, 3, H, W] in [0, 1], of C's type and on C's device.
    """
    if start in ("content", "recoloured", "underpainting"):
        return content.detach().clone()
    if start == "picture":
        assert picture is not None
        return resize(picture.detach(), (content.shape[-2], content.shape[-1])).to(content).clone()
    uniform = torch.rand(content.shape, generator=generator, dtype=torch.float32)
    if start == "noise":
        return uniform.to(content)
    # In place: a canvas may be gigabytes.
    return uniform.mul_(2).sub_(1).mul_(noise).add_(content.detach().cpu()).clamp_(0, 1).to(content)
