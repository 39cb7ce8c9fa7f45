"""How far the result is from both parents as VGG-19 sees them, layer by layer, optimised or not.

content distance   J_content(C, G) / a quarter of the variance of a_C
style distance     J_style^[l](S, G) / (1 / (4 n_C^2) * the energy of S's mean Gram matrix)

The costs are those of `costs/content.py` and `costs/style.py`, the references those of `costs/normalization.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from impasto.costs.content import content_cost, squared_difference
from impasto.costs.gram import gram_summary
from impasto.costs.normalization import content_moments, content_reference, style_reference
from impasto.costs.style import GramTarget
from impasto.costs.term import Summary, TileWindow
from impasto.images.resize import resize
from impasto.measures.measure import PAINTING, PHOTOGRAPH, RESULT, ComparedImages, Measure, relative
from impasto.objective.tiles import Tile
from impasto.objective.tiling import Tiling
from impasto.vgg.layers import LAYERS, smallest_side
from impasto.vgg.vgg19 import VGG19

ALWAYS = (
    *("relu1_1", "relu1_2", "relu2_1", "relu2_2", "relu3_1", "relu3_4"),
    *("relu4_1", "relu4_2", "relu4_4", "relu5_1", "relu5_4"),
)
"""Both ends of every block, and the layer that usually keeps the scene."""

TILE = 384  # pixels a tile owns per side: a picture of any size is measured in about a gigabyte


@torch.no_grad()
def distances(images: ComparedImages, encoder: VGG19, margin: int, layers: Sequence[str]) -> list[Measure]:
    """Content distance and style distance, at the layers always measured and at `layers`.

    margin: pixels of mirrored margin that the network sees around each picture.
    Layers for which a picture is too small are left out.
    """
    height, width = images.content.shape[2:]
    least = min(height, width, *images.style.shape[2:])
    wanted = [name for name in LAYERS if name in {*ALWAYS, *layers} and smallest_side(name) <= least]
    here = Tiling(height, width, wanted, TILE, margin)
    sums_C = _Sums.of(encoder, images.content, here)
    sums_G = _Sums.of(encoder, images.result, here, other_image=images.content)
    laid_over = _Sums.of(encoder, resize(images.style, (height, width)), here, other_image=images.content)
    own = Tiling(images.style.shape[2], images.style.shape[3], wanted, TILE, margin)
    sums_S = _Sums.of(encoder, images.style, own)
    return [
        Measure(
            "content distance",
            "",
            "The content cost of each layer, divided by that of a picture which lost all detail: 0 is the photograph, "
            "1 is as far as a flat picture; next to it stands the painting, laid over the photograph.",
            "Gatys, Ecker and Bethge, arXiv 1508.06576; divided by a quarter of the variance of a_C.",
            {
                name: {
                    RESULT: _content(sums_G.differences[name], sums_C.moments[name]),
                    PAINTING: _content(laid_over.differences[name], sums_C.moments[name]),
                }
                for name in wanted
            },
        ),
        Measure(
            "style distance",
            "",
            "The style cost of each layer, divided by that of a picture without any activation: 0 is the painting's "
            "own manner; next to it stands the photograph, from which the result should have come nearer.",
            "Gatys, Ecker and Bethge, arXiv 1508.06576; divided by the energy of S's Gram matrix.",
            {
                name: {
                    RESULT: _style(sums_S.grams[name], sums_G.grams[name]),
                    PHOTOGRAPH: _style(sums_S.grams[name], sums_C.grams[name]),
                }
                for name in wanted
            },
        ),
    ]


@dataclass(frozen=True)
class _Sums:
    """The sums over the tiles of a picture, by layer."""

    grams: dict[str, Summary] = field(default_factory=dict)
    moments: dict[str, Summary] = field(default_factory=dict)
    differences: dict[str, Summary] = field(default_factory=dict)

    @classmethod
    def of(cls, encoder: VGG19, image: Tensor, tiling: Tiling, other_image: Tensor | None = None) -> "_Sums":
        """The sums of a picture; differences only when there is another picture, of the same size."""
        sums = cls()
        for tile in tiling.tiles:
            other = {} if other_image is None else _own(encoder, other_image, tiling, tile)
            for name, a in _own(encoder, image, tiling, tile).items():
                _add(sums.grams, name, gram_summary(a)[0])
                _add(sums.moments, name, content_moments(a))
                if other_image is not None:
                    _add(sums.differences, name, squared_difference(other[name], a))
        return sums


def _own(encoder: VGG19, image: Tensor, tiling: Tiling, tile: Tile) -> dict[str, Tensor]:
    """A tile's own activations by layer; those of all tiles are the picture's, each once."""
    own: dict[str, Tensor] = {}

    def record(layer: str, a: Tensor, window: TileWindow) -> Tensor:
        own[layer] = a[..., window.in_tile[0], window.in_tile[1]].clone()
        return a

    tiling.walk(encoder, tiling.cut(image, tile).to(encoder.device), tile, record)
    return own


def _add(sums: dict[str, Summary], name: str, more: Summary) -> None:
    sums[name] = sums[name].plus(more) if name in sums else more


def _content(difference: Summary, moments_C: Summary) -> float:
    return relative(float(content_cost(difference)), content_reference(moments_C))


def _style(summary_S: Summary, summary: Summary) -> float:
    target = GramTarget.of(summary_S)
    return relative(float(target.rule(summary)), style_reference(target, summary_S))
