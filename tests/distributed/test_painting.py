"""Two ranks against one process: the cost, the gradient, whole paintings, and going on from checkpoints."""

import pytest
import torch

from impasto.objective.tiling import Tiling
from impasto.objective.transforms import MARGIN, mirror, seen_through
from impasto.objective.whole import Whole
from impasto.painting.checkpoint import load_checkpoint
from impasto.painting.result import PartOfResult, Result
from impasto.settings import Settings
from tests.distributed import helpers
from tests.distributed.helpers import (
    HEIGHT,
    SHORT,
    WIDTH,
    assert_as_alone,
    evaluation,
    image,
    one_scale,
    painted,
    partition_of,
    pictures,
)
from tests.helpers import MeanAndDeviation, objective

pytestmark = pytest.mark.slow  # two processes

PAINTINGS = {
    "paint": SHORT,
    "in half precision": {**SHORT, "history": 3},
    "strokes": {**SHORT, "recipe": "paint"},
    "Adam": {**SHORT, "solver": "adam", "border": "zeros"},
    "classic from noise": {"recipe": "classic", "steps": 4, "tile": 48},
    "variation and a custom cost": {**SHORT, "style_cost": "wasserstein", "variation": 0.2},
}
COSTS = {"variation and a custom cost": [MeanAndDeviation("relu3_1", 0.1)]}


ENGINES = {
    "a mirrored margin": {"tile": 48},
    "zeros and max pooling": {"tile": 64, "border": "zeros", "pooling": "max"},
    "another layer": {
        "tile": 100,
        "border": "replicate",
        "style_layers": "relu3_1",
        "content_layer": "relu5_2",
    },
    "raw costs": {"tile": 500, "balance": False, "alpha": 1e-3, "beta": 1.0},
}


def precisely(names, float32):
    """Name, precision and tolerance: all in float64, where any fault shows, and these in float32, too."""
    return [*((name, "float64", 1e-10) for name in names), *((name, "float32", 1e-5) for name in float32)]


@pytest.mark.parametrize(
    ("name", "precision", "tolerance"), precisely(ENGINES, ["a mirrored margin", "raw costs"])
)
def test_cost_and_gradient_are_those_of_one_process(ranks, name, precision, tolerance):
    answers = ranks(evaluation, precision, pictures(), ENGINES[name])
    tiled = objective(one_scale(None, precision, pictures(), **ENGINES[name]))
    whole = Whole(tiled.encoder, tiled.terms, tiled.alpha, tiled.beta)
    if ENGINES[name].get("border") not in ("zeros", "replicate"):
        layers = list(dict.fromkeys(term.layer for term in tiled.terms))
        size = tuple(image(precision).shape[2:])
        window = Tiling(*size, layers, margin=MARGIN).window
        whole = seen_through(mirror(size), Whole(tiled.encoder, tiled.terms, tiled.alpha, tiled.beta, window))
    for engine in (tiled, whole):
        one = engine(image(precision))
        assert_as_alone(answers, one.cost, one.gradient, tolerance)


OTHER_COSTS = {
    "covariance": {"style_cost": "covariance"},
    "wasserstein": {"style_cost": "wasserstein"},
    "variation": {"variation": 0.5},
    "raw variation": {"variation": 0.5, "recipe": "classic"},
    "custom": {"costs": [MeanAndDeviation("relu4_1", 0.3), MeanAndDeviation("relu2_1")]},
    "custom, deepest": {"costs": [MeanAndDeviation("relu5_2")], "border": "zeros"},
}


@pytest.mark.parametrize(
    ("name", "precision", "tolerance"), precisely(OTHER_COSTS, ["wasserstein", "custom"])
)
def test_every_kind_of_cost_is_that_of_one_process(ranks, name, precision, tolerance):
    given = precision, pictures(), OTHER_COSTS[name]
    assert_as_alone(ranks(evaluation, *given), *evaluation(None, *given), tolerance)


def painting(group, name, resume=None, kept="float32"):
    settings = Settings(**{"recipe": "glaze", **PAINTINGS[name]})
    return helpers.painting(group, pictures(), settings, resume, kept, COSTS.get(name, ()))


def paint(group, name, stop=None, save=None, resume=None, kept="float32"):
    """The result's kind and image, the costs, the notes; saved after `stop` steps."""
    one = painting(group, name, resume, kept)
    result, history = painted(one, stop, save)
    result.save("/nowhere/at/all.png") if isinstance(result, PartOfResult) else None
    return type(result), result.image, history, one.notes


KEPT = [
    ("paint", "float32"),
    ("in half precision", "float16"),
    ("Adam", "float32"),
    ("strokes", "float32"),
    ("classic from noise", "float32"),
    ("variation and a custom cost", "float32"),
]


@pytest.mark.parametrize(("name", "kept"), KEPT)
def test_a_painting_is_that_of_one_process(ranks, name, kept):
    (kind, together, costs, _), (other_kind, part, other_costs, _) = ranks(
        paint, name, None, None, None, kept
    )
    assert (kind, other_kind) == (Result, PartOfResult)
    _, alone, expected, _ = paint(None, name, kept=kept)
    assert together.shape == (1, 3, HEIGHT, WIDTH)
    assert torch.equal(part, together[:, :, 128:])
    assert costs == other_costs
    # Of the tiny network's candidates many are as near as another, and the last bits choose.
    tolerance = 1e-2 if name == "strokes" else 1e-3
    assert [cost.total for cost in costs] == pytest.approx([cost.total for cost in expected], rel=tolerance)
    assert (together - alone).abs().mean() < tolerance if name == "strokes" else True
    assert (together - alone).abs().max() < 1e-3 or name == "strokes"


@pytest.mark.parametrize(("name", "kept"), [KEPT[1], KEPT[2], KEPT[4]])
def test_two_ranks_go_on_to_the_bit_and_one_goes_on_too(ranks, tmp_path, name, kept):
    stop = 3 if name == "classic from noise" else 8  # the second step of the last scale
    path = str(tmp_path / "a.checkpoint")
    [(_, straight, costs, _), _] = ranks(paint, name, None, None, None, kept)
    ranks(paint, name, stop, path, None, kept)
    saved = load_checkpoint(path)
    assert saved.solver_state["image"].shape == (1, 3, HEIGHT, WIDTH)
    assert saved.versions["ranks"] == 2
    [(_, resumed, rest, notes), _] = ranks(paint, name, None, None, path, kept)
    assert torch.equal(resumed, straight)
    assert rest == costs[stop:]
    assert notes == []
    _, alone, _, notes = paint(None, name, resume=path)
    assert notes == ["the checkpoint was written with ranks 2, this is 1: the last bits may differ"]
    assert (alone - straight).abs().max() < 1e-3


@pytest.mark.parametrize("stop", [2, 8])
def test_what_one_process_began_two_ranks_finish(ranks, tmp_path, stop):
    """At the first scale rank 1 has no rows; at the second each reads its own."""
    path = str(tmp_path / "a.checkpoint")
    paint(None, "paint", stop, path)
    _, straight, costs, _ = paint(None, "paint")
    [(_, together, rest, notes), (_, _, same_rest, _)] = ranks(paint, "paint", None, None, path)
    assert rest == same_rest
    assert len(rest) == len(costs) - stop
    assert "with ranks 1, this is 2" in notes[0]
    assert (together - straight).abs().max() < 1e-3


def first_and_grown(group):
    """The first canvas and the second, gathered."""
    one, partition = painting(group, "paint")._problem, partition_of(group)
    canvas = one.initial_canvas()
    grown = one.upscaled(canvas, 1)
    return partition.gathered(canvas, one.scales[0].size[0]), partition.gathered(grown, HEIGHT)


def test_the_canvas_grows_as_in_one_process(ranks):
    (first, grown), _ = ranks(first_and_grown)
    expected_first, expected = first_and_grown(None)
    assert torch.equal(first, expected_first)
    torch.testing.assert_close(grown, expected, rtol=0, atol=2e-6)
