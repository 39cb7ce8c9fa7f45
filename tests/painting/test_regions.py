"""Whole paintings with several styles, regions and protection: the properties a user relies on, with a tiny network."""

import numpy as np
import pytest
import torch

import impasto
from impasto.errors import CheckpointError, PictureError, SettingsError
from impasto.images.resize import rows_at
from impasto.painting.checkpoint import load_checkpoint
from impasto.settings import CHOICES, Settings
from impasto.stylizer import Stylizer
from impasto.vgg.vgg19 import VGG19
from tests.helpers import canvas, objective, random_image, tiny_weights

RECIPES = {
    "classic": {"recipe": "classic", "steps": 4},
    "paint": {"steps": 3, "scales": 2},
    "paint with Adam": {"steps": 3, "scales": 2, "solver": "adam"},
}
EACH_RECIPE = pytest.mark.parametrize("name", RECIPES)
CONTENT, STYLE, OTHER = random_image(40, 56, 1), random_image(40, 40, 2), random_image(36, 60, 3) ** 3
WHITE = np.full((40, 56), 255, np.uint8)


def soft(height=40, width=56):
    """A mask with a soft edge, left to right."""
    return np.clip(np.linspace(2.5, -1.5, width), 0, 1)[None].repeat(height, 0)


LEFT, RIGHT = soft(), 1 - soft()
HARD = (LEFT > 0.5).astype(float)
LABELS = np.where(LEFT[..., None] > 0.5, (255, 0, 0), (0, 0, 255)).astype(np.uint8)
STYLE_LABELS = np.array([[(0, 0, 255)] * 12 + [(255, 0, 0)] * 28] * 40, np.uint8)
CONTROLS = {
    "two styles": ([(STYLE, 2), OTHER], {}),
    "two regions": ([STYLE, OTHER], {"masks": [LEFT, RIGHT]}),
    "one region": (STYLE, {"masks": [HARD]}),
    "parts of one painting": (STYLE, {"masks": [LEFT, RIGHT], "style_masks": [soft(40, 40), 1 - soft(40, 40)]}),
    "a part of the painting": (STYLE, {"style_masks": [soft(40, 40)]}),
    "maps": (STYLE, {"regions": LABELS, "style_regions": STYLE_LABELS}),
    "protected": (STYLE, {"protect": RIGHT}),
    "all at once": ([STYLE, (OTHER, 0.5)], {"regions": LABELS, "protect": HARD}),
}  # fmt: skip
EACH_CONTROL = pytest.mark.parametrize("control", CONTROLS)


def stylizer(name="paint", precision="float32", **fields):
    settings = Settings(**{"recipe": "glaze", **RECIPES[name], **fields})
    return Stylizer(settings, encoder=VGG19(tiny_weights(), pooling=settings.pooling, precision=precision))


def painted(name, style, more, **fields):
    return stylizer(name, **fields).stylize(CONTENT, style, **more).image


@EACH_RECIPE
def test_two_equal_styles_are_one_to_the_bit(name):
    one = painted(name, STYLE, {})
    assert torch.equal(painted(name, [STYLE, STYLE], {}), one)
    assert torch.equal(painted(name, [(STYLE, 1), (STYLE, 1)], {}), one)
    assert not torch.equal(painted(name, [(STYLE, 1), (OTHER, 1)], {}), one)


@EACH_RECIPE
def test_white_masks_are_none(name):
    plain = painted(name, STYLE, {})
    found = painted(name, STYLE, {"masks": [WHITE], "style_masks": [np.ones((40, 40))]})
    tolerance = 1e-5 if name == "classic" else 1e-3  # steps that divide small differences by each other
    assert (found - plain).abs().max() < tolerance


@pytest.mark.parametrize("style_cost", CHOICES["style_cost"])
def test_at_the_first_evaluation_white_masks_are_none(style_cost):
    costs = []
    for more in ({}, {"masks": [WHITE]}, {"style_masks": [np.ones((40, 40))]}):
        painting = stylizer(scales=1, style_cost=style_cost).paint(CONTENT, STYLE, **more)
        costs.append(objective(painting)(random_image(40, 56, 5)))
    for found in costs[1:]:
        assert found.cost.total == pytest.approx(costs[0].cost.total, rel=1e-5)
        assert (found.gradient - costs[0].gradient).norm() < 1e-5 * costs[0].gradient.norm()


@EACH_RECIPE
def test_protected_everywhere_is_the_photograph_to_the_bit(name):
    painting = stylizer(name).paint(CONTENT, STYLE, protect=WHITE)
    content = impasto.read_picture(CONTENT)
    for step in painting:
        shown = painting._problem.shown(canvas(painting), step.scale - 1)
        assert torch.equal(shown, rows_at(content, step.size, 0, step.size[0]))
    assert torch.equal(painting.result().image, CONTENT)


@pytest.mark.slow
@EACH_RECIPE
def test_a_part_is_protected_to_the_bit_and_the_rest_is_painted(name):
    image = painted(name, STYLE, {"protect": HARD})
    kept = torch.from_numpy(HARD > 0.5).expand_as(image)
    assert torch.equal(image[kept], CONTENT[kept])
    assert (image - CONTENT)[~kept].abs().mean() > 1e-3
    nothing = painted(name, STYLE, {"protect": HARD}, protect_strength=0.0)
    assert torch.equal(nothing, painted(name, STYLE, {}))
    half = painted(name, STYLE, {"protect": HARD}, protect_strength=0.5)
    off = [(one - CONTENT)[kept].abs().mean() for one in (image, half, nothing)]
    assert off[0] == 0 < off[1] < off[2]


def test_what_belongs_to_no_region_stays_near_the_photograph():
    content, left = random_image(40, 140, 1), np.zeros((40, 140))
    left[:, :28] = 1
    image = stylizer("paint", steps=10).stylize(content, STYLE, masks=[left]).image
    off = (image - content).abs().mean((0, 1, 2))
    assert off[-40:].mean() < 0.5 * off[:20].mean()


@pytest.mark.slow
@EACH_CONTROL
@pytest.mark.parametrize(
    ("border", "precision", "tolerance"), [("mirror", "float64", 1e-10), ("zeros", "float32", 2e-5)]
)
def test_tiles_agree_with_the_whole(control, border, precision, tolerance):
    style, more = CONTROLS[control]
    evaluations = []
    for fields in ({"engine": "whole"}, {"engine": "tiled", "tile": 16}):
        one = stylizer(scales=1, precision=precision, border=border, **fields)
        image = random_image(40, 56, 5).to(one.encoder.precision.measured)
        evaluations.append(objective(one.paint(CONTENT.double(), style, **more))(image))
    whole, tiled = evaluations
    assert tiled.cost.total == pytest.approx(whole.cost.total, rel=tolerance)
    assert (tiled.gradient - whole.gradient).norm() < tolerance * whole.gradient.norm()


@pytest.mark.parametrize(
    ("control", "name"),
    [("all at once", "paint"), ("parts of one painting", "classic"), ("maps", "paint with Adam")],
)
def test_resumed_it_is_the_same_to_the_bit(tmp_path, control, name):
    style, more = CONTROLS[control]
    straight = stylizer(name).stylize(CONTENT, style, **more)
    painting = stylizer(name).paint(CONTENT, style, **more)
    for step in painting:
        if step.number == 3:
            break
    painting.save_checkpoint(tmp_path / "checkpoint")
    checkpoint = load_checkpoint(tmp_path / "checkpoint")
    resumed = stylizer(name).paint(CONTENT, style, **more, resume=checkpoint)
    list(resumed)
    assert torch.equal(resumed.result().image, straight.image)
    assert resumed.result().history == straight.history


def test_resuming_with_something_else_is_refused(tmp_path):
    painting = stylizer().paint(CONTENT, [(STYLE, 2), OTHER], protect=LEFT)
    next(painting)
    painting.save_checkpoint(tmp_path / "checkpoint")
    checkpoint = load_checkpoint(tmp_path / "checkpoint")
    assert set(checkpoint.inputs) == {"content", "style", "style 2", "protect"}
    both = [(STYLE, 2), OTHER]
    for style, more, words in [
        (STYLE, {"protect": LEFT}, "style"),
        ([(STYLE, 3), OTHER], {"protect": LEFT}, "2.*3"),
        (both, {}, "protect"),
        (both, {"protect": RIGHT}, "protect"),
        (both, {"protect": LEFT, "masks": [LEFT, RIGHT]}, "mask"),
    ]:
        with pytest.raises(CheckpointError, match=words):
            stylizer().paint(CONTENT, style, **more, resume=checkpoint)


@pytest.mark.parametrize(
    ("style", "more", "error", "words"),
    [
        ([STYLE, OTHER, STYLE], {"masks": [LEFT, RIGHT]}, SettingsError, "2.*3"),
        ([STYLE, OTHER], {"masks": [LEFT]}, SettingsError, "1.*2"),
        (STYLE, {"masks": [LEFT, RIGHT], "style_masks": [np.ones((40, 40))]}, SettingsError, "1.*2"),
        (STYLE, {"masks": [LEFT, WHITE]}, PictureError, "mask"),
        (STYLE, {"masks": [np.zeros((40, 56))]}, PictureError, "mask"),
        (STYLE, {"masks": [np.ones((40, 40))]}, PictureError, "40 x 40.*56 x 40"),
        (STYLE, {"style_masks": [LEFT]}, PictureError, "56 x 40.*40 x 40"),
        (STYLE, {"protect": np.ones((56, 40))}, PictureError, "40 x 56.*56 x 40"),
        (STYLE, {"masks": LEFT}, PictureError, "mask.*ndarray"),
        (STYLE, {"masks": [LEFT], "regions": LABELS}, SettingsError, "masks.*regions"),
        (STYLE, {"style_regions": STYLE_LABELS}, SettingsError, "regions"),
        ([STYLE, OTHER], {"regions": LABELS, "style_regions": STYLE_LABELS}, SettingsError, "regions.*2"),
        ([STYLE, OTHER, STYLE], {"regions": LABELS}, SettingsError, "2.*3"),
        ([(STYLE, 0)], {}, SettingsError, "0"),
        ([], {}, SettingsError, "style|painting"),
    ],
)  # fmt: skip
def test_what_does_not_go_together(style, more, error, words):
    with pytest.raises(error, match=words) as raised:
        stylizer().paint(CONTENT, style, **more)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("style_cost", CHOICES["style_cost"])
def test_a_region_s_style_stays_in_it(style_cost):
    """relu1_1 sees one pixel far: beyond that nothing moves, to the bit, and inside everything does."""
    fields = {
        "alpha": 0.0,
        "start": "content",
        "style_layers": "relu1_1",
        "steps": 5,
        "style_cost": style_cost,
    }
    image = painted("classic", STYLE, {"masks": [HARD]}, **fields)
    border = int(HARD[0].sum())
    assert torch.equal(image[..., border + 1 :], CONTENT[..., border + 1 :])
    assert (image != CONTENT)[..., :border].float().mean() > 0.9


def test_the_plan_has_room_for_the_guides():
    def planned(style, **more):
        painting = stylizer(engine="whole", scales=1, size=512, recipe="glaze", border="zeros").paint(
            random_image(384, 512), style, **more
        )
        return painting.plan(times=False).scales[0].peak - painting.plan(times=False).base, painting

    big = soft(384, 512)
    plain, _ = planned(STYLE)
    with_regions, painting = planned([STYLE, OTHER], masks=[big, 1 - big])
    guides = [term.guide for term in objective(painting).terms if hasattr(term, "guide")]
    held = sum(guide.weight.numel() * guide.weight.element_size() for guide in guides)
    assert len(guides) == 10
    assert with_regions - plain > held
    protected, _ = planned(STYLE, protect=big)
    assert protected - plain > 16 * 384 * 512  # the photograph and the mask
