"""Steering: weights change between two steps, J is the new function then, and all of it can be repeated to the bit."""

import json
import math

import numpy as np
import pytest
import torch

from impasto.errors import SettingsError
from impasto.inputs.inputs import read_inputs
from impasto.layout import Layout
from impasto.painting.adjust import adjusted
from impasto.painting.checkpoint import load_checkpoint
from impasto.painting.loop import Step
from impasto.settings import Settings
from impasto.stylizer import Stylizer
from impasto.vgg.vgg19 import VGG19
from tests.helpers import canvas, objective, random_image, tiny_weights

CONTENT, STYLE, OTHER = random_image(36, 48, 1), random_image(40, 40, 2), random_image(36, 44, 3) ** 3
PROTECT = np.linspace(1, 0, 48)[None].repeat(36, 0)
BOTH = [(STYLE, 2), OTHER]
CHANGES = {
    "strength": {"strength": 0.8},
    "alpha": {"alpha": 3.0},
    "alpha and beta": {"alpha": 0.5, "beta": 40.0},
    "style layers": {"style_layers": {"relu1_1": 1.0, "relu3_1": 0.3}},
    "content layer": {"content_layer": {"relu4_2": 0.4}},
    "styles": {"styles": [1, 5]},
    "variation": {"variation": 0.3},
    "protect strength": {"protect_strength": 0.4},
}
WAYS = {
    "L-BFGS": ({}, Layout()),
    "Adam": ({"solver": "adam"}, Layout(solver="adam")),
    "L-BFGS in tiles": ({}, Layout(tile=32, style_tile=32)),
    "paint": ({"recipe": "paint", "scales": 2}, Layout(solver="adam")),
}


def begun(way="L-BFGS", style=BOTH, resume=None, adjustments=(), **fields):
    own, layout = WAYS[way]
    settings = Settings(**{"recipe": "glaze", "steps": 4, "scales": 2, **own, **fields})
    painting = Stylizer(settings, encoder=VGG19(tiny_weights())).paint(
        CONTENT, style, protect=PROTECT, resume=resume, adjustments=adjustments
    )
    if resume is None:
        painting.layouts = [layout] * len(painting.layouts)
    return painting


def steps_until(painting, number):
    while len(painting._progress.history) < number:
        next(painting)


def finished(painting):
    list(painting)
    return painting.result()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "way"),
    [*zip(CHANGES, list(WAYS)[:3] * 3, strict=False), ("styles", "Adam"), ("strength", "L-BFGS in tiles")],
)
def test_afterwards_j_is_that_of_a_painting_with_the_new_weights(name, way):
    """Adam tells the cost of the canvas that a step started from, L-BFGS that of the one it came to."""
    changes = CHANGES[name]
    painting = begun(way, scales=1)
    steps_until(painting, 2)
    before = canvas(painting)
    painting.adjust(**changes)
    step = next(painting)
    weights = changes.get("styles", [2, 1])
    other = begun(
        way,
        [(STYLE, weights[0]), (OTHER, weights[1])],
        scales=1,
        **{name: value for name, value in changes.items() if name != "styles"},
    )
    J = objective(other)
    expected = J(before if way == "Adam" else canvas(painting)).cost
    assert step.cost.numbers() == pytest.approx(expected.numbers(), rel=1e-6)
    assert expected.total != pytest.approx(objective(begun(way, scales=1))(before).cost.total, rel=1e-6)
    if way != "Adam":
        assert expected.total < J(before).cost.total  # it goes down on the new function


@pytest.mark.slow
@pytest.mark.parametrize(
    ("after", "changes", "way"),
    [
        (0, {"strength": 0.8}, "L-BFGS"),
        (2, {"styles": [1, 5], "variation": 0.3}, "L-BFGS in tiles"),
        (6, {"alpha": 3.0}, "L-BFGS"),
        (6, {"styles": [5, 1]}, "Adam"),
        (8, {"beta": 1.0}, "L-BFGS"),
    ],
)  # before the first step; at the first scale; at its end; in the second
def test_painted_again_from_its_metadata_it_is_the_same_to_the_bit(after, changes, way):
    painting = begun(way)
    steps_until(painting, after)
    painting.adjust(**changes)
    result = finished(painting)
    told = json.loads(json.dumps(result.metadata))["adjustments"]
    assert told == painting.adjustments == [{"step": after, **changes}]
    again = finished(begun(way, adjustments=told))
    assert torch.equal(again.image, result.image)
    assert again.history == result.history
    assert again.metadata == result.metadata


@pytest.mark.slow
@pytest.mark.parametrize(
    ("saved", "way"),
    [(2, "L-BFGS"), (3, "L-BFGS"), (3, "Adam"), (4, "L-BFGS in tiles"), (8, "L-BFGS"), (8, "paint")],
)
def test_resumed_from_before_at_or_after_an_adjustment_it_is_the_same_to_the_bit(tmp_path, saved, way):
    """Saved after step 3, the second adjustment is in the checkpoint and not yet in force."""
    adjustments = [{"step": 1, "beta": 5.0}, {"step": 3, "strength": 0.8}, {"step": 7, "styles": [1, 5]}]
    painting = begun(way, adjustments=adjustments)
    steps_until(painting, saved)
    painting.save_checkpoint(tmp_path / "a.checkpoint")
    straight = finished(painting)
    checkpoint = load_checkpoint(tmp_path / "a.checkpoint")
    assert checkpoint.adjustments == adjustments
    resumed = finished(begun(way, resume=checkpoint))
    assert torch.equal(resumed.image, straight.image)
    assert resumed.history == straight.history
    assert resumed.metadata["adjustments"] == straight.metadata["adjustments"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["scale", "encoding"])
def test_made_while_a_later_scale_begins_it_can_be_repeated_too(kind):
    """The scale before may have ended early, and its canvas may have been enlarged with the old weights."""
    painting = begun()
    for event in painting.events():
        if not isinstance(event, Step) and (event.kind, event.scale) == (kind, 2):
            before = len(painting._progress.history)
            painting.adjust(styles=[1, 9], strength=0.7)
    assert painting.adjustments == [{"step": before + 1, "styles": [1, 9], "strength": 0.7}]
    again = finished(begun(adjustments=painting.adjustments))
    assert torch.equal(again.image, painting.result().image)


def test_a_solver_that_had_come_to_its_end_goes_on():
    """The photograph in its own manner: the gradient is zero at once."""
    painting = begun(style=CONTENT, scales=1, steps=6)
    list(painting)
    taken = len(painting._progress.history)
    assert taken < 6
    assert painting.result().stopped != "all steps done"
    painting.adjust(variation=10.0)
    more = list(painting)
    assert more and more[0].number == taken + 1
    assert more[-1].cost.variation < 1  # the photograph's own is 1
    again = finished(begun(style=CONTENT, scales=1, steps=6, adjustments=painting.adjustments))
    assert torch.equal(again.image, painting.result().image)


def test_however_a_value_was_given_the_recipe_has_it_in_one_form():
    given = [{"strength": 1, "style_layers": "relu1_1:1,relu3_1:2"}]
    kept = [{"step": 0, "strength": 1.0, "style_layers": {"relu1_1": 1.0, "relu3_1": 2.0}}]
    painting = begun()
    painting.adjust(**given[0])
    assert json.dumps(painting.adjustments) == json.dumps(kept)
    assert json.dumps(begun(adjustments=[(0, given[0])]).adjustments) == json.dumps(kept)


def test_an_adjustment_after_the_last_step_takes_none():
    painting = begun()
    image = finished(painting).image
    painting.adjust(beta=1.0)
    assert list(painting) == []
    assert torch.equal(painting.result().image, image)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "facts"),
    [
        ({}, ["strength"]),
        ({"beta": None, "styles": None}, ["strength"]),
        ({"styles": [True, 1.0]}, ["True"]),
        ({"size": 100}, ["size", "strength", "variation"]),
        ({"pooling": "max"}, ["pooling"]),
        ({"strenght": 0.5}, ["strenght"]),
        ({"style_layers": {"relu2_2": 1.0}}, ["relu2_2", "relu1_1", "relu5_1"]),
        ({"content_layer": "relu3_2"}, ["relu3_2", "relu4_2"]),
        ({"style_layers": {"relu9_9": 1.0}}, ["relu9_9"]),
        ({"styles": [1.0]}, ["2", "[1.0]"]),
        ({"styles": 3.0}, ["2", "3.0"]),
        ({"styles": [1.0, -1.0]}, ["-1"]),
        ({"styles": [1.0, math.nan]}, ["nan"]),
        ({"styles": [1.0, "much"]}, ["much"]),
        ({"alpha": math.nan}, ["alpha", "nan"]),
        ({"beta": "much"}, ["beta", "much"]),
        ({"strength": 2.0}, ["strength", "2"]),
        ({"strength": 0.5, "beta": 2.0}, ["strength", "beta"]),
        ({"protect_strength": -0.5}, ["protect", "-0.5"]),
        ({"beta": 3.0, "alpha": math.inf}, ["alpha", "inf"]),
    ],
)
def test_what_cannot_change_is_refused_in_one_line_and_nothing_is_changed(changes, facts):
    painting, untouched = begun(scales=1), begun(scales=1)
    next(painting)
    with pytest.raises(SettingsError) as caught:
        painting.adjust(**changes)
    line = str(caught.value)
    assert "\n" not in line
    assert all(fact in line for fact in facts), line
    assert painting.adjustments == []
    assert torch.equal(finished(painting).image, finished(untouched).image)


@pytest.mark.parametrize(
    "adjustments",
    [
        [(-1, {"beta": 2.0})],
        [("first", {"beta": 2.0})],
        [{"beta": 2.0}],
        [(2, {"size": 100})],
        [(True, {})],
        [5],
        [(1, None)],
        [(3, {"beta": "much"})],
        [(3, {"styles": [1.0]})],
        [(3, {"style_layers": "relu2_2"})],
    ],
)
def test_adjustments_that_cannot_be_made_are_refused_before_the_first_step(adjustments):
    with pytest.raises(SettingsError) as caught:
        begun(adjustments=adjustments)
    assert "\n" not in str(caught.value)


def test_another_strength_lets_go_of_what_the_old_one_set_and_of_nothing_else():
    low = Settings(strength=0.25, size=96)
    assert _settled_by(low, strength=0.5) == Settings(strength=0.5, size=96)
    own = Settings(strength=0.25, fidelity=3.0)
    assert _settled_by(own, strength=0.8) == Settings(strength=0.8, fidelity=3.0)


def _settled_by(settings, **changes):
    return adjusted(settings, read_inputs(CONTENT, STYLE), changes, {})[0]
