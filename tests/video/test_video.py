"""Films painted: what stands still stays, what moves takes its paint along, what is new is painted."""

import numpy as np
import pytest

from impasto.video.open_film import open_film
from impasto.video.temporal import Temporal
from tests.helpers import random_image
from tests.video.conftest import SIZE, write
from tests.video.synthetic import camera, film, noise_picture

pytestmark = pytest.mark.slow

STYLE = np.round(random_image(40, 40, 2)[0].permute(1, 2, 0).numpy() * 255).astype(np.uint8)


def painted(painter, tmp_path, frames, name="film.mkv", **more):
    write(tmp_path / name, frames)
    return list(painter.paint(tmp_path / name, STYLE, **more))


def test_a_static_film_stays_static_to_the_bit(painter, tmp_path, pan):
    found = painted(painter(), tmp_path, [pan.frames[0]] * 5)
    assert [one.steps for one in found] == [5, 0, 0, 0, 0]
    assert all(np.array_equal(one.pixels, found[0].pixels) for one in found)


def test_what_does_not_change_stays_to_the_bit_beside_what_moves(painter, tmp_path):
    picture, sprite = noise_picture(80, 120), noise_picture(60, 60, 1)
    moving = film(
        picture, SIZE, 4, lambda i: camera(20, 20), lambda i: np.array([8 + 2 * i, 12, 5.0]), sprite
    )
    found = painted(painter(), tmp_path, moving.frames)
    right = slice(30, None)
    assert all(np.array_equal(one.pixels[:, right], found[0].pixels[:, right]) for one in found)
    assert not np.array_equal(found[1].pixels[:20, :20], found[0].pixels[:20, :20])


@pytest.mark.parametrize("solver", ["lbfgs", "adam"])
def test_a_pan_moves_the_painting_with_it(painter, tmp_path, pan, solver):
    found, loose = (
        painted(painter(Temporal(hold=hold, frame_steps=2), solver=solver), tmp_path, pan.frames)
        for hold in (1e6, 0.0)
    )
    off, off_loose = (
        np.abs(one[5].pixels[:-5, :-15].astype(float) - one[0].pixels[5:, 15:]).mean()
        for one in (found, loose)
    )
    assert off < 1.5 < off_loose
    assert 0.01 < found[1].new < 0.2


def test_the_noise_of_a_camera_is_not_painted(painter, tmp_path, pan):
    generator = np.random.default_rng(0)
    noisy = [pan.frames[0] + generator.normal(0, 3, pan.frames[0].shape) for _ in range(4)]
    noisy = [one.clip(0, 255).round().astype(np.uint8) for one in noisy]
    found = [one.pixels for one in painted(painter(), tmp_path, noisy)]
    assert change(found) < 0.3 * change(noisy)


def change(frames):
    """The mean squared difference from frame to frame."""
    return np.square(np.diff(np.stack(frames).astype(float), axis=0)).mean()


def test_a_cut_begins_anew(painter, tmp_path, pan):
    other = film(255 - noise_picture(80, 120, 5) // 3, SIZE, 2, lambda i: camera(10 + i, 10))
    found = painted(painter(), tmp_path, [*pan.frames[:2], *other.frames])
    assert [one.shot for one in found] == [0, 0, 1, 1]
    assert [one.steps for one in found] == [5, 2, 5, 2]


def test_passes_and_loop(painter, tmp_path, pan):
    found = painted(painter(Temporal(frame_steps=2, passes=2)), tmp_path, pan.frames[:3])
    assert [(one.number, one.final) for one in found] == [
        (0, False), (1, False), (2, True), (1, True), (0, True),
    ]  # fmt: skip
    looped = painted(painter(Temporal(frame_steps=2, loop=True)), tmp_path, [pan.frames[0]] * 3)
    assert [one.number for one in looped] == [0, 1, 2, 0, 1, 2]


def test_the_film_that_is_written_has_the_frames(painter, tmp_path, pan):
    write(tmp_path / "film.mkv", pan.frames[:3])
    painting = painter().paint(tmp_path / "film.mkv", STYLE)
    found = list(painting)
    painting.save(tmp_path / "out.mkv", codec="ffv1")
    shown = list(open_film(tmp_path / "out.mkv").frames(0, None, print))
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(found, shown, strict=True))
    assert [one.time for one in shown] == [one.time for one in found]
