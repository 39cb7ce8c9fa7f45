"""Flow, tracks and cuts on films whose motion is known."""

import tracemalloc

import numpy as np
import pytest
import torch

from impasto.video import follow as module
from impasto.video import rejoin
from impasto.video.camera import camera_flow
from impasto.video.cuts import is_cut
from impasto.video.flow import boundaries, flow
from impasto.video.follow import follow
from impasto.video.motion import motion
from impasto.video.start import first_canvas
from impasto.video.tracks import Tracks
from impasto.video.warp import places, sampled
from tests.video.synthetic import camera, film, noise_picture

SIZE = (90, 120)


def tensor(pixels: np.ndarray) -> torch.Tensor:
    """[1, 3, H, W] in [0, 1] of uint8 [H, W, 3]."""
    return torch.from_numpy(pixels.astype(np.float32) / 255).permute(2, 0, 1)[None]


@pytest.fixture(scope="module")
def turning():
    """A camera that pans, zooms and turns, over detail at every scale."""
    picture = noise_picture(240, 300)
    return film(picture, SIZE, 12, lambda i: camera(60 + 1.3 * i, 60 + 0.4 * i, 1.01**i, 0.004 * i))


@pytest.fixture(scope="module")
def crossing():
    """A disc that crosses before a camera that moves slowly."""
    return film(
        noise_picture(240, 300), SIZE, 12, lambda i: camera(60 + 0.7 * i, 60),
        lambda i: np.array([25 + 4.3 * i, 45, 16.0]), noise_picture(80, 80, 3),
    )  # fmt: skip


def test_a_flow_is_right_to_a_fraction_of_a_pixel(turning):
    exact, seen = turning.back(5, 4)
    found = motion(turning.frames[5], turning.frames[4])
    off = np.hypot(*np.moveaxis(found.back - exact, 2, 0))
    assert off[seen].mean() < 0.12
    assert found.visible[seen].mean() > 0.97


def test_what_was_hidden_is_found(crossing):
    _, seen = crossing.back(5, 4)
    found = motion(crossing.frames[5], crossing.frames[4])
    inner = np.zeros(SIZE, bool)
    inner[4:-4, 4:-8] = True
    assert found.visible[~seen & inner].mean() < 0.35
    assert found.visible[seen & inner].mean() > 0.93


def test_the_camera_is_told_from_the_flow(turning):
    exact, _ = turning.back(5, 4)
    found = motion(turning.frames[5], turning.frames[4])
    camera_ = camera_flow(found.back, found.visible, turning.frames[5])
    assert np.abs(camera_ - exact).max() < 0.1
    generator = np.random.default_rng(0)
    noisy = 0.03 * generator.normal(size=(*SIZE, 2)).astype(np.float32)
    assert not camera_flow(noisy, np.ones(SIZE, bool), turning.frames[5]).any()  # it stands: zero, to the bit
    wild = 20 * generator.normal(size=(*SIZE, 2)).astype(np.float32)
    assert camera_flow(wild, np.ones(SIZE, bool), turning.frames[5]) is None


def test_a_pan_is_told_as_a_shift_right_in_the_corners_too():
    """Votes come from a part of the frame only; a projective map that is fitted to them is wrong elsewhere."""
    back = np.full((*SIZE, 2), (1.5, -0.5), np.float32)
    back += np.random.default_rng(0).normal(0, 0.05, back.shape).astype(np.float32)
    sure = np.zeros(SIZE, bool)
    sure[40:60, 50:90] = True
    found = camera_flow(back, sure, noise_picture(*SIZE))
    assert np.abs(found - (1.5, -0.5)).max() < 0.05
    assert np.abs(found - found[0, 0]).max() < 1e-4


def test_beside_an_edge_each_pixel_takes_the_motion_of_its_side(crossing):
    exact, seen = crossing.back(5, 4)
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    x, y, radius = crossing.sprites[5]
    ring = seen & (np.abs(np.hypot(columns - x, rows - y) - radius) < 6)
    off = np.hypot(*np.moveaxis(motion(crossing.frames[5], crossing.frames[4]).back - exact, 2, 0))
    patches = np.hypot(*np.moveaxis(flow(crossing.frames[5], crossing.frames[4]) - exact, 2, 0))
    assert (off[ring] < 0.5).mean() > 0.85
    assert (patches[ring] < 0.5).mean() < 0.8


def test_boundaries_lie_where_two_motions_meet():
    w = np.zeros((*SIZE, 2), np.float32)
    w[:, 60:, 0] = 3
    found = boundaries(w)
    assert found[:, 59:61].all()
    assert not found[:, :58].any()
    assert not found[:, 62:].any()


def followed(synthetic):
    frames = dict(enumerate(synthetic.frames))
    found = [Tracks.begun(0, synthetic.size)]
    for number in range(1, len(frames)):
        found.append(follow(found[-1], frames, number))
    return found


def errors(synthetic, tracks):
    """How far the tracks are off, in pixels, where the exact way back to the source is known."""
    rows, columns = np.mgrid[: synthetic.size[0], : synthetic.size[1]]
    found = []
    for number in set(tracks.sources()) - {tracks.number}:
        exact, seen = synthetic.back(tracks.number, number)
        here = (tracks.source == number) & seen & (tracks.trust > 0.5)
        off = np.hypot(tracks.x - columns - exact[..., 0], tracks.y - rows - exact[..., 1])
        found.append(off[here])
    return np.concatenate(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["turning", "crossing"])
def test_tracks_lead_to_the_frame_seen_first_however_long_ago(name, request):
    synthetic = request.getfixturevalue(name)
    last = followed(synthetic)[-1]
    off = errors(synthetic, last)
    assert np.median(off) < 0.3
    assert np.quantile(off, 0.95) < 1
    assert (last.source == 0).mean() > 0.5  # read in one step from eleven frames ago


@pytest.mark.slow
def test_nothing_drifts_in_a_noisy_film_of_a_camera_that_stands():
    generator = np.random.default_rng(0)
    still = noise_picture(*SIZE)
    noisy = [np.clip(still + generator.normal(0, 3, still.shape), 0, 255).astype(np.uint8) for _ in range(12)]
    tracks = Tracks.begun(0, SIZE)
    for number in range(1, 12):
        tracks = follow(tracks, dict(enumerate(noisy)), number)
    columns = np.mgrid[: SIZE[0], : SIZE[1]][1]
    there = tracks.source == 0
    assert there.mean() > 0.98
    assert (tracks.x[there] == columns[there]).mean() > 0.98  # to the bit


@pytest.mark.slow
def test_only_so_many_sources_are_read_from(monkeypatch):
    monkeypatch.setattr(module, "KEPT_SOURCES", 3)
    moving = film(noise_picture(120, 300), SIZE, 9, lambda i: camera(20 + 6 * i, 10))
    last = followed(moving)[-1]
    assert len(last.sources()) <= 3 + 1
    assert np.median(errors(moving, last)) < 0.1


@pytest.mark.slow
def test_what_was_hidden_for_a_while_is_known_again(monkeypatch):
    """A disc crosses: what it uncovers is read from the frames before it came.

    What moves with the camera is found in one piece; what does not, in frames that are remembered.
    """
    crossing = film(
        noise_picture(240, 300), SIZE, 14, lambda i: camera(60, 60),
        lambda i: np.array([20 + 6.0 * i, 45, 14.0]), noise_picture(80, 80, 3),
    )  # fmt: skip
    frames, known = dict(enumerate(crossing.frames)), []
    for remembers, in_one_piece in ((False, False), (True, False), (False, True)):
        monkeypatch.setattr(rejoin, "FEWEST", 64 if in_one_piece else SIZE[0] * SIZE[1])
        tracks, earlier = Tracks.begun(0, SIZE), []
        for number in range(1, 14):
            found = follow(tracks, frames, number, earlier)
            earlier = [tracks, *earlier] if remembers and tracks.number % 4 == 0 else earlier
            tracks = found.grown()
        rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
        crossed = (np.abs(rows - 45) < 10) & (columns > 40) & (columns < 75)
        known.append((tracks.source == 0)[crossed].mean())
    assert known[0] < 0.5
    assert known[1] > 0.8
    assert known[2] > 0.9


def test_places_and_sampling_go_together():
    picture = noise_picture(*SIZE)
    w = np.zeros((*SIZE, 2), np.float32)
    w[...] = 3, -2
    moved = sampled(picture, *places(w))
    assert np.array_equal(moved[2:, :-3], picture[:-2, 3:])
    assert np.array_equal(moved[0, 0], picture[0, 3])  # beyond the edge, the edge


@pytest.mark.parametrize("few", [1, 7, 20_000])
def test_any_number_of_places_is_sampled(few):
    picture = noise_picture(*SIZE)
    generator = np.random.default_rng(0)
    x, y = generator.integers(0, 120, few), generator.integers(0, 90, few)
    assert np.array_equal(sampled(picture, x, y), picture[y, x])


def test_what_is_new_starts_with_the_paint_of_what_looks_alike():
    """A wall is uncovered behind a ball: it takes the paint of the wall, and not of the ball, which is nearer."""
    generator = np.random.default_rng(0)
    frame = np.full((*SIZE, 3), 0.5, np.float32)
    ball, uncovered = np.zeros(SIZE, bool), np.zeros(SIZE, bool)
    ball[30:60, 40:60], uncovered[30:60, 60:66] = True, True
    frame[ball] = 0.9, 0.4, 0.1
    frame += generator.normal(0, 0.01, frame.shape).astype(np.float32)
    wall, red = np.float32([0.1, 0.2, 0.7]), np.float32([0.9, 0.1, 0.1])
    paint = np.where(ball[..., None], red, wall)
    trust = np.where(uncovered, 0, 1).astype(np.float32)
    found = first_canvas(frame, np.where(uncovered[..., None], 0, paint), trust)
    assert np.array_equal(found[~uncovered], paint[~uncovered])
    assert (
        np.abs(found[uncovered][:, 2] - wall[2]).mean() < 0.1
    )  # blue, but where it is smoothed into the ball
    assert np.abs(found[30:60, 64:66] - wall).max() < 0.05
    nowhere = first_canvas(frame, paint, np.zeros(SIZE, np.float32))
    assert np.array_equal(nowhere, frame.clip(0, 1))


@pytest.mark.slow
def test_the_guess_of_what_is_new_takes_little_memory():
    """Every new place is compared with thousands of others, but some at a time."""
    frame = noise_picture(*SIZE).astype(np.float32) / 255
    trust = np.zeros(SIZE, np.float32)
    trust[:, :60] = 1
    tracemalloc.start()
    try:
        first_canvas(frame, frame, trust)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 16e6  # all of the distances at once: 117 MB, and their order 233 MB


def test_cuts(turning, crossing):
    one, other = turning.frames[0], 255 - noise_picture(*SIZE, 9) // 3
    assert is_cut(other, one)
    assert not is_cut(turning.frames[6], turning.frames[0])  # a pan
    assert not is_cut((turning.frames[1] * 0.4).astype(np.uint8), one)  # the light goes out
    assert not is_cut(crossing.frames[6], crossing.frames[5])
