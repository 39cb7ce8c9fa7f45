"""The neighbours of every position of a canvas in the styles, chosen at the beginning of a scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from impasto.costs.neighbours import POSITIONS, Candidates, nearest
from impasto.costs.term import TileWindow
from impasto.images.mask import Mask
from impasto.inputs.inputs import Region
from impasto.objective.region_guides import layer_guides
from impasto.objective.scale_setup import KnownNeighbours, ScaleSetup
from impasto.objective.tiling import Tiling


@dataclass(frozen=True, eq=False)
class Neighbours:
    """One layer and region: the candidates, and the number of the nearest one at each position owned here."""

    candidates: Candidates
    index: Tensor


@torch.no_grad()
def encode_neighbours(setup: ScaleSetup, canvas: Tensor) -> list[dict[str, Neighbours]]:
    """The neighbours of the canvas with which a scale begins, for each region and layer.

    canvas: this process's rows [1, 3, rows, W]. An empty list where the setting `neighbours` is 0.
    Those that `setup` knows are not searched.
    """
    layers = list(setup.neighbour_layers)
    if not layers:
        return []
    candidates = [_candidates(setup, region, layers) for region in setup.inputs.regions]
    tiling = setup.canvas_tiling(layers)
    exchange = setup.partition.exchange(setup.size[0], lambda rank: setup.canvas_tiling(layers, rank).rows)
    wide = exchange.widened(canvas)
    content = setup.content_rows(tiling.rows)
    means = _means(setup, content, tiling, layers)
    heights = {layer: tiling.heights(layer)[tiling.own_rows(layer)].to(wide.device) for layer in layers}
    found = [
        {layer: Neighbours(one[layer], _index(setup, number, layer, tiling)) for layer in layers}
        for number, one in enumerate(candidates)
    ]
    # At the last scale the canvas has the scene, and the photograph less say: strokes and colours come nearer to S's.
    placement = setup.settings.placement if setup.grows else setup.settings.placement**2
    for tile in tiling.tiles:
        of_content: dict[str, Tensor] = {}

        def keep(
            layer: str, a: Tensor, window: TileWindow, of_content: dict[str, Tensor] = of_content
        ) -> Tensor:
            of_content[layer] = _rows(a, window)
            return a

        def search(
            layer: str, a: Tensor, window: TileWindow, of_content: dict[str, Tensor] = of_content
        ) -> Tensor:
            own = _rows(a, window)
            height = heights[layer][window.in_layer[0]].repeat_interleave(a[..., window.in_tile[1]].shape[3])
            for region in found:
                candidates, there = region[layer].candidates, region[layer].index[window.in_layer]
                index = there.flatten()
                wanted = index < 0
                if wanted.all():
                    index = nearest(own, of_content[layer], means[layer], height, candidates, placement)
                elif wanted.any():
                    query = own[wanted], of_content[layer][wanted], means[layer], height[wanted]
                    index[wanted] = nearest(*query, candidates, placement)
                there.copy_(index.view(there.shape))
            return a

        tiling.walk(setup.encoder, tiling.cut(content, tile), tile, keep)
        tiling.walk(setup.encoder, tiling.cut(wide, tile), tile, search)
    return found


def found_neighbours(setup: ScaleSetup, found: Sequence[Mapping[str, Neighbours]]) -> KnownNeighbours:
    """The neighbours of the positions over the picture itself, for a painting that is to know them."""
    tiling = setup.canvas_tiling(list(setup.neighbour_layers))
    return [
        {layer: one.index[_inside(tiling, layer)].cpu().numpy() for layer, one in region.items()}
        for region in found
    ]


def _index(setup: ScaleSetup, region: int, layer: str, tiling: Tiling) -> Tensor:
    """The number of each position's neighbour, where it is known; -1 where it is to be searched."""
    found = torch.full(tiling.layer_size(layer), -1, dtype=torch.int32, device=setup.encoder.device)
    if setup.known_neighbours:
        known = torch.from_numpy(setup.known_neighbours[region][layer])
        found[_inside(tiling, layer)] = known.to(found.device)
    return found


def _inside(tiling: Tiling, layer: str) -> tuple[slice, slice]:
    rows, columns = tiling.inside(layer)
    return slice(*rows), slice(*columns)


def _rows(a: Tensor, window: TileWindow) -> Tensor:
    """The positions of a window, [K, n_C]."""
    return a[0].permute(1, 2, 0)[window.in_tile].reshape(-1, a.shape[1])


def _means(setup: ScaleSetup, content: Tensor, tiling: Tiling, layers: Sequence[str]) -> dict[str, Tensor]:
    """The mean of the content image's activations in each layer, over the whole picture."""
    sums: dict[str, Tensor] = {}
    count = dict.fromkeys(layers, 0)

    def add(layer: str, a: Tensor, window: TileWindow) -> Tensor:
        own = _rows(a, window)
        sums[layer] = sums.get(layer, 0) + own.sum(0, dtype=torch.float64)
        count[layer] += len(own)
        return a

    for tile in tiling.tiles:
        tiling.walk(setup.encoder, tiling.cut(content, tile), tile, add)
    counts = torch.tensor([float(count[layer]) for layer in layers], dtype=torch.float64)
    totals = [sums[layer] for layer in layers]
    setup.partition.add_up(totals)
    setup.partition.add_up([counts])
    return {
        layer: (total / number).float()
        for layer, total, number in zip(layers, totals, counts.tolist(), strict=True)
    }


def _candidates(setup: ScaleSetup, region: Region, layers: Sequence[str]) -> Mapping[str, Candidates]:
    """The candidates of a region: of each of its styles as many as its weight says."""
    weights = [setup.inputs.styles[number].weight for number in region.styles]
    parts: dict[str, list[tuple[Tensor, Tensor]]] = {layer: [] for layer in layers}
    for number, part, weight in zip(region.styles, region.style_masks, weights, strict=True):
        wanted = max(1, round(POSITIONS * weight / sum(weights)))
        for layer, found in _sample(setup, number, part, wanted, layers).items():
            parts[layer].append(found)
    return {
        layer: Candidates.of(*(torch.cat(of_all) for of_all in zip(*found, strict=True)))
        for layer, found in parts.items()
    }


def _sample(
    setup: ScaleSetup, number: int, part: Mask | None, wanted: int, layers: Sequence[str]
) -> dict[str, tuple[Tensor, Tensor]]:
    """At most `wanted` positions of a style in each layer [D, n_C] and their heights [D], the same in every process."""
    tiling = setup.style_tiling(number, list(layers))
    size = setup.style_sizes[number]
    style = setup.style_rows(number, tiling.rows)
    weight = torch.ones(size) if part is None else part.rows(size, 0, size[0])
    guides = layer_guides(weight, Tiling(*size, layers, None, setup.margin), layers)
    chosen = {layer: _chosen(guides[layer].weight, wanted) for layer in layers}
    found: dict[str, Tensor] = {}

    def keep(layer: str, a: Tensor, window: TileWindow) -> Tensor:
        numbers = chosen[layer]
        if layer not in found:
            found[layer] = a.new_zeros(int(numbers.max()) + 1, a.shape[1])
        first = tiling.own_rows(layer).start
        rows = slice(window.in_layer[0].start + first, window.in_layer[0].stop + first)
        here = numbers[rows, window.in_layer[1]].flatten().to(a.device)
        found[layer][here[here >= 0].long()] = _rows(a, window)[here >= 0]
        return a

    for tile in tiling.tiles:
        tiling.walk(setup.encoder, tiling.cut(style, tile), tile, keep)
    channels = {layer: setup.encoder.channels(layer) for layer in layers}
    for layer in layers:
        if layer not in found:  # a process without rows of the style
            found[layer] = torch.zeros(
                int(chosen[layer].max()) + 1,
                channels[layer],
                device=setup.encoder.device,
                dtype=setup.encoder.precision.measured,
            )
    setup.partition.add_up([found[layer] for layer in layers])
    return {
        layer: (found[layer], tiling.heights(layer)[(chosen[layer] >= 0).nonzero()[:, 0]]) for layer in layers
    }


def _chosen(weight: Tensor, wanted: int) -> Tensor:
    """A number for each position that is a candidate, in their order, and -1 for the others: int32 [n_H, n_W]."""
    allowed = (weight.flatten() > 0.5).nonzero()[:, 0]
    if not len(allowed):
        allowed = weight.flatten().argmax()[None]
    if len(allowed) > wanted:
        order = torch.randperm(len(allowed), generator=torch.Generator().manual_seed(0))
        allowed = allowed[order[:wanted].sort().values]
    numbers = torch.full((weight.numel(),), -1, dtype=torch.int32)
    numbers[allowed] = torch.arange(len(allowed), dtype=torch.int32)
    return numbers.view(weight.shape)
