"""Whole paintings with a tiny network: what a user of the library sees, and resuming to the bit."""

import numpy as np
import pytest
import torch

import impasto
from impasto.errors import CheckpointError, OutputError, PictureError, SettingsError
from impasto.painting.checkpoint import load_checkpoint
from impasto.settings import Settings
from impasto.stylizer import Stylizer
from impasto.vgg import vgg19
from impasto.vgg.vgg19 import VGG19
from tests.helpers import MeanAndDeviation, random_image, tiny_encoder, tiny_weights

RECIPES = {
    "classic": {"recipe": "classic", "steps": 9},
    "paint": {"recipe": "paint", "steps": 5, "scales": 2},
    "glaze": {"recipe": "glaze", "steps": 5, "scales": 2},
    "glaze with Adam": {"recipe": "glaze", "steps": 5, "scales": 2, "solver": "adam"},
    "classic with all costs": {
        **{"recipe": "classic", "steps": 9, "variation": 1e-3},
        **{"style_cost": "wasserstein", "costs": [MeanAndDeviation("relu3_1", 1e-3)]},
    },
    "paint with all costs": {
        **{"recipe": "paint", "steps": 5, "scales": 2, "variation": 0.2},
        **{"style_cost": "covariance", "costs": [MeanAndDeviation("relu3_1", 0.1)]},
    },
}


def stylizer(costs=(), **fields) -> Stylizer:
    return Stylizer(Settings(**{"recipe": "glaze", **fields}), encoder=VGG19(tiny_weights()), costs=costs)


CONTENT, STYLE = random_image(36, 48, 1), random_image(40, 40, 2)


@pytest.mark.parametrize("name", RECIPES)
def test_a_painting_from_start_to_result(name):
    painting = stylizer(**RECIPES[name]).paint(CONTENT, STYLE)
    steps = list(painting)
    result = painting.result()
    assert result.image.shape == (1, 3, 36, 48)
    assert result.image.dtype == torch.float32
    assert 0 <= result.image.min() <= result.image.max() <= 1
    assert result.history == [step.cost for step in steps]
    last_scale = [step.cost.total for step in steps if step.scale == steps[-1].scale]
    assert last_scale[-1] < last_scale[0]
    assert result.stopped == "all steps done"
    assert result.weights["source"] == "a tiny network"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["classic", "paint", "glaze"])
def test_the_same_seed_gives_the_same_picture_and_another_one_another(name):
    def paint(**fields):
        return stylizer(**RECIPES[name], **fields).stylize(CONTENT, STYLE).image

    assert torch.equal(paint(), paint())
    assert torch.equal(paint(seed=1, start="noise"), paint(seed=1, start="noise"))
    assert not torch.equal(paint(seed=1, start="noise"), paint(seed=2, start="noise"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "stop_after"),
    [
        ("paint", 1),
        ("glaze", 1),
        ("glaze with Adam", 8),
        ("classic with all costs", 9),
        ("paint with all costs", 8),
    ],
)  # 8 is the last step of the first scale of two; what a solver's state holds is tested in tests/solvers
def test_resumed_from_any_step_it_is_the_same_to_the_bit(tmp_path, name, stop_after):
    straight = stylizer(**RECIPES[name]).stylize(CONTENT, STYLE)
    painting = stylizer(**RECIPES[name]).paint(CONTENT, STYLE)
    for step in painting:
        if step.number == stop_after:
            break
    painting.save_checkpoint(tmp_path / "checkpoint")
    checkpoint = load_checkpoint(tmp_path / "checkpoint")
    costs = RECIPES[name].get("costs", ())
    resumed = Stylizer(checkpoint.settings, encoder=VGG19(tiny_weights()), costs=costs).paint(
        CONTENT, STYLE, resume=checkpoint
    )
    for _ in resumed:
        pass
    assert torch.equal(resumed.result().image, straight.image)
    assert resumed.result().history == straight.history
    assert not resumed.notes


def test_precision_auto_is_settled_and_told_before_anything_is_painted(monkeypatch, tmp_path):
    """Metadata and checkpoints name the precision itself, so that another machine goes on in the same one."""
    monkeypatch.setattr("impasto.stylizer.quickest", lambda device: "bf16")
    monkeypatch.setattr("impasto.vgg.device.multiplies_bf16", lambda: True)
    settings = Settings(recipe="glaze", steps=3, scales=1, precision="auto")
    with impasto.encoders_made_by(tiny_encoder):
        painting = Stylizer(settings).paint(CONTENT, STYLE)
        assert painting.notes == ["precision auto: it is painted in bf16, which is quickest here"]
        next(painting)
        painting.save_checkpoint(tmp_path / "checkpoint")
        checkpoint = load_checkpoint(tmp_path / "checkpoint")
        assert checkpoint.settings.precision == "bf16"
        resumed = Stylizer(checkpoint.settings).paint(CONTENT, STYLE, resume=checkpoint)
        for one in (painting, resumed):
            list(one)
        assert torch.equal(resumed.result().image, painting.result().image)
        assert painting.result().settings.precision == "bf16"
        with pytest.raises(CheckpointError, match="other settings"):
            Stylizer(Settings(recipe="glaze", steps=3, scales=1)).paint(CONTENT, STYLE, resume=checkpoint)


def test_precision_auto_says_nothing_where_it_is_float32(monkeypatch):
    monkeypatch.setattr("impasto.stylizer.quickest", lambda device: "float32")
    with impasto.encoders_made_by(tiny_encoder):
        painting = Stylizer(Settings(recipe="glaze", precision="auto")).paint(CONTENT, STYLE)
    assert painting.notes == []
    assert painting.settings.precision == "float32"


def test_resuming_with_other_pictures_or_weights_is_refused(tmp_path):
    painting = stylizer().paint(CONTENT, STYLE)
    next(painting)
    painting.save_checkpoint(tmp_path / "checkpoint")
    checkpoint = load_checkpoint(tmp_path / "checkpoint")
    with pytest.raises(CheckpointError, match="style"):
        stylizer().paint(CONTENT, random_image(40, 40, 3), resume=checkpoint)
    with pytest.raises(CheckpointError, match="weights"):
        Stylizer(Settings(recipe="glaze"), encoder=VGG19(tiny_weights(1))).paint(
            CONTENT, STYLE, resume=checkpoint
        )
    with pytest.raises(CheckpointError, match="settings"):
        stylizer(beta=3.0).paint(CONTENT, STYLE, resume=checkpoint)


def test_stopped_in_the_middle_the_picture_so_far_has_the_size_of_the_result():
    painting = stylizer(**RECIPES["glaze"]).paint(CONTENT, STYLE)
    assert next(painting).size == (18, 24)
    assert painting.result().image.shape == (1, 3, 36, 48)
    assert painting.result().stopped == "interrupted"


@pytest.mark.parametrize("style_cost", ["gram", "covariance", "wasserstein"])
def test_style_equal_to_content_gives_the_content_back(style_cost):
    result = stylizer(scales=2, steps=5, style_cost=style_cost).stylize(CONTENT, CONTENT)
    assert (result.image - CONTENT).abs().max() < 1e-5


def test_strength_zero_gives_the_photograph():
    result = stylizer(scales=2, steps=5, strength=0.0).stylize(CONTENT, STYLE)
    assert (result.image - CONTENT).abs().max() < 1e-5


def test_the_start_may_be_a_picture():
    start = random_image(36, 48, 9)
    painting = stylizer(scales=1, steps=1).paint(CONTENT, STYLE, start=start)
    assert torch.equal(painting._problem.initial_canvas(), start)
    with pytest.raises(SettingsError, match="picture"):
        stylizer(start="picture").paint(CONTENT, STYLE)


def test_from_a_picture_at_the_last_scale_there_is_no_other():
    start = random_image(36, 48, 9)
    painting = stylizer(scales=2, steps=3, solver="adam", start_scale="last").paint(
        CONTENT, STYLE, start=start
    )
    assert torch.equal(painting._problem.initial_canvas(), start)
    steps = list(painting)
    assert [(step.scale, step.scales, step.size) for step in steps] == [(1, 1, (36, 48))] * 3
    alone = stylizer(scales=1, steps=3, solver="adam").stylize(CONTENT, STYLE, start=start)
    assert torch.equal(painting.result().image, alone.image)


def test_size_is_the_long_side_and_the_aspect_is_kept():
    assert stylizer(size=64).paint(CONTENT, STYLE).size == (48, 64)
    assert stylizer().paint(random_image(24, 1200), STYLE).size == (20, 1024)


def test_too_small_for_the_layers_is_one_clear_line():
    with pytest.raises(SettingsError, match=r"16x12.*relu5_1.*16"):
        stylizer(size=16).paint(CONTENT, STYLE)
    with pytest.raises(SettingsError, match="the style"):
        list(stylizer(size=48).paint(CONTENT, random_image(9, 200)))


def test_arrays_keep_their_transparency():
    rgba = (np.random.default_rng(0).random((36, 48, 4)) * 255).astype(np.uint8)
    result = stylizer(scales=1, steps=1).stylize(rgba, STYLE)
    assert np.array_equal((result.alpha[0, 0] * 255).round().numpy().astype(np.uint8), rgba[..., 3])


def test_a_result_is_saved_once_and_carries_its_recipe(tmp_path):
    result = stylizer(scales=1, steps=1, seed=3).stylize(CONTENT, STYLE)
    result.save(tmp_path / "out.png")
    assert impasto.read_metadata(tmp_path / "out.png")["settings"]["seed"] == 3
    with pytest.raises(OutputError, match=r"out\.png"):
        result.save(tmp_path / "out.png")


def test_nothing_painted_yet():
    painting = stylizer().paint(CONTENT, STYLE)
    with pytest.raises(CheckpointError, match="step"):
        painting.result()


def test_a_missing_picture_is_named(tmp_path):
    with pytest.raises(PictureError, match=r"nowhere\.jpg"):
        stylizer().paint(tmp_path / "nowhere.jpg", STYLE)


@pytest.mark.slow
def test_the_users_thread_count_is_put_back():
    before = torch.get_num_threads()
    next(stylizer(threads=1 if before > 1 else 2).paint(CONTENT, STYLE))
    assert torch.get_num_threads() == before


def test_with_other_settings_what_stays_the_same_is_shared(monkeypatch):
    reads = []

    def find(choice=None):
        reads.append(choice)
        return tiny_weights()

    monkeypatch.setattr(vgg19, "find_weights", find)
    one = Stylizer(Settings(recipe="glaze", steps=3))
    assert one.varied(Settings(recipe="glaze", steps=4, border="zeros", size=40)).encoder is one.encoder
    other = one.varied(Settings(recipe="glaze", steps=3, pooling="max"))
    assert other.encoder is not one.encoder
    assert other.encoder.weights is one.encoder.weights
    assert reads == [None]
    straight = Stylizer(Settings(recipe="glaze", steps=3, pooling="max"))
    assert torch.equal(other.stylize(CONTENT, STYLE).image, straight.stylize(CONTENT, STYLE).image)
    one.varied(Settings(recipe="glaze", weights="other"))
    assert reads == [None, None, "other"]


def test_an_encoder_that_was_given_stays():
    one = stylizer(steps=3)
    assert (
        one.varied(Settings(recipe="glaze", pooling="max", weights="other"))
        .varied(Settings(recipe="glaze"))
        .encoder
        is one.encoder
    )


def test_a_picture_is_read_once_and_painted_many_times():
    content = impasto.read_picture(CONTENT)
    assert impasto.read_picture(content) is content
    assert torch.equal(
        stylizer(steps=2).stylize(content, STYLE).image, stylizer(steps=2).stylize(CONTENT, STYLE).image
    )


def test_a_painting_tells_beforehand_what_its_picture_will_carry():
    painting = stylizer(steps=2).paint(CONTENT, STYLE)
    before = painting.metadata
    for _ in painting:
        pass
    after = painting.result().metadata
    assert {name for name in after if after[name] != before[name]} == {"steps", "stopped"}
