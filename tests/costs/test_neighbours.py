"""The neighbours cost: worked by hand, against its definition in autograd, in tiles, in regions, and resumed."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from impasto.costs.neighbours import Candidates, NeighbourTerm, nearest
from impasto.costs.region import Guide
from impasto.costs.term import TileWindow
from impasto.painting.checkpoint import load_checkpoint
from impasto.settings import Settings
from impasto.stylizer import Stylizer
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_weights

CONTENT, STYLE, OTHER = random_image(75, 98, 1), random_image(64, 80, 2), random_image(50, 60, 3)


def features(n_C, height, width, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(1, n_C, height, width, generator=generator, dtype=torch.float64)


def term(guide=None):
    candidates = Candidates.of(features(5, 1, 9, 0)[0, :, 0].T, torch.zeros(9))
    index = torch.randint(9, (6, 7), generator=torch.Generator().manual_seed(1), dtype=torch.int32)
    return NeighbourTerm("relu2_1", candidates, index, 1.0, guide)


def by_definition(a, one):
    f = a[0].flatten(1).T
    b, mu = one.candidates.b[one.index.flatten().long()], one.candidates.b.mean(0)
    variance = (one.candidates.b - mu).square().mean()
    d = 1 - F.cosine_similarity(f - mu, b - mu) + (f - b).square().mean(1) / (2 * variance)
    w = torch.ones(len(f)) if one.guide is None else one.guide.weight.flatten()
    return (d * w).sum() / w.sum()


def test_the_nearest_is_the_one_of_the_largest_cosine():
    b = torch.tensor([[3.0, 1.0], [1.0, 3.0], [2.0, 2.0], [0.0, 0.0]])  # mean 1.5, 1.5
    candidates = Candidates.of(b, torch.full((4,), 0.5))
    a = torch.tensor([[9.0, 1.5], [1.5, 2.0], [-5.0, -4.9]])
    assert nearest(a, a, torch.zeros(2), torch.rand(3), candidates, 0.0).tolist() == [0, 1, 3]


def test_the_content_alone_decides_where_it_is_asked_to():
    candidates = Candidates.of(torch.tensor([[3.0, 1.0], [1.0, 3.0]]), torch.zeros(2))
    canvas, content, height = torch.tensor([[9.0, 0.0]]), torch.tensor([[0.0, 9.0]]), torch.zeros(1)
    found = [
        nearest(canvas, content, torch.zeros(2), height, candidates, share).item() for share in (0.0, 1.0)
    ]
    assert found == [0, 1]


def test_of_candidates_that_are_alike_the_one_at_the_same_height_is_taken():
    b, heights = features(5, 1, 9, 0)[0, :, 0].T.float(), torch.linspace(0, 1, 9)
    twice = Candidates.of(torch.cat([b, b]), torch.cat([heights, 1 - heights]))
    a, height = b + 0.01, torch.tensor([0.1, 0.9, 0.9, 0.2, 0.5, 0.4, 0.1, 0.8, 0.3])
    cosine = F.cosine_similarity(a[:, None] - twice.mean, twice.b - twice.mean, dim=2)
    expected = (cosine - (height[:, None] - twice.height).square()).argmax(1)
    assert torch.equal(nearest(a, a, twice.mean, height, twice, 0.0).long(), expected)
    assert len({int(one) // 9 for one in expected}) == 2  # both copies are used


def test_one_candidate_alone_does_not_outweigh_everything():
    """It has no variance, by which the squared distance is divided."""
    one = Candidates.of(torch.tensor([[3.0, 4.0]]), torch.zeros(1))
    assert one.variance == pytest.approx(0.01 * 12.5)
    assert Candidates.of(torch.tensor([[3.0, 4.0], [1.0, 4.0]]), torch.zeros(2)).variance == 0.5


@pytest.mark.parametrize("guided", [False, True])
def test_value_and_gradient_are_those_of_the_definition(guided):
    weight = features(1, 6, 7, 4)[0, 0]
    one = term(Guide(weight, float(weight.sum()), 0.5) if guided else None)
    a = features(5, 6, 7, 2).requires_grad_(True)
    expected = by_definition(a, one)
    (slope,) = torch.autograd.grad(expected, a)
    summary, passed = one.measure(a)
    J = one.rule(summary)
    assert J.item() == pytest.approx(expected.item(), rel=1e-12)
    (found,) = torch.autograd.grad(J + (passed**2).sum(), a)  # what comes after in the network adds to it
    torch.testing.assert_close(found, slope + 2 * a.detach(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("window", [None, (slice(1, 6), slice(2, 4))])
@pytest.mark.parametrize("guided", [False, True])
def test_the_compiled_way_gives_the_definition_in_float64(window, guided):
    """32 channels in float32, channels last: value and gradient, with what comes from the layers above."""
    rows, columns = window or (slice(0, 6), slice(0, 7))
    weight = features(1, 6, 7, 4)[0, 0]
    exact = replace(
        term(Guide(weight[rows, columns], float(weight[rows, columns].sum()), 0.5) if guided else None),
        candidates=Candidates.of(features(32, 1, 9, 0)[0, :, 0].T, torch.zeros(9)),
    )
    exact = replace(exact, index=exact.index[rows, columns])
    a = features(32, 6, 7, 2).requires_grad_(True)
    expected = by_definition(a[..., rows, columns], exact)
    (slope,) = torch.autograd.grad(expected, a)

    candidates = Candidates.of(exact.candidates.b.float(), torch.zeros(9))
    one = replace(
        exact,
        candidates=candidates,
        guide=None if not guided else Guide(exact.guide.weight.float(), exact.guide.mass, exact.guide.share),
    )
    x = a.detach().float().contiguous(memory_format=torch.channels_last).requires_grad_(True)
    whole = tuple(slice(0, size) for size in one.index.shape)
    summary, passed = one.measure(x, None if window is None else TileWindow(whole, window))
    J = one.rule(summary)
    assert J.item() == pytest.approx(expected.item(), rel=1e-6)
    (found,) = torch.autograd.grad(J + (passed**2).sum(), x)
    torch.testing.assert_close(found.double(), slope + 2 * a.detach(), rtol=1e-5, atol=1e-6)


def test_the_gradient_by_finite_differences():
    one, a, direction, h = term(), features(5, 6, 7, 2), features(5, 6, 7, 3) - 0.5, 1e-6
    x = a.clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(one.rule(one.measure(x)[0]), x)
    up, down = (float(one.rule(one.measure(a + sign * h * direction)[0])) for sign in (1, -1))
    assert float((gradient * direction).sum()) == pytest.approx((up - down) / (2 * h), rel=1e-6)


def test_windows_add_up_to_the_whole():
    one, a = term(), features(5, 6, 7, 2)
    whole = one.measure(a)[0]
    parts = [
        one.measure(a, TileWindow((slice(0, 6), columns), (slice(0, 6), columns)))[0]
        for columns in (slice(0, 3), slice(3, 7))
    ]
    both = parts[0].plus(parts[1])
    assert (float(both.total), both.count) == (pytest.approx(float(whole.total), rel=1e-12), whole.count)


def stylizer(**fields):
    fields = {"steps": 4, "scales": 2, "neighbours": 0.5, **fields}
    return Stylizer(Settings(**fields), encoder=VGG19(tiny_weights(), pooling="average"))


@pytest.mark.slow
@pytest.mark.parametrize("border", ["mirror", "zeros"])
def test_in_tiles_the_first_cost_and_gradient_are_those_of_the_whole(border):
    """Given the neighbours: near ties are decided by the last bits, which differ between the two."""
    found, neighbours = [], None
    for engine, tile in (("whole", None), ("tiled", 32)):
        painting = stylizer(engine=engine, tile=tile, border=border, scales=1).paint(CONTENT, STYLE)
        problem = painting._problem
        problem.layouts = painting.layouts
        encodings = problem.encode(0, problem.first_canvas_saved(problem.initial_canvas()))
        own, neighbours = encodings.neighbours, neighbours or encodings.neighbours
        for layer, one in own[0].items():
            # Of thousands of candidates with 4 numbers each many are as near as another, to the last bit.
            assert (one.index == neighbours[0][layer].index).float().mean() > 0.9
        encodings = replace(encodings, neighbours=neighbours)
        found.append(problem.objective(0, encodings)(random_image(75, 98, 5)))
    whole, tiled = found
    assert tiled.cost.total == pytest.approx(whole.cost.total, rel=1e-5)
    assert (tiled.gradient - whole.gradient).norm() < 1e-5 * whole.gradient.norm()


@pytest.mark.slow
@pytest.mark.parametrize(("solver", "stop_after"), [("adam", 2), ("lbfgs", 8)])
def test_resumed_it_is_the_same_to_the_bit(tmp_path, solver, stop_after):
    mask = np.linspace(0, 1, 98)[None].repeat(75, 0)
    more = {"masks": [mask, 1 - mask], "style": [(STYLE, 2), OTHER]}
    straight = stylizer(solver=solver).stylize(CONTENT, **more)
    painting = stylizer(solver=solver).paint(CONTENT, **more)
    for step in painting:
        if step.number == stop_after:
            break
    painting.save_checkpoint(tmp_path / "a.checkpoint")
    resumed = stylizer(solver=solver).paint(
        CONTENT, **more, resume=load_checkpoint(tmp_path / "a.checkpoint")
    )
    list(resumed)
    assert torch.equal(resumed.result().image, straight.image)


def test_a_picture_s_own_positions_are_its_neighbours():
    """Where every position is a candidate; the canvas is searched in 8 bits, which moves a few to their likes."""
    painting = stylizer(scales=1, border="zeros", size=80).paint(STYLE, STYLE)
    problem = painting._problem
    problem.layouts = painting.layouts
    encodings = problem.encode(0, problem.first_canvas_saved(STYLE))
    own = problem.encoder(STYLE, list(encodings.neighbours[0]))
    for layer, found in encodings.neighbours[0].items():
        chosen = found.candidates.b[found.index.flatten().long()]
        off = (chosen - own[layer][0].flatten(1).T).square().mean()
        assert off < 1e-3 * found.candidates.variance


@pytest.mark.slow
def test_neighbours_that_are_known_are_not_searched(tiny_encoder):
    """A painting that is told some of another one's has them, and searches the others."""
    settings = Settings(steps=1, scales=1, threads=1)
    by = Stylizer(settings, encoder=tiny_encoder)

    def begun(known=()):
        painting = by.paint(CONTENT, STYLE, neighbours=known)
        next(painting)
        return painting

    first = begun()
    (found,) = first.neighbours
    assert {layer: one.shape for layer, one in found.items()} == {
        "relu2_1": (38, 49), "relu3_1": (19, 25), "relu4_1": (10, 13),
    }  # fmt: skip
    odd = np.arange(49) % 2
    told = [{layer: 0 * one - odd[: one.shape[1]].astype(np.int32) for layer, one in found.items()}]
    (other,) = begun(told).neighbours
    for layer, one in other.items():
        assert not one[:, ::2].any()
        assert np.array_equal(one[:, 1::2], found[layer][:, 1::2])
    assert torch.equal(begun(first.neighbours).result().image, first.result().image)
