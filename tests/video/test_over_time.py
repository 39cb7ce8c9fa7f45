"""Colours, masks and settings over the time of a film."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import torch

import impasto
from impasto.errors import SettingsError
from impasto.images.io.write import write_picture
from impasto.video.keys import Key, keys_in, read_key, settings_at, weights_at
from impasto.video.temporal import Temporal
from tests.helpers import random_image
from tests.video.conftest import SIZE, write
from tests.video.test_flow import tensor
from tests.video.test_video import STYLE, painted

OTHER = np.round(random_image(40, 40, 5)[0].permute(1, 2, 0).numpy() * 255).astype(np.uint8)


@pytest.mark.slow
@pytest.mark.parametrize("colour", ["photograph", "match", "only"])
def test_colours_and_nothing_flickers(painter, tmp_path, pan, colour):
    found = painted(painter(Temporal(hold=1e6, frame_steps=2), colour=colour), tmp_path, pan.frames)
    assert len(found) == 6
    off = np.abs(found[5].pixels[:-5, :-15].astype(float) - found[0].pixels[5:, 15:]).mean()
    assert off < 2
    standing = painted(painter(colour=colour), tmp_path, [pan.frames[0]] * 2)
    assert np.array_equal(standing[0].pixels, standing[1].pixels)


def test_in_grey_a_picture_is_held_by_its_lightness(tiny_encoder):
    """Hold with colour="photograph": the canvas is grey, and so has to be what it is held to."""
    content, style = random_image(24, 32, 1), random_image(24, 24, 2)
    settings = impasto.Settings(
        steps=30, scales=1, threads=1, colour="photograph", alpha=1e-9, beta=0.0, recipe="glaze"
    )
    wanted = impasto.recolor(random_image(24, 32, 3), style).image
    by = impasto.Stylizer(settings, encoder=tiny_encoder)
    result = by.stylize(content, style, costs=[impasto.Hold(wanted, weight=1e4)])
    again = by.stylize(content, style, start=wanted, costs=[impasto.Hold(wanted, weight=1e4)])
    assert torch.allclose(result.image, again.image, atol=0.02)


@pytest.mark.slow
def test_a_mask_that_moves_with_the_film(painter, tmp_path, pan):
    masks = [np.zeros((*SIZE, 3), np.uint8) for _ in pan.frames[:3]]
    for number, one in enumerate(masks):
        one[:, 8 * number : 20 + 8 * number] = 255
    write(tmp_path / "mask.mkv", masks)
    found = painted(painter(), tmp_path, pan.frames[:3], protect=tmp_path / "mask.mkv")
    for number, one in enumerate(found):
        inside = masks[number].min(2) > 0
        assert np.array_equal(one.pixels[inside], pan.frames[number][inside])
        assert not np.array_equal(one.pixels[~inside], pan.frames[number][~inside])


@pytest.mark.slow
def test_a_mask_that_stands_and_several_styles(painter, tmp_path, pan):
    left = np.zeros(SIZE, np.float32)
    left[:, :24] = 1
    write_picture(tmp_path / "left.png", torch.from_numpy(left).expand(1, 3, *SIZE))
    write_picture(tmp_path / "right.png", torch.from_numpy(1 - left).expand(1, 3, *SIZE))
    write_picture(tmp_path / "other.png", tensor(OTHER))
    write_picture(tmp_path / "style.png", tensor(STYLE))
    write(tmp_path / "film.mkv", pan.frames[:2])
    found = list(
        painter().paint(
            tmp_path / "film.mkv", [tmp_path / "style.png", tmp_path / "other.png"],
            masks=[tmp_path / "left.png", tmp_path / "right.png"],
        )
    )  # fmt: skip
    assert len(found) == 2


@pytest.mark.slow
def test_settings_change_evenly_between_keys(painter, tmp_path, pan):
    keys = tuple(map(read_key, ["0:strength=0.1", "0.4:strength=0.9"]))
    settings = [settings_at(impasto.Settings(), keys, Fraction(t, 10)) for t in (0, 1, 2, 4, 9)]
    assert [round(one.strength, 6) for one in settings] == [0.1, 0.3, 0.5, 0.9, 0.9]
    assert settings[0].fidelity > settings[1].fidelity > settings[2].fidelity
    assert settings[2].beta < settings[4].beta
    still = [pan.frames[0]] * 6
    found = painted(
        painter(beta=1e4, strength=None),
        tmp_path,
        still,
        keys=[read_key("0:beta=0"), read_key("0.4:beta=1e4")],
    )
    steps = [np.abs(a.pixels.astype(float) - b.pixels).mean() for a, b in pairwise(found)]
    assert all(one > 0 for one in steps[:4])  # the film stands, and the painting changes with its settings
    assert steps[4] == 0  # until they do not change any more


@pytest.mark.slow
def test_weights_of_styles_change_too(painter, tmp_path, pan):
    keys = [read_key("0:styles=1,0"), read_key("0.2:styles=0,1")]
    assert weights_at(keys, Fraction(1, 10)) == (0.5, 0.5)
    by = painter(recipe="glaze")  # paint has some strokes of every style, whatever its weight
    found = painted(by, tmp_path, pan.frames[:3], name="a.mkv")
    write(tmp_path / "b.mkv", pan.frames[:3])
    mixed = list(by.paint(tmp_path / "b.mkv", [STYLE, OTHER], keys=keys))
    assert np.array_equal(found[0].pixels, mixed[0].pixels)  # all of the first, to begin with
    assert not np.array_equal(found[2].pixels, mixed[2].pixels)
    with pytest.raises(SettingsError, match=r"\b1\b.*\b2\b"):
        painter().paint(tmp_path / "b.mkv", [STYLE, OTHER], keys=[read_key("0:styles=1")])


def test_keys_are_read_from_the_settings_file_too(tmp_path):
    (tmp_path / "mine.toml").write_text('strength = 0.3\nkeys = ["0:alpha=2", "1.5:styles=2,1"]\n')
    assert impasto.read_settings(tmp_path / "mine.toml").strength == 0.3  # which a still picture takes, too
    assert keys_in(tmp_path / "mine.toml") == (
        Key(Fraction(0), "alpha", (2.0,)), Key(Fraction(3, 2), "styles", (2.0, 1.0)),
    )  # fmt: skip
    assert read_key(keys_in(tmp_path / "mine.toml")[1].as_text()) == keys_in(tmp_path / "mine.toml")[1]
    (tmp_path / "mine.toml").write_text("keys = 3\n")
    with pytest.raises(SettingsError, match="keys"):
        keys_in(tmp_path / "mine.toml")
