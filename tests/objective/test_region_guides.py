"""A region in each layer: averaged, eroded at hard borders, whole at soft ones; and tiles agree with the whole."""

import pytest
import torch

from impasto.costs.gram import gram_matrix, gram_summary
from impasto.costs.styles import STYLE_COSTS
from impasto.objective.region_guides import eroded, layer_guides, mean_around, over_positions, reach
from impasto.objective.targets import content_terms, style_sums, style_term, style_terms
from impasto.objective.tiled import Tiled
from impasto.objective.tiling import Tiling
from impasto.objective.transforms import MARGIN, mirror, mirrored, seen_through
from impasto.objective.whole import Whole
from impasto.tensor_types import Span
from impasto.vgg.layers import LAYERS
from impasto.vgg.vgg19 import VGG19
from tests import one_page
from tests.helpers import random_image, tiny_weights

LAYERS_HERE = list(one_page.STYLE_LAYERS)


def halves(height, width):
    """Two regions with a soft border that is not straight."""
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    first = ((columns + 0.3 * rows - 0.6 * width) / 6 + 0.5).clamp(0, 1)
    return [first, 1 - first]


def test_a_position_has_the_mean_of_its_own_pixels():
    weight = random_image(50, 37)[0, 0]
    tiling = Tiling(50, 37, LAYERS_HERE)
    for layer in LAYERS_HERE:
        stride = LAYERS[layer].stride
        found = over_positions(weight, tiling, layer)
        assert found.shape == (50 // stride, 37 // stride)
        i, j = found.shape[0] - 1, found.shape[1] // 2
        patch = weight[i * stride : (i + 1) * stride, j * stride : (j + 1) * stride]
        assert found[i, j].item() == pytest.approx(patch.mean().item(), rel=1e-5)


def test_the_margin_mirrors_the_mask():
    weight = random_image(50, 37)[0, 0]
    tiling = Tiling(50, 37, LAYERS_HERE, margin=MARGIN)
    torch.testing.assert_close(
        over_positions(weight, tiling, "relu1_1"), mirrored(weight.expand(1, 3, 50, 37))[0, 0]
    )


def test_white_stays_white_to_the_bit():
    for guide in layer_guides(torch.ones(50, 37), Tiling(50, 37, LAYERS_HERE), LAYERS_HERE).values():
        assert torch.equal(guide.weight, torch.ones_like(guide.weight))
        assert (guide.mass, guide.share) == (guide.weight.numel(), 1.0)


def test_at_a_hard_border_a_position_counts_by_what_it_sees():
    w = torch.zeros(5, 40)
    w[:, 20:] = 1
    found = eroded(w, 4)
    assert not found[:, :20].any()
    # From the border on it sees 5, 6, 7, ... of 9 columns of its own region.
    expected = torch.tensor([2 * seen / 9 - 1 for seen in (5, 6, 7, 8, 9, 9)])
    torch.testing.assert_close(found[2, 20:26], expected, rtol=0, atol=1e-6)


def test_a_wide_soft_border_has_no_gap():
    ramp = ((torch.arange(80.0) - 20) / 40).clamp(0, 1).expand(10, 80)
    together = eroded(ramp, 4) + eroded(1 - ramp, 4)
    assert together.min() > 0.85
    assert together[:, 30:50].min() == pytest.approx(1, abs=1e-5)


def test_a_small_region_does_not_vanish():
    w = torch.zeros(30, 30)
    w[14:17, 14:17] = 1
    found = eroded(w, 4)
    assert found.sum() >= 0.5 * w.sum()
    assert torch.equal(found == 0, w == 0) or found.sum() < w.sum()


def test_what_is_seen_is_the_table_s():
    assert [reach(layer) for layer in LAYERS_HERE] == [1, 2, 2, 2, 2]
    w = random_image(12, 9)[0, 0]
    assert mean_around(w, 2)[5, 4].item() == pytest.approx(w[3:8, 2:7].mean().item(), rel=1e-5)
    assert mean_around(w, 2)[0, 0].item() == pytest.approx(w[:3, :3].mean().item(), rel=1e-5)


def test_a_band_has_its_rows_of_the_guides():
    weight = halves(96, 50)[0]
    whole = layer_guides(weight, Tiling(96, 50, LAYERS_HERE, 32, MARGIN), LAYERS_HERE)
    bands = [
        layer_guides(weight, Tiling(96, 50, LAYERS_HERE, 32, MARGIN, Span(*band)), LAYERS_HERE)
        for band in ((0, 32), (32, 96))
    ]
    for layer in LAYERS_HERE:
        assert torch.equal(torch.cat([band[layer].weight for band in bands]), whole[layer].weight)
        assert {band[layer].mass for band in bands} == {whole[layer].mass}


def engines(encoder, size, masks, margin, style_masks=None, cost="gram"):
    """Whole and tiled, with a style and possibly a part of it for each region."""
    content = random_image(*size, 1).to(encoder.precision.measured)
    styles = [random_image(70, 60, 2 + i).to(content) for i in range(len(masks))]
    layers = ["relu4_2", *LAYERS_HERE]
    found = []
    for side, style_side in ((None, None), (32, 48)):
        tiling = Tiling(*size, layers, side, margin)
        style_tiling = Tiling(70, 60, LAYERS_HERE, style_side, margin)
        terms = [
            *content_terms(encoder, content, {"relu4_2": 1.0}, True, Tiling(*size, ["relu4_2"], side, margin))
        ]
        for i, (mask, style) in enumerate(zip(masks, styles, strict=True)):
            guide = layer_guides(mask, tiling, LAYERS_HERE)
            part = None if style_masks is None else layer_guides(style_masks[i], style_tiling, LAYERS_HERE)
            (sums,) = style_sums(encoder, style, LAYERS_HERE, style_tiling, guides=[part], cost=cost)
            terms += [
                style_term(layer, sums[layer], 0.2, True, cost).within(guide[layer]) for layer in LAYERS_HERE
            ]
        if side is None:
            whole = Whole(encoder, terms, 1.0, 10.0, tiling.window)
            found.append(seen_through(mirror(size), whole) if margin else whole)
        else:
            found.append(Tiled(encoder, terms, 1.0, 10.0, [tiling]))
    return found


@pytest.mark.parametrize(("precision", "tolerance"), [("float64", 1e-10), ("float32", 1e-5)])
@pytest.mark.parametrize("margin", [0, MARGIN])
@pytest.mark.parametrize("parts", [False, True])
@pytest.mark.parametrize("cost", STYLE_COSTS)
def test_tiles_agree_with_the_whole(precision, tolerance, margin, parts, cost):
    encoder = VGG19(tiny_weights(), pooling="average", precision=precision)
    size = (75, 62)
    whole, tiled = engines(encoder, size, halves(*size), margin, halves(70, 60) if parts else None, cost)
    # Darker than the paintings: the small difference of two large sums has few digits in float32.
    image = 0.5 * random_image(*size, 9).to(encoder.precision.measured)
    expected, found = whole(image), tiled(image)
    assert found.cost.total == pytest.approx(expected.cost.total, rel=tolerance)
    assert (found.gradient - expected.gradient).norm() < tolerance * expected.gradient.norm()


@pytest.mark.parametrize(("precision", "tolerance"), [("float64", 1e-10), ("float32", 1e-5)])
@pytest.mark.parametrize("cost", STYLE_COSTS)
def test_white_masks_are_none(precision, tolerance, cost):
    encoder = VGG19(tiny_weights(), precision=precision)
    image = 0.5 * random_image(64, 50, 9).to(encoder.precision.measured)
    guided = engines(encoder, (64, 50), [torch.ones(64, 50)], 0, [torch.ones(70, 60)], cost)[0]
    content, style = (random_image(*size).to(image) for size in ((64, 50, 1), (70, 60, 2)))
    terms = [
        *content_terms(encoder, content, {"relu4_2": 1.0}, True),
        *style_terms(encoder, style, one_page.STYLE_LAYERS, True, cost=cost),
    ]
    expected, found = Whole(encoder, terms, 1.0, 10.0)(image), guided(image)
    assert found.cost.total == pytest.approx(expected.cost.total, rel=tolerance)
    assert (found.gradient - expected.gradient).norm() < tolerance * expected.gradient.norm()


def test_a_region_is_measured_without_its_neighbour():
    """With hard borders and no erosion to speak of, a guided Gram matrix is that of the region cut out."""
    a = torch.rand(1, 5, 8, 8, generator=torch.Generator().manual_seed(0))
    w = torch.zeros(8, 8)
    w[:, 3:] = 1
    found = gram_summary(a, weight=w)[0].total / w.sum()
    torch.testing.assert_close(found, gram_matrix(a[..., 3:]) / 40)
