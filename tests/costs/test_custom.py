"""A cost of the user's own: what is refused, what a checkpoint knows it by, and that it does what it says."""

import numpy as np
import pytest
import torch

import impasto
from impasto.errors import CheckpointError, SettingsError
from impasto.painting.checkpoint import load_checkpoint
from impasto.settings import Settings
from impasto.stylizer import Stylizer
from impasto.vgg.vgg19 import VGG19
from tests.helpers import MeanAndDeviation, objective, random_image, tiny_weights

CONTENT, STYLE = random_image(36, 48, 1), random_image(40, 40, 2)


class Energy(impasto.CustomCost):
    """How active a layer is, whatever the pictures are: the plainest cost."""

    layer = "block2_conv1"

    def measure(self, a):
        return a.square().sum()

    def rule(self, generated, content, style):
        return generated.mean


def paint(*costs, style=STYLE, masks=(), **fields):
    settings = Settings(**{"recipe": "glaze", "scales": 1, "steps": 3, **fields})
    return Stylizer(settings, encoder=VGG19(tiny_weights()), costs=costs).paint(CONTENT, style, masks=masks)


def test_it_is_added_to_the_cost_with_its_weight():
    energy = Energy()
    energy.weight = 0.25
    cost = next(paint(energy, solver="adam", start="content")).cost  # Adam tells the cost it started from
    encoder = VGG19(tiny_weights())
    padded = torch.nn.functional.pad(CONTENT, (16, 16, 16, 16), mode="reflect")
    inside = encoder(padded, ["relu2_1"])["relu2_1"][:, :, 8:-8, 8:-8]
    expected = 0.25 * inside.square().sum() / (inside.shape[2] * inside.shape[3])
    assert cost.custom == pytest.approx(expected.item(), rel=1e-5)
    assert cost.total == pytest.approx(cost.content + 20 * cost.style + cost.custom, rel=1e-6)


def test_it_is_brought_down():
    with_it, without = [
        list(paint(Energy(), **more))[-1] for more in ({"beta": 0.0}, {"beta": 0.0, "alpha": 1e3})
    ]
    assert with_it.cost.custom < 0.9 * without.cost.custom


class Distance(Energy):
    """From the style's energy; `seen` is what the rule was last given of it."""

    def rule(self, generated, content, style):
        self.seen = style
        return (generated.mean - style.mean).square()


def test_several_styles_are_their_weighted_mean():
    distance, other = Distance(), random_image(30, 44, 3) ** 3
    painting = paint(distance, style=[(STYLE, 3), other])
    next(painting)
    encoder = VGG19(tiny_weights())
    padded = [torch.nn.functional.pad(style, (16, 16, 16, 16), mode="reflect") for style in (STYLE, other)]
    activations = (encoder(image, ["relu2_1"])["relu2_1"][0, :, 8:-8, 8:-8] for image in padded)
    one, two = (a.square().sum(0).mean() for a in activations)
    assert distance.seen.mean.item() == pytest.approx((3 * one + two).item() / 4, rel=1e-5)
    assert distance.seen.count == 1


def test_two_equal_styles_are_one():
    costs = [next(paint(Distance(), style=style)).cost for style in (STYLE, [STYLE, STYLE], [(STYLE, 2)])]
    assert costs[0] == costs[1] == costs[2]


def test_with_regions_it_sees_whole_pictures():
    left = np.linspace(1, 0, 48)[None].repeat(36, 0)
    styles = [(STYLE, 2), random_image(30, 44, 3)]
    found = []
    for more in ({}, {"masks": [left, 1 - left]}):
        painting = paint(Distance(), style=styles, **more)
        found.append(objective(painting)(CONTENT).cost)
    assert found[0].custom == found[1].custom
    assert found[0].style != found[1].style


class Maximum(Energy):
    def measure(self, a):
        return a.amax((0, 2, 3))


class Rows(Energy):
    def measure(self, a):
        return a.sum((0, 3))


class Columns(Energy):
    def measure(self, a):
        return a.sum((0, 2))


class Number(Energy):
    def measure(self, a):
        return 1.0


class Constant(Energy):
    def rule(self, generated, content, style):
        return style.mean


class Vector(Energy):
    def measure(self, a):
        return a.sum((0, 2, 3))


class Whole(Energy):
    def measure(self, a):
        return (a > 0).sum()


class Deep(Energy):
    layer = "relu9_9"


class Nowhere(impasto.CustomCost):
    pass


class Negative(Energy):
    weight = -1.0


@pytest.mark.parametrize(
    ("cost", "says"),
    [
        (Maximum(), r"Maximum\.measure"),
        (Rows(), r"Rows\.measure"),
        (Columns(), r"Columns\.measure.*columns"),
        (Number(), r"Number\.measure.*1\.0"),
        (Constant(), r"Constant\.rule.*generated\.total"),
        (Vector(), r"Vector\.rule.*float32 \[4\]"),
        (Whole(), r"Whole\.measure.*int64"),
        (Deep(), "relu9_9"),
        (Nowhere(), "Nowhere.*layer"),
        (Negative(), "weight.*Negative"),
        (Energy, "Energy"),
    ],
)
def test_what_is_no_cost_is_refused_in_one_line(cost, says):
    with pytest.raises(SettingsError, match=says) as caught:
        next(paint(cost))
    assert "\n" not in str(caught.value)


def test_a_checkpoint_asks_for_the_same_costs_again(tmp_path):
    painting = paint(MeanAndDeviation("relu3_1", 0.5))
    next(painting)
    painting.save_checkpoint(tmp_path / "a.checkpoint")
    checkpoint = load_checkpoint(tmp_path / "a.checkpoint")

    def resume(*costs):
        stylizer = Stylizer(checkpoint.settings, encoder=VGG19(tiny_weights()), costs=costs)
        return stylizer.paint(CONTENT, STYLE, resume=checkpoint)

    for others in (
        (),
        (MeanAndDeviation("relu3_1", 0.4),),
        (Energy(),),
        (*[MeanAndDeviation("relu3_1")] * 2,),
    ):
        with pytest.raises(CheckpointError, match=r"MeanAndDeviation.*0\.5") as caught:
            resume(*others)
        assert "\n" not in str(caught.value)
    assert next(resume(MeanAndDeviation("relu3_1", 0.5))).number == 2


def test_the_fingerprint_tells_fields_apart_and_not_objects():
    one, two, other = (MeanAndDeviation("relu3_1") for _ in range(3))
    one.aim, two.aim, other.aim = torch.ones(3), torch.ones(3), torch.zeros(3)
    assert one.fingerprint() == two.fingerprint() != other.fingerprint()


def test_the_recipe_in_the_picture_names_it(tmp_path):
    painting = paint(Energy())
    next(painting)
    painting.result().save(tmp_path / "out.png")
    assert impasto.read_metadata(tmp_path / "out.png")["costs"] == [
        "Energy(layer='block2_conv1', weight=1.0)"
    ]
