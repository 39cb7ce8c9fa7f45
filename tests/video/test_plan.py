"""What is told of a film before it is painted."""

from itertools import islice

import pytest

from impasto.video.plan import plan_film
from impasto.video.reel import BLOCK_BYTES
from tests.video.conftest import SIZE, write
from tests.video.synthetic import camera, film, noise_picture
from tests.video.test_video import STYLE


@pytest.mark.slow
def test_what_is_left_is_planned(painter, tmp_path, pan):
    other = film(255 - noise_picture(80, 120, 5) // 3, SIZE, 2, lambda i: camera(10 + i, 10))
    write(tmp_path / "film.mkv", [*pan.frames, *other.frames])
    painting = painter(recipe="glaze").paint(tmp_path / "film.mkv", STYLE)
    before = plan_film(painting)
    assert (before.frames, before.shots, painting.stills_left) == (8, 2, 2)
    list(islice(painting, 7))
    after = plan_film(painting)
    assert painting.stills_left == 0
    assert after.seconds > 0
    assert after.disk == before.disk


def test_a_short_film_holds_less_than_a_long_one(painter, tmp_path, pan):
    write(tmp_path / "film.mkv", pan.frames)
    reel = painter().paint(tmp_path / "film.mkv", STYLE).reel
    assert reel.most_bytes == 6 * 36 * 48 * 3 < BLOCK_BYTES
    assert sum(reel[number].pixels.nbytes for number in range(6)) == reel.most_bytes
