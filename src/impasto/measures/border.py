"""Whether the picture's edge looks otherwise than its inside, more than in the photograph."""

import torch
from torch import Tensor

from impasto.measures.compared_images import ComparedImages
from impasto.measures.measure import RESULT, Measure

WIDTH = 16
"""Pixels: one position of VGG-19's deepest layers; of a small picture at most a quarter."""


def border(images: ComparedImages) -> Measure:
    """Lightness and gradient of the outermost pixels against the rest, compared with the photograph."""
    result, content, _ = images.lightness
    edge, corners = regions(result.shape[2], result.shape[3])
    change = result - content

    def change_in(part: Tensor) -> float:
        return float(change[..., part].mean())

    inside = change_in(~edge)
    steps_G, steps_C = (_steps(one) for one in (result, content))
    ratio = _ratio(steps_G, edge) / _ratio(steps_C, edge)
    return Measure(
        "border",
        "",
        f"The outermost {WIDTH} pixels beside the rest, both beside the photograph: lightness that the edge gained "
        "more than the inside, how far the corner that is furthest off gained or lost (0 is none), and the ratio of "
        "differences between neighbours (1 is none).",
        "That zero padding tells a network where the edge is: Islam, Jia and Bruce, arXiv 2001.08248; the statistic is "
        "impasto's own.",
        {
            "lightness of the edge": {RESULT: change_in(edge) - inside},
            "lightness of a corner": {RESULT: max(abs(change_in(one) - inside) for one in corners)},
            "differences at the edge": {RESULT: ratio},
        },
    )


def regions(height: int, width: int) -> tuple[Tensor, list[Tensor]]:
    """[height, width]: where the edge is, and where each of the four corners is."""
    side = max(1, min(WIDTH, height // 4, width // 4))
    rows, columns = torch.arange(height), torch.arange(width)
    low, high = rows < side, rows >= height - side
    left, right = columns < side, columns >= width - side
    edge = (low | high)[:, None] | (left | right)[None, :]
    return edge, [a[:, None] & b[None, :] for a in (low, high) for b in (left, right)]


def _steps(plane: Tensor) -> Tensor:
    """Differences to the right and to below, as large as the picture: the last ones are taken twice."""
    right, below = plane.diff(dim=3).abs(), plane.diff(dim=2).abs()
    return torch.cat([right, right[..., -1:]], dim=3) + torch.cat([below, below[..., -1:, :]], dim=2)


def _ratio(steps: Tensor, edge: Tensor) -> float:
    tiny = 1e-3  # a quarter of a step of 8 bits: in an even picture nothing is not divided by nothing
    return float((steps[..., edge].mean() + tiny) / (steps[..., ~edge].mean() + tiny))
