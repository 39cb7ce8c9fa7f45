"""The palette cost: worked by hand, by finite differences, in strips, in regions, and in a painting."""

import numpy as np
import pytest
import torch

from impasto.costs import image_cost
from impasto.costs.palette import BINS, LOCAL, SCALE, WIDTH, PaletteTarget, colors, directions, histograms
from impasto.costs.palette_pixels import are_compiled
from impasto.costs.term import Summary
from impasto.distributed.partition import WHOLE
from impasto.evaluation import Cost, Evaluation
from impasto.objective.palette import PaletteTerm, Selection, WithPalettes
from impasto.painting.checkpoint import load_checkpoint
from impasto.settings import Settings
from impasto.stylizer import Stylizer
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_weights

CONTENT, STYLE = 0.5 * random_image(75, 98, 1), random_image(64, 80, 2)


def nothing(image):
    return Evaluation(Cost(1.0, 0.5, 0.25), torch.zeros_like(image))


def target(image):
    return PaletteTarget.of(histograms(image))


def test_greys_that_lie_apart_cost_the_square_of_their_distance():
    """OKLab's L of a grey is the cube root of its light; without any spread W^2 is the distance of the means."""
    black, white = torch.full((1, 3, 4, 4), 0.02), torch.ones(1, 3, 4, 4)
    distance = float(colors(white)[0, 0] - colors(black)[0, 0])
    assert float(colors(white)[0, 0]) == pytest.approx(SCALE, rel=1e-4)
    J = target(white).rule(histograms(black))
    assert J.item() == pytest.approx(distance**2 / 3, rel=1e-4)


def test_it_is_the_distance_of_sorted_projections():
    """On a line the optimal transport joins the smallest to the smallest: W^2 of as many pixels by sorting them."""
    G = random_image(64, 80, 3)
    y_G, y_S = (colors(one.double()).numpy() for one in (G, STYLE))
    sums = [np.square(np.sort(d @ y_G) - np.sort(d @ y_S)).mean() for d in directions().numpy()]
    assert target(STYLE).rule(histograms(G)).item() == pytest.approx(np.mean(sums), rel=1e-3, abs=WIDTH**2)


def test_the_directions_are_even():
    """The mean of d d^T is a third of the identity: no direction of colour counts more than another."""
    d = directions()
    torch.testing.assert_close(d.T @ d / len(d), torch.eye(3).double() / 3)


def test_a_picture_of_the_same_colours_costs_nothing_wherever_they_are():
    shuffled = STYLE.flatten(2)[..., torch.randperm(64 * 80, generator=torch.Generator().manual_seed(0))]
    J = target(STYLE).rule(histograms(shuffled.view_as(STYLE)))
    assert abs(J.item()) < 1e-6


def test_parts_add_up_by_their_weights():
    weight = torch.rand(64, 80, generator=torch.Generator().manual_seed(0))
    both = histograms(STYLE, weight).plus(histograms(STYLE, 1 - weight))
    whole = histograms(STYLE)
    torch.testing.assert_close(both.total, whole.total)
    assert both.count == pytest.approx(whole.count)


def test_parts_are_compared_each_by_itself():
    """Grey 0.2 above and 0.8 below, and the other way round: no distance of the whole, but of both parts."""
    dark, bright = torch.full((1, 3, 2, 6), 0.2), torch.full((1, 3, 2, 6), 0.8)
    S, G = torch.cat([dark, bright, bright], 2), torch.cat([bright, dark, bright], 2)
    part = torch.tensor([0, 0, 1, 1, 1, 1], dtype=torch.uint8)[:, None].expand(6, 6)
    of_S, of_G = (histograms(one, part=part, parts=2) for one in (S, G))
    torch.testing.assert_close(of_S.total.sum(0), histograms(S).total[0])
    # One of three lies above and is all wrong; of two thirds below half is.
    of_one = PaletteTarget.of(histograms(dark)).rule(histograms(bright)).item()
    J = PaletteTarget.of(of_S).rule(of_G)
    expected = LOCAL * (1 / 3 + 2 / 3 * 1 / 2) * of_one
    assert J.item() == pytest.approx(expected, rel=5e-3)  # colours lie between two bins


def test_a_part_that_the_style_has_not_is_left_out():
    part = torch.zeros(64, 80, dtype=torch.uint8)
    S = PaletteTarget.of(histograms(STYLE, part=part, parts=3))
    J = S.rule(histograms(STYLE, part=part + 2 * (torch.arange(64) > 31)[:, None].byte(), parts=3))
    assert torch.isfinite(J) and J.item() < LOCAL * 1e-2


@pytest.mark.parametrize("parts", [1, 3])
@pytest.mark.parametrize("masked", [False, True])
def test_the_gradient_by_finite_differences_and_in_strips(masked, parts, monkeypatch):
    image, direction, h = CONTENT[..., :30, :40].double(), random_image(30, 40, 3).double() - 0.5, 1e-8
    mask = torch.linspace(0, 1, 40).expand(30, 40) if masked else None
    part, of_style = (
        torch.randint(parts, shape, generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
        for shape in ((30, 40), (64, 80))
    )
    wanted = PaletteTarget.of(histograms(STYLE, part=of_style, parts=parts))
    palette = PaletteTerm(wanted, Selection(mask, part, parts), 0.7)
    evaluate = WithPalettes(nothing, [palette], 3.0, 2.0, WHOLE)
    found = evaluate(image)
    up, down = (evaluate(image + sign * h * direction).cost.total for sign in (1, -1))
    assert (found.gradient * direction).sum().item() == pytest.approx((up - down) / (2 * h), rel=1e-4)
    assert found.cost.total == pytest.approx(1 + 2 * (found.cost.style - 0.25), rel=1e-12)
    short = [image_cost.Span(row, row + 1) for row in range(30)]
    monkeypatch.setattr("impasto.objective.palette.strips_of", lambda own, width: short)
    again = evaluate(image)
    assert again.cost.total == pytest.approx(found.cost.total, rel=1e-12)
    torch.testing.assert_close(again.gradient, found.gradient)


@pytest.mark.parametrize("parts", [1, 3])
@pytest.mark.parametrize("masked", [False, True])
def test_the_compiled_way_gives_the_histograms_and_gradients_of_float64(masked, parts):
    """Torch in float64 is the oracle: of 75 x 98 pixels, no whole number of blocks, some of them black."""
    if not are_compiled(CONTENT):
        pytest.skip("needs numba")
    image = CONTENT.clone()
    image[..., :3, :] = 0.0
    mask = torch.linspace(0, 1, 98).expand(75, 98) if masked else None
    part = torch.randint(parts, (75, 98), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
    pixels, slow = Selection(mask, part, parts), image.double()
    found, expected = (pixels.histograms(one, WHOLE) for one in (image, slow))
    assert found.count == pytest.approx(expected.count, rel=1e-6)
    # A place is rounded by some 1e-4 of a bin, and a pixel counts that much less in one and more in the other.
    torch.testing.assert_close(found.total, expected.total, atol=2e-2, rtol=0)
    torch.testing.assert_close(found.total.sum(-1), expected.total.sum(-1), atol=1e-3, rtol=1e-6)
    bowl = torch.linspace(-1, 1, BINS, dtype=torch.float64).square()
    slope = torch.stack([bowl * (1 + number) for number in range(parts)])[:, None].repeat(1, 13, 1)
    gradient, reference = torch.ones_like(image), torch.ones_like(slow)
    pixels.add_gradient(image, slope, gradient)
    pixels.add_gradient(slow, slope, reference)
    error = (gradient.double() - reference).norm() / (reference - 1).norm()
    assert (
        error < 1e-3
    )  # of a piece of a parabola a bin long, for a pixel that falls into the bin beside its own
    assert torch.equal(gradient[..., :3, :], torch.ones(1, 3, 3, 98))
    turned = torch.ones_like(image).contiguous(memory_format=torch.channels_last)
    pixels.add_gradient(image, slope, turned)
    torch.testing.assert_close(turned, gradient)


def test_a_canvas_that_is_no_number_has_a_palette_nevertheless():
    """The network's cost is no number then, and the solver says so; an index made of one would be out of bounds."""
    image = CONTENT.clone()
    image[..., 5, 5] = float("nan")
    found = Selection().histograms(image, WHOLE) if are_compiled(image) else histograms(CONTENT)
    assert found.total.isfinite().all() and found.total.sum() == pytest.approx(13 * 75 * 98)


def test_the_compiled_distances_are_those_of_sorted_levels(monkeypatch):
    G, S = (torch.rand(3, 13, BINS, generator=torch.Generator().manual_seed(i)).double() for i in (1, 2))
    G[1, :, 200:], S[0, :, :100] = 0, 0
    wanted = PaletteTarget.of(Summary(S, 1))
    found = []
    for compiled in (True, False):
        if not compiled:
            monkeypatch.setattr("impasto.costs.palette.can_compile", lambda: False)
        total = G.clone().requires_grad_(True)
        J = wanted.rule(Summary(total, 1))
        found.append((J.detach(), torch.autograd.grad(J, total)[0]))
    torch.testing.assert_close(*found, rtol=1e-9, atol=1e-12)


def stylizer(**fields):
    fields = {"recipe": "paint", "steps": 4, "scales": 2, **fields}
    return Stylizer(Settings(**fields), encoder=VGG19(tiny_weights(), pooling="average"))


@pytest.mark.slow
def test_it_brings_the_colours():
    def off(**fields):
        image = (
            stylizer(neighbours=0.0, alpha=0.0, steps=30, start="content", **fields)
            .stylize(CONTENT, STYLE)
            .image
        )
        return target(STYLE).rule(histograms(image)).item()

    assert off(palette=1e6) < 0.2 * off(palette=0.0)


@pytest.mark.slow
def test_the_preset_strokes_is_resumed_to_the_bit(tmp_path):
    """In its last scale; in the first one it is tests/test_stylizer.py that stops it."""
    mask = np.linspace(0, 1, 98)[None].repeat(75, 0)
    more = {"masks": [mask, 1 - mask]}
    straight = stylizer().stylize(CONTENT, STYLE, **more)
    painting = stylizer().paint(CONTENT, STYLE, **more)
    for step in painting:
        if step.number == 7:
            break
    painting.save_checkpoint(tmp_path / "a.checkpoint")
    resumed = stylizer().paint(CONTENT, STYLE, **more, resume=load_checkpoint(tmp_path / "a.checkpoint"))
    list(resumed)
    assert torch.equal(resumed.result().image, straight.image)


def test_averaged_adam_is_the_average_of_its_iterates():
    from impasto.solvers.adam import Adam

    def bowl(x):
        J = float(((x - 0.3) ** 2).sum())
        return Evaluation(Cost(J, J, 0.0), 2 * (x - 0.3))

    start = random_image(5, 6)
    plain, averaged = Adam(start, 0.05, beta_2=0.99), Adam(start, 0.05, average=0.5, beta_2=0.99)
    iterates = []
    for _ in range(4):
        plain.step(bowl)
        averaged.step(bowl)
        iterates.append(plain.image.clone())
    weights = [0.5 ** (3 - i) for i in range(4)]
    expected = sum(w * x for w, x in zip(weights, iterates, strict=True)) / sum(weights)
    torch.testing.assert_close(averaged.image, expected)
