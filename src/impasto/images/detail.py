"""Fine detail: what is in a picture at one size, and was not yet in it at the size before."""

import torch
from torch import Tensor

from impasto.images.resize import resize


def fine_detail(image: Tensor, coarse: Tensor) -> Tensor:
    """What `image` [1, 3, H, W] shows and `coarse`, the same picture at a smaller size, does not."""
    enlarged = resize(coarse, (image.shape[2], image.shape[3]))
    return torch.sub(
        image, enlarged, out=None if enlarged is coarse else enlarged
    )  # a canvas may be gigabytes


def detail_share(content_detail: Tensor, style_detail: Tensor) -> float:
    """How much of the photograph's fine detail suits the painting, 0 to 1.

    The share at which the photograph's detail is as strong as the painting's own (root mean square), and 1
    when it is weaker: a soft painting takes the grain off a crisp photograph, a crisp one leaves it alone.
    Two equal pictures give 1, and so do two without any detail.
    """
    photograph, painting = (float(one.square().mean().sqrt()) for one in (content_detail, style_detail))
    return 1.0 if photograph <= painting else painting / photograph
