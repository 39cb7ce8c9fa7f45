"""Costs on the picture itself: closed forms, finite differences, strips, refusals, and that holding holds."""

import re
from functools import partial

import numpy as np
import pytest
import torch

import impasto
from impasto.costs import image_cost
from impasto.costs.image_cost import CanvasScale, Hold, ImageCost
from impasto.errors import PictureError, SettingsError
from impasto.evaluation import Cost, Evaluation
from impasto.images.mask import read_mask
from impasto.images.resize import rows_at
from impasto.objective import image_costs
from impasto.objective.image_costs import WithImageCosts
from impasto.settings import Settings
from impasto.stylizer import Stylizer
from impasto.tensor_types import Span
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_weights

CONTENT, STYLE, TARGET = random_image(36, 48, 1), random_image(40, 40, 2), random_image(36, 48, 3)
MASK = np.linspace(0, 1, 48)[None].repeat(36, 0)
LEFT = (MASK < 0.4).astype(float)


class Bending(ImageCost):
    """sum over x(row) x(row + 2): looks two rows ahead, and its derivative two rows back as well."""

    halo = 2

    def __init__(self, weight=1.0):
        self.weight = weight

    def evaluate(self, image, rows):
        height, slope = rows.size[0], torch.zeros_like(image)
        value = 0.0
        for row in range(*rows.own):
            here = row - rows.seen.start
            if row + 2 < height:
                value += float((image[:, :, here] * image[:, :, here + 2]).sum())
                slope[:, :, here] += image[:, :, here + 2]
            if row - 2 >= 0:
                slope[:, :, here] += image[:, :, here - 2]
        return value, slope[:, :, rows.own.within(rows.seen)]


def at(cost, size):
    """The cost at a scale of this size, alone."""
    return cost.at(CanvasScale(size, Span(0, size[0]), torch.device("cpu"), lambda rows: None, float))


def evaluated(cost, image, base=2.0):
    """J and gradient where everything else costs `base` and has the gradient 1."""
    size = (image.shape[2], image.shape[3])
    rest = WithImageCosts(
        lambda x: Evaluation(Cost(base, 0.5, 0.25), torch.ones_like(x)), [at(cost, size)], size
    )
    return rest(image)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("size", [(36, 48), (18, 24)])
def test_holding_is_the_closed_form_at_every_size(masked, size):
    """J = w mean(m (G - P)^2), dJ/dG = 2 w m (G - P) / (3 H W), P and m at the canvas's size."""
    image = random_image(*size, 7).double()
    picture = rows_at(impasto.read_picture(TARGET), size, 0, size[0]).double()
    mask = read_mask(MASK).rows(size, 0, size[0]).double() if masked else torch.ones(size)
    found = evaluated(Hold(TARGET, MASK if masked else None, weight=30.0), image)
    J = 30 * (mask * (image - picture) ** 2).mean()
    assert found.cost.custom == pytest.approx(J.item(), rel=1e-6)
    assert found.cost.total == pytest.approx(2 + J.item(), rel=1e-6)
    assert (found.cost.content, found.cost.style, found.cost.variation) == (0.5, 0.25, 0.0)
    expected = 1 + 2 * 30 * mask * (image - picture) / image.numel()
    torch.testing.assert_close(found.gradient, expected, rtol=0, atol=1e-8)


@pytest.mark.parametrize("cost", [Hold(TARGET, MASK, 30.0), Bending(0.01)], ids=["hold", "halo of 2"])
def test_the_gradient_by_finite_differences(cost):
    image, direction, h = random_image(36, 48, 4).double(), random_image(36, 48, 5).double() - 0.5, 1e-5
    slope = (
        evaluated(cost, image + h * direction).cost.total - evaluated(cost, image - h * direction).cost.total
    ) / (2 * h)
    gradient = evaluated(cost, image).gradient - 1
    assert (gradient * direction).sum().item() == pytest.approx(slope, rel=1e-5)


@pytest.mark.parametrize("cost", [Hold(TARGET, MASK, 30.0), Bending(0.01)], ids=["hold", "halo of 2"])
@pytest.mark.parametrize("rows", [1, 3, 35])
def test_strip_by_strip_it_is_the_same(cost, rows, monkeypatch):
    image = random_image(36, 48, 4).double()
    whole = evaluated(cost, image)
    monkeypatch.setattr(image_costs, "strips_of", partial(image_cost.strips_of, values=3 * 48 * rows))
    strips = evaluated(cost, image)
    assert strips.cost.total == pytest.approx(whole.cost.total, rel=1e-12)
    torch.testing.assert_close(strips.gradient, whole.gradient, rtol=0, atol=1e-12)


def stylizer(costs, **fields):
    return Stylizer(
        Settings(**{"recipe": "glaze", "steps": 3, "scales": 1, **fields}),
        encoder=VGG19(tiny_weights()),
        costs=costs,
    )


@pytest.mark.slow
def test_where_the_mask_is_white_the_painting_is_held_and_elsewhere_it_is_painted():
    """Pulled from the photograph to another picture in one part, and in the other part not at all."""
    white = torch.from_numpy(LEFT[0] > 0)
    held, free = (
        stylizer(costs, steps=120, solver="adam", learning_rate=0.03, start="content")
        .stylize(CONTENT, STYLE)
        .image
        for costs in ([Hold(TARGET, LEFT, 1e6)], [])
    )
    assert (held - TARGET).abs()[..., white].mean() < 1e-2
    assert (free - TARGET).abs()[..., white].mean() > 0.1
    assert (held - TARGET).abs()[..., ~white].mean() > 0.1


def test_it_is_counted_as_a_custom_cost_and_may_be_given_to_one_painting():
    cost = Hold(TARGET, weight=100.0)
    one = next(stylizer([cost], solver="adam", start="content").paint(CONTENT, STYLE)).cost
    other = next(stylizer([], solver="adam", start="content").paint(CONTENT, STYLE, costs=[cost])).cost
    plain = next(stylizer([], solver="adam", start="content").paint(CONTENT, STYLE)).cost
    assert one == other
    assert one.custom == pytest.approx(100 * (CONTENT - TARGET).square().mean().item(), rel=1e-5)
    assert one.total == pytest.approx(plain.total + one.custom, rel=1e-6)


def test_a_weight_of_nothing_changes_nothing():
    held, plain = (stylizer(costs).stylize(CONTENT, STYLE).image for costs in ([Hold(TARGET, weight=0)], []))
    assert torch.equal(held, plain)


def test_the_plan_grows_by_the_bytes_that_it_holds():
    def demand(costs):
        return stylizer(costs).paint(CONTENT, STYLE).plan(times=False).demand

    cost = Bending()
    cost.bytes_per_pixel = 24
    assert demand([cost, Hold(TARGET)]).image_costs == 24 + 16
    planned = stylizer([]).paint(CONTENT, STYLE).plan(times=False).scales[0]
    with_it, without = (demand(costs).peak(planned.scale, planned.layout, 0) for costs in ([cost], []))
    more = with_it - without
    assert 24 * 36 * 48 <= more <= 1.2 * 24 * 36 * 48


def test_a_checkpoint_knows_the_picture_that_is_held():
    one, same, other = (
        Hold(picture, MASK, 3.0).fingerprint() for picture in (TARGET, TARGET.clone(), CONTENT)
    )
    assert one == same != other
    assert len({one, Hold(TARGET, None, 3.0).fingerprint(), Hold(TARGET, MASK, 4.0).fingerprint()}) == 3


class Wrong(ImageCost):
    def __init__(self, *returned):
        self.returned = returned

    def evaluate(self, image, rows):
        return self.returned


@pytest.mark.parametrize(
    "returned",
    [
        (1.0, torch.zeros(1, 3, 5, 5)),
        (torch.ones(()), torch.zeros(1, 3, 36, 48)),
        (1.0, None),
        ("much", torch.zeros(1, 3, 36, 48)),
        (1.0,),
        (),
    ],
    ids=["another shape", "a tensor", "no gradient", "a text", "one thing", "nothing"],
)
def test_what_evaluate_may_not_return_is_one_line(returned):
    with pytest.raises(SettingsError, match=r"Wrong\.evaluate") as caught:
        next(stylizer([Wrong(*returned)]).paint(CONTENT, STYLE))
    assert re.fullmatch(r"[^\n]*1, 3, 36, 48[^\n]*", str(caught.value))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("weight", -1.0),
        ("weight", float("nan")),
        ("weight", "much"),
        ("halo", -1),
        ("halo", 1.5),
        ("halo", None),
    ],
)
def test_a_weight_or_halo_that_is_none_is_refused(field, value):
    cost = Bending()
    setattr(cost, field, value)
    with pytest.raises(SettingsError, match=rf"{field}.*Bending") as caught:
        stylizer([cost])
    assert repr(value) in str(caught.value) and "\n" not in str(caught.value)


def test_what_cannot_be_held_is_refused():
    with pytest.raises(PictureError, match=r"nowhere\.png"):
        Hold("nowhere.png")
    with pytest.raises(PictureError, match=r"40 x 40.*48 x 36"):
        Hold(TARGET, np.ones((40, 40)))
    with pytest.raises(SettingsError, match=r"Hold.*-2"):
        Hold(TARGET, weight=-2)
