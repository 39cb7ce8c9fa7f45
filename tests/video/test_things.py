"""Rigid things that move by themselves: which pixels they are, where they were seen first, and how their edge looks."""

import numpy as np
import pytest

from impasto.video.edges import mixed_edges
from impasto.video.follow import follow
from impasto.video.things import all_things
from impasto.video.tracks import Tracks
from tests.video.synthetic import camera, film, noise_picture

SIZE, RADIUS = (90, 120), 20.0


@pytest.fixture(scope="module")
def crossing():
    """A disc that crosses before a camera that moves slowly."""
    return film(
        noise_picture(240, 300), SIZE, 10, lambda i: camera(60 + 0.8 * i, 60),
        lambda i: np.array([30 + 4.3 * i, 45, RADIUS]), noise_picture(80, 80, 3),
    )  # fmt: skip


def outwards(synthetic, number):
    """Pixels from the disc's edge, outside more than 0."""
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    x, y, radius = synthetic.sprites[number]
    return np.hypot(columns - x, rows - y) - radius


def test_what_moves_by_itself_is_told_to_a_pixel_of_its_edge(crossing):
    found, off = all_things(crossing.frames[5], crossing.frames[4]), outwards(crossing, 5)
    assert found[off < -1].mean() > 0.97
    assert found[off > 2].mean() < 0.01


def test_where_all_moves_with_the_camera_there_are_no_things():
    turning = film(noise_picture(240, 300), SIZE, 2, lambda i: camera(60 + 1.3 * i, 60, 1.01**i, 0.004 * i))
    assert not all_things(turning.frames[1], turning.frames[0]).any()
    assert not all_things(turning.frames[0], turning.frames[0]).any()


@pytest.mark.slow
def test_the_edge_of_a_thing_keeps_its_paint_too(crossing):
    """From frame to frame a part of its pixels takes the wrong motion; its map brings them back to the first frame."""
    frames, tracks = dict(enumerate(crossing.frames)), Tracks.begun(0, SIZE)
    for number in range(1, 10):
        found = follow(tracks, frames, number)
        tracks = found.grown()
    rim = (outwards(crossing, 9) < -0.5) & (outwards(crossing, 9) > -3)
    exact, _ = crossing.back(9, 0)
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    off = np.hypot(found.x - columns - exact[..., 0], found.y - rows - exact[..., 1])
    assert ((found.source == 0) & (off < 0.5))[rim].mean() > 0.8
    assert found.things[rim].mean() > 0.8


def test_an_edge_is_mixed_as_in_the_film():
    """Of one colour inside and another outside the mix is known: that of the film, in colours of the painting."""
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    off = np.hypot(columns - 60.3, rows - 44.8) - RADIUS
    share = np.clip(0.5 - off, 0, 1)[..., None]
    frame = np.round(share * (220, 60, 40) + (1 - share) * (30, 90, 150)).astype(np.uint8)
    exact = share * (0.1, 0.8, 0.3) + (1 - share) * (0.9, 0.2, 0.6)
    trembling = exact.copy()
    edge = np.abs(off) < 0.5
    trembling[edge] = exact[np.roll(edge, 1, 1) & ~edge][0]
    found = mixed_edges(trembling, frame, off < 0)
    before, after = (np.abs(one - exact).mean(2) for one in (trembling, found))
    assert after[edge].mean() < 0.4 * before[edge].mean()
    assert np.array_equal(found[np.abs(off) > 2], trembling.astype(np.float32)[np.abs(off) > 2])


def test_where_the_film_shows_no_edge_the_paint_stays():
    paint = noise_picture(*SIZE, 5).astype(np.float32) / 255
    things = np.zeros(SIZE, bool)
    things[30:60, 40:80] = True
    assert np.array_equal(mixed_edges(paint, np.full((*SIZE, 3), 90, np.uint8), things), paint)
